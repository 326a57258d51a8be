"""The facade's methods for plans that are kept and passes that are undone (P1, P2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.plan_views import ApplyView, FieldLeftView, PlanState, PlanView, RecordLeftView, UndoView
from crmsync_desktop.app.reports import pass_view
from crmsync_desktop.app.runner import Runner
from crmsync_desktop.app.why import Why
from crmsync_desktop.app.why_views import WhyView
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.reference import Addresses, Reference, parse_reference
from crmsync_desktop.domain.settings import active_pairs, all_pairs
from crmsync_desktop.engine.applying import Approval, MovedRecord
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.engine.guarding import approval_of, kept_plan
from crmsync_desktop.engine.kept_plans import entries_of, find_plan, note_applied, plans_of, settings_digest
from crmsync_desktop.engine.undo import run_undo
from crmsync_desktop.engine.undo_plan import LeftRecord
from crmsync_desktop.ports.profiles import Profile
from crmsync_desktop.ports.store import JournalState, PassRow, PassState, Store

LARGEST = 2**63 - 1
"""The largest number that a pass can have."""


class PlanWork:
    """Implements its part of app.facade.Facade."""

    def __init__(
        self, store: Store, runner: Runner, mappings: Mapping[str, Mappings], addresses: Callable[[], Addresses]
    ) -> None:
        self.__store, self.__runner, self.__addresses = store, runner, addresses
        self.__why = Why(store, mappings)

    async def plans(self) -> list[PlanView]:
        store = self.__store
        digest = settings_digest(store)
        found: list[PlanView] = []
        for plan in reversed(plans_of(store)):
            row = store.pass_row(plan.number)
            if row is None:
                continue
            writes = sum(tally.created + tally.updated + tally.deleted for tally in row.tallies)
            state: PlanState = "applied" if plan.applied_by else "kept" if plan.kept else "gone"
            changed = plan.settings != digest
            found.append(PlanView(plan.number, state, pass_view(row), writes, plan.applied_by or None, changed))
        return found

    async def apply(self, number: int) -> ApplyView:
        store = self.__store
        _checked(number)
        waiting = kept_plan(store)
        guarded = waiting is not None and waiting.pass_id == number
        changed = False
        if guarded:
            approval = approval_of(store, number)
        else:
            plan, _ = find_plan(store, number)
            changed = plan.settings != settings_digest(store)
            approval = Approval(entries_of(store, number))
        moved: list[MovedRecord] = []

        async def work(contexts: list[Context], calls: dict[Side, int]) -> PassRow:
            if not guarded:
                find_plan(store, number)  # once more: another pass may have applied it, or let go of it, meanwhile
            for context in contexts:
                context.only = approval
            row = await run_pass(contexts, f"plan {number}", calls)
            if not guarded:
                note_applied(store, number, row)
            if row.state is PassState.DONE:
                moved.extend(approval.moved())
            return row

        result = await self.__runner.alone(False, work)
        views = tuple(_moved(each) for each in moved)
        return ApplyView(number, result, views, changed)

    async def undo(self, pass_id: int, record: str | None, preview: bool, approved: bool) -> UndoView:
        row = _undoable(self.__store, pass_id)
        ids = None if record is None else ids_of(self.__store, parse_reference(record, self.__addresses()))
        if ids is not None and not _touched(self.__store, pass_id, ids):
            raise SetupError(
                f"Pass {pass_id} wrote nothing to that record.", "", f"See what it wrote: changes {pass_id}"
            )
        left: list[LeftRecord] = []

        async def work(contexts: list[Context], calls: dict[Side, int]) -> PassRow:
            done = await run_undo(contexts, pass_id, ids, approved, calls)
            left.extend(done.left)
            return done.row

        settings = self.__store.settings()
        off = [pair for pair in all_pairs(settings).values() if pair not in active_pairs(settings)]
        wrote = [pair for pair in off if _wrote(self.__store, pass_id, pair.name)]  # an import, or it was on then
        result = await self.__runner.alone(preview, work, wrote)
        links = max((tally.linked for tally in row.tallies), default=0)
        return UndoView(pass_id, result, tuple(_by_record(left)), links)

    async def why(self, record: str, property: str | None) -> WhyView:
        return self.__why.explain(record, property, self.__addresses())


def _checked(number: int) -> None:
    if not 0 < number <= LARGEST:
        raise SetupError(f"{number} is no number of a pass.", "", "See which there are: history")


def _undoable(store: Store, pass_id: int) -> PassRow:
    """The pass to undo. Raises SetupError for one that wrote nothing, or isn't there."""
    _checked(pass_id)
    row = store.pass_row(pass_id)
    if row is None:
        raise SetupError(f"There is no pass {pass_id}.", "", "See which there are: history")
    if row.preview:
        raise SetupError(f"Pass {pass_id} was a preview.", "It wrote nothing.", "There is nothing to undo.")
    if row.state is PassState.RUNNING:
        raise SetupError(f"Pass {pass_id} is running.", "", "Stop it, or wait for its end, then undo it.")
    if not _wrote(store, pass_id):
        raise SetupError(f"Pass {pass_id} wrote nothing.", "", "There is nothing to undo.")
    return row


def _wrote(store: Store, pass_id: int, pair: str | None = None) -> bool:
    return bool(store.entries(pass_id, [JournalState.DONE], limit=1, pair=pair))


def ids_of(store: Store, reference: Reference) -> frozenset[str]:
    """The ids that a reference stands for: those of the records with that e-mail address, if it is one."""
    if reference.id:
        return frozenset([reference.id])
    return frozenset(
        record.id
        for name in all_pairs(store.settings())
        for _, record in store.records_by_keys(name, [reference.email])
    )


def _touched(store: Store, pass_id: int, ids: Collection[str]) -> bool:
    after = 0
    while entries := store.entries(pass_id, [JournalState.DONE], after_row=after, limit=2_000):
        after = entries[-1].row
        if any(entry.record_id in ids or entry.origin_id in ids for entry in entries):
            return True
    return False


def _moved(record: MovedRecord) -> RecordLeftView:
    fields = tuple(FieldLeftView(each.property, each.why) for each in record.moved)
    return RecordLeftView(
        record.pair, record.side, record.object, record.record_id, record.label, record.op.value, fields
    )


def _by_record(left: Iterable[LeftRecord]) -> Iterator[RecordLeftView]:
    records: dict[tuple[Side, str, str], list[LeftRecord]] = {}
    for each in left:
        records.setdefault((each.side, each.object, each.record_id), []).append(each)
    for (side, object, id), found in records.items():
        fields = tuple(FieldLeftView(each.property, each.why) for each in found)
        yield RecordLeftView(found[0].pair, side, object, id, found[0].label, "", fields)


def addresses_of(profile: Profile) -> Addresses:
    """Where this connection's records have their pages."""
    portal = profile.hubspot.account_id if profile.hubspot is not None else ""
    return Addresses(profile.salesforce_url, profile.hubspot_url, portal)
