"""Commands that read and change settings and mappings."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.cli import output
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import CONTACTS, Rule

settings_app = typer.Typer(help="Read and change settings.")
mappings_app = typer.Typer(help="Read and change field mappings.")
Property = Annotated[str, typer.Argument(help="The HubSpot property's internal name.")]
Fields = Annotated[list[str], typer.Option("--field", help="Contact.Title, Lead.Title: once for each object.")]


@settings_app.command("get")
def get_settings(
    key: Annotated[str | None, typer.Argument(help="One setting; all of them if left out.")] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Show settings."""

    async def work(facade: Facade) -> int:
        found = [*await facade.settings("connection"), *await facade.settings("contacts")]
        if key is not None:
            found = [setting for setting in found if setting.key == key]
            if not found:
                raise SetupError(f"There is no setting “{key}”.", "", "See them all with: settings get")
        if as_json:
            output.as_json({setting.key: setting.value for setting in found})
        elif key is not None:
            print(found[0].value)
        else:
            output.show_settings(found)
        return 0

    return on(name, practice, work)


@settings_app.command("set")
def set_setting(
    key: Annotated[str, typer.Argument(help="Which, as settings get names it.")],
    value: Annotated[str, typer.Argument(help="The new value.")],
    name: Connection = None,
    practice: OnPractice = False,
) -> int:
    """Change one setting."""

    async def work(facade: Facade) -> int:
        found = {setting.key: setting for setting in await facade.set_setting(key, value)}
        print(f"{key} = {found[key].value}")
        if found[key].warning:
            print(found[key].warning, file=sys.stderr)
        return 0

    return on(name, practice, work)


@mappings_app.command("list")
def list_mappings(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Show the mappings of contacts, with their rules and what is wrong with them."""

    async def work(facade: Facade) -> int:
        views = await facade.mappings(CONTACTS.name)
        if as_json:
            output.as_json(views)
        else:
            output.show_mappings(views)
        return 0

    return on(name, practice, work)


@mappings_app.command("rule")
def set_rule(
    property: Property,
    rule: Annotated[Rule, typer.Argument(help="The update rule.")],
    name: Connection = None,
    practice: OnPractice = False,
) -> int:
    """Change the update rule of a mapping."""

    async def work(facade: Facade) -> int:
        await facade.set_rule(CONTACTS.name, property, rule)
        print(f"{property}: {rule.label}")
        return 0

    return on(name, practice, work)


@mappings_app.command("add")
def add_mapping(
    property: Property,
    field: Fields,
    rule: Annotated[Rule, typer.Option(help="The update rule.")] = Rule.PREFER_SALESFORCE,
    name: Connection = None,
    practice: OnPractice = False,
) -> int:
    """Map a HubSpot property with a Salesforce field."""
    fields = dict(_field(each) for each in field)

    async def work(facade: Facade) -> int:
        _, warning = await facade.check_mapping(CONTACTS.name, property, fields)
        await facade.add_mapping(CONTACTS.name, property, fields, rule)
        print(f"{property} ⇄ {', '.join(field)}: {rule.label}")
        if warning:
            print(warning, file=sys.stderr)
        return 0

    return on(name, practice, work)


@mappings_app.command("remove")
def remove_mapping(property: Property, name: Connection = None, practice: OnPractice = False) -> int:
    """Remove a mapping that you added."""

    async def work(facade: Facade) -> int:
        await facade.remove_mapping(CONTACTS.name, property)
        print(f"{property} is no longer mapped.")
        return 0

    return on(name, practice, work)


def _field(text: str) -> tuple[str, str]:
    object, dot, name = text.partition(".")
    if not dot or not object or not name:
        raise SetupError(f"“{text}” isn't a Salesforce field.", "", "Write it as Contact.Title.")
    return object, name
