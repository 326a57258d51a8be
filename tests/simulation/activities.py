"""Tasks, calls and notes as both systems hold them: one Task object in Salesforce, associations in HubSpot that move no date."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync_desktop.domain.records import Category, Fault, Observed, Outcome, Value, Write, Written
from crmsync_desktop.ports.crm import Want
from tests.simulation.families import FamilyHubSpot, FamilySalesforce
from tests.simulation.fields import ACTIVITIES
from tests.simulation.hubspot import FakeHubSpot
from tests.simulation.sides import Row, refused

WHO, WHAT = "WhoId", "WhatId"
CONTACTS, RELATED = "associations.contacts", "associations.related"
PLACES = {CONTACTS: ("contacts",), RELATED: ("deals", "companies")}
"""The objects of each association property, in the order in which they are preferred."""
LEAD = "00Q"
NOTE = "Task.Note"


def split(places: Value) -> list[str]:
    return places.split(";") if places else []


def ordered(name: str, places: Iterable[str]) -> Value:
    """As HubSpot tells them: by object, then by id."""
    objects = PLACES[name]
    typed = [(objects.index(object), int(id), f"{object}/{id}") for object, _, id in (p.partition("/") for p in places)]
    return ";".join(place for _, _, place in sorted(set(typed))) or None


class ActivitySalesforce(FamilySalesforce):
    """`made_as`: what a task was created as that can't be told from a to-do. `named`: all that a task's WhoId and WhatId have
    ever named."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self.made_as: dict[str, str] = {}
        self.named: dict[str, set[str]] = {}

    @property
    def objects(self) -> tuple[str, ...]:
        return (*super().objects, "Task", "Task.Call", NOTE)

    def is_a(self, row: Row, object: str) -> bool:
        return row.object == ("Task" if object == NOTE else object)

    async def changes(self, wants):  # type: ignore[no-untyped-def]
        assert all(want.object != NOTE for want in wants), "nothing in Salesforce tells a note's task from a to-do"
        async for page in super().changes(wants):
            yield page

    def unreadable(self, write: Write) -> Written | None:
        if write.object not in ACTIVITIES:
            return super().unreadable(write)
        for name in (WHO, WHAT):
            if (id := write.values.get(name)) and not self._is_there(id):
                self.nature.seen["refused: a task's record is gone"] += 1
                fault = Fault(Category.ASSOCIATIONS, "INVALID_CROSS_REFERENCE_KEY", "gone", (name,))
                return Written(write.key, Outcome.FAILED, write.id, faults=(fault,))
        row = self.rows.get(write.id or "")
        if not self._lawful({**(row.values if row is not None else {}), **write.values}):
            return refused(write, Category.PROPERTY_VALUES, "FIELD_INTEGRITY_EXCEPTION", "no WhatId beside a lead")
        return None

    def _is_there(self, id: str) -> bool:
        row = self.rows.get(id)
        return row is not None and row.live

    def _lawful(self, values: dict[str, Value]) -> bool:
        return not ((values.get(WHO) or "").startswith(LEAD) and values.get(WHAT))

    def insert(self, object: str, values: dict[str, Value]) -> Row:
        if object not in ACTIVITIES:
            return super().insert(object, values)
        given: dict[str, Value] = {"OwnerId": "005A", **values}
        if object != "Task.Call":
            given = {"Subject": "Note" if object == NOTE else None, "Status": "Open", **given}
        row = super().insert("Task" if object == NOTE else object, given)
        row.touched = set(values)
        if object == NOTE:
            self.made_as[row.id] = NOTE
        return row

    def _put(self, row: Row, values: dict[str, Value], at: float | None = None) -> None:
        if row.object in ACTIVITIES:
            values = {
                name: None if name in (WHO, WHAT) and value and not self._is_there(value) else value
                for name, value in values.items()
            }
            if not self._lawful({**row.values, **values}):
                values = {**values, WHAT: None}
        super()._put(row, values, at)
        if row.object in ACTIVITIES:
            self.named.setdefault(row.id, set()).update(id for name in (WHO, WHAT) if (id := row.values[name]))

    def remove(self, id: str, successor: tuple[str, str] | None = None) -> None:
        """The tasks of a contact that is deleted go with it, unless they are about something else as well."""
        super().remove(id, successor)
        for row in self.live():
            if row.object not in ACTIVITIES:
                continue
            if row.values[WHO] == id:
                if successor is None and row.values[WHAT] is None and not row.locked:
                    self.nature.seen["a task went with its contact"] += 1
                    self.remove(row.id)
                    continue
                self._name(row, WHO, successor)
            if row.values[WHAT] == id:
                self._name(row, WHAT, successor)

    def _name(self, row: Row, name: str, successor: tuple[str, str] | None) -> None:
        self._put(row, {name: successor[1] if successor is not None else None})
        row.touched.add(name)


