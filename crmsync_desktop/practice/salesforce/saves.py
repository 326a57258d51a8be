"""Records on their way into the database: what a whole chunk of them needs to know is asked for once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .automation_rules import Trigger
from .errors import RowError
from .schema import SObject
from .store import Row, Store
from .values import Decoded


@dataclass(frozen=True, slots=True)
class Options:
    """What a request says about its saves. `allow_save`: a duplicate rule that only warns lets them through; `base`:
    the address of the API's version, which links begin with."""

    allow_save: bool = False
    base: str = "/services/data/v60.0"


PLAIN = Options()


@dataclass(slots=True)
class Save:
    """One record. `given`: what the request says, checked; `row`: the whole record as it shall be; `before`: as it
    stood, None for a new one; `error`: why it isn't written; `effects`: the triggers that follow its save."""

    given: Decoded
    id18: str = ""
    row: Row = field(default_factory=dict)
    before: Row | None = None
    error: RowError | None = None
    effects: list[Trigger] = field(default_factory=list)

    changed: Decoded = field(default_factory=dict)
    """The given values that differ from those that stand; all of them for a new record."""


class Lookups:
    """Checks the lookups of a chunk of records, with one query for each object that they refer to.

    `hidden` are the ids that the writer is not allowed to see.
    """

    def __init__(
        self, store: Store, prefixes: Mapping[str, SObject], hidden: frozenset[str], sobject: SObject, saves: list[Save]
    ) -> None:
        self._store = store
        self._prefixes = prefixes
        self._hidden = hidden
        self._references = {item.name: item for item in sobject.fields if item.type == "reference"}
        wanted: dict[str, set[str]] = {}
        for save in saves:
            if save.error is None:
                for value in self._values(save.changed).values():
                    target = prefixes.get(value[:3])
                    if target is not None:
                        wanted.setdefault(target.name, set()).add(value)
        self._facts: dict[str, Row] = {}
        for name, ids in wanted.items():
            self._facts.update(store.facts(store.schema[name], ids, ("IsActive", "IsConverted", "AccountId")))

    def check(self, sobject: SObject, save: Save) -> None:
        """Raises RowError for a lookup to what isn't there, is another kind of record, or may not be referred to."""
        for name, value in self._values(save.changed).items():
            item = self._references[name]
            target = self._prefixes.get(value[:3])
            if target is None or target.name not in item.reference_to:
                if target is None and any(other not in self._store.schema for other in item.reference_to):
                    raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
                message = f"{item.label}: id value of incorrect type: {value}"
                raise RowError("FIELD_INTEGRITY_EXCEPTION", message, [item.name])
            facts = self._facts.get(value)
            if facts is None:
                raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            if facts.get("IsDeleted"):
                raise RowError("ENTITY_IS_DELETED", "entity is deleted")
            if value in self._hidden:
                message = f"insufficient access rights on cross-reference id: {value}"
                raise RowError("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message)
            if facts.get("IsConverted"):
                raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
            if target.name == "User" and item.name == "OwnerId" and not facts["IsActive"]:
                message = f"operation performed with inactive user [{value}] as owner of {sobject.name.lower()}"
                raise RowError("INACTIVE_OWNER_OR_USER", message)

    def account_of(self, id18: str | None) -> str | None:
        """The account that a record referred to belongs to (itself, if it is one)."""
        facts = self._facts.get(id18 or "")
        if facts is None:
            return None
        account: str | None = id18 if id18 and id18.startswith("001") else facts.get("AccountId")
        return account

    def _values(self, given: Decoded) -> dict[str, str]:
        return {name: value for name, value in given.items() if value is not None and name in self._references}


class UniqueValues:
    """Who holds which value of the unique fields, among the live records and within the chunk itself."""

    def __init__(self, store: Store, sobject: SObject, saves: Iterable[Save]) -> None:
        self._holders: dict[str, dict[Any, str]] = {}
        self._fields = sobject.unique_fields
        if not self._fields:
            return
        good = [save.changed for save in saves if save.error is None]
        for item in self._fields:
            values = [given[item.name] for given in good if given.get(item.name) is not None]
            holders = store.holders(sobject, item.name, values) if values else ()
            self._holders[item.name] = {_key(item.flags, value): holder for value, holder in holders}

    def claim(self, save: Save) -> None:
        """Take the record's values for it. Raises RowError where another record has one of them."""
        if not self._fields:
            return
        given = save.changed
        for item in self._fields:
            value = given.get(item.name)
            holder = None if value is None else self._holders[item.name].get(_key(item.flags, value))
            if holder is not None and holder != save.id18:
                message = f"duplicate value found: {item.name} duplicates value on record with id: {holder}"
                raise RowError("DUPLICATE_VALUE", message)
        for item in self._fields:
            if given.get(item.name) is not None:
                self._holders[item.name][_key(item.flags, given[item.name])] = save.id18


def _key(flags: Mapping[str, Any], value: Any) -> Any:
    return value if flags["caseSensitive"] or not isinstance(value, str) else value.lower()
