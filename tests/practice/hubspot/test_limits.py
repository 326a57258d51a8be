"""The gate: tokens, rate limits, headers, the call log, and requests that lead nowhere."""

from __future__ import annotations

import pytest
import requests

from crmsync_desktop.practice.hubspot.limits import Meter, RateLimits
from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "pat-practice"}])
def test_without_the_token_nothing_is_answered_and_nothing_is_spent(served: Served, header: dict[str, str]) -> None:
    answer = requests.get(served.url + CONTACTS, headers=header, timeout=30)
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert served.calls.summary()["cost"] == {"hubspot": 0}


def test_the_headers_tell_what_is_left(served: Served) -> None:
    served.ok("GET", CONTACTS)
    headers = served.ask("GET", CONTACTS).headers
    assert headers["X-HubSpot-RateLimit-Max"] == "190"
    assert headers["X-HubSpot-RateLimit-Remaining"] == "188"
    assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert headers["X-HubSpot-RateLimit-Daily"] == "625000"
    assert headers["X-HubSpot-RateLimit-Daily-Remaining"] == "624998"
    assert headers["X-HubSpot-Correlation-Id"]
    assert headers["Date"] == "Mon, 21 Sep 2026 14:13:20 GMT", "the practice clock's, not the machine's"


def test_a_search_tells_of_the_day_only(served: Served) -> None:
    headers = served.ask("POST", f"{CONTACTS}/search", {}).headers
    assert [name for name in headers if name.lower().startswith("x-hubspot-ratelimit")] == [
        "x-hubspot-ratelimit-daily",
        "x-hubspot-ratelimit-daily-remaining",
    ]


def test_the_burst_limit_rolls_over_ten_seconds(served: Served) -> None:
    served.portal.meter.limits = RateLimits(burst=3)
    for _ in range(3):
        served.ok("GET", CONTACTS)
        served.clock.advance(2)
    answer = served.ask("GET", CONTACTS)
    assert answer.status_code == 429
    assert answer.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answer.json()["errorType"] == "RATE_LIMIT"
    assert "Retry-After" not in answer.headers
    assert served.ask("POST", f"{CONTACTS}/search", {}).status_code == 200, "searches have a limit of their own"
    served.clock.advance(4)
    assert served.ask("GET", CONTACTS).status_code == 200
    assert served.ask("GET", CONTACTS).status_code == 429


def test_the_sixth_search_of_a_second_is_refused(served: Served) -> None:
    answers = [served.ask("POST", f"{CONTACTS}/search", {}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert set(answers[-1].json()) == {"status", "message", "correlationId", "category"}
    assert answers[-1].json()["message"] == "You have reached your secondly limit."
    served.clock.advance(1)
    assert served.ask("POST", f"{CONTACTS}/search", {}).status_code == 200


def test_the_daily_limit_ends_at_midnight_of_the_account_and_outlives_a_restart(served: Served) -> None:
    served.portal.meter.limits = RateLimits(daily=2)
    served.ok("GET", CONTACTS)
    served.ok("GET", CONTACTS)
    answer = served.ask("GET", CONTACTS)
    assert answer.status_code == 429
    assert answer.json()["policyName"] == "DAILY"
    served.portal.meter.save()
    served.portal.meter = Meter(served.portal.database, "Europe/Oslo", RateLimits(daily=2))
    assert served.ask("GET", CONTACTS).status_code == 429
    served.clock.advance(10 * 3600)  # the clock shows 16:13 in Oslo, so this is past midnight there
    assert served.ask("GET", CONTACTS).status_code == 200


def test_the_days_use_can_be_asked_for(served: Served) -> None:
    served.ok("GET", CONTACTS)
    usage = served.ok("GET", "/account-info/2026-03/api-usage/daily/private-apps")["results"][0]
    assert (usage["currentUsage"], usage["usageLimit"]) == (2, 625_000)
    assert usage["resetsAt"] == "2026-09-21T22:00:00Z", "midnight in Oslo"


def test_unknown_paths_methods_types_and_bodies_are_refused(served: Served) -> None:
    assert served.ask("GET", "/crm/objects/2026-03").status_code == 404
    assert served.ask("GET", "/crm/v3/nonsense").status_code == 404
    assert served.ask("PUT", CONTACTS).status_code == 405
    assert "HTTP ERROR 404" in served.ask("GET", "/crm/v3/nonsense/<x>").text
    assert "<x>" not in served.ask("GET", "/crm/v3/nonsense/<x>").text
    unknown = served.ask("GET", "/crm/objects/2026-03/unicorns")
    assert unknown.status_code == 400
    assert unknown.json()["message"] == "Unable to infer object type from: unicorns"
    assert "category" not in unknown.json()
    assert served.ask("GET", "/crm/v3/objects/0-9999").json()["message"] == "Invalid object or event type id: 0-9999"
    session, url = served.session, served.url + CONTACTS
    broken = session.post(url, data=b"{", headers={"Content-Type": "application/json"}, timeout=30)
    assert broken.status_code == 400
    assert broken.json()["message"].startswith("Invalid input JSON on line 1, column 2: ")
    assert session.post(url, data=b"{}", headers={"Content-Type": "text/plain"}, timeout=30).status_code == 415
    assert served.ask("POST", CONTACTS, []).status_code == 400


def test_the_same_handlers_answer_under_every_version_of_a_path(served: Served) -> None:
    contact = served.contact(email="a@firma.example")
    for area in ("/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09"):
        assert served.ok("GET", f"{area}/contacts/{contact}")["id"] == contact
        assert served.ok("GET", f"{area}/0-1/{contact}")["id"] == contact
    for path in ("/crm/v3/owners", "/crm/v3/owners/", "/crm/owners/2026-03"):
        assert len(served.ok("GET", path)["results"]) == 3
    assert (
        served.ok("GET", "/crm/owners/2026-03", archived="true")["results"][0]["email"]
        == "rita.retired@practice.example"
    )
    assert served.ok("GET", "/account-info/v3/details") == served.ok("GET", "/account-info/2026-03/details")
    assert served.ok("GET", "/crm/pipelines/2026-03/deals")["results"][0]["id"] == "default"


def test_every_request_is_logged_with_what_it_cost(served: Served) -> None:
    served.ok("GET", CONTACTS)
    served.ask("POST", f"{CONTACTS}/search", {"limit": 900})
    served.ask("GET", f"{CONTACTS}/1")
    requests.get(served.url + CONTACTS, timeout=30)
    calls = served.calls.recent()
    assert [(call["endpoint"], call["status"], call["cost"]) for call in calls] == [
        ("objects/contacts", 200, 1),
        ("objects/contacts/search", 400, 1),
        ("objects/contacts/{id}", 404, 1),
        ("refused", 401, 0),
    ]
    assert calls[1]["bytes_in"] == len(b'{"limit": 900}')
