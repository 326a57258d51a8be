"""The memory, as the engine sees it: observations, links with their bases, the journal, errors, cursors, settings.

All methods are synchronous, run on the engine's one control thread, and are atomic: each is one transaction. Rows travel
as plain structs; no ORM object leaves the store. Where a method takes or gives many rows, it costs a number of SQL
statements that depends on the number of chunks, not of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, Protocol

import msgspec

from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.planner import FieldChange as FieldChange
from crmsync_desktop.domain.records import Category, Cell, Fault, Observed, Presence, Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.ports.actions import Firings
from crmsync_desktop.ports.imports import ImportStore
from crmsync_desktop.ports.journal import Entry as Entry
from crmsync_desktop.ports.journal import JournalState as JournalState
from crmsync_desktop.ports.journal import JournalStore
from crmsync_desktop.ports.journal import PassRow as PassRow
from crmsync_desktop.ports.journal import PassState as PassState
from crmsync_desktop.ports.journal import Tally as Tally
from crmsync_desktop.ports.journal import Undone as Undone


class RecordState(IntEnum):
    SETTLED = 0
    """Looked at and dealt with."""
    STAGED = 1
    """Changed since it was last dealt with: the next plan looks at it."""
    PARKED = 2
    """Waits for a change, a retry or a decision: in error, held, ambiguous."""


class Known(msgspec.Struct, gc=False, array_like=True):
    """A record as last observed. `row` is the store's own number for it. `cells` is None where they equal the base of its
    link (the usual case: kept once). `digest` is the xxh3-64 of the encoded cells and presence: what echo suppression
    compares."""

    row: int
    side: Side
    object: str
    id: str
    version: str
    presence: Presence
    state: RecordState
    digest: int
    link: int | None
    cells: list[Cell] | None
    keys: tuple[str, ...] = ()
    successor: tuple[str, str] | None = None
    absorbed: tuple[str, ...] = ()


class LinkState(IntEnum):
    LIVE = 0
    SALESFORCE_GONE = 1
    """Deleted in Salesforce, kept in HubSpot by setting or because it had been edited: an undelete revives the link."""
    HUBSPOT_GONE = 2


class Link(msgspec.Struct, gc=False, array_like=True):
    """One record of each side. `base_salesforce` and `base_hubspot` stand in the order of the pair's layout; UNSEEN in
    both places where a field has no base yet."""

    link: int
    pair: str
    salesforce_object: str
    salesforce_id: str
    hubspot_id: str
    state: LinkState
    base_salesforce: list[Cell]
    base_hubspot: list[Cell]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    side: Side
    object: str
    value: str


class ErrorRow(msgspec.Struct, array_like=True):
    """One sync error: one per record, field and cause. `notice` rows tell, but aren't errors (ambiguous match).
    `ignored_at`: since when a person ignores it, "" if nobody does; `ignored_why`: the reason given."""

    id: int
    pair: str
    side: Side
    object: str
    record_id: str
    label: str
    field: str
    category: Category
    code: str
    message: str
    hint: str
    notice: bool
    first_at: str
    last_at: str
    count: int
    ignored_at: str = ""
    ignored_why: str = ""


class ErrorCard(msgspec.Struct, frozen=True, array_like=True):
    """What stands on one card: errors, the records that have them, notices, and how many of both are ignored, which count
    among neither."""

    category: Category
    errors: int
    records: int
    notices: int
    ignored: int


class ErrorFilter(msgspec.Struct, frozen=True):
    """Which errors: those of this card, pair and code ("" for any), and only the ignored ones, only the others, or both."""

    category: Category | None = None
    pair: str = ""
    code: str = ""
    ignored: bool | None = None


class NewError(msgspec.Struct, gc=False, frozen=True):
    pair: str
    side: Side
    object: str
    record_id: str
    label: str
    fault: Fault
    hint: str = ""
    notice: bool = False


class Conflict(msgspec.Struct, frozen=True, array_like=True):
    """A field that both sides edited, held for a person (P4). `newer`: the side whose edit is newer, None if that can't be
    told; `why`: by what, as the end of a sentence."""

    link: int
    place: int
    property: str
    salesforce: Cell
    hubspot: Cell
    base_salesforce: Cell
    base_hubspot: Cell
    since: str
    newer: Side | None = None
    why: str = ""


class Settle(msgspec.Struct, gc=False, frozen=True):
    """What becomes of one record after planning or writing. `cells`: None = they equal the link's base; a list = kept
    beside it; `keep` = leave what is stored."""

    row: int
    state: RecordState
    cells: list[Cell] | None = None
    keep: bool = False
    digest: int | None = None
    version: str | None = None
    presence: Presence | None = None


class Store(JournalStore, ImportStore, Firings, Protocol):
    def together(self) -> AbstractContextManager[None]:
        """All calls within are one transaction: all of them happen, or none. Not to be held across an await. Nothing in it
        is durable before its end, so what has to be (`mark` as SENT) stays outside."""
        ...

    # layout and settings
    def layout(self, pair: str) -> tuple[str, ...]:
        """The HubSpot properties of the pair's cells, in order. Empty before the first set_layout."""
        ...

    def set_layout(self, pair: str, properties: Sequence[str]) -> None:
        """Change the order. Stored bases and cells keep their own layout and are read into the new one: a property that
        is new has no base, one that left is dropped."""
        ...

    def settings(self) -> Settings: ...
    def save_settings(self, settings: Settings) -> None: ...
    def document(self, name: str) -> Any:
        """A small JSON document of the application's (mappings by pair, pause switch, ...), or None."""
        ...

    def save_document(self, name: str, value: Any) -> None:
        """Replace it; the former one stays in the history with the time."""
        ...

    def schema(self, side: Side, object: str) -> Schema | None: ...
    def save_schemas(self, schemas: Iterable[Schema]) -> None: ...

    # observing
    def cursors(self) -> dict[tuple[Side, str], str]: ...
    def forget_pair(self, pair: Pair) -> None:
        """Records, links, errors, cursors and schemas of a pair that is taken off go; the journal stays."""
        ...

    def forget_cursor(self, side: Side, object: str) -> None:
        """The next read of this object begins at the beginning."""
        ...

    def digests(self, side: Side, object: str, ids: Sequence[str]) -> dict[str, tuple[int, RecordState]]:
        """What is known of these records: id → (digest, state)."""
        ...

    def stage(self, pair: str, records: Sequence[tuple[Observed, int]], cursor: Cursor | None) -> None:
        """Insert or replace these (record, digest) as STAGED with their keys, and move the cursor, in one transaction."""
        ...

    def stage_again(self, side: Side | None, rows: Sequence[int] | None) -> int:
        """Stage records that are known already: all of a side's, or these rows (retry, a setting that changed)."""
        ...

    # planning
    def staged(self, pair: str, after_row: int, limit: int, kin: bool = False) -> list[Known]:
        """Staged records in order of row, beginning after `after_row`. `kin`: only those with a successor or absorbed ids."""
        ...

    def staged_count(self, pair: str) -> int: ...
    def records(self, rows: Sequence[int]) -> list[Known]: ...
    def records_by_id(self, side: Side, object: str, ids: Sequence[str]) -> list[Known]: ...
    def live(self, pair: str, after_row: int, limit: int) -> list[Known]:
        """Live records of both sides, in whatever state, in order of row, beginning after `after_row`."""
        ...

    def records_by_keys(self, pair: str, keys: Sequence[str]) -> list[tuple[str, Known]]:
        """All known records of both sides that hold one of these keys, with the key."""
        ...

    def children(self, pair: str, places: Sequence[str]) -> list[tuple[str, Known]]:
        """The records of `pair` that belong to one of these ("companies/ID", "contacts/ID"), with the place. Deleted ones
        too; ids of both sides differ in form."""
        ...

    def links(self, ids: Sequence[int]) -> list[Link]: ...
    def live_links(self, pair: str, after: int, limit: int) -> list[Link]:
        """Links whose records are both there, in order of number, beginning after `after`."""
        ...

    def counterpart_ids(self, pair: str, side: Side, ids: Sequence[str], object: str | None = None) -> dict[str, str]:
        """By id of `side`, the other side's id of the live links that these records have; with `object`, only of links to
        records of that Salesforce object."""
        ...

    def counterparts(self, links: Sequence[int]) -> dict[int, list[Known]]:
        """Both records of each link, as far as they are known."""
        ...

    def link_count(self, pair: str) -> int:
        """Live links."""
        ...

    def example_link(self, pair: str) -> Link | None:
        """Any live link whose records have most of their fields filled, to show what mappings do."""
        ...

    # settling
    def add_links(self, links: Sequence[Link]) -> list[int]:
        """Insert new links (their `link` is ignored), connect the known records of both sides to them, give the ids."""
        ...

    def update_links(self, links: Sequence[Link]) -> None:
        """Replace ids, state and bases of these links; connect and disconnect records accordingly."""
        ...

    def remove_links(self, ids: Sequence[int]) -> None: ...
    def settle(self, settles: Sequence[Settle]) -> None: ...
    def learn(self, pair: str, records: Sequence[tuple[Observed, int]], state: RecordState) -> list[int]:
        """Insert or replace records that a write created or a read-back showed; gives their rows."""
        ...

    # errors and conflicts
    def open_errors(self, errors: Sequence[NewError], at: str) -> None:
        """Insert, or count up, one row per record, field and code. One that is ignored stays so, unless its cause is
        another one now (domain/error_cause.py)."""
        ...

    def clear_errors(self, records: Sequence[tuple[Side, str, str]]) -> int:
        """Close all errors of these (side, object, id)."""
        ...

    def clear_mended(self, standing: Mapping[tuple[Side, str, str], Collection[tuple[str, str]]]) -> None:
        """Close the errors of these (side, object, id), but for those of the (field, code) that still stand."""
        ...

    def error_cards(self) -> list[ErrorCard]:
        """Only categories that have errors, notices, or ignored ones."""
        ...

    def errors(self, category: Category | None = None, after: int = 0, limit: int = 200) -> list[ErrorRow]:
        """Of a category, or of all, ignored ones and notices too: in order of id, beginning after the id `after`."""
        ...

    def chosen_errors(self, chosen: ErrorFilter, after: int = 0, limit: int = 200) -> list[ErrorRow]:
        """In order of id, beginning after the id `after`, notices too."""
        ...

    def errors_by_id(self, ids: Sequence[int]) -> list[ErrorRow]:
        """Those of these that there are, in order of id."""
        ...

    def ignore_errors(self, ids: Sequence[int], why: str, at: str) -> int:
        """Ignore these from now on; gives how many of them there are. `why` "" and `at` "" take it back."""
        ...

    def errors_of(self, records: Sequence[tuple[Side, str, str]]) -> list[ErrorRow]:
        """Open errors and notices of these few records, by (side, object, id)."""
        ...

    def retryable(self, categories: Collection[Category], but: Collection[str]) -> tuple[int, str]:
        """Errors of these categories, without notices, ignored ones and those of the codes `but`: how many, and the `last_at`
        of the one that was tried longest ago ("" for none)."""
        ...

    def error_totals(self) -> tuple[int, int, int]:
        """(errors, notices, ignored ones of both, which count among neither)."""
        ...

    def hold(self, conflicts: Sequence[Conflict]) -> None: ...
    def release(self, links: Sequence[int]) -> None:
        """Forget held conflicts of these links."""
        ...

    def conflicts(self, limit: int = 200, after: int = 0) -> list[Conflict]: ...
    def conflict_count(self) -> int: ...

    # the do-not-create list (domain/do_not_create.py)
    def bar(self, pair: str, names: Sequence[str], why: str, about: str, at: str) -> None:
        """Put these names on the list; `about` is the id of the HubSpot record that they stand there for."""
        ...

    def any_barred(self, pair: str) -> bool: ...
    def barred(self, pair: str, names: Sequence[str]) -> dict[str, str]:
        """Those of these names that are on the list, with why."""
        ...

    def lift(self, pair: str, about: Sequence[str]) -> None:
        """Take off the list what stands there for these HubSpot records."""
        ...

    # inclusion list
    def members(self, list_id: str, ids: Sequence[str]) -> set[str]:
        """Those of these HubSpot ids that are on the list."""
        ...

    def set_members(self, list_id: str, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Replace all members; gives (joined, left) since before."""
        ...

    def add_members(self, list_id: str, ids: Sequence[str]) -> list[str]:
        """Gives those that are new."""
        ...

    def close(self) -> None: ...
