"""Tasks on both sides, and what they may belong to: what the tests of placing share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import TASKS, Rule
from crmsync_desktop.domain.mapping import Mapping as FieldMapping
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.translation import Translation

READ_AT = "2026-03-01T00:00:00Z"
PEOPLE = {"003A": "1", "003B": "2", "00QL": "3"}
ACCOUNTS = {"001A": "71", "001B": "72"}
DEALS = {"006A": "81", "006B": "82"}


class Links:
    """A translation by a table of links, as the engine has it."""

    waits = True

    def __init__(self, table: Mapping[str, str]) -> None:
        self._to_hubspot = table
        self._to_salesforce = {there: here for here, there in table.items()}

    def to_hubspot(self, cell: str, cells: Sequence[Cell]) -> Cell:
        return self._to_hubspot.get(cell, UNSEEN)

    def to_salesforce(self, cell: str, cells: Sequence[Cell]) -> Cell:
        return self._to_salesforce.get(cell, UNSEEN)

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        return Fault(Category.ASSOCIATIONS, "PARENT_NOT_LINKED", f"{cell} has no counterpart in {side.label}")


LINKS: dict[str, Translation] = {"people": Links(PEOPLE), "contacts": Links({}), "companies": Links(ACCOUNTS)}
WITH_DEALS: dict[str, Translation] = {**LINKS, "deals": Links(DEALS)}


def places(name: str, *objects: str) -> Field:
    return Field(name, name, Kind.PLACES, "association", refers_to=objects)


def lookup(name: str, *objects: str, updateable: bool = True) -> Field:
    return Field(name, name, Kind.REFERENCE, "reference", refers_to=objects, updateable=updateable)


def schemas(what_updateable: bool = True) -> dict[str, Schema]:
    what = lookup("WhatId", "Account", "Opportunity", "Case", "Campaign", updateable=what_updateable)
    hubspot = (places("who", "contacts"), places("what", "deals", "tickets", "companies"), places("stray", "carts"))
    salesforce = (lookup("WhoId", "Contact", "Lead"), what)
    return {
        "tasks": Schema(Side.HUBSPOT, "tasks", "task", {field.name: field for field in hubspot}, READ_AT),
        "Task": Schema(Side.SALESFORCE, "Task", "Task", {field.name: field for field in salesforce}, READ_AT),
    }


def layout(
    rule: Rule = Rule.TWO_WAY,
    links: Mapping[str, Translation] | None = None,
    what_updateable: bool = True,
    fields: Mapping[str, str] | None = None,
) -> Layout:
    """Tasks with WhoId at place 0 and WhatId at place 1, unless other `fields` (property → field) are mapped."""
    mapped = fields or {"who": "WhoId", "what": "WhatId"}
    mappings = [FieldMapping(property, {"Task": field}, rule) for property, field in mapped.items()]
    return resolve(TASKS, mappings, schemas(what_updateable), (), WITH_DEALS if links is None else links)
