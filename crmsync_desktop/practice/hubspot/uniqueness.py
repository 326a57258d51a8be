"""Which record holds which unique value: e-mails (first and additional), and every property made unique."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from crmsync_desktop.practice.hubspot.catalog import Catalog, ObjectType
from crmsync_desktop.practice.hubspot.refusals import email_taken, unique_value_taken
from crmsync_desktop.practice.hubspot.values import stored

ADDITIONAL_EMAILS = "hs_additional_emails"
EMAILS = ("email", ADDITIONAL_EMAILS)
HOLDER = "SELECT id FROM unique_value WHERE type = ? AND property = ? AND value = ?"


def parts(name: str, value: str) -> list[str]:
    """The single values in a property's text: a contact has many additional e-mails, and one of everything else."""
    if name == ADDITIONAL_EMAILS:
        return [part for part in value.split(";") if part]
    return [value] if value else []


class UniqueValues:
    """The register of unique values."""

    def __init__(self, connection: sqlite3.Connection, catalog: Catalog, portal_id: int) -> None:
        self._connection = connection
        self._catalog = catalog
        self._portal_id = portal_id

    def names(self, kind: str) -> tuple[str, ...]:
        return (*self._catalog.unique_names(kind), *((ADDITIONAL_EMAILS,) if kind == "contacts" else ()))

    def holders(self, kind: ObjectType, property_name: str, values: Iterable[str]) -> dict[str, int]:
        """Record ids by value of a unique property; an additional e-mail finds its contact as the first one does."""
        definition = self._catalog.identifying(kind.name, property_name)
        places = EMAILS if property_name == "email" else (property_name,)
        found: dict[str, int] = {}
        for value in values:
            text = stored(definition, value)
            for place in places if isinstance(text, str) else ():
                row = self._connection.execute(HOLDER, (kind.name, place, text)).fetchone()
                if row is not None:
                    found[value] = row[0]
                    break
        return found

    def claim(self, kind: ObjectType, record_id: int, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Move this record's unique values from `before` to `after`. Raises a Refusal if another record has one."""
        names = [name for name in self.names(kind.name) if name in after]
        released = [(kind.name, name, part) for name in names for part in parts(name, before.get(name, ""))]
        claimed = [(kind.name, name, part) for name in names for part in parts(name, after[name])]
        for _, name, value in claimed:
            self._refuse_if_taken(kind, record_id, name, value)
        if released:
            delete = "DELETE FROM unique_value WHERE type = ? AND property = ? AND value = ?"
            self._connection.executemany(delete, released)
        if claimed:
            insert = "INSERT OR REPLACE INTO unique_value (type, property, value, id) VALUES (?, ?, ?, ?)"
            self._connection.executemany(insert, [(*each, record_id) for each in claimed])

    def release(self, record_id: int) -> None:
        self._connection.execute("DELETE FROM unique_value WHERE id = ?", (record_id,))

    def emails_of(self, record_id: int) -> list[str]:
        query = "SELECT value FROM unique_value WHERE id = ? AND property IN (?, ?)"
        return [row[0] for row in self._connection.execute(query, (record_id, *EMAILS))]

    def _refuse_if_taken(self, kind: ObjectType, record_id: int, name: str, value: str) -> None:
        for place in EMAILS if name in EMAILS else (name,):
            row = self._connection.execute(HOLDER, (kind.name, place, value)).fetchone()
            if row is not None and row[0] != record_id:
                if name in EMAILS:
                    raise email_taken(row[0])
                raise unique_value_taken(self._portal_id, name, value, record_id, row[0])
