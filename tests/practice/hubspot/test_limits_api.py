"""Limits tracking: what the account has of what it may have, in shapes that HubSpot's SDK reads strictly."""

from __future__ import annotations

from typing import Any

import hubspot_sdk
import pytest
import requests
from hubspot_sdk.types.auth import AccessTokenResponse, PublicAccessTokenInfoResponse, PublicRefreshTokenInfoResponse

from tests.practice.hubspot.conftest import CLIENT_ID, CLIENT_SECRET, TOKEN, Served

pytestmark = pytest.mark.http
LIMITS = "/crm/limits/2026-03"


def row(rows: list[Any], type_id: str) -> Any:
    return next(each for each in rows if each["objectTypeId"] == type_id)


def test_records_properties_and_pipelines_are_counted_by_type(served: Served) -> None:
    for number in range(3):
        served.contact(firstname=str(number))
    found = served.ok("GET", f"{LIMITS}/records")
    assert row(found["hubspotDefinedObjectTypes"], "0-1")["usage"] == 3
    assert found["customObjectTypes"]["overallUsage"] == 0
    before = row(served.ok("GET", f"{LIMITS}/custom-properties")["byObjectType"], "0-1")["usage"]
    made = {"name": "shoe", "label": "Shoe", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    served.ok("POST", "/crm/properties/2026-03/contacts", made)
    assert row(served.ok("GET", f"{LIMITS}/custom-properties")["byObjectType"], "0-1")["usage"] == before + 1
    pipelines = row(served.ok("GET", f"{LIMITS}/pipelines")["hubspotDefinedObjectTypes"], "0-3")
    assert (pipelines["usage"], pipelines["limit"]) == (len(served.ok("GET", "/crm/v3/pipelines/deals")["results"]), 15)
    served.portal.change_setup(tier="free")
    assert row(served.ok("GET", f"{LIMITS}/pipelines")["hubspotDefinedObjectTypes"], "0-3")["percentage"] == 100.0
    assert served.ok("GET", f"{LIMITS}/custom-object-types")["percentage"] == 0.0


def test_the_sdk_reads_them_strictly(served: Served) -> None:
    with hubspot_sdk.HubSpot(
        access_token=TOKEN, base_url=served.url, max_retries=0, _strict_response_validation=True
    ) as client:
        assert client.crm.limits.get_record_limits().custom_object_types.overall_usage == 0
        assert client.crm.limits.get_pipeline_limits().hubspot_defined_object_types
        assert client.crm.limits.get_custom_property_limits().by_object_type
        assert client.crm.limits.get_calculated_property_limits().overall_limit == 25
        assert client.crm.limits.get_custom_object_type_limits().usage == 0
        assert client.account.get().portal_id == served.portal.portal_id
        assert client.account.get_daily_private_apps_usage().results[0].current_usage == 7


def test_the_sdks_models_fit_the_answers_of_oauth(served: Served) -> None:
    granted = {"client_id": CLIENT_ID, "scopes": ["oauth"], "marketplace": True, "user_level": False, "user_id": 5}
    refresh = served.portal.tokens.issue("refresh", granted)
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def form(path: str, **sent: str) -> Any:
        answer = requests.post(f"{served.url}/oauth/2026-03/{path}", data={**app, **sent}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    given = AccessTokenResponse.model_validate(form("token", grant_type="refresh_token", refresh_token=refresh))
    assert given.expires_in == 1800
    access = PublicAccessTokenInfoResponse.model_validate(form("token/introspect", token=given.access_token))
    assert access.signed_access_token.hub_id == access.hub_id == served.portal.portal_id
    assert PublicRefreshTokenInfoResponse.model_validate(form("token/introspect", token=refresh)).active
