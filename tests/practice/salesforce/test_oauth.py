from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.salesforce.tokens import challenge_of

from .conftest import CLIENT, Server, serve

BACK = "http://localhost:1717/OauthRedirect"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-long"


def ask(server: Server, **form: str) -> requests.Response:
    return server.session.post(f"{server.url}/services/oauth2/token", data={"client_id": CLIENT, **form}, timeout=5)


def authorize(server: Server, **changes: str) -> requests.Response:
    params = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "state": "s 1",
        **changes,
    }
    return server.get("/services/oauth2/authorize", params=params)


def code(server: Server) -> str:
    (found,) = parse_qs(urlsplit(authorize(server).headers["Location"]).query)["code"]
    return found


def exchange(server: Server, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": VERIFIER, **changes}
    return ask(server, **{"code": code(server), **form} if "code" not in changes else form)


def refresh(server: Server, token: str, **more: str) -> requests.Response:
    return ask(server, grant_type="refresh_token", refresh_token=token, **more)


def error(answer: requests.Response) -> str:
    assert answer.status_code == 400, answer.text
    body: dict[str, Any] = answer.json()
    assert body.keys() == {"error", "error_description"}
    return str(body["error"])


def works(server: Server, token: str) -> bool:
    return server.get("limits", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_challenge_is_that_of_rfc_7636() -> None:
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_person_comes_back_with_a_code_and_the_state(server: Server) -> None:
    answer = authorize(server)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{BACK}?")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ["s 1"]


def test_a_code_becomes_tokens_that_work(server: Server) -> None:
    body = exchange(server).json()
    assert body.keys() == {
        "access_token",
        "refresh_token",
        "signature",
        "scope",
        "instance_url",
        "id",
        "token_type",
        "issued_at",
    }
    assert body["instance_url"] == server.url
    assert body["token_type"] == "Bearer"
    assert body["id"] == f"{server.url}/id/{server.org.organization_id}/{server.org.admin_id}"
    assert works(server, body["access_token"])


def test_a_code_works_once_and_only_with_its_verifier_and_address(server: Server) -> None:
    used = code(server)
    assert exchange(server, code=used).status_code == 200
    assert error(exchange(server, code=used)) == "invalid_grant"
    assert error(exchange(server, code_verifier="another")) == "invalid_grant"
    assert error(exchange(server, redirect_uri="http://localhost:1718/OauthRedirect")) == "redirect_uri_mismatch"
    late = code(server)
    server.clock.advance(601)
    assert error(exchange(server, code=late)) == "invalid_grant"


def test_a_public_client_must_not_send_a_secret(server: Server) -> None:
    assert error(exchange(server, client_secret="x")) == "invalid_client"
    assert error(refresh(server, server.oauth.new_refresh_token(), client_secret="x")) == "invalid_client"


def test_authorize_refuses_what_it_can_not_trust(server: Server) -> None:
    assert error(authorize(server, client_id="other")) == "invalid_client_id"
    assert error(authorize(server, redirect_uri="http://elsewhere.example/")) == "redirect_uri_mismatch"
    for changes, wanted in (
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ):
        back = parse_qs(urlsplit(authorize(server, **changes).headers["Location"]).query)
        assert (back["error"], back["state"]) == ([wanted], ["s 1"])


def test_a_refresh_rotates_and_the_old_token_is_dead(server: Server) -> None:
    first = server.oauth.new_refresh_token()
    body = refresh(server, first).json()
    assert works(server, body["access_token"])
    assert body["refresh_token"] != first
    again = refresh(server, first)
    assert error(again) == "invalid_grant"
    assert again.json()["error_description"] == "expired access/refresh token"


def test_a_rotated_token_used_again_ends_its_whole_family(server: Server) -> None:
    first, other = server.oauth.new_refresh_token(), server.oauth.new_refresh_token()
    second = refresh(server, first).json()
    third = refresh(server, second["refresh_token"]).json()
    assert works(server, third["access_token"])
    assert error(refresh(server, first)) == "invalid_grant"
    assert error(refresh(server, third["refresh_token"])) == "invalid_grant"
    assert not works(server, second["access_token"])
    assert not works(server, third["access_token"])
    assert refresh(server, other).status_code == 200


@pytest.fixture
def confidential(org: SalesforceOrg, clock: PracticeClock) -> Iterator[Server]:
    yield from serve(org, clock, client_secret="s3cret", rotate_refresh_tokens=False)


def test_a_confidential_client_may_log_in_without_a_person(confidential: Server) -> None:
    answer = ask(confidential, grant_type="client_credentials", client_secret="s3cret")
    assert works(confidential, answer.json()["access_token"])
    assert "refresh_token" not in answer.json()
    basic = confidential.session.post(
        f"{confidential.url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(CLIENT, "s3cret"),
        timeout=5,
    )
    assert basic.status_code == 200
    assert error(ask(confidential, grant_type="client_credentials", client_secret="wrong")) == "invalid_client"


def test_without_rotation_the_refresh_token_stays(confidential: Server) -> None:
    token = confidential.oauth.new_refresh_token()
    for _ in range(2):
        body = refresh(confidential, token, client_secret="s3cret").json()
        assert "refresh_token" not in body
        assert works(confidential, body["access_token"])


def test_client_credentials_need_a_confidential_client(server: Server) -> None:
    assert error(ask(server, grant_type="client_credentials")) == "invalid_grant"


def test_unknown_grants_and_clients_are_refused(server: Server) -> None:
    assert error(ask(server, grant_type="password")) == "unsupported_grant_type"
    assert error(ask(server)) == "unsupported_grant_type"
    assert error(ask(server, grant_type="refresh_token", refresh_token="x", client_id="y")) == "invalid_client_id"
    assert error(refresh(server, "nonsense")) == "invalid_grant"


def test_an_access_token_ends_after_two_hours_without_use(server: Server) -> None:
    token = refresh(server, server.oauth.new_refresh_token()).json()["access_token"]
    for _ in range(3):
        server.clock.advance(7000)
        assert works(server, token)
    server.clock.advance(7201)
    assert not works(server, token)


def test_tokens_survive_a_restart(server: Server, clock: PracticeClock) -> None:
    body = exchange(server).json()
    for restarted in serve(server.org, clock):
        assert works(restarted, body["access_token"])
        assert refresh(restarted, body["refresh_token"]).status_code == 200


def test_revoking_the_refresh_token_ends_the_access_tokens_too(server: Server) -> None:
    body = exchange(server).json()
    url = f"{server.url}/services/oauth2/revoke"
    assert server.session.post(url, data={"token": body["refresh_token"]}, timeout=5).status_code == 200
    assert not works(server, body["access_token"])
    assert error(refresh(server, body["refresh_token"])) == "invalid_grant"
    assert error(server.session.post(url, data={"token": "nonsense"}, timeout=5)) == "unsupported_token_type"


def test_userinfo_tells_whose_token_it_is(server: Server) -> None:
    body = server.get("/services/oauth2/userinfo").json()
    assert body["user_id"] == server.org.admin_id
    assert body["organization_id"] == server.org.organization_id
    assert body["email"] == "ada.admin@practice.example"
    refused = server.get("/services/oauth2/userinfo", headers={"Authorization": "Bearer x"})
    assert (refused.status_code, refused.text) == (403, "Bad_OAuth_Token")
    assert server.org.usage.used() == 0


HTML = {"Accept": "text/html,application/xhtml+xml"}


def page(server: Server, **changes: str) -> requests.Response:
    params = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "state": 's"<1>',
        **changes,
    }
    return server.session.get(f"{server.url}/services/oauth2/authorize", params=params, headers=HTML, timeout=5)


def press(server: Server, decision: str, **changes: str) -> requests.Response:
    """The form of the page, sent as a browser would."""
    shown = page(server)
    form = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', shown.text)}
    (action,) = re.findall(r'action="([^"]+)"', shown.text)
    form |= {"user": server.org.users()[1]["Id"], **changes, "decision": decision}
    return server.session.post(server.url + action, data=form, timeout=5, allow_redirects=False)


def told(answer: requests.Response) -> dict[str, list[str]]:
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(f"{BACK}?")
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def test_a_browser_gets_a_page_to_allow_or_deny(server: Server) -> None:
    shown = page(server)
    assert shown.status_code == 200
    assert shown.headers["Content-Type"].startswith("text/html")
    assert ">Allow</button>" in shown.text
    assert ">Deny</button>" in shown.text
    assert "Sam Seller" in shown.text
    assert "Rita Retired" not in shown.text
    assert 's"<1>' not in shown.text


def test_who_allows_the_app_is_who_it_acts_for(server: Server) -> None:
    back = told(press(server, "allow"))
    assert back["state"] == ['s"<1>']
    body = exchange(server, code=back["code"][0]).json()
    assert body["id"].endswith(server.org.users()[1]["Id"])
    assert works(server, body["access_token"])


def test_who_denies_it_sends_the_app_away(server: Server) -> None:
    back = told(press(server, "deny"))
    assert (back["error"], back["state"]) == (["access_denied"], ['s"<1>'])


def test_a_form_that_no_page_gave_is_refused(server: Server) -> None:
    for changes, text in (
        ({"client_id": "other"}, "invalid_client_id"),
        ({"user": server.org.users()[2]["Id"]}, "invalid_request"),
    ):
        refused = press(server, "allow", **changes)
        assert refused.status_code == 400
        assert f"error={text}" in refused.text
    assert told(press(server, "allow", response_type="token"))["error"] == ["unsupported_response_type"]


def test_a_browser_is_shown_why_it_can_not_be_sent_back(server: Server) -> None:
    for changes, code in (
        ({"client_id": "other"}, "invalid_client_id"),
        ({"redirect_uri": f"{BACK}/more"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://localhost:1720/OauthRedirect"}, "redirect_uri_mismatch"),
    ):
        shown = page(server, **changes)
        assert shown.status_code == 400
        assert f"error={code}" in shown.text


def test_an_app_that_nobody_installed_can_not_be_approved(server: Server) -> None:
    server.org.access.app_installed = False
    assert "error=OAUTH_APPROVAL_ERROR_GENERIC" in page(server).text
    assert error(authorize(server)) == "OAUTH_APPROVAL_ERROR_GENERIC"


def test_a_challenge_or_a_scope_that_can_not_be_is_sent_back(server: Server) -> None:
    for changes, wanted in (
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "api full"}, "invalid_scope"),
    ):
        assert told(authorize(server, **changes))["error"] == [wanted]


def test_the_scope_decides_what_the_tokens_are_good_for(server: Server) -> None:
    without = parse_qs(urlsplit(authorize(server, scope="api id").headers["Location"]).query)["code"][0]
    body = exchange(server, code=without).json()
    assert body["scope"] == "api id"
    assert "refresh_token" not in body
    assert works(server, body["access_token"])
    only = parse_qs(urlsplit(authorize(server, scope="openid").headers["Location"]).query)["code"][0]
    answer = server.get(
        "limits", headers={"Authorization": f"Bearer {exchange(server, code=only).json()['access_token']}"}
    )
    entry = server.refused(answer, 401, "INVALID_SESSION_ID")
    assert entry["message"] == "This session is not valid for use with the REST API"


def test_a_verifier_must_be_as_long_as_the_rfc_says(server: Server) -> None:
    short = "short"
    used = parse_qs(urlsplit(authorize(server, code_challenge=challenge_of(short)).headers["Location"]).query)["code"][
        0
    ]
    assert error(exchange(server, code=used, code_verifier=short)) == "invalid_grant"


def test_the_form_may_come_by_post_and_the_token_to_revoke_in_the_address(server: Server) -> None:
    params = {"response_type": "code", "client_id": CLIENT, "redirect_uri": BACK}
    params |= {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    posted = server.session.post(
        f"{server.url}/services/oauth2/authorize", data=params, timeout=5, allow_redirects=False
    )
    body = exchange(server, code=told(posted)["code"][0]).json()
    url = f"{server.url}/services/oauth2/revoke"
    assert server.session.get(url, params={"token": body["access_token"]}, timeout=5).status_code == 200
    assert not works(server, body["access_token"])
    assert refresh(server, body["refresh_token"]).status_code == 200


def test_a_user_who_left_can_not_refresh(server: Server) -> None:
    seller = server.org.users()[1]["Id"]
    token = server.oauth.new_refresh_token(seller)
    server.org.update(seller, {"IsActive": False})
    assert error(refresh(server, token)) == "invalid_grant"


def test_the_session_timeout_is_a_dial(server: Server) -> None:
    token = server.oauth.new_access_token()
    server.org.tokens.session_seconds = 60.0
    server.clock.advance(61)
    assert not works(server, token)


def test_the_identity_address_tells_whose_token_it_is(server: Server) -> None:
    body = exchange(server).json()
    address = body["id"]

    def identity(url: str, token: str = body["access_token"]) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = server.session.get(url, headers=headers, timeout=5)
        return answer.status_code, answer.text

    answer = server.session.get(address, headers={"Authorization": f"Bearer {body['access_token']}"}, timeout=5)
    assert answer.json()["username"] == "ada.admin@practice.example"
    assert answer.json()["id"] == address
    assert identity(address, "") == (403, "Missing_OAuth_Token")
    assert identity(address, "x") == (403, "Bad_OAuth_Token")
    assert identity(address.replace(server.org.organization_id, "00D000000000001")) == (403, "Wrong_Org")
    assert identity(address.replace(server.org.admin_id, "005000000000001")) == (404, "Bad_Id")
    assert identity(address.replace(server.org.admin_id, server.org.users()[2]["Id"])) == (404, "Inactive")
    seller = server.oauth.new_access_token(server.org.users()[1]["Id"])
    assert identity(address, seller) == (404, "No_Access")
    assert identity(f"{server.url}/services/oauth2/userinfo", "") == (403, "Missing_OAuth_Token")


def test_tokens_are_asked_for_by_post(server: Server) -> None:
    answer = server.session.get(f"{server.url}/services/oauth2/token", params={"grant_type": "x"}, timeout=5)
    assert error(answer) == "invalid_request"
