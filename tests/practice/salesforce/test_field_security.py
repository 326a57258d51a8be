"""What the API's users are kept from: objects, fields and records that are there, but not for them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crmsync_desktop.practice.salesforce import SalesforceOrg

from .conftest import Server


def names(server: Server, sobject: str) -> list[str]:
    return [entry["name"] for entry in server.get(f"sobjects/{sobject}/describe").json()["fields"]]


def test_a_hidden_field_is_nowhere_in_the_api_and_people_still_work_with_it(server: Server) -> None:
    record = server.contact(Phone="1", Email="a@practice.example")
    server.org.change_setup(hidden_fields=["Contact.Phone", "Contact.AccountId"])
    assert not {"Phone", "AccountId"} & set(names(server, "Contact"))
    assert not {"Phone", "AccountId"} & set(server.get(f"sobjects/Contact/{record}").json())
    for soql in (
        "SELECT Phone FROM Contact",
        "SELECT Id FROM Contact WHERE Phone = '1'",
        "SELECT Id FROM Contact ORDER BY Phone",
        "SELECT Account.Name FROM Contact",
        "SELECT Contact.Phone FROM Case",
    ):
        entry = server.refused(server.get("query", params={"q": soql}), 400, "INVALID_FIELD")
        assert re.search("No such column 'Phone' on entity 'Contact'|Didn't understand relationship", entry["message"])
    children = server.get("sobjects/Account/describe").json()["childRelationships"]
    assert "Contacts" not in [child["relationshipName"] for child in children]
    answer = server.get("query", params={"q": "SELECT (SELECT Id FROM Contacts) FROM Account"})
    server.refused(answer, 400, "INVALID_TYPE")
    for answer in (
        server.patch(f"sobjects/Contact/{record}", {"Phone": "2"}),
        server.post("sobjects/Contact", {"LastName": "Doe", "Phone": "2"}),
        server.post("composite/sobjects/Contact", {"ids": [record], "fields": ["Phone"]}),
        server.get(f"sobjects/Contact/{record}?fields=Phone"),
    ):
        entry = server.refused(answer, 400, "INVALID_FIELD")
        assert "No such column 'Phone'" in entry["message"]
    server.clock.advance(5)
    server.org.update(record, {"Phone": "3"})
    found = server.org.get(record)
    assert found is not None
    assert (found["Phone"], found["Email"]) == ("3", "a@practice.example")
    (row,) = server.query("SELECT SystemModstamp FROM Contact")["records"]
    assert row["SystemModstamp"] == found["SystemModstamp"] == "2027-01-15T08:00:05.000+0000"


def test_what_is_written_through_the_api_leaves_a_hidden_fields_value_alone(server: Server) -> None:
    record = server.contact(Phone="1", FirstName="Jane")
    server.org.change_setup(hidden_fields=["Contact.Phone", "Contact.FirstName"])
    assert server.patch(f"sobjects/Contact/{record}", {"LastName": "Roe"}).status_code == 204
    found = server.org.get(record)
    assert found is not None
    assert (found["Phone"], found["Name"]) == ("1", "Jane Roe")
    assert server.contact(LastName="New")


def test_a_read_only_field_is_described_as_such_and_refuses_writes(server: Server) -> None:
    record = server.contact(Title="Boss")
    server.org.change_setup(read_only_fields=["Contact.Title"])
    (title,) = [entry for entry in server.get("sobjects/Contact/describe").json()["fields"] if entry["name"] == "Title"]
    assert (title["createable"], title["updateable"]) == (False, False)
    assert server.get(f"sobjects/Contact/{record}").json()["Title"] == "Boss"
    for answer in (
        server.patch(f"sobjects/Contact/{record}", {"Title": "X"}),
        server.post("sobjects/Contact", {"LastName": "Doe", "Title": "X"}),
    ):
        entry = server.refused(answer, 400, "INVALID_FIELD_FOR_INSERT_UPDATE")
        assert entry["fields"] == ["Title"]
        assert entry["message"].startswith("Unable to create/update fields: Title. Please check the security settings")
    server.org.update(record, {"Title": "Chief"})
    assert server.get(f"sobjects/Contact/{record}").json()["Title"] == "Chief"


def test_a_hidden_object_is_not_there_for_the_api(server: Server) -> None:
    lead = server.post("sobjects/Lead", {"LastName": "Doe", "Company": "C"}).json()["id"]
    server.org.change_setup(hidden_objects=["Lead"])
    assert "Lead" not in [entry["name"] for entry in server.get("sobjects").json()["sobjects"]]
    children = server.get("sobjects/Campaign/describe").json()["childRelationships"]
    assert {"Task", "CampaignMember"} <= {child["childSObject"] for child in children}
    children = server.get("sobjects/Account/describe").json()["childRelationships"]
    assert "Lead" not in {child["childSObject"] for child in children}
    for path in ("sobjects/Lead", "sobjects/Lead/describe", f"sobjects/Lead/{lead}"):
        server.refused(server.get(path), 404, "NOT_FOUND")
    server.refused(server.post("sobjects/Lead", {"LastName": "Doe", "Company": "C"}), 404, "NOT_FOUND")
    server.refused(server.get("query", params={"q": "SELECT Id FROM Lead"}), 400, "INVALID_TYPE")
    record = {"attributes": {"type": "Lead"}, "LastName": "Doe", "Company": "C"}
    assert server.post("composite/sobjects", {"records": [record]}).text.count("INVALID_TYPE") == 1
    (result,) = server.call("DELETE", f"composite/sobjects?ids={lead}").json()
    assert result["errors"][0]["statusCode"] == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert server.org.count("Lead") == 1
    server.org.update(lead, {"Company": "D"})
    server.org.delete([lead])


def test_an_object_that_may_only_be_read_refuses_every_write(server: Server) -> None:
    record = server.contact()
    server.org.change_setup(read_only_objects=["Contact"])
    described = server.get("sobjects/Contact/describe").json()
    assert [described[flag] for flag in ("createable", "updateable", "deletable", "queryable")] == [False] * 3 + [True]
    assert server.query("SELECT Id FROM Contact")["totalSize"] == 1
    entry = server.refused(
        server.post("sobjects/Contact", {"LastName": "Doe"}), 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    )
    assert entry["message"] == "entity type cannot be inserted: Contact"
    entry = server.refused(
        server.patch(f"sobjects/Contact/{record}", {"Title": "X"}), 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    )
    assert entry["message"] == "entity type cannot be updated: Contact"
    server.refused(server.call("DELETE", f"sobjects/Contact/{record}"), 403, "INSUFFICIENT_ACCESS_OR_READONLY")
    server.org.update(record, {"Title": "Chief"})


def test_a_record_that_sharing_hides_vanishes_and_can_not_be_changed_by_id(server: Server) -> None:
    seen, hidden = server.contact(), server.contact(LastName="Secret")
    server.org.change_setup(hidden_records=[hidden])
    assert [row["Id"] for row in server.query("SELECT Id FROM Contact")["records"]] == [seen]
    assert server.query("SELECT count() FROM Contact")["totalSize"] == 1
    assert server.query("SELECT Id FROM Contact", everything=True)["totalSize"] == 1
    span = {"start": "2027-01-15T07:00:00Z", "end": "2027-01-15T09:00:00Z"}
    assert server.get("sobjects/Contact/updated", params=span).json()["ids"] == [seen]
    body = {"ids": [hidden, seen], "fields": ["Id"]}
    assert [row and row["Id"] for row in server.post("composite/sobjects/Contact", body).json()] == [None, seen]
    server.refused(server.get(f"sobjects/Contact/{hidden}"), 404, "NOT_FOUND")
    record = {"attributes": {"type": "Contact"}, "Id": hidden, "LastName": "X"}
    (result,) = server.call("PATCH", "composite/sobjects", json={"records": [record]}).json()
    assert result["errors"][0]["statusCode"] == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
    server.refused(
        server.patch(f"sobjects/Contact/{hidden}", {"LastName": "X"}),
        403,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    )
    found = server.org.get(hidden)
    assert found is not None
    assert (found["LastName"], found["IsDeleted"]) == ("Secret", False)
    server.org.change_setup(hidden_records=[])
    assert server.query("SELECT Id FROM Contact")["totalSize"] == 2


def test_a_record_that_may_only_be_read_refuses_changes(server: Server) -> None:
    record = server.contact()
    server.org.change_setup(read_only_records=[record])
    assert server.get(f"sobjects/Contact/{record}").status_code == 200
    answer = server.patch(f"sobjects/Contact/{record}", {"LastName": "X"})
    server.refused(answer, 403, "INSUFFICIENT_ACCESS_OR_READONLY")
    server.refused(server.call("DELETE", f"sobjects/Contact/{record}"), 403, "INSUFFICIENT_ACCESS_OR_READONLY")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"hidden_fields": ["Contact.Nope"]}, "The org has no field Contact.Nope."),
        ({"hidden_objects": ["Nope"]}, "The org has no object Nope."),
        ({"read_only_objects": ["Nope"]}, "The org has no object Nope."),
        ({"hidden_fields": ["Contact.Name"]}, "Nobody can be kept from Contact.Name."),
        ({"hidden_fields": ["Contact.LastName"]}, "Nobody can be kept from Contact.LastName."),
        ({"read_only_fields": ["Contact.Id"]}, "Nobody can be kept from Contact.Id."),
        ({"hidden_fields": ["Contact.SystemModstamp"]}, "Nobody can be kept from Contact.SystemModstamp."),
    ],
)
def test_nobody_can_be_kept_from_what_is_not_there_or_has_to_be(
    org: SalesforceOrg, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        org.change_setup(**given)