class ActivityHubSpot(FamilyHubSpot):
    """`silent`: the associations of each activity that were changed since it was last edited. `taken_away`: (activity, place)
    that we took from one."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self.silent: dict[str, set[str]] = {}
        self.taken_away: list[tuple[str, str]] = []

    @property
    def objects(self) -> tuple[str, ...]:
        return (*super().objects, "tasks", "calls", "notes")

    def observed(self, want: Want, row: Row) -> Observed:
        """The index has the properties; associations are read beside it."""
        if row.object in ACTIVITIES and (now := self.rows[row.id]) is not row:
            row = row.copy()
            row.values.update({name: now.values[name] for name in PLACES})
        return super().observed(want, row)

    def unreadable(self, write: Write) -> Written | None:
        if write.object not in ACTIVITIES:
            return super().unreadable(write)
        for name in PLACES:
            if any(not self._is_there(place) for place in split(write.values.get(name))):
                self.nature.seen["refused: an activity's record is gone"] += 1
                fault = Fault(Category.ASSOCIATIONS, "ASSOCIATION_REFUSED", "gone", (name,))
                return Written(write.key, Outcome.FAILED, write.id, faults=(fault,))
        return None

    def _is_there(self, place: str) -> bool:
        row = self.rows.get(place.partition("/")[2])
        return row is not None and row.live

    def update(self, write: Write) -> Written:
        """Associations are written as a difference: what people associated meanwhile stays."""
        row = self.rows.get(write.id or "")
        if write.object not in ACTIVITIES or row is None:
            return super().update(write)
        held: dict[str, set[str]] = {name: set(split(row.values[name])) for name in PLACES}
        answer = super().update(write)
        if answer.outcome is not Outcome.DONE:
            return answer
        for name in PLACES.keys() & write.values.keys():
            wanted, former = set(split(write.values[name])), set(split(write.former.get(name)))
            row.values[name] = ordered(name, (held[name] - (former - wanted)) | wanted)
            self.taken_away += [(row.id, place) for place in sorted(held[name] & (former - wanted))]
        echo = {name: row.values[name] for name in write.values if name in row.values}
        echo |= {name: ordered(name, split(write.values[name])) for name in PLACES.keys() & write.values.keys()}
        return Written(write.key, Outcome.DONE, row.id, False, self.version(row), echo)

    def _put(self, row: Row, values: dict[str, Value]) -> None:
        if row.object not in ACTIVITIES:
            super()._put(row, values)
            return
        there = {
            name: ordered(name, [place for place in split(value) if self._is_there(place)]) if name in PLACES else value
            for name, value in values.items()
        }
        self.silent.pop(row.id, None)
        FakeHubSpot._put(self, row, there)  # a family's members would be read otherwise

    def associate(self, row: Row, name: str, places: Iterable[str]) -> None:
        """Somebody's change of what an activity belongs to: it moves no date."""
        value = ordered(name, [place for place in places if self._is_there(place)])
        if value == row.values[name]:
            return
        row.values[name] = value
        row.touched.add(name)
        self.silent.setdefault(row.id, set()).add(name)
        row.edited[name] = (self.nature.now(), self.author)

    def archive(self, id: str) -> None:
        super().archive(id)
        self._follow(id, None)

    def merge(self, first: str, second: str) -> Row:
        product = super().merge(first, second)
        for id in (first, second):
            self._follow(id, product.id)
        return product

    def _follow(self, gone: str, successor: str | None) -> None:
        place = f"{self.rows[gone].object}/{gone}"
        for row in self.live():
            if row.object not in ACTIVITIES:
                continue
            for name in PLACES:
                held = split(row.values[name])
                if place in held:
                    kept = [each for each in held if each != place]
                    kept += [f"{self.rows[gone].object}/{successor}"] if successor else []
                    self.associate(row, name, kept)
