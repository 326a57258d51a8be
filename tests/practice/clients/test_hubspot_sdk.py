"""HubSpot's own SDK for the dated paths, told to refuse every answer that isn't exactly as it was promised.

The SDK is an alpha; where it promises what real traffic doesn't keep, shared/recordings says so and the call is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hubspot_sdk
import pytest

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from tests.judges.watch import watched
from tests.practice.servers import running

TOKEN = "pat-practice"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hubspot_sdk.HubSpot]:
    folder: Path = tmp_path_factory.mktemp("sdk")
    portal = HubSpotPortal(folder / "hubspot.db", PracticeClock())
    app = create_hubspot_app(portal, CallLog(), access_token=TOKEN)
    with running(watched(app, "hubspot")) as url:
        made = hubspot_sdk.HubSpot(access_token=TOKEN, base_url=url, max_retries=0, _strict_response_validation=True)
        yield made
        made.close()
    portal.close()


def contact(client: hubspot_sdk.HubSpot, **properties: str) -> str:
    return client.crm.objects.contacts.create(properties=properties, associations=[]).id


def test_a_contact_is_created_read_changed_listed_merged_and_deleted(client: hubspot_sdk.HubSpot) -> None:
    contacts = client.crm.objects.contacts
    # Every property that is answered unasked has a value: the SDK doesn't know that an unset one is null.
    names = {"firstname": "Strict", "lastname": "Sdk"}
    made = contacts.create(properties={"email": "Sdk@Foreign.example", **names}, associations=[])
    assert made.properties["email"] == "sdk@foreign.example"
    read = contacts.get(made.id, properties=["lastname"], properties_with_history=["email"])
    assert read.properties["lastname"] == "Sdk"
    assert read.properties_with_history is not None
    assert read.properties_with_history["email"][0].source_type == "INTEGRATION"
    assert contacts.update(made.id, properties={"jobtitle": "Judge"}).updated_at >= made.created_at
    assert made.id in [each.id for each in contacts.list(limit=100, properties=["createdate"]).results]
    other = contact(client, email="twin@foreign.example", **names)
    merged = contacts.merge(object_id_to_merge=other, primary_object_id=made.id)
    assert contacts.get(other).id == merged.id
    contacts.delete(merged.id)
    with pytest.raises(hubspot_sdk.NotFoundError):
        contacts.get(merged.id)


def test_batches_answer_as_promised(client: hubspot_sdk.HubSpot) -> None:
    batch = client.crm.objects.contacts.batch
    made = batch.create(
        inputs=[{"properties": {"email": f"b{n}@foreign.example"}, "associations": []} for n in range(100)]
    )
    ids = [each.id for each in made.results]
    assert len(set(ids)) == 100
    read = batch.get(inputs=[{"id": each} for each in ids], properties=["email"], properties_with_history=[])
    assert len(read.results) == 100
    assert batch.update(inputs=[{"id": ids[0], "properties": {"lastname": "New"}}]).status == "COMPLETE"
    upserted = batch.upsert(
        inputs=[
            {"id": "b1@foreign.example", "id_property": "email", "properties": {"lastname": "One"}},
            {"id": "b100@foreign.example", "id_property": "email", "properties": {"lastname": "Hundred"}},
        ]
    )
    assert sorted(each.new for each in upserted.results) == [False, True]
    batch.delete(inputs=[{"id": each} for each in ids])


def test_search_finds_what_was_written(client: hubspot_sdk.HubSpot) -> None:
    contact(client, email="find@foreign.example", lastname="Needle")
    found = client.crm.objects.contacts.search(
        after="",
        filter_groups=[{"filters": [{"property_name": "lastname", "operator": "EQ", "value": "Needle"}]}],
        limit=10,
        properties=["email"],
        sorts=[],
    )
    assert [each.properties["email"] for each in found.results] == ["find@foreign.example"]


def test_associations_are_made_read_and_removed(client: hubspot_sdk.HubSpot) -> None:
    person = contact(client, email="linked@foreign.example")
    company = client.crm.objects.companies.create(properties={"name": "Linked AS"}, associations=[]).id
    batch = client.crm.associations.batch
    # Taken raw: the published model wants ids as text, recorded answers have them as numbers.
    made = batch.with_raw_response.create(
        "companies",
        from_object_type="contacts",
        inputs=[
            {
                "from": {"id": person},
                "to": {"id": company},
                "types": [{"association_category": "HUBSPOT_DEFINED", "association_type_id": 279}],
            }
        ],
    )
    assert made.json()["results"][0]["toObjectId"] == int(company)  # type: ignore[index]
    labels = client.crm.associations_schema.labels.list_labels("companies", from_object_type="contacts")
    assert 279 in [each.type_id for each in labels.results]
    batch.delete("companies", from_object_type="contacts", inputs=[{"from": {"id": person}, "to": [{"id": company}]}])


def test_properties_are_made_listed_and_archived(client: hubspot_sdk.HubSpot) -> None:
    properties = client.crm.properties
    made = properties.create(
        "contacts", name="sdk_made", label="Made", type="string", field_type="text", group_name="contactinformation"
    )
    assert made.name == "sdk_made"
    assert len(properties.list("contacts").results) > 50
    assert properties.get("sdk_made", object_type="contacts").label == "Made"
    properties.delete("sdk_made", object_type="contacts")


def test_owners_and_pipelines_are_listed(client: hubspot_sdk.HubSpot) -> None:
    assert len(client.crm.owners.list().results) > 1
    assert client.crm.pipelines.list("deals").results[0].stages
    assert client.crm.pipelines.list("tickets").results[0].stages


def test_lists_are_made_filled_read_and_deleted(client: hubspot_sdk.HubSpot) -> None:
    person = contact(client, email="member@foreign.example")
    lists = client.crm.lists
    list_id = lists.create(name="Sdk's own", object_type_id="0-1", processing_type="MANUAL").list.list_id
    lists.add_memberships(list_id, body=[person])
    assert [each.record_id for each in lists.list_memberships(list_id).results] == [person]
    assert [each.record_id for each in lists.get_memberships_join_order(list_id).results] == [person]
    lists.delete(list_id)


def test_the_accounts_day_is_told(client: hubspot_sdk.HubSpot) -> None:
    used = client.account.get_daily_private_apps_usage()
    assert used.results[0].current_usage > 0
    assert client.account.get().portal_id


def test_refusals_carry_their_reasons(client: hubspot_sdk.HubSpot) -> None:
    contact(client, email="taken@foreign.example")
    with pytest.raises(hubspot_sdk.ConflictError, match=r"Existing ID: \d+"):
        contact(client, email="taken@foreign.example")
    with pytest.raises(hubspot_sdk.BadRequestError) as unknown:
        contact(client, nonsense="x")
    assert isinstance(unknown.value.body, dict)
    assert unknown.value.body["category"] == "VALIDATION_ERROR"
    with pytest.raises(hubspot_sdk.AuthenticationError):
        client.with_options(access_token="no").crm.owners.list()
