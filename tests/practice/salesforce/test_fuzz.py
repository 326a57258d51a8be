"""Whatever is sent, the org answers in its own shape, takes nothing that isn't there, and writes nothing where it refuses."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import EXTERNAL_ID, SalesforceOrg, create_salesforce_app
from crmsync_desktop.practice.salesforce.asks import Ask
from crmsync_desktop.practice.salesforce.resources import handle
from tests.practice.servers import running

from .conftest import CLIENT, TOKEN, FrozenTime
from .made_requests import made
from .ordinary_requests import Known, Strange, valid
from .strange_requests import strange

CASES = 1_500
PER_SET = 150
"""Requests until the records that they are about are made anew."""
_MOVING = ("_usage", "_numbers", "_tokens")
"""Tables that a refused request may change: it counts, a rolled-back record takes a number, an old token ends."""


class Told:
    """An answer: status, headers in lower case, the body's bytes unzipped."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.content = gzip.decompress(content) if headers.get("content-encoding") == "gzip" else content

    @property
    def is_json(self) -> bool:
        return bool(self.content) and self.headers.get("content-type", "").startswith("application/json")

    def json(self) -> Any:
        return json.loads(self.content)


class Wire:
    """Sends what a careful client would not, over one connection that stays open."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)

    def send(self, case: Strange) -> Told:
        headers = [("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"), ("Host", "127.0.0.1")]
        given = {name.lower() for name, _ in case.headers}
        headers = [pair for pair in headers if pair[0].lower() not in given] + list(case.headers)
        self._connection.putrequest(case.method, case.target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            self._connection.putheader(name, value.encode("latin-1"))
        if case.content or case.method in ("POST", "PATCH", "PUT"):
            self._connection.putheader("Content-Length", str(len(case.content)))
        self._connection.endheaders(case.content)
        answer = self._connection.getresponse()
        return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def close(self) -> None:
        self._connection.close()


def known(org: SalesforceOrg, refresh: str, number: int) -> Known:
    """Records and jobs for a set of requests."""

    def asked(method: str, path: str, body: Any = b"") -> Any:
        given = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = handle(Ask(org, org.admin_id, "v60.0", method, path.split("/"), {}, {}, given))
        assert answer.status < 300, answer.body
        return answer.body

    with org.lock:
        account = org.insert("Account", {"Name": "Acme"})
        contact = org.insert("Contact", {"LastName": "Doe", "AccountId": account, EXTERNAL_ID: f"s{number}k1"})
        org.insert("Contact", {"LastName": "Roe", EXTERNAL_ID: f"s{number}k2"})
        lead = org.insert("Lead", {"LastName": "Doe", "Company": "Acme"})
        opportunity = org.insert("Opportunity", {"Name": "x", "StageName": "Prospecting", "CloseDate": "2027-01-31"})
        if not org.count("Campaign"):
            org.load([("Campaign", {"Name": "x"})] * 201)
        page = org.queries.run(
            "SELECT Id FROM Campaign", "v60.0", with_deleted=False, batch=200, user_id=org.admin_id, written=True
        )
        with org.store.atomic():
            done = asked("POST", "jobs/ingest", {"object": "Contact", "operation": "insert"})["id"]
            asked("PUT", f"jobs/ingest/{done}/batches", b"LastName\nDoe\n")
            asked("PATCH", f"jobs/ingest/{done}", {"state": "UploadComplete"})
            query = asked("POST", "jobs/query", {"operation": "query", "query": "SELECT Id FROM Contact LIMIT 5"})["id"]
            ingest = asked("POST", "jobs/ingest", {"object": "Contact", "operation": "insert"})["id"]
        for _ in range(2):
            asked("GET", f"jobs/ingest/{done}")
            asked("GET", f"jobs/query/{query}")
    locator = page["nextRecordsUrl"].rpartition("/")[2]
    return Known(contact, account, lead, opportunity, locator, ingest, done, query, refresh, f"s{number}")


def checksum(org: SalesforceOrg) -> str:
    """Of every table's rows."""
    digest = hashlib.sha256()
    with org.lock:
        for (table,) in org.store.db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).fetchall():
            if table not in _MOVING:
                for row in org.store.db.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):
                    digest.update(repr(row).encode())
    return digest.hexdigest()


