"""Limits by tier, several apps at one account, locks and migrations, and requests that say what the API doesn't know."""

from __future__ import annotations

import pytest
import requests

from crmsync_desktop.practice.hubspot.limits import RateLimits, limits_of
from tests.practice.hubspot.conftest import TOKEN, Served

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"


def get(served: Served, token: str, path: str = CONTACTS) -> requests.Response:
    return requests.get(served.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)


@pytest.mark.parametrize(
    ("tier", "increases", "burst", "daily"),
    [
        ("free", 0, "100", "250000"),
        ("starter", 0, "100", "250000"),
        ("professional", 0, "190", "625000"),
        ("enterprise", 0, "190", "1000000"),
        ("enterprise", 2, "250", "3000000"),
    ],
)
def test_an_account_has_the_limits_that_it_bought(
    served: Served, tier: str, increases: int, burst: str, daily: str
) -> None:
    served.portal.change_setup(tier=tier, limit_increases=increases)
    headers = served.ask("GET", CONTACTS).headers
    assert (headers["X-HubSpot-RateLimit-Max"], headers["X-HubSpot-RateLimit-Daily"]) == (burst, daily)
    assert limits_of(tier, increases).searches == 5


def test_apps_have_a_burst_each_and_share_the_day_and_the_searches(served: Served) -> None:
    served.portal.meter.limits = RateLimits(burst=2, daily=7)
    served.portal.tokens.add_service_key("pat-other", app="other")
    served.portal.tokens.add_service_key("pat-same", app="service-key")
    assert [get(served, TOKEN).status_code for _ in range(2)] == [200, 200]
    assert get(served, "pat-same").status_code == 429, "another key of the same app"
    assert [get(served, "pat-other").status_code for _ in range(2)] == [200, 200]
    other = {"Authorization": "Bearer pat-other"}
    for _ in range(2):
        assert requests.post(f"{served.url}{CONTACTS}/search", json={}, headers=other, timeout=30).status_code == 200
    assert served.ask("POST", f"{CONTACTS}/search", {}).status_code == 200
    served.clock.advance(10)
    refused = get(served, "pat-other")
    assert refused.status_code == 429
    assert refused.json()["policyName"] == "DAILY"


def test_searches_are_counted_across_apps(served: Served) -> None:
    served.portal.tokens.add_service_key("pat-other", app="other")
    for number in range(6):
        token = TOKEN if number % 2 else "pat-other"
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.post(f"{served.url}{CONTACTS}/search", json={}, headers=headers, timeout=30)
    assert answer.status_code == 429


def test_a_locked_account_is_read_but_not_written_until_the_lock_is_gone(served: Served) -> None:
    contact = served.contact(firstname="A")
    served.portal.change_setup(locked_until=served.clock.now() + 2)
    refused = served.ask("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "B"}})
    assert refused.status_code == 423
    assert "Retry-After" not in refused.headers
    assert served.ask("POST", f"{CONTACTS}/search", {}).status_code == 200
    assert served.ok("GET", f"{CONTACTS}/{contact}")["properties"]["firstname"] == "A"
    served.clock.advance(2)
    assert served.ask("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "B"}}).status_code == 200


def test_an_account_that_moves_says_when_to_come_back(served: Served) -> None:
    served.portal.change_setup(migrating_until=served.clock.now() + 90.5)
    refused = served.ask("GET", CONTACTS)
    assert refused.status_code == 477
    assert refused.headers["Retry-After"] == "91"
    assert served.calls.summary()["cost"] == {"hubspot": 0}
    served.clock.advance(91)
    assert served.ask("GET", CONTACTS).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"{CONTACTS}?nonsense=1",
        f"{CONTACTS}?archived=yes",
        f"{CONTACTS}?limit=0",
        f"{CONTACTS}?limit=101",
        f"{CONTACTS}?limit=many",
        f"{CONTACTS}?after=x",
        f"{CONTACTS}/5?idProperty=nonsense",
        f"{CONTACTS}/5?limit=1",
        "/account-info/2026-03/details?archived=true",
    ],
)
def test_a_query_that_makes_no_sense_is_a_400(served: Served, path: str) -> None:
    answer = served.ask("GET", path)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("reference", ["x", "-5", "5.0", "99999999999999999999", "５"])
def test_an_id_that_is_no_number_stands_for_nothing(served: Served, reference: str) -> None:
    assert served.ask("GET", f"{CONTACTS}/{reference}").status_code == 404
    assert served.ask("PATCH", f"{CONTACTS}/{reference}", {"properties": {}}).status_code == 404
    assert served.ask("DELETE", f"{CONTACTS}/{reference}").status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", CONTACTS, {}, "Some required fields were not set: [properties]"),
        ("POST", CONTACTS, {"properties": []}, "expected an object, got Array value"),
        ("POST", CONTACTS, "text", "expected an object, got String value"),
        ("POST", CONTACTS, 5, "expected an object, got Integer value"),
        ("POST", CONTACTS, {"property": {}}, 'Unrecognized field "property"'),
        ("POST", f"{CONTACTS}/merge", {"primaryObjectId": "5"}, "Some required fields were not set: [objectIdToMerge]"),
        ("POST", f"{CONTACTS}/gdpr-delete", {}, "Some required fields were not set: [objectId]"),
    ],
)
def test_a_body_of_the_wrong_shape_is_told_what_it_lacks(
    served: Served, method: str, path: str, body: object, message: str
) -> None:
    answer = served.ask(method, path, body)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_bodies_that_cannot_be_read_are_refused(served: Served) -> None:
    def send(data: bytes, kind: str = "application/json") -> requests.Response:
        return served.session.post(served.url + CONTACTS, data=data, headers={"Content-Type": kind}, timeout=30)

    assert (
        send(b'{"properties": {"firstname": }}').json()["message"].startswith("Invalid input JSON on line 1, column ")
    )
    assert send(b"\xff\xfe").status_code == 400
    assert send(b"{}", "text/plain").status_code == 415
    assert send(b"{}", "application/x-www-form-urlencoded").status_code == 415
    assert send(b'"' + b"x" * 20_000_000 + b'"').status_code == 413
    assert "category" not in send(b"{}", "text/plain").json()


def test_a_method_that_a_path_does_not_take_is_told_which_it_does(served: Served) -> None:
    answer = served.ask("DELETE", CONTACTS)
    assert (answer.status_code, answer.content) == (405, b"")
    assert answer.headers["Allow"]


def test_the_next_page_has_a_whole_address_and_a_cursor_one_beyond_the_last_id(served: Served) -> None:
    ids = [served.contact(firstname=str(number)) for number in range(3)]
    page = served.ok("GET", CONTACTS, limit=2, properties="firstname")
    paging = page["paging"]["next"]
    assert paging["after"] == str(int(ids[1]) + 1)
    assert paging["link"] == f"{served.url}{CONTACTS}?limit=2&properties=firstname&after={paging['after']}"
    following = served.session.get(paging["link"], timeout=30).json()
    assert [each["id"] for each in following["results"]] == ids[2:]
    assert "paging" not in following
