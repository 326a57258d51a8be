"""Bodies that hold something of another type, or more than there may be: a 400 that says what, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
CONTACTS, LISTS, FORMS = "/crm/objects/2026-03/contacts", "/crm/lists/2026-03", "/marketing/forms/2026-09"
ADA = {"firstname": "Ada"}


def listed(*filters: dict[str, Any]) -> dict[str, Any]:
    branch = {"filterBranchType": "AND", "filterBranches": [], "filters": list(filters)}
    return {"name": "a list", "objectTypeId": "0-1", "processingType": "DYNAMIC",
            "filterBranch": {"filterBranchType": "OR", "filterBranches": [branch], "filters": []}}  # fmt: skip


def by(property_name: str, **operation: object) -> dict[str, Any]:
    return listed({"filterType": "PROPERTY", "property": property_name, "operation": operation})


def point(**offset: int) -> dict[str, Any]:
    return {"timeType": "INDEXED", "indexReference": {"referenceType": "NOW"}, "offset": offset}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (CONTACTS, {"properties": {"firstname": {"value": "Ada"}}}, "expected a text, got Object value"),
        (CONTACTS, {"properties": {"firstname": ["Ada"]}}, "expected a text, got Array value"),
        (CONTACTS, {"properties": ADA, "associations": 5}, "expected a list of associations"),
        (f"{CONTACTS}/batch/create", {"inputs": [{}]}, "Some required fields were not set: [properties]"),
        (f"{CONTACTS}/batch/read", {"inputs": [{"id": "5"}], "idProperty": 5}, "expected a text, got Integer value"),
        (f"{CONTACTS}/gdpr-delete", {"objectId": {}}, "objectId must be a text"),
        (f"{CONTACTS}/gdpr-delete", {"objectId": "5", "idProperty": "phone"}, "idProperty must be email"),
        ("/crm/associations/2026-03/contacts/companies/batch/read", {"inputs": [{"id": "5", "after": "x"}]}, "after must be"),
        ("/crm/properties/2026-03/contacts/groups", {"name": {}, "label": "x"}, "name must be a text"),
        ("/crm/properties/2026-03/contacts/batch/read", {"inputs": [{}]}, "Some required fields were not set: [name]"),
        ("/crm-object-schemas/2026-03/schemas/batch/read", {}, "Some required fields were not set: [inputs]"),
        (FORMS, {"formType": "hubspot", "name": "F", "fieldGroups": [{}]}, "a field group must be an object with fields"),
        (FORMS, {"formType": "hubspot", "name": "F", "fieldGroups": [], "configuration": {"nosuch": 1}}, '"nosuch"'),
        (f"{LISTS}/search", {"processingTypes": ["ACTIVE"]}, "processingTypes are out of"),
        (LISTS, {**listed(), "filterBranch": {}}, "A filter branch has a filterBranchType"),
        (LISTS, listed({"filterType": "FORM_SUBMISSION", "operator": "FILLED_OUT", "pruningRefineBy": {}}), "not refined"),
        (LISTS, by("firstname", operationType="STRING", operator="CONTAINS", value="a", nosuch=1), '"nosuch"'),
        (LISTS, by("firstname", operationType="MULTISTRING", operator="IS_EQUAL_TO", values=["a"] * 31_000), "too many values"),
        (LISTS, by("createdate", operationType="ROLLING_DATE_RANGE", operator="IS_LESS_THAN_X_DAYS_AGO", numberOfDays=10**9), "days"),
        (LISTS, by("createdate", operationType="DATE", operator="IS_AFTER", year=2024, month=3, day=1), "English name"),
        (LISTS, by("createdate", operationType="TIME_POINT", operator="IS_AFTER", timePoint=point(years=10**6)), "calendar holds"),
        (LISTS, by("createdate", operationType="TIME_POINT", operator="IS_AFTER", timePoint=point(fortnights=1)), "fortnights"),
    ],
)  # fmt: skip
def test_a_body_with_something_else_in_it_is_refused(served: Served, path: str, body: object, words: str) -> None:
    answer = served.ask("POST", path, body)
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["message"]
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert served.portal.count("contacts") == 0
    assert served.ok("POST", f"{LISTS}/search", {})["total"] == 0


@pytest.mark.parametrize("ids", [[None], [{}], ["x"], "5"])
def test_the_members_of_a_list_are_given_by_their_ids(served: Served, ids: object) -> None:
    made = served.ok("POST", LISTS, {"name": "m", "objectTypeId": "0-1", "processingType": "MANUAL"})
    path = f"{LISTS}/{made['list']['listId']}/memberships/add"
    assert served.ask("PUT", path, ids).status_code == 400


@pytest.mark.parametrize("text", ["1_000", "١٢٣", "nan", "Infinity", "1e999", "0x10", "1,5", "12 000"])
def test_what_only_a_programming_language_takes_for_a_number_is_none(served: Served, text: str) -> None:
    made = served.ask("POST", "/crm/objects/2026-03/companies", {"properties": {"numberofemployees": text}})
    assert made.status_code == 400
    assert made.json()["errors"][0]["code"] == "INVALID_INTEGER"


@pytest.mark.parametrize(
    "text", ["2026-W01-1", "20260101T10", "2026-1-1", "99999999999999999999", "today", "01/02/2026"]
)
def test_what_only_a_programming_language_takes_for_a_date_is_none(served: Served, text: str) -> None:
    made = served.ask("POST", "/crm/objects/2026-03/deals", {"properties": {"closedate": text}})
    assert made.status_code == 400
    assert made.json()["errors"][0]["code"] == "INVALID_DATE"


def test_a_page_with_histories_holds_fifty(served: Served) -> None:
    assert served.ask("GET", CONTACTS, limit=50, propertiesWithHistory="firstname").status_code == 200
    refused = served.ask("GET", CONTACTS, limit=51, propertiesWithHistory="firstname")
    assert (refused.status_code, refused.json()["message"]) == (400, "limit must be a number between 1 and 50.")
    assert served.ask("GET", CONTACTS, limit=100).status_code == 200


@pytest.mark.parametrize("path", [CONTACTS, f"{LISTS}", "/crm/owners/2026-03", FORMS])
def test_a_slash_at_the_end_makes_no_difference(served: Served, path: str) -> None:
    assert served.ok("GET", f"{path}/") == served.ok("GET", path)


def test_an_address_that_cannot_be_read_is_told_so_on_the_page_that_asks(served: Served) -> None:
    query = {"client_id": "client-of-the-test", "redirect_uri": "http://[localhost/back", "scope": "oauth"}
    refused = served.ask("GET", "/oauth/authorize", **query)
    assert refused.status_code == 400
    assert "redirect URL" in refused.text
