"""Match: which staged records belong to a link, and who are the candidates of those that don't.

Set-based: a chunk costs a fixed number of queries, however many records it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from crmsync_desktop.domain.matching import Candidate, Matching, match_group
from crmsync_desktop.domain.records import Cell, Op, Presence, Side
from crmsync_desktop.domain.values import key_of
from crmsync_desktop.engine.activities import related_pairs
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.store import JournalState, Known, Link, RecordState


class Couple(msgspec.Struct, array_like=True):
    """A link with both its records, as far as they are known."""

    link: Link
    salesforce: Known | None
    hubspot: Known | None


class Gathered(msgspec.Struct):
    """One chunk of staged records, sorted out. `rows` holds every record that is named here, by row."""

    couples: list[Couple]
    matching: Matching
    gone: list[Known]
    """Unlinked records that were deleted: nothing to do about them."""
    rows: dict[int, Known]


Shared = dict[int, tuple[str, ...]]
"""Match keys by row, beside those that the records hold themselves."""


def gather(
    context: Context,
    chunk: Sequence[Known],
    handled: set[int],
    shared_by: Callable[[Context, Sequence[Known]], Shared],
) -> Gathered:
    """Sort a chunk. `handled` rows were dealt with in this pass already (they came along with an earlier chunk).
    `shared_by` gives the keys that loose records share beside their own; it may name further records."""
    fresh = [record for record in chunk if record.row not in handled]
    couples = couples_of(context, {record.link for record in fresh if record.link is not None})
    loose = [record for record in fresh if record.link is None]
    gone = [record for record in loose if record.presence is not Presence.LIVE]
    live = [record for record in loose if record.presence is Presence.LIVE]
    matching, rows = match_loose(context, live, shared_by(context, live))
    if context.chosen is not None:
        context.chosen.narrow(matching)
    # One whose create is under way may come along as another's candidate: it can be found, but not created once more.
    matching.alone = [row for row in matching.alone if row not in handled]
    matching.doubts = [doubt for doubt in matching.doubts if doubt.row not in handled]
    for couple in couples:
        rows.update({known.row: known for known in (couple.salesforce, couple.hubspot) if known is not None})
    rows.update({record.row: record for record in fresh})
    return Gathered(couples, matching, gone, rows)


def couples_of(context: Context, links: Iterable[int]) -> list[Couple]:
    ids = sorted(links)
    known = context.store.counterparts(ids)
    couples: list[Couple] = []
    for link in context.store.links(ids):
        sides = {record.side: record for record in known.get(link.link, [])}
        couples.append(Couple(link, sides.get(Side.SALESFORCE), sides.get(Side.HUBSPOT)))
    return couples


class InFlight(msgspec.Struct):
    """Creates that were sent and not answered yet. `sources` must not be created a second time. `sides` are those where
    one of them may be found that holds no key: a new record there without a key may be it, and waits too."""

    sources: set[int]
    sides: set[Side]

    def may_be(self, record: Known) -> bool:
        return record.side in self.sides and not any(key != key_of(record.id) for key in record.keys)


def in_flight(context: Context) -> InFlight:
    states = [JournalState.UNKNOWN, JournalState.SENT]
    waiting = context.store.entries(None, states, limit=100_000, pair=context.pair.name)
    keys = context.pair.keys
    keyless = {
        entry.side
        for entry in waiting
        if entry.op is Op.CREATE and not any(change.field in keys[entry.object] for change in entry.changes)
    }
    for other in related_pairs(context):  # a new to-do may be what became of a note
        sent = context.store.entries(None, states, Side.SALESFORCE, Op.CREATE, 0, 1, other.pair.name)
        keyless |= {entry.side for entry in sent}
    return InFlight({entry.source_row for entry in waiting if entry.source_row is not None}, keyless)


def match_loose(context: Context, loose: Sequence[Known], shared: Shared) -> tuple[Matching, dict[int, Known]]:
    """What matching makes of live records without a link, and every record that it names, by row."""
    matching = Matching([], [], [])
    rows = {record.row: record for record in loose}
    staged_groups, rows_by_key = _groups(context, loose, shared)
    rows.update(rows_by_key)
    for group in staged_groups:
        candidates = [_candidate(rows[row], shared) for row in group]
        found = match_group(candidates, context.pair.salesforce, context.rules.on_ambiguous_match)
        matching.matches += found.matches
        # A record that came along only as a candidate and waits for a change (parked, in error) keeps waiting.
        matching.doubts += [doubt for doubt in found.doubts if rows[doubt.row].state is RecordState.STAGED]
        matching.alone += [row for row in found.alone if rows[row].state is RecordState.STAGED]
    return matching, rows


def _groups(context: Context, loose: Sequence[Known], shared: Shared) -> tuple[list[list[int]], dict[int, Known]]:
    """Rows that share keys, directly or through another record, as lists; records without a key stand alone. `shared`:
    further keys by row, of records that may have come along."""
    rows: dict[int, Known] = {record.row: record for record in loose}
    rows.update({record.row: record for record in context.store.records(sorted(shared.keys() - rows.keys()))})
    asked: set[str] = set()
    keys = {key for record in loose for key in record.keys}
    while keys:
        asked |= keys
        found = context.store.records_by_keys(context.pair.name, sorted(keys))
        keys = set()
        for _, record in found:
            if record.presence is Presence.LIVE:
                rows.setdefault(record.row, record)
                keys |= set(record.keys) - asked
    leader: dict[int, int] = {row: row for row in rows}

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    first: dict[str, int] = {}
    for row, record in rows.items():
        for key in (*record.keys, *shared.get(row, ())):
            if (head := first.setdefault(key, row)) != row:
                leader[find(row)] = find(head)
    groups: dict[int, list[int]] = {}
    for row in rows:
        groups.setdefault(find(row), []).append(row)
    return list(groups.values()), rows


def _candidate(record: Known, shared: Shared) -> Candidate:
    keys = (*record.keys, *shared.get(record.row, ()))
    return Candidate(record.row, record.side, record.object, record.version, keys, record.link is not None)


def couple_cells(couple: Couple) -> tuple[list[Cell], list[Cell]]:
    """What both records hold now: their own cells where those were kept, else the base. A tombstone may be without cells;
    then it is as it was last seen."""
    link, salesforce, hubspot = couple.link, couple.salesforce, couple.hubspot
    s_cells = salesforce.cells if salesforce is not None and salesforce.cells else link.base_salesforce
    h_cells = hubspot.cells if hubspot is not None and hubspot.cells else link.base_hubspot
    return s_cells, h_cells
