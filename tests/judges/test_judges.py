"""The judges themselves: what they let pass, and that they speak up where they should."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.practice.servers import running

from . import hubspot, salesforce
from .deviations import DEVIATIONS, excused
from .promises import promise_for, promises
from .watch import COMPLAINTS, Watch

CONTACT: dict[str, Any] = {"id": "1", "properties": {"email": "a@b.example"}, "createdAt": "2026-01-01T00:00:00.000Z"}
CONTACT |= {"updatedAt": "2026-01-01T00:00:00.000Z", "archived": False}
ROW = {
    "attributes": {"type": "Contact", "url": "/x"},
    "Id": "003000000000001AAA",
    "LastName": "Doe",
    "IsDeleted": False,
}


def hubspots(answer: Any, *, status: int = 200, path: str = "/crm/objects/2026-03/contacts/1") -> list[str]:
    found = hubspot.judge("GET", path, "", b"", status, orjson.dumps(answer))
    assert found is not None
    return found


def salesforces(answer: Any, *, status: int = 200) -> list[str]:
    found = salesforce.judge("GET", "/services/data/v60.0/query", "q=x", b"", status, orjson.dumps(answer))
    assert found is not None
    return found


def test_a_right_answer_passes() -> None:
    assert hubspots(CONTACT) == []
    assert hubspots({**CONTACT, "properties": {"email": None}}) == []
    if not salesforce.described():
        pytest.skip(f"no description of Salesforce's objects at {salesforce.FOLDER}")
    assert salesforces({"totalSize": 1, "done": True, "records": [ROW]}) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({**CONTACT, "id": 1}, "answer: id: Input should be a valid string"),
        ({**CONTACT, "archived": "false"}, "answer: archived: Input should be a valid boolean"),
        ({name: value for name, value in CONTACT.items() if name != "createdAt"}, "answer: createdAt: Field required"),
        ({**CONTACT, "created": 1}, "answer: $.created is unknown"),
    ],
)
def test_a_wrong_answer_of_hubspot_is_named(answer: Any, said: str) -> None:
    assert hubspots(answer) == [said]


def test_a_wrong_refusal_of_hubspot_is_named() -> None:
    assert hubspots({"status": "error", "message": "x", "why": 1}, status=400) == ["refusal: why is no key of an error"]
    assert hubspots(["x"], status=404) == ["refusal: a refusal that isn't an object"]


def test_a_wrong_question_that_hubspot_accepted_is_named() -> None:
    asked = orjson.dumps({"inputs": [{"id": 1}], "inputz": []})
    found = hubspot.judge("POST", "/crm/objects/2026-03/contacts/batch/archive", "why=1", asked, 204, b"")
    assert found == [
        "question: parameter why is unknown",
        "question: $: inputz is unknown",
        "question: $.inputs[].id: int instead of str",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**ROW, "Surname": "Doe"}, "answer: Contact.Surname is no field"),
        ({**ROW, "LastName": 5}, "answer: Contact.LastName: int"),
        ({**ROW, "IsDeleted": 0}, "answer: Contact.IsDeleted: int"),
    ],
)
def test_a_wrong_row_of_salesforce_is_named(row: Any, said: str) -> None:
    if not salesforce.described():
        pytest.skip(f"no description of Salesforce's objects at {salesforce.FOLDER}")
    assert salesforces({"totalSize": 1, "done": True, "records": [row]}) == [said]


def test_the_promises_of_the_sdk_cover_what_the_product_uses() -> None:
    assert len(promises()) > 400
    for method, path in (
        ("POST", "/crm/objects/2026-03/contacts/search"),
        ("POST", "/crm/objects/2026-09/contacts/batch/upsert"),
        ("POST", "/crm/v4/associations/contacts/companies/batch/create"),
        ("GET", "/crm/lists/2026-03/1/memberships/join-order"),
        ("GET", "/crm/properties/2026-03/contacts"),
        ("GET", "/crm/owners/2026-03"),
        ("GET", "/crm/pipelines/2026-03/deals"),
    ):
        assert promise_for(method, path) is not None, path
    assert promise_for("GET", "/nowhere") is None


def test_a_lying_app_is_found_out_and_a_known_deviation_is_not(tmp_path: Path) -> None:
    async def answer(request: Request) -> Response:
        return JSONResponse({**CONTACT, "id": 1})

    app = Starlette(routes=[Route("/{path:path}", answer)])
    complaints = tmp_path / "complaints"
    with running(Watch(app, "hubspot", complaints)) as url:
        for _ in range(2):
            assert requests.get(f"{url}/crm/objects/2026-03/contacts/1", timeout=10).json()["id"] == 1
    (told,) = complaints.read_text().splitlines()
    assert told == "hubspot: GET /crm/objects/2026-03/contacts/1 → 200 answer: id: Input should be a valid string"
    assert not excused("hubspot", told.partition(": ")[2])
    assert excused("hubspot", "POST /crm/v3/objects/contacts/search → 200 question: $: after is missing")


def test_every_deviation_has_its_reason() -> None:
    reasons = [reason for system in DEVIATIONS.values() for _, reason in system]
    assert all(reason.startswith(("recorded", "documented")) for reason in reasons)


def test_this_run_is_watched() -> None:
    assert COMPLAINTS in os.environ
