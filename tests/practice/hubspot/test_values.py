"""What the portal makes of property values, and of which it will hear nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmsync_desktop.practice.hubspot.catalog import OBJECT_TYPES
from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
OBJECTS = "/crm/objects/2026-03"
CONTACTS = f"{OBJECTS}/contacts"


def wrong(served: Served, kind: str, **properties: object) -> dict[str, Any]:
    """The only thing that is wrong with a create, as the message's JSON tells it."""
    answer = served.ask("POST", f"{OBJECTS}/{kind}", {"properties": properties})
    assert answer.status_code == 400, answer.text
    message: str = answer.json()["message"]
    assert message.startswith("Property values were not valid: ")
    (told,) = json.loads(message.removeprefix("Property values were not valid: "))
    assert told["isValid"] is False
    return dict(told)


def make(served: Served, kind: str, **properties: object) -> dict[str, Any]:
    made = served.ok("POST", f"{OBJECTS}/{kind}", {"properties": properties})
    return {"id": made["id"], **made["properties"]}


def read(served: Served, kind: str, record: str, *names: str) -> dict[str, Any]:
    return dict(served.ok("GET", f"{OBJECTS}/{kind}/{record}", properties=",".join(names))["properties"])


def define(served: Served, kind: str, name: str, type_: str, field: str, **more: object) -> None:
    group = {"contacts": "contactinformation", "deals": "dealinformation"}[kind]
    body = {"name": name, "label": name, "type": type_, "fieldType": field, "groupName": group, **more}
    served.ok("POST", f"/crm/properties/2026-03/{kind}", body)


def options(*values: str) -> list[dict[str, object]]:
    return [{"label": value.title(), "value": value} for value in values]


def test_an_option_that_there_is_not_is_answered_with_those_there_are(served: Served) -> None:
    told = wrong(served, "tickets", hs_pipeline_stage="1", hs_ticket_priority="VERY")
    assert told["error"] == "INVALID_OPTION"
    assert told["name"] == "hs_ticket_priority"
    assert told["message"] == "VERY was not one of the allowed options: [LOW, MEDIUM, HIGH, URGENT]"


def test_a_date_is_a_day_or_midnight_utc(served: Served) -> None:
    define(served, "contacts", "birthday", "date", "date")
    assert make(served, "contacts", birthday="2015-05-01")["birthday"] == "2015-05-01"
    assert make(served, "contacts", birthday="1430438400000")["birthday"] == "2015-05-01"
    assert make(served, "contacts", birthday="2015-05-01T00:00:00Z")["birthday"] == "2015-05-01"
    told = wrong(served, "contacts", birthday="1635535865")
    assert (told["error"], told["message"]) == ("INVALID_DATE", "1635535865 is at 22:18:55.865 UTC, not midnight!")
    assert wrong(served, "contacts", birthday="yesterday")["error"] == "INVALID_DATE"
    assert wrong(served, "contacts", closedate="yesterday")["error"] == "INVALID_DATE"


@pytest.mark.parametrize("padded", [" 5", "5 ", "5\u200b", "\u00a05"])
def test_white_space_around_anything_but_text_is_refused(served: Served, padded: str) -> None:
    told = wrong(served, "companies", annualrevenue=padded)
    assert told["error"] == "LEADING_TRAILING_WHITESPACE"
    assert told["message"] == f'"{padded}" includes leading or trailing whitespace.'
    assert wrong(served, "contacts", lifecyclestage="lead ")["error"] == "LEADING_TRAILING_WHITESPACE"


def test_several_options_stand_side_by_side_and_a_semicolon_in_front_adds_one(served: Served) -> None:
    define(served, "contacts", "likes", "enumeration", "checkbox", options=options("tea", "milk", "beer"))
    contact = make(served, "contacts", likes="tea;milk;tea")
    assert contact["likes"] == "tea;milk"
    changed = served.ok("PATCH", f"{CONTACTS}/{contact['id']}", {"properties": {"likes": ";beer"}})
    assert changed["properties"]["likes"] == "tea;milk;beer"
    assert wrong(served, "contacts", likes="tea;wine")["error"] == "INVALID_OPTION"
    assert wrong(served, "contacts", likes="tea; milk")["error"] == "LEADING_TRAILING_WHITESPACE"


