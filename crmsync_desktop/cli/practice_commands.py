"""Commands for a person who works in the records of the practice orgs by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, cast

import typer

from crmsync_desktop import bootstrap
from crmsync_desktop.cli import output, practice_output
from crmsync_desktop.cli.practice_serving import practice_app
from crmsync_desktop.cli.session import AsJson
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.practice import Place, PracticeRecord, PracticeRecords, PracticeType

System = Annotated[str, typer.Argument(help="salesforce or hubspot.")]
Type = Annotated[str, typer.Argument(help="The object, such as Contact or deals.")]
Record = Annotated[str, typer.Argument(help="The record's id, or an e-mail address that it alone has.")]
Records = Annotated[list[str], typer.Argument(help="Ids, or e-mail addresses that one record alone has.")]
Values = Annotated[list[str], typer.Argument(help="FIELD=VALUE; nothing behind the = empties the field.")]
LONGEST_PAGE = 500
__all__ = ["practice_app"]


@practice_app.command("list")
def list_records(
    system: System,
    type: Annotated[str | None, typer.Argument(help="The object; without it, the objects are listed.")] = None,
    search: Annotated[str, typer.Option(help="Only records that hold these words.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many to leave out first.")] = 0,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those in the recycle bin instead.")] = False,
    as_json: AsJson = False,
) -> int:
    """List the records of an object, the newest change first."""
    place = _place(system)
    with bootstrap.practice_records(bootstrap.home()) as records:
        types = [each for each in records.types() if each.system == place]
        if type is None:
            if as_json:
                output.as_json(types)
            else:
                practice_output.show_types(types)
            return 0
        found: list[PracticeRecord] = []
        while True:
            wanted = min(LONGEST_PAGE, limit - len(found))
            page = records.page(place, type, search=search, deleted=deleted, offset=offset + len(found), limit=wanted)
            found += page.records
            if len(found) >= limit or len(page.records) < wanted:
                break
        if as_json:
            output.as_json({"total": page.total, "records": found})
        else:
            practice_output.show_records(_columns(types, type, found), found, page.total, offset)
        return 0


def _columns(types: list[PracticeType], type: str, found: list[PracticeRecord]) -> tuple[str, ...]:
    name = found[0].type if found else type
    return next((each.columns for each in types if each.name.lower() == name.lower()), ())


@practice_app.command("get")
def get_record(system: System, type: Type, record: Record, as_json: AsJson = False) -> int:
    """Show one record, deleted and merged ones too."""
    return _shown(system, as_json, lambda records, place: records.get(place, type, record))


@practice_app.command("create")
def create_record(system: System, type: Type, values: Values, as_json: AsJson = False) -> int:
    """Make a record."""
    given = _values(values)
    return _shown(system, as_json, lambda records, place: records.create(place, type, given))


@practice_app.command("set")
def set_fields(system: System, type: Type, record: Record, values: Values, as_json: AsJson = False) -> int:
    """Change fields of a record."""
    given = _values(values)
    return _shown(system, as_json, lambda records, place: records.change(place, type, record, given))


@practice_app.command("delete")
def delete_records(system: System, type: Type, record: Records) -> int:
    """Put records into the recycle bin: all of those named, or none."""
    place = _place(system)
    with bootstrap.practice_records(bootstrap.home()) as records:
        records.delete(place, type, record)
    print(f"Deleted: {', '.join(record)}")
    return 0


@practice_app.command("undelete")
def undelete_records(system: System, type: Type, record: Records) -> int:
    """Take records out of the recycle bin: all of those named, or none."""
    place = _place(system)
    with bootstrap.practice_records(bootstrap.home()) as records:
        records.undelete(place, type, record)
    print(f"Restored: {', '.join(record)}")
    return 0


@practice_app.command("merge")
def merge_records(
    system: System,
    type: Type,
    master: Annotated[str, typer.Argument(help="The record whose values stay.")],
    loser: Annotated[list[str], typer.Argument(help="What is merged into it.")],
    as_json: AsJson = False,
) -> int:
    """Merge records into one. HubSpot gives what is left a new id."""
    place = _place(system)
    with bootstrap.practice_records(bootstrap.home()) as records:
        left = records.merge(place, type, master, loser)
    if as_json:
        output.as_json({"id": left})
    else:
        print(f"Merged into {left}.")
    return 0


@practice_app.command("convert")
def convert_lead(
    lead: Record,
    opportunity: Annotated[str, typer.Option(help="The name of an opportunity to make too.")] = "",
    as_json: AsJson = False,
) -> int:
    """Convert a Salesforce lead into an account and a contact."""
    with bootstrap.practice_records(bootstrap.home()) as records:
        made = records.convert(lead, opportunity)
    if as_json:
        output.as_json(made)
    else:
        for kind, id in made.items():
            print(f"{kind}: {id}")
    return 0


@practice_app.command("submit-form")
def submit_form(
    form: Annotated[str, typer.Argument(help="The form's name or id; one of that name is made where there is none.")],
    values: Values,
    page: Annotated[
        str, typer.Option(help="The address of the page that it stands on.")
    ] = "https://firma.example/contact",
    as_json: AsJson = False,
) -> int:
    """Fill in a HubSpot form, as a visitor of a website does; email=… is needed."""
    given = _values(values)
    return _shown("hubspot", as_json, lambda records, _: records.submit_form(form, given, page))


def _shown(system: str, as_json: bool, work: Callable[[PracticeRecords, Place], PracticeRecord]) -> int:
    place = _place(system)
    with bootstrap.practice_records(bootstrap.home()) as records:
        record = work(records, place)
    if as_json:
        output.as_json(record)
    else:
        practice_output.show_record(record)
    return 0


def _place(system: str) -> Place:
    if system not in ("salesforce", "hubspot"):
        raise SetupError(f"There is no system “{system}”.", "", "It is salesforce or hubspot.")
    return cast(Place, system)


def _values(given: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise SetupError(f"“{each}” sets no field.", "", "Write it as FIELD=VALUE.")
        if name in values:
            raise SetupError(f"{name} is set twice.", "", "Name each field once.")
        values[name] = value
    return values
