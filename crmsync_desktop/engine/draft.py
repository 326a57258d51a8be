"""One chunk's worth of plan, collected and then stored in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.domain.lifecycle import Fate
from crmsync_desktop.domain.matching import Doubt
from crmsync_desktop.domain.planner import NOTICES, CreatePlan, FieldChange, LinkPlan
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Op, Presence, Side
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.stages import STAGE_UNKNOWN
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.applying import admitted
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Couple
from crmsync_desktop.engine.never_again import bar_replaced
from crmsync_desktop.ports.store import (
    Conflict,
    Entry,
    JournalState,
    Known,
    Link,
    LinkState,
    NewError,
    RecordState,
    Settle,
)


class Draft:
    """Collects; `commit` stores. In a preview only the journal's planned entries are stored, and the tallies are counted."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._now = stamp(context.clock.now())
        self._new_links: list[tuple[Link, list[Entry]]] = []
        self._links: list[Link] = []
        self._unlinked: list[int] = []
        self.replaced: list[str] = []
        """Ids of archived HubSpot records whose counterparts are to get a new one."""
        self._settles: list[Settle] = []
        self._entries: list[Entry] = []
        self._errors: list[NewError] = []
        self._held: list[tuple[Link, LinkPlan, Sequence[Cell], Sequence[Cell]]] = []
        self._cleared: list[tuple[Side, str, str]] = []
        self._standing: dict[tuple[Side, str, str], set[tuple[str, str]]] = {}
        self._released: list[int] = []

    # links

    def new_link(
        self, link: Link, plan: LinkPlan, salesforce: Known, hubspot: Known, s_cells: list[Cell], h_cells: list[Cell]
    ) -> None:
        """Two records that matching found to be the same."""
        for tally in self._context.tallies.values():
            tally.linked += 1
        link.base_salesforce, link.base_hubspot = plan.base_salesforce, plan.base_hubspot
        entries = self._link_entries(link, plan, salesforce, hubspot, s_cells, h_cells)
        self._new_links.append((link, entries))

    def link(
        self,
        link: Link,
        plan: LinkPlan,
        salesforce: Known | None,
        hubspot: Known | None,
        s_cells: list[Cell],
        h_cells: list[Cell],
    ) -> None:
        """A link whose records are both live."""
        if plan.rebased:
            link.base_salesforce, link.base_hubspot = plan.base_salesforce, plan.base_hubspot
            self._links.append(link)
        if not plan.held:
            self._released.append(link.link)
        self._entries += self._link_entries(link, plan, salesforce, hubspot, s_cells, h_cells)

    def _link_entries(
        self,
        link: Link,
        plan: LinkPlan,
        salesforce: Known | None,
        hubspot: Known | None,
        s_cells: list[Cell],
        h_cells: list[Cell],
    ) -> list[Entry]:
        entries: list[Entry] = []
        label = self._label(hubspot, h_cells) if hubspot else self._label(salesforce, s_cells)
        if plan.to_hubspot:
            entries.append(
                self._update(
                    Side.HUBSPOT, self._context.pair.hubspot, link.hubspot_id, link, salesforce, hubspot, label, plan
                )
            )
        if plan.to_salesforce:
            entries.append(
                self._update(
                    Side.SALESFORCE, link.salesforce_object, link.salesforce_id, link, hubspot, salesforce, label, plan
                )
            )
        for side, fault in plan.faults:
            object, id = (
                (self._context.pair.hubspot, link.hubspot_id)
                if side is Side.HUBSPOT
                else (link.salesforce_object, link.salesforce_id)
            )
            self._fault(side, object, id, label, fault)
            self._context.told.add((link.salesforce_id, fault.code, fault.fields))
            if fault.code not in NOTICES:
                self._context.fail(side, id)
        if plan.held:
            self._held.append((link, plan, s_cells, h_cells))
            for place in plan.held:
                self._context.hold(Side.SALESFORCE, f"{link.salesforce_id} {place}")
        parked = bool(plan.held or plan.faults)
        for known, cells, base in ((salesforce, s_cells, plan.base_salesforce), (hubspot, h_cells, plan.base_hubspot)):
            if known is None or entries:
                continue  # with entries, it stays staged until its writes are done
            even = cells == base
            self._settles.append(
                Settle(known.row, RecordState.PARKED if parked else RecordState.SETTLED, None if even else cells)
            )
            if not parked:
                self._cleared.append((known.side, known.object, known.id))
            else:
                self._standing[known.side, known.object, known.id] = standing_faults(plan, known.side)
        return entries

    def _update(
        self,
        side: Side,
        object: str,
        id: str,
        link: Link,
        source: Known | None,
        target: Known | None,
        label: str,
        plan: LinkPlan,
    ) -> Entry:
        changes = tuple(plan.to_hubspot if side is Side.HUBSPOT else plan.to_salesforce)
        return self._entry(side, object, id, Op.UPDATE, link, source, target, label, _reason(changes), changes)

    # records without a counterpart

    def create(self, record: Known, cells: list[Cell], plan: CreatePlan) -> None:
        """A record that is to be created on the other side, unless a fault blocks it."""
        label = self._label(record, cells)
        for fault in plan.faults:
            self._fault(record.side, record.object, record.id, label, fault)
        if plan.blocked:
            self._context.fail(plan.side, record.id)
            self.settle(record, cells, RecordState.PARKED)
            return
        reason = f"new in {record.side.label}"
        self._entries.append(
            self._entry(plan.side, plan.object, None, Op.CREATE, None, record, None, label, reason, tuple(plan.changes))
        )

    def wait(self, record: Known, cells: list[Cell], fault: Fault) -> None:
        """It gets no counterpart yet: a company without a contact that syncs (semantics 2), an activity of nobody that is
        linked (A1)."""
        self._context.hold(record.side, record.id)
        label = self._label(record, cells)
        self._errors.append(self._error(record.side, record.object, record.id, label, fault, notice=True))
        self.settle(record, cells, RecordState.PARKED)

    def doubt(self, record: Known, rival: Known, doubt: Doubt) -> None:
        """A record that shares its key with one that is linked, or that would be: noticed, not guessed (C9)."""
        self._context.hold(record.side, record.id)
        label = self._label(record, record.cells or [])
        what = "the e-mail address" if "@" in doubt.key else "a key"
        linked = ", which is linked" if rival.link is not None else ""
        message = f"{doubt.key} is also {what} of {rival.side.label} {rival.object} {rival.id}{linked}."
        fault = Fault(Category.DUPLICATES, "AMBIGUOUS_MATCH", message, (), rival.id)
        self._errors.append(self._error(record.side, record.object, record.id, label, fault, notice=True))
        self.settle(record, record.cells, RecordState.PARKED)

    # deletes

    def delete(self, couple: Couple, h_cells: list[Cell]) -> None:
        label = self._label(couple.hubspot, h_cells)
        self._entries.append(
            self._entry(
                Side.HUBSPOT,
                self._context.pair.hubspot,
                couple.link.hubspot_id,
                Op.DELETE,
                couple.link,
                couple.salesforce,
                couple.hubspot,
                label,
                Fate.DELETE_HUBSPOT.value,
                (),
            )
        )

    def gone(self, couple: Couple, verdict: Fate) -> None:
        """One side is deleted and the other stays: the link remembers it."""
        state = LinkState.HUBSPOT_GONE if verdict is Fate.HUBSPOT_GONE else LinkState.SALESFORCE_GONE
        if verdict is not Fate.REST and couple.link.state is not state:
            couple.link.state = state
            self._links.append(couple.link)
        if verdict is Fate.EDIT_BEATS_DELETE and couple.hubspot is not None:
            record = couple.hubspot
            fault = Fault(
                Category.RECORD_GONE, "EDIT_BEATS_DELETE", f"{couple.link.salesforce_object} was {verdict.value}."
            )
            label = self._label(record, record.cells or couple.link.base_hubspot)
            self._errors.append(self._error(record.side, record.object, record.id, label, fault, notice=True))
            self._context.hold(Side.HUBSPOT, record.id)
        self.rest(couple)

    def rest(self, couple: Couple) -> None:
        """Nothing to do about these records until they change."""
        for known in (couple.salesforce, couple.hubspot):
            if known is not None:
                self._settles.append(Settle(known.row, RecordState.SETTLED, keep=True))

    def unlink(self, link: Link, live: Known | None, cells: list[Cell], gone: Known | None) -> None:
        """One side is gone for good, and the other's record is to get a new counterpart."""
        self._unlinked.append(link.link)
        if live is not None:
            self._settles.append(Settle(live.row, RecordState.STAGED, cells))
        if gone is not None:
            self._settles.append(Settle(gone.row, RecordState.SETTLED, keep=True))

    def lost(self, record: Known) -> None:
        """A record without a counterpart isn't there any more: nothing is to be done about it, nor told."""
        self.settle(record, None, RecordState.SETTLED)
        if record.presence is Presence.DELETED:
            self._cleared.append((record.side, record.object, record.id))

    def settle(self, record: Known, cells: list[Cell] | None, state: RecordState) -> None:
        self._settles.append(Settle(record.row, state, cells))

    # storing

    def commit(self) -> None:
        store = self._context.store
        if self._context.only is not None:
            self._entries = admitted(self._entries)
            self._new_links = [(link, admitted(entries)) for link, entries in self._new_links]
        if self._context.chosen is not None:
            self._context.chosen.note([link for link, _ in self._new_links], self._errors)
        if self._context.preview:
            store.plan([*self._entries, *(entry for _, entries in self._new_links for entry in entries)])
            return
        with store.together():
            self._store_all()

    def _store_all(self) -> None:
        store = self._context.store
        if self._unlinked:
            store.remove_links(self._unlinked)
        bar_replaced(self._context, self.replaced)
        if self._new_links:
            ids = store.add_links([link for link, _ in self._new_links])
            self._context.note_links([link for link, _ in self._new_links])
            for (link, entries), id in zip(self._new_links, ids, strict=True):
                link.link = id
                for entry in entries:
                    entry.link = id
                self._entries += entries
        if self._links:
            store.update_links(self._links)
        self._note_outstanding()
        self._store_findings()
        if self._settles:
            store.settle(self._settles)
        store.plan(self._entries)

    def _note_outstanding(self) -> None:
        seen: set[int] = set()
        for entry in self._entries:
            if entry.link is None or entry.op is not Op.UPDATE:
                continue
            if entry.link in seen:
                self._context.outstanding[entry.link] = 2
            seen.add(entry.link)

    def _store_findings(self) -> None:
        store = self._context.store
        if self._errors:
            store.open_errors(self._errors, self._now)
        broken = {(error.side, error.object, error.record_id) for error in self._errors}
        cleared = [record for record in self._cleared if record not in broken]
        if cleared and any(store.error_totals()):
            store.clear_errors(cleared)
        if self._standing and any(store.error_totals()):
            store.clear_mended(self._standing)
        if self._released and store.conflict_count():
            store.release(self._released)
        if self._held:
            store.hold([conflict for held in self._held for conflict in self._conflicts(*held)])

    def _conflicts(
        self, link: Link, plan: LinkPlan, s_cells: Sequence[Cell], h_cells: Sequence[Cell]
    ) -> Iterable[Conflict]:
        for place in plan.held:
            yield Conflict(
                link.link,
                place,
                self._context.layout.columns[place].property,
                s_cells[place],
                h_cells[place],
                link.base_salesforce[place],
                link.base_hubspot[place],
                self._now,
                *plan.disputed.get(place, (None, "")),
            )

    def _entry(
        self,
        side: Side,
        object: str,
        id: str | None,
        op: Op,
        link: Link | None,
        source: Known | None,
        target: Known | None,
        label: str,
        reason: str,
        changes: tuple[FieldChange, ...],
    ) -> Entry:
        entry = Entry(
            row=0,
            pass_id=self._context.pass_id,
            pair=self._context.pair.name,
            side=side,
            object=object,
            record_id=id,
            op=op,
            state=JournalState.PLANNED,
            link=link.link or None if link else None,
            source_row=source.row if source else None,
            target_row=target.row if target else None,
            origin_id=source.id if source else None,
            label=label,
            reason=reason,
            changes=changes,
            at=self._now,
        )
        if self._context.only is not None and not self._context.only.admits(entry):
            return entry  # it waits for the next pass: its records stay staged
        self._context.count(entry, 1)
        if link is not None:
            base = link.base_hubspot if side is Side.HUBSPOT else link.base_salesforce
            fields = [(c.property, c.new is None and bool(c.old), base[c.place] is not UNSEEN) for c in changes]
            self._context.reaches.count(entry.pair, side, op, fields)
        return entry

    def _fault(self, side: Side, object: str, id: str, label: str, fault: Fault) -> None:
        self._context.outdated = self._context.outdated or fault.code == STAGE_UNKNOWN
        self._errors.append(self._error(side, object, id, label, fault, notice=fault.code in NOTICES))

    def _error(self, side: Side, object: str, id: str, label: str, fault: Fault, notice: bool = False) -> NewError:
        remedy = hint(fault.category, fault.code)
        return NewError(self._context.pair.name, side, object, id, label, fault, remedy, notice)

    def _label(self, record: Known | None, cells: Sequence[Cell]) -> str:
        if record is None:
            return ""
        return self._context.layout.label(cells, record.keys, record.id)


def standing_faults(plan: LinkPlan, side: Side) -> set[tuple[str, str]]:
    """(field, code) of what still stands against a record: its other errors are mended."""
    return {(field, fault.code) for on, fault in plan.faults if on is side for field in fault.fields or ("",)}


def _reason(changes: Sequence[FieldChange]) -> str:
    """Why a record is written: its fields' reason where they share one."""
    reasons = dict.fromkeys(change.reason for change in changes)
    return next(iter(reasons)) if len(reasons) == 1 else f"{len(changes)} fields, each for its own reason"
