"""Faults on order, and the rest of the admin API, on both orgs over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.practice.servers import Orgs, practice_orgs

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"
LEAD = "/services/data/v67.0/sobjects/Lead"


@pytest.fixture(scope="module")
def shared_orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("faults") / "state", contacts=10) as orgs:
        yield orgs


@pytest.fixture
def orgs(shared_orgs: Orgs) -> Orgs:
    shared_orgs.admin.clear_faults()
    shared_orgs.admin.reset_calls()
    return shared_orgs


def send(orgs: Orgs, system: str, method: str, path: str, body: object = None) -> requests.Response:
    told = orgs.announced[system]
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    return requests.request(method, told["url"] + path, json=body, headers=headers, timeout=30)


def new_contact(orgs: Orgs, email: str) -> requests.Response:
    return send(orgs, "hubspot", "POST", CONTACTS, {"properties": {"email": email}})


def hits(orgs: Orgs) -> list[int]:
    return [fault["hits"] for fault in orgs.admin.get("/faults")]


def test_a_reply_lost_after_the_commit_leaves_the_work_done(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", method="POST", path="/contacts", drop_after_commit=True)
    with pytest.raises(requests.ConnectionError):
        new_contact(orgs, "lost@firma.example")
    again = new_contact(orgs, "lost@firma.example")
    assert again.status_code == 409
    orgs.admin.fault("salesforce", method="POST", path="/Lead", drop_after_commit=True)
    before = orgs.admin.get("/counts")["salesforce"]["Lead"]
    with pytest.raises(requests.ConnectionError):
        send(orgs, "salesforce", "POST", LEAD, {"LastName": "Lost", "Company": "C"})
    assert orgs.admin.get("/counts")["salesforce"]["Lead"] == before + 1
    assert orgs.admin.calls() == {"hubspot": 2, "salesforce": 1}, "what was done is counted, answered or not"


def test_a_request_lost_before_it_was_read_leaves_nothing_done(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", path="/contacts", drop_before=True)
    with pytest.raises(requests.ConnectionError):
        new_contact(orgs, "never@firma.example")
    assert orgs.admin.calls()["hubspot"] == 0
    assert new_contact(orgs, "never@firma.example").status_code == 201


def test_the_nth_request_is_hit_and_then_so_many(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", path="/owners", nth=2, count=2, status=503)
    statuses = [send(orgs, "hubspot", "GET", "/crm/v3/owners").status_code for _ in range(5)]
    assert statuses == [200, 503, 503, 200, 200]
    assert hits(orgs) == [2]
    assert orgs.admin.calls()["hubspot"] == 5, "an answer that a fault gave is a call all the same"


def test_a_fault_fits_its_system_method_and_path_only(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", method="PATCH", path="/contacts", status=500, count=0)
    assert send(orgs, "hubspot", "GET", CONTACTS).status_code == 200
    assert send(orgs, "salesforce", "GET", "/services/data/v67.0/limits").status_code == 200
    assert send(orgs, "hubspot", "PATCH", f"{CONTACTS}/1", {"properties": {}}).status_code == 500
    assert send(orgs, "hubspot", "PATCH", f"{CONTACTS}/1", {"properties": {}}).status_code == 500
    orgs.admin.clear_faults()
    assert send(orgs, "hubspot", "PATCH", f"{CONTACTS}/1", {"properties": {}}).status_code == 404


def test_an_answer_can_be_anything(orgs: Orgs) -> None:
    page: dict[str, Any] = {"body": "<html>maintenance", "content_type": "text/html", "headers": {"Retry-After": "7"}}
    orgs.admin.fault("salesforce", path="/limits", status=477, **page)
    answer = send(orgs, "salesforce", "GET", "/services/data/v67.0/limits")
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (477, "<html>maintenance", "7")


def test_a_late_answer_is_still_an_answer(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", path="/owners", latency_ms=40)
    assert send(orgs, "hubspot", "GET", "/crm/v3/owners").status_code == 200
    assert hits(orgs) == [1]


@pytest.mark.parametrize(
    "wrong",
    [{"system": "sap"}, {"system": "hubspot", "nth": "2"}, {"system": "hubspot", "explode": True}, {"count": 2}],
)
def test_a_fault_that_makes_no_sense_is_refused(orgs: Orgs, wrong: dict[str, object]) -> None:
    with pytest.raises(requests.HTTPError, match="400"):
        orgs.admin.post("/faults", **wrong)
    assert orgs.admin.get("/faults") == []


def test_the_clock_moves_forward_for_both_and_never_back(orgs: Orgs) -> None:
    before = orgs.admin.get("/clock")["now"]
    orgs.admin.advance(3600)
    assert orgs.admin.get("/clock")["now"] >= before + 3600
    date = send(orgs, "hubspot", "GET", "/crm/v3/owners").headers["Date"]
    assert date[:-6] == send(orgs, "salesforce", "GET", "/services/data/v67.0/limits").headers["Date"][:-6]
    with pytest.raises(requests.HTTPError, match="400"):
        orgs.admin.advance(-1)
    with pytest.raises(requests.HTTPError, match="400"):
        orgs.admin.post("/clock")


def test_foreign_usage_and_the_limit_of_salesforce_can_be_set(orgs: Orgs) -> None:
    used = orgs.admin.post("/salesforce/foreign-usage", calls=500)["used"]
    assert used >= 500
    info = send(orgs, "salesforce", "GET", "/services/data/v67.0/limits").headers["Sforce-Limit-Info"]
    assert int(info.partition("=")[2].partition("/")[0]) > 500
    orgs.admin.post("/salesforce/limit", daily=used)
    refused = send(orgs, "salesforce", "GET", "/services/data/v67.0/limits")
    assert refused.json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    orgs.admin.post("/salesforce/limit", daily=100_000)


def test_lag_and_limits_of_hubspot_can_be_set(orgs: Orgs) -> None:
    orgs.admin.post("/hubspot/search-lag", seconds=30)
    new_contact(orgs, "unseen@firma.example")
    query = {"filters": [{"propertyName": "email", "operator": "EQ", "value": "unseen@firma.example"}]}
    assert send(orgs, "hubspot", "POST", f"{CONTACTS}/search", query).json()["total"] == 0
    orgs.admin.advance(31)
    assert send(orgs, "hubspot", "POST", f"{CONTACTS}/search", query).json()["total"] == 1
    orgs.admin.post("/hubspot/search-lag", seconds=0)
    orgs.admin.post("/hubspot/limits", searches=0)
    assert send(orgs, "hubspot", "POST", f"{CONTACTS}/search", query).status_code == 429
    orgs.admin.post("/hubspot/limits", searches=5)


def test_what_no_crm_api_can_do_the_admin_can(orgs: Orgs) -> None:
    one, two = (send(orgs, "salesforce", "POST", LEAD, {"LastName": n, "Company": "C"}).json()["id"] for n in "ab")
    orgs.admin.post("/salesforce/merge", master=one, losers=[two])
    orgs.admin.post("/salesforce/delete", ids=[one])
    assert send(orgs, "salesforce", "GET", f"{LEAD}/{one}").status_code == 404
    orgs.admin.post("/salesforce/undelete", ids=[one])
    converted = orgs.admin.post("/salesforce/convert-lead", lead=one)
    assert send(orgs, "salesforce", "GET", f"{LEAD}/{one}").json()["IsConverted"] is True
    assert converted
    contact = new_contact(orgs, "back@firma.example").json()["id"]
    send(orgs, "hubspot", "DELETE", f"{CONTACTS}/{contact}")
    orgs.admin.post("/hubspot/restore", ids=[contact])
    assert send(orgs, "hubspot", "GET", f"{CONTACTS}/{contact}").status_code == 200
