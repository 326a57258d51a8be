"""The types of association between object types: HubSpot's own, and the labels and custom objects of one portal.

Numbers: HubSpot's association guide and the table of its own API client. Names as the numbered API answers them: a
recording has `meeting_event_to_contact`; a type that was given beside an older one ends in `_unlabeled`. In recorded
traffic 2 is labelled "Primary Company", 5 "Primary", and 3 and 4 have no label.
Unverified: a label with one direction has the same name, and another number, the other way.
Unverified: the names of user-defined types are unique within a pair of object types, and a second one is refused with 409.
Unverified: a pair of object types can have 50 labels, and one more is refused with 400.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.object_types import ACTIVITIES, ObjectType
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid, not_found

CATEGORY, OWN = "HUBSPOT_DEFINED", "USER_DEFINED"
MOST_LABELS = 50


@dataclass(frozen=True, slots=True)
class AssociationType:
    """`id` from `source` to `target`, `inverse` the other way; `primary`: a record has at most one."""

    source: str
    target: str
    id: int
    inverse: int
    name: str
    label: str | None = None
    primary: bool = False
    category: str = CATEGORY


def _pair(source: str, target: str, number: int, inverse: int, label: str | None = None) -> tuple[AssociationType, ...]:
    """Both directions of a type."""
    one, other = _SINGULAR[source], _SINGULAR[target]
    plain = label is None and number in _UNLABELED
    suffix = "_unlabeled" if plain else ""
    primary = label is not None and label.startswith("Primary")
    there = AssociationType(source, target, number, inverse, f"{one}_to_{other}{suffix}", label, primary)
    if number == inverse:
        return (there,)
    return there, AssociationType(target, source, inverse, number, f"{other}_to_{one}{suffix}", label, primary)


_SINGULAR = {"contacts": "contact", "companies": "company", "deals": "deal", "tickets": "ticket", "calls": "call",
             "emails": "email", "meetings": "meeting_event", "notes": "note", "tasks": "task"}  # fmt: skip
_UNLABELED = {279, 341, 339}
_ACTIVITY_NUMBERS = {
    "calls": {"contacts": 194, "companies": 182, "deals": 206, "tickets": 220},
    "emails": {"contacts": 198, "companies": 186, "deals": 210, "tickets": 224},
    "meetings": {"contacts": 200, "companies": 188, "deals": 212, "tickets": 226},
    "notes": {"contacts": 202, "companies": 190, "deals": 214, "tickets": 228},
    "tasks": {"contacts": 204, "companies": 192, "deals": 216, "tickets": 230},
}
_SHIPPED = tuple(
    each
    for pair in (
        _pair("contacts", "companies", 279, 280),
        _pair("contacts", "companies", 1, 2, "Primary Company"),
        _pair("deals", "contacts", 3, 4),
        _pair("deals", "companies", 341, 342),
        _pair("deals", "companies", 5, 6, "Primary"),
        _pair("tickets", "contacts", 16, 15),
        _pair("tickets", "companies", 339, 340),
        _pair("tickets", "companies", 26, 25, "Primary Company"),
        _pair("tickets", "deals", 28, 27),
        _pair("contacts", "contacts", 449, 449),
        _pair("companies", "companies", 450, 450),
        _pair("companies", "companies", 13, 14, "Child Company"),
        _pair("deals", "deals", 451, 451),
        _pair("tickets", "tickets", 452, 452),
        *(
            _pair(kind, other, number, number - 1)
            for kind, row in _ACTIVITY_NUMBERS.items()
            for other, number in row.items()
        ),
    )
    for each in pair
)
SHIPPED = tuple(
    replace(each, label="Parent Company") if each.id == 14 and each.source == "companies" else each for each in _SHIPPED
)


class AssociationTypes:
    """The association types of one portal. Those that write hold the transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._types = {(each.source, each.target, each.category, each.id): each for each in SHIPPED}
        query = "SELECT from_type, to_type, type_id, inverse_id, name, label, category FROM association_label ORDER BY type_id"
        for row in database.connection.execute(query):
            source, target, number, inverse, name, label, category = row
            self._place(AssociationType(source, target, number, inverse, name, label, False, category))

    def between(self, source: str, target: str) -> list[AssociationType]:
        """The plain one first, then the labelled ones."""
        found = [each for each in self._types.values() if (each.source, each.target) == (source, target)]
        return sorted(found, key=lambda each: each.label is not None)

    def all(self) -> list[AssociationType]:
        return list(self._types.values())

    def find(self, source: str, target: str, category: object, number: object) -> AssociationType | None:
        return self._types.get((source, target, str(category), number)) if type(number) is int else None

    def target_of(self, source: str, category: object, number: object) -> str | None:
        """The object type that a type from `source` leads to."""
        for each in self._types.values():
            if (each.source, each.category, each.id) == (source, category, number):
                return each.target
        return None

    def named(self, source: str, target: str, name: str) -> AssociationType:
        """By its name or its number as text. Raises a 400 Refusal."""
        for each in self.between(source, target):
            if name.lower() in (each.name, str(each.id)):
                return each
        raise invalid(f"{name} is not an association type from {source} to {target}.")

    def create_label(
        self, source: str, target: str, name: str, label: str, inverse_label: str | None
    ) -> list[AssociationType]:
        """Both directions, this one first. Raises a Refusal: 400 for a name, 409 for one that is taken."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,99}", name):
            raise invalid(f"{name} is not a name for an association label: letters, digits, _ and - only.")
        existing = [each for each in self.between(source, target) if each.category == OWN]
        if any(name == each.name for each in existing) or any(
            label == each.label for each in self.between(source, target)
        ):
            raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"An association label named {name} or {label} exists already.")
        if len(existing) >= MOST_LABELS:
            raise invalid(f"There can be at most {MOST_LABELS} association labels between two object types.")
        return self._make(
            source, target, name, label, inverse_label or label, single=source == target and not inverse_label
        )

    def create_plain(self, source: ObjectType, target: ObjectType, name: str | None = None) -> list[AssociationType]:
        """The type without a label that joins a custom object's type with another."""
        chosen = name or f"{source.singular}_to_{target.singular}"
        return self._make(source.name, target.name, chosen, None, None, single=source == target)

    def relabel(self, source: str, target: str, number: int, label: str, inverse_label: str | None) -> None:
        """Raises a 404 Refusal for a type that isn't one of the account's own labels."""
        there = self.own(source, target, number)
        self._keep(replace(there, label=label))
        if there.inverse != there.id:
            back = self.own(target, source, there.inverse)
            self._keep(replace(back, label=inverse_label or (label if back.label == there.label else back.label)))

    def delete(self, there: AssociationType) -> None:
        """With its inverse, and every association that is of this type."""
        for each in (there, self._types.get((there.target, there.source, there.category, there.inverse), there)):
            self._types.pop((each.source, each.target, each.category, each.id), None)
            self._database.connection.execute("DELETE FROM association_label WHERE type_id = ?", (each.id,))
            drop = "DELETE FROM association WHERE category = ? AND type_id = ?"
            self._database.connection.execute(drop, (each.category, each.id))

    def own(self, source: str, target: str, number: int) -> AssociationType:
        """Raises a 404 Refusal for a type that isn't one of the account's own labels."""
        found = self._types.get((source, target, OWN, number))
        if found is None:
            raise not_found(f"There is no association label {number} from {source} to {target}.")
        return found

    def join_custom(self, kind: ObjectType, others: list[ObjectType]) -> list[AssociationType]:
        """What a new custom object can be associated with: what its schema names, and every activity.

        Source: HubSpot's guide to custom objects, by which they are always associated with activities.
        """
        names = dict.fromkeys([*(each.name for each in others), *ACTIVITIES])
        known = {each.name: each for each in others}
        made = []
        for name in names:
            target = known.get(name) or ObjectType(name, "", _SINGULAR[name], "", "", (), ())
            made += self.create_plain(kind, target)
        return made

    def forget(self, kind: str) -> None:
        """Everything that a custom object type was part of."""
        for each in [each for each in self._types.values() if kind in (each.source, each.target)]:
            self.delete(each)

    def _make(
        self, source: str, target: str, name: str, label: str | None, back: str | None, *, single: bool
    ) -> list[AssociationType]:
        first = int(self._database.meta("next_association_type", 1))
        self._database.set_meta("next_association_type", first + (1 if single else 2))
        second = first if single else first + 1
        there = AssociationType(source, target, first, second, name, label, False, OWN)
        made = [there] if single else [there, AssociationType(target, source, second, first, name, back, False, OWN)]
        for each in made:
            self._keep(each)
        return made

    def _keep(self, each: AssociationType) -> None:
        insert = "INSERT OR REPLACE INTO association_label VALUES (?, ?, ?, ?, ?, ?, ?)"
        row = (each.id, each.inverse, each.source, each.target, each.name, each.label, each.category)
        self._database.connection.execute(insert, row)
        self._place(each)

    def _place(self, each: AssociationType) -> None:
        self._types[each.source, each.target, each.category, each.id] = each
