"""The memory of imports (I1): what was to be imported, how far it came, and what became of each record. A part of
ports/store.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec


class ImportState(StrEnum):
    PREVIEWED = "previewed"
    RUNNING = "running"
    CANCELLED = "cancelled"
    """By a person."""
    STOPPED = "stopped"
    """By a limit, an error, the guard rail, or the end of the process."""
    DONE = "done"


class Outcome(StrEnum):
    PENDING = "pending"
    """Not dealt with yet."""
    CREATED = "created"
    MATCHED = "matched"
    """Linked with a record that HubSpot had, which was brought up to date."""
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """Linked already, and nothing to write."""
    SKIPPED = "skipped"
    """With a reason."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which records: those that meet `where` (JSON of domain.filters.Filter, null for all), or those of a list, which the memory
    keeps beside it: of ids, or of values of `field`. `shown`: the filter or the list in words."""

    where: str = "null"
    listed: bool = False
    field: str = ""
    shown: str = ""


class ImportRow(msgspec.Struct):
    """One import. `only`: the HubSpot properties that it is narrowed to; none: all that are mapped. `position`: where reading
    goes on (ports/selecting.py), None from the beginning; `read`: it has ended. `total`: how many records there were to read, as
    far as that was known. `passes`: the passes that it ran as. Times ISO 8601 UTC."""

    number: int
    object: str
    pair: str
    source: Source
    only: tuple[str, ...]
    state: ImportState
    begun_at: str
    changed_at: str
    position: str | None = None
    read: bool = False
    total: int | None = None
    passes: tuple[int, ...] = ()
    message: str = ""


class ImportItem(msgspec.Struct, gc=False, array_like=True):
    """One record of an import, or an entry of its list that brought none. `row`: the number of the item; `record_id`: the Salesforce
    id, or the entry as it was given; `known`: the row of the record in the memory, None for none; `linked`: it had a
    counterpart before the import."""

    row: int
    record_id: str
    known: int | None
    linked: bool
    label: str
    outcome: Outcome = Outcome.PENDING
    reason: str = ""
    hubspot_id: str = ""


class Became(msgspec.Struct, frozen=True):
    """What became of a record. `over`: only where the outcome so far is this. `reason` None: as it was."""

    record_id: str
    outcome: Outcome
    reason: str | None = ""
    hubspot_id: str = ""
    over: Outcome | None = None


class ImportStore(Protocol):
    """As all of the store: each method is one transaction."""

    def add_import(self, row: ImportRow, listed: Sequence[str]) -> int:
        """Keep a new one with its list; gives its number."""
        ...

    def save_import(self, row: ImportRow) -> None: ...

    def import_row(self, number: int) -> ImportRow | None: ...

    def imports(self, limit: int) -> list[ImportRow]:
        """The newest first."""
        ...

    def import_list(self, number: int) -> list[str]: ...

    def add_import_items(self, number: int, items: Iterable[ImportItem]) -> None:
        """Those whose record is among the import's already are left out; `row` is ignored."""
        ...

    def clear_import_items(self, number: int) -> None: ...

    def import_items(
        self, number: int, after_row: int = 0, limit: int = 1000, outcome: Outcome | None = None
    ) -> list[ImportItem]: ...

    def imported_rows(self, number: int) -> Sequence[int]:
        """The rows of the import's records in the memory, in order."""
        ...

    def settle_imported(self, number: int, became: Iterable[Became]) -> None: ...

    def import_counts(self, number: int) -> dict[Outcome, int]: ...
