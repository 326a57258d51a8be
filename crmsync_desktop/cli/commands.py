"""The commands."""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crmsync_desktop import bootstrap
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.cli import output
from crmsync_desktop.cli.action_commands import actions_app
from crmsync_desktop.cli.activity_commands import activities_app
from crmsync_desktop.cli.configuration_commands import config_app
from crmsync_desktop.cli.decision_commands import approve, changes, conflicts_app
from crmsync_desktop.cli.duplicate_commands import duplicates, hint_at_duplicates
from crmsync_desktop.cli.error_commands import errors_app, retry
from crmsync_desktop.cli.import_commands import imports_app
from crmsync_desktop.cli.mapping_commands import mappings_app
from crmsync_desktop.cli.match_commands import owners_app, stages_app
from crmsync_desktop.cli.object_commands import objects_app
from crmsync_desktop.cli.pair_commands import pairs_app
from crmsync_desktop.cli.plan_commands import apply, history, plans, show_plan, undo
from crmsync_desktop.cli.practice_commands import practice_app
from crmsync_desktop.cli.previewing import SHOWN_CHANGES, changes_of, status_of
from crmsync_desktop.cli.session import AsJson, Name, OnPractice, addressed, on
from crmsync_desktop.cli.setting_commands import settings_app
from crmsync_desktop.cli.why_command import why

_DAILY = [
    "window",
    "sync",
    "status",
    "errors",
    "retry",
    "changes",
    "conflicts",
    "why",
    "history",
    "undo",
    "plans",
    "apply",
    "approve",
]
_SETTING_UP = [
    "pairs",
    "settings",
    "mappings",
    "actions",
    "import",
    "stages",
    "owners",
    "duplicates",
    "config",
    "pause",
    "resume",
    "connect",
    "connections",
    "practice",
]


class DailyFirst(TyperGroup):
    """Lists what is used daily before what sets up."""

    def list_commands(self, ctx: Any) -> list[str]:
        order = [*_DAILY, *_SETTING_UP]
        return sorted(super().list_commands(ctx), key=lambda name: order.index(name) if name in order else len(order))


app = typer.Typer(
    name="crmsync-desktop",
    cls=DailyFirst,
    context_settings={"max_content_width": 120},
    help="Keeps one Salesforce org and one HubSpot portal in step, both ways. Without a command, the window opens.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(errors_app, name="errors")
app.command()(retry)
app.command()(duplicates)
app.add_typer(practice_app, name="practice", no_args_is_help=True)
app.add_typer(objects_app, name="objects", no_args_is_help=True)
app.add_typer(pairs_app, name="pairs", no_args_is_help=True)
app.add_typer(activities_app, name="activities", no_args_is_help=True)
app.add_typer(conflicts_app, name="conflicts")
app.command()(approve)
app.command()(changes)
app.command()(plans)
app.command()(apply)
app.command()(undo)
app.command()(why)
app.command()(history)
app.add_typer(actions_app, name="actions", no_args_is_help=True)
app.add_typer(imports_app, name="import", no_args_is_help=True)
app.add_typer(settings_app, name="settings", no_args_is_help=True)
app.add_typer(config_app, name="config", no_args_is_help=True)
app.add_typer(stages_app, name="stages", no_args_is_help=True)
app.add_typer(owners_app, name="owners", no_args_is_help=True)
app.add_typer(mappings_app, name="mappings", no_args_is_help=True)


@app.command()
def window(name: Name = None, practice: OnPractice = False) -> int:
    """Open the window."""
    return bootstrap.run_window(bootstrap.PRACTICE if practice else name)


@app.command()
def connect(
    name: Annotated[str, typer.Argument(help="What to call the connection.")],
    salesforce_url: Annotated[str, typer.Option(help="The org's own address, https://….my.salesforce.com")],
    hubspot_url: Annotated[str, typer.Option(help="HubSpot's API")] = "https://api.hubapi.com",
    as_json: AsJson = False,
) -> int:
    """Connect an org with a portal. Both access tokens are asked for, or read from standard input, one a line."""
    tokens = (_token("Salesforce access token"), _token("HubSpot access token"))
    profile = asyncio.run(bootstrap.connect(bootstrap.home(), name, salesforce_url, hubspot_url, tokens))
    if as_json:
        output.as_json(profile)
    else:
        names = [each.account_name for each in (profile.salesforce, profile.hubspot) if each]
        output.console.print(
            f"Connected “{name}”: {' ⇄ '.join(names)}. Look first: sync “{name}” --preview", markup=False
        )
    return 0


def _token(what: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ")
    return sys.stdin.readline().strip()


@app.command()
def connections(as_json: AsJson = False) -> int:
    """List the connections."""
    from crmsync_desktop.app.status import connection_view

    views = [connection_view(profile, paused=False) for profile in bootstrap.home().profiles().all()]
    if as_json:
        output.as_json(views)
        return 0
    for view in views:
        output.console.print(f"{view.name}  {view.salesforce_url} ⇄ {view.hubspot_url}", markup=False)
    if not views:
        output.console.print("Nothing is connected yet. Try: sync --practice")
    return 0


@app.command()
def sync(
    name: Name = None,
    practice: OnPractice = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be written, and write nothing.")] = False,
    as_json: AsJson = False,
) -> int:
    """Run one pass."""

    async def work(facade: Facade) -> int:
        with output.progress_of(facade, as_json):
            result = await facade.sync(preview)
        changes = await changes_of(facade, result.id, None if as_json else SHOWN_CHANGES) if preview else []
        errors = (await facade.status()).errors
        if as_json:
            output.as_json({"pass": result, "changes": changes} if preview else {"pass": result})
        else:
            output.show_pass(result, changes)
            if preview:
                show_plan(result, len(changes), addressed(name, practice))
            if errors:
                where = addressed(name, practice)
                need = output.counted(errors, "error needs", "errors need")
                output.console.print(f"{need} a look: crmsync-desktop errors{where}", markup=False)
            if preview and (hint := await hint_at_duplicates(facade, result, name, practice)):
                output.console.print(hint, markup=False)
        return status_of(result, bool(errors))

    return on(name, practice, work)


@app.command()
def status(name: Name = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Is it well, how much is left, what needs me."""

    async def work(facade: Facade) -> int:
        view = await facade.status()
        if as_json:
            output.as_json(view)
        else:
            output.show_status(view)
        return 1 if view.errors else 0

    return on(name, practice, work)


@app.command()
def pause(name: Name = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Stop syncing by itself; a running window hears of it when it looks next."""
    return on(name, practice, lambda facade: _pause(facade, True, as_json))


@app.command()
def resume(name: Name = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Sync by itself again, as long as the window runs."""
    return on(name, practice, lambda facade: _pause(facade, False, as_json))


async def _pause(facade: Facade, paused: bool, as_json: bool) -> int:
    view = await (facade.pause() if paused else facade.resume())
    if as_json:
        output.as_json({"connection": view.connection.name, "paused": view.paused})
    else:
        print(f"{view.connection.name}: {'paused' if view.paused else 'on'}")
    return 0
