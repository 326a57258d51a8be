"""What lists, associations, definitions and pipelines refuse, page through and remember, beside their main business."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.hubspot.lists import MAX_MEMBERS_WRITTEN
from tests.practice.hubspot.conftest import NOW, Served
from tests.practice.hubspot.test_lists import LISTS, branch, make, members, on

pytestmark = pytest.mark.http
OBJECTS = "/crm/objects/2026-03"
PAIR = "/crm/associations/2026-03/contacts/companies"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/search", {"offset": "x"}, 400),
        ("POST", "/search", {"count": 501}, 400),
        ("PUT", "/{list}/update-list-name", None, 400),
        ("GET", "/{list}/memberships/join-order?after=x", None, 400),
        ("GET", "/{list}/memberships?after=x", None, 400),
        ("PUT", "/{list}/memberships/add", {"ids": []}, 400),
        ("PUT", "/{list}/update-list-filters", {"filterBranch": branch(on("city", "ALL_PROPERTY", "IS_KNOWN"))}, 400),
        ("GET", "/object-type-id/0-1/name/Nobody", None, 404),
        ("GET", "/1", None, 404),
        ("POST", "", {"name": "X", "objectTypeId": "0-1", "processingType": "DYNAMIC"}, 400),
        ("POST", "", {"name": "X", "objectTypeId": "0-1", "processingType": "SOMETIMES"}, 400),
    ],
)
def test_lists_refuse(served: Served, method: str, path: str, body: object, status: int) -> None:
    found = make(served, "L", "MANUAL")
    assert served.ask(method, LISTS + path.replace("{list}", found), body).status_code == status


def test_members_are_taken_off_and_written_in_bounds(served: Served) -> None:
    contact, found = served.contact(firstname="Kari"), make(served, "L", "MANUAL")
    served.ok("PUT", f"{LISTS}/{found}/memberships/add", [contact])
    removed = served.ok("PUT", f"{LISTS}/{found}/memberships/remove", [contact])
    assert removed["recordIdsRemoved"] == [contact]
    assert members(served, found) == []
    too_many = list(range(MAX_MEMBERS_WRITTEN + 1))
    assert served.ask("PUT", f"{LISTS}/{found}/memberships/add", too_many).status_code == 400


def test_filters_of_an_active_list_are_changed(served: Served) -> None:
    oslo, bergen = served.contact(city="Oslo"), served.contact(city="Bergen")
    found = make(served, "City", "DYNAMIC", branch(on("city", "STRING", "IS_EQUAL_TO", value="Oslo")))
    assert members(served, found) == [oslo]
    body = {"filterBranch": branch(on("city", "STRING", "IS_EQUAL_TO", value="Bergen"))}
    changed = served.ok("PUT", f"{LISTS}/{found}/update-list-filters", body)["updatedList"]
    assert changed["listVersion"] == 2
    assert members(served, found) == [bergen]


def test_a_snapshot_without_filters_starts_empty(served: Served) -> None:
    contact, found = served.contact(firstname="Kari"), make(served, "S", "SNAPSHOT")
    assert members(served, found) == []
    served.ok("PUT", f"{LISTS}/{found}/memberships/add", [contact])
    assert members(served, found) == [contact]


def test_associations_are_read_in_pages(served: Served) -> None:
    company = served.ok("POST", f"{OBJECTS}/companies", {"properties": {"name": "Firma"}})["id"]
    contacts = [served.contact(firstname=str(number)) for number in range(103)]
    inputs = [{"from": {"id": contact}, "to": {"id": company}} for contact in contacts]
    served.ok("POST", f"{PAIR}/batch/associate/default", {"inputs": inputs})
    page = served.ok("GET", f"{OBJECTS}/companies/{company}/associations/contacts", limit=100)
    rest = served.ok(
        "GET", f"{OBJECTS}/companies/{company}/associations/contacts", limit=100, after=page["paging"]["next"]["after"]
    )
    assert [each["toObjectId"] for each in page["results"] + rest["results"]] == [int(each) for each in contacts]
    back = "/crm/associations/2026-03/companies/contacts/batch/read"
    (first,) = served.ok("POST", back, {"inputs": [{"id": company}]})["results"]
    after = first["paging"]["next"]["after"]
    (second,) = served.ok("POST", back, {"inputs": [{"id": company, "after": after}]})["results"]
    assert [each["toObjectId"] for each in first["to"] + second["to"]] == [int(each) for each in contacts]
    lonely = served.ask("POST", f"{PAIR}/batch/read", {"inputs": [{"id": served.contact(firstname="Ola")}]})
    assert lonely.status_code == 207
    assert lonely.json()["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_groups_pipelines_and_formulas_outlive_a_restart(served: Served, tmp_path: Path) -> None:
    groups = "/crm/properties/2026-03/deals/groups"
    served.ok("POST", groups, {"name": "money", "label": "Money"})
    served.ok("POST", groups, {"name": "gone", "label": "Gone"})
    served.ask("DELETE", f"{groups}/gone")
    body: dict[str, Any] = {"name": "half", "label": "Half", "type": "number", "fieldType": "calculation_equation",
                            "groupName": "money", "calculationFormula": "amount / 2"}  # fmt: skip
    served.ok("POST", "/crm/properties/2026-03/deals", body)
    stage = {"label": "Asked", "displayOrder": 0, "metadata": {"probability": "0.3"}, "stageId": "asked"}
    served.ok("POST", "/crm/pipelines/2026-03/deals", {"label": "R", "displayOrder": 1, "stages": [stage]})
    again = HubSpotPortal(tmp_path / "hubspot.db", PracticeClock(source=lambda: NOW))
    assert {"money", "dealinformation"} <= {each["name"] for each in again.catalog.groups("deals")}
    assert "gone" not in {each["name"] for each in again.catalog.groups("deals")}
    with again.database.transaction():
        deal = again.create(again.catalog.types["deals"], {"dealname": "D", "amount": "5", "dealstage": "asked"})
    assert deal.properties["half"] == "2.5"
    assert again.pipelines.of_stage("deals", "asked") is not None
    again.close()


def test_a_pipeline_is_renamed_and_its_name_stays_its_own(served: Served) -> None:
    assert served.ok("PATCH", "/crm/pipelines/2026-03/deals/default", {"label": "Sales"})["label"] == "Sales"
    assert served.ask("PATCH", "/crm/pipelines/2026-03/deals/default", {"label": ""}).status_code == 400


def test_what_follows_is_left_alone_by_other_changes(served: Served) -> None:
    deal = served.ok(
        "POST", f"{OBJECTS}/deals", {"properties": {"dealname": "D", "dealstage": "closedwon", "amount": "5"}}
    )
    changed = served.ok("PATCH", f"{OBJECTS}/deals/{deal['id']}", {"properties": {"dealname": "E"}})
    assert changed["properties"]["dealname"] == "E"
    ticket = served.ok("POST", f"{OBJECTS}/tickets", {"properties": {"subject": "S", "hs_pipeline_stage": "4"}})
    served.clock.advance(5)
    served.ok("PATCH", f"{OBJECTS}/tickets/{ticket['id']}", {"properties": {"subject": "T"}})
    shown = served.ok("GET", f"{OBJECTS}/tickets/{ticket['id']}", properties="closed_date")
    assert shown["properties"]["closed_date"] == shown["createdAt"]
    email = {"hs_timestamp": "1790000000000", "hs_email_headers": "no JSON"}
    made = served.ok("POST", f"{OBJECTS}/emails", {"properties": email})
    assert "hs_email_from_email" not in made["properties"]


def test_a_merge_starts_the_workflows(served: Served) -> None:
    one, two = served.contact(firstname="A"), served.contact(firstname="B")
    served.portal.change_setup(automations=[{"type": "contacts", "on": "update", "sets": {"message": "merged"}}])
    survivor = served.ok("POST", f"{OBJECTS}/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": two})["id"]
    shown = served.ok("GET", f"{OBJECTS}/contacts/{survivor}", properties="message")
    assert shown["properties"]["message"] == "merged"


@pytest.mark.parametrize("rows", [[("contacts", {"nothing": "x"})], [("contacts", {"email": "a@b.example"})] * 2])
def test_what_cannot_be_loaded_is_told(served: Served, rows: list[tuple[str, dict[str, str]]]) -> None:
    with pytest.raises(ValueError, match=r"no property|share a value"):
        served.portal.load(rows)
    assert served.portal.count("contacts") == 0
