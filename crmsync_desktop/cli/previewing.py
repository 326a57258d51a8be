"""A pass that was asked for, or what it would write, shown: the end of every command that has a --preview."""

from __future__ import annotations

import sys
from collections.abc import Awaitable
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.views import ChangeView, PassView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.errors import COULD_NOT_RUN, printable

SHOWN_CHANGES = 50
Preview = Annotated[
    bool, typer.Option("--preview", help="Say what the next pass would do with it, and leave it as it is.")
]
_PAGE = 1_000


def status_of(result: PassView, left: bool) -> int:
    """The exit status of a pass: 2 where it stopped before its end, which is told, 1 where something is `left` to look at."""
    if result.state != "done":
        print(printable(result.message), file=sys.stderr)
        return COULD_NOT_RUN
    return 1 if left else 0


async def changes_of(facade: Facade, pass_id: int, most: int | None) -> list[ChangeView]:
    """What a pass wrote or planned: all of it, or the first `most`."""
    found: list[ChangeView] = []
    while most is None or len(found) < most:
        limit = _PAGE if most is None else min(_PAGE, most - len(found))
        page = await facade.changes(pass_id, found[-1].row if found else 0, limit)
        if not page:
            break
        found += page
    return found


async def shown_pass(facade: Facade, running: Awaitable[PassView], as_json: bool) -> int:
    """Wait for the pass and show it; gives the exit status: 2 where it stopped before its end."""
    with output.progress_of(facade, as_json):
        result = await running
    changes = await changes_of(facade, result.id, None if as_json else SHOWN_CHANGES) if result.preview else []
    if as_json:
        output.as_json({"pass": result, "changes": changes} if result.preview else {"pass": result})
    else:
        output.show_pass(result, changes)
        if result.preview:
            print("Nothing was written, and nothing was saved.")
    return status_of(result, False)
