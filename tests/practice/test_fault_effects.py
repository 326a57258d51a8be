"""What faults do to requests and answers, on both orgs over HTTP: each effect, each aim, each refusal of an order."""

from __future__ import annotations

import gzip
import http.client
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from crmsync_desktop.practice.faults import LARGEST_BOMB
from crmsync_desktop.practice.former_answers import MOST_ANSWERS, MOST_QUESTIONS, FormerAnswers, Given
from tests.practice.servers import Orgs, practice_orgs

pytestmark = pytest.mark.http
OWNERS = "/crm/v3/owners"
CONTACTS = "/crm/v3/objects/contacts"
LIMITS = "/services/data/v67.0/limits"
PATHS = {"hubspot": OWNERS, "salesforce": LIMITS}


@pytest.fixture(scope="module")
def shared_orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("effects") / "state", contacts=10) as orgs:
        yield orgs


@pytest.fixture
def orgs(shared_orgs: Orgs) -> Iterator[Orgs]:
    shared_orgs.admin.clear_faults()
    shared_orgs.admin.reset_calls()
    yield shared_orgs
    shared_orgs.admin.clear_faults()


def send(orgs: Orgs, system: str, method: str = "GET", path: str = "", body: object = None) -> requests.Response:
    told = orgs.announced[system]
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    address = told["url"] + (path or PATHS[system])
    return requests.request(method, address, json=body, headers=headers, timeout=30, allow_redirects=False)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "MALFORMED_QUERY"), (401, "INVALID_SESSION_ID"), (403, "REQUEST_LIMIT_EXCEEDED"), (404, "NOT_FOUND"),
        (409, "CONFLICT"), (412, "PRECONDITION_FAILED"), (414, "URI_TOO_LONG"), (423, "UNABLE_TO_LOCK_ROW"),
        (429, "REQUEST_LIMIT_EXCEEDED"), (500, "UNKNOWN_EXCEPTION"), (418, "UNKNOWN_EXCEPTION"),
    ],
)  # fmt: skip
def test_salesforce_has_a_body_of_its_own_for_every_status(orgs: Orgs, status: int, code: str) -> None:
    orgs.admin.fault("salesforce", status=status)
    answer = send(orgs, "salesforce")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
    assert answer.json()[0]["message"]
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("status", "category"),
    [
        (400, "VALIDATION_ERROR"), (401, "EXPIRED_AUTHENTICATION"), (403, "MISSING_SCOPES"), (404, "OBJECT_NOT_FOUND"),
        (409, "CONFLICT"), (412, "PRECONDITION_FAILED"), (414, "URI_TOO_LONG"), (423, "LOCKED"), (429, "RATE_LIMITS"),
        (477, "MIGRATION_IN_PROGRESS"), (500, "INTERNAL_ERROR"), (418, "FAULT"),
    ],
)  # fmt: skip
def test_hubspot_has_a_body_of_its_own_for_every_status(orgs: Orgs, status: int, category: str) -> None:
    orgs.admin.fault("hubspot", status=status)
    answer = send(orgs, "hubspot")
    told = answer.json()
    assert (answer.status_code, told["category"], told["status"]) == (status, category, "error")
    assert told["correlationId"]
    assert ("Retry-After" in answer.headers) == (status == 477)
    assert ("policyName" in told) == (status == 429)


