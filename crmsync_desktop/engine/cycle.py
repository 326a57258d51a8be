"""One pass: observe → stage → match → decide → guard → execute → settle. A preview is the same code, stopped before execute."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from crmsync_desktop.domain.errors import Cancelled, CrmSyncError, PassError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.actions import recover_actions, run_actions
from crmsync_desktop.engine.activities import is_activity, stage_placed
from crmsync_desktop.engine.activity_switches import end_reading, take_up
from crmsync_desktop.engine.backlog import piled_up
from crmsync_desktop.engine.collecting import seldom_collected
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.execute import execute
from crmsync_desktop.engine.guarding import drop_kept_plan, guard_rail
from crmsync_desktop.engine.inclusion import refresh_members
from crmsync_desktop.engine.lifecycle_stages import hand_over, settle_reached
from crmsync_desktop.engine.observe import observe
from crmsync_desktop.engine.parents import expect_created, stage_parents, stage_waiting
from crmsync_desktop.engine.plan import make_plan
from crmsync_desktop.engine.recover import recover
from crmsync_desktop.engine.refusals import tell_lasting
from crmsync_desktop.engine.relink import relink
from crmsync_desktop.engine.shut_pairs import tell_open, unless_shut
from crmsync_desktop.engine.standing import settle_doubtful, undos_of
from crmsync_desktop.ports.store import JournalState, PassRow, PassState, Store

ROUNDS = 4
"""How often a pass goes back to decide about what turned up while it wrote. What is left then waits for the next pass."""


Pipeline = Callable[[Sequence[Context]], Awaitable[str]]
"""What a pass does; gives why it stopped, or ""."""


async def run_pass(
    contexts: Sequence[Context], reason: str, calls: dict[Side, int], pipeline: Pipeline | None = None
) -> PassRow:
    """Run one pass over all pairs, parents before their children, and give its row. `calls` counts this process's calls by
    side and goes on counting. An undo brings a pipeline of its own.

    A PassError ends the pass early and is told in the row (state STOPPED or CANCELLED); everything sent is settled, and
    what wasn't stays staged. A SetupError or BugError ends it the same way and is raised, since nothing can run until
    somebody acts.
    """
    first = contexts[0]
    store, clock = first.store, first.clock
    before = dict(calls)
    row = PassRow(
        id=store.begin_pass(first.preview, reason, stamp(clock.now())),
        preview=first.preview,
        state=PassState.RUNNING,
        reason=reason,
        started_at=stamp(clock.now()),
        finished_at=None,
        tallies=(),
        calls={},
    )
    undos = frozenset(undos_of(store))
    for context in contexts:
        context.pass_id, context.undos = row.id, undos
    failure: CrmSyncError | None = None
    try:
        with seldom_collected():
            row.message = await (pipeline or _run)(contexts)
        row.state = PassState.STOPPED if row.message and not first.preview else PassState.DONE
        row.message = row.message or _still_sought(store)
    except Cancelled as error:
        row.state, row.message = PassState.CANCELLED, str(error)
    except PassError as error:
        row.state, row.message = PassState.STOPPED, str(error)
    except CrmSyncError as error:
        row.state, row.message, failure = PassState.STOPPED, str(error), error
    except BaseException:
        row.state, row.message = (
            PassState.CRASHED,
            "The pass ended unexpectedly. The next one goes on where it stopped.",
        )
        raise
    finally:
        for context in contexts:
            if not context.preview and not context.keep_plan:
                _drop_planned(context, row.state.value)
        row.finished_at = stamp(clock.now())
        row.tallies = tuple(tally for context in contexts for tally in context.tallies.values())
        row.tallies += tuple(context.acted for context in contexts if context.acted is not None)
        row.calls = {side.value: calls[side] - before.get(side, 0) for side in Side}
        store.end_pass(row)
    if failure is not None:
        raise failure
    return row


async def _run(contexts: Sequence[Context]) -> str:
    """The pipeline; gives why it stopped, or ""."""
    first = contexts[0]
    if not first.preview:
        drop_kept_plan(first.store, stamp(first.clock.now()), "planned anew")
        end_reading(first.store, first.settings)
    untold = _broke_off(first)  # who was linked then may not have been told to those who wait for it
    for context in contexts:
        context.newly_linked = context.newly_linked or untold
    for step in (settle_doubtful, recover, refresh_members, take_up):
        for context in contexts:
            await unless_shut(context, step)
    first.check_stop()
    await recover_actions(contexts)
    await observe([context for context in contexts if not context.shut])
    contexts = [context for context in contexts if not context.shut]
    tell_open(first.store, [context.pair for context in contexts])
    objections: list[str] = []
    for left in reversed(range(ROUNDS)):
        for context in contexts:
            context.again, context.last_round = False, left == 0
            context.outstanding.clear()
            context.check_stop()
            await relink(context)
        for parents in first.parents.values():
            parents.look_again()
        if any(context.newly_linked for context in contexts):
            for context in contexts:  # all before the first: whether a company has a contact that syncs hangs on it
                if untold or not is_activity(context):  # else _run_pair looks at those that waited for just these
                    stage_waiting(context)
            untold = False
        await hand_over(contexts)
        for context in contexts:
            if reason := await _run_pair(context):
                if not context.preview:
                    return reason
                objections.append(reason)
        if first.preview:
            await run_actions(contexts)
            return " ".join(objections)
        for context in contexts:
            context.newly_linked = False
            context.linked_now.clear()
        for context in contexts:
            first.again = stage_parents(context) or first.again
        if not any(context.again for context in contexts):
            break
        for context in contexts:
            context.check_stop()
            await recover(context)
    settle_reached(contexts)
    tell_lasting(contexts)
    await run_actions(contexts)
    if first.store.entries(first.pass_id, [JournalState.UNKNOWN], limit=1):
        return "Some writes got no answer. The next pass looks for them first."
    return ""


def _still_sought(store: Store) -> str:
    """What is left of earlier passes: creates whose answer was lost and whose record, if there is one, can't be found yet."""
    sought = len(store.entries(None, [JournalState.UNKNOWN], limit=1000))
    if not sought:
        return ""
    many = f"{sought} records" if sought > 1 else "One record"
    return f"{many} of an earlier pass may have been made, and can't be found yet: HubSpot shows new ones with a delay."


def _broke_off(context: Context) -> bool:
    """Whether the last pass that was to write didn't come to its end."""
    last = next((row for row in context.store.passes(20) if not row.preview and row.id != context.pass_id), None)
    return last is not None and last.state is not PassState.DONE


async def _run_pair(context: Context) -> str:
    """Decide and carry out what is staged of one pair; gives why the guard rail stops it, or ""."""
    context.check_stop()
    if any(context.pairs[name].newly_linked for name in context.parents if name in context.pairs):
        if is_activity(context):
            stage_placed(context)
        else:
            stage_waiting(context)
    await make_plan(context)
    reason = guard_rail(context)
    if context.preview:
        expect_created(context)
    elif not reason:
        if not context.written and (news := piled_up(context)):
            context.announce(news)
        await execute(context)
    return reason


def _drop_planned(context: Context, why: str) -> None:
    store = context.store
    while planned := store.entries(context.pass_id, [JournalState.PLANNED], pair=context.pair.name):
        for entry in planned:
            context.count(entry, -1)
        store.mark([entry.row for entry in planned], JournalState.DROPPED, stamp(context.clock.now()), why)
