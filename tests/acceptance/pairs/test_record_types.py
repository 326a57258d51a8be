"""An org with record types and several currencies, and a portal with a second pipeline, over HTTP (O3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, world
from tests.acceptance.pairs.conftest import ALL_ON
from tests.acceptance.pairs.test_stages import deal, opportunity, partner, stage_in_portal


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("typed")) as opened:
        opened.admin.post("/salesforce/setup", record_types=True, multi_currency=True)
        url = f"{opened.orgs.announced['hubspot']['url']}/crm/pipelines/2026-03/deals"
        stages = (("Due", "0.3"), ("Offered", "0.8"), ("Renewed", "1.0"), ("Dropped", "0.0"))
        body = {
            "label": "Renewal",
            "pipelineId": "renewals",
            "displayOrder": 1,
            "stages": [
                {"label": label, "stageId": label.lower(), "displayOrder": place, "metadata": {"probability": share}}
                for place, (label, share) in enumerate(stages)
            ],
        }
        opened.hubspot.session.post(url, json=body, timeout=30).raise_for_status()
        opened.settings(**ALL_ON)
        opened.sync()
        yield opened


@pytest.fixture
def types(typed: World) -> dict[str, str]:
    rows = typed.salesforce.query("SELECT Id, Name FROM RecordType WHERE SobjectType = 'Opportunity'")
    return {row["Name"]: row["Id"] for row in rows}


def test_pipelines_go_with_record_types_and_stages_with_both(typed: World, types: dict[str, str]) -> None:
    renewal = opportunity(typed, "Negotiation/Review", RecordTypeId=types["Renewal"])
    business = opportunity(typed, "Closed Lost", RecordTypeId=types["New Business"])
    mine = deal(typed, "renewed", pipeline="renewals")
    typed.sync()
    placed = [
        (made["pipeline"], made["dealstage"])
        for made in (
            typed.record("hubspot", "deals", partner(typed, Side.SALESFORCE, id)) for id in (renewal, business)
        )
    ]
    assert placed == [("renewals", "offered"), ("default", "closedlost")]
    theirs = typed.record("salesforce", "Opportunity", partner(typed, Side.HUBSPOT, mine))
    assert (theirs["RecordTypeId"], theirs["StageName"]) == (types["Renewal"], "Closed Won")
    typed.settled()


def test_a_deal_moves_to_another_pipeline_with_its_record_type(typed: World, types: dict[str, str]) -> None:
    there = opportunity(typed, "Negotiation/Review", RecordTypeId=types["New Business"])
    typed.sync()
    made = partner(typed, Side.SALESFORCE, there)
    assert typed.record("hubspot", "deals", made)["dealstage"] == "contractsent"
    typed.edit("salesforce", "Opportunity", there, RecordTypeId=types["Renewal"])
    typed.sync()
    moved = typed.record("hubspot", "deals", made)
    assert (moved["pipeline"], moved["dealstage"]) == ("renewals", "offered")
    typed.settled()


def test_an_amount_brings_its_currency(typed: World) -> None:
    there = opportunity(typed, "Prospecting", Amount="100", CurrencyIsoCode="EUR")
    mine = deal(typed, "contractsent", amount="700", deal_currency_code="GBP")
    typed.sync()
    made = typed.record("hubspot", "deals", partner(typed, Side.SALESFORCE, there))
    assert (made["amount"], made["deal_currency_code"]) == ("100", "EUR")
    theirs = typed.record("salesforce", "Opportunity", partner(typed, Side.HUBSPOT, mine))
    assert (float(theirs["Amount"]), theirs["CurrencyIsoCode"]) == (700, "GBP")
    typed.edit("salesforce", "Opportunity", there, Amount="200", CurrencyIsoCode="USD")
    typed.sync()
    made = typed.record("hubspot", "deals", partner(typed, Side.SALESFORCE, there))
    assert (made["amount"], made["deal_currency_code"]) == ("200", "USD")
    typed.settled()


def test_a_currency_that_the_org_doesnt_have_keeps_its_amount_back(typed: World) -> None:
    blank = deal(typed, "contractsent", amount="5")  # in the account's own currency, which is no currency of the org
    kroner = deal(typed, "contractsent", amount="5", deal_currency_code="NOK")
    typed.sync()
    for id in (blank, kroner):
        made = partner(typed, Side.HUBSPOT, id)
        assert not typed.record("salesforce", "Opportunity", made).get("Amount")
        assert "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" in typed.codes(id, made)
        assert typed.record("hubspot", "deals", id)["amount"] == "5"
        assert typed.record("hubspot", "deals", id).get("deal_currency_code") in (None, "", "NOK")


def test_stages_added_to_a_record_types_pipeline_are_learnt(typed: World, types: dict[str, str]) -> None:
    stage_in_portal(typed, "deals", "renewals", "Prospecting", 0, probability="0.1")
    typed._runner.run(typed.service.stages("deals", True))
    there = opportunity(typed, "Prospecting", RecordTypeId=types["Renewal"])
    typed.sync()
    made = typed.record("hubspot", "deals", partner(typed, Side.SALESFORCE, there))
    assert made["pipeline"] == "renewals"
    assert made["dealstage"] not in ("due", "offered")
