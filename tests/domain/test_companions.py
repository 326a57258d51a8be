"""A stage with its pipeline, an amount with its currency: together, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from crmsync_desktop.domain.companions import broken, unplaced
from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import DEALS, Mapping, Rule
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.settings import OnConflict

OLD, NEW = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"
CODES = tuple(Option(code, code) for code in ("USD", "EUR"))
SCHEMAS = {
    "deals": Schema(
        Side.HUBSPOT,
        "deals",
        "Deals",
        {
            "deal_currency_code": Field("deal_currency_code", "Currency", Kind.TEXT, "string"),
            "amount": Field("amount", "Amount", Kind.NUMBER, "number"),
        },
        OLD,
    ),
    "Opportunity": Schema(
        Side.SALESFORCE,
        "Opportunity",
        "Opportunity",
        {
            "CurrencyIsoCode": Field(
                "CurrencyIsoCode", "Currency", Kind.PICKLIST, "picklist", options=CODES, restricted=True
            ),
            "Amount": Field("Amount", "Amount", Kind.NUMBER, "currency", precision=18, scale=2),
        },
        OLD,
    ),
}


def layout(code: Rule = Rule.TWO_WAY, amount: Rule = Rule.TWO_WAY) -> Layout:
    mappings = [
        Mapping("amount", {"Opportunity": "Amount"}, amount),
        Mapping("deal_currency_code", {"Opportunity": "CurrencyIsoCode"}, code),
    ]
    return msgspec.structs.replace(resolve(DEALS, mappings, SCHEMAS), groups=((1, 0),))


def planned(
    salesforce: tuple[Sequence[Cell], Sequence[Cell]],
    hubspot: tuple[Sequence[Cell], Sequence[Cell]],
    on: OnConflict = OnConflict.NEWEST,
    newer: Side = Side.SALESFORCE,
    found: Layout | None = None,
) -> LinkPlan:
    """Each side: (amount, code) as it is, and as it was when they last agreed."""
    looks = {
        side: Look("Opportunity", NEW if side is newer else OLD, cells, base)
        for side, (cells, base) in ((Side.SALESFORCE, salesforce), (Side.HUBSPOT, hubspot))
    }
    return plan_link(found or layout(), looks[Side.SALESFORCE], looks[Side.HUBSPOT], Doors(), on)


def writes(plan: LinkPlan) -> tuple[dict[str, object], dict[str, object]]:
    return (
        {change.property: change.new for change in plan.to_salesforce},
        {change.property: change.new for change in plan.to_hubspot},
    )


AGREED = ["100", "USD"]


def test_an_amount_alone_travels_alone() -> None:
    assert writes(planned((["200", "USD"], AGREED), (AGREED, AGREED))) == ({}, {"amount": "200"})


def test_a_currency_alone_travels_with_nothing_where_the_amounts_agree() -> None:
    assert writes(planned((["100", "EUR"], AGREED), (AGREED, AGREED))) == ({}, {"deal_currency_code": "EUR"})


def test_a_currency_and_an_amount_edited_on_different_sides_go_one_way() -> None:
    plan = planned((["100", "EUR"], AGREED), (["300", "USD"], AGREED))
    assert writes(plan) == ({}, {"amount": "100", "deal_currency_code": "EUR"})
    assert [change.place for change in plan.to_hubspot] == [0, 1]
    assert plan.to_hubspot[0].reason == "goes with deal_currency_code"
    back = planned((["300", "USD"], AGREED), (["100", "EUR"], AGREED))
    assert writes(back) == ({"amount": "100", "deal_currency_code": "EUR"}, {})


def test_edits_that_speak_against_each_other_wait_for_a_person_where_that_is_set() -> None:
    plan = planned((["100", "EUR"], AGREED), (["300", "USD"], AGREED), OnConflict.HOLD)
    assert (writes(plan), sorted(plan.held)) == (({}, {}), [0, 1])
    assert writes(planned((["150", "EUR"], AGREED), (AGREED, AGREED), OnConflict.HOLD))[1] == {
        "amount": "150",
        "deal_currency_code": "EUR",
    }


def test_what_is_held_holds_the_others() -> None:
    conflict = planned((["150", "EUR"], AGREED), (["100", "GBP"], AGREED), OnConflict.HOLD)
    assert (writes(conflict), sorted(conflict.held)) == (({}, {}), [0, 1])
    amount = planned((["150", "EUR"], AGREED), (["170", "USD"], AGREED), OnConflict.HOLD)
    assert (writes(amount), sorted(amount.held)) == (({}, {}), [0, 1])


def test_a_currency_that_cant_be_written_keeps_its_amount_back() -> None:
    plan = planned((AGREED, AGREED), (["5", "NOK"], AGREED))
    assert writes(plan) == ({}, {})
    assert [fault.code for _, fault in plan.faults] == ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]
    assert (plan.base_hubspot, plan.base_salesforce) == (AGREED, AGREED), "nothing is settled by that"


def test_an_amount_that_cant_be_written_keeps_its_currency_back() -> None:
    plan = planned((AGREED, AGREED), (["much", "EUR"], AGREED))
    assert writes(plan) == ({}, {})
    assert [fault.code for _, fault in plan.faults] == ["JSON_PARSER_ERROR"]


def test_an_amount_that_would_go_the_other_way_and_cant_be_written_keeps_both_back() -> None:
    huge = planned((["much", "EUR"], AGREED), (["300", "USD"], AGREED), newer=Side.HUBSPOT)
    assert writes(huge)[0] == {}


def test_where_the_currency_may_differ_no_amount_travels() -> None:
    found = layout(code=Rule.ALWAYS_SALESFORCE)
    plan = planned((["200", None], ["100", None]), (["100", "EUR"], ["100", "EUR"]), found=found)
    assert writes(plan) == ({}, {})


def test_a_cell_that_cant_be_read_holds_nobody_back() -> None:
    plan = planned((["200", UNSEEN], ["100", UNSEEN]), (["100", "EUR"], ["100", "EUR"]))
    assert writes(plan) == ({}, {"amount": "200"})


@pytest.mark.parametrize(("code", "amount"), [("NOK", "5"), ("USD", "much")])
def test_a_new_record_has_both_or_neither(code: str, amount: str) -> None:
    plan = plan_create(layout(), Side.HUBSPOT, [amount, code], SCHEMAS["Opportunity"], "deals")
    assert (plan.changes, plan.blocked) == ([], False)
    assert len(plan.faults) == 1
    whole = plan_create(layout(), Side.HUBSPOT, ["5", "EUR"], SCHEMAS["Opportunity"], "deals")
    assert [change.new for change in whole.changes] == ["5", "EUR"]


def test_what_a_fault_breaks() -> None:
    found = layout()
    fault = Fault(Category.PROPERTY_VALUES, "X", "x", ("Amount",))
    assert broken(found, Side.SALESFORCE, "Opportunity", [fault]) == {0, 1}
    assert broken(found, Side.SALESFORCE, "Opportunity", [msgspec.structs.replace(fault, fields=("Name",))]) == set()
    assert not unplaced([fault])
    assert unplaced([msgspec.structs.replace(fault, fields=("dealstage",))])
