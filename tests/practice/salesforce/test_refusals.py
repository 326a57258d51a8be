"""Every write rule, once through a single row and once through a collection: the same code, the field named."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

from .conftest import Server

CONTACT = {"LastName": "Doe"}
NOBODY = "003Pr0000000099IAA"

BROKEN: list[tuple[str, dict[str, Any], str, str, list[str]]] = [
    ("Contact", {"FirstName": "J"}, "REQUIRED_FIELD_MISSING", "[LastName]", ["LastName"]),
    ("Contact", {"LastName": "  "}, "REQUIRED_FIELD_MISSING", "[LastName]", ["LastName"]),
    ("Lead", {}, "REQUIRED_FIELD_MISSING", "[LastName, Company]", ["LastName", "Company"]),
    ("Account", {"Phone": "1"}, "REQUIRED_FIELD_MISSING", "[Name]", ["Name"]),
    ("Opportunity", {"Name": "Deal"}, "REQUIRED_FIELD_MISSING", "[StageName, CloseDate]", ["StageName", "CloseDate"]),
    (
        "Contact",
        {**CONTACT, "FirstName": "x" * 41},
        "STRING_TOO_LONG",
        f"First Name: data value too large: {'x' * 41} (max length=40)",
        ["FirstName"],
    ),
    ("Contact", {**CONTACT, "Email": "not an address"}, "INVALID_EMAIL_ADDRESS", "not an address", ["Email"]),
    ("Contact", {**CONTACT, "Email": "a@b"}, "INVALID_EMAIL_ADDRESS", "a@b", ["Email"]),
    (
        "Contact",
        {**CONTACT, "CleanStatus": "Spotless"},
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "bad value for restricted picklist field: Spotless",
        ["CleanStatus"],
    ),
    ("Lead", {**CONTACT, "Company": "A", "AnnualRevenue": 1e19}, "NUMBER_OUTSIDE_VALID_RANGE", "", ["AnnualRevenue"]),
    ("Lead", {**CONTACT, "Company": "A", "NumberOfEmployees": 10**9}, "NUMBER_OUTSIDE_VALID_RANGE", "", None),
    ("Contact", {**CONTACT, "MailingLatitude": 91}, "NUMBER_OUTSIDE_VALID_RANGE", "Mailing Latitude", None),
    ("Contact", {**CONTACT, "IsDeleted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", "IsDeleted", ["IsDeleted"]),
    ("Contact", {**CONTACT, "Name": "J D"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Name", ["Name"]),
    ("Contact", {**CONTACT, "MailingAddress": {"city": "X"}}, "INVALID_FIELD_FOR_INSERT_UPDATE", "MailingAddress", None),
    ("Contact", {**CONTACT, "Id": NOBODY}, "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id", ["Id"]),
    ("Contact", {**CONTACT, "AccountId": "acme"}, "MALFORMED_ID", "Account ID: id value of incorrect type", ["AccountId"]),
    ("Contact", {**CONTACT, "AccountId": NOBODY}, "FIELD_INTEGRITY_EXCEPTION", "incorrect type", ["AccountId"]),
    ("Contact", {**CONTACT, "ReportsToId": NOBODY}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []),
    ("Opportunity", {"CampaignId": "701000000000001AAA", "Name": "x", "StageName": "Prospecting",
                     "CloseDate": "2027-01-31"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []),
    ("Task", {"IsReminderSet": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "Reminder Set", ["IsReminderSet"]),
]  # fmt: skip


@pytest.mark.parametrize(("sobject", "fields", "code", "message", "named"), BROKEN)
def test_a_broken_record_is_refused_by_rows_and_by_collections(
    server: Server, sobject: str, fields: dict[str, Any], code: str, message: str, named: list[str] | None
) -> None:
    entry = server.refused(server.post(f"sobjects/{sobject}", fields), 400, code)
    assert message in entry["message"]
    good, bad = {"attributes": {"type": "Contact"}, **CONTACT}, {"attributes": {"type": sobject}, **fields}
    first, second, third = server.post("composite/sobjects", {"records": [good, bad, good]}).json()
    assert first["success"]
    assert third["success"]
    assert second == {
        "success": False,
        "errors": [{"statusCode": code, "message": entry["message"], "fields": entry["fields"]}],
    }
    if named is not None:
        assert entry["fields"] == named
    assert server.org.count("Contact") == 2


def test_an_unknown_field_refuses_the_whole_row(server: Server) -> None:
    entry = server.refused(server.post("sobjects/Contact", {**CONTACT, "Nope": 1}), 400, "INVALID_FIELD")
    assert entry["message"] == "No such column 'Nope' on sobject of type Contact"
    record = {"attributes": {"type": "Contact"}, **CONTACT, "Nope": 1}
    (result,) = server.post("composite/sobjects", {"records": [record]}).json()
    assert result["errors"][0]["statusCode"] == "INVALID_FIELD"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("FirstName", 5),
        ("FirstName", True),
        ("FirstName", ["a"]),
        ("FirstName", {"a": 1}),
        ("Birthdate", "tomorrow"),
        ("Birthdate", "2027-02-30"),
        ("Birthdate", 5),
        ("MailingLatitude", "north"),
        ("MailingLatitude", True),
        ("AccountId", 5),
    ],
)
def test_a_wrong_json_type_refuses_the_whole_request(server: Server, field: str, value: object) -> None:
    server.refused(server.post("sobjects/Contact", {**CONTACT, field: value}), 400, "JSON_PARSER_ERROR")
    good = {"attributes": {"type": "Contact"}, **CONTACT}
    answer = server.post("composite/sobjects", {"records": [good, {**good, field: value}]})
    server.refused(answer, 400, "JSON_PARSER_ERROR")
    assert server.org.count("Contact") == 0


@pytest.mark.parametrize("value", ["9" * 400, 10**30, 1e300, "1_000", "٣", "0x10", "NaN", "Infinity"])
def test_what_only_a_programming_language_takes_for_a_number_is_refused(server: Server, value: object) -> None:
    for field in ("NumberOfEmployees", "AnnualRevenue"):
        answer = server.post("sobjects/Account", {"Name": "A", field: value})
        assert answer.status_code == 400, (field, answer.text)
        assert answer.json()[0]["errorCode"] in ("JSON_PARSER_ERROR", "NUMBER_OUTSIDE_VALID_RANGE")


def test_numbers_and_booleans_are_also_taken_as_text(server: Server) -> None:
    """A recorded update sends `"NumberOfEmployees": "10000"` and succeeds."""
    answer = server.post("sobjects/Account", {"Name": "A", "NumberOfEmployees": "10000", "AnnualRevenue": "1.5"})
    found = server.get(f"sobjects/Account/{answer.json()['id']}").json()
    assert (found["NumberOfEmployees"], found["AnnualRevenue"]) == (10000, 2.0)


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"nonsense", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(server: Server, body: bytes) -> None:
    server.refused(server.call("POST", "sobjects/Contact", data=body), 400, "JSON_PARSER_ERROR")


def test_an_external_id_belongs_to_one_record(server: Server) -> None:
    first = server.contact(**{EXTERNAL_ID: "7"})
    entry = server.refused(server.post("sobjects/Contact", {**CONTACT, EXTERNAL_ID: "7"}), 400, "DUPLICATE_VALUE")
    assert entry["message"] == f"duplicate value found: {EXTERNAL_ID} duplicates value on record with id: {first}"
    other = server.contact(**{EXTERNAL_ID: "8"})
    server.refused(server.patch(f"sobjects/Contact/{other}", {EXTERNAL_ID: "7"}), 400, "DUPLICATE_VALUE")
    assert server.patch(f"sobjects/Contact/{first}", {EXTERNAL_ID: "7"}).status_code == 204


def test_required_fields_can_not_be_emptied(server: Server) -> None:
    new_id = server.contact()
    entry = server.refused(server.patch(f"sobjects/Contact/{new_id}", {"LastName": ""}), 400, "REQUIRED_FIELD_MISSING")
    assert entry["fields"] == ["LastName"]


def test_an_inactive_user_can_not_become_owner(server: Server) -> None:
    retired = next(user["Id"] for user in server.org.users() if not user["IsActive"])
    entry = server.refused(
        server.post("sobjects/Contact", {**CONTACT, "OwnerId": retired}), 400, "INACTIVE_OWNER_OR_USER"
    )
    assert retired in entry["message"]
    seller = server.org.users()[1]["Id"]
    assert server.org.get(server.contact(OwnerId=seller))["OwnerId"] == seller  # type: ignore[index]


def test_a_lookup_to_a_deleted_record_is_refused(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    server.call("DELETE", f"sobjects/Account/{account}")
    server.refused(server.post("sobjects/Contact", {**CONTACT, "AccountId": account}), 404, "ENTITY_IS_DELETED")


def test_a_converted_lead_can_not_be_changed(server: Server) -> None:
    lead = server.post("sobjects/Lead", {"LastName": "Doe", "Company": "Acme"}).json()["id"]
    server.org.convert_lead(lead)
    entry = server.refused(server.patch(f"sobjects/Lead/{lead}", {"City": "X"}), 400, "CANNOT_UPDATE_CONVERTED_LEAD")
    assert entry["message"] == "cannot reference converted lead"


def test_unknown_addresses_versions_and_methods_are_refused(server: Server) -> None:
    for path in (
        "nope",
        "/services/data/v58.0/sobjects",
        "/services/data/v99.0/",
        "/services/nope",
        "/",
        "sobjects/X/Y/Z/A",
        "/services/data/v60.0//sobjects",  # a real org's answer to clients that joined addresses carelessly
        "sobjects//describe",
        "sobjects/Contact//",
    ):
        entry = server.refused(server.get(path), 404, "NOT_FOUND")
        assert entry["message"] == "The requested resource does not exist"
    server.refused(server.call("DELETE", "query"), 405, "METHOD_NOT_ALLOWED")
    server.refused(server.call("PUT", "sobjects/Contact"), 405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("header", "code", "message"),
    [
        ("Bearer wrong", "INVALID_SESSION_ID", "Session expired or invalid"),
        ("OAuth wrong", "INVALID_SESSION_ID", "Session expired or invalid"),
        ("OAuth ", "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
        ("Basic x", "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
        ("", "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
    ],
)
def test_a_wrong_token_is_401_and_costs_nothing(server: Server, header: str, code: str, message: str) -> None:
    entry = server.refused(server.get("limits", headers={"Authorization": header}), 401, code)
    assert entry["message"] == message
    assert server.org.usage.used() == 0
