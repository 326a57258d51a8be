"""One query for what changed, for the one object or the variants of one object that it serves, and how far their cursors
may stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from crmsync_desktop.adapters.salesforce import roles, soql, told, variants
from crmsync_desktop.adapters.salesforce.cursor import Cursor, load
from crmsync_desktop.adapters.salesforce.decode import Decoder
from crmsync_desktop.adapters.salesforce.query import Row
from crmsync_desktop.domain.records import Observed
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.ports.crm import Page, Want

_BEGINNING = "1970-01-01T00:00:00Z"
_TOGETHER = timedelta(days=1)
"""Variants whose cursors are further apart than this are read by queries of their own: the earliest one counts for all."""


class Share:
    """What one want has of a read: how its rows are decoded, and where its cursor stands."""

    def __init__(self, want: Want, schema: Schema, known: Cursor | None) -> None:
        self.want = want
        self.schema = schema
        self.decoder = Decoder(want, schema)
        self.first = known is None
        self.cursor = known or Cursor(_BEGINNING)
        self.whole = known is None
        self.rows = 0

    def page(self, records: list[Observed], last: bool, seen_at: str) -> Page:
        return Page(self.want.object, records, self.cursor.text(), last, seen_at)


class Read:
    """`shares` have the same source, and cursors that are near each other. Contact roles come with one share only."""

    def __init__(self, shares: Sequence[Share], data: str, now: datetime) -> None:
        self.shares = shares
        self._data = data
        self._lead = shares[0]
        self.source = self._lead.decoder.source
        # A first read takes no deleted rows (nothing is known of them); later ones need the tombstones.
        self._tombstones = not self._lead.first
        self._selected = list(dict.fromkeys(name for share in shares for name in share.decoder.selected))
        self._told_apart = len(shares) > 1
        if self._told_apart:
            self._selected.append(variants.SUBTYPE)
        self._condition = variants.condition(share.schema for share in shares)
        self._position = min(share.cursor.since for share in shares)
        self.first = self._lead.first
        self.busy = any(share.cursor.busy for share in shares)
        self.path = self.path_from(None if self.first else self._position)
        self.watched_until = roles.watched_until(self._position, now)
        self.telling = told.watches(data, self.source, self._position, self.watched_until)
        """Paths that tell whether there is something new at all."""
        has_roles = bool(self._lead.decoder.nested) and self._tombstones
        self.watches = roles.watches(data, self._position, self.watched_until) if has_roles else []
        """Paths that tell of changed roles."""

    @property
    def objects(self) -> list[str]:
        return [share.want.object for share in self.shares]

    def path_from(self, since: str | None) -> str:
        return self._path("" if since is None else f"SystemModstamp >= {since}")

    def path_of(self, ids: str) -> str:
        return self._path(f"Id IN {ids}")

    def _path(self, where: str) -> str:
        where = " AND ".join(filter(None, (where, self._condition)))
        query = soql.select(self._selected, self.source, where, "SystemModstamp, Id", self._lead.decoder.nested)
        return soql.query_path(self._data, query, all_rows=self._tombstones)

    @property
    def position(self) -> str:
        return self._position

    def told(self, untraced: list[str] | None) -> None:
        self._lead.cursor.told(untraced)

    def goes_whole(self, now: datetime) -> bool:
        """Whether everything is read this time; then this read counts as that."""
        self._lead.whole = self._lead.whole or self._lead.cursor.whole_due(now)
        return self._lead.whole

    def advance(self, reached: str, rows: int) -> None:
        self._position = max(self._position, reached)
        for share in self.shares:
            share.cursor.since = max(share.cursor.since, reached)
            share.rows += rows

    def ended(self, at: str) -> None:
        for share in self.shares:
            share.cursor.busy = share.rows > 0
        lead = self._lead
        if lead.whole and lead.decoder.nested:
            lead.cursor.whole, lead.cursor.rows, lead.cursor.due = at, lead.rows, False

    def pages(self, rows: Sequence[Row], last: bool, seen_at: str) -> Iterator[Page]:
        """One page for each share, of the rows that are its own."""
        for share in self.shares:
            object = share.want.object
            own = [row for row in rows if variants.variant_of(row) == object] if self._told_apart else rows
            yield share.page([share.decoder(row) for row in own], last, seen_at)


def opened(wants: Iterable[Want], schemas: dict[str, Schema], data: str, now: datetime) -> list[Read]:
    """The reads of these wants, in their order: variants of one object share one, unless their cursors are far apart or they
    can't be told apart. Raises BugError and SetupError (see `variants.condition`)."""
    by_source: dict[tuple[str, bool], list[Share]] = {}
    for want in wants:
        share = Share(want, schemas[want.object], load(want.cursor))
        # Rows of the same source can be told apart by the subtype; a first read takes other rows.
        source = share.decoder.source if share.decoder.source == variants.TASK else want.object
        by_source.setdefault((source, share.first), []).append(share)
    reads: list[Read] = []
    for shares in by_source.values():
        reads += [Read(part, data, now) for part in _near(shares)]
    return reads


def _near(shares: list[Share]) -> Iterator[list[Share]]:
    part: list[Share] = []
    for share in sorted(shares, key=lambda share: share.cursor.since):
        if part and _moment(share) - _moment(part[0]) > _TOGETHER:
            yield part
            part = []
        part.append(share)
    yield part


def _moment(share: Share) -> datetime:
    return datetime.fromisoformat(share.cursor.since)
