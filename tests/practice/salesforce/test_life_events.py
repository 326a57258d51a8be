"""Deleting, bringing back, merging and converting, seen over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce import EXTERNAL_ID, RowError, SalesforceOrg
from crmsync_desktop.practice.salesforce.customisation import CustomField

from .conftest import Server

DAY = 86_400
CLOSE = {"StageName": "Prospecting", "CloseDate": "2027-02-01"}


def made(server: Server, kind: str, **fields: Any) -> str:
    answer = server.post(f"sobjects/{kind}", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def found(org: SalesforceOrg, record_id: str) -> dict[str, Any]:
    row = org.get(record_id)
    assert row is not None
    return row


def test_a_deletion_takes_the_cascade_along_and_an_undelete_brings_it_back(server: Server) -> None:
    account = made(server, "Account", Name="Acme")
    contact, gone_before = server.contact(AccountId=account), server.contact(AccountId=account)
    task = made(server, "Task", Subject="Call", WhoId=contact)
    server.call("DELETE", f"sobjects/Contact/{gone_before}")
    assert server.call("DELETE", f"sobjects/Account/{account}").status_code == 204
    gone = server.query(f"SELECT Id FROM Contact WHERE AccountId = '{account}' AND IsDeleted = true", everything=True)
    assert {row["Id"] for row in gone["records"]} == {contact, gone_before}
    assert found(server.org, task)["IsDeleted"] is True
    with pytest.raises(RowError, match="UNDELETE_FAILED"):
        server.org.undelete([contact])
    server.clock.advance(60)
    server.org.undelete([account])
    for back in (account, contact, task):
        assert found(server.org, back)["IsDeleted"] is False
        assert found(server.org, back)["SystemModstamp"] == "2027-01-15T08:01:00.000+0000"
    assert found(server.org, gone_before)["IsDeleted"] is True
    server.org.undelete([gone_before])
    assert found(server.org, gone_before)["AccountId"] == account


def test_other_lookups_to_a_deleted_record_are_emptied_and_filled_again(server: Server) -> None:
    boss = server.contact()
    report, moved = server.contact(ReportsToId=boss), server.contact(ReportsToId=boss)
    server.clock.advance(60)
    server.call("DELETE", f"sobjects/Contact/{boss}")
    after = server.get(f"sobjects/Contact/{report}").json()
    assert after["ReportsToId"] is None
    assert (after["SystemModstamp"], after["LastModifiedDate"]) == (
        "2027-01-15T08:01:00.000+0000",
        "2027-01-15T08:00:00.000+0000",
    )
    assert server.org.changed_by("Contact", [report]) == {report: "automation"}
    server.patch(f"sobjects/Contact/{moved}", {"ReportsToId": report})
    server.org.undelete([boss])
    assert found(server.org, report)["ReportsToId"] == boss
    assert found(server.org, moved)["ReportsToId"] == report


def test_what_must_stay_refuses_the_deletion_by_name(server: Server) -> None:
    account = made(server, "Account", Name="Acme")
    case = made(server, "Case", AccountId=account)
    number = server.get(f"sobjects/Case/{case}").json()["CaseNumber"]
    entry = server.refused(server.call("DELETE", f"sobjects/Account/{account}"), 400, "DELETE_FAILED")
    assert entry["message"] == (
        "Your attempt to delete Acme could not be completed because it is associated with the following cases.: "
        f"{number}\n"
    )
    server.call("DELETE", f"sobjects/Case/{case}")
    deal = made(server, "Opportunity", Name="Big", AccountId=account, **{**CLOSE, "StageName": "Closed Won"})
    entry = server.refused(server.call("DELETE", f"sobjects/Account/{account}"), 400, "DELETE_FAILED")
    assert entry["message"].endswith("the following opportunities.: Big\n")
    server.patch(f"sobjects/Opportunity/{deal}", {"StageName": "Closed Lost"})
    assert server.call("DELETE", f"sobjects/Account/{account}").status_code == 204
    assert found(server.org, deal)["IsDeleted"] is True


def test_users_stay(server: Server) -> None:
    user = server.org.users()[1]["Id"]
    server.refused(server.call("DELETE", f"sobjects/User/{user}"), 403, "INSUFFICIENT_ACCESS_OR_READONLY")


def test_an_emptied_bin_leaves_only_the_deletion_known(server: Server) -> None:
    account = made(server, "Account", Name="Acme")
    contact, live = server.contact(AccountId=account), server.contact()
    server.call("DELETE", f"sobjects/Account/{account}")
    server.org.empty_bin([account])
    assert server.query(f"SELECT Id FROM Contact WHERE Id = '{contact}'", everything=True)["totalSize"] == 0
    span = {"start": "2027-01-15T00:00:00Z", "end": "2027-01-16T00:00:00Z"}
    for kind, record in (("Account", account), ("Contact", contact)):
        listed = server.get(f"sobjects/{kind}/deleted", params=span).json()["deletedRecords"]
        assert listed == [{"deletedDate": "2027-01-15T08:00:00.000+0000", "id": record}]
    server.refused(server.get(f"sobjects/Contact/{contact}"), 404, "NOT_FOUND")
    record = {"attributes": {"type": "Contact"}, "Id": contact}
    (result,) = server.patch("composite/sobjects", {"records": [record]}).json()
    assert result["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    with pytest.raises(RowError, match="INVALID_ID_FIELD"):
        server.org.empty_bin([live])
    with pytest.raises(RowError, match="INVALID_CROSS_REFERENCE_KEY"):
        server.org.undelete([contact])


def test_after_15_days_the_bin_is_empty_and_getdeleted_too(server: Server) -> None:
    one, emptied = server.contact(), server.contact()
    server.org.delete([one, emptied])
    server.org.empty_bin([emptied])
    server.clock.advance(15 * DAY + 3700)
    assert server.query("SELECT Id FROM Contact", everything=True)["totalSize"] == 0
    span = {"start": "2027-01-16T08:00:00Z", "end": "2027-01-31T00:00:00Z"}
    assert server.get("sobjects/Contact/deleted", params=span).json()["deletedRecords"] == []
    assert server.org.get(one) is None
    assert server.org.store.db.execute("SELECT count(*) FROM _deletions").fetchone() == (0,)


def test_an_undelete_that_would_double_an_external_id_is_refused(server: Server) -> None:
    account = made(server, "Account", Name="Acme")
    server.contact(AccountId=account, **{EXTERNAL_ID: "7"})
    server.org.delete([account])
    other = server.contact(**{EXTERNAL_ID: "7"})
    with pytest.raises(RowError, match=f"DUPLICATE_VALUE.*{other}"):
        server.org.undelete([account])
    assert found(server.org, account)["IsDeleted"] is True


def test_contact_roles_come_back_only_with_their_opportunity(server: Server) -> None:
    deal, contact = made(server, "Opportunity", Name="Big", **CLOSE), server.contact()
    role = made(server, "OpportunityContactRole", OpportunityId=deal, ContactId=contact)
    server.org.delete([role])
    assert server.org.get(role) is None
    kept = made(server, "OpportunityContactRole", OpportunityId=deal, ContactId=contact)
    server.org.delete([deal])
    server.org.undelete([deal])
    assert found(server.org, kept)["IsDeleted"] is False


@pytest.mark.parametrize("kind", ["Account", "Contact", "Lead"])
def test_a_merge_keeps_the_masters_values_and_marks_the_losers(server: Server, kind: str) -> None:
    name = {"Name": "A"} if kind == "Account" else {"LastName": "A"}
    more = {"Company": "C"} if kind == "Lead" else {}
    master = made(server, kind, Phone="1", **name, **more)
    losers = [made(server, kind, Phone="2", Fax="3", **name, **more) for _ in range(2)]
    server.clock.advance(60)
    server.org.merge(master, losers, fields={"Fax": "3"})
    after = server.get(f"sobjects/{kind}/{master}").json()
    assert (after["Phone"], after["Fax"]) == ("1", "3")
    assert after["SystemModstamp"] == "2027-01-15T08:01:00.000+0000"
    gone = server.query(f"SELECT Id, MasterRecordId FROM {kind} WHERE IsDeleted = true", everything=True)["records"]
    assert {row["Id"]: row["MasterRecordId"] for row in gone} == dict.fromkeys(losers, master)
    server.refused(server.patch(f"sobjects/{kind}/{losers[0]}", {"Phone": "9"}), 404, "ENTITY_IS_DELETED")
    server.org.undelete(losers[:1])
    assert found(server.org, losers[0])["MasterRecordId"] is None


def test_cases_are_merged_too(server: Server) -> None:
    master, loser = made(server, "Case", Subject="A"), made(server, "Case", Subject="B")
    task = made(server, "Task", Subject="Call", WhatId=loser)
    server.org.merge(master, [loser])
    assert found(server.org, loser)["MasterRecordId"] == master
    assert found(server.org, task)["WhatId"] == master
    assert server.get(f"sobjects/Case/{master}").json()["Subject"] == "A"


def test_a_merge_moves_what_referred_to_the_losers(server: Server) -> None:
    deal, boss = made(server, "Opportunity", Name="Big", **CLOSE), server.contact()
    master, loser = server.contact(ReportsToId=boss), server.contact()
    twice = [made(server, "OpportunityContactRole", OpportunityId=deal, ContactId=who) for who in (master, loser)]
    report, case = server.contact(ReportsToId=loser), made(server, "Case", ContactId=loser)
    task = made(server, "Task", Subject="Call", WhoId=loser)
    server.org.merge(master, [loser])
    assert found(server.org, report)["ReportsToId"] == master
    assert found(server.org, case)["ContactId"] == master
    assert found(server.org, task)["WhoId"] == master
    assert [found(server.org, role)["IsDeleted"] for role in twice] == [False, True]
    server.org.merge(master, [boss])
    assert found(server.org, master)["ReportsToId"] is None


def test_merges_that_can_not_be(server: Server) -> None:
    one, other = server.contact(), server.contact()
    leads = [made(server, "Lead", LastName="L", Company="C") for _ in range(2)]
    server.org.convert_lead(leads[1])
    server.org.lock_rows([other], 60)
    for master, losers, fields, code in (
        (one, [other], {}, "UNABLE_TO_LOCK_ROW"),
        (one, [one], {}, "INVALID_OPERATION"),
        (leads[0], [leads[1]], {}, "CANNOT_UPDATE_CONVERTED_LEAD"),
        (one, [server.contact()], {"LastName": None}, "REQUIRED_FIELD_MISSING"),
        (one, [server.contact()], {"Nope": 1}, "INVALID_FIELD"),
        (made(server, "Opportunity", Name="D", **CLOSE), [other], {}, "MALFORMED_ID"),
    ):
        with pytest.raises(RowError, match=code):
            server.org.merge(master, losers, fields=fields)
    deals = [made(server, "Opportunity", Name="D", **CLOSE) for _ in range(2)]
    with pytest.raises(RowError, match="INVALID_TYPE"):
        server.org.merge(deals[0], deals[1:])
    assert found(server.org, other)["IsDeleted"] is False


def lead(server: Server, **fields: Any) -> str:
    return made(server, "Lead", **{"LastName": "Doe", "Company": "Acme", "Phone": "1", "City": "Oslo", **fields})


def test_a_conversion_without_an_opportunity_makes_an_account_and_a_contact(server: Server) -> None:
    one = lead(server, FirstName="Jane", Email="j@acme.example", LeadSource="Web", Description="D")
    ids = server.org.convert_lead(one)
    assert ids.keys() == {"account", "contact"}
    contact = server.get(f"sobjects/Contact/{ids['contact']}").json()
    assert (contact["Name"], contact["MailingCity"], contact["LeadSource"]) == ("Jane Doe", "Oslo", "Web")
    assert contact["AccountId"] == ids["account"]
    assert server.get(f"sobjects/Account/{ids['account']}").json()["BillingCity"] == "Oslo"
    soql = "SELECT Id, Status, ConvertedDate, ConvertedContactId FROM Lead WHERE IsConverted = true"
    (row,) = server.query(soql)["records"]
    assert (row["Id"], row["Status"], row["ConvertedDate"]) == (one, "Closed - Converted", "2027-01-15")
    assert row["ConvertedContactId"] == ids["contact"]
    server.refused(server.patch(f"sobjects/Lead/{one}", {"City": "X"}), 400, "CANNOT_UPDATE_CONVERTED_LEAD")
    entry = server.refused(
        server.post("sobjects/Task", {"Subject": "Call", "WhoId": one}), 400, "CANNOT_UPDATE_CONVERTED_LEAD"
    )
    assert entry["message"] == "cannot reference converted lead"
    with pytest.raises(RowError, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        server.org.convert_lead(one)


def test_a_conversion_into_existing_records_fills_only_what_they_lack(server: Server) -> None:
    account = made(server, "Account", Name="There", Phone="9")
    contact = server.contact(AccountId=account, Email="old@acme.example")
    one = lead(server, Email="new@acme.example", Website="acme.example")
    assert server.org.convert_lead(one, account=account, contact=contact) == {"account": account, "contact": contact}
    after = server.get(f"sobjects/Contact/{contact}").json()
    assert (after["Email"], after["Phone"], after["MailingCity"]) == ("old@acme.example", "1", "Oslo")
    after = server.get(f"sobjects/Account/{account}").json()
    assert (after["Name"], after["Phone"], after["Website"]) == ("There", "9", "acme.example")


def test_a_conversion_carries_custom_fields_activities_and_the_chosen_owner(server: Server) -> None:
    fields = tuple(CustomField("Score__c", "string", object=kind) for kind in ("Lead", "Contact", "Opportunity"))
    server.org.change_setup(custom_fields=fields)
    one = lead(server, Score__c="high", **{EXTERNAL_ID: "7"})
    task = made(server, "Task", Subject="Call", WhoId=one)
    seller = server.org.users()[1]["Id"]
    ids = server.org.convert_lead(one, opportunity="Deal", owner=seller, status="Closed - Converted")
    contact, deal = found(server.org, ids["contact"]), found(server.org, ids["opportunity"])
    assert (contact["Score__c"], deal["Score__c"], contact[EXTERNAL_ID]) == ("high", "high", None)
    assert (contact["OwnerId"], deal["OwnerId"], deal["StageName"]) == (seller, seller, "Prospecting")
    assert deal["CloseDate"] == "2027-03-31"
    moved = found(server.org, task)
    assert (moved["WhoId"], moved["WhatId"]) == (ids["contact"], ids["opportunity"])
    soql = f"SELECT ContactId, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '{ids['opportunity']}'"
    (role,) = server.query(soql)["records"]
    assert (role["ContactId"], role["IsPrimary"]) == (ids["contact"], True)


def test_conversions_that_can_not_be(server: Server) -> None:
    one, elsewhere = lead(server), server.contact()
    account = made(server, "Account", Name="A")
    retired = next(user["Id"] for user in server.org.users() if not user["IsActive"])
    with pytest.raises(RowError, match="INVALID_STATUS"):
        server.org.convert_lead(one, status="Working - Contacted")
    with pytest.raises(RowError, match="INVALID_CROSS_REFERENCE_KEY"):
        server.org.convert_lead(one, account=account, contact=elsewhere)
    with pytest.raises(RowError, match="INACTIVE_OWNER_OR_USER"):
        server.org.convert_lead(one, owner=retired)
    server.org.lock_rows([one], 60)
    with pytest.raises(RowError, match="UNABLE_TO_LOCK_ROW"):
        server.org.convert_lead(one)
    assert server.org.count("Account") == 1
    assert found(server.org, one)["IsConverted"] is False
