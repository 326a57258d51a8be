"""Commands for what a pass would do and what it did: kept plans, history, undo (P1, P2)."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.plan_views import PlanView, RecordLeftView, UndoView
from crmsync_desktop.app.views import PassView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.previewing import SHOWN_CHANGES, changes_of, status_of
from crmsync_desktop.cli.session import AsJson, Connection, Name, OnPractice, addressed, on

SHOWN_LEFT = 200


def plans(name: Name = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """List the previews: which can still be applied, and what became of the others."""

    async def work(facade: Facade) -> int:
        output.answer(await facade.plans(), as_json, _show_plans)
        return 0

    return on(name, practice, work)


def history(
    name: Name = None,
    practice: OnPractice = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many passes.")] = 20,
    as_json: AsJson = False,
) -> int:
    """List the last passes and what they did."""

    async def work(facade: Facade) -> int:
        output.answer(await facade.passes(limit), as_json, _show_history)
        return 0

    return on(name, practice, work)


def apply(
    plan: Annotated[int, typer.Argument(help="The plan's number, as sync --preview gives it.")],
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Carry out exactly what a preview showed. What has changed since isn't written, but listed."""

    async def work(facade: Facade) -> int:
        with output.progress_of(facade, as_json):
            done = await facade.apply(plan)
        if as_json:
            output.as_json(done)
        else:
            output.show_pass(done.result, [])
            if done.settings_changed:
                output.console.print("Settings or mappings have changed since the plan was made.")
            _show_left(done.moved, "Not written, since it has moved:")
        return status_of(done.result, bool(done.moved))

    return on(name, practice, work)


def undo(
    number: Annotated[int, typer.Argument(metavar="PASS", help="The pass, as history lists it.")],
    record: Annotated[
        str | None, typer.Option(help="Only this record: its id, its address in either CRM, or an e-mail address.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be put back, and write nothing.")] = False,
    approve: Annotated[bool, typer.Option("--approve", help="Though the guard rail would stop it.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Put back what a pass wrote. What somebody has edited since is left, and listed."""

    async def work(facade: Facade) -> int:
        with output.progress_of(facade, as_json):
            done = await facade.undo(number, record, preview, approve)
        found = await changes_of(facade, done.result.id, None if as_json else SHOWN_CHANGES) if preview else []
        if as_json:
            output.as_json({"undo": done, "changes": found} if preview else {"undo": done})
        else:
            output.show_pass(done.result, found)
            only = f" --record {shlex.quote(record)}" if record else ""
            _show_undo(done, f"undo {done.of}{only}{addressed(name, practice)}")
        return status_of(done.result, bool(done.left))

    return on(name, practice, work)


def show_plan(result: PassView, shown: int, where: str) -> None:
    """After a preview: that it is kept, and how to carry it out, on the connection that the options `where` name."""
    writes = sum(tally.created + tally.updated + tally.deleted for tally in result.tallies)
    if result.state != "done":
        return
    if writes > shown:
        output.console.print(f"… and {writes - shown:,} more: changes {result.id}{where} --json", markup=False)
    if writes:
        output.console.print(
            f"This is plan {result.id}. To carry out exactly this: apply {result.id}{where}", markup=False
        )


def _show_plans(found: Sequence[PlanView]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("plan", "made", "writes", "state"):
        table.add_column(heading)
    for plan in found:
        state = f"applied by pass {plan.applied_by}" if plan.applied_by else plan.state
        if plan.state == "kept" and plan.settings_changed:
            state += ", settings changed since"
        table.add_row(str(plan.number), plan.made.started_at, f"{plan.writes:,}", state)
    output.console.print(table if found else "No plan is kept. Make one: sync --preview")


def _show_history(found: Sequence[PassView]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("pass", "began", "why", "state", "created", "updated", "deleted"):
        table.add_column(heading)
    for row in found:
        sums = [sum(getattr(tally, what) for tally in row.tallies) for what in ("created", "updated", "deleted")]
        state = f"{row.state} (preview)" if row.preview else row.state
        table.add_row(str(row.id), row.started_at, output.escape(row.reason), state, *(f"{each:,}" for each in sums))
    output.console.print(table if found else "Nothing has run yet.")


def _show_undo(done: UndoView, command: str) -> None:
    writes = sum(tally.updated + tally.deleted for tally in done.result.tallies)
    if not writes and not done.left:
        output.console.print(f"Nothing is left to undo of pass {done.of}.")
    _show_left(done.left, "Left as it is:")
    if done.links:
        output.console.print(f"The {done.links:,} links that pass {done.of} found by matching stay.")
    if writes and done.result.preview:
        output.console.print(f"To do it: {command}", markup=False)


def _show_left(left: Sequence[RecordLeftView], heading: str) -> None:
    if left:
        output.console.print(f"[bold]{heading}[/]")
    for record in left[:SHOWN_LEFT]:
        name = f"{record.side.label} {record.object} {output.escape(record.label)}"
        for field in record.fields:
            about = f"{name}: {field.property}" if field.property else name
            output.console.print(f"  {about}: {output.escape(field.why)}")
    if len(left) > SHOWN_LEFT:
        output.console.print(f"  … and {len(left) - SHOWN_LEFT:,} records more: --json lists all")
