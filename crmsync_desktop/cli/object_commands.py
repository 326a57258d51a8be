"""Commands that sync custom objects of Salesforce (X1)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.object_views import ObjectProposalView, ObjectRequest
from crmsync_desktop.cli import output
from crmsync_desktop.cli.asking import agreed
from crmsync_desktop.cli.object_output import show_objects, show_proposal
from crmsync_desktop.cli.pair_commands import switched
from crmsync_desktop.cli.previewing import Preview
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, addressed, on, told
from crmsync_desktop.domain.errors import SetupError

objects_app = typer.Typer(help="Sync Salesforce's custom objects with custom objects of HubSpot.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The object's API name: Subscription__c.")]
Existing = Annotated[
    str, typer.Option("--hubspot", help="Use this custom object of HubSpot (its name or type id) instead of a new one.")
]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="A field to leave out; may be given several times.")
]
Rename = Annotated[
    list[str] | None, typer.Option("--rename", help="FIELD=PROPERTY: another name for a field's property.")
]
Named = Annotated[str, typer.Option("--name", help="Another internal name for the new HubSpot object.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask before making it.")]


@objects_app.command("list")
def list_objects(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Show the org's custom objects, which of them sync, and HubSpot's."""

    async def work(facade: Facade) -> int:
        found = await facade.custom_objects()
        output.answer(found, as_json, show_objects)
        if found.trouble:
            print(found.trouble, file=sys.stderr)
        return 0

    return on(name, practice, work)


@objects_app.command("propose")
def propose_object(
    object: Name,
    hubspot: Existing = "",
    without: Without = None,
    rename: Rename = None,
    object_name: Named = "",
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Show what adding an object would make in HubSpot; of one that was added, what is new in Salesforce. Makes nothing."""
    request = _request(hubspot, without, rename, object_name)
    return told(name, practice, as_json, lambda facade: facade.propose_object(object, request), show_proposal)


@objects_app.command("add")
def add_object(
    object: Name,
    hubspot: Existing = "",
    without: Without = None,
    rename: Rename = None,
    object_name: Named = "",
    yes: Yes = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Make a HubSpot object for a custom object, or use one, and map the two. It stays off until it is turned on."""
    request = _request(hubspot, without, rename, object_name)

    async def work(facade: Facade) -> int:
        proposal = await facade.propose_object(object, request)
        if proposal.added:
            raise SetupError(f"{object} was added already.", "", f"Bring it up to date with: objects update {object}")
        return await _confirmed(facade, proposal, request, yes, as_json, addressed(name, practice))

    return on(name, practice, work)


@objects_app.command("update")
def update_object(
    object: Name,
    without: Without = None,
    rename: Rename = None,
    yes: Yes = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Make in HubSpot what an object's schema in Salesforce has got since: fields, and values of lists."""
    request = _request("", without, rename, "")

    async def work(facade: Facade) -> int:
        proposal = await facade.propose_object(object, request)
        if not proposal.added:
            raise SetupError(f"{object} wasn't added yet.", "", f"Add it with: objects add {object}")
        return await _confirmed(facade, proposal, request, yes, as_json, addressed(name, practice))

    return on(name, practice, work)


@objects_app.command("on")
def turn_on(
    object: Name,
    preview: Preview = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Sync an object from the next pass on. Look first: --preview says what would be created."""
    return on(name, practice, lambda facade: _turn(facade, object, "on", preview, as_json))


@objects_app.command("off")
def turn_off(object: Name, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Stop syncing an object. What is linked stays linked; turned on again, it goes on from there."""
    return on(name, practice, lambda facade: _turn(facade, object, "off", False, as_json))


@objects_app.command("remove")
def remove_object(
    object: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before it is taken off.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Take an object off: its settings, mappings and links here. Both systems keep everything they have."""

    async def work(facade: Facade) -> int:
        views = {view.name: view for view in await facade.pairs()}
        if object in views and not yes:
            question = f"Forget {views[object].links:,} links and the mappings of {object}? Nothing is deleted in either system."
            if not agreed(question, asking=not as_json and sys.stdin.isatty()):
                print("Nothing was changed.", file=sys.stderr)
                return 2
        await facade.remove_object(object)
        output.answer({"removed": object}, as_json, lambda _: print(f"{object} was taken off."))
        return 0

    return on(name, practice, work)


async def _turn(facade: Facade, object: str, to: str, preview: bool, as_json: bool) -> int:
    views = {view.name: view for view in await facade.pairs()}
    if not object.endswith("__c") or object not in views:
        raise SetupError(f"{object} wasn't added.", "", f"Add it with: objects add {object}")
    return await switched(facade, views[object], to, preview, as_json)


async def _confirmed(
    facade: Facade, proposal: ObjectProposalView, request: ObjectRequest, yes: bool, as_json: bool, where: str
) -> int:
    """Show the proposal, ask, and carry it out."""
    if not as_json:
        show_proposal(proposal)
    if proposal.nothing_to_do:
        if as_json:
            output.as_json(proposal)
        return 0
    if not yes and not agreed("Make it in HubSpot?", asking=not as_json and sys.stdin.isatty()):
        print("Nothing was made.", file=sys.stderr)
        return 2
    carry = facade.update_object if proposal.added else facade.add_object
    done = await carry(proposal.name, request)
    if as_json:
        output.as_json(done)
    elif proposal.added:
        print(
            f"{proposal.name} is up to date. Existing values of new fields travel on demand: mappings backfill{where}"
        )
    else:
        print(f"{proposal.name} was added, and is off. Look first: objects on {proposal.name} --preview{where}")
    return 0


def _request(hubspot: str, without: list[str] | None, rename: list[str] | None, object_name: str) -> ObjectRequest:
    names = {}
    for each in rename or ():
        field, sign, property = each.partition("=")
        if not sign or not field or not property:
            raise SetupError(f"“{each}” isn't a new name.", "", "Write it as FIELD=PROPERTY.")
        names[field] = property
    return ObjectRequest(hubspot, tuple(without or ()), names, object_name)
