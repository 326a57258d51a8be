"""What belongs to a lead belongs to nothing else in Salesforce, which refuses a WhatId beside it (Object Reference, Task: "If
the WhoId refers to a lead, then the WhatId field must be empty"). Pure.

Such an activity travels without its WhatId, and HubSpot's associations stay. Once the lead is converted, the WhatId is filled
in: what was left blank for a lead's sake is nothing that anybody decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.placing import LEAD
from crmsync_desktop.domain.records import Cell, Side


def stand_alone(
    layout: Layout, object: str, changes: list[Any], cells: Sequence[Cell] = (), source: Sequence[Cell] = ()
) -> None:
    """Take the WhatId out of these planned changes (planner.FieldChange) of a Salesforce record if it will belong to a lead;
    one that it has already is blanked together with the change to the lead. `cells`: the record as it is, and `source` its
    counterpart; both empty for a new one."""
    if layout.who_and_what is None:
        return
    who, what = layout.who_and_what
    to_lead = next((change for change in changes if change.place == who), None)
    whose = to_lead.new if to_lead else cells[who] if cells else None
    if not is_lead(whose):
        return
    changes[:] = [change for change in changes if change.place != what]
    column = layout.columns[what]
    field = column.field(Side.SALESFORCE, object)
    if to_lead and cells and cells[what] and field and field.writable:
        changes.append(
            msgspec.structs.replace(
                to_lead,
                place=what,
                property=column.property,
                field=field.name,
                source=source[what],
                old=cells[what],
                new=None,
                reason="a lead stands alone in Salesforce",
            )
        )


def left_for_lead(layout: Layout, place: int, base: Sequence[Cell]) -> bool:
    """Whether the base of the column at `place` says nothing, since it is a WhatId's and the record belonged to a lead when
    both sides last agreed. `base`: Salesforce's."""
    if layout.who_and_what is None:
        return False
    who, what = layout.who_and_what
    return place == what and is_lead(base[who])


def is_lead(id: Cell) -> bool:
    return bool(id) and str(id).startswith(LEAD)
