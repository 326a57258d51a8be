"""Where reading form submissions stands: opaque to the engine, JSON inside.

HubSpot tells a form's submissions newest first, and has no query across forms. So each form has the time of the newest one
read; what comes next is read down to a little before that, and those of that little while that came already are known by
their ids: several may bear the same millisecond, and one may show a moment late.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from crmsync_desktop.domain.errors import BugError

OVERLAP: float = 120.0
"""Seconds before the newest submission that are read again."""


class Form(msgspec.Struct, frozen=True, array_like=True):
    """A form's name, and the labels of its fields where they aren't the property's name; a field of something other than a
    contact has the number of that before its name."""

    name: str
    labels: dict[str, str] = {}


class Place(msgspec.Struct, frozen=True):
    """How far one form has been read. `newest` (milliseconds since the epoch) and `held` (time by id of those in the
    overlap, which came already) are of the last walk from the newest submission back; `after` is the token at which an
    unfinished one goes on, and `walked` what it has come by so far."""

    newest: int | None = None
    held: dict[str, int] = {}
    after: str = ""
    walked: dict[str, int] = {}


class FormsPosition(msgspec.Struct, frozen=True):
    """`floor`: nothing older is read of a form that has no place yet, None for everything. `listed`, `asked`, `swept` and
    `looked` are seconds since the epoch: when the forms were listed; when they were last asked for submissions; when that
    happened for no other reason than the time; and until when contacts were looked at for submissions. `heard`: marks of what
    that look found. `waiting`: forms still to be asked."""

    floor: int | None = None
    forms: dict[str, Form] = {}
    listed: float | None = None
    asked: float | None = None
    swept: float | None = None
    looked: float | None = None
    heard: tuple[str, ...] = ()
    places: dict[str, Place] = {}
    waiting: tuple[str, ...] = ()

    def bound(self, form: str) -> int | None:
        """The oldest time that is of interest of a form."""
        place = self.places.get(form)
        if place is None or place.newest is None:
            return self.floor
        return max(place.newest - int(OVERLAP * 1000), self.floor or 0)

    def known(self, form: str) -> frozenset[str]:
        """Ids that came already."""
        place = self.places.get(form, Place())
        return frozenset(place.held) | frozenset(place.walked)

    def read(self, form: str, rows: Mapping[str, int], after: str | None) -> FormsPosition:
        """After a page of a form (time by id of all that are of interest), which goes on at `after`, or doesn't."""
        place = self.places.get(form, Place())
        met = {**place.walked, **rows}
        newest = max([*met.values(), *([place.newest] if place.newest is not None else [])], default=None)
        if after is not None:
            return self._with(form, Place(place.newest, place.held, after, _young(met, newest)))
        left = tuple(each for each in self.waiting if each != form)
        held = _young({**place.held, **met}, newest)
        return msgspec.structs.replace(self._with(form, Place(newest, held)), waiting=left)

    def without(self, form: str) -> FormsPosition:
        """A form that can't be asked after all."""
        return msgspec.structs.replace(self, waiting=tuple(each for each in self.waiting if each != form))

    def _with(self, form: str, place: Place) -> FormsPosition:
        return msgspec.structs.replace(self, places={**self.places, form: place})

    def dump(self) -> str:
        return msgspec.json.encode(self).decode()


def _young(times: Mapping[str, int], newest: int | None) -> dict[str, int]:
    return {id: at for id, at in times.items() if newest is not None and at >= newest - int(OVERLAP * 1000)}


def load(cursor: str | None) -> FormsPosition:
    """Raises BugError for a text that isn't a cursor of ours."""
    if not cursor:
        return FormsPosition()
    try:
        return msgspec.json.decode(cursor, type=FormsPosition)
    except msgspec.MsgspecError as error:
        raise BugError("A stored cursor of HubSpot's forms can't be read.", str(error)) from None
