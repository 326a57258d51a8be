"""What screens and terminals ask of imports, and show of them (I1). As app/views.py: frozen values, no behaviour."""

from __future__ import annotations

from typing import Literal

import msgspec

from crmsync_desktop.app.views import DuplicateView, PassView
from crmsync_desktop.domain.filters import Filter
from crmsync_desktop.domain.list_columns import Wanted

OutcomeName = Literal["pending", "created", "matched", "updated", "unchanged", "skipped"]


class ImportSource(msgspec.Struct, frozen=True):
    """Which records of a Salesforce object: those that meet `where`, those of a list, or all of them. A list is `values`, as somebody
    pasted them, or the column `column` (its heading or number; "" finds it) of a `file`; it holds what `lists` says."""

    object: str
    where: Filter | None = None
    lists: Wanted | None = None
    values: tuple[str, ...] = ()
    file: str = ""
    column: str = ""


class ImportCountView(msgspec.Struct, frozen=True):
    """How many records a source has, and what importing them would cost: Salesforce calls to read them, and HubSpot calls to
    write them if all of them were new. `left`: Salesforce calls that are left of the allocation now; `room`: "" or why they
    don't carry it and what to do."""

    object: str
    pair: str
    records: int
    reading: int
    writing: int
    left: int
    bulk: bool
    room: str = ""
    notice: str = ""


class ListEntryView(msgspec.Struct, frozen=True):
    """An entry of a list that brings no record, and why."""

    text: str
    why: str


class ListCheckView(msgspec.Struct, frozen=True):
    """A list looked at: how many entries bring a record, the others, how many came more than once, and what an admin ought to know
    of how the file was read."""

    object: str
    entries: int
    found: int
    missing: tuple[ListEntryView, ...]
    repeated: int
    column: str
    notice: str


class ImportView(msgspec.Struct, frozen=True):
    """One import. `state`: previewed, running, cancelled, stopped, done. `counts` by outcome. `passes`: what `changes` shows and
    `undo` takes back."""

    number: int
    object: str
    pair: str
    source: str
    only: tuple[str, ...]
    state: str
    begun_at: str
    changed_at: str
    total: int | None
    counts: dict[OutcomeName, int]
    passes: tuple[int, ...]
    message: str


class ImportItemView(msgspec.Struct, frozen=True):
    """What became of one record, or in a preview would. `row` goes on paging."""

    row: int
    outcome: OutcomeName
    salesforce_id: str
    hubspot_id: str
    label: str
    reason: str


class ImportDoneView(msgspec.Struct, frozen=True):
    """An import that ran, or was previewed. `skipped`: the first of those. Of a preview: `calls`: what a run would cost, by side;
    `duplicates`: the first of the `likely` pairs of records of which one would be created, or is skipped, and that may be
    the same (looked for among 20,000 records at most). `notice`: what an admin ought to know of how its list was read."""

    imported: ImportView
    result: PassView
    skipped: tuple[ImportItemView, ...]
    calls: dict[str, int]
    duplicates: tuple[DuplicateView, ...] = ()
    likely: int = 0
    notice: str = ""
