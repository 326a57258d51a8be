"""From widgets to the engine and back: the one place that owns tasks, their cancellation and the order of quitting.

qasync's own `asyncSlot` isn't used: a cancelled one raises into Qt's event loop, and a task that nobody holds keeps the
loop from ending. Here every task is held, its failure goes to a person, its answer to a widget that still exists, and
`close` ends them all before the engine and the loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject
from shiboken6 import isValid

from crmsync_desktop.domain.errors import BugError, CrmSyncError
from crmsync_desktop.ui.engine import Engine

T = TypeVar("T")
log = logging.getLogger(__name__)


class Bridge:
    """`on_error` is told what no `failed` takes. All methods belong to the event loop's thread, which is Qt's."""

    engine: Engine
    """Set once the window has been painted and the engine's process started; nothing is asked before."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.on_error: Callable[[CrmSyncError], None] = _log_error
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._refreshing: dict[str, bool] = {}
        self._closed = False

    def run(
        self,
        work: Coroutine[Any, Any, T],
        then: Callable[[T], None] | None = None,
        failed: Callable[[CrmSyncError], None] | None = None,
        owner: QObject | None = None,
        always: Callable[[], None] | None = None,
    ) -> None:
        """Start `work`; then call `then` with its result or `failed` with its error, and `always` after either.

        None of the three is called once `owner` has been destroyed or the window is closing.
        """
        if self._closed:
            work.close()
            return
        task = self._loop.create_task(self._carry(work, then, failed, owner, always))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # one that was cancelled before its first step never got to it

    def refresh(
        self, key: str, ask: Callable[[], Coroutine[Any, Any, T]], then: Callable[[T], None], owner: QObject
    ) -> None:
        """As `run`, for what is asked for again and again: while an answer is under way, asking again means once more
        afterwards, and never twice at a time."""
        if key in self._refreshing:
            self._refreshing[key] = True
            return
        self._refreshing[key] = False

        def again() -> None:
            if self._refreshing.pop(key):
                self.refresh(key, ask, then, owner)

        def failed(error: CrmSyncError) -> None:
            self._refreshing[key] = False
            self.on_error(error)

        self.run(ask(), then, failed, owner, again)

    async def close(self) -> None:
        """Quit in order: no new work, end the old, then the engine. Safe to call twice."""
        self._closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if hasattr(self, "engine"):
            await self.engine.close()

    @property
    def busy(self) -> int:
        """How many tasks are under way."""
        return len(self._tasks)

    async def _carry(
        self,
        work: Coroutine[Any, Any, T],
        then: Callable[[T], None] | None,
        failed: Callable[[CrmSyncError], None] | None,
        owner: QObject | None,
        always: Callable[[], None] | None,
    ) -> None:
        def alive() -> bool:
            return not self._closed and (owner is None or isValid(owner))

        try:
            result = await work
            if then is not None and alive():
                then(result)
        except CrmSyncError as error:
            if alive():
                (failed or self.on_error)(error)
        except Exception as error:
            log.exception("A screen failed")
            if alive():
                self.on_error(BugError("Something went wrong in the window", f"{type(error).__name__}: {error}"))
        finally:
            if always is not None and alive():
                always()


def _log_error(error: CrmSyncError) -> None:
    log.error("%s", error)
