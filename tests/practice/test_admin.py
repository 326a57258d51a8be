"""The admin API: who may use it, from where, and what each dial does and refuses."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from crmsync_desktop.practice.admin.app import TABLE
from tests.practice.servers import Orgs, practice_orgs

pytestmark = pytest.mark.http
CRM_PATHS = {
    "salesforce": ("/services/data/v67.0/limits", "/services/data/v67.0/query?q=SELECT+Id+FROM+Lead"),
    "hubspot": ("/crm/v3/objects/contacts", "/crm/v3/owners"),
}


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("admin") / "state", contacts=5) as served:
        yield served


def ask(orgs: Orgs, verb: str, path: str, body: object = None, token: str | None = None) -> requests.Response:
    admin = orgs.announced["admin"]
    headers = {"Authorization": f"Bearer {admin['token'] if token is None else token}"}
    return requests.request(verb, admin["url"] + path, json=body, headers=headers, timeout=30)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line.verb} {line.path}")
def test_no_crm_token_opens_any_path_of_the_admin_api(orgs: Orgs, line: object) -> None:
    verb, path = line.verb, line.path  # type: ignore[attr-defined]
    for system in ("salesforce", "hubspot"):
        refused = ask(orgs, verb, path, {}, orgs.announced[system]["access_token"])
        assert (refused.status_code, refused.json()) == (401, {"error": "The admin token is missing or wrong."})
    assert requests.request(verb, orgs.announced["admin"]["url"] + path, timeout=30).status_code == 401
    assert ask(orgs, verb, path, {}, "ünïcode".encode().decode("latin-1")).status_code == 401


@pytest.mark.parametrize("system", ["salesforce", "hubspot"])
def test_the_admin_token_opens_neither_crm(orgs: Orgs, system: str) -> None:
    headers = {"Authorization": f"Bearer {orgs.announced['admin']['token']}"}
    other = "hubspot" if system == "salesforce" else "salesforce"
    for path in CRM_PATHS[system]:
        assert requests.get(orgs.announced[system]["url"] + path, headers=headers, timeout=30).status_code == 401
        strange = {"Authorization": f"Bearer {orgs.announced[other]['access_token']}"}
        assert requests.get(orgs.announced[system]["url"] + path, headers=strange, timeout=30).status_code == 401


@pytest.mark.parametrize("system", ["salesforce", "hubspot"])
def test_the_admin_api_is_on_no_crms_port(orgs: Orgs, system: str) -> None:
    headers = {"Authorization": f"Bearer {orgs.announced['admin']['token']}"}
    for line in TABLE:
        answer = requests.request(line.verb, orgs.announced[system]["url"] + line.path, headers=headers, timeout=30)
        assert answer.status_code in (401, 404), line.path


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a second loopback address to look from")
@pytest.mark.parametrize("system", ["salesforce", "hubspot", "admin"])
def test_everything_listens_on_this_machine_only(orgs: Orgs, system: str) -> None:
    place = urlsplit(orgs.announced[system]["url"])
    assert place.hostname == "127.0.0.1"
    with socket.socket() as elsewhere:  # the port is free on every other address of this machine
        elsewhere.bind(("127.0.0.2", place.port or 0))


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/salesforce/foreign-usage", {}, "calls is missing."),
        ("/salesforce/foreign-usage", {"calls": -1}, "calls must be a whole number"),
        ("/salesforce/limit", {"daily": True}, "daily must be a whole number"),
        ("/salesforce/delete", {"ids": [1]}, "ids must be a list of texts."),
        ("/salesforce/delete", {"ids": ["foo"]}, "id value of incorrect type: foo"),
        ("/salesforce/merge", {"master": "foo", "losers": []}, "id value of incorrect type: foo"),
        ("/salesforce/convert-lead", {"lead": 1}, "lead must be a text."),
        ("/salesforce/lock-rows", {"ids": []}, "seconds is missing."),
        ("/hubspot/search-lag", {"seconds": "1"}, "seconds must be a number."),
        ("/hubspot/search-lag", {"seconds": -1}, "must not be negative"),
        ("/hubspot/limits", {"burst": "many"}, "burst must be a whole number"),
        ("/hubspot/limits", {"interval": "long"}, "interval must be a number."),
        ("/hubspot/limits", {"hourly": 1}, "Unknown: hourly."),
        ("/hubspot/keys", {"scopes": ["a"]}, "token is missing."),
        ("/hubspot/keys", {"token": "t", "scopes": "a"}, "scopes must be a list of texts."),
        ("/hubspot/restore", {"ids": ["1"]}, "resource not found"),
        ("/hubspot/restore", {"ids": ["1"], "type": "shoes"}, "shoes"),
        ("/calls/keep-bodies", {"on": "yes"}, "on must be true or false."),
        ("/dials", {}, "text is missing."),
    ],
)
def test_a_dial_refuses_what_makes_no_sense(orgs: Orgs, path: str, body: dict[str, object], told: str) -> None:
    refused = ask(orgs, "POST", path, body)
    assert refused.status_code == 400
    assert told in refused.json()["error"]


def test_a_body_that_is_no_json_is_refused(orgs: Orgs) -> None:
    admin = orgs.announced["admin"]
    headers = {"Authorization": f"Bearer {admin['token']}"}
    refused = requests.post(f"{admin['url']}/faults", data="{", headers=headers, timeout=30)
    assert refused.status_code == 400
    assert refused.json()["error"]


def test_a_head_is_answered_as_a_get_without_its_body(orgs: Orgs) -> None:
    answer = ask(orgs, "HEAD", "/calls")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_key_may_have_few_scopes(orgs: Orgs) -> None:
    assert ask(orgs, "POST", "/hubspot/keys", {"token": "few", "scopes": ["crm.objects.companies.read"]}).json() == {}
    headers = {"Authorization": "Bearer few"}
    base = orgs.announced["hubspot"]["url"]
    assert requests.get(f"{base}/crm/v3/objects/companies", headers=headers, timeout=30).status_code == 200
    assert requests.get(f"{base}/crm/v3/objects/contacts", headers=headers, timeout=30).status_code == 403
    assert ask(orgs, "POST", "/hubspot/keys", {"token": "all", "app": "another"}).json() == {}
    everything = {"Authorization": "Bearer all"}
    assert requests.get(f"{base}/crm/v3/objects/contacts", headers=everything, timeout=30).status_code == 200


def test_of_several_forms_with_one_name_the_id_is_needed(orgs: Orgs) -> None:
    hubspot = orgs.announced["hubspot"]
    headers = {"Authorization": f"Bearer {hubspot['access_token']}"}
    form = {
        "formType": "hubspot",
        "name": "Twice",
        "fieldGroups": [{"fields": [{"name": "email", "fieldType": "email"}]}],
    }
    made = [
        requests.post(f"{hubspot['url']}/marketing/v3/forms", json=form, headers=headers, timeout=30).json()["id"]
        for _ in range(2)
    ]
    asked = {"form": "Twice", "values": {"email": "twice@firma.example"}}
    refused = ask(orgs, "POST", "/practice/submit-form", asked)
    assert refused.status_code == 400
    assert all(id in refused.json()["error"] for id in made)
    contact = ask(orgs, "POST", "/practice/submit-form", {**asked, "form": made[1]}).json()
    assert contact["values"]["email"] == "twice@firma.example"
    sent = f"{hubspot['url']}/form-integrations/v1/submissions/forms/{made[1]}"
    (submission,) = requests.get(sent, headers=headers, timeout=30).json()["results"]
    assert submission["conversionId"]
