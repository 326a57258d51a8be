"""What the commands have in common: options, and running work on a connection's facade."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from crmsync_desktop import bootstrap
from crmsync_desktop.app.facade import Facade

T = TypeVar("T")
Name = Annotated[str | None, typer.Argument(help="The connection; may be left out if there is only one.")]
Connection = Annotated[
    str | None, typer.Option("--connection", help="The connection; may be left out if there is only one.")
]
OnPractice = Annotated[bool, typer.Option("--practice", help="On the practice orgs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def on(name: str | None, practice: bool, work: Callable[[Facade], Awaitable[T]]) -> T:
    """Open a connection in this process, do the work, close it. Raises SetupError where it can't be opened."""

    async def run() -> T:
        async with bootstrap.opened(bootstrap.home(), name, practice=practice) as facade:
            return await work(facade)

    return asyncio.run(run())
