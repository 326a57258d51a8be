"""A person's hands in the practice orgs: look at records and change them as one would in each CRM's own window.

What is done here costs no API calls and counts as done by a person. Both systems answer in one shape, that of the
admin API: see `Hands`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from crmsync_desktop.practice.hubspot.refusals import Refusal
from crmsync_desktop.practice.salesforce import ApiError, RowError

Shown = dict[str, Any]
MOST_RECORDS = 500
"""The longest page."""
_PLAIN = re.compile(r"[A-Za-z0-9@.+-]+")
"""What of a word stands in JSON as it is, and in either case for LIKE."""


class Hands(Protocol):
    """One system. Every method raises ValueError with one sentence for what it doesn't know, and whatever the system
    itself refuses with. A `reference` is a record's id (of a Salesforce record: in either length), or an e-mail address
    that one record alone has.

    A type: {system, name, label, plural, count, columns: [name], fields: [{name, label, kind, editable, options:
    [[value, label]]}]}. A record: {system, type, id, name, values: {name: text or null}, changed_by, changed_at
    (seconds since the epoch), state (live, deleted, merged, converted), successor, names: {field: what the records are
    called that its value points at}}.
    """

    def types(self) -> list[Shown]: ...

    def page(self, kind: str, *, search: str, deleted: bool, offset: int, limit: int) -> Shown:
        """{total, records: [a record with the type's columns]}, newest change first."""
        ...

    def get(self, kind: str, reference: str) -> Shown:
        """A record with every field that has a value, deleted and merged ones too."""
        ...

    def create(self, kind: str, values: Mapping[str, str]) -> Shown: ...

    def change(self, kind: str, reference: str, values: Mapping[str, str]) -> Shown:
        """ "" empties a field."""
        ...

    def delete(self, kind: str, references: Sequence[str]) -> None: ...

    def undelete(self, kind: str, references: Sequence[str]) -> None: ...

    def merge(self, kind: str, master: str, losers: Sequence[str]) -> str:
        """The id of what is left."""
        ...


class Totals:
    """How many records fit: counted again only once something was written, since a million take a while to count."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._changes = -1
        self._known: dict[tuple[object, ...], int] = {}

    def count(self, source: str, given: Sequence[object] = ()) -> int:
        """Rows of `source`, which is all that follows FROM."""
        if self._changes != self._connection.total_changes:
            self._changes = self._connection.total_changes
            self._known.clear()
        key = (source, *given)
        if key not in self._known:
            sql = f"SELECT count(*) FROM {source}"  # noqa: S608  (from our own schema; values are parameters)
            self._known[key] = int(self._connection.execute(sql, tuple(given)).fetchone()[0])
        return self._known[key]


def refusal_of(error: Refusal | RowError | ApiError) -> Shown:
    """{error: one sentence, code: the system's own code, fields: [name]} of what an org refused."""
    if not isinstance(error, Refusal):
        return {"error": error.message, "code": error.code, "fields": error.fields or []}
    fields: list[str] = []
    for detail in error.errors:
        context = detail.get("context")
        fields += context.get("propertyName", []) if isinstance(context, dict) else []
    messages = dict.fromkeys(str(detail["message"]) for detail in error.errors if detail.get("message"))
    return {"error": " ".join(messages) or error.message, "code": error.category, "fields": list(dict.fromkeys(fields))}


def as_text(value: Any) -> str | None:
    """A stored value as a person reads it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def search_tests(search: str, text: str, folding: str, rough: str) -> tuple[list[str], list[str]]:
    """SQL conditions for rows whose text holds every word of a search, in any case, and their parameters.

    `text` is an SQL expression; `folding` the SQL function that makes upper and lower case equal beyond ASCII; `rough` an
    expression that is quick to look through and holds what `text` holds, and more. It goes first: most rows of a million
    don't have even the longest plain part of the word.
    """
    tests: list[str] = []
    given: list[str] = []
    for word in search.split():
        parts = _PLAIN.findall(word)
        if parts and (rough != text or not word.isascii()):
            tests.append(f"{rough} LIKE ?")
            given.append(f"%{max(parts, key=len)}%")
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        fold = "" if word.isascii() else folding
        tests.append(f"{fold}({text}) LIKE {fold}(?) ESCAPE '\\'")
        given.append(f"%{escaped}%")
    return tests, given
