"""The log of what was asked: filters, bodies on request, no secrets, a file of it; and the clock of both systems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from crmsync_desktop.practice.calls import BODIES_KEPT, MOST_OF_A_BODY, Body, Call, CallLog
from crmsync_desktop.practice.clock import PracticeClock, SkewedClock
from crmsync_desktop.practice.redaction import plain_body, plain_path, plain_query
from tests.practice.servers import Orgs, practice_orgs

CONTACTS = "/crm/v3/objects/contacts"
QUERY = "/services/data/v67.0/query?q=SELECT+Id+FROM+Lead+LIMIT+1"


@pytest.fixture(scope="module")
def shared_orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    folder = tmp_path_factory.mktemp("log")
    with practice_orgs(folder / "state", contacts=10, log=folder / "calls.jsonl") as orgs:
        yield orgs


@pytest.fixture
def orgs(shared_orgs: Orgs) -> Iterator[Orgs]:
    shared_orgs.admin.reset_calls()
    yield shared_orgs
    shared_orgs.admin.post("/calls/keep-bodies", on=False)
    shared_orgs.admin.post("/clock", salesforce_skew_seconds=0, hubspot_skew_seconds=0, rate=1)


def send(orgs: Orgs, system: str, method: str, path: str, **what: Any) -> requests.Response:
    told = orgs.announced[system]
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    return requests.request(method, told["url"] + path, headers=headers, timeout=30, **what)


@pytest.mark.http
def test_a_call_is_logged_with_all_that_matters_of_it(orgs: Orgs) -> None:
    send(orgs, "salesforce", "GET", QUERY)
    (call,) = orgs.admin.get("/calls/recent")
    assert call["query"] == "q=SELECT+Id+FROM+Lead+LIMIT+1"
    assert (call["path"], call["endpoint"]) == ("/services/data/v67.0/query", "query")
    assert (call["system"], call["method"], call["status"], call["cost"]) == ("salesforce", "GET", 200, 1)
    assert call["bytes_out"] > 0
    assert call["seconds"] > 0
    assert "asked" not in call, "bodies are kept on request only"


@pytest.mark.http
def test_the_log_is_filtered_by_system_endpoint_status_and_what_came_before(orgs: Orgs) -> None:
    send(orgs, "salesforce", "GET", QUERY)
    send(orgs, "hubspot", "GET", CONTACTS)
    send(orgs, "hubspot", "GET", f"{CONTACTS}/1")

    def paths(**query: object) -> list[str]:
        return [call["path"] for call in orgs.admin.get("/calls/recent", **query)]

    assert paths(system="hubspot") == [CONTACTS, f"{CONTACTS}/1"]
    assert paths(status=404) == [f"{CONTACTS}/1"]
    assert paths(endpoint="query") == ["/services/data/v67.0/query"]
    assert paths(limit=1) == [f"{CONTACTS}/1"]
    first = orgs.admin.get("/calls/recent")[0]["number"]
    assert paths(after=first) == [CONTACTS, f"{CONTACTS}/1"]


@pytest.mark.http
def test_bodies_are_kept_on_request_unzipped_and_never_a_token(orgs: Orgs) -> None:
    assert orgs.admin.post("/calls/keep-bodies", on=True) == {"on": True}
    body = {"properties": {"email": "bodies@firma.example"}}
    send(orgs, "hubspot", "POST", CONTACTS, json=body)
    send(orgs, "hubspot", "GET", CONTACTS, params={"limit": 100})
    form = {"grant_type": "refresh_token", "refresh_token": "very-secret", "client_id": "x", "client_secret": "hidden"}
    send(orgs, "hubspot", "POST", "/oauth/v1/token", data=form)
    send(orgs, "salesforce", "POST", "/services/oauth2/token", data=form)
    made, listed, *grants = orgs.admin.get("/calls/recent")
    assert json.loads(made["asked"]) == body
    assert json.loads(made["answered"])["properties"]["email"] == "bodies@firma.example"
    assert json.loads(listed["answered"])["results"]
    for grant in grants:
        assert "grant_type=refresh_token" in grant["asked"]
        assert "secret" not in grant["asked"].replace("client_secret", "")
        assert grant["answered"] == "***"
    whole = json.dumps(orgs.admin.get("/calls/recent"))
    assert "very-secret" not in whole
    for system in ("hubspot", "salesforce"):
        assert orgs.announced[system]["access_token"] not in whole


@pytest.mark.http
def test_every_call_goes_into_a_file_if_one_is_named(orgs: Orgs) -> None:
    file = Path(orgs.announced["state_dir"]).parent / "calls.jsonl"
    before = len(file.read_text().splitlines())
    send(orgs, "hubspot", "GET", CONTACTS)
    send(orgs, "hubspot", "GET", CONTACTS)  # the first is in the file before the second is answered
    lines = [json.loads(line) for line in file.read_text().splitlines()[before:]]
    assert lines[0]["path"] == CONTACTS
    assert lines[0]["status"] == 200


def test_the_oldest_bodies_go_first() -> None:
    calls = CallLog()
    calls.keep_bodies = True
    first = calls.begun("/a", b"")
    for number in range(BODIES_KEPT + 1):
        exchange = first if number == 0 else calls.begun("/a", b"")
        part = Body()
        part.add(b"x" * (MOST_OF_A_BODY + 5))
        calls.ended(exchange, 0.1, part, part)
        if number == 0:
            assert first.asked == "x" * MOST_OF_A_BODY
    assert first.asked is None


def test_a_zipped_body_that_is_none_is_not_readable() -> None:
    part = Body()
    part.zipped = True
    part.add(b"nonsense")
    assert part.plain("/a") == "(not readable)"


def test_no_secret_gets_into_the_log() -> None:
    assert plain_path("/oauth/v1/access-tokens/abc") == "/oauth/v1/access-tokens/***"
    assert plain_path("/oauth/v1/refresh-tokens/abc") == "/oauth/v1/refresh-tokens/***"
    assert plain_path("/crm/v3/access-tokens/abc") == "/crm/v3/access-tokens/abc"
    assert plain_query("q=1&token=abc") == "q=1&token=***"
    assert plain_query("code=a%20b&state=1&q=SELECT+Id") == "code=***&state=1&q=SELECT+Id"
    assert plain_query("q=a+b%20c") == "q=a+b%20c", "as it came where nothing is secret"
    assert plain_body("/services/oauth2/token", "grant_type=x&code=abc") == "grant_type=x&code=***"
    assert plain_body("/oauth/2026-03/token", '{"access_token": "abc"}') == "***"
    assert plain_body("/services/oauth2/token", "abc") == "***=***", "what ought to be a name may be a secret too"
    assert plain_body("/crm/v3/objects", "abc") == "abc"
    calls = CallLog()
    calls.add(Call("hubspot", "GET", "/oauth/v1/access-tokens/abc", "x", 200, 0, 0.0, 0, 0))
    assert calls.recent()[0]["path"] == "/oauth/v1/access-tokens/***"


class Machine:
    """The machine's clock, by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_clock_stops_and_runs_at_another_rate() -> None:
    machine = Machine()
    clock = PracticeClock(offset=50, source=machine)
    clock.run(0)
    machine.seconds += 100
    assert (clock.now(), clock.rate) == (1050, 0)
    clock.advance(10)
    assert clock.now() == 1060
    clock.set(2000)
    assert (clock.now(), clock.offset) == (2000, 900)
    clock.run(60)
    machine.seconds += 2
    assert clock.now() == 2120
    clock.run(1)
    machine.seconds += 2
    assert (clock.now(), clock.offset) == (2122, 1018)
    for wrong in (-1, float("nan"), 10.0**9):
        with pytest.raises(ValueError, match="rate is between"):
            clock.run(wrong)
    for earlier in (2121, float("nan")):
        with pytest.raises(ValueError, match="only moves forward"):
            clock.set(earlier)


