"""The org without HTTP: what its owner can do, and what stays."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import EXTERNAL_ID, RowError, SalesforceOrg

DAY = 86_400


def found(org: SalesforceOrg, record_id: str) -> dict[str, Any]:
    row = org.get(record_id)
    assert row is not None
    return row


def test_a_new_org_has_an_admin_a_seller_and_one_who_left(org: SalesforceOrg) -> None:
    people = [(user["Name"], user["IsActive"]) for user in org.users()]
    assert people == [("Ada Admin", True), ("Sam Seller", True), ("Rita Retired", False)]
    assert org.users()[0]["Id"] == org.admin_id
    assert org.count("Organization") == 1


def test_loading_gives_ids_names_and_stamps_and_keeps_no_blanks(org: SalesforceOrg) -> None:
    rows = [
        ("Contact", {"FirstName": " A ", "LastName": "B", "Title": " ", "SystemModstamp": 1_700_000_000}),
        ("Lead", {"LastName": "L", "Company": "C", "CreatedDate": 1_600_000_000, "SystemModstamp": 1_700_000_000}),
        ("Contact", {"LastName": "Now"}),
    ]
    assert org.load(rows) == 3
    first = found(org, "003Pr0000000001")
    assert (first["Name"], first["FirstName"], first["Title"]) == ("A B", "A", None)
    assert first["SystemModstamp"] == first["LastModifiedDate"] == "2023-11-14T22:13:20.000+0000"
    assert found(org, "00QPr0000000001")["CreatedDate"] == "2020-09-13T12:26:40.000+0000"
    assert found(org, "00QPr0000000001")["Status"] == "Open - Not Contacted"
    assert found(org, "003Pr0000000002")["SystemModstamp"] == "2027-01-15T08:00:00.000+0000"


def test_loading_something_unknown_loads_nothing(org: SalesforceOrg) -> None:
    for bad in (("Contact", {"LastName": "B", "Nope": 1}), ("Nope", {})):
        with pytest.raises(KeyError):
            org.load([("Contact", {"LastName": "A"}), bad])
    assert org.count("Contact") == 0


def test_everything_survives_a_restart_and_ids_are_not_given_twice(tmp_path: Path, clock: PracticeClock) -> None:
    org = SalesforceOrg(tmp_path / "again.db", clock)
    first = org.insert("Contact", {"LastName": "A"})
    before = (org.organization_id, org.admin_id, org.get(first))
    org.close()
    again = SalesforceOrg(tmp_path / "again.db", clock)
    try:
        assert (again.organization_id, again.admin_id, again.get(first)) == before
        assert again.insert("Contact", {"LastName": "B"}) > first
        assert len(again.users()) == 3
    finally:
        again.close()


def test_a_refused_call_leaves_nothing_behind(org: SalesforceOrg) -> None:
    new_id = org.insert("Contact", {"LastName": "A"})
    with pytest.raises(RowError, match="ENTITY_IS_DELETED"):
        org.delete([new_id, new_id])
    assert found(org, new_id)["IsDeleted"] is False


def test_undelete_brings_a_record_back_with_a_new_stamp(org: SalesforceOrg, clock: PracticeClock) -> None:
    new_id = org.insert("Contact", {"LastName": "A"})
    org.delete([new_id])
    assert org.count("Contact") == 0
    clock.advance(60)
    org.undelete([new_id])
    assert found(org, new_id)["IsDeleted"] is False
    assert found(org, new_id)["SystemModstamp"] == "2027-01-15T08:01:00.000+0000"
    with pytest.raises(RowError, match="UNDELETE_FAILED"):
        org.undelete([new_id])


def test_an_undelete_does_not_double_an_external_id(org: SalesforceOrg) -> None:
    gone = org.insert("Contact", {"LastName": "A", EXTERNAL_ID: "1"})
    org.delete([gone])
    org.insert("Contact", {"LastName": "B", EXTERNAL_ID: "1"})
    with pytest.raises(RowError, match="DUPLICATE_VALUE"):
        org.undelete([gone])


def test_the_recycle_bin_is_emptied_after_15_days(org: SalesforceOrg, clock: PracticeClock) -> None:
    new_id = org.insert("Contact", {"LastName": "A"})
    org.delete([new_id])
    clock.advance(15 * DAY - 10)
    org.purge()
    assert org.get(new_id) is not None
    clock.advance(3700)
    org.purge()
    assert org.get(new_id) is None


def test_deleting_an_account_takes_its_contacts_along_but_not_with_an_open_case(org: SalesforceOrg) -> None:
    account = org.insert("Account", {"Name": "Acme"})
    contact = org.insert("Contact", {"LastName": "A", "AccountId": account})
    case = org.insert("Case", {"AccountId": account})
    with pytest.raises(RowError, match="DELETE_FAILED"):
        org.delete([account])
    org.delete([case])
    org.delete([account])
    assert found(org, contact)["IsDeleted"] is True


def test_users_can_not_be_deleted(org: SalesforceOrg) -> None:
    with pytest.raises(RowError, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        org.delete([org.users()[1]["Id"]])


def test_a_merge_marks_the_losers_and_moves_what_hung_on_them(org: SalesforceOrg, clock: PracticeClock) -> None:
    master, loser = org.insert("Contact", {"LastName": "A"}), org.insert("Contact", {"LastName": "B"})
    task = org.insert("Task", {"Subject": "Call", "WhoId": loser})
    clock.advance(60)
    org.merge(master, [loser])
    assert found(org, loser)["MasterRecordId"] == master
    assert found(org, loser)["IsDeleted"] is True
    assert found(org, task)["WhoId"] == master
    assert found(org, master)["SystemModstamp"] == "2027-01-15T08:01:00.000+0000"
    assert org.count("Contact") == 1


def test_only_live_records_of_one_mergeable_type_merge(org: SalesforceOrg) -> None:
    contact, lead = org.insert("Contact", {"LastName": "A"}), org.insert("Lead", {"LastName": "B", "Company": "C"})
    deal = org.insert("Opportunity", {"Name": "D", "StageName": "Prospecting", "CloseDate": "2027-01-31"})
    for master, losers in ((contact, [lead]), (contact, [contact]), (contact, []), (deal, [deal])):
        with pytest.raises(RowError):
            org.merge(master, losers)


def test_converting_a_lead_makes_account_contact_and_opportunity(org: SalesforceOrg) -> None:
    fields = {"FirstName": "Jane", "LastName": "Doe", "Company": "Acme", "Email": "j@acme.com", "City": "Oslo"}
    lead = org.insert("Lead", fields)
    made = org.convert_lead(lead, opportunity="Deal")
    row = found(org, lead)
    assert row["IsConverted"] is True
    assert row["Status"] == "Closed - Converted"
    assert row["ConvertedDate"] == "2027-01-15"
    assert row["ConvertedAccountId"] == made["account"]
    assert row["ConvertedContactId"] == made["contact"]
    assert row["ConvertedOpportunityId"] == made["opportunity"]
    contact = found(org, made["contact"])
    assert (contact["Name"], contact["Email"], contact["MailingCity"]) == ("Jane Doe", "j@acme.com", "Oslo")
    assert contact["AccountId"] == made["account"]
    assert found(org, made["account"])["Name"] == "Acme"
    assert found(org, made["opportunity"])["CloseDate"] == "2027-03-31"
    assert org.count("OpportunityContactRole") == 1
    with pytest.raises(RowError, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        org.convert_lead(lead)


def test_stages_decide_the_computed_fields_of_an_opportunity(org: SalesforceOrg) -> None:
    fields = {"Name": "D", "StageName": "Qualification", "CloseDate": "2027-05-31", "Amount": 1000}
    deal = org.insert("Opportunity", fields)
    row = found(org, deal)
    assert (row["Probability"], row["ExpectedRevenue"], row["ForecastCategory"]) == (10.0, 100.0, "Pipeline")
    assert (row["FiscalYear"], row["FiscalQuarter"], row["Fiscal"]) == (2027, 2, "2027 2")
    org.update(deal, {"StageName": "Closed Won"})
    row = found(org, deal)
    assert (row["IsWon"], row["IsClosed"], row["Probability"]) == (True, True, 100.0)


def test_cases_are_numbered_and_closed_with_a_date(org: SalesforceOrg) -> None:
    case = org.insert("Case", {"Subject": "Help"})
    assert found(org, case)["CaseNumber"] == "00001001"
    assert found(org, case)["ClosedDate"] is None
    org.update(case, {"Status": "Closed"})
    assert found(org, case)["IsClosed"] is True
    assert found(org, case)["ClosedDate"] == "2027-01-15T08:00:00.000+0000"


def test_a_change_carries_the_name_of_who_made_it(org: SalesforceOrg) -> None:
    seller = org.users()[1]["Id"]
    new_id = org.insert("Contact", {"LastName": "A"})
    org.update(new_id, {"FirstName": "B"}, seller)
    row = found(org, new_id)
    assert (row["CreatedById"], row["LastModifiedById"], row["OwnerId"]) == (org.admin_id, seller, org.admin_id)


def test_several_threads_may_write_at_once(org: SalesforceOrg) -> None:
    def write(name: str) -> None:
        for _ in range(25):
            org.insert("Contact", {"LastName": name})

    threads = [threading.Thread(target=write, args=(f"T{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert org.count("Contact") == 100
