"""Merges, the recycle bin and erasure: what survives, and who is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
OBJECTS = "/crm/objects/2026-03"


def make(served: Served, kind: str, **properties: str) -> str:
    return str(served.ok("POST", f"{OBJECTS}/{kind}", {"properties": properties})["id"])


def merge(served: Served, kind: str, one: str, two: str) -> str:
    return str(served.ok("POST", f"{OBJECTS}/{kind}/merge", {"primaryObjectId": one, "objectIdToMerge": two})["id"])


def read(served: Served, kind: str, record: str, *names: str) -> list[Any]:
    properties = served.ok("GET", f"{OBJECTS}/{kind}/{record}", properties=",".join(names))["properties"]
    return [properties[name] for name in names]


def test_the_later_stage_and_the_earlier_date_survive(served: Served) -> None:
    old = make(served, "contacts", email="a@firma.example", firstname="Kari", lifecyclestage="customer")
    served.clock.advance(100)
    new = make(served, "contacts", email="b@firma.example", lastname="Nord", lifecyclestage="lead")
    survivor = merge(served, "contacts", new, old)
    shown = served.ok("GET", f"{OBJECTS}/contacts/{survivor}", properties="email,lifecyclestage,hs_full_name_or_email")
    assert shown["properties"]["email"] == "b@firma.example"
    assert shown["properties"]["lifecyclestage"] == "customer"
    assert shown["properties"]["hs_full_name_or_email"] == "Kari Nord"
    assert shown["createdAt"] < shown["updatedAt"]
    (vids,) = read(served, "contacts", survivor, "hs_calculated_merged_vids")
    assert [part.split(":")[0] for part in vids.split(";")] == [new, old]
    third = merge(served, "contacts", survivor, make(served, "contacts", email="c@firma.example"))
    ids, emails = read(served, "contacts", third, "hs_merged_object_ids", "hs_additional_emails")
    assert ids.split(";")[:3] == [new, old, survivor]
    assert emails == "a@firma.example;c@firma.example"
    assert served.ok("GET", f"{OBJECTS}/contacts/{old}")["id"] == third, "across two merges"
    assert served.ok("GET", f"{OBJECTS}/contacts/a@firma.example", idProperty="email")["id"] == third


def test_companies_keep_the_other_domain(served: Served) -> None:
    one = make(served, "companies", name="One", domain="one.example")
    two = make(served, "companies", name="Two", domain="two.example", phone="22")
    survivor = merge(served, "companies", one, two)
    names = ("name", "phone", "domain", "hs_additional_domains", "hs_merged_object_ids")
    assert read(served, "companies", survivor, *names) == ["One", "22", "one.example", "two.example", f"{one};{two}"]


def test_associations_go_along_and_one_company_stays_the_primary_one(served: Served) -> None:
    mine, theirs = make(served, "companies", name="Mine"), make(served, "companies", name="Theirs")
    one, two = (
        make(served, "contacts", firstname=name, associatedcompanyid=firm)
        for name, firm in (("A", mine), ("B", theirs))
    )
    served.ok("PUT", f"{OBJECTS}/contacts/{one}/associations/default/contacts/{two}")
    deal = make(served, "deals", dealname="D")
    served.ok("PUT", f"{OBJECTS}/deals/{deal}/associations/default/contacts/{two}")
    survivor = merge(served, "contacts", one, two)
    assert read(served, "contacts", survivor, "associatedcompanyid", "num_associated_companies", "num_associated_deals") == [
        mine, "2", "1",
    ]  # fmt: skip
    assert read(served, "companies", theirs, "num_associated_contacts") == ["1"]
    assert served.ok("GET", f"{OBJECTS}/contacts/{survivor}/associations/contacts")["results"] == []
    ends = served.ok("GET", f"{OBJECTS}/deals/{deal}/associations/contacts")["results"]
    assert [each["toObjectId"] for each in ends] == [int(survivor)]


def test_what_cannot_be_merged(served: Served) -> None:
    contact = make(served, "contacts", firstname="A")
    notes = [make(served, "notes", hs_timestamp="1790000000000") for _ in range(2)]
    for kind, one, two, status in (
        ("contacts", contact, contact, 400),
        ("notes", *notes, 400),
        ("contacts", contact, "1", 404),
    ):
        body = {"primaryObjectId": one, "objectIdToMerge": two}
        assert served.ask("POST", f"{OBJECTS}/{kind}/merge", body).status_code == status


def test_no_more_than_250_records_become_one(served: Served) -> None:
    ids = ";".join(str(number) for number in range(1, 250))
    served.portal.load(
        [("contacts", {"firstname": "Many", "hs_merged_object_ids": ids}), ("contacts", {"firstname": "One"})]
    )
    one, two = (each["id"] for each in served.ok("GET", f"{OBJECTS}/contacts")["results"])
    answer = served.ask("POST", f"{OBJECTS}/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": two})
    assert answer.status_code == 414
    assert served.ok("GET", f"{OBJECTS}/contacts/{two}")["id"] == two


def test_an_archived_record_comes_back_with_its_associations(served: Served) -> None:
    firm = make(served, "companies", name="Firm")
    contact = make(served, "contacts", firstname="A", associatedcompanyid=firm)
    served.ask("DELETE", f"{OBJECTS}/contacts/{contact}")
    assert read(served, "companies", firm, "num_associated_contacts") == ["0"]
    assert served.ok("GET", f"{OBJECTS}/companies/{firm}/associations/contacts")["results"] == []
    with served.portal.database.transaction():
        served.portal.restore(served.portal.catalog.types["contacts"], int(contact))
    assert read(served, "companies", firm, "num_associated_contacts") == ["1"]


def test_an_erased_contact_leaves_nothing_behind(served: Served) -> None:
    firm = make(served, "companies", name="Firm")
    contact = make(served, "contacts", email="a@firma.example", associatedcompanyid=firm)
    assert served.ask("POST", f"{OBJECTS}/contacts/gdpr-delete", {"objectId": contact}).status_code == 204
    assert read(served, "companies", firm, "num_associated_contacts") == ["0"]
    assert served.ok("GET", f"{OBJECTS}/contacts", archived="true")["results"] == []
