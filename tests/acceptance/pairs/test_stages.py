"""Pipelines and stages, owners and amounts of deals and tickets, over HTTP (O3, C10)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, written

CLOSE = "2027-01-31"


def opportunity(here: World, stage: str, **values: str) -> str:
    name = f"Deal {here.number()}"
    return here.make("salesforce", "Opportunity", **{"Name": name, "StageName": stage, "CloseDate": CLOSE, **values})


def deal(here: World, stage: str, **values: str) -> str:
    name = f"Deal {here.number()}"
    given = {"dealname": name, "pipeline": "default", "dealstage": stage, "closedate": f"{CLOSE}T00:00:00Z", **values}
    return here.make("hubspot", "deals", **given)


def partner(here: World, side: Side, id: str, pair: str = "deals") -> str:
    found = here.partner(pair, side, id)
    assert found is not None
    return found


def stage_in_portal(here: World, kind: str, pipeline: str, label: str, order: int, **metadata: str) -> str:
    """A stage that a person adds to a pipeline; its id."""
    url = f"{here.orgs.announced['hubspot']['url']}/crm/pipelines/2026-03/{kind}/{pipeline}/stages"
    body = {"label": label, "displayOrder": order, "metadata": metadata}
    answer = here.hubspot.session.post(url, json=body, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["id"])


def test_stages_travel_both_ways_and_nothing_bounces(here: World) -> None:
    there = opportunity(here, "Qualification")
    here.sync()
    made = partner(here, Side.SALESFORCE, there)
    assert here.record("hubspot", "deals", made)["dealstage"] == "appointmentscheduled"
    here.settled()
    assert here.record("salesforce", "Opportunity", there)["StageName"] == "Qualification"
    here.edit("hubspot", "deals", made, dealstage="contractsent")
    here.rule("deals", "dealstage", Rule.TWO_WAY)
    here.sync()
    assert here.record("salesforce", "Opportunity", there)["StageName"] == "Negotiation/Review"
    here.edit("salesforce", "Opportunity", there, StageName="Closed Lost")
    here.sync()
    assert here.record("hubspot", "deals", made)["dealstage"] == "closedlost"
    here.settled()


def test_a_deal_becomes_an_opportunity_in_its_stage(here: World) -> None:
    won = deal(here, "closedwon", amount="1200")
    here.sync()
    made = here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, won))
    assert (made["StageName"], made["CloseDate"], float(made["Amount"])) == ("Closed Won", CLOSE, 1200.0)


def test_tickets_and_cases_go_by_their_states(here: World) -> None:
    case = here.make("salesforce", "Case", Subject=f"Case {here.number()}", Status="Escalated", Origin="Web")
    ticket = here.make("hubspot", "tickets", subject=f"T {here.number()}", hs_pipeline="0", hs_pipeline_stage="4")
    here.sync()
    made = here.record("hubspot", "tickets", partner(here, Side.SALESFORCE, case, "tickets"))
    assert (made["hs_pipeline"], made["hs_pipeline_stage"]) == ("0", "3")
    assert here.record("salesforce", "Case", partner(here, Side.HUBSPOT, ticket, "tickets"))["Status"] == "Closed"
    here.settled()


def test_a_stage_set_by_hand_counts_from_then_on(here: World) -> None:
    run = here._runner.run
    run(here.service.choose_stage("deals", "Sales Pipeline/Qualified To Buy", "Prospecting", Side.HUBSPOT))
    there = opportunity(here, "Prospecting")
    here.sync()
    made = partner(here, Side.SALESFORCE, there)
    assert here.record("hubspot", "deals", made)["dealstage"] == "qualifiedtobuy"
    view = run(here.service.stages("deals", False))
    assert [row.stage for row in view.rows if row.chosen] == ["Prospecting"]
    with pytest.raises(SetupError, match="Nowhere"):
        run(here.service.choose_stage("deals", "Nowhere", "Prospecting", None))
    with pytest.raises(SetupError):
        run(here.service.choose_stage("deals", "Sales Pipeline", "Prospecting", None))
    with pytest.raises(SetupError):
        run(here.service.stages("contacts", False))
    view = run(here.service.reset_stages("deals"))
    assert not any(row.chosen for row in view.rows)
    here.settled()


def test_a_stage_that_appears_later_is_learnt_and_told(here: World) -> None:
    new = stage_in_portal(here, "deals", "default", "Perception Analysis", 3, probability="0.7")
    made = deal(here, new)
    here.sync()
    assert here.codes(made) == ["STAGE_UNKNOWN"]
    here.sync()
    assert here.codes(made) == []
    there = here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, made))
    assert there["StageName"] == "Perception Analysis"
    view = here._runner.run(here.service.stages("deals", False))
    assert "New in HubSpot: “Sales Pipeline/Perception Analysis”." in view.warnings


def test_stages_cost_a_call_on_each_side_a_day(here: World) -> None:
    here.sync()
    assert sum(here.calls().values()) <= 10
    here.admin.reset_calls()
    here._runner.run(here.service.stages("deals", True))
    calls = here.admin.calls()
    assert (calls["salesforce"], calls["hubspot"]) == (1, 1)
    assert any("schema" in row for row in here.service._budget.by_hour())


def test_a_deal_without_a_close_date_waits_until_it_has_one_or_is_lent_one(here: World) -> None:
    blank = deal(here, "contractsent", closedate="")
    here.sync()
    assert here.codes(blank) == ["REQUIRED_FIELD_MISSING"]
    here.settings(deals={"close_date_days": 30})
    here._runner.run(here.service.retry_errors(None, None))
    here.sync()
    assert here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, blank))["CloseDate"] > "2026"
    assert here.codes(blank) == []


def test_amounts_of_another_currency_stay_where_they_are(here: World) -> None:
    euros = deal(here, "contractsent", amount="500", deal_currency_code="EUR")
    kroner = deal(here, "contractsent", amount="700", deal_currency_code="NOK")
    done = here.sync()
    assert written(done) > 0
    assert here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, euros)).get("Amount") in (None, "")
    assert float(here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, kroner))["Amount"]) == 700
    assert here.codes(euros) == ["CURRENCY_DIFFERS"]
    here.settings(deals={"org_currency": "EUR"})
    here.edit("hubspot", "deals", euros, amount="501")
    here.sync()
    assert float(here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, euros))["Amount"]) == 501
    here.settings(deals={"org_currency": None})


def test_owners_whose_addresses_differ_are_paired_by_hand(here: World) -> None:
    run = here._runner.run
    view = run(here.service.owners())
    user = next(row.salesforce for row in view.rows if row.salesforce and row.salesforce.name == "Sam Seller")
    alone = next(row.hubspot for row in view.rows if row.hubspot and not row.how)
    assert user is not None
    assert alone is not None
    mine = deal(here, "contractsent", hubspot_owner_id=alone.id)
    here.sync()
    assert here.codes(mine, partner(here, Side.HUBSPOT, mine)) == ["OWNER_NOT_MATCHED"]
    view = run(here.service.pair_owner(user.email, alone.email))
    assert [row.how for row in view.rows if row.hubspot == alone] == ["chosen"]
    another = deal(here, "contractsent", hubspot_owner_id=alone.id)
    here.sync()
    assert here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, another))["OwnerId"] == user.id
    old = here.record("salesforce", "Opportunity", partner(here, Side.HUBSPOT, mine))
    assert old["OwnerId"] != user.id, "who owns a record already is replaced by an edit only"
    assert here.codes(mine, partner(here, Side.HUBSPOT, mine)) == []
    with pytest.raises(SetupError):
        run(here.service.pair_owner("nobody@x.example", alone.email))
    run(here.service.part_owner(user.id))
    assert not any(row.how == "chosen" for row in run(here.service.part_owner(None)).rows)


def test_unassigning_a_deal_leaves_its_opportunitys_owner(here: World) -> None:
    there = opportunity(here, "Qualification")
    here.sync()
    made = partner(here, Side.SALESFORCE, there)
    owner = here.record("salesforce", "Opportunity", there)["OwnerId"]
    assert here.record("hubspot", "deals", made)["hubspot_owner_id"]
    here.edit("hubspot", "deals", made, hubspot_owner_id="")
    here.sync()
    assert here.record("salesforce", "Opportunity", there)["OwnerId"] == owner
    assert not here.record("hubspot", "deals", made).get("hubspot_owner_id")
    assert here.codes(there) == ["OWNER_NOT_MATCHED"]


def given_to_a_queue(here: World, sobject: str, id: str, **edit: str) -> None:
    """Practice orgs let nobody make queues, so the owner is put into the org's own database before a person's edit."""
    statement = {name: f'UPDATE "{name}" SET OwnerId = ? WHERE Id = ?' for name in ("Case", "Lead")}[sobject]
    with closing(sqlite3.connect(Path(here.orgs.announced["state_dir"]) / "salesforce.db", timeout=10)) as database:
        assert database.execute(statement, ("00GPr0000000001AAA", id)).rowcount == 1
        database.commit()
    here.edit("salesforce", sobject, id, **edit)


def test_cases_and_leads_of_a_queue_come_in_as_unassigned(here: World) -> None:
    n = here.number()
    case = here.make("salesforce", "Case", Subject=f"Case {n}", Status="New", Origin="Web")
    lead = here.make("salesforce", "Lead", LastName=f"Lead {n}", Company="C", Email=f"lead{n}@x.example")
    here.sync()
    ticket = partner(here, Side.SALESFORCE, case, "tickets")
    contact = partner(here, Side.SALESFORCE, lead, "contacts")
    mine = here.record("hubspot", "tickets", ticket)["hubspot_owner_id"]
    given_to_a_queue(here, "Case", case, Subject=f"Case {n}, escalated")
    given_to_a_queue(here, "Lead", lead, Company="D")
    here.sync()
    assert not here.record("hubspot", "tickets", ticket).get("hubspot_owner_id")
    assert not here.record("hubspot", "contacts", contact).get("hubspot_owner_id")
    assert here.codes(case, ticket, lead, contact) == []
    here.settled()
    assert here.record("salesforce", "Lead", lead)["OwnerId"].startswith("00G")
    here.edit("hubspot", "tickets", ticket, hubspot_owner_id=mine)
    here.sync()
    assert here.record("salesforce", "Case", case)["OwnerId"].startswith("005")
