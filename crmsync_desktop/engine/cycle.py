"""One pass: observe → stage → match → decide → guard → execute → settle. A preview is the same code, stopped before execute."""

from __future__ import annotations

from crmsync_desktop.domain.errors import Cancelled, CrmSyncError, PassError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.execute import execute
from crmsync_desktop.engine.guarding import drop_kept_plan, guard_rail
from crmsync_desktop.engine.inclusion import refresh_members
from crmsync_desktop.engine.observe import observe
from crmsync_desktop.engine.plan import make_plan
from crmsync_desktop.engine.recover import recover
from crmsync_desktop.engine.refusals import tell_lasting
from crmsync_desktop.engine.relink import relink
from crmsync_desktop.ports.store import JournalState, PassRow, PassState

ROUNDS = 4
"""How often a pass goes back to decide about what turned up while it wrote. What is left then waits for the next pass."""


async def run_pass(context: Context, reason: str, calls: dict[Side, int]) -> PassRow:
    """Run one pass and give its row. `calls` counts this process's calls by side and goes on counting.

    A PassError ends the pass early and is told in the row (state STOPPED or CANCELLED); everything sent is settled, and
    what wasn't stays staged. A SetupError or BugError ends it the same way and is raised, since nothing can run until
    somebody acts.
    """
    store, clock = context.store, context.clock
    before = dict(calls)
    row = PassRow(
        id=store.begin_pass(context.preview, reason, stamp(clock.now())),
        preview=context.preview,
        state=PassState.RUNNING,
        reason=reason,
        started_at=stamp(clock.now()),
        finished_at=None,
        tallies=(),
        calls={},
    )
    context.pass_id = row.id
    failure: CrmSyncError | None = None
    try:
        row.message = await _run(context)
        row.state = PassState.STOPPED if row.message and not context.preview else PassState.DONE
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
        if not context.preview and not context.keep_plan:
            _drop_planned(context, row.state.value)
        row.finished_at = stamp(clock.now())
        row.tallies = tuple(context.tallies.values())
        row.calls = {side.value: calls[side] - before.get(side, 0) for side in Side}
        store.end_pass(row)
    if failure is not None:
        raise failure
    return row


async def _run(context: Context) -> str:
    """The pipeline; gives why it stopped, or ""."""
    if not context.preview:
        drop_kept_plan(context.store, stamp(context.clock.now()), "planned anew")
    for step in (recover, refresh_members, observe):
        context.check_stop()
        await step(context)
    for left in reversed(range(ROUNDS)):
        context.again, context.last_round = False, left == 0
        context.outstanding.clear()
        context.check_stop()
        await relink(context)
        make_plan(context)
        if reason := guard_rail(context):
            return reason
        if context.preview:
            return ""
        await execute(context)
        if not context.again:
            break
        context.check_stop()
        await recover(context)
    tell_lasting(context)
    if context.store.entries(context.pass_id, [JournalState.UNKNOWN], limit=1):
        return "Some writes got no answer. The next pass looks for them first."
    return ""


def _drop_planned(context: Context, why: str) -> None:
    store = context.store
    while planned := store.entries(context.pass_id, [JournalState.PLANNED]):
        for entry in planned:
            context.count(entry, -1)
        store.mark([entry.row for entry in planned], JournalState.DROPPED, stamp(context.clock.now()), why)