def complaint(case: Strange, told: Told, *, changed: bool) -> str:
    """What is wrong with an answer, "" for nothing."""
    if told.status >= 500:
        return "failed"
    if case.method == "HEAD":
        return ""
    if "date" not in told.headers:
        return "no date"
    body = told.json() if told.is_json else None
    if told.status >= 400 and not _is_refusal(case, told, body):
        return "not a refusal of Salesforce's"
    if case.refuse and told.status < 400 and not _failures(body):
        return "taken as if the unknown thing weren't there"
    together = isinstance(case.json, dict) and case.json.get("allOrNone") is True and case.body is None
    if changed and (told.status >= 400 or (together and _failures(body))):
        return "refused, and something was written"
    return ""


def _is_refusal(case: Strange, told: Told, body: Any) -> bool:
    if told.status in (414, 431) and told.headers.get("content-type", "").startswith("text/html"):
        return True
    if case.path.startswith(("/services/oauth2/", "/id/")):
        plain = told.status in (403, 404) and told.headers.get("content-type", "").startswith("text/plain")
        if plain or (isinstance(body, dict) and {"error", "error_description"} <= body.keys()):
            return True
    if isinstance(body, dict):
        if "compositeResponse" in body:
            return body["compositeResponse"][0]["referenceId"] is None
        return "/composite/tree/" in case.path.lower() and body["hasErrors"] is True
    return isinstance(body, list) and bool(body) and all({"message", "errorCode"} <= entry.keys() for entry in body)


def _failures(body: Any) -> bool:
    """Whether something within an answer of 200 was refused."""
    if isinstance(body, list):
        return any(map(_failures, body))
    if not isinstance(body, dict):
        return False
    status = body.get("httpStatusCode", body.get("statusCode", 200))
    return (
        (isinstance(status, int) and status >= 400)
        or body.get("success") is False
        or body.get("hasErrors") is True
        or any(
            _failures(body[name])
            for name in ("compositeResponse", "results", "graphs", "graphResponse", "body", "result")
            if name in body
        )
    )


class Range:
    """An org that strange requests are sent to."""

    def __init__(self, org: SalesforceOrg, new_refresh: Any) -> None:
        self.org = org
        self._new_refresh = new_refresh
        self._before = (org.store.db.total_changes, checksum(org))

    def changed(self) -> bool:
        """Whether a table is another than at the last call; without the sums where only the usage was written."""
        changes, kept = self._before
        with self.org.lock:
            now = self.org.store.db.total_changes
        self._before = (now, kept if now - changes <= 1 else checksum(self.org))
        return self._before[1] != kept

    def known(self, number: int) -> Known:
        return known(self.org, self._new_refresh(), number)

    def cases(self, seed: int) -> Iterator[Strange]:
        for number in itertools.count():
            found = self.known(number)
            self.changed()
            dice = random.Random(seed * 1_000_003 + number)
            ways = [strange(found, dice), strange(found, dice), made(self.org.schema, found, dice)]
            for _ in range(PER_SET):
                yield next(dice.choice(ways))


class Field:
    """The wire and the ground of one run."""

    def __init__(self, url: str, org: SalesforceOrg, oauth: Any) -> None:
        self.wire = Wire(url)
        self.ground = Range(org, oauth.new_refresh_token)


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    clock = PracticeClock(source=FrozenTime())
    org = SalesforceOrg(tmp_path_factory.mktemp("strange") / "org.db", clock, daily_limit=10_000_000)
    app = create_salesforce_app(org, CallLog(), access_token=TOKEN, client_id=CLIENT)
    with running(app) as url:
        made = Field(url, org, app.state.oauth)
        yield made
        made.wire.close()
    org.close()


def test_what_the_strange_requests_begin_with_is_taken(field: Field) -> None:
    """Otherwise what is done to them would prove nothing."""
    for number in range(1000, 1000 + len(valid(field.ground.known(999)))):
        case = valid(field.ground.known(number))[number - 1000]
        told = field.wire.send(case)
        if case.kind == "form" and case.content:
            assert told.status in (200, 400), (case, told.content)
        elif "jobs/query" in case.path and case.method == "PATCH":
            assert told.status == 400  # it is done already
        else:
            assert told.status < 400, (case, told.content)
            assert not told.is_json or not _failures(told.json()) or (case.json and "compositeRequest" in case.json), (
                case,
                told.content,
            )


def test_no_strange_request_fails_or_is_taken_or_half_written(field: Field) -> None:
    for case in itertools.islice(field.ground.cases(1), CASES):
        told = field.wire.send(case)
        wrong = complaint(case, told, changed=field.ground.changed())
        said = (
            case.what,
            case.method,
            case.target[:300],
            case.headers,
            case.content[:1000],
            told.status,
            told.content[:1000],
        )
        assert not wrong, (wrong, said)
