"""Plans that are kept (P1): the last few previews, so that `apply` can carry out exactly what was shown."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import xxhash

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.ports.store import Entry, JournalState, PassRow, PassState, Store

PLANS = "plans"
"""The document that holds what is known of each kept plan, in order."""
KEPT = 5
"""How many plans are kept: the newest of them."""
REMEMBERED = 50
"""Of how many it is still known what became of them."""
PAGE = 2_000


class Plan(msgspec.Struct, frozen=True):
    """One plan: the number of its preview, the settings it was made under, and the pass that carried it out (0: none yet).
    `kept` says whether its writes are still in the journal."""

    number: int
    settings: int
    applied_by: int = 0
    kept: bool = True


def plans_of(store: Store) -> list[Plan]:
    """The oldest first."""
    return msgspec.convert(store.document(PLANS) or [], list[Plan])


def keep_plan(store: Store, number: int) -> None:
    """Keep what a preview planned, and let go of the oldest plans but KEPT."""
    plans = [plan for plan in plans_of(store) if plan.number != number]
    plans.append(Plan(number, settings_digest(store)))
    kept = {plan.number for plan in [plan for plan in plans if plan.kept][-KEPT:]}
    for plan in plans:
        if plan.kept and plan.number not in kept:
            store.drop_preview(plan.number)
    _save(store, [msgspec.structs.replace(plan, kept=plan.number in kept) for plan in plans])


def drop_unkept(store: Store) -> None:
    """Previews that no plan stands for: those that were broken off."""
    kept = {plan.number for plan in plans_of(store) if plan.kept}
    for row in store.passes(20):
        if row.preview and row.id not in kept:
            store.drop_preview(row.id)


def find_plan(store: Store, number: int) -> tuple[Plan, PassRow]:
    """Raises SetupError where there is no such plan, or none that could be applied."""
    row = store.pass_row(number)
    plan = next((each for each in plans_of(store) if each.number == number), None)
    if row is None:
        raise SetupError(f"There is no plan {number}.", "", "See which are kept: plans")
    if plan is None:
        what = "preview was broken off" if row.preview else "pass was a run, not a preview"
        raise SetupError(f"{number} isn't a plan.", f"That {what}.", "Make a plan: sync --preview")
    if plan.applied_by:
        raise SetupError(
            f"Plan {number} was applied already.",
            f"By pass {plan.applied_by}; see what it did: changes {plan.applied_by}.",
            f"To take it back: undo {plan.applied_by}",
        )
    if not plan.kept:
        raise SetupError(f"Plan {number} isn't kept any more.", f"The last {KEPT} are.", "Make it anew: sync --preview")
    return plan, row


def entries_of(store: Store, number: int) -> Iterator[Entry]:
    """The planned writes of a kept plan."""
    after = 0
    while entries := store.entries(number, [JournalState.PLANNED], after_row=after, limit=PAGE):
        after = entries[-1].row
        yield from entries


def note_applied(store: Store, number: int, by: PassRow) -> None:
    """A plan is applied once. A pass that was stopped on its way may go on: what it wrote by then isn't written twice."""
    if by.state is PassState.DONE:
        _save(
            store,
            [
                msgspec.structs.replace(plan, applied_by=by.id) if plan.number == number else plan
                for plan in plans_of(store)
            ],
        )


def settings_digest(store: Store) -> int:
    """A fingerprint of everything that a person can set."""
    settings = store.settings()
    documents = [store.document(f"mappings.{name}") for name in all_pairs(settings)]
    whole = msgspec.json.encode((settings, documents), order="deterministic")
    return xxhash.xxh3_64_intdigest(whole) >> 1  # a JSON number that any reader takes


def _save(store: Store, plans: list[Plan]) -> None:
    store.save_document(PLANS, msgspec.to_builtins(plans[-REMEMBERED:]))
