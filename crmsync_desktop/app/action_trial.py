"""A rule held against the last days of the journal (W1): for which records it would have fired, and what can't be known.

Costs no call, but for rules on lists: HubSpot keeps when each member joined, and one call brings 250 of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from crmsync_desktop.app.action_views import ActionTrialView, TrialRow
from crmsync_desktop.app.runner import Systems
from crmsync_desktop.domain.action_occasions import Occasion, matches, moment, named
from crmsync_desktop.domain.action_rules import ActionRule, When, watched
from crmsync_desktop.domain.action_words import called, why_it_fired
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.records import UNSEEN, Cell, Op, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.store import Entry, JournalState, Known, Store

SHOWN: Final = 100
MOST_PASSES: Final = 20_000
_DAY: Final = 24 * 3600.0


class Trial:
    def __init__(self, store: Store, clock: Clock, systems: Callable[[], Awaitable[Systems]]) -> None:
        self._store, self._clock, self._systems = store, clock, systems

    async def of(self, rule: ActionRule, days: int) -> ActionTrialView:
        """Raises SetupError where the list can't be read."""
        since = self._clock.now() - days * _DAY
        pair = next((each for each in all_pairs(self._store.settings()).values() if each.hubspot == rule.object), None)
        if pair is None:
            return ActionTrialView(rule.name, days, 0, (), (f"HubSpot's object “{rule.object}” isn't synced.",))
        if rule.when is When.LIST:
            rows = await self._of_list(rule, pair, stamp(since))
            unknown = ["Who joined the list in that time and has left it since: HubSpot doesn't say."]
        else:
            rows = self._of_journal(rule, pair, since)
            unknown = self._unknown(rule, pair, days, since)
        rows.sort(key=lambda row: (row.at, row.record_id), reverse=True)
        return ActionTrialView(rule.name, days, len(rows), tuple(rows[:SHOWN]), tuple(unknown))

    async def _of_list(self, rule: ActionRule, pair: Pair, since: str) -> list[TrialRow]:
        happenings = (await self._systems()).happenings
        assert happenings is not None
        joined = await happenings.joiners(rule.list_id, since)
        labels = self._labels(pair, [record for record, _ in joined])
        return [self._row(rule, pair, record, labels.get(record, record), Occasion(named(at))) for record, at in joined]

    def _labels(self, pair: Pair, ids: Sequence[str]) -> dict[str, str]:
        """What the memory calls these HubSpot records."""
        known = self._store.records_by_id(Side.HUBSPOT, pair.hubspot, ids)
        bases = {link.link: link.base_hubspot for link in self._store.links([k.link for k in known if k.link])}
        layout = self._store.layout(pair.name)

        def label(record: Known) -> str:
            cells = record.cells if record.cells is not None else bases.get(record.link or 0, [])
            by_name = dict(zip(layout, cells, strict=False))
            return " ".join(str(by_name[name]) for name in pair.label_properties if by_name.get(name)) or record.id

        return {record.id: label(record) for record in known}

    def _of_journal(self, rule: ActionRule, pair: Pair, since: float) -> list[TrialRow]:
        schema = self._store.schema(Side.HUBSPOT, pair.hubspot)
        field = schema.fields.get(watched(rule)[0]) if schema is not None else None
        kind = field.kind if field is not None else Kind.TEXT
        last: dict[str, Cell] = {}
        rows: list[TrialRow] = []
        for entry, record in self._entries(pair, since):
            for value, tells in _values(entry, watched(rule)[0]):
                before = last.get(record, UNSEEN)
                last[record] = value
                if value is UNSEEN or value == before or not matches(rule, value, kind):
                    continue
                if not tells and before is UNSEEN:
                    continue  # it may have stood there for ever
                if rule.when is not When.CHANGED and before and matches(rule, before, kind):
                    continue
                if rule.when is When.STAGE and not _in_pipeline(entry, rule):
                    continue
                taken = called(field, value, {})
                occasion = Occasion(named(entry.at), value)
                rows.append(self._row(rule, pair, record, entry.label, occasion, taken))
        return rows

    def _entries(self, pair: Pair, since: float) -> Iterator[tuple[Entry, str]]:
        """Writes of the pair that are done, oldest first, each with the HubSpot record that it was about."""
        passes = [
            row
            for row in self._store.passes(MOST_PASSES)
            if not row.preview
            and moment(row.started_at) >= since
            and any(tally.pair == pair.name and (tally.created or tally.updated) for tally in row.tallies)
        ]
        for row in reversed(passes):
            after = 0
            while page := self._store.entries(row.id, [JournalState.DONE], after_row=after, pair=pair.name):
                after = page[-1].row
                numbers = sorted({entry.link for entry in page if entry.link and entry.side is Side.SALESFORCE})
                hubspot = {link.link: link.hubspot_id for link in self._store.links(numbers)}
                for entry in page:
                    record = entry.record_id if entry.side is Side.HUBSPOT else hubspot.get(entry.link or 0)
                    record = record or (entry.origin_id if entry.side is Side.SALESFORCE else None)
                    if record and entry.op is not Op.DELETE:
                        yield entry, record

    def _row(
        self, rule: ActionRule, pair: Pair, record: str, label: str, occasion: Occasion, taken: str = ""
    ) -> TrialRow:
        return TrialRow(record, label, occasion.at, why_it_fired(rule, pair.noun, label, occasion, taken))

    def _unknown(self, rule: ActionRule, pair: Pair, days: int, since: float) -> list[str]:
        found = [
            "The times are those of the passes that wrote the change, up to a poll interval after it was made.",
            "Values that came and went between two passes, and edits that the sync didn't carry, aren't in the journal.",
            "Records that HubSpot had with the value when they were first synced don't count: since when, isn't in the journal.",
        ]
        name = watched(rule)[0]
        if name not in self._store.layout(pair.name):
            found.insert(
                0, f"“{rule.name_of(name)}” isn't mapped, so the journal knows nothing of it. Map it to see more."
            )
        oldest = self._store.passes(MOST_PASSES)
        if not oldest or moment(oldest[-1].started_at) > since:
            at = oldest[-1].started_at if oldest else "now"
            found.append(f"The journal begins at {at}, later than {days} days ago.")
        return found


def _values(entry: Entry, property: str) -> list[tuple[Cell, bool]]:
    """What HubSpot held, in order, by a write in either direction; with whether it had just come to hold it."""
    for change in entry.changes:
        if change.property != property:
            continue
        if entry.side is Side.HUBSPOT:
            held = [] if entry.op is Op.CREATE else [(change.old, False)]
            return [*held, (change.new, True)]
        return [(change.source, entry.op is not Op.CREATE)]
    return []


def _in_pipeline(entry: Entry, rule: ActionRule) -> bool:
    """Unless the write says that it is in another one."""
    for change in entry.changes:
        if change.property == watched(rule)[1]:
            now = change.new if entry.side is Side.HUBSPOT else change.source
            return now is UNSEEN or now == rule.pipeline
    return True
