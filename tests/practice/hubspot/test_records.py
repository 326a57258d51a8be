"""The rules by which contacts are written and read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crmsync_desktop.practice.hubspot.catalog import OBJECT_TYPES
from crmsync_desktop.practice.hubspot.refusals import Refusal
from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"


def codes(served: Served, properties: Mapping[str, object]) -> list[str]:
    answer = served.ask("POST", CONTACTS, {"properties": properties})
    assert answer.status_code == 400
    body = answer.json()
    assert body["category"] == "VALIDATION_ERROR"
    assert body["correlationId"]
    assert body["message"].startswith("Property values were not valid: [")
    return [error["code"] for error in body["errors"]]


def test_an_email_loses_its_case_and_its_space(served: Served) -> None:
    made = served.ok("POST", CONTACTS, {"properties": {"email": " Kari.Nordmann@Firma.EXAMPLE "}})
    assert made["properties"]["email"] == "kari.nordmann@firma.example"


def test_an_email_that_is_taken_is_a_conflict_that_names_the_holder(served: Served) -> None:
    holder = served.contact(email="a@firma.example")
    answer = served.ask("POST", CONTACTS, {"properties": {"email": "A@firma.example"}})
    assert answer.status_code == 409
    assert answer.json()["category"] == "CONFLICT"
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {holder}"


def test_an_additional_email_is_taken_too_and_finds_its_contact(served: Served) -> None:
    holder = served.contact(email="a@firma.example", hs_additional_emails="b@firma.example;c@firma.example")
    assert served.ask("POST", CONTACTS, {"properties": {"email": "C@firma.example"}}).status_code == 409
    assert served.ok("GET", f"{CONTACTS}/b@firma.example", idProperty="email")["id"] == holder


def test_a_changed_email_frees_the_old_one(served: Served) -> None:
    first = served.contact(email="a@firma.example")
    served.ok("PATCH", f"{CONTACTS}/{first}", {"properties": {"email": "new@firma.example"}})
    assert served.contact(email="a@firma.example") != first
    assert served.ask("POST", CONTACTS, {"properties": {"email": "new@firma.example"}}).status_code == 409


@pytest.mark.parametrize(
    "email", ["no-at-sign", "a@b", "two@@firma.example", "with space@firma.example", "a@firma..example"]
)
def test_what_is_no_email_is_refused(served: Served, email: str) -> None:
    assert codes(served, {"email": email}) == ["INVALID_EMAIL"]


def test_every_wrong_property_is_named_at_once(served: Served) -> None:
    wrong = {
        "nonsense": "1",
        "createdate": "2020-01-01",
        "numemployees": "7",
        "associatedcompanyid": "many",
        "closedate": "tomorrow",
        "hubspot_owner_id": "1",
    }
    assert sorted(codes(served, wrong)) == [
        "INVALID_DATE",
        "INVALID_INTEGER",
        "INVALID_OPTION",
        "INVALID_OPTION",
        "PROPERTY_DOESNT_EXIST",
        "READ_ONLY_VALUE",
    ]


def test_nothing_is_written_when_one_value_is_wrong(served: Served) -> None:
    served.ask("POST", CONTACTS, {"properties": {"email": "a@firma.example", "numemployees": "7"}})
    assert served.portal.count("contacts") == 0


def test_epoch_milliseconds_go_in_and_iso_comes_out(served: Served) -> None:
    made = served.ok("POST", CONTACTS, {"properties": {"closedate": "1651568400000"}})
    assert made["properties"]["closedate"] == "2022-05-03T09:00:00Z"
    made = served.ok("POST", CONTACTS, {"properties": {"closedate": "2022-05-03T11:00:00.5+02:00"}})
    assert made["properties"]["closedate"] == "2022-05-03T09:00:00.500Z"


def test_every_value_is_text_whatever_went_in(served: Served) -> None:
    made = served.ok("POST", CONTACTS, {"properties": {"firstname": 12, "lastname": True, "associatedcompanyid": 5.5}})
    assert made["properties"]["firstname"] == "12"
    assert made["properties"]["lastname"] == "true"
    assert made["properties"]["associatedcompanyid"] == "5.5"


@pytest.mark.parametrize("blank", ["", None])
def test_an_empty_value_clears_and_reads_as_null(served: Served, blank: object) -> None:
    contact = served.contact(firstname="Kari")
    changed = served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": blank}})
    assert changed["properties"]["firstname"] is None
    read = served.ok("GET", f"{CONTACTS}/{contact}", properties="firstname,lastname")
    assert read["properties"]["firstname"] is None
    assert read["properties"]["lastname"] is None


def test_a_read_without_properties_answers_the_defaults(served: Served) -> None:
    contact = served.contact(email="a@firma.example", phone="1")
    read = served.ok("GET", f"{CONTACTS}/{contact}")["properties"]
    assert sorted(read) == ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"]
    assert read["hs_object_id"] == contact


def test_the_modified_date_moves_with_a_change_and_not_without(served: Served) -> None:
    contact = served.contact(firstname="Kari")
    before = served.ok("GET", f"{CONTACTS}/{contact}")
    served.clock.advance(60)
    same = served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "Kari"}})
    assert same["updatedAt"] == before["updatedAt"]
    other = served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "Karin"}})
    assert other["updatedAt"] > before["updatedAt"]
    assert other["properties"]["lastmodifieddate"] == other["updatedAt"]
    assert other["createdAt"] == before["createdAt"]


def test_the_history_of_a_property_is_told_newest_first(served: Served) -> None:
    contact = served.contact(firstname="Kari")
    for name in ("Karin", "", "Karen"):
        served.clock.advance(10)
        served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": name, "lastname": "N"}})
    read = served.ok("GET", f"{CONTACTS}/{contact}", propertiesWithHistory="firstname,lastname")
    told = read["propertiesWithHistory"]
    assert [entry["value"] for entry in told["firstname"]] == ["Karen", "", "Karin", "Kari"]
    assert [entry["value"] for entry in told["lastname"]] == ["N"]
    stamps = [entry["timestamp"] for entry in told["firstname"]]
    assert stamps == sorted(stamps, reverse=True)
    assert all(entry["sourceType"] == "INTEGRATION" for entry in told["firstname"])


def test_an_archived_contact_is_found_only_among_the_archived_and_frees_its_email(served: Served) -> None:
    contact = served.contact(email="a@firma.example")
    assert served.ask("DELETE", f"{CONTACTS}/{contact}").status_code == 204
    assert served.ask("GET", f"{CONTACTS}/{contact}").status_code == 404
    assert served.ask("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "x"}}).status_code == 404
    archived = served.ok("GET", f"{CONTACTS}/{contact}", archived="true")
    assert archived["archived"] is True
    assert archived["archivedAt"]
    assert served.ok("GET", CONTACTS)["results"] == []
    assert [each["id"] for each in served.ok("GET", CONTACTS, archived="true")["results"]] == [contact]
    served.contact(email="a@firma.example")
    assert served.ask("DELETE", f"{CONTACTS}/{contact}").status_code == 204, "archiving twice is no error"


def test_a_merge_makes_a_new_id_that_both_old_ones_answer_with(served: Served) -> None:
    one = served.contact(email="one@firma.example", firstname="One")
    two = served.contact(email="two@firma.example", firstname="Two", phone="22")
    merged = served.ok("POST", f"{CONTACTS}/merge", {"primaryObjectId": one, "objectIdToMerge": two})
    assert merged["id"] not in (one, two)
    names = "firstname,phone,email,hs_additional_emails,hs_merged_object_ids"
    for old in (one, two):
        read = served.ok("GET", f"{CONTACTS}/{old}", properties=names)
        assert read["id"] == merged["id"]
        assert read["properties"]["firstname"] == "One"
        assert read["properties"]["phone"] == "22"
        assert read["properties"]["hs_additional_emails"] == "two@firma.example"
        assert read["properties"]["hs_merged_object_ids"] == f"{one};{two}"
    served.ok("PATCH", f"{CONTACTS}/{two}", {"properties": {"firstname": "Both"}})
    assert served.ok("GET", f"{CONTACTS}/{merged['id']}")["properties"]["firstname"] == "Both"
    assert served.ask("POST", CONTACTS, {"properties": {"email": "two@firma.example"}}).status_code == 409
    assert served.portal.count("contacts") == 1


def test_a_contact_erased_for_good_comes_back_through_the_api_alone(served: Served) -> None:
    contact = served.contact(email="gone@firma.example")
    assert served.ask("POST", f"{CONTACTS}/gdpr-delete", {"objectId": contact}).status_code == 204
    assert served.ask("GET", f"{CONTACTS}/{contact}", archived="true").status_code == 404
    kind = served.portal.catalog.types.get("contacts")
    with pytest.raises(Refusal, match="erased for good"):
        served.portal.create(kind, {"email": "Gone@firma.example"}, "CRM_UI")
    assert served.contact(email="Gone@firma.example") != contact


def test_records_are_listed_in_pages(served: Served) -> None:
    ids = [served.contact(firstname=str(number)) for number in range(5)]
    seen: list[str] = []
    after = None
    while True:
        page = served.ok("GET", "/crm/v3/objects/contacts", limit=2, **({"after": after} if after else {}))
        seen += [each["id"] for each in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert seen == ids
    assert served.ask("GET", CONTACTS, limit=101).status_code == 400


def test_a_restored_contact_is_live_again(served: Served) -> None:
    contact = served.contact(email="a@firma.example")
    served.ask("DELETE", f"{CONTACTS}/{contact}")
    with served.portal.database.transaction():
        served.portal.restore(OBJECT_TYPES["contacts"], int(contact))
    assert served.ok("GET", f"{CONTACTS}/a@firma.example", idProperty="email")["id"] == contact


def test_a_created_property_can_be_used_at_once_and_outlives_a_restart(served: Served) -> None:
    wanted = {
        "name": "shoe_size", "label": "Shoe size", "type": "number", "fieldType": "number",
        "groupName": "contactinformation",
    }  # fmt: skip
    made = served.ask("POST", "/crm/properties/2026-03/contacts", wanted)
    assert made.status_code == 201
    assert made.json()["hubspotDefined"] is False
    assert served.ask("POST", "/crm/properties/2026-03/contacts", wanted).status_code == 409
    contact = served.contact(shoe_size="44")
    assert served.ok("GET", f"{CONTACTS}/{contact}", properties="shoe_size")["properties"]["shoe_size"] == "44"
    listed = {each["name"]: each for each in served.ok("GET", "/crm/v3/properties/contacts")["results"]}
    assert listed["shoe_size"]["type"] == "number"
    assert listed["crmsync_salesforce_id"]["hasUniqueValue"] is True
    assert listed["hs_email_optout"]["modificationMetadata"]["readOnlyValue"] is True


def test_a_unique_property_finds_its_record_and_is_taken_once(served: Served) -> None:
    contact = served.contact(crmsync_salesforce_id="003Pr0000000001IAA")
    found = served.ok("GET", f"{CONTACTS}/003Pr0000000001IAA", idProperty="crmsync_salesforce_id")
    assert found["id"] == contact
    answer = served.ask("POST", CONTACTS, {"properties": {"crmsync_salesforce_id": "003Pr0000000001IAA"}})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    assert served.ask("GET", f"{CONTACTS}/x", idProperty="firstname").status_code == 400
