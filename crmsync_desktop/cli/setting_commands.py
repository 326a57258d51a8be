"""Commands that read and change settings."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.words import SECTIONS
from crmsync_desktop.cli import output
from crmsync_desktop.cli.previewing import shown_pass
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on
from crmsync_desktop.domain.errors import SetupError

settings_app = typer.Typer(help="Read and change settings.")


@settings_app.command("get")
def get_settings(
    key: Annotated[str | None, typer.Argument(help="One setting, or a section of them; all if left out.")] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Show settings. Sections are: connection, contacts, companies, deals, tickets."""

    async def work(facade: Facade) -> int:
        there = list(dict.fromkeys([*SECTIONS, *(pair.name for pair in await facade.pairs())]))
        one = key is not None and key not in there
        sections = [each for each in there if one or key in (None, each)]
        found = [setting for section in sections for setting in await facade.settings(section)]
        if one:
            found = [setting for setting in found if setting.key == key]
            if not found:
                raise SetupError(f"There is no setting “{key}”.", "", "See them all with: settings get")
        if as_json:
            output.as_json({setting.key: setting.value for setting in found})
        elif one:
            print(found[0].value or "none")
        else:
            output.show_settings(found)
        return 0

    return on(name, practice, work)


@settings_app.command("set")
def set_setting(
    key: Annotated[str, typer.Argument(help="Which, as settings get names it.")],
    value: Annotated[str, typer.Argument(help="The new value.")],
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what the next pass would write with it, and save nothing.")
    ] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Change one setting."""

    async def work(facade: Facade) -> int:
        if preview:
            return await shown_pass(facade, facade.preview_setting(key, value), as_json)
        found = {setting.key: setting for setting in await facade.set_setting(key, value)}
        if as_json:
            output.as_json({key: found[key].value})
        else:
            print(f"{key} = {found[key].value or 'none'}")
        if found[key].warning:
            print(found[key].warning, file=sys.stderr)
        return 0

    return on(name, practice, work)
