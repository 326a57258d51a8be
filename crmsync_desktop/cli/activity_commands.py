"""Commands of activities (A1, A2): what syncs, and past ones on demand."""

from __future__ import annotations

from typing import Annotated

import typer

from crmsync_desktop.app.activity_views import BackfillView
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.cli import output
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on, told
from crmsync_desktop.domain.mapping import PairKind
from crmsync_desktop.domain.records import Side

activities_app = typer.Typer(
    help="Calls, emails, meetings, notes, tasks and form submissions. Each has a switch: pairs on calls"
)


@activities_app.command("list")
def list_activities(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Show the kinds of activities, whether each is on, and how many are linked."""

    async def work(facade: Facade) -> int:
        kinds = [pair for pair in await facade.pairs() if pair.kind is PairKind.ACTIVITY]
        output.answer(kinds, as_json, output.show_pairs)
        return 0

    return on(name, practice, work)


@activities_app.command("backfill")
def backfill(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="tasks, calls, emails, meetings, notes or forms.")],
    since: Annotated[str, typer.Option(help="Only those changed since this day, as YYYY-MM-DD.")] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Say how many there are and what they cost, and leave it at that.")
    ] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Have past activities read by the next pass. Look first: --preview counts them, a call for each object."""
    return told(name, practice, as_json, lambda facade: facade.backfill_activities(kind, since, not preview), _show)


def _show(view: BackfillView) -> None:
    when = f" changed since {view.since}" if view.since else ""
    for side in Side:
        print(
            f"{side.label}: {view.records[side]:,} {view.pair}{when}, about {view.calls[side]:,} calls for all of them"
        )
    left = view.allocation_left
    if left is not None and left < view.calls[Side.SALESFORCE]:
        print(f"{left:,} Salesforce calls are left of the allocation: the rest goes on as room comes back.")
    if view.warning:
        print(view.warning)
    print(
        "The next pass reads them."
        if view.begun
        else "Nothing was changed. Without --preview, the next pass reads them."
    )
