"""A practice org that is used by several clients at once, and killed in the middle of it."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from crmsync_desktop.practice.salesforce import EXTERNAL_ID
from crmsync_desktop.practice.salesforce.tokens import challenge_of
from tests.practice.servers import Orgs, practice_orgs

CLIENTS = 8
ROUNDS = 12
BASE = "/services/data/v67.0/"
BACK = "http://localhost:1717/OauthRedirect"
VERIFIER = "v" * 43
JOB_ROWS = 1_200


@dataclass
class Client:
    """One connection, which counts what its calls cost and remembers what it was told."""

    url: str
    token: str
    session: requests.Session
    cost: int = 0
    most_used: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def call(self, method: str, path: str, body: Any = None, *, cost: int = 1, **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **how.pop("headers", {})}
        answer = self.session.request(method, self.url + BASE + path, json=body, headers=headers, timeout=60, **how)
        self.cost += cost
        self.statuses[answer.status_code] += 1
        used = re.match(r"api-usage=(\d+)/", answer.headers.get("Sforce-Limit-Info", ""))
        self.most_used = max(self.most_used, int(used[1]) if used else 0)
        return answer

    def query(self, soql: str) -> Any:
        return self.call("GET", "query", params={"q": soql}).json()


@contextmanager
def client(orgs: Orgs) -> Iterator[Client]:
    with requests.Session() as session:
        told = orgs.announced["salesforce"]
        yield Client(told["url"], told["access_token"], session)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("many") / "state"


def test_clients_at_once_lose_nothing_of_each_other(folder: Path) -> None:
    with practice_orgs(folder, contacts=20) as orgs, client(orgs) as first:
        shared = first.call("POST", "sobjects/Account", {"Name": "Shared", "NumberOfEmployees": 0}).json()["id"]
        before = first.call("GET", "limits").json()["DailyApiRequests"]["Remaining"]

        def work(number: int) -> tuple[Client, list[str]]:
            with client(orgs) as mine:
                return mine, [found for step in range(ROUNDS) for found in _round(mine, shared, number * 1000 + step)]

        with ThreadPoolExecutor(CLIENTS) as pool:
            done = list(pool.map(work, range(CLIENTS)))
        made = [found for _, ids in done for found in ids]
        assert len(set(made)) == len(made) == CLIENTS * ROUNDS * 6
        assert set(sum((one.statuses for one, _ in done), Counter())) <= {200, 201, 204, 412}
        assert (
            first.query(f"SELECT NumberOfEmployees FROM Account WHERE Id = '{shared}'")["records"][0][
                "NumberOfEmployees"
            ]
            == CLIENTS * ROUNDS
        )
        assert first.query("SELECT COUNT() FROM Contact WHERE Title = 'Endurance'")["totalSize"] == CLIENTS * ROUNDS * 4
        after = first.call("GET", "limits").json()["DailyApiRequests"]["Remaining"]
        assert before - after == sum(one.cost for one, _ in done) + 3
        assert max(one.most_used for one, _ in done) <= first.most_used


def _round(mine: Client, shared: str, key: int) -> list[str]:
    """Six new records, of which one is deleted again, and one more employee for the shared account."""
    contact = {"LastName": "Doe", "Title": "Endurance"}
    one = mine.call("PATCH", f"sobjects/Contact/{EXTERNAL_ID}/e{key}", contact).json()
    assert one["created"] is True
    records = [{"attributes": {"type": "Contact"}, **contact} for _ in range(3)]
    several = mine.call("POST", "composite/sobjects", {"allOrNone": True, "records": records}).json()
    parts = [
        {
            "method": "POST",
            "url": f"{BASE}sobjects/Lead",
            "referenceId": "a",
            "body": {"LastName": "Roe", "Company": "x"},
        },
        {"method": "POST", "url": f"{BASE}sobjects/Account", "referenceId": "b", "body": {"Name": "Own"}},
        {"method": "DELETE", "url": f"{BASE}sobjects/Lead/@{{a.id}}", "referenceId": "c"},
    ]
    together = mine.call("POST", "composite", {"allOrNone": True, "compositeRequest": parts}).json()[
        "compositeResponse"
    ]
    while True:
        answer = mine.call("GET", f"sobjects/Account/{shared}", params={"fields": "NumberOfEmployees"})
        more = {"NumberOfEmployees": answer.json()["NumberOfEmployees"] + 1}
        if mine.call("PATCH", f"sobjects/Account/{shared}", more, headers={"If-Match": answer.headers["ETag"]}).ok:
            break
    assert mine.query(f"SELECT Id FROM Contact WHERE {EXTERNAL_ID} = 'e{key}'")["records"][0]["Id"] == one["id"]
    return [one["id"], *(entry["id"] for entry in several), *(part["body"]["id"] for part in together[:2])]


def test_a_server_killed_in_the_middle_of_writes_leaves_nothing_half_done(folder: Path) -> None:
    """Goes on in the folder of the test before, and works without it."""
    told: list[int] = []
    with practice_orgs(folder, contacts=20) as orgs:
        orgs.admin.post("/salesforce/dials", bulk_batch_rows=100, bulk_polls=12, bulk_seconds=3600)
        with client(orgs) as first:
            refresh = _refreshed(orgs, _consented(orgs))
            plain = [{"attributes": {"type": "Contact"}, "LastName": "Doe"}] * 200
            for _ in range(2):
                first.call("POST", "composite/sobjects", {"records": plain})
            page = first.call(
                "GET",
                "query",
                params={"q": "SELECT Id FROM Contact"},
                headers={"Sforce-Query-Options": "batchSize=200"},
            ).json()
            job = _uploaded(first)

            def until_killed(work: Callable[[Client], object]) -> int:
                with client(orgs) as mine:
                    try:
                        while True:
                            work(mine)
                    except requests.RequestException:
                        return mine.most_used

            lock = threading.Lock()
            taken = iter(range(10_000_000))

            def write(mine: Client) -> None:
                with lock:
                    key = next(taken)
                answer = mine.call("POST", "composite", _family(key))
                assert answer.json()["compositeResponse"][2]["httpStatusCode"] == 201
                told.append(key)

            with ThreadPoolExecutor(4) as pool:
                running = [pool.submit(until_killed, write) for _ in range(3)]
                running.append(pool.submit(until_killed, lambda mine: mine.call("GET", f"jobs/ingest/{job}")))
                while len(told) < 60 or first.call("GET", f"jobs/ingest/{job}").json()["numberRecordsProcessed"] < 100:
                    time.sleep(0.001)
                orgs.process.kill()
                orgs.process.wait()
                most_used = max(each.result() for each in running)
    with practice_orgs(folder) as orgs, client(orgs) as first:
        found = Counter(
            row["Description"] for row in _all(first, "SELECT Description FROM Contact WHERE Title = 'Family'")
        )
        families = Counter(
            row["Description"] for row in _all(first, "SELECT Description FROM Account WHERE Site = 'Family'")
        )
        assert set(found.values()) == {2}
        assert families.keys() == found.keys()
        assert {f"f{key}" for key in told} <= found.keys()
        assert first.most_used > most_used
        gone = first.call("GET", page["nextRecordsUrl"].removeprefix(BASE))
        assert (gone.status_code, gone.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
        orgs.admin.post("/salesforce/dials", bulk_polls=1)
        state = first.call("GET", f"jobs/ingest/{job}").json()
        assert (state["state"], state["numberRecordsProcessed"], state["numberRecordsFailed"]) == (
            "JobComplete",
            JOB_ROWS,
            0,
        )
        assert first.query("SELECT COUNT() FROM Contact WHERE Title = 'Bulk'")["totalSize"] == JOB_ROWS
        assert first.call("GET", f"jobs/ingest/{job}/successfulResults").text.count("\n") == JOB_ROWS + 1
        _refreshed(orgs, refresh)


def _family(key: int) -> dict[str, Any]:
    """An account with two contacts, or nothing."""
    account = {"Name": "Acme", "Site": "Family", "Description": f"f{key}"}
    child = {"LastName": "Doe", "Title": "Family", "Description": f"f{key}", "AccountId": "@{a.id}"}
    parts: list[dict[str, Any]] = [
        {"method": "POST", "url": f"{BASE}sobjects/Account", "referenceId": "a", "body": account}
    ]
    parts += [
        {"method": "POST", "url": f"{BASE}sobjects/Contact", "referenceId": name, "body": child} for name in ("b", "c")
    ]
    return {"allOrNone": True, "compositeRequest": parts}


def _all(mine: Client, soql: str) -> list[dict[str, Any]]:
    answer = mine.query(soql)
    rows: list[dict[str, Any]] = list(answer["records"])
    while not answer["done"]:
        answer = mine.call("GET", answer["nextRecordsUrl"].removeprefix(BASE)).json()
        rows += answer["records"]
    return rows


def _uploaded(mine: Client) -> str:
    job: str = mine.call("POST", "jobs/ingest", {"object": "Contact", "operation": "insert"}).json()["id"]
    content = "LastName,Title\n" + "Doe,Bulk\n" * JOB_ROWS
    mine.call("PUT", f"jobs/ingest/{job}/batches", data=content.encode(), headers={"Content-Type": "text/csv"})
    assert mine.call("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"}).ok
    return job


def _consented(orgs: Orgs) -> str:
    """A refresh token, by the web-server flow."""
    told = orgs.announced["salesforce"]
    asked = {"response_type": "code", "client_id": told["client_id"], "redirect_uri": BACK, "code_challenge": challenge_of(VERIFIER),
             "code_challenge_method": "S256"}  # fmt: skip
    back = requests.get(f"{told['url']}/services/oauth2/authorize", params=asked, allow_redirects=False, timeout=30)
    (code,) = parse_qs(urlsplit(back.headers["Location"]).query)["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": told["client_id"],
        "redirect_uri": BACK,
        "code": code,
        "code_verifier": VERIFIER,
    }
    return str(requests.post(f"{told['url']}/services/oauth2/token", data=form, timeout=30).json()["refresh_token"])


def _refreshed(orgs: Orgs, token: str) -> str:
    """The next refresh token, for one that is still good."""
    told = orgs.announced["salesforce"]
    form = {"grant_type": "refresh_token", "client_id": told["client_id"], "refresh_token": token}
    answer = requests.post(f"{told['url']}/services/oauth2/token", data=form, timeout=30)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["refresh_token"])
