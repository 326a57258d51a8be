"""The guard rail at work: a plan that reaches too far is kept, unwritten, for a person's word (P7)."""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.guard import Reach, objections
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.applying import CHUNK, Approval
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.store import Entry, JournalState, Store

KEPT = "kept_plan"
"""The document that names the plan that waits for a person's word."""


class KeptPlan(msgspec.Struct, frozen=True):
    """The pass whose planned entries stand in the journal, when it stopped (ISO 8601 UTC), why, and how far it reaches."""

    pass_id: int
    at: str
    message: str
    reaches: list[Reach]


def kept_plan(store: Store) -> KeptPlan | None:
    document = store.document(KEPT)
    return msgspec.convert(document, KeptPlan) if document else None


def guard_rail(context: Context) -> str:
    """Why the plan that was just made may not run without a person's word, or "". In a run it is kept for approval."""
    settings, store = context.settings, context.store
    if context.only is not None and context.only.shown:
        return ""  # a person has looked at exactly this plan
    pairs = context.reaches.pairs
    large = any(
        reach.deletes + reach.blanks > settings.guard_minimum or reach.changes > settings.guard_change_minimum
        for reach in context.reaches.all({})
    )
    # Counting a million links takes longer than a quiet pass: only a plan that could be too large asks.
    reaches = context.reaches.all({pair: store.link_count(pair) for pair in pairs} if large else {})
    reasons = objections(settings, reaches) if large else []
    if not reasons:
        return ""
    if context.preview:
        return f"{' '.join(reasons)} A run would stop before it writes, and ask."
    number = context.pass_id
    message = (
        f"{' '.join(reasons)} It stopped before it wrote. Look at it: changes {number}. Let it run: approve {number}. "
        "Or mend the cause, and sync again."
    )
    keep_plan(context, message, reaches)
    return message


def keep_plan(context: Context, message: str, reaches: list[Reach]) -> None:
    """What this pass has planned and not written stays, until somebody approves it or the next pass plans anew."""
    kept = KeptPlan(context.pass_id, stamp(context.clock.now()), message, reaches)
    context.store.save_document(KEPT, msgspec.to_builtins(kept))
    context.keep_plan = True


def approval_of(store: Store, plan: int) -> Approval:
    """The plan of that number, to be carried out and nothing beyond it. Raises SetupError where it doesn't wait."""
    kept = kept_plan(store)
    if kept is None:
        raise SetupError(f"There is no plan {plan} that waits for approval.", "", "Nothing waits: sync as usual.")
    if kept.pass_id != plan:
        raise SetupError(
            f"Plan {plan} doesn't wait for approval.",
            f"The one that does is {kept.pass_id}.",
            f"Look at it: changes {kept.pass_id}",
        )
    entries: list[Entry] = []
    after = 0
    while found := store.entries(plan, [JournalState.PLANNED], after_row=after, limit=CHUNK):
        after = found[-1].row
        entries += found
    return Approval(entries)


def drop_kept_plan(store: Store, now: str, why: str) -> None:
    """A new plan takes the place of the one that waited; what it had planned stands in the journal as dropped."""
    kept = kept_plan(store)
    if kept is None:
        return
    while planned := store.entries(kept.pass_id, [JournalState.PLANNED]):
        store.mark([entry.row for entry in planned], JournalState.DROPPED, now, why)
    store.save_document(KEPT, None)
