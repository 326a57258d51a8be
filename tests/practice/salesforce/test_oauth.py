from __future__ import annotations

from collections.abc import Iterator
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
