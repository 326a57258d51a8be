"""Record types and currencies, as an org has them whose setup says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import OrgSetup, SalesforceOrg

from .conftest import FrozenTime, Server, serve

MASTER = "012000000000000AAA"


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    clock = PracticeClock(source=FrozenTime())
    setup = OrgSetup(record_types=True, multi_currency=True)
    org = SalesforceOrg(tmp_path_factory.mktemp("org") / "org.db", clock, setup=setup)
    yield from serve(org, clock)
    org.close()


def infos(server: Server, sobject: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get(f"sobjects/{sobject}/describe").json()["recordTypeInfos"]
    return found


def kind(server: Server, sobject: str, developer_name: str) -> str:
    soql = f"SELECT Id FROM RecordType WHERE SobjectType = '{sobject}' AND DeveloperName = '{developer_name}'"
    (row,) = server.query(soql)["records"]
    return str(row["Id"])


def field(server: Server, record: str, name: str) -> Any:
    return server.get(f"sobjects/Contact/{record}").json()[name]


def test_a_plain_org_has_the_master_record_type_alone(server: Server) -> None:
    assert [info["developerName"] for info in infos(server, "Contact")] == ["Master"]
    assert infos(server, "Contact")[0]["defaultRecordTypeMapping"]
    names = [entry["name"] for entry in server.get("sobjects/Contact/describe").json()["fields"]]
    assert "RecordTypeId" not in names
    assert server.query("SELECT Id FROM RecordType")["totalSize"] == 0


def test_describe_tells_the_record_types_and_which_is_the_default(typed: Server) -> None:
    found = {info["developerName"]: info for info in infos(typed, "Contact")}
    assert list(found) == ["Customer_Contact", "Supplier_Contact", "Former_Contact", "Master"]
    assert [name for name, info in found.items() if info["defaultRecordTypeMapping"]] == ["Customer_Contact"]
    assert [name for name, info in found.items() if info["available"]] == [
        "Customer_Contact", "Supplier_Contact", "Master",
    ]  # fmt: skip
    assert found["Supplier_Contact"]["recordTypeId"] == kind(typed, "Contact", "Supplier_Contact")
    assert found["Supplier_Contact"]["urls"]["layout"].endswith(found["Supplier_Contact"]["recordTypeId"])


def test_a_new_record_has_the_default_record_type_unless_another_is_given(typed: Server) -> None:
    default, supplier = kind(typed, "Contact", "Customer_Contact"), kind(typed, "Contact", "Supplier_Contact")
    record = typed.contact()
    assert field(typed, record, "RecordTypeId") == default
    assert field(typed, typed.contact(RecordTypeId=supplier[:15]), "RecordTypeId") == supplier
    assert field(typed, typed.contact(RecordTypeId=MASTER), "RecordTypeId") is None
    assert typed.patch(f"sobjects/Contact/{record}", {"RecordTypeId": supplier}).status_code == 204
    soql = f"SELECT RecordType.DeveloperName FROM Contact WHERE Id = '{record}'"
    assert typed.query(soql)["records"][0]["RecordType"]["DeveloperName"] == "Supplier_Contact"


def test_a_record_type_of_another_object_or_one_that_is_switched_off_is_refused(typed: Server) -> None:
    record = typed.contact()
    for wrong in (kind(typed, "Account", "Partner"), kind(typed, "Contact", "Former_Contact"), "012Pr00000ZZZZZ"):
        for answer in (
            typed.post("sobjects/Contact", {"LastName": "Doe", "RecordTypeId": wrong}),
            typed.patch(f"sobjects/Contact/{record}", {"RecordTypeId": wrong}),
        ):
            entry = typed.refused(answer, 400, "INVALID_CROSS_REFERENCE_KEY")
            assert entry["message"].startswith("Record Type ID: this ID value isn't valid for the user: 012Pr0")
            assert entry["fields"] == ["RecordTypeId"]


def test_a_record_type_leaves_only_some_values_of_a_restricted_picklist(typed: Server) -> None:
    supplier = kind(typed, "Contact", "Supplier_Contact")
    answer = typed.post("sobjects/Contact", {"LastName": "Doe", "RecordTypeId": supplier, "CleanStatus": "Skipped"})
    entry = typed.refused(answer, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert entry["message"] == "Clean Status: bad value for restricted picklist field: Skipped"
    record = typed.contact(RecordTypeId=supplier, CleanStatus="Matched")
    answer = typed.patch(f"sobjects/Contact/{record}", {"CleanStatus": "Skipped"})
    typed.refused(answer, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert field(typed, typed.contact(CleanStatus="Skipped"), "CleanStatus") == "Skipped"
    renewal = kind(typed, "Opportunity", "Renewal")
    deal = {"Name": "D", "StageName": "Qualification", "CloseDate": "2027-01-31", "RecordTypeId": renewal}
    assert typed.post("sobjects/Opportunity", deal).status_code == 201


def test_every_record_of_an_org_with_currencies_is_in_one_of_those_in_use(typed: Server) -> None:
    described = {entry["name"]: entry for entry in typed.get("sobjects/Opportunity/describe").json()["fields"]}
    code = described["CurrencyIsoCode"]
    assert [entry["value"] for entry in code["picklistValues"]] == ["EUR", "GBP", "JPY", "USD"]
    assert (code["restrictedPicklist"], code["defaultValue"], code["length"]) == (True, "USD", 3)
    deal = {"Name": "D", "StageName": "Prospecting", "CloseDate": "2027-01-31"}
    made = typed.post("sobjects/Opportunity", deal).json()["id"]
    assert typed.get(f"sobjects/Opportunity/{made}").json()["CurrencyIsoCode"] == "USD"
    assert typed.post("sobjects/Opportunity", {**deal, "CurrencyIsoCode": "EUR"}).status_code == 201
    answer = typed.post("sobjects/Opportunity", {**deal, "CurrencyIsoCode": "CHF"})
    typed.refused(answer, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    rows = typed.query("SELECT IsoCode, ConversionRate, IsActive, IsCorporate FROM CurrencyType")["records"]
    assert [row["IsoCode"] for row in rows if row["IsCorporate"]] == ["USD"]
    assert {row["IsoCode"]: row["IsActive"] for row in rows}["CHF"] is False


def test_older_records_get_the_corporate_currency_and_keep_their_stamps(server: Server) -> None:
    record = server.contact()
    before = server.get(f"sobjects/Contact/{record}").json()
    assert "CurrencyIsoCode" not in before
    server.clock.advance(60)
    server.org.change_setup(multi_currency=True)
    after = server.get(f"sobjects/Contact/{record}").json()
    assert after["CurrencyIsoCode"] == "USD"
    assert after["SystemModstamp"] == before["SystemModstamp"]
    server.org.change_setup(multi_currency=False)
    server.refused(server.get("query", params={"q": "SELECT Id FROM CurrencyType"}), 400, "INVALID_TYPE")
