"""Lifecycle stages: forward only, in the portal's own order, from what opportunities mean."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.lifecycle_stage import (
    Ladder,
    Move,
    Opportunity,
    stage_column,
    through_company,
    watched,
)
from crmsync_desktop.domain.mapping import CONTACTS, Rule
from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

STANDARD = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
            "evangelist", "other")  # fmt: skip


def stages(*values: str, updateable: bool = True) -> Field:
    options = tuple(Option(value, value.capitalize()) for value in values)
    return Field("lifecyclestage", "Lifecycle Stage", Kind.PICKLIST, "enumeration/radio", options=options,
                 updateable=updateable)  # fmt: skip


def opportunity(closed: bool = False, won: bool = False, stage: str = "Prospecting") -> Opportunity:
    return Opportunity("Acme renewal", stage, closed, won, ("003A",))


@pytest.mark.parametrize(
    ("now", "wanted", "rises"),
    [
        (None, "opportunity", True),
        ("subscriber", "opportunity", True),
        ("salesqualifiedlead", "customer", True),
        ("opportunity", "opportunity", False),
        ("customer", "opportunity", False),
        ("evangelist", "customer", False),
        ("other", "customer", False),
        ("a stage that was removed", "customer", False),
        ("lead", "a stage that was removed", False),
        (UNSEEN, "customer", False),
    ],
)
def test_a_stage_only_moves_forward_and_only_where_both_are_known(now: Cell, wanted: str, rises: bool) -> None:
    assert Ladder(stages(*STANDARD)).rises(now, wanted) is rises


@pytest.mark.parametrize(
    ("now", "stage", "falls"),
    [("customer", "lead", True), ("lead", "customer", False), ("lead", "lead", False), (None, "lead", False),
     ("customer", None, False), ("own", "lead", False), ("lead", "own", False)],
)  # fmt: skip
def test_what_lies_behind_is_known_of_stages_that_the_portal_has(now: Cell, stage: Cell, falls: bool) -> None:
    assert Ladder(stages(*STANDARD)).falls(now, stage) is falls


def test_a_portals_own_stage_counts_where_the_portal_has_put_it() -> None:
    early = Ladder(stages("lead", "in_talks", "opportunity", "customer"))
    late = Ladder(stages("lead", "opportunity", "customer", "in_talks"))
    assert early.rises("in_talks", "opportunity")
    assert not late.rises("in_talks", "customer")


def test_open_means_opportunity_won_means_customer_and_lost_means_nothing() -> None:
    ladder = Ladder(stages(*STANDARD))
    assert ladder.move(opportunity()) == Move(
        "opportunity", "Opportunity Acme renewal is Prospecting: lifecycle stage Opportunity"
    )
    assert ladder.move(opportunity(True, True, "Closed Won")) == Move(
        "customer", "Opportunity Acme renewal is Closed Won: lifecycle stage Customer"
    )
    assert ladder.move(opportunity(True, False, "Closed Lost")) is None


def test_a_portal_without_the_stage_moves_nothing() -> None:
    assert Ladder(stages("lead", "opportunity")).move(opportunity(True, True)) is None


def test_of_several_opportunities_the_one_that_leads_furthest_counts() -> None:
    ladder = Ladder(stages(*STANDARD))
    customer, first, second = Move("customer", "won"), Move("opportunity", "first"), Move("opportunity", "second")
    assert ladder.highest([first, customer, second]) == customer
    assert ladder.highest([first, second]) == first
    assert ladder.highest([Move("removed", "")]) is None
    assert ladder.highest([]) is None


def test_what_came_through_the_company_says_so() -> None:
    assert through_company(Move("customer", "Won")) == Move("customer", "Won, through the company")


def schema(*fields: Field) -> Schema:
    return Schema(Side.HUBSPOT, "contacts", "Contact", {field.name: field for field in fields}, "")


def test_the_stage_is_a_column_that_salesforce_does_not_have() -> None:
    empty = Layout(CONTACTS, ())
    layout = watched(empty, schema(stages(*STANDARD)))
    assert layout.properties == ("lifecyclestage",)
    assert layout.fields(Side.SALESFORCE, "Contact") == ("",)
    assert stage_column(layout) == layout.columns[0]
    assert stage_column(empty) is None
    assert watched(layout, schema(stages(*STANDARD))) == layout


def test_a_portal_that_hides_the_property_or_its_stages_has_no_such_column() -> None:
    empty = Layout(CONTACTS, ())
    assert watched(empty, schema()) == empty
    assert watched(empty, schema(stages())) == empty


def test_a_property_that_is_mapped_or_read_only_is_left_alone() -> None:
    field = stages(*STANDARD)
    mapped = Column(0, "lifecyclestage", Rule.TWO_WAY, Kind.PICKLIST, field, {"Contact": field})
    layout = Layout(CONTACTS, (mapped,))
    assert watched(layout, schema(field)) == layout
    assert stage_column(layout) is None
    locked = msgspec.structs.replace(mapped, salesforce={}, hubspot=stages(*STANDARD, updateable=False))
    assert stage_column(Layout(CONTACTS, (locked,))) is None