def test_a_search_of_hubspot_is_refused_by_its_own_policy(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", status=429, count=2)
    assert send(orgs, "hubspot").json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert send(orgs, "hubspot", "POST", f"{CONTACTS}/search", {}).json()["policyName"] == "SECONDLY"


@pytest.mark.parametrize("system", ["hubspot", "salesforce"])
@pytest.mark.parametrize("status", [502, 503, 504, 520, 521, 522, 523, 524])
def test_a_gateway_answers_with_a_page(orgs: Orgs, system: str, status: int) -> None:
    orgs.admin.fault(system, status=status)
    answer = send(orgs, system)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert f"<h1>{status} " in answer.text


def test_an_answer_may_have_no_body_and_headers_of_its_own(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", status=204, headers={"X-Odd": "1"})
    answer = send(orgs, "hubspot")
    assert (answer.status_code, answer.content, answer.headers["X-Odd"]) == (204, b"", "1")


@pytest.mark.parametrize("system", ["hubspot", "salesforce"])
def test_a_body_is_cut_off_in_the_middle_although_the_work_was_done(orgs: Orgs, system: str) -> None:
    orgs.admin.fault(system, truncate_to=10)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        send(orgs, system)
    assert orgs.admin.calls()[system] == 1
    whole = send(orgs, system)
    orgs.admin.fault(system, truncate_to=1_000_000)
    assert send(orgs, system).json().keys() == whole.json().keys(), "a body that is shorter goes out whole"


@pytest.mark.parametrize("system", ["hubspot", "salesforce"])
def test_a_page_or_rubbish_stands_in_the_place_of_json(orgs: Orgs, system: str) -> None:
    orgs.admin.fault(system, html=True)
    page = send(orgs, system)
    assert (page.status_code, page.headers["Content-Type"][:9]) == (200, "text/html")
    assert "Please sign in to this network" in page.text
    orgs.admin.fault(system, garbage=True)
    rubbish = send(orgs, system)
    assert rubbish.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        rubbish.json()
    orgs.admin.fault(system, body="{}")
    assert send(orgs, system).json() == {}


def test_the_content_type_lies_and_the_body_is_true(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", content_type="text/plain")
    answer = send(orgs, "hubspot")
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.json()["results"]


def test_a_header_comes_twice(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", duplicate_header="Content-Type")
    told = orgs.announced["hubspot"]
    connection = http.client.HTTPConnection(urlsplit(told["url"]).netloc, timeout=30)
    connection.request("GET", OWNERS, headers={"Authorization": f"Bearer {told['access_token']}"})
    answer = connection.getresponse()
    assert len(answer.headers.get_all("content-type") or []) == 2
    answer.read()
    connection.close()


def test_a_small_body_unpacks_to_a_huge_one(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", bomb_bytes=5_000_000)
    told = orgs.announced["hubspot"]
    headers = {"Authorization": f"Bearer {told['access_token']}", "Accept-Encoding": "gzip"}
    with requests.get(told["url"] + OWNERS, headers=headers, timeout=30, stream=True) as answer:
        packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 50_000
    assert len(gzip.decompress(packed)) > 5_000_000


def test_a_body_trickles_out_and_is_whole_in_the_end(orgs: Orgs) -> None:
    whole = send(orgs, "salesforce").json().keys()
    orgs.admin.fault("salesforce", trickle_ms=1)
    assert send(orgs, "salesforce").json().keys() == whole


def test_a_redirect_leads_to_another_host(orgs: Orgs) -> None:
    orgs.admin.fault("salesforce", redirect_to="http://elsewhere.example/login")
    answer = send(orgs, "salesforce")
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://elsewhere.example/login")
    assert answer.content == b""


def test_a_read_is_answered_as_it_was_before(orgs: Orgs) -> None:
    made = send(orgs, "hubspot", "POST", CONTACTS, {"properties": {"firstname": "Old"}}).json()["id"]
    place = f"{CONTACTS}/{made}"

    def name() -> Any:
        return send(orgs, "hubspot", "GET", place).json()["properties"]["firstname"]

    orgs.admin.fault("hubspot", method="GET", path=place, stale_seconds=0, nth=2, count=2)
    assert name() == "Old"
    send(orgs, "hubspot", "PATCH", place, {"properties": {"firstname": "New"}})
    assert name() == "Old", "the former answer"
    assert name() == "New", "which by now is what was true before"
    assert name() == "New"
    assert orgs.admin.calls()["hubspot"] == 6, "each was worked on and counted"


def test_a_read_can_be_so_many_seconds_behind(orgs: Orgs) -> None:
    made = send(orgs, "hubspot", "POST", CONTACTS, {"properties": {"firstname": "First"}}).json()["id"]
    body = {"inputs": [{"id": made}], "properties": ["firstname"]}

    def name() -> Any:
        answer = send(orgs, "hubspot", "POST", f"{CONTACTS}/batch/read", body)
        return answer.json()["results"][0]["properties"]["firstname"]

    orgs.admin.fault("hubspot", path="/batch/read", stale_seconds=60, count=0)
    assert name() == "First", "there is no older answer yet"
    orgs.admin.advance(61)
    send(orgs, "hubspot", "PATCH", f"{CONTACTS}/{made}", {"properties": {"firstname": "Second"}})
    assert name() == "First", "as it was a minute ago"
    orgs.admin.advance(61)
    assert name() == "Second"


def test_a_fault_is_aimed_by_endpoint(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", endpoint="objects/contacts/{id}", status=500, count=0)
    orgs.admin.fault("salesforce", endpoint="sobjects/{sobject}/describe", status=500, count=0)
    made = send(orgs, "hubspot", "POST", CONTACTS, {"properties": {"firstname": "A"}}).json()["id"]
    assert send(orgs, "hubspot", "GET", f"{CONTACTS}/{made}").status_code == 500
    assert send(orgs, "hubspot", "GET", f"/crm/objects/2026-03/contacts/{made}").status_code == 500
    assert send(orgs, "hubspot", "GET", CONTACTS).status_code == 200
    assert send(orgs, "hubspot", "GET", "/nothing/here").status_code == 404
    assert send(orgs, "salesforce", "GET", "/services/data/v67.0/sobjects/Lead/describe").status_code == 500
    assert send(orgs, "salesforce", "GET", "/services/data/v67.0/sobjects/Lead/nothing").status_code == 404
    assert send(orgs, "salesforce", "GET", "/services/oauth2/userinfo").status_code == 200
    assert send(orgs, "salesforce", "GET", "/services/data/v67.0/a/b/c/d/e/f").status_code == 404


def test_the_endpoints_that_faults_are_aimed_at_are_those_of_the_log(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", endpoint="never so called", latency_ms=1)  # so that the names are looked up at all
    asked: list[tuple[str, str, str, object]] = [
        ("hubspot", "POST", f"{CONTACTS}/search", {}), ("hubspot", "GET", OWNERS, None),
        ("hubspot", "POST", f"{CONTACTS}/batch/read", {"inputs": []}),
        ("hubspot", "GET", "/crm/v4/objects/contacts/1/associations/companies", None),
        ("hubspot", "GET", "/crm/v3/properties/contacts/email", None),
        ("salesforce", "GET", LIMITS, None),
        ("salesforce", "GET", "/services/data/v67.0/query?q=SELECT+Id+FROM+Lead", None),
    ]  # fmt: skip
    for system, method, path, body in asked:
        send(orgs, system, method, path, body)
    for call in orgs.admin.get("/calls/recent"):
        orgs.admin.clear_faults()
        orgs.admin.fault(call["system"], endpoint=call["endpoint"], status=418)
        matching = next(each for each in asked if each[2].partition("?")[0] == call["path"])
        assert send(orgs, *matching).status_code == 418, call["endpoint"]


def test_a_fault_is_aimed_by_what_is_asked(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", asks='"lastname":"Aimed"', status=500, count=0)
    told = orgs.announced["hubspot"]
    headers = {"Authorization": f"Bearer {told['access_token']}", "Content-Type": "application/json"}
    body = '{"properties":{"lastname":"Aimed"}}'
    assert requests.post(told["url"] + CONTACTS, data=body, headers=headers, timeout=30).status_code == 500
    assert send(orgs, "hubspot", "POST", CONTACTS, {"properties": {"lastname": "Other"}}).status_code == 201


def test_every_third_is_hit(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", nth=2, every=3, count=2, status=500)
    assert [send(orgs, "hubspot").status_code for _ in range(9)] == [200, 500, 200, 200, 500, 200, 200, 200, 200]


def test_chance_is_the_same_for_the_same_seed(orgs: Orgs) -> None:
    rounds = []
    for _ in range(2):
        orgs.admin.clear_faults()
        orgs.admin.fault("hubspot", chance=0.5, seed=7, count=0, status=500)
        rounds.append([send(orgs, "hubspot").status_code for _ in range(20)])
    assert rounds[0] == rounds[1]
    assert 4 < rounds[0].count(500) < 16


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({}, "system is missing"),
        ({"system": "sap", "status": 500}, "system must be salesforce or hubspot"),
        ({"system": "hubspot"}, "a fault needs an effect"),
        ({"system": "hubspot", "explode": True}, "explode is not a field of a fault"),
        ({"system": "hubspot", "seen": 1}, "seen is not a field of a fault"),
        ({"system": "hubspot", "status": "500"}, "status has the wrong type"),
        ({"system": "hubspot", "status": True}, "status has the wrong type"),
        ({"system": "hubspot", "html": 1}, "html has the wrong type"),
        ({"system": "hubspot", "status": 500, "path": 1}, "path has the wrong type"),
        ({"system": "hubspot", "status": 500, "chance": "half"}, "chance has the wrong type"),
        ({"system": "hubspot", "status": 500, "headers": {"A": 1}}, "headers has the wrong type"),
        ({"system": 1, "status": 500}, "system has the wrong type"),
        ({"system": "hubspot", "status": 99}, "status must be between 200 and 599"),
        ({"system": "hubspot", "status": 500, "nth": 0}, "nth must be between 1"),
        ({"system": "hubspot", "status": 500, "chance": 2}, "chance must be between 0 and 1"),
        ({"system": "hubspot", "bomb_bytes": LARGEST_BOMB + 1}, "bomb_bytes must be between"),
        ({"system": "hubspot", "status": 500, "drop_before": True}, "only one of status and drop_before"),
        ({"system": "hubspot", "stale_seconds": 1, "drop_after_commit": True}, "only one of"),
        ({"system": "hubspot", "duplicate_header": "Content-Length"}, "duplicate_header can't be one"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(orgs: Orgs, order: dict[str, object], told: str) -> None:
    admin = orgs.announced["admin"]
    headers = {"Authorization": f"Bearer {admin['token']}"}
    answer = requests.post(f"{admin['url']}/faults", json=order, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert told in answer.json()["error"]
    assert orgs.admin.get("/faults") == []


def test_whoever_vanishes_in_the_middle_of_asking_is_not_waited_for(orgs: Orgs) -> None:
    orgs.admin.fault("hubspot", asks="never said", status=500)
    told = orgs.announced["hubspot"]
    head = f"POST {CONTACTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {told['access_token']}\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(told["url"]).port)) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
    assert send(orgs, "hubspot").status_code == 200
    assert orgs.admin.get("/faults")[0]["seen"] == 0


def test_only_so_many_questions_and_answers_are_remembered() -> None:
    former = FormerAnswers()

    def scope(number: int) -> dict[str, object]:
        return {"method": "GET", "path": "/a", "query_string": str(number).encode()}

    for number in range(MOST_QUESTIONS + 1):
        former.keep(scope(number), b"", 1.0, Given(200, [], b"x"))
    assert former.find(scope(0), b"", 2.0) is None
    assert former.find(scope(1), b"", 2.0) is not None
    for at in range(MOST_ANSWERS + 5):
        former.keep(scope(1), b"", 10.0 + at, Given(200, [], b"x"))
    assert former.find(scope(1), b"", 14.0) is None, "the oldest answers are gone"
    former.keep(scope(1), b"", 99.0, Given(404, [], b"refused"))
    newest = former.find(scope(1), b"", 100.0)
    assert newest is not None
    assert newest.body == b"x", "what went wrong isn't an answer"
