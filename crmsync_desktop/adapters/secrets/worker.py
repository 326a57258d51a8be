"""One thread for calls that may hang: a keyring waits for a person as long as its prompt is open."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

T = TypeVar("T")
_CLOSING_SECONDS: Final = 1.0


class Worker:
    """Calls run one after the other in a daemon thread, which a hanging call doesn't keep the application open with.
    (An executor of the standard library is joined at exit, however long that takes.)"""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], T], seconds: float) -> T:
        """Raises what the call raises, or TimeoutError. A call that has begun goes on after its time; one that hasn't is
        dropped."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        dropped = threading.Event()

        def settle(result: Any, error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        def serve() -> None:
            if dropped.is_set():
                return
            result: Any = None
            failure: BaseException | None = None
            try:
                result = call()
            except BaseException as error:
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile; no one waits
                loop.call_soon_threadsafe(settle, result, failure)

        self._calls.put(serve)
        try:
            return await asyncio.wait_for(future, seconds)
        finally:
            dropped.set()

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

    def close(self) -> None:
        """Ends the thread after what is queued, or leaves it to its hanging call."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._calls.put(None)
            thread.join(_CLOSING_SECONDS)
