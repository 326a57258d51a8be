"""Settle: what an answer means for the memory. Bases move to what each side now says, links are made for new records,
errors are opened or cleared, and the journal gets its last word.

Links, bases and the journal's last word are one transaction. Where it is missing, after a crash, the next pass looks for the
creates, finds both sides of the updates equal and only moves the bases.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_link
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Op, Outcome, Presence, Side, Written
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import close, stamp
from crmsync_desktop.engine.carried import carried, load_lookups
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.draft import standing_faults
from crmsync_desktop.engine.forms import Form, as_stored, form_of
from crmsync_desktop.engine.gather import Couple, couple_cells, couples_of
from crmsync_desktop.engine.kept_cells import keep_cells, settles_of
from crmsync_desktop.engine.observe import is_stale, with_keys
from crmsync_desktop.engine.refusals import follow_refusals, park_refusals
from crmsync_desktop.engine.stamps import edited_at, with_write
from crmsync_desktop.engine.standing import keep_undone, load_standing, settle_undone_deletes, stand_after, store_undone
from crmsync_desktop.ports.store import Entry, JournalState, Known, Link, LinkState, RecordState, Settle

READ_BACK = 2_000

_STATES = {
    Outcome.DONE: JournalState.DONE,
    Outcome.FAILED: JournalState.FAILED,
    Outcome.UNKNOWN: JournalState.UNKNOWN,
    Outcome.NOT_SENT: JournalState.DROPPED,
}

Answer = tuple[Entry, Written]


class Settler:
    """Settles one side's answers. Salesforce's answers don't say what was stored, so records written there are collected
    and read back, up to 2,000 in one call."""

    def __init__(self, context: Context, side: Side) -> None:
        self._context = context
        self._side = side
        self._unread: dict[str, set[str]] = {}
        self._forms: dict[str, Form] = {}

    @property
    def due(self) -> bool:
        return sum(map(len, self._unread.values())) >= READ_BACK

    async def settle(self, answers: list[Answer]) -> None:
        """Settle one batch."""
        context = self._context
        refused = [(entry, answer) for entry, answer in answers if answer.outcome is Outcome.FAILED]
        with context.store.together():
            # First: what is done may free the address that another was refused for, and wakes what is parked then.
            refusals = park_refusals(context, self._side, refused)
            done = [(as_stored(entry, answer), answer) for entry, answer in answers if answer.outcome is Outcome.DONE]
            self._settle_creates([pair for pair in done if pair[0].op is Op.CREATE])
            self._settle_updates([pair for pair in done if pair[0].op is Op.UPDATE])
            self._settle_deletes([pair for pair in done if pair[0].op is Op.DELETE])
            self._finish([pair for pair in answers if pair[1].outcome is not Outcome.FAILED])
        if refused:
            await follow_refusals(context, self._side, refusals)
            self._finish(refused)

    def _finish(self, answers: list[Answer]) -> None:
        """The journal's last word."""
        for entry, answer in answers:
            if answer.outcome is not Outcome.DONE:
                self._context.count(entry, -1)
        self._context.store.finish(
            [(entry.row, _STATES[answer.outcome], answer.id, _note(answer)) for entry, answer in answers],
            stamp(self._context.clock.now()),
        )

    def _settle_creates(self, done: list[Answer]) -> None:
        if not done:
            return
        context = self._context
        created = [(self._created(entry, answer), entry) for entry, answer in done]
        rows = context.store.learn(
            context.pair.name, [(record, digest_of(record)) for record, _ in created], RecordState.STAGED
        )
        sources = {known.row: known for known in context.store.records([e.source_row for e, _ in done if e.source_row])}
        load_lookups(context, [*(record for record, _ in created), *sources.values()])
        links: list[Link] = []
        settles: list[Settle] = []
        cleared: list[tuple[Side, str, str]] = []
        for (record, entry), row in zip(created, rows, strict=True):
            source = sources.get(entry.source_row or 0)
            if source is None or source.link is not None:
                continue
            link = self._new_link(source, record)
            self._move_bases(link, entry, record)
            plan = self._remaining(link, source, record, entry=entry)
            link.base_salesforce, link.base_hubspot = plan.base_salesforce, plan.base_hubspot
            links.append(link)
            context.linked_children.update(record.parents, context.parents_in(source.cells or ()))
            state = self._state(plan, source, None, told=False)
            settles += settles_of(link, source, row, record, state)
            if state is not RecordState.PARKED:  # what still stands against a field of it, the link tells from now on
                cleared.append((source.side, source.object, source.id))
        context.made.update(context.store.add_links(links))
        context.note_links(links)
        context.store.settle(settles)
        self._clear(cleared)
        self._note_unread(done)

    def _created(self, entry: Entry, answer: Written) -> Observed:
        cells = list(self._form(entry.object).new)
        for change in entry.changes:
            cells[change.place] = change.new
        return self._observed(entry, answer, cells)

    def _observed(
        self,
        entry: Entry,
        answer: Written,
        cells: list[Cell],
        before: Sequence[Cell] | None = None,
        former_keys: Sequence[str] = (),
    ) -> Observed:
        """The written record as its side's answer describes it. `before` and `former_keys`: what it was until now."""
        form = self._form(entry.object)
        id = answer.id or entry.record_id or ""
        for name, value in (answer.echo or {}).items():
            if name in form.places:
                cells[form.places[name]] = value
        keys = form.keys_in(id, cells)
        if former_keys:
            told = keys if before is None else form.keys_in(id, before)
            keys = (*keys, *(key for key in former_keys if key not in told))
        version = answer.version or ""
        parents = self._context.parents_in(cells)
        keys = tuple(dict.fromkeys(keys))
        return Observed(entry.side, entry.object, id, version, Presence.LIVE, cells, keys, parents=parents)

    def _form(self, object: str) -> Form:
        form = self._forms.get(object)
        if form is None:
            form = self._forms[object] = form_of(self._context, self._side, object)
        return form

    def _new_link(self, source: Known, record: Observed) -> Link:
        blank: list[Cell] = [UNSEEN] * len(self._context.layout.columns)
        salesforce, hubspot = (source, record) if source.side is Side.SALESFORCE else (record, source)
        return Link(
            0, self._context.pair.name, salesforce.object, salesforce.id, hubspot.id, LinkState.LIVE, blank, list(blank)
        )

    def _settle_updates(self, done: list[Answer]) -> None:
        if not done:
            return
        context = self._context
        couples = {c.link.link: c for c in couples_of(context, {entry.link for entry, _ in done if entry.link})}
        load_standing(context, couples)
        load_lookups(context, (), couples.values())
        links: list[Link] = []
        settles: list[Settle] = []
        learned: list[tuple[Observed, int]] = []
        cleared: list[tuple[Side, str, str]] = []
        standing: dict[tuple[Side, str, str], set[tuple[str, str]]] = {}
        for entry, answer in done:
            couple = couples.get(entry.link or 0)
            if couple is None:
                continue
            keep_cells(couple)
            target = couple.hubspot if entry.side is Side.HUBSPOT else couple.salesforce
            record = self._apply(entry, answer, couple)
            source = couple.salesforce if entry.side is Side.HUBSPOT else couple.hubspot
            plan = self._remaining(couple.link, source, record, couple, entry)
            s_cells, h_cells = couple_cells(couple)
            keep_undone(context, entry, couple.link, plan, record, s_cells if source is couple.salesforce else h_cells)
            couple.link.base_salesforce, couple.link.base_hubspot = plan.base_salesforce, plan.base_hubspot
            links.append(couple.link)
            state = self._after_update(plan, source, couple.link)
            learned.append((record, digest_of(record)))
            if target is not None:
                settles += settles_of(couple.link, source, target.row, record, state, couple)
            if state is RecordState.SETTLED:
                cleared.append((record.side, record.object, record.id))
                if source is not None:
                    cleared.append((source.side, source.object, source.id))
            elif state is RecordState.PARKED and couple.link.link not in context.failed:
                # Which side would be written may look otherwise by now: what stands against either stands.
                still = standing_faults(plan, Side.SALESFORCE) | standing_faults(plan, Side.HUBSPOT)
                standing.update({(each.side, each.object, each.id): still for each in (record, source) if each})
        context.store.learn(context.pair.name, learned, RecordState.STAGED)
        context.store.update_links(links)
        context.store.settle(settles)
        self._clear(cleared)
        if standing and any(context.store.error_totals()):
            context.store.clear_mended(standing)
        store_undone(context)
        self._note_unread(done)

    def _apply(self, entry: Entry, answer: Written, couple: Couple) -> Observed:
        """Move the bases of the written places, and give the written record as it now is."""
        link = couple.link
        s_cells, h_cells = couple_cells(couple)
        target = couple.hubspot if entry.side is Side.HUBSPOT else couple.salesforce
        before = h_cells if entry.side is Side.HUBSPOT else s_cells
        cells = list(before)
        for change in entry.changes:
            cells[change.place] = change.new
        record = self._observed(entry, answer, cells, before, target.keys if target else ())
        if target is not None:
            # Our own write is nobody's edit: in a conflict, the newer one is told from what people did before it.
            record = msgspec.structs.replace(record, version=with_write(target.version, answer.version))
        self._move_bases(link, entry, record)
        return record

    def _move_bases(self, link: Link, entry: Entry, record: Observed) -> None:
        """What was sent is what both sides agree on, whatever the source has come to say since."""
        for change in entry.changes:
            stored = record.cells[change.place]
            kind = self._context.layout.columns[change.place].kind
            if kind is Kind.MEMBERS:
                continue  # joined one by one: what agrees now is told anew, what is still to be written keeps its base
            agreed = stored if stored is not UNSEEN and close(kind, change.new, stored) else change.new
            if entry.side is Side.HUBSPOT:
                link.base_salesforce[change.place], link.base_hubspot[change.place] = change.source, agreed
            else:
                link.base_salesforce[change.place], link.base_hubspot[change.place] = agreed, change.source

    def _remaining(
        self,
        link: Link,
        source: Known | None,
        record: Observed,
        couple: Couple | None = None,
        entry: Entry | None = None,
    ) -> LinkPlan:
        """What would still be to do, now that this write is done: nothing, as a rule."""
        if couple is None:
            source_cells: Sequence[Cell] = source.cells or [] if source else []
        else:
            s_cells, h_cells = couple_cells(couple)
            source_cells = s_cells if record.side is Side.HUBSPOT else h_cells
        dated = self._context.comparable
        version = dated(record.side.other, edited_at(source.version)) if source else ""
        own = dated(record.side, edited_at(record.version))
        theirs = Look(link.salesforce_object, version, source_cells, link.base_salesforce)
        ours = Look(record.object, own, record.cells, link.base_hubspot)
        if record.side is Side.SALESFORCE:
            theirs = Look(link.salesforce_object, own, record.cells, link.base_salesforce)
            ours = Look(self._context.pair.hubspot, version, source_cells, link.base_hubspot)
        on_conflict = self._context.settings.on_conflict
        even = carried(self._context, entry, source_cells, record.cells) if entry is not None and source_cells else ()
        plan = plan_link(self._context.layout, theirs, ours, Doors(), on_conflict, carried=even)
        stand_after(self._context, link, plan, theirs.cells, ours.cells)
        return plan

    def _after_update(self, plan: LinkPlan, other: Known | None, link: Link) -> RecordState:
        outstanding = self._context.outstanding
        if outstanding.get(link.link, 1) > 1:
            outstanding[link.link] -= 1
            return RecordState.STAGED
        # What somebody's edit during this pass has brought about is new to the planner too.
        known = self._context.told
        told = all((link.salesforce_id, fault.code, fault.fields) in known for _, fault in plan.faults)
        return self._state(plan, other, link.link, told)

    def _state(self, plan: LinkPlan, other: Known | None, link: int | None, told: bool) -> RecordState:
        """What is left to do for a link of which one side was just written. `other`: the record that wasn't; a tombstone
        that came meanwhile is still to be followed. `told`: the planner has already put faults and conflicts on record."""
        if link in self._context.failed:
            return RecordState.PARKED
        unfinished = (
            plan.to_salesforce or plan.to_hubspot or (other is not None and other.presence is not Presence.LIVE)
        )
        if unfinished or ((plan.held or plan.faults) and not told):
            self._context.again = True
            return RecordState.STAGED
        return RecordState.PARKED if plan.held or plan.faults else RecordState.SETTLED

    def _settle_deletes(self, done: list[Answer]) -> None:
        context = self._context
        done = settle_undone_deletes(context, done)
        if not done:
            return
        couples = couples_of(context, {entry.link for entry, _ in done if entry.link})
        settles: list[Settle] = []
        for couple in couples:
            couple.link.state = LinkState.SALESFORCE_GONE
            if couple.hubspot is not None:
                settles.append(
                    Settle(couple.hubspot.row, RecordState.SETTLED, keep=True, digest=0, presence=Presence.DELETED)
                )
            if couple.salesforce is not None:
                settles.append(Settle(couple.salesforce.row, RecordState.SETTLED, keep=True))
        context.store.update_links([couple.link for couple in couples])
        context.store.settle(settles)

    def _clear(self, cleared: list[tuple[Side, str, str]]) -> None:
        if cleared and any(self._context.store.error_totals()):
            self._context.store.clear_errors(cleared)

    # reading back

    def _note_unread(self, done: list[Answer]) -> None:
        for entry, answer in done:
            if answer.echo is None:
                self._unread.setdefault(entry.object, set()).add(answer.id or entry.record_id or "")

    async def give_up(self) -> None:
        """Leave without reading back: the next pass reads the echoes."""
        self._unread.clear()

    async def read_back(self) -> None:
        """Read what was written without an echo, and take what storing made of a value as the new base."""
        context = self._context
        unread, self._unread = self._unread, {}
        for object, ids in unread.items():
            context.check_stop()
            records = await context.crms[self._side].read(context.want(self._side, object), sorted(ids))
            known = {k.id: k for k in context.store.records_by_id(self._side, object, sorted(ids))}
            news = [
                (record, known[record.id])
                for record in (with_keys(context, each) for each in records)
                if record.id in known
                and record.presence is Presence.LIVE
                and digest_of(record) != known[record.id].digest
                and not is_stale(record, known[record.id])
            ]
            self._learn_echoes(news)

    def _learn_echoes(self, news: list[tuple[Observed, Known]]) -> None:
        if not news:
            return
        context = self._context
        couples = {c.link.link: c for c in couples_of(context, {k.link for _, k in news if k.link is not None})}
        load_standing(context, couples)
        load_lookups(context, [record for record, _ in news], couples.values())
        links: list[Link] = []
        settles: list[Settle] = []
        seen: list[Observed] = []
        for record, known in news:
            couple = couples.get(known.link or 0)
            if couple is None:
                seen.append(record)
                continue
            keep_cells(couple)
            s_cells, h_cells = couple_cells(couple)
            assumed = list(s_cells if record.side is Side.SALESFORCE else h_cells)
            base = couple.link.base_salesforce if record.side is Side.SALESFORCE else couple.link.base_hubspot
            for column in context.layout.columns:
                sent, stored = assumed[column.place], record.cells[column.place]
                if stored is UNSEEN or sent is UNSEEN or base[column.place] is UNSEEN:
                    continue
                if close(column.kind, sent, stored):
                    base[column.place] = stored
            other = couple.hubspot if record.side is Side.SALESFORCE else couple.salesforce
            plan = self._remaining(couple.link, other, record, couple)
            couple.link.base_salesforce, couple.link.base_hubspot = plan.base_salesforce, plan.base_hubspot
            links.append(couple.link)
            state = self._state(plan, other, couple.link.link, told=False)
            edited = self._edited_since(assumed, record)
            if state is RecordState.PARKED and edited:
                state = RecordState.STAGED  # what was refused may have been mended
            settles += settles_of(couple.link, other, known.row, record, state, couple)
            seen.append(record if edited else msgspec.structs.replace(record, version=known.version or record.version))
        context.store.learn(context.pair.name, [(record, digest_of(record)) for record in seen], RecordState.STAGED)
        context.store.update_links(links)
        context.store.settle(settles)

    def _edited_since(self, assumed: Sequence[Cell], record: Observed) -> bool:
        """Whether a record says something else than what was sent, beyond what storing does to it."""
        pairs = [
            (column.kind, assumed[column.place], record.cells[column.place]) for column in self._context.layout.columns
        ]
        return any(
            sent is not UNSEEN and stored is not UNSEEN and not close(kind, sent, stored)
            for kind, sent, stored in pairs
        )


def _note(answer: Written) -> str:
    return "; ".join(f"{fault.code}: {fault.message}" if fault.code else fault.message for fault in answer.faults)
