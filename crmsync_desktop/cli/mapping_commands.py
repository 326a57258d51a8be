"""Commands that read and change the field mappings of a pair."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.cli import output
from crmsync_desktop.cli.asking import agreed
from crmsync_desktop.cli.previewing import shown_pass
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, addressed, on
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import CONTACTS, Rule

mappings_app = typer.Typer(help="Read and change field mappings.")
Pair = Annotated[str, typer.Argument(help="contacts, companies, deals or tickets.")]
Property = Annotated[str, typer.Argument(help="The HubSpot property's internal name.")]
Fields = Annotated[list[str], typer.Option("--field", help="Contact.Title, Lead.Title: once for each object.")]


@mappings_app.command("list")
def list_mappings(
    pair: Pair = CONTACTS.name, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False
) -> int:
    """Show the mappings of a pair, with their rules and what is wrong with them."""

    async def work(facade: Facade) -> int:
        views, missing = await facade.mappings(pair), await facade.unmapped_fields(pair)
        if as_json:
            output.as_json(views)
        else:
            output.show_mappings(views)
        for field in missing:
            print(
                f"Salesforce requires {field.object}.{field.name} ({field.label}) in each new record, and no mapping "
                "fills it.",
                file=sys.stderr,
            )
        return 0

    return on(name, practice, work)


@mappings_app.command("rule")
def set_rule(
    pair: Pair,
    property: Property,
    rule: Annotated[Rule, typer.Argument(help="The update rule.")],
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Change the update rule of a mapping."""

    async def work(facade: Facade) -> int:
        views = await facade.set_rule(pair, property, rule)
        output.answer(views, as_json, lambda _: print(f"{property}: {rule.label}"))
        return 0

    return on(name, practice, work)


@mappings_app.command("values")
def set_values(
    pair: Pair,
    property: Property,
    values: Annotated[list[str] | None, typer.Argument(help="HUBSPOT=SALESFORCE, once for each value.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take all pairs of values away.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Pair the values of two lists that name the same thing differently; without values, show the pairs."""
    pairs = [_value(each) for each in values or ()]
    if clear and pairs:
        raise SetupError("Values to pair, and --clear, were given at once.", "", "Give one or the other.")

    async def work(facade: Facade) -> int:
        views = await (facade.set_values(pair, property, pairs) if pairs or clear else facade.mappings(pair))
        view = next((each for each in views if each.property == property), None)
        if view is None:
            raise SetupError(f"“{property}” isn't mapped.", "", f"See them all with: mappings list {pair}")
        if as_json:
            output.as_json(dict(view.values))
            return 0
        for hubspot, salesforce in view.values:
            print(f"{hubspot} = {salesforce}")
        if not view.values:
            print(f"{property}: no paired values; each travels as it is.")
        return 0

    return on(name, practice, work)


@mappings_app.command("add")
def add_mapping(
    pair: Pair,
    property: Property,
    field: Fields,
    rule: Annotated[Rule, typer.Option(help="The update rule.")] = Rule.PREFER_SALESFORCE,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Map a HubSpot property with a Salesforce field."""
    fields = dict(_field(each) for each in field)

    async def work(facade: Facade) -> int:
        _, warning = await facade.check_mapping(pair, property, fields)
        views = await facade.add_mapping(pair, property, fields, rule)
        output.answer(views, as_json, lambda _: _show_new(pair, property, field, rule, addressed(name, practice)))
        if warning:
            print(warning, file=sys.stderr)
        return 0

    return on(name, practice, work)


@mappings_app.command("create-property")
def create_property(
    pair: Pair,
    field: Annotated[list[str], typer.Argument(help="Contact.Customer_Tier__c; one for each object that has it.")],
    property: Annotated[
        str, typer.Option("--name", help="The property's internal name; else as the field is called.")
    ] = "",
    rule: Annotated[Rule, typer.Option(help="The update rule.")] = Rule.PREFER_SALESFORCE,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be made, and make nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before making it.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Make a HubSpot property like a Salesforce field, and map the two."""
    fields = dict(_field(each) for each in field)

    async def work(facade: Facade) -> int:
        made = await facade.new_property(pair, fields, property)
        if as_json:
            output.as_json(made)
        else:
            output.show_new_property(made)
        if preview:
            return 0
        if not yes and not agreed("Make it in HubSpot?", asking=not as_json and sys.stdin.isatty()):
            print("Nothing was made.", file=sys.stderr)
            return 2
        await facade.make_property(pair, fields, property, rule)
        if not as_json:
            _show_new(pair, made.name, field, rule, addressed(name, practice))
        return 0

    return on(name, practice, work)


@mappings_app.command("backfill")
def backfill(
    pair: Pair,
    property: Property,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be written, and write nothing.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Let the values that are there already travel by a mapping's rule. Without it, a new mapping moves what is edited
    from then on."""

    async def work(facade: Facade) -> int:
        return await shown_pass(facade, facade.backfill(pair, property, preview), as_json)

    return on(name, practice, work)


@mappings_app.command("remove")
def remove_mapping(
    pair: Pair, property: Property, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False
) -> int:
    """Remove a mapping that you added."""

    async def work(facade: Facade) -> int:
        views = await facade.remove_mapping(pair, property)
        output.answer(views, as_json, lambda _: print(f"{property} is no longer mapped."))
        return 0

    return on(name, practice, work)


def _show_new(pair: str, property: str, fields: list[str], rule: Rule, where: str) -> None:
    print(f"{property} ⇄ {', '.join(fields)}: {rule.label}")
    print(f"Existing values stay until they are edited. To let them travel: mappings backfill {pair} {property}{where}")


def _field(text: str) -> tuple[str, str]:
    object, dot, name = text.partition(".")
    if not dot or not object or not name:
        raise SetupError(f"“{text}” isn't a Salesforce field.", "", "Write it as Contact.Title.")
    return object, name


def _value(text: str) -> tuple[str, str]:
    hubspot, sign, salesforce = text.partition("=")
    if not sign or not hubspot or not salesforce:
        raise SetupError(f"“{text}” isn't a pair of values.", "", "Write it as HUBSPOT=SALESFORCE.")
    return hubspot, salesforce
