"""What the commands have in common: options, and running work on a connection's facade."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from crmsync_desktop import bootstrap
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.cli import output

T = TypeVar("T")
Name = Annotated[str | None, typer.Argument(help="The connection; may be left out if there is only one.")]
Connection = Annotated[
    str | None, typer.Option("--connection", help="The connection; may be left out if there is only one.")
]
OnPractice = Annotated[bool, typer.Option("--practice", help="On the practice orgs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def on(name: str | None, practice: bool, work: Callable[[Facade], Awaitable[T]]) -> T:
    """Open a connection in this process, do the work, close it. Raises SetupError where it can't be opened.

    Ctrl+C and SIGTERM end the work after the batch under way, whose answers are settled, with the exit status that shells
    give these signals.
    """

    async def run() -> T:
        task = asyncio.current_task()
        assert task is not None
        with contextlib.suppress(NotImplementedError):  # Windows ends a process without asking it
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        async with bootstrap.opened(bootstrap.home(), name, practice=practice) as facade:
            return await work(facade)

    try:
        return asyncio.run(run())
    except KeyboardInterrupt:
        raise _stopped(signal.SIGINT) from None
    except asyncio.CancelledError:
        raise _stopped(signal.SIGTERM) from None


def told(
    name: str | None,
    practice: bool,
    as_json: bool,
    ask: Callable[[Facade], Awaitable[T]],
    show: Callable[[T], None],
) -> int:
    """Show what a connection's facade answers; gives the exit status."""

    async def work(facade: Facade) -> int:
        output.answer(await ask(facade), as_json, show)
        return 0

    return on(name, practice, work)


def addressed(name: str | None, practice: bool, option: str = "--connection ") -> str:
    """What has to stand behind a command that is suggested, so that it is about the same connection."""
    return " --practice" if practice else f" {option}{shlex.quote(name)}" if name else ""


def _stopped(by: signal.Signals) -> typer.Exit:
    print("Stopped. What was sent is settled; the next pass goes on from there.", file=sys.stderr)
    return typer.Exit(128 + by)
