"""Custom objects, and what adding one would make, as tables on a terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from crmsync_desktop.app.object_views import ObjectProposalView, ObjectsView
from crmsync_desktop.cli.output import console

SHOWN_VALUES = 10


def show_objects(found: ObjectsView) -> None:
    table = _table("Salesforce object", "name", "sync", "HubSpot object", "linked", "remarks")
    for each in found.salesforce:
        state = "on" if each.on else "off" if each.added else ""
        links = f"{each.links:,}" if each.added else ""
        remark = f"{each.news}: objects update {each.name}" if each.news else ""
        table.add_row(escape(each.label), each.name, state, escape(each.hubspot), links, escape(remark))
    console.print(table)
    if not found.salesforce:
        console.print("The org has no custom objects that the connected user may read.")
    others = [each for each in found.hubspot if not each.used_by]
    if others:
        console.print()
        table = _table("HubSpot object", "name", "type")
        for own in others:
            table.add_row(escape(own.label), own.name, own.id)
        console.print(table)


def show_proposal(proposal: ObjectProposalView) -> None:
    if proposal.nothing_to_do:
        console.print(f"{proposal.name} is up to date.")
    elif proposal.added:
        console.print(f"{proposal.name}: new in Salesforce, and not in HubSpot yet")
    else:
        what = "a new HubSpot object" if proposal.made else "HubSpot's object"
        console.print(
            f"{escape(proposal.label)} ({proposal.name}) with {what} {escape(proposal.hubspot_label)} ({proposal.hubspot})"
        )
    if proposal.fields:
        table = _table("Salesforce field", "HubSpot property", "type", "remarks")
        for field in proposal.fields:
            remarks = ["is there" if not field.made else ""]
            remarks += ["names a record" if field.property == proposal.name_property and not proposal.added else ""]
            remarks += ["required" if field.required and not proposal.added else ""]
            remarks += [f"{field.options:,} values" if field.options else ""]
            label = f"{escape(field.label)} ({field.field})"
            table.add_row(label, field.property, field.kind, ", ".join(filter(None, remarks)))
        console.print(table)
    for lookup in proposal.lookups:
        note = f" ({lookup.note})" if lookup.note else ""
        console.print(f"{escape(lookup.label)} ({lookup.field}) becomes associations with {lookup.target}{note}")
    for each in proposal.values:
        shown = ", ".join(each.values[:SHOWN_VALUES])
        more = f" and {len(each.values) - SHOWN_VALUES:,} more" if len(each.values) > SHOWN_VALUES else ""
        console.print(f"New values of {each.field} for {each.property}: {escape(shown)}{more}")
    for name, label, reason in proposal.left_out:
        console.print(f"Left out: {escape(label)} ({name}). {escape(reason)}")
    for name in proposal.gone:
        console.print(f"Salesforce doesn't have {name} any more, or hides it: its mapping rests.")
    if proposal.unfilled:
        names = ", ".join(proposal.unfilled)
        console.print(
            f"HubSpot requires {names} of each new record, and nothing fills it: give a field that name with --rename."
        )
    if proposal.records is not None:
        there = f", HubSpot {proposal.there:,}" if proposal.there is not None else ""
        calls = f"{proposal.salesforce_calls:,} of Salesforce and {proposal.hubspot_calls:,} of HubSpot"
        console.print(f"Records: Salesforce {proposal.records:,}{there}. Calls of the first pass, about: {calls}.")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table
