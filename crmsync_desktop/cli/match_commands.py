"""Commands for the tables that say which stages and owners are each other's (O3, C10)."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.match_views import OwnersView, StagesView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.match_output import show_owners, show_stages
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on
from crmsync_desktop.domain.records import Side

Tables = TypeVar("Tables", StagesView, OwnersView)
stages_app = typer.Typer(help="Which pipelines and stages of deals and tickets are each other's.")
owners_app = typer.Typer(help="Which users and owners are each other's.")
OfPair = Annotated[str, typer.Argument(metavar="PAIR", help="deals or tickets.")]
Anew = Annotated[bool, typer.Option("--anew", help="Read them from both systems now.")]


@stages_app.command("deals")
def show_deals(
    anew: Anew = False, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False
) -> int:
    """Show where each stage of deals and opportunities goes."""
    return _answered(name, practice, as_json, lambda facade: facade.stages("deals", anew), show_stages)


@stages_app.command("tickets")
def show_tickets(
    anew: Anew = False, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False
) -> int:
    """Show where each stage of tickets and each status of cases goes."""
    return _answered(name, practice, as_json, lambda facade: facade.stages("tickets", anew), show_stages)


@stages_app.command("set")
def set_stage(
    pair: OfPair,
    hubspot: Annotated[str, typer.Argument(help='HubSpot\'s: "Sales Pipeline/Contract Sent", or a pipeline.')],
    salesforce: Annotated[
        str, typer.Argument(help='Salesforce\'s: "New Business/Negotiation", a stage alone, or a record type.')
    ],
    only_to: Annotated[
        Side | None, typer.Option("--only-to", help="Only for records that come to this system.")
    ] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Pair two stages, or a pipeline and a record type; by label or id. It counts before what was learnt."""
    return _answered(
        name, practice, as_json, lambda facade: facade.choose_stage(pair, hubspot, salesforce, only_to), show_stages
    )


@stages_app.command("reset")
def reset_stages(pair: OfPair, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Forget what was set by hand."""
    return _answered(name, practice, as_json, lambda facade: facade.reset_stages(pair), show_stages)


@owners_app.command("list")
def list_owners(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Show who is who, and whom nobody matches."""
    return _answered(name, practice, as_json, lambda facade: facade.owners(), show_owners)


@owners_app.command("set")
def set_owner(
    salesforce: Annotated[str, typer.Argument(metavar="USER", help="The Salesforce user: id, e-mail address or name.")],
    hubspot: Annotated[str, typer.Argument(metavar="OWNER", help="The HubSpot owner: id, e-mail address or name.")],
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Pair a user and an owner whose e-mail addresses differ."""
    return _answered(name, practice, as_json, lambda facade: facade.pair_owner(salesforce, hubspot), show_owners)


@owners_app.command("reset")
def reset_owner(
    salesforce: Annotated[
        str | None, typer.Argument(metavar="USER", help="The Salesforce user; all of them if left out.")
    ] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Forget what was set by hand: e-mail addresses count again."""
    return _answered(name, practice, as_json, lambda facade: facade.part_owner(salesforce), show_owners)


def _answered(
    name: str | None,
    practice: bool,
    as_json: bool,
    ask: Callable[[Facade], Awaitable[Tables]],
    show: Callable[[Tables], None],
) -> int:
    """Show a table, as it is or after a change of it, and what there is to say of it."""

    async def work(facade: Facade) -> int:
        view = await ask(facade)
        output.answer(view, as_json, show)
        for warning in () if as_json else view.warnings:
            print(warning, file=sys.stderr)
        return 0

    return on(name, practice, work)
