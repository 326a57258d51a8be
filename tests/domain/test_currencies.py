"""Amounts only ever travel with their currency, or where both sides count in the same one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmsync_desktop.domain.currencies import Money, read_in
from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import DEALS, Mapping, Rule
from crmsync_desktop.domain.planner import NOTICES, Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import OnConflict
from tests.domain.test_companions import SCHEMAS

READ_AT = "2026-03-01T00:00:00Z"
AMOUNT = Mapping("amount", {"Opportunity": "Amount"}, Rule.TWO_WAY)
CODE = Mapping("deal_currency_code", {"Opportunity": "CurrencyIsoCode"}, Rule.TWO_WAY)
KRONER = Money("NOK")


def layout(money: Money, *mappings: Mapping, hubspot: Schema = SCHEMAS["deals"]) -> Layout:
    return read_in(resolve(DEALS, mappings, SCHEMAS), hubspot, money)


def planned(found: Layout, s: Sequence[Cell], h: Sequence[Cell], bs: Sequence[Cell], bh: Sequence[Cell]) -> LinkPlan:
    salesforce, hubspot = Look("Opportunity", READ_AT, s, bs), Look("Opportunity", READ_AT, h, bh)
    return plan_link(found, salesforce, hubspot, Doors(), OnConflict.NEWEST)


def new_values(plan: LinkPlan) -> tuple[list[object], list[object]]:
    return [change.new for change in plan.to_salesforce], [change.new for change in plan.to_hubspot]


def test_an_org_with_several_currencies_carries_the_code_with_the_amount() -> None:
    found = layout(Money("EUR"), AMOUNT, CODE)
    assert found.groups == ((0, 1),)
    plan = planned(found, ["100", "USD"], ["200", "EUR"], ["100", "USD"], ["100", "USD"])
    assert new_values(plan) == (["200", "EUR"], [])
    own = planned(found, ["100", "EUR"], ["100", None], ["100", "EUR"], ["100", None])
    assert (new_values(own), own.rebased) == (([], []), False)
    blank = planned(found, ["100", "USD"], ["100", None], ["100", "USD"], ["100", "USD"])
    assert new_values(blank) == (["EUR"], []), "blank is the account's own currency"
    create = plan_create(found, Side.HUBSPOT, ["5", None], SCHEMAS["Opportunity"], "deals")
    assert [change.new for change in create.changes] == ["5", "EUR"]
    back = plan_create(found, Side.SALESFORCE, ["5", "USD"], SCHEMAS["deals"], "Opportunity")
    assert [change.new for change in back.changes] == ["5", "USD"]


def test_a_currency_that_isnt_known_keeps_the_amount_back() -> None:
    found = layout(Money(""), AMOUNT, CODE)
    create = plan_create(found, Side.HUBSPOT, ["5", None], SCHEMAS["Opportunity"], "deals")
    assert (create.changes, [fault.code for fault in create.faults]) == ([], ["CURRENCY_UNKNOWN"])


def test_the_default_currency_of_an_opportunity_without_an_amount_says_nothing() -> None:
    """A deal in kroner, which the org doesn't have, was made without its amount; the org gave it its own currency."""
    preferring = [Mapping(each.property, each.salesforce, Rule.PREFER_SALESFORCE) for each in (AMOUNT, CODE)]
    found = layout(KRONER, *preferring)
    for deal in (["5", "NOK"], ["5", None]):
        plan = planned(found, [None, "USD"], deal, [None, "USD"], deal)
        assert new_values(plan) == ([], [])
        assert [fault.code for _, fault in plan.faults] == ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]
    mended = planned(found, [None, "USD"], ["5", "EUR"], [None, "USD"], ["5", "NOK"])
    assert new_values(mended) == (["5", "EUR"], [])


def test_several_amounts_share_a_currency() -> None:
    schemas = {
        **SCHEMAS,
        "deals": Schema(
            Side.HUBSPOT,
            "deals",
            "Deals",
            {**SCHEMAS["deals"].fields, "cost": Field("cost", "Cost", Kind.NUMBER, "number")},
            READ_AT,
        ),
        "Opportunity": Schema(
            Side.SALESFORCE,
            "Opportunity",
            "Opportunity",
            {
                **SCHEMAS["Opportunity"].fields,
                "Cost__c": Field("Cost__c", "Cost", Kind.NUMBER, "currency", precision=18, scale=2),
            },
            READ_AT,
        ),
    }
    cost = Mapping("cost", {"Opportunity": "Cost__c"}, Rule.TWO_WAY)
    found = read_in(resolve(DEALS, [AMOUNT, CODE, cost], schemas), schemas["deals"], KRONER)
    assert found.groups == ((0, 1), (2, 1))
    create = plan_create(found, Side.HUBSPOT, ["5", "EUR", "much"], schemas["Opportunity"], "deals")
    assert create.changes == []


