"""Pipelines, their stages, and owners."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
DEALS = "/crm/pipelines/2026-03/deals"
TICKETS = "/crm/v3/pipelines/tickets"
STAGES: list[dict[str, Any]] = [
    {"label": "Asked", "displayOrder": 1, "metadata": {"probability": "0.3"}},
    {"label": "Renewed", "displayOrder": 2, "metadata": {"probability": "1.0"}, "stageId": "renewed"},
]
RENEWALS: dict[str, Any] = {"label": "Renewals", "displayOrder": 1, "stages": STAGES}


def test_a_pipeline_is_made_changed_and_archived(served: Served) -> None:
    made = served.ask("POST", DEALS, RENEWALS)
    assert made.status_code == 201
    pipeline = made.json()
    assert [(each["label"], each["metadata"]["isClosed"]) for each in pipeline["stages"]] == [
        ("Asked", "false"), ("Renewed", "true"),
    ]  # fmt: skip
    assert pipeline["stages"][1]["id"] == "renewed"
    path = f"{DEALS}/{pipeline['id']}"
    assert [each["label"] for each in served.ok("GET", DEALS)["results"]] == ["Sales Pipeline", "Renewals"]
    assert served.ok("PATCH", path, {"displayOrder": -1})["displayOrder"] == -1
    assert [each["label"] for each in served.ok("GET", DEALS)["results"]] == ["Renewals", "Sales Pipeline"]
    replaced = served.ok("PUT", path, {"label": "Again", "displayOrder": 5, "stages": STAGES[1:]})
    assert [each["id"] for each in replaced["stages"]] == ["renewed"]
    assert served.ask("DELETE", path).status_code == 204
    assert served.ask("GET", path).status_code == 404
    assert [each["action"] for each in served.ok("GET", f"{DEALS}/default/audit")["results"]] == []
    assert served.ok("PATCH", path, {"archived": False})["label"] == "Again"
    actions = [each["action"] for each in served.ok("GET", f"{path}/audit")["results"]]
    assert actions == ["UPDATE", "DELETE", "UPDATE", "UPDATE", "CREATE"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"label": "Sales Pipeline"}, 409),
        ({"label": " "}, 400),
        ({"label": None}, 400),
        ({"displayOrder": "x"}, 400),
        ({"stages": []}, 400),
        ({"stages": [{**STAGES[0], "metadata": {}}]}, 400),
        ({"stages": [{**STAGES[0], "metadata": {"probability": "0.35"}}]}, 400),
        ({"stages": [{**STAGES[0], "metadata": "x"}]}, 400),
        ({"stages": [{**STAGES[0], "label": ""}]}, 400),
        ({"stages": [{**STAGES[0], "colour": "red"}]}, 400),
        ({"stages": [{"label": "A"}]}, 400),
        ({"stages": [STAGES[0], STAGES[0]]}, 409),
        ({"stages": [{**STAGES[0], "stageId": "closedwon"}]}, 409),
        ({"pipelineId": "default"}, 409),
        ({"colour": "red"}, 400),
    ],
)
def test_a_pipeline_that_makes_no_sense_is_refused(served: Served, change: dict[str, Any], status: int) -> None:
    assert served.ask("POST", DEALS, {**RENEWALS, **change}).status_code == status
    assert len(served.ok("GET", DEALS)["results"]) == 1


def test_the_account_decides_how_many_pipelines_there_may_be(served: Served) -> None:
    served.portal.change_setup(tier="starter")
    assert served.ask("POST", DEALS, RENEWALS).status_code == 201
    assert served.ask("POST", DEALS, {**RENEWALS, "label": "Third", "stages": STAGES[:1]}).status_code == 403


def test_stages_are_made_changed_and_archived(served: Served) -> None:
    stages = f"{TICKETS}/0/stages"
    made = served.ask("POST", stages, {"label": "Parked", "displayOrder": 9, "metadata": {}})
    assert made.status_code == 201
    stage = made.json()
    assert stage["metadata"] == {"ticketState": "OPEN", "isClosed": "false"}
    path = f"{stages}/{stage['id']}"
    changed = served.ok("PATCH", path, {"metadata": {"ticketState": "CLOSED"}})
    assert (changed["label"], changed["metadata"]["isClosed"]) == ("Parked", "true")
    whole = {"label": "Shelved", "displayOrder": 8, "metadata": {"ticketState": "OPEN"}}
    assert served.ok("PUT", path, whole)["label"] == "Shelved"
    assert served.ok("GET", path)["displayOrder"] == 8
    assert served.ask("PUT", path, {"label": "S"}).status_code == 400
    assert served.ask("PATCH", path, {"archived": True}).status_code == 400
    assert served.ask("PATCH", path, {"metadata": {"ticketState": "AJAR"}}).status_code == 400
    assert served.ask("PATCH", f"{TICKETS}/0", {"archived": True}).status_code == 400
    assert served.ask("PATCH", f"{TICKETS}/7", {"label": "x"}).status_code == 404
    audit = [each["action"] for each in served.ok("GET", f"{path}/audit")["results"]]
    assert audit == ["UPDATE", "UPDATE", "CREATE"]
    assert served.ask("DELETE", path).status_code == 204
    assert served.ask("GET", path).status_code == 404
    assert stage["id"] not in [each["id"] for each in served.ok("GET", stages)["results"]]


def test_what_records_still_use_is_not_archived_if_asked_to_look(served: Served) -> None:
    deal = served.ok("POST", "/crm/objects/2026-03/deals", {"properties": {"dealname": "D", "dealstage": "closedwon"}})
    stage = f"{DEALS}/default/stages/closedwon"
    answer = served.ask("DELETE", stage, validateReferencesBeforeDelete="true")
    assert answer.status_code == 400
    assert answer.json()["subCategory"] == "PipelineError.STAGE_ID_IN_USE"
    assert deal["id"] in answer.json()["message"]
    answer = served.ask("DELETE", f"{DEALS}/default", validateDealStageUsagesBeforeDelete="true")
    assert answer.json()["subCategory"] == "PipelineError.PIPELINE_ID_IN_USE"
    assert served.ask("DELETE", stage).status_code == 204


def test_the_last_stage_stays(served: Served) -> None:
    pipeline = served.ok("POST", DEALS, {**RENEWALS, "stages": STAGES[1:]})["id"]
    assert served.ask("DELETE", f"{DEALS}/{pipeline}/stages/renewed").status_code == 400


def test_contacts_have_no_pipelines(served: Served) -> None:
    assert served.ask("GET", "/crm/pipelines/2026-03/contacts").status_code == 400


def test_owners_are_found_by_id_user_or_email(served: Served) -> None:
    owners = "/crm/owners/2026-03"
    page = served.ok("GET", owners, limit=2)
    assert [each["id"] for each in page["results"]] == ["71001001", "71001002"]
    rest = served.ok("GET", owners, limit=2, after=page["paging"]["next"]["after"])
    assert len(rest["results"]) == 1
    assert page["results"][0]["teams"][0] == {"id": "178588", "name": "Sales North", "primary": True}
    by_user = served.ok("GET", f"{owners}/9102", idProperty="userId")
    assert by_user["email"] == "sam.seller@practice.example"
    assert served.ok("GET", owners, email="sam.seller@practice.example")["results"] == [by_user]
    assert served.ask("GET", f"{owners}/71001003").status_code == 404
    retired = served.ok("GET", f"{owners}/71001003", archived="true")
    assert (retired["userId"], retired["userIdIncludingInactive"]) == (None, 9103)
    assert served.ask("GET", f"{owners}/1", idProperty="email").status_code == 400
    assert served.ask("GET", owners, after="x").status_code == 400
