"""What a screen shows of activities (A1, A2)."""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.records import Side


class BackfillView(msgspec.Struct, frozen=True):
    """Past activities of a kind, changed since a day ("" = ever). `records` that are to be read, by side, those included that
    are linked already; `calls` for reading all of them and writing what is new, by side, as far as that can be told.
    `begun`: the next pass reads them. `warning`: what to know before, in words; "" where nothing is to be read."""

    pair: str
    since: str
    records: dict[Side, int]
    calls: dict[Side, int]
    allocation_left: int | None
    begun: bool
    warning: str = ""