def test_an_org_with_one_currency_watches_that_of_each_deal() -> None:
    found = layout(KRONER, AMOUNT)
    assert found.properties == ("amount", "deal_currency_code")
    assert found.fields(Side.SALESFORCE, "Opportunity") == ("Amount", "")
    plain = planned(found, ["7", UNSEEN], ["9.999", "NOK"], ["7", UNSEEN], ["7", "NOK"])
    assert new_values(plain) == (["10"], [])
    same = planned(found, ["10", UNSEEN], ["9.999", None], ["10", UNSEEN], ["9.999", None])
    assert (new_values(same), same.faults) == (([], []), [])
    out = planned(found, ["8", UNSEEN], ["7", None], ["7", UNSEEN], ["7", None])
    assert new_values(out) == ([], ["8"])


@pytest.mark.parametrize(
    ("s", "h", "bs", "bh"),
    [
        (["7", UNSEEN], ["9", "EUR"], ["7", UNSEEN], ["7", "EUR"]),
        (["8", UNSEEN], ["7", "EUR"], ["7", UNSEEN], ["7", "EUR"]),
        (["7", UNSEEN], ["7", "EUR"], ["7", UNSEEN], ["7", "NOK"]),
        ([None, UNSEEN], ["7", "EUR"], [UNSEEN, UNSEEN], [UNSEEN, UNSEEN]),
        (["7", UNSEEN], [None, "EUR"], ["7", UNSEEN], ["7", "EUR"]),
    ],
)
def test_amounts_of_another_currency_stay_with_a_notice(
    s: Sequence[Cell], h: Sequence[Cell], bs: Sequence[Cell], bh: Sequence[Cell]
) -> None:
    plan = planned(layout(KRONER, AMOUNT), s, h, bs, bh)
    assert new_values(plan) == ([], [])
    codes = {fault.code for _, fault in plan.faults}
    assert codes == {"CURRENCY_DIFFERS"}
    assert codes <= NOTICES


def test_nothing_is_said_where_there_is_no_amount() -> None:
    plan = planned(layout(KRONER, AMOUNT), [None, UNSEEN], [None, "EUR"], [None, UNSEEN], [None, "EUR"])
    assert (new_values(plan), plan.faults) == (([], []), [])
    create = plan_create(layout(KRONER, AMOUNT), Side.HUBSPOT, [None, "EUR"], SCHEMAS["Opportunity"], "deals")
    assert (create.changes, create.faults) == ([], [])


def test_new_records_have_an_amount_only_in_the_same_currency() -> None:
    found = layout(KRONER, AMOUNT)
    mine = plan_create(found, Side.HUBSPOT, ["5", None], SCHEMAS["Opportunity"], "deals")
    assert [change.new for change in mine.changes] == ["5"]
    theirs = plan_create(found, Side.HUBSPOT, ["5", "EUR"], SCHEMAS["Opportunity"], "deals")
    assert (theirs.changes, theirs.blocked) == ([], False)
    assert theirs.faults[0].message == (
        "The deal is in EUR and the Salesforce org counts in NOK: the amount stays as it is on both sides."
    )
    euros = layout(Money("NOK", org="EUR"), AMOUNT)
    out = plan_create(euros, Side.SALESFORCE, ["5", UNSEEN], SCHEMAS["deals"], "Opportunity")
    assert (out.changes, [fault.code for fault in out.faults]) == ([], ["CURRENCY_DIFFERS"])
    none = plan_create(euros, Side.SALESFORCE, [None, UNSEEN], SCHEMAS["deals"], "Opportunity")
    assert (none.changes, none.faults) == ([], [])
    inward = plan_create(euros, Side.HUBSPOT, ["5", "EUR"], SCHEMAS["Opportunity"], "deals")
    assert [change.new for change in inward.changes] == ["5"]


def test_a_setting_sends_every_amount() -> None:
    found = layout(Money("NOK", everything=True), AMOUNT)
    assert found.properties == ("amount",)
    assert found.columns[0].translation is None


def test_what_isnt_known_to_differ_travels() -> None:
    assert new_values(planned(layout(Money(""), AMOUNT), ["1", UNSEEN], ["2", None], ["1", UNSEEN], ["1", None])) == (
        ["2"],
        [],
    )
    bare = Schema(Side.HUBSPOT, "deals", "Deals", {"amount": Field("amount", "Amount", Kind.NUMBER, "number")}, READ_AT)
    assert layout(KRONER, AMOUNT, hubspot=bare).properties == ("amount",)


def test_a_layout_without_amounts_is_left_alone() -> None:
    plain = resolve(DEALS, [], SCHEMAS)
    assert read_in(plain, SCHEMAS["deals"], KRONER) is plain
