"""Where an activity belongs: one lookup in Salesforce, several associations in HubSpot (A1, A2)."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.compat import PLACING_RULES, fit
from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.placing import NOT_LINKED, Parent, Placing
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Side
from crmsync_desktop.domain.schema import Kind
from tests.domain.placed import ACCOUNTS, LINKS, Links, layout, lookup, places

CAMPAIGN = "701A"
WHAT: Column = layout().columns[1]


def to_salesforce(named: str, current: Cell = None, column: Column = WHAT) -> Cell:
    return column.as_salesforce(named, (None, named), (None, current))


def to_hubspot(lookup: Cell, current: Cell = None, column: Column = WHAT) -> Cell:
    return column.as_hubspot(lookup, (None, lookup), (None, current))


def agree(lookup: Cell, named: Cell, column: Column = WHAT) -> bool:
    return bool(column.translation.agrees((None, lookup), (None, named)))


# Salesforce's lookup of HubSpot's places


def test_the_first_place_with_a_counterpart_is_the_lookups() -> None:
    assert to_salesforce("deals/99;deals/82;companies/71") == "006B"
    assert WHAT.as_salesforce("companies/71;companies/72") == "001A"


def test_a_lookup_that_hubspot_names_stays_whatever_else_is_named_before() -> None:
    assert to_salesforce("deals/81;companies/71", "001A") == "001A"


def test_a_lookup_that_hubspot_does_not_name_gives_way_to_the_first_that_it_does() -> None:
    assert to_salesforce("deals/82;companies/72", "006A") == "006B"


def test_places_without_a_counterpart_are_waited_for() -> None:
    assert to_salesforce("deals/99;tickets/5;companies/98") is UNSEEN
    assert WHAT.waits()


def test_no_place_is_a_blank_lookup_and_one_that_nobody_syncs_is_none() -> None:
    assert to_salesforce("") is None
    assert to_salesforce("tickets/5") is None
    assert to_salesforce("", "006A") is None


def test_a_record_of_something_that_does_not_sync_stays_in_the_lookup() -> None:
    assert to_salesforce("deals/81", CAMPAIGN) == CAMPAIGN
    assert agree(CAMPAIGN, "deals/81")
    assert agree(CAMPAIGN, None)


# HubSpot's places of Salesforce's lookup


def test_the_lookups_counterpart_is_put_before_what_people_associated_besides() -> None:
    assert to_hubspot("001B", "deals/81;contacts/9") == "companies/72;deals/81;contacts/9"
    assert WHAT.as_hubspot("001B") == "companies/72"


def test_places_that_name_the_lookups_counterpart_stay_as_they_are() -> None:
    assert to_hubspot("001B", "deals/81;companies/72") == "deals/81;companies/72"


def test_a_lookup_without_a_counterpart_is_waited_for() -> None:
    assert to_hubspot("001Z", "deals/81") is UNSEEN


def test_of_a_record_that_nobody_syncs_there_is_nothing_to_tell() -> None:
    assert WHAT.as_hubspot(CAMPAIGN) is None
    assert to_hubspot(CAMPAIGN, "companies/71") == "companies/71"


def test_another_lookup_takes_the_place_of_the_one_before() -> None:
    since = WHAT.since("006A", "deals/81;companies/71")
    assert to_hubspot("006B", "deals/81;companies/71", since) == "deals/82;companies/71"
    assert to_hubspot("001B", "companies/71", since) == "companies/72;companies/71"


def test_a_cleared_lookup_takes_away_what_it_had_named_and_nothing_else() -> None:
    since = WHAT.since("001A", "deals/81;companies/71")
    assert not agree(None, "deals/81;companies/71", since)
    assert to_hubspot(None, "deals/81;companies/71", since) == "deals/81"
    assert to_hubspot(None, "companies/71", since) is None


def test_a_lookup_moved_to_what_nobody_syncs_takes_away_what_it_had_named() -> None:
    since = WHAT.since("001A", "deals/81;companies/71")
    assert not agree(CAMPAIGN, "deals/81;companies/71", since)
    assert to_hubspot(CAMPAIGN, "deals/81;companies/71", since) == "deals/81"
    assert to_salesforce("deals/81;companies/71", CAMPAIGN, since) == "006A"


# agreement


@pytest.mark.parametrize(
    ("lookup", "named", "same"),
    [
        ("001A", "deals/81;companies/71", True),
        ("001A", "deals/81", False),
        ("001A", None, False),
        ("001Z", "deals/81", False),
        (None, None, True),
        (None, "companies/71", False),
        (None, "companies/98", False),
        (None, "tickets/5", True),
    ],
)
def test_both_sides_agree_where_hubspot_names_the_lookups_counterpart(lookup: Cell, named: Cell, same: bool) -> None:
    assert agree(lookup, named) is same


def test_what_is_left_after_a_lookup_was_cleared_does_not_fill_it_again() -> None:
    since = WHAT.since(None, "deals/81")
    assert agree(None, "deals/81", since)
    assert not agree(None, "deals/81;companies/71", since)
    assert to_hubspot(None, "deals/81;companies/71", since) == "deals/81;companies/71"


# words


def test_a_fault_names_the_records_that_are_waited_for() -> None:
    here = WHAT.translation.fault(Side.HUBSPOT, "006Z", ())
    assert (here.category, here.code) == (Category.ASSOCIATIONS, NOT_LINKED)
    assert here.message.startswith("Its deal 006Z in Salesforce isn't linked to one in HubSpot yet;")
    one = WHAT.translation.fault(Side.SALESFORCE, "deals/99", ())
    assert one.message.startswith("Its deal 99 in HubSpot isn't linked to one in Salesforce yet;")
    several = WHAT.translation.fault(Side.SALESFORCE, "deals/99;tickets/1;companies/98", ())
    assert several.message.startswith("Neither deal 99 nor company 98 in HubSpot is linked to one in Salesforce yet;")
    unknown = WHAT.translation.fault(Side.HUBSPOT, CAMPAIGN, ())
    assert unknown.message.startswith("Its record 701A in Salesforce")


def test_a_cell_of_either_side_tells_whose_links_it_needs() -> None:
    who, what = layout().columns
    assert who.translation.named("contacts/1;contacts/2") == [("people", "1"), ("people", "2")]
    assert who.translation.named("00QL") == [("people", "00QL")]
    assert what.translation.named("deals/81;tickets/5;companies/71") == [("deals", "81"), ("companies", "71")]
    assert what.translation.named(CAMPAIGN) == []


def test_ids_of_other_objects_are_told_by_the_prefixes_that_are_given() -> None:
    carts = Parent("Cart__c", "2-1", ("a0B",), Links({"a0B1": "5"}), "cart")
    placed = Placing(0, (carts,))
    assert placed.to_hubspot("a0B1", ()) == "2-1/5"
    assert placed.to_salesforce("2-1/5", ()) == "a0B1"


# in a layout


def test_a_column_of_places_knows_the_pairs_that_sync() -> None:
    who, what = layout(links=LINKS).columns
    assert (who.parents, what.parents) == (("contacts",), ("companies",))
    assert (what.kind, what.strict, what.beside, what.mindful, what.plain) == (Kind.PLACES, True, True, True, False)
    assert to_salesforce("companies/71", column=what) == "001A"
    assert who.as_salesforce("contacts/3") == "00QL"
    assert layout(links=LINKS).who_and_what == (0, 1)


def test_without_links_to_leads_people_are_contacts() -> None:
    [who] = layout(links={"contacts": Links({"003A": "1"})}).columns
    assert who.as_salesforce("contacts/1") == "003A"
    assert layout(links={"contacts": Links({})}).who_and_what is None


def test_where_none_of_the_pairs_syncs_there_is_neither_column_nor_problem() -> None:
    found = layout(links={"companies": Links(ACCOUNTS)}, fields={"who": "WhoId"})
    assert (found.columns, found.problems) == ((), ())
    [mapped] = layout().columns[:1]
    assert msgspec.structs.replace(found, columns=(mapped,)).who_and_what is None


def test_places_go_with_a_lookup_of_the_same_records_only() -> None:
    found = layout(fields={"stray": "WhatId"})
    assert [problem for _, problem in found.problems] == [
        "They point at records that aren't each other's counterparts."
    ]
    assert fit(lookup("WhoId", "Contact"), places("who", "contacts")).rules == PLACING_RULES
    assert layout(Rule.PREFER_SALESFORCE).columns[0].rule is Rule.TWO_WAY