def test_a_clock_that_was_kept_goes_on_as_it_was() -> None:
    machine = Machine()
    clock = PracticeClock(offset=50, source=machine)
    clock.run(0)
    kept = PracticeClock.from_json(clock.to_json())
    assert (kept.now(), kept.rate) == (1050, 0)
    clock.run(1)
    assert PracticeClock.from_json(clock.to_json()).offset == 50
    assert PracticeClock.from_json({}).offset == 0


def test_each_system_may_be_off_by_itself() -> None:
    clock = PracticeClock(source=Machine())
    one, other = SkewedClock(clock), SkewedClock(clock)
    one.set_skew(-30)
    assert (one.now(), other.now()) == (970, 1000)
    with pytest.raises(ValueError, match="at most ten years"):
        one.set_skew(1e12)


@pytest.mark.http
def test_the_clock_is_set_stopped_and_skewed_over_the_admin_api(orgs: Orgs) -> None:
    def date(system: str) -> datetime:
        path = CONTACTS if system == "hubspot" else QUERY
        return parsedate_to_datetime(send(orgs, system, "GET", path).headers["Date"])

    told = orgs.admin.post("/clock", set="2031-01-31T12:00:00Z", rate=0)
    assert (told["rate"], told["hubspot_skew_seconds"]) == (0, 0)
    moment = datetime(2031, 1, 31, 12, tzinfo=UTC)
    assert date("hubspot") == date("salesforce") == moment
    orgs.admin.post("/clock", salesforce_skew_seconds=-90)
    assert (moment - date("salesforce")).total_seconds() == 90
    assert date("hubspot") == moment
    made = send(
        orgs, "salesforce", "POST", "/services/data/v67.0/sobjects/Lead", json={"LastName": "X", "Company": "C"}
    )
    lead = send(orgs, "salesforce", "GET", f"/services/data/v67.0/sobjects/Lead/{made.json()['id']}").json()
    assert lead["SystemModstamp"] == "2031-01-31T11:58:30.000+0000"
    orgs.admin.post("/clock", salesforce_skew_seconds=0, rate=1)


@pytest.mark.http
@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({}, "advance_seconds is missing"),
        ({"set": "yesterday"}, "must be a date and time"),
        ({"set": True}, "must be a number"),
        ({"set": 1.0}, "only moves forward"),
        ({"rate": -1}, "rate is between"),
        ({"rate": "fast"}, "rate must be a number"),
        ({"hubspot_skew_seconds": 1e12}, "at most ten years"),
        ({"advance_hours": 1}, "Unknown: advance_hours"),
    ],
)
def test_a_clock_that_makes_no_sense_is_refused(orgs: Orgs, order: dict[str, object], told: str) -> None:
    admin = orgs.announced["admin"]
    answer = requests.post(
        f"{admin['url']}/clock", json=order, headers={"Authorization": f"Bearer {admin['token']}"}, timeout=30
    )
    assert answer.status_code == 400
    assert told in answer.json()["error"]


@pytest.mark.http
def test_a_stopped_clock_stands_still_across_a_restart(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=5) as orgs:
        moment = orgs.admin.post("/clock", set="2032-01-01T00:00:00Z", rate=0)["now"]
    with practice_orgs(tmp_path / "state") as orgs:
        assert orgs.admin.get("/clock")["now"] == moment
