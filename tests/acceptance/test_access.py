"""What the connected users may not see or change: unseen is never deleted or blanked, and each lack is one clear notice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conditions import Difficult


def setup(here: Difficult, **settings: Any) -> None:
    here.admin.post("/salesforce/setup", **settings)


def people(here: Difficult, count: int) -> None:
    for n in range(count):
        here.person(LastName=f"P{n:02}", Email=f"p{n:02}@example.com", Title="Boss")


def edited(here: Difficult, **values: str) -> None:
    for each in here.hubspot.all("lastname"):
        here.hubspot.edit(each["id"], **values)


def granted(here: Difficult) -> None:
    """The right is there again, and a day has passed."""
    here.describe_again()
    here.settled()


def test_a_mapped_field_that_is_hidden_blanks_nothing_and_travels_again_once_it_is_granted(here: Difficult) -> None:
    here.rule("jobtitle", "two_way")
    people(here, 5)
    here.settled()
    setup(here, hidden_fields=["Contact.Title"])
    edited(here, jobtitle="Hidden", phone="+47 1")
    here.hubspot.create(email="new@example.com", lastname="New", jobtitle="Newcomer")
    here.sync()
    assert here.errors() == [("permissions", "INVALID_FIELD", 1)]  # the new one; the others leave the field out
    here.settled()
    assert here.errors() == []
    assert here.people("jobtitle") == [*[("Hidden",)] * 5, ("Newcomer",)]
    assert {phone for _, phone in here.contacts("LastName", "Phone")} == {"+47 1", None}
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    setup(here, hidden_fields=[])
    assert {title for (title,) in here.contacts("Title")} == {"Boss", None}
    first = here.contacts("Id", "LastName")[0][0]
    here.admin.post("/practice/set", system="salesforce", type="Contact", id=first, values={"Department": "Any"})
    granted(here)
    assert here.contacts("Title") == here.people("jobtitle") == [*[("Hidden",)] * 5, ("Newcomer",)]
    assert here.errors() == []


def test_an_edit_made_while_the_field_was_hidden_travels_once_it_is_granted(here: Difficult) -> None:
    id = here.person(Title="Boss")
    here.settled()
    setup(here, hidden_fields=["Contact.Title"])
    here.admin.post("/practice/set", system="salesforce", type="Contact", id=id, values={"Title": "Chief"})
    here.settled()
    assert here.people("jobtitle") == [("Boss",)]
    here.admin.advance(3600)  # no look back reaches so far
    here.settled()
    setup(here, hidden_fields=[])
    granted(here)
    assert here.people("jobtitle") == [("Chief",)]


def test_a_mapped_field_that_is_read_only_is_an_error_keeps_no_other_from_travelling_and_travels_once_granted(
    here: Difficult,
) -> None:
    here.rule("jobtitle", "two_way")
    people(here, 5)
    here.settled()
    setup(here, read_only_fields=["Contact.Title"])
    edited(here, jobtitle="Wanted", phone="+47 1")
    here.hubspot.create(email="new@example.com", lastname="New", jobtitle="Newcomer")
    here.sync()
    here.settled()
    assert here.errors() == [("permissions", "INVALID_FIELD_FOR_INSERT_UPDATE", 6)]
    assert here.contacts("Title", "Phone") == [*[("Boss", "+47 1")] * 5, (None, None)]
    assert here.people("jobtitle") == [("Newcomer",), *[("Wanted",)] * 5]
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    setup(here, read_only_fields=[])
    granted(here)
    assert here.contacts("Title") == here.people("jobtitle")
    assert here.errors() == []


def test_an_object_that_may_only_be_read_is_an_error_of_its_records_and_the_other_object_goes_on(
    here: Difficult,
) -> None:
    people(here, 2)
    here.salesforce.create("Lead", LastName="Lead", Company="Firma", Email="lead@example.com")
    here.settled()
    setup(here, read_only_objects=["Lead"])
    edited(here, phone="+47 1")
    here.settled()
    assert here.contacts("Phone") == [("+47 1",)] * 2
    assert here.errors() == [("permissions", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 1)]
    assert here.remedies() == ["Give the connected user access to this object and field, then retry."]
    setup(here, read_only_objects=[])
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert here.contacts("Phone", sobject="Lead") == [("+47 1",)]
    assert here.errors() == []


def test_an_object_that_is_hidden_stops_the_pass_with_what_to_do_and_nothing_is_deleted(here: Difficult) -> None:
    assert here.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "delete").status == 0
    here.salesforce.create("Lead", LastName="Lead", Company="Firma", Email="lead@example.com")
    here.settled()
    setup(here, hidden_objects=["Lead"])
    edited(here, phone="+47 1")
    for _ in range(2):
        assert "Give that user read access to Lead" in here.stopped()
    setup(here, hidden_objects=[])
    here.settled()
    assert here.contacts("LastName", "Phone", sobject="Lead") == here.people("lastname", "phone") == [("Lead", "+47 1")]


def test_records_that_sharing_hides_are_unseen_and_never_deleted(here: Difficult) -> None:
    assert here.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "delete").status == 0
    people(here, 3)
    ids = [id for id, _ in here.contacts("Id", "LastName")]
    here.settled()
    setup(here, hidden_records=ids[:1])
    edited(here, phone="+47 1")
    here.settled()
    assert here.people("lastname") == [("P00",), ("P01",), ("P02",)]
    assert here.errors() == [("record_gone", "NOT_VISIBLE", 1)]
    assert "Share the record with the connected user" in here.remedies()[0]
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    setup(here, hidden_records=[])
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert here.contacts("Phone") == [("+47 1",)] * 3
    assert here.errors() == []


SCOPES = [
    "oauth", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.lists.read", "crm.schemas.contacts.read",
    "crm.objects.owners.read",
]  # fmt: skip


@pytest.mark.parametrize("scope", ["crm.objects.contacts.write", "crm.lists.read", "crm.objects.owners.read"])
def test_a_hubspot_token_without_a_scope_is_one_clear_notice_and_all_is_well_once_it_has_it(
    here: Difficult, scope: str
) -> None:
    token = here.desk.orgs.announced["hubspot"]["access_token"]
    people(here, 3)
    here.admin.post("/hubspot/keys", token=token, scopes=[each for each in SCOPES if each != scope])
    try:
        if scope == "crm.objects.contacts.write":
            here.sync()
            assert here.errors() == [("permissions", "MISSING_SCOPES", 3)]
            assert here.quiet() == {"salesforce": 1, "hubspot": 1}
        else:
            here.run("settings", "set", "--practice", "contacts.inclusion_list", "1")
            assert f"Missing: {scope}." in here.stopped()
    finally:
        here.admin.post("/hubspot/keys", token=token)
    here.run("settings", "set", "--practice", "contacts.inclusion_list", "none")
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert here.people("lastname") == [("P00",), ("P01",), ("P02",)]
    assert here.errors() == []
