"""A pass that was asked for, or what it would write, shown: the end of every command that has a --preview."""

from __future__ import annotations

import sys
from collections.abc import Awaitable

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.views import PassView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.errors import printable

SHOWN_CHANGES = 50
ALL_CHANGES = 10_000


async def shown_pass(facade: Facade, running: Awaitable[PassView], as_json: bool) -> int:
    """Wait for the pass and show it; gives the exit status: 2 where it stopped before its end."""
    with output.progress_of(facade, as_json):
        result = await running
    changes = await facade.changes(result.id, 0, ALL_CHANGES if as_json else SHOWN_CHANGES) if result.preview else []
    if as_json:
        output.as_json({"pass": result, "changes": changes} if result.preview else {"pass": result})
    else:
        output.show_pass(result, changes)
        if result.preview:
            print("Nothing was written, and nothing was saved.")
    if result.state != "done":
        print(printable(result.message), file=sys.stderr)
        return 2
    return 0
