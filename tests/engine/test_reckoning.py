"""How many records another rule would change: counted in the memory, as the planner would decide."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CONTACTS, Mapping, Rule
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Presence, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import ContactSettings, OnSalesforceChange, Settings
from crmsync_desktop.engine import reckoning
from crmsync_desktop.engine.reckoning import reckon
from crmsync_desktop.ports.store import Link, LinkState

OLD, NEW = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"
NAMES = ("title", "phone")


def schema(side: Side, object: str) -> Schema:
    return Schema(side, object, object, {name: Field(name, name, Kind.TEXT, "text") for name in NAMES}, OLD)


SCHEMAS = {"contacts": schema(Side.HUBSPOT, "contacts"), "Contact": schema(Side.SALESFORCE, "Contact")}


def layout(title: Rule, phone: Rule = Rule.TWO_WAY) -> Layout:
    rules = zip(NAMES, (title, phone), strict=True)
    return resolve(CONTACTS, [Mapping(name, {"Contact": name}, rule) for name, rule in rules], SCHEMAS)


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    opened = SqliteStore(":memory:")
    opened.set_layout("contacts", NAMES)
    yield opened
    opened.close()


def link(store: SqliteStore, number: int, salesforce: list[Cell], hubspot: list[Cell], state: LinkState) -> None:
    """Both records as they were when they last agreed."""
    ids = f"S{number}", f"H{number}"
    for side, object, id, cells in (
        (Side.SALESFORCE, "Contact", ids[0], salesforce), (Side.HUBSPOT, "contacts", ids[1], hubspot)
    ):  # fmt: skip
        version = NEW if side is Side.SALESFORCE else OLD
        store.stage("contacts", [(Observed(side, object, id, version, Presence.LIVE, list(cells), ()), number)], None)
    store.add_links([Link(0, "contacts", "Contact", *ids, state, list(salesforce), list(hubspot))])


def counted(store: SqliteStore, layout: Layout, settings: Settings | None = None) -> tuple[int, dict[str, int]]:
    """(links looked at, records by property)."""
    links, found = 0, dict[str, int]()
    for chunk in reckon(store, layout, NAMES, settings or Settings()):
        links += chunk.links
        for property, rows in chunk.rows.items():
            found[property] = found.get(property, 0) + len(rows)
    return links, found


def test_what_differs_counts_where_the_rule_would_write_it(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reckoning, "CHUNK", 2)
    for number in range(3):
        link(store, number, ["CEO", "1"], ["CEO", "1"], LinkState.LIVE)
    link(store, 3, ["CEO", "1"], ["Boss", "1"], LinkState.LIVE)
    link(store, 4, [None, "1"], ["Boss", "1"], LinkState.LIVE)
    link(store, 5, ["CEO", "1"], ["Boss", "2"], LinkState.HUBSPOT_GONE)
    link(store, 6, [UNSEEN, "1"], ["Boss", "1"], LinkState.LIVE)
    assert counted(store, layout(Rule.ALWAYS_SALESFORCE)) == (6, {"title": 1})
    assert counted(store, layout(Rule.PREFER_SALESFORCE)) == (6, {"title": 2})


def test_a_closed_door_lets_nothing_through(store: SqliteStore) -> None:
    link(store, 1, ["CEO", "1"], ["Boss", "1"], LinkState.LIVE)
    link(store, 2, ["CEO", "1"], ["Boss", "1"], LinkState.LIVE)
    closed = Settings(contacts=ContactSettings(on_salesforce_change=OnSalesforceChange.NOTHING))
    assert counted(store, layout(Rule.ALWAYS_SALESFORCE), closed) == (2, {})
    listed = Settings(contacts=ContactSettings(inclusion_list="7"))
    store.set_members("7", ["H2"])
    assert counted(store, layout(Rule.ALWAYS_SALESFORCE), listed) == (2, {"title": 1})


def test_a_record_that_is_gone_counts_for_nothing(store: SqliteStore) -> None:
    link(store, 1, ["CEO", "1"], ["Boss", "1"], LinkState.LIVE)
    [gone] = store.records_by_id(Side.HUBSPOT, "contacts", ["H1"])
    tombstone = Observed(Side.HUBSPOT, "contacts", gone.id, NEW, Presence.DELETED, [], ())
    store.stage("contacts", [(tombstone, 99)], None)
    assert counted(store, layout(Rule.ALWAYS_SALESFORCE)) == (1, {})
    assert msgspec.structs.asdict(gone)["presence"] is Presence.LIVE
