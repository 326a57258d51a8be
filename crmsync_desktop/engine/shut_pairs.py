"""A pair that can't be read (its object is hidden from the connected user, a scope is missing, nothing of it is mapped) stays
out of a pass and says so; the other pairs go on (semantics 6: one bad thing never stops the others).

Contacts always sync, so what keeps them from being read stops the pass, as before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from crmsync_desktop.domain.errors import SetupError, SignInNeeded
from crmsync_desktop.domain.mapping import CONTACTS, Pair
from crmsync_desktop.domain.records import Category, Fault, Side
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.store import NewError, Store

OBJECT = "pair"
CODE = "PAIR_NOT_READ"


def is_own_trouble(pair: Pair, error: SetupError) -> bool:
    """Whether this keeps one pair out, and not the whole connection."""
    return pair is not CONTACTS and not isinstance(error, SignInNeeded)


def tell_shut(store: Store, pair: Pair, error: SetupError, now: str) -> None:
    """One error for the pair, for as long as it is so. `now`: ISO 8601 UTC."""
    message = " ".join(part for part in (error.title, error.detail) if part)
    fault = Fault(Category.PERMISSIONS, CODE, f"Nothing of {pair.name} is synced: {message}")
    store.open_errors([NewError(pair.name, Side.HUBSPOT, OBJECT, pair.name, pair.name, fault, error.hint)], now)


def tell_open(store: Store, pairs: Iterable[Pair]) -> None:
    """These pairs are read again."""
    if any(store.error_totals()):
        store.clear_errors([(Side.HUBSPOT, OBJECT, pair.name) for pair in pairs])


def shut_out(context: Context, error: SetupError) -> None:
    """Leave the pair out of the rest of this pass. Raises the error where it isn't the pair's own."""
    if not is_own_trouble(context.pair, error):
        raise error
    context.shut = True
    tell_shut(context.store, context.pair, error, stamp(context.clock.now()))


async def unless_shut(context: Context, step: Callable[[Context], Awaitable[object]]) -> None:
    """Take a step for a pair that takes part. Raises SetupError where it stops all pairs."""
    if context.shut:
        return
    context.check_stop()
    try:
        await step(context)
    except SetupError as error:
        shut_out(context, error)
