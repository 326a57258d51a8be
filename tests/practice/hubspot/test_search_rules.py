"""What a search may say, in which case and of which type, and how it is told that it said something else."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.hubspot.refusals import Refusal
from tests.practice.hubspot.conftest import NOW, Served

pytestmark = pytest.mark.http
SEARCH = "/crm/objects/2026-03/contacts/search"
TASKS = "/crm/objects/2026-03/tasks/search"


def where(name: str, operator: str, **value: object) -> dict[str, object]:
    return {"propertyName": name, "operator": operator, **value}


def refusal(served: Served, body: object, path: str = SEARCH) -> str:
    served.clock.advance(1)
    answer = served.ask("POST", path, body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["category"] == "VALIDATION_ERROR"
    return str(answer.json()["message"])


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            {"operator": "EQ", "value": "x"},
            "Cannot build Filter, some of required attributes are not set [propertyName]",
        ),
        ({}, "Cannot build Filter, some of required attributes are not set [propertyName, operator]"),
        (where("firstname", "LIKE", value="x"), "not one of the values accepted for Enum class: [IN, NOT_HAS_PROPERTY"),
        (
            where("firstname", "EQ", value=" "),
            "value must be non-empty and non-blank, if specified {propertyName: 'firstname'}",
        ),
        (where("firstname", "EQ"), "operator EQ requires value"),
        (where("firstname", "BETWEEN", value="a"), "operator BETWEEN requires highValue"),
        (where("firstname", "IN", value="a"), "operator IN requires values"),
        (where("firstname", "IN", values=[]), "operator IN requires values"),
        (where("firstname", "EQ", valeu="a"), 'Unrecognized field "valeu"'),
        (where("firstname", "EQ", value={"a": 1}), "expected a text, got Object value"),
        (where("nonsense", "EQ", value="a"), 'property "nonsense" does not exist'),
        (where("num_associated_deals", "CONTAINS_TOKEN", value="1"), "can't be used with num_associated_deals"),
        (where("num_associated_deals", "GT", value="many"), "can't be compared with num_associated_deals"),
        (where("associations.company", "GT", value="1"), "takes EQ with a record id"),
        (where("associations.company", "EQ", value="x"), "takes EQ with a record id"),
        (where("associations.company", "IN", values="x"), "takes EQ with a record id"),
        ("firstname", "expected a filter, got String value"),
    ],
)
def test_a_filter_that_is_none_is_told_what_it_lacks(served: Served, condition: object, message: str) -> None:
    assert message in refusal(served, {"filterGroups": [{"filters": [condition]}]})


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"nonsense": 1},
        {"filterGroups": {}},
        {"filterGroups": ["x"]},
        {"filterGroups": [{"filter": []}]},
        {"sorts": "x"},
        {"sorts": [1]},
        {"sorts": [{"propertyName": "firstname", "direction": "UP"}]},
        {"sorts": [{"propertyName": "nonsense"}]},
        {"sorts": ["firstname", "lastname"]},
        {"properties": "email"},
        {"properties": [1]},
        {"query": 5},
        {"limit": "many"},
        {"limit": True},
        {"after": "x"},
    ],
)
def test_a_body_of_another_shape_is_refused(served: Served, body: object) -> None:
    assert refusal(served, body)


def test_bodies_and_pages_end_where_the_guide_says(served: Served) -> None:
    padding = "x" * 3_000
    assert "3000 characters" in refusal(served, {"query": padding})
    assert "10000" in refusal(served, {"limit": 200, "after": "9801"})
    assert served.ask("POST", SEARCH, {"limit": 200, "after": "9800"}).status_code == 200


def test_an_enumeration_compares_with_case_and_several_checkboxes_one_by_one(served: Served) -> None:
    served.contact(firstname="A", lifecyclestage="lead")

    def found(*conditions: dict[str, object]) -> int:
        return int(served.search(*conditions)["total"])

    assert found(where("lifecyclestage", "EQ", value="lead")) == 1
    assert found(where("lifecyclestage", "EQ", value="Lead")) == 0
    assert found(where("lifecyclestage", "IN", values=["LEAD"])) == 0
    definition = {
        "name": "interests", "label": "Interests", "type": "enumeration", "fieldType": "checkbox",
        "groupName": "contactinformation",
        "options": [{"label": name, "value": name, "displayOrder": 0, "hidden": False} for name in ("Sea", "Seaside")],
    }  # fmt: skip
    served.ok("POST", "/crm/properties/2026-03/contacts", definition)
    served.contact(firstname="B", interests="Sea;Seaside")
    served.contact(firstname="C", interests="Seaside")
    assert found(where("interests", "EQ", value="Sea")) == 1
    assert found(where("interests", "IN", values=["Sea", "Seaside"])) == 2
    assert found(where("interests", "NOT_IN", values=["Sea"])) == 2, "the one without interests, too"
    assert found(where("interests", "NEQ", value="Sea")) == 2


def test_what_the_guide_keeps_out_of_filters_is_refused(served: Served) -> None:
    condition = where("hs_email_html", "HAS_PROPERTY")
    emails = "/crm/objects/2026-03/emails/search"
    assert "hs_email_html" in refusal(served, {"filters": [condition]}, emails)
    booleans = [name for name, each in served.portal.catalog.properties("contacts").items() if each.type == "bool"]
    assert "is of type bool" in refusal(served, {"filters": [where(booleans[0], "GT", value="true")]})


def test_custom_objects_are_not_searched_through(served: Served) -> None:
    schema = {
        "name": "boat", "labels": {"singular": "Boat", "plural": "Boats"}, "primaryDisplayProperty": "name",
        "requiredProperties": ["name"], "searchableProperties": ["name"], "secondaryDisplayProperties": [],
        "properties": [{"name": "name", "label": "Name", "type": "string", "fieldType": "text"}],
        "associatedObjects": ["CONTACT"],
    }  # fmt: skip
    served.portal.change_setup(tier="enterprise")
    made = served.ask("POST", "/crm-object-schemas/2026-03/schemas", schema)
    name = f"associations.{made.json()['objectTypeId']}"
    assert "custom objects" in refusal(served, {"filters": [where(name, "EQ", value="1")]})


def test_properties_that_there_are_not_are_left_out_and_unset_ones_are_null(served: Served) -> None:
    contact = served.contact(firstname="A")
    body = {"properties": ["firstname", "nonsense", "lastname"]}
    shown = served.search(**body)["results"][0]["properties"]
    assert set(shown) == {"firstname", "lastname", "createdate", "lastmodifieddate", "hs_object_id"}
    assert shown["lastname"] is None
    read = served.ok("POST", "/crm/v3/objects/contacts/batch/read", {"inputs": [{"id": contact}], **body})
    assert read["results"][0]["properties"] == shown
    got = served.ok("GET", f"/crm/v3/objects/contacts/{contact}", properties="firstname,nonsense,lastname")
    assert got["properties"] == shown


def test_records_without_a_value_come_last_either_way(served: Served) -> None:
    for name in ("B", "", "A"):
        served.contact(firstname="x", jobtitle=name)

    def order(direction: str) -> list[Any]:
        found = served.search(sorts=[{"propertyName": "jobtitle", "direction": direction}], properties=["jobtitle"])
        return [each["properties"]["jobtitle"] for each in found["results"]]

    assert order("ASCENDING") == ["A", "B", None]
    assert order("DESCENDING") == ["B", "A", None]
    assert [
        each["properties"]["jobtitle"]
        for each in served.search(sorts=["-jobtitle"], properties=["jobtitle"])["results"]
    ] == ["B", "A", None]


def test_dates_are_given_as_milliseconds_or_iso(served: Served) -> None:
    served.contact(firstname="A")
    for value in (str(int(NOW * 1000)), "2026-09-21T14:13:20Z"):
        assert served.search(where("createdate", "EQ", value=value))["total"] == 1
    assert served.search(where("createdate", "BETWEEN", value="2026-09-21", highValue="2026-09-22"))["total"] == 1


def test_records_are_found_by_what_they_are_associated_with(served: Served) -> None:
    company = served.ok("POST", "/crm/objects/2026-03/companies", {"properties": {"name": "Firma"}})["id"]
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
    body = {"properties": {"firstname": "A"}, "associations": [{"to": {"id": company}, "types": [spec]}]}
    contact = served.ok("POST", "/crm/objects/2026-03/contacts", body)["id"]
    served.contact(firstname="B")
    for condition in (
        where("associations.company", "EQ", value=company),
        where("associations.company", "IN", values=[company, "5"]),
    ):
        assert [each["id"] for each in served.search(condition)["results"]] == [contact]


def test_a_date_that_was_made_here_compares_as_one(served: Served) -> None:
    made = {"name": "born", "label": "Born", "type": "date", "fieldType": "date", "groupName": "contactinformation"}
    served.ok("POST", "/crm/properties/2026-03/contacts", made)
    served.contact(firstname="A", born="1990-05-01")
    served.contact(firstname="B", born="2001-05-01")
    served.contact(firstname="C")
    for value in ("2000-01-01", "946684800000"):
        found = served.search(where("born", "LT", value=value), properties=["firstname"])
        assert [each["properties"]["firstname"] for each in found["results"]] == ["A"]


def test_thousands_of_matches_are_counted_and_paged_in_the_order_of_ids(served: Served) -> None:
    served.portal.load(("contacts", {"firstname": str(number)}) for number in range(5_100))
    found = served.search(limit=3, sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}])
    assert found["total"] == 5_100
    assert [each["properties"]["firstname"] for each in found["results"]] == ["5099", "5098", "5097"]


def test_erasing_what_there_is_not_is_a_404_but_an_email_is_kept_out_all_the_same(served: Served) -> None:
    erase = "/crm/objects/2026-03/contacts/gdpr-delete"
    assert served.ask("POST", erase, {"objectId": "5"}).status_code == 404
    assert served.ask("POST", erase, {"objectId": "gone@firma.example", "idProperty": "email"}).status_code == 204
    kind = served.portal.catalog.types.get("contacts")
    with pytest.raises(Refusal, match="erased for good"):
        served.portal.create(kind, {"email": "gone@firma.example"}, "CRM_UI")


def test_a_query_looks_through_the_properties_that_the_guide_names(served: Served) -> None:
    served.contact(firstname="A", mobilephone="4790000001", jobtitle="Skipper")
    assert served.search(query="90000001")["total"] == 1
    assert served.search(query="skipper")["total"] == 0
    assert served.search(query="a 47900")["total"] == 1, "every word, in whichever of them"
    email = {"hs_timestamp": str(int(NOW * 1000)), "hs_email_subject": "Offer", "hs_email_text": "Oars"}
    served.ok("POST", "/crm/objects/2026-03/emails", {"properties": email})
    for query, total in (("offer", 1), ("oars", 0)):
        served.clock.advance(1)
        assert served.ok("POST", "/crm/objects/2026-03/emails/search", {"query": query})["total"] == total
