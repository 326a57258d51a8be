"""OAuth of the portal: the person's page, the tokens' life, what introspection tells, and every refusal."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from starlette.types import ASGIApp

from crmsync_desktop.practice.hubspot import create_hubspot_app
from crmsync_desktop.practice.hubspot.oauth import OAuthApp
from tests.practice.hubspot.conftest import CLIENT_ID, CLIENT_SECRET, TOKEN, Served, Stage

pytestmark = pytest.mark.http
REDIRECT = "http://localhost:4711/callback"
SCOPES = "crm.objects.contacts.read crm.objects.contacts.write"
CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
CONTACTS = "/crm/objects/2026-03/contacts"


def authorize(served: Served, method: str = "GET", **asked: str) -> requests.Response:
    everything = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT, "scope": SCOPES, "state": "s&1", **asked}
    how: dict[str, Any] = {"params": everything} if method == "GET" else {"data": everything}
    return requests.request(method, served.url + "/oauth/authorize", allow_redirects=False, timeout=30, **how)


def code(served: Served, **asked: str) -> str:
    served.portal.change_setup(consent="allow")
    answer = authorize(served, **asked)
    assert answer.status_code == 302, answer.text
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s&1"]
    return back["code"][0]


def form(served: Served, path: str = "token", **sent: str) -> requests.Response:
    return requests.post(f"{served.url}/oauth/2026-03/{path}", data={**CLIENT, **sent}, timeout=30)


def tokens(served: Served, **asked: str) -> dict[str, Any]:
    sent = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code(served, **asked)}
    answer = form(served, **sent)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def get(served: Served, token: str, path: str = CONTACTS) -> requests.Response:
    return requests.get(served.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def test_a_person_is_asked_on_a_page_and_sent_back_with_a_code_or_a_refusal(served: Served) -> None:
    page = authorize(served, scope=f"{SCOPES}", state='"><script>')
    assert page.status_code == 200
    assert "crm.objects.contacts.write" in page.text
    assert "<script>" not in page.text
    allowed = authorize(served, "POST", decision="allow")
    assert allowed.status_code == 302
    assert allowed.headers["Location"].startswith(f"{REDIRECT}?code=")
    denied = authorize(served, "POST", decision="deny")
    assert "error=access_denied" in denied.headers["Location"]
    served.portal.change_setup(consent="deny")
    assert "error=access_denied" in authorize(served).headers["Location"]


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "another"},
        {"redirect_uri": "http://127.0.0.1:4711/callback"},
        {"redirect_uri": "crmsync://callback"},
        {"scope": ""},
        {"scope": "crm.objects.unicorns.read"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
def test_a_request_that_makes_no_sense_ends_on_a_page(served: Served, asked: dict[str, str]) -> None:
    answer = authorize(served, **asked)
    assert answer.status_code == 400
    assert "Couldn't complete the connection" in answer.text


def test_an_apps_registered_redirects_and_required_scopes_are_held(served: Served, stage: tuple[Stage, str]) -> None:
    app = OAuthApp(CLIENT_ID, CLIENT_SECRET, (REDIRECT,), frozenset({"crm.objects.deals.read"}))
    made: ASGIApp = create_hubspot_app(served.portal, served.calls, access_token=TOKEN, oauth=app)
    stage[0].app = made
    assert (
        authorize(served, redirect_uri="https://elsewhere.example/", scope="crm.objects.deals.read").status_code == 400
    )
    assert authorize(served).status_code == 400
    assert authorize(served, scope="crm.objects.deals.read").status_code == 200


def test_a_code_becomes_tokens_that_open_the_portal_for_thirty_minutes(served: Served) -> None:
    given = tokens(served, optional_scope="crm.lists.read crm.unknown")
    assert (given["expires_in"], given["token_type"], given["token_use"]) == (1800, "bearer", "access_token")
    assert given["hub_id"] == served.portal.portal_id
    assert given["scopes"] == sorted(["oauth", "crm.lists.read", *SCOPES.split()])
    assert get(served, given["access_token"]).status_code == 200
    served.clock.advance(1800 + 7200)
    answer = get(served, given["access_token"])
    assert answer.status_code == 401
    body = answer.json()
    assert body["category"] == "EXPIRED_AUTHENTICATION"
    assert body["message"] == "The OAuth token used to make this call expired 2 hour(s) ago."
    assert body["context"] == {"expire time": ["2026-09-21T14:43:20Z"]}
    again = form(served, grant_type="refresh_token", refresh_token=given["refresh_token"]).json()
    assert again["refresh_token"] == given["refresh_token"]
    assert get(served, again["access_token"]).status_code == 200


def test_a_marketplace_app_has_its_own_burst_limit_and_no_daily_headers(served: Served) -> None:
    token = tokens(served)["access_token"]
    limits = {
        name.lower(): value
        for name, value in get(served, token).headers.items()
        if "RateLimit" in name or "ratelimit" in name
    }
    assert limits == {
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
        "x-hubspot-ratelimit-max": "110",
        "x-hubspot-ratelimit-remaining": "109",
    }
    assert served.ask("GET", CONTACTS).headers["X-HubSpot-RateLimit-Daily-Remaining"] == "624999"


@pytest.mark.parametrize(
    ("sent", "error", "status"),
    [
        ({"client_id": "another"}, "invalid_client", "BAD_CLIENT_ID"),
        ({"client_secret": "wrong"}, "invalid_client", "BAD_CLIENT_SECRET"),
        ({"grant_type": "password"}, "unsupported_grant_type", "BAD_GRANT_TYPE"),
        ({"grant_type": "refresh_token"}, "invalid_grant", "BAD_REFRESH_TOKEN"),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, "invalid_grant", "BAD_REFRESH_TOKEN"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant", "BAD_AUTH_CODE"),
        ({"grant_type": "authorization_code", "nonsense": "x"}, "invalid_request", "BAD_REQUEST"),
    ],
)
def test_the_token_endpoint_says_why_it_refuses(served: Served, sent: dict[str, str], error: str, status: str) -> None:
    answer = form(served, **sent)
    assert answer.status_code == 400
    body = answer.json()
    assert (body["error"], body["status"]) == (error, status)
    assert body["error_description"] == body["message"]


def test_a_code_works_once_for_ten_minutes_and_for_its_own_redirect(served: Served) -> None:
    exchange = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    once = code(served)
    assert form(served, **exchange, code=once).status_code == 200
    assert form(served, **exchange, code=once).json()["status"] == "BAD_AUTH_CODE"
    elsewhere = form(served, **{**exchange, "redirect_uri": "https://elsewhere.example"}, code=code(served))
    assert elsewhere.json()["status"] == "MISMATCH_REDIRECT_URI_AUTH_CODE"
    late = code(served)
    served.clock.advance(601)
    assert form(served, **exchange, code=late).json()["status"] == "EXPIRED_AUTH_CODE"


def test_a_code_with_a_challenge_needs_its_verifier(served: Served) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).rstrip(b"=").decode()
    exchange = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert form(served, **exchange, code=code(served, **asked)).json()["status"] == "BAD_CODE_VERIFIER"
    assert form(served, **exchange, code=code(served, **asked), code_verifier="verifier").status_code == 200


def test_secrets_in_the_query_and_bodies_that_are_no_form_are_refused(served: Served) -> None:
    path = f"{served.url}/oauth/2026-03/token"
    assert requests.post(path, params=CLIENT, data={"grant_type": "x"}, timeout=30).status_code == 400
    assert requests.post(path, json=CLIENT, timeout=30).status_code == 415
    assert requests.get(path, timeout=30).status_code == 405
    assert requests.post(f"{served.url}/oauth/2026-03/nonsense", data=CLIENT, timeout=30).status_code == 404


def test_introspection_tells_what_a_token_is_and_revoking_ends_refreshing(served: Served) -> None:
    given = tokens(served)
    access = form(served, "token/introspect", token=given["access_token"]).json()
    assert (access["active"], access["token_use"], access["expires_in"]) == (True, "access_token", 1800)
    assert access["scopes"] == access["signed_access_token"]["scopes"].split(",")
    refresh = form(served, "token/introspect", token=given["refresh_token"], token_type_hint="refresh_token").json()
    assert (refresh["active"], refresh["token_use"]) == (True, "refresh_token")
    served.clock.advance(1801)
    assert form(served, "token/introspect", token=given["access_token"]).json()["active"] is False
    assert form(served, "token/revoke", token=given["refresh_token"]).status_code == 200
    assert form(served, "token/revoke", token=given["refresh_token"]).status_code == 200
    assert form(served, "token/revoke", client_secret="wrong", token="x").json()["status"] == "BAD_CLIENT_SECRET"
    assert form(served, "token/introspect", client_id="wrong", token="x").json()["status"] == "BAD_CLIENT_ID"
    assert form(served, "token/introspect", token=given["refresh_token"]).json()["status"] == "BAD_TOKEN"
    refused = form(served, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert refused.json()["status"] == "BAD_REFRESH_TOKEN"


def test_an_app_that_was_removed_gets_nothing_until_it_is_let_in_again(served: Served) -> None:
    given = tokens(served)
    served.portal.change_setup(app_installed=False)
    assert get(served, given["access_token"]).json()["category"] == "INVALID_AUTHENTICATION"
    refused = form(served, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert refused.json()["status"] == "BAD_REFRESH_TOKEN"
    assert get(served, tokens(served)["access_token"]).status_code == 200


def test_tokens_outlive_the_process_and_the_old_endpoint_is_counted(served: Served) -> None:
    given = tokens(served)
    assert served.portal.tokens.find(given["refresh_token"], "refresh") is not None
    sent = {**CLIENT, "grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert requests.post(f"{served.url}/oauth/v1/token", data=sent, timeout=30).status_code == 200
    endpoints = served.calls.summary()["endpoints"]
    assert isinstance(endpoints, dict)
    assert endpoints["hubspot POST oauth/v1/token"] == 1
    assert endpoints["hubspot POST oauth/2026-03/token"] == 1
    assert served.calls.summary()["cost"] == {"hubspot": 0}


def test_a_user_without_the_right_edits_no_associations_from_2026_09_on(served: Served) -> None:
    served.portal.change_setup(user_level_oauth=True)
    token = tokens(served)["access_token"]
    contact = served.contact(email="a@firma.example")

    def associate(version: str) -> requests.Response:
        path = f"{served.url}/crm/associations/{version}/contacts/contacts/batch/create"
        body = {"inputs": [{"from": {"id": contact}, "to": {"id": contact}, "types": []}]}
        return requests.post(path, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    assert associate("2026-09").status_code != 403
    served.portal.change_setup(edit_associations=False)
    answer = associate("2026-09")
    assert answer.status_code == 403
    assert "Edit Associations" in answer.json()["message"]
    assert associate("2026-03").status_code != 403