def test_numbers_booleans_and_long_texts(served: Served) -> None:
    define(served, "contacts", "vip", "bool", "booleancheckbox")
    assert make(served, "contacts", vip=True)["vip"] == "true"
    assert wrong(served, "contacts", vip="perhaps")["error"] == "INVALID_BOOLEAN"
    assert wrong(served, "companies", annualrevenue="a lot")["message"] == "a lot was not a valid number."
    assert wrong(served, "companies", annualrevenue="NaN")["error"] == "INVALID_INTEGER"
    assert len(make(served, "contacts", message="x" * 65_536)["message"]) == 65_536
    assert wrong(served, "contacts", message="x" * 65_537)["error"] == "INVALID_LENGTH"


def test_what_hubspot_keeps_to_itself_cannot_be_written(served: Served) -> None:
    told = wrong(served, "contacts", num_associated_deals="3")
    assert told["error"] == "READ_ONLY_VALUE"
    assert told["message"] == '"num_associated_deals" is a read only property; its value cannot be set.'
    told = wrong(served, "deals", dealname="D", days_to_close="3")
    assert told["message"] == '"days_to_close" is a calculated property; its value cannot be set.'


@pytest.mark.parametrize("given", ["https://www.Firma.example/about?x=1", "WWW.firma.example", "firma.example."])
def test_a_company_s_domain_is_bare_and_small(served: Served, given: str) -> None:
    assert make(served, "companies", domain=given)["domain"] == "firma.example"


def test_a_lifecycle_stage_moves_forward_only_unless_it_was_cleared(served: Served) -> None:
    contact = make(served, "contacts", lifecyclestage="customer")["id"]

    def move(stage: str) -> Any:
        changed = served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"lifecyclestage": stage}})
        return changed["properties"]["lifecyclestage"]

    assert move("lead") == "customer"
    assert move("evangelist") == "evangelist"
    assert move("") is None
    assert move("lead") == "lead"
    kind = OBJECT_TYPES["contacts"]
    with served.portal.database.transaction():
        record = served.portal.find(kind, contact, None)
        served.portal.update(kind, record, {"lifecyclestage": "subscriber"}, source="CRM_UI")
    assert read(served, "contacts", contact, "lifecyclestage")["lifecyclestage"] == "subscriber"


def test_a_stage_that_was_entered_has_its_date(served: Served) -> None:
    contact = make(served, "contacts", lifecyclestage="lead")
    served.clock.advance(100)
    served.ok("PATCH", f"{CONTACTS}/{contact['id']}", {"properties": {"lifecyclestage": "customer"}})
    names = ("hs_lifecyclestage_lead_date", "hs_lifecyclestage_customer_date", "hs_lifecyclestage_other_date")
    dates = read(served, "contacts", contact["id"], *names, "lastmodifieddate", "createdate")
    assert dates["hs_lifecyclestage_lead_date"] == dates["createdate"]
    assert dates["hs_lifecyclestage_customer_date"] == dates["lastmodifieddate"]
    assert dates["hs_lifecyclestage_other_date"] is None


def test_an_owner_brings_properties_of_its_own(served: Served) -> None:
    contact = make(served, "contacts", firstname="Kari", hubspot_owner_id="71001002")
    assert contact["hs_all_owner_ids"] == "71001002"
    assert contact["hs_user_ids_of_all_owners"] == "9102"
    assert contact["hubspot_owner_assigneddate"] == contact["createdate"]
    served.ok("PATCH", f"{CONTACTS}/{contact['id']}", {"properties": {"hubspot_owner_id": ""}})
    after = read(served, "contacts", contact["id"], "hs_all_owner_ids", "hubspot_owner_assigneddate")
    assert after["hs_all_owner_ids"] is None
    assert after["hubspot_owner_assigneddate"] is None
    assert wrong(served, "contacts", hubspot_owner_id="5")["error"] == "INVALID_OPTION"


def test_names_domains_and_sources_follow(served: Served) -> None:
    contact = make(served, "contacts", email="Kari@Firma.example")["id"]
    names = ("hs_email_domain", "hs_full_name_or_email", "hs_object_source", "hs_is_contact")
    assert [read(served, "contacts", contact, *names)[name] for name in names] == [
        "firma.example", "kari@firma.example", "INTEGRATION", "true",
    ]  # fmt: skip
    served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "Kari", "lastname": "Nord"}})
    assert read(served, "contacts", contact, "hs_full_name_or_email")["hs_full_name_or_email"] == "Kari Nord"
    served.portal.load([("contacts", {"email": "ola@firma.example", "lifecyclestage": "lead"})])
    found = served.search({"propertyName": "hs_email_domain", "operator": "EQ", "value": "firma.example"})
    assert found["total"] == 2


