"""Commands for what waits for a person's decision: plans that reach too far (P7), conflicts that are held (P4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.views import ConflictView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.previewing import changes_of, status_of
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.settlements import Use

conflicts_app = typer.Typer(help="Two-way fields that both sides edited, held for a person.")
PAGE = 1_000
SHOWN = 1_000
ALL_PASSES = 1_000_000
Plan = Annotated[int, typer.Argument(help="The pass that stopped, as its message names it.", min=1)]


def approve(plan: Plan, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Carry out a plan that the guard rail stopped, and nothing beyond it."""

    async def work(facade: Facade) -> int:
        with output.progress_of(facade, as_json):
            result = await facade.approve(plan)
        errors = (await facade.status()).errors
        if as_json:
            output.as_json({"pass": result})
        else:
            output.show_pass(result, [])
        return status_of(result, bool(errors))

    return on(name, practice, work)


def changes(
    number: Annotated[int, typer.Argument(metavar="PASS", help="The pass, as status or sync names it.", min=1)],
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """List what a pass wrote, or planned: field by field, with old and new values and the reason."""

    async def work(facade: Facade) -> int:
        found = await changes_of(facade, number, None if as_json else SHOWN)
        if not found and number not in {each.id for each in await facade.passes(ALL_PASSES)}:
            raise SetupError(f"There is no pass {number}.", "", "See which there are: history")
        if as_json:
            output.as_json(found)
        elif found:
            output.show_changes(found)
            if len(found) >= SHOWN:
                output.console.print("… all of them with --json")
        else:
            output.console.print(f"Pass {number} wrote nothing.")
        return 0

    return on(name, practice, work)


@conflicts_app.callback(invoke_without_command=True)
def conflicts(
    context: typer.Context, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False
) -> int:
    """List the held conflicts, with both sides' values and which is newer."""
    return 0 if context.invoked_subcommand else list_conflicts(name, practice, as_json)


@conflicts_app.command("list")
def list_conflicts(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """List the held conflicts, with both sides' values and which is newer."""

    async def work(facade: Facade) -> int:
        found: list[ConflictView] = []
        after = 0
        while page := await facade.conflicts(PAGE, after):
            found += page
            after = int(page[-1].id.partition(".")[0])
        output.answer(found, as_json, _show)
        return 0

    return on(name, practice, work)


@conflicts_app.command("settle")
def settle(
    ids: Annotated[
        list[str] | None, typer.Argument(help="As they are listed; a number alone: all of its record's.")
    ] = None,
    use: Annotated[Use | None, typer.Option(help="Whose value to keep.")] = None,
    value: Annotated[str | None, typer.Option(help="A value of your own, in HubSpot's form, for both sides.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every conflict that is held.")] = False,
    property: Annotated[str | None, typer.Option(help="Only those of this HubSpot property.")] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Decide held conflicts; the next pass writes it, unless a side has changed by then: then it is asked anew."""
    if not ids and not everything and property is None:
        raise SetupError("Say which conflicts to settle.", "", "Give their ids, --property, or --all.")
    if ids and everything:
        raise SetupError("Give ids, or --all.", "", "Not both.")
    if (use is None or use is Use.VALUE) and value is None:
        raise SetupError(
            "Say how to settle them.", "", "--use salesforce, --use hubspot, --use newest, or --value TEXT."
        )
    if use not in (None, Use.VALUE) and value is not None:
        raise SetupError("Give --use, or --value.", "", "Not both.")

    async def work(facade: Facade) -> int:
        settled = await facade.settle_conflicts(ids or [], use or Use.VALUE, value, property)
        if as_json:
            output.as_json(settled)
            return 0
        print(f"{len(settled.ids):,} settled; the next pass writes it.")
        if settled.offer:
            print(settled.offer)
        return 0

    return on(name, practice, work)


def _show(found: Iterable[ConflictView]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "record", "Salesforce", "HubSpot", "was", "newer", "since"):
        table.add_column(heading, overflow="fold")
    for each in found:
        newer = each.newer.label if each.newer is not None else "can't be told"
        was = (
            each.base_salesforce
            if each.base_salesforce == each.base_hubspot
            else f"{each.base_salesforce} | {each.base_hubspot}"
        )
        table.add_row(
            each.id,
            output.escape(each.label),
            output.escape(each.salesforce or "(blank)"),
            output.escape(each.hubspot or "(blank)"),
            output.escape(was or "(blank)"),
            "settled" if each.settled else newer,
            each.since,
        )
    if table.row_count:
        output.console.print(table)
        output.console.print("Settle them: conflicts settle ID… --use salesforce, hubspot or newest, or --value TEXT")
    else:
        output.console.print("No conflict is held.")
