"""A token that wasn't granted what a route needs is refused, route by route, in HubSpot's words."""

from __future__ import annotations

import pytest
import requests

from crmsync_desktop.practice.hubspot.paths import AREAS
from crmsync_desktop.practice.hubspot.scopes import FIXED, NO_SCOPE
from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
BY_TYPE = {"limits", "legacy-associations", "objects", "object-associations", "associations", "properties", "pipelines"}
ROUTES = [
    ("GET", "/crm/objects/2026-03/contacts", "crm.objects.contacts.read"),
    ("POST", "/crm/v3/objects/contacts/search", "crm.objects.contacts.read"),
    ("POST", "/crm/objects/2026-09/companies/batch/read", "crm.objects.companies.read"),
    ("POST", "/crm/objects/2026-03/deals/batch/create", "crm.objects.deals.write"),
    ("PATCH", "/crm/objects/2026-03/0-1/5", "crm.objects.contacts.write"),
    ("DELETE", "/crm/objects/2026-03/contact/5", "crm.objects.contacts.write"),
    ("POST", "/crm/objects/2026-03/contacts/merge", "crm.objects.contacts.write"),
    ("POST", "/crm/objects/2026-03/contacts/gdpr-delete", "crm.objects.contacts.write"),
    ("GET", "/crm/objects/2026-03/tickets", "tickets"),
    ("POST", "/crm/objects/2026-03/tasks", "crm.objects.contacts.write"),
    ("GET", "/crm/properties/2026-03/contacts", "crm.schemas.contacts.read"),
    ("POST", "/crm/properties/2026-03/contacts", "crm.schemas.contacts.write"),
    ("GET", "/crm/properties/2026-03/tickets", "tickets"),
    ("GET", "/crm/owners/2026-03", "crm.objects.owners.read"),
    ("GET", "/crm/pipelines/2026-03/deals", "crm.schemas.deals.read"),
    ("GET", "/crm/lists/2026-03", "crm.lists.read"),
    ("POST", "/crm/lists/2026-03/search", "crm.lists.read"),
    ("POST", "/crm/lists/2026-03", "crm.lists.write"),
    ("POST", "/crm/v4/associations/contacts/companies/batch/read", "crm.objects.contacts.read"),
    ("POST", "/crm/v4/associations/contacts/companies/batch/create", "crm.objects.contacts.write"),
    ("GET", "/crm/limits/2026-03/records", "crm.objects.deals.read"),
    ("GET", "/crm/v4/objects/companies/5/associations/contacts", "crm.objects.companies.read"),
]


def ask(served: Served, method: str, path: str, token: str = "pat-narrow") -> requests.Response:
    body: dict[str, object] | None = None if method in ("GET", "DELETE") else {}
    return requests.request(
        method, served.url + path, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_a_route_needs_its_scope(served: Served, method: str, path: str, scope: str) -> None:
    served.portal.tokens.add_service_key("pat-narrow", app="narrow", scopes=["oauth"])
    refused = ask(served, method, path)
    assert refused.status_code == 403
    body = refused.json()
    assert body["category"] == "MISSING_SCOPES"
    assert body["message"].startswith("This app hasn't been granted all required scopes to make this call.")
    assert body["errors"][0]["message"] == "One or more of the following scopes are required."
    assert scope in body["errors"][0]["context"]["requiredGranularScopes"]
    assert body["links"] == {"scopes": "https://developers.hubspot.com/scopes"}
    every = {scope, "crm.objects.contacts.write", "crm.objects.companies.write"}
    served.portal.tokens.add_service_key("pat-wide", app="wide", scopes=every)
    assert ask(served, method, path, "pat-wide").status_code != 403


def test_an_unknown_type_is_named_before_a_missing_scope(served: Served) -> None:
    served.portal.tokens.add_service_key("pat-narrow", app="narrow", scopes=[])
    assert ask(served, "GET", "/crm/objects/2026-03/unicorns").status_code == 400
    assert ask(served, "GET", "/account-info/2026-03/details").status_code == 200


def test_emails_need_a_scope_of_their_own_to_be_read(served: Served) -> None:
    served.portal.tokens.add_service_key("pat-narrow", app="narrow", scopes=["crm.objects.contacts.read"])
    answer = ask(served, "GET", "/crm/objects/2026-03/emails")
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["sales-email-read"]
    assert ask(served, "GET", "/crm/objects/2026-03/notes").status_code == 200


def test_every_area_has_its_scopes() -> None:
    assert set(AREAS) <= BY_TYPE | set(FIXED) | NO_SCOPE