def test_a_deal_tells_what_its_stage_means(served: Served) -> None:
    deal = make(served, "deals", dealname="Big", amount="1000", dealstage="contractsent", closedate="2026-10-01")
    assert deal["pipeline"] == "default"
    told = {name: deal.get(name) for name in ("hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability")}
    assert told == {"hs_is_closed": "false", "hs_is_closed_won": "false", "hs_deal_stage_probability": "0.9"}
    assert (deal["hs_projected_amount"], deal["hs_closed_amount"]) == ("900", "0")
    path = f"{OBJECTS}/deals/{deal['id']}"
    served.ok("PATCH", path, {"properties": {"dealstage": "closedwon"}})
    names = ("hs_is_closed", "hs_is_closed_won", "hs_closed_amount", "days_to_close")
    won = read(served, "deals", deal["id"], *names)
    assert [won[name] for name in names] == ["true", "true", "1000", "9"]
    served.ok("PATCH", path, {"properties": {"dealstage": "closedlost", "amount": "", "closedate": ""}})
    names = ("hs_is_closed", "hs_is_closed_lost", "hs_projected_amount", "days_to_close")
    lost = read(served, "deals", deal["id"], *names)
    assert [lost[name] for name in names] == ["true", "true", None, None]


def test_a_ticket_that_is_closed_has_the_date_and_the_time_it_took(served: Served) -> None:
    ticket = make(served, "tickets", subject="Help", hs_pipeline_stage="1")
    assert (ticket["hs_pipeline"], ticket["hs_is_closed"]) == ("0", "false")
    served.clock.advance(60)
    served.ok("PATCH", f"{OBJECTS}/tickets/{ticket['id']}", {"properties": {"hs_pipeline_stage": "4"}})
    closed = read(
        served, "tickets", ticket["id"], "hs_is_closed", "time_to_close", "closed_date", "hs_lastmodifieddate"
    )
    assert (closed["hs_is_closed"], closed["time_to_close"]) == ("true", "60000")
    assert closed["closed_date"] == closed["hs_lastmodifieddate"]


def test_what_follows_has_a_history_of_its_own(served: Served) -> None:
    contact = make(served, "contacts", firstname="Kari")["id"]
    served.clock.advance(1)
    served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"email": "kari@firma.example"}})
    told = served.ok("GET", f"{CONTACTS}/{contact}", propertiesWithHistory="email,hs_email_domain")
    assert told["propertiesWithHistory"]["email"][0]["sourceType"] == "INTEGRATION"
    assert told["propertiesWithHistory"]["hs_email_domain"][0]["sourceType"] == "CALCULATED"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"dealname": "D", "dealstage": "Contract Sent"}, "dealstage"),
        ({"dealname": "D", "pipeline": "Sales Pipeline"}, "pipeline"),
        ({"dealname": "D", "pipeline": "nowhere", "dealstage": "closedwon"}, "pipeline"),
    ],
)
def test_pipelines_and_stages_are_named_by_their_ids(served: Served, given: dict[str, str], why: str) -> None:
    told = wrong(served, "deals", **given)
    assert (told["error"], told["name"]) == ("INVALID_OPTION", why)


def test_a_stage_belongs_to_its_pipeline(served: Served) -> None:
    stage = {"label": "Renew", "displayOrder": 0, "metadata": {"probability": "0.5"}, "stageId": "renew"}
    body = {"label": "Renewals", "displayOrder": 1, "stages": [stage], "pipelineId": "renewals"}
    served.ok("POST", "/crm/pipelines/2026-03/deals", body)
    deal = make(served, "deals", dealname="D", dealstage="renew")
    assert deal["pipeline"] == "renewals"
    assert wrong(served, "deals", dealname="D", pipeline="renewals", dealstage="closedwon")["name"] == "dealstage"
    path = f"{OBJECTS}/deals/{deal['id']}"
    moved = served.ok("PATCH", path, {"properties": {"dealstage": "closedwon"}})
    assert moved["properties"]["dealstage"] == "closedwon"
    assert read(served, "deals", deal["id"], "pipeline")["pipeline"] == "default"
    answer = served.ask("PATCH", path, {"properties": {"pipeline": "renewals"}})
    assert answer.status_code == 400
    assert "dealstage" in answer.json()["message"]


def test_a_record_without_what_its_type_requires_is_not_made(served: Served) -> None:
    answer = served.ask("POST", f"{OBJECTS}/tickets", {"properties": {"subject": "Help"}})
    assert answer.status_code == 400
    body = answer.json()
    assert body["message"] == "Error creating TICKET. Some required properties were not set."
    assert body["context"] == {"properties": ["hs_pipeline_stage"]}
