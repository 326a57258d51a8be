"""HubSpot's own API client against the practice portal: its typed calls, and its raw ones on dated paths."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hubspot import HubSpot
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectInputForCreate,
)
from hubspot.oauth import ApiException as OAuthException

from tests.practice.hubspot.conftest import CLIENT_ID, CLIENT_SECRET, TOKEN, Served

pytestmark = pytest.mark.http


@pytest.fixture
def client(served: Served) -> HubSpot:
    return HubSpot(access_token=TOKEN, host=served.url)


def test_a_contact_is_created_read_changed_and_archived(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(SimplePublicObjectInputForCreate(properties={"email": "A@firma.example"}, associations=[]))
    assert made.properties["email"] == "a@firma.example"
    read = api.get_by_id(made.id, properties=["firstname"], properties_with_history=["email"])
    assert read.properties["firstname"] is None
    assert read.properties_with_history["email"][0].value == "a@firma.example"
    changed = api.update(made.id, {"properties": {"firstname": "Kari"}})
    assert changed.updated_at >= made.created_at
    api.archive(made.id)
    with pytest.raises(ApiException) as missing:
        api.get_by_id(made.id)
    assert missing.value.status == 404
    assert api.get_by_id(made.id, archived=True).archived is True
    api.api_client.rest_client.pool_manager.clear()


def test_a_conflict_is_an_exception_with_the_existing_id(client: HubSpot, served: Served) -> None:
    holder = served.contact(email="a@firma.example")
    api = client.crm.contacts.basic_api
    with pytest.raises(ApiException) as conflict:
        api.create(SimplePublicObjectInputForCreate(properties={"email": "a@firma.example"}, associations=[]))
    assert conflict.value.status == 409
    assert orjson.loads(conflict.value.body)["message"].endswith(f"Existing ID: {holder}")
    api.api_client.rest_client.pool_manager.clear()


def test_batches_and_their_207(client: HubSpot) -> None:
    api = client.crm.contacts.batch_api
    inputs: list[Any] = [{"properties": {"email": f"p{n}@firma.example"}, "associations": []} for n in range(3)]
    made = api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert len(made.results) == 3
    ids = [each.id for each in made.results]
    updates: list[Any] = [{"id": each, "properties": {"firstname": "F"}} for each in [*ids, "5"]]
    partly = api.update(BatchInputSimplePublicObjectBatchInput(inputs=updates))
    assert (partly.num_errors, len(partly.results)) == (1, 3)
    assert partly.errors[0].category == "OBJECT_NOT_FOUND"
    assert partly.errors[0].context["ids"] == ["5"]
    upserts: list[Any] = [
        {"id": email, "idProperty": "email", "properties": {"lastname": "L"}}
        for email in ("p0@firma.example", "new@firma.example")
    ]
    upserted = api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=upserts))
    assert sorted(each.new for each in upserted.results) == [False, True]
    wanted = BatchReadInputSimplePublicObjectId(
        inputs=[{"id": "p0@firma.example"}], id_property="email", properties=["firstname"], properties_with_history=[]
    )
    assert api.read(wanted).results[0].properties["firstname"] == "F"
    api.archive(BatchInputSimplePublicObjectId(inputs=[{"id": each} for each in ids]))
    assert [each.id for each in client.crm.contacts.basic_api.get_page(limit=10).results] == [
        each.id for each in upserted.results if each.new
    ]
    api.api_client.rest_client.pool_manager.clear()


def test_search_merge_properties_owners_and_lists(client: HubSpot, served: Served) -> None:
    one, two = served.contact(email="a@firma.example"), served.contact(email="b@firma.example")
    found = client.crm.contacts.search_api.do_search(
        PublicObjectSearchRequest(
            filter_groups=[{"filters": [{"propertyName": "email", "operator": "EQ", "value": "a@firma.example"}]}],
            sorts=["-createdate"], properties=["email"], limit=5,
        )
    )  # fmt: skip
    assert [each.id for each in found.results] == [one]
    merged = client.crm.contacts.basic_api.merge(PublicMergeInput(primary_object_id=one, object_id_to_merge=two))
    assert merged.id not in (one, two)
    names = {each.name: each for each in client.crm.properties.core_api.get_all("contacts").results}
    assert names["email"].has_unique_value
    assert names["numemployees"].options[0].value == "1-5"
    owners = client.crm.owners.owners_api.get_page().results
    assert {"ada.admin@practice.example", "sam.seller@practice.example"} <= {owner.email for owner in owners}
    assert client.crm.lists.lists_api.do_search({"query": "", "offset": 0}).total == 0
    assert client.crm.pipelines.pipelines_api.get_all("deals").results[0].stages


def test_a_cached_api_object_reaches_the_dated_paths_on_one_connection(client: HubSpot, served: Served) -> None:
    contact = served.contact(email="a@firma.example")
    api_client = client.crm.objects.batch_api.api_client
    for version in ("2026-03", "2026-09"):
        answer = api_client.call_api(
            f"/crm/objects/{version}/contacts/batch/read", "POST",
            header_params={"Content-Type": "application/json"}, body={"inputs": [{"id": contact}]},
            auth_settings=["oauth2"], response_types_map={}, _preload_content=False, _request_timeout=(5, 30),
        )  # fmt: skip
        assert orjson.loads(answer.data)["results"][0]["id"] == contact
        assert answer.headers["X-HubSpot-RateLimit-Daily"] == "625000"
    api_client.rest_client.pool_manager.clear()


def test_its_oauth_goes_to_the_older_endpoint_and_parses_what_it_gets(client: HubSpot, served: Served) -> None:
    granted = {"client_id": CLIENT_ID, "scopes": ["oauth"], "marketplace": True, "user_level": False, "user_id": 5}
    refresh = served.portal.tokens.issue("refresh", granted)
    sent = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    given = client.oauth.tokens_api.create(**sent, refresh_token=refresh)
    assert (given.expires_in, given.refresh_token) == (1800, refresh)
    with pytest.raises(OAuthException) as refused:
        client.oauth.tokens_api.create(**sent, refresh_token="nonsense")
    assert refused.value.status == 400
    assert orjson.loads(refused.value.body)["status"] == "BAD_REFRESH_TOKEN"
    endpoints = served.calls.summary()["endpoints"]
    assert isinstance(endpoints, dict)
    assert endpoints["hubspot POST oauth/v1/token"] == 2


def test_a_missing_scope_and_an_expired_token_are_its_own_exceptions(client: HubSpot, served: Served) -> None:
    served.portal.tokens.add_service_key(TOKEN, scopes=["crm.objects.companies.read"])
    with pytest.raises(ApiException) as refused:
        client.crm.contacts.basic_api.get_page()
    assert refused.value.status == 403
    assert orjson.loads(refused.value.body)["category"] == "MISSING_SCOPES"
    granted = {"client_id": CLIENT_ID, "scopes": ["oauth"], "marketplace": True, "user_level": False, "user_id": 5}
    expired = served.portal.tokens.issue("access", granted, served.portal.now_ms())
    late = HubSpot(access_token=expired, host=served.url)
    with pytest.raises(ApiException) as refused:
        late.crm.contacts.basic_api.get_page()
    assert refused.value.status == 401
    assert orjson.loads(refused.value.body)["category"] == "EXPIRED_AUTHENTICATION"
