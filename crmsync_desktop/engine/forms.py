"""How the written records of an object are made out from what was written."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from crmsync_desktop.domain.records import UNSEEN, Cell, Side, Written
from crmsync_desktop.domain.values import canonical, keys_of
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.store import Entry


class Form(msgspec.Struct):
    """How records of one object are made out: the place of each field, the places that hold match keys, whether the id is
    one, and the cells of a new record of which nothing was written yet."""

    places: dict[str, int]
    key_places: tuple[int, ...]
    id_is_key: bool
    new: tuple[Cell, ...]

    def keys_in(self, id: str, cells: Sequence[Cell]) -> tuple[str, ...]:
        """The match keys that stand in the record's own cells, or are its id."""
        values = [value for place in self.key_places if (value := cells[place])]
        return keys_of((*values, id) if self.id_is_key else tuple(values))


def form_of(context: Context, side: Side, object: str) -> Form:
    places = {name: place for place, name in enumerate(context.layout.fields(side, object)) if name}
    keys = context.pair.keys[object]
    new: list[Cell] = []
    for column in context.layout.columns:
        field = column.field(side, object)
        # What can't be blank has a default that the answer doesn't tell.
        unknown = field is None or not field.nillable
        new.append(UNSEEN if unknown else canonical(column.kind, None))
    return Form(places, tuple(places[name] for name in keys if name in places), "Id" in keys, tuple(new))


def as_stored(entry: Entry, answer: Written) -> Entry:
    """The write without what wasn't stored although the record was: a new opportunity's contact roles, say. That is still to
    be done, and no base may say otherwise, or it would look as if somebody had taken it away."""
    missing = {field for fault in answer.faults for field in fault.fields}
    if not missing:
        return entry
    return msgspec.structs.replace(entry, changes=tuple(c for c in entry.changes if c.field not in missing))
