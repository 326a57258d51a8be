"""Commands that turn the syncing of pairs on and off (O1, O4, A1, X1)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.views import PairView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.previewing import Preview, shown_pass
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on, told
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import PairKind

pairs_app = typer.Typer(help="What syncs: contacts always, all others by a switch each.")
Switched = Annotated[
    str, typer.Argument(metavar="PAIR", help="companies, deals, tickets, tasks, calls, …: see pairs list.")
]


@pairs_app.command("list")
def list_pairs(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Show the pairs, whether each is on, and what it needs."""
    return told(name, practice, as_json, lambda facade: facade.pairs(), output.show_pairs)


@pairs_app.command("on")
def turn_on(
    pair: Switched,
    preview: Preview = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Sync a pair from the next pass on. Look first: --preview says what would be created, updated and linked."""
    return on(name, practice, lambda facade: _turn(facade, pair, "on", preview, as_json))


@pairs_app.command("off")
def turn_off(pair: Switched, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Stop syncing a pair. What is linked stays linked; turned on again, it goes on from there."""
    return on(name, practice, lambda facade: _turn(facade, pair, "off", False, as_json))


async def _turn(facade: Facade, pair: str, to: str, preview: bool, as_json: bool) -> int:
    views = {view.name: view for view in await facade.pairs()}
    if pair not in views or views[pair].always:
        switches = ", ".join(view.name for view in views.values() if not view.always)
        title = "Contacts always sync." if pair in views else f"There is no pair “{pair}”."
        raise SetupError(title, "", f"Switches are: {switches}.")
    return await switched(facade, views[pair], to, preview, as_json)


async def switched(facade: Facade, pair: PairView, to: str, preview: bool, as_json: bool) -> int:
    """Turn a pair "on" or "off", or show what the next pass would do with it; gives the exit status."""
    key = f"{pair.name}.enabled"
    if preview:
        status = await shown_pass(facade, facade.preview_setting(key, to), as_json)
        _tell_of_the_past(pair, to, as_json)
        return status
    settings = {view.key: view for view in await facade.set_setting(key, to)}
    if as_json:
        output.as_json({pair.name: settings[key].value})
    else:
        links = output.counted(pair.links, "pair of records stays", "pairs of records stay")
        print(f"{pair.name}: {settings[key].value}" + (f"; {links} linked" if to == "off" and pair.links else ""))
    _tell_of_the_past(pair, to, as_json)
    if settings[key].warning:
        print(settings[key].warning, file=sys.stderr)
    return 0


def _tell_of_the_past(pair: PairView, to: str, as_json: bool) -> None:
    if pair.kind is PairKind.ACTIVITY and to == "on" and not as_json:
        print(f"What is created or edited from then on travels. Past ones: activities backfill {pair.name} --preview")
