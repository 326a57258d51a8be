"""Many clients at once: every request is counted, every limit holds to the last one, and nothing is half written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import local
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.practice.hubspot.conftest import TOKEN, Served

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"
OSLO = ZoneInfo("Europe/Oslo")
THREADS = 8


def at_once(times: int, work: Callable[[requests.Session, int], int]) -> Counter[int]:
    """The statuses of so many pieces of work, done by eight threads with a session each."""
    held = local()

    def one(number: int) -> int:
        if not hasattr(held, "session"):
            held.session = requests.Session()
            sessions.append(held.session)
        return work(held.session, number)

    sessions: list[requests.Session] = []
    with ThreadPoolExecutor(THREADS) as pool:
        statuses = Counter(pool.map(one, range(times)))
    for session in sessions:
        session.close()
    return statuses


def ask(served: Served, session: requests.Session, method: str, path: str, body: Any = None, token: str = TOKEN) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return session.request(method, served.url + path, json=body, headers=headers, timeout=30).status_code


def test_mixed_reads_and_writes_of_eight_threads_are_all_there(served: Served) -> None:
    served.portal.meter.limits = replace(served.portal.meter.limits, burst=10**6, searches=10**6)
    shared = served.contact(firstname="Shared", email="shared@x.example")
    tokens = [f"pat-{name}" for name in "abc"]
    for token in tokens:
        served.portal.tokens.add_service_key(token, app=token)

    def work(session: requests.Session, number: int) -> int:
        token = tokens[number % 3]
        match number % 5:
            case 0:
                inputs = [{"properties": {"email": f"p{number}-{each}@x.example"}} for each in range(10)]
                return ask(served, session, "POST", f"{CONTACTS}/batch/create", {"inputs": inputs}, token)
            case 1:
                body = {
                    "inputs": [
                        {"id": "same@x.example", "idProperty": "email", "properties": {"lastname": f"n{number}"}}
                    ]
                }
                return ask(served, session, "POST", f"{CONTACTS}/batch/upsert", body, token)
            case 2:
                return ask(
                    served, session, "PATCH", f"{CONTACTS}/{shared}", {"properties": {"firstname": f"n{number}"}}, token
                )
            case 3:
                return ask(served, session, "POST", f"{CONTACTS}/search", {"limit": 5}, token)
            case _:
                return ask(served, session, "POST", CONTACTS, {"properties": {"email": "once@x.example"}}, token)

    used = served.ok("GET", "/account-info/2026-03/api-usage/daily/private-apps")["results"][0]["currentUsage"]
    served.calls.reset()
    statuses = at_once(200, work)
    assert served.calls.summary()["calls"] == {"hubspot": 200}
    assert statuses == {201: 40 + 1, 200: 120, 409: 39}
    assert served.portal.count("contacts") == 40 * 10 + 3
    told = served.ok("GET", "/account-info/2026-03/api-usage/daily/private-apps")["results"][0]["currentUsage"]
    assert told == used + 201
    history = served.ok("GET", f"{CONTACTS}/{shared}", propertiesWithHistory="firstname")["propertiesWithHistory"]
    assert len(history["firstname"]) == 41


def test_the_burst_limit_lets_through_as_many_as_it_says_and_all_of_them_again_ten_seconds_later(
    served: Served,
) -> None:
    served.portal.meter.limits = replace(served.portal.meter.limits, burst=60)
    served.portal.tokens.add_service_key("pat-other", app="other")
    listed: Callable[[requests.Session, int], int] = lambda session, _: ask(served, session, "GET", CONTACTS)  # noqa: E731
    assert at_once(100, listed) == {200: 60, 429: 40}
    other = at_once(10, lambda session, _: ask(served, session, "GET", CONTACTS, token="pat-other"))
    assert other == {200: 10}
    served.clock.advance(9.99)
    assert at_once(8, listed) == {429: 8}
    served.clock.advance(0.01)
    assert at_once(100, listed) == {200: 60, 429: 40}


def test_searches_of_many_threads_are_five_a_second(served: Served) -> None:
    searched: Callable[[requests.Session, int], int] = lambda session, _: ask(  # noqa: E731
        served, session, "POST", f"{CONTACTS}/search", {}
    )
    for _ in range(3):
        assert at_once(24, searched) == {200: 5, 429: 19}
        served.clock.advance(1)


@pytest.mark.parametrize(("day", "hours"), [((2026, 10, 25), 25), ((2027, 3, 28), 23), ((2026, 12, 24), 24)])
def test_a_day_ends_at_midnight_of_the_account_however_long_it_is(
    served: Served, day: tuple[int, int, int], hours: int
) -> None:
    start = datetime(*day, tzinfo=OSLO).timestamp()
    served.clock.advance(start - served.clock.now())
    served.portal.meter.limits = replace(served.portal.meter.limits, daily=3)
    assert [served.ask("GET", CONTACTS).status_code for _ in range(4)] == [200, 200, 200, 429]
    served.clock.advance(hours * 3_600 - 0.01)
    refused = served.ask("GET", CONTACTS)
    assert (refused.status_code, refused.json()["policyName"]) == (429, "DAILY")
    told = served.portal.meter.usage(served.clock.now())
    assert told["resetsAt"] == datetime.fromtimestamp(start + hours * 3_600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    served.clock.advance(0.02)
    assert served.ask("GET", CONTACTS).status_code == 200
