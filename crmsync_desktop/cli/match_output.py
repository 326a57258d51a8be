"""How the tables of stages and owners look in a terminal."""

from __future__ import annotations

from rich.table import Table

from crmsync_desktop.app.match_views import OwnersView, Person, StagesView
from crmsync_desktop.cli.output import console, escape
from crmsync_desktop.domain.records import Side


def show_stages(view: StagesView) -> None:
    """One table for each way, pipelines above their stages."""
    for to in (Side.SALESFORCE, Side.HUBSPOT):
        table = Table(box=None, pad_edge=False, title=f"From {to.other.label} to {to.label}", title_justify="left")
        for heading in (f"in {to.other.label}", f"in {to.label}", "by", "remarks"):
            table.add_column(heading)
        for row in view.rows:
            if row.to is to:
                here = f"  {row.stage_label}" if row.stage else row.pipeline_label
                there = f"  {row.target_stage_label or '–'}" if row.stage else row.target_label or "–"
                how = "set by hand" if row.chosen else "learnt"
                table.add_row(escape(here), escape(there), how, "nothing to go to" if row.problem else "")
        console.print(table)
        console.print()


def show_owners(view: OwnersView) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("Salesforce user", "HubSpot owner", "by"):
        table.add_column(heading)
    for row in view.rows:
        how = {"chosen": "set by hand", "": "nobody matches"}.get(row.how, row.how)
        table.add_row(_person(row.salesforce), _person(row.hubspot), how)
    console.print(table)


def _person(person: Person | None) -> str:
    if person is None:
        return "–"
    inactive = "" if person.active else ", inactive"
    return escape(f"{person.name} ({person.email or 'no e-mail address'}, {person.id}{inactive})")
