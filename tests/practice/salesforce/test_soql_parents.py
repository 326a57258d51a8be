"""Parents and children: polymorphic lookups, TYPEOF, aliases, levels, semi-joins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import OrgSetup, SalesforceOrg

from .conftest import FrozenTime, Server, serve


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    clock = PracticeClock(source=FrozenTime())
    folder: Path = tmp_path_factory.mktemp("parents")
    org = SalesforceOrg(folder / "org.db", clock, setup=OrgSetup.from_json({"custom_objects": ["Subscription__c"]}))
    acme = org.insert("Account", {"Name": "Acme", "Phone": "555"})
    org.insert("Account", {"Name": "Lonely"})
    jane = org.insert("Contact", {"FirstName": "Jane", "LastName": "Doe", "AccountId": acme, "Email": "j@example.com"})
    lead = org.insert("Lead", {"LastName": "Lee", "Company": "Co"})
    deal = {"Name": "Big", "AccountId": acme, "StageName": "Prospecting", "CloseDate": "2027-03-01", "Amount": 10}
    opportunity = org.insert("Opportunity", deal)
    org.insert("Task", {"Subject": "A", "WhoId": jane, "WhatId": acme})
    org.insert("Task", {"Subject": "B", "WhoId": lead})
    org.insert("Task", {"Subject": "C", "WhoId": jane, "WhatId": opportunity})
    org.insert("Task", {"Subject": "D"})
    org.insert("Subscription__c", {"Account__c": acme, "Contact__c": jane, "Plan__c": "Team"})
    campaign = org.insert("Campaign", {"Name": "Spring"})
    org.insert("CampaignMember", {"CampaignId": campaign, "LeadId": lead})
    yield from serve(org, clock)
    org.close()


def column(server: Server, soql: str, name: str) -> list[Any]:
    return [record[name] for record in server.query(soql)["records"]]


def refusal(server: Server, soql: str, code: str = "MALFORMED_QUERY") -> str:
    return str(server.refused(server.get("query", params={"q": soql}), 400, code)["message"])


def test_a_polymorphic_parent_is_a_name_at_the_address_of_its_own_type(seeded: Server) -> None:
    soql = "SELECT Subject, Who.Id, Who.Name, Who.Type, What.Name, Owner.Email FROM Task ORDER BY Subject"
    first, second, _, alone = seeded.query(soql)["records"]
    contact, lead = first["Who"], second["Who"]
    assert contact["attributes"]["type"] == "Name"
    assert contact["attributes"]["url"] == f"/services/data/v60.0/sobjects/Contact/{contact['Id']}"
    assert (contact["Name"], contact["Type"]) == ("Jane Doe", "Contact")
    assert (lead["Name"], lead["Type"]) == ("Lee", "Lead")
    assert first["What"]["Name"] == "Acme"
    assert (alone["Who"], alone["What"]) == (None, None)
    assert alone["Owner"]["Email"] == "ada.admin@practice.example"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Who.Type = 'Contact'", ["A", "C"]),
        ("Who.Type IN ('lead')", ["B"]),
        ("Who.Type != 'Contact'", ["B", "D"]),
        ("Who.FirstName = 'JANE' AND What.Type = 'Account'", ["A"]),
        ("What.Name LIKE 'bi%'", ["C"]),
        ("Who.Email = 'j@example.com'", ["A", "C"]),
        ("Who.Id = null", ["D"]),
        ("WhoId = ''", ["D"]),
        ("What.FirstName = null AND What.Type = 'Account'", ["A"]),
        ("WhoId IN (SELECT Id FROM Lead)", ["B"]),
    ],
)
def test_filters_look_through_a_polymorphic_parent(seeded: Server, where: str, found: list[str]) -> None:
    assert column(seeded, f"SELECT Subject FROM Task WHERE {where} ORDER BY Subject", "Subject") == found


def test_tasks_are_ordered_and_grouped_by_what_they_are_about(seeded: Server) -> None:
    ordered = "SELECT Subject FROM Task ORDER BY What.Name DESC NULLS LAST, Subject"
    assert column(seeded, ordered, "Subject") == ["C", "A", "B", "D"]
    grouped = seeded.query("SELECT What.Type kind, COUNT(Id) n FROM Task GROUP BY What.Type")["records"]
    assert {record["kind"]: record["n"] for record in grouped} == {None: 2, "Account": 1, "Opportunity": 1}


def test_typeof_selects_by_the_type_of_the_parent(seeded: Server) -> None:
    soql = (
        "SELECT Subject, TYPEOF What WHEN Account THEN Phone, Owner.Name WHEN Opportunity THEN Amount ELSE Name END, "
        "TYPEOF Who WHEN Lead THEN Company ELSE Name, Type END FROM Task ORDER BY Subject"
    )
    account, lead, opportunity, alone = seeded.query(soql)["records"]
    assert account["What"]["attributes"]["type"] == "Account"
    assert (account["What"]["Phone"], account["What"]["Owner"]["Name"]) == ("555", "Ada Admin")
    assert list(opportunity["What"]) == ["attributes", "Amount"]
    assert lead["Who"]["Company"] == "Co"
    assert account["Who"]["attributes"]["type"] == "Name"
    assert (account["Who"]["Name"], account["Who"]["Type"]) == ("Jane Doe", "Contact")
    assert (alone["Who"], alone["What"]) == (None, None)
    (bare,) = seeded.query("SELECT TYPEOF Who WHEN Lead THEN Company END FROM Task WHERE Subject = 'A'")["records"]
    assert bare["Who"] is None
    above = "SELECT Id, Lead.Name, TYPEOF Lead.Owner WHEN User THEN Username END FROM CampaignMember"
    (member,) = seeded.query(above)["records"]
    assert member["Lead"]["Name"] == "Lee"
    assert member["Lead"]["Owner"]["Username"] == "ada.admin@practice.example"


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        ("SELECT Who.Account.Name FROM Task", "INVALID_FIELD", "Didn't understand relationship 'Account'"),
        ("SELECT Who.Company FROM Task", "INVALID_FIELD", "No such column 'Company' on entity 'Name'"),
        (
            "SELECT TYPEOF Account WHEN Account THEN Name END FROM Contact",
            "MALFORMED_QUERY",
            "polymorphic relationship",
        ),
        ("SELECT TYPEOF Who WHEN Account THEN Name END FROM Task", "MALFORMED_QUERY", "'Account' is not a type"),
        ("SELECT TYPEOF Who WHEN Lead THEN Id WHEN Lead THEN Name END FROM Task", "MALFORMED_QUERY", "named twice"),
        (
            "SELECT TYPEOF Who WHEN Lead THEN Nope END FROM Task",
            "INVALID_FIELD",
            "No such column 'Nope' on entity 'Lead'",
        ),
        (
            "SELECT TYPEOF Who WHEN Lead THEN Name ELSE Owner.Name END FROM Task",
            "INVALID_FIELD",
            "relationship 'Owner'",
        ),
        (
            "SELECT Who.Name, TYPEOF Who WHEN Lead THEN Name END FROM Task",
            "INVALID_FIELD",
            "duplicate field selected: Who",
        ),
        (
            "SELECT TYPEOF Who WHEN Lead THEN Name END, COUNT(Id) FROM Task",
            "MALFORMED_QUERY",
            "child queries or TYPEOF",
        ),
        ("SELECT TYPEOF Who END FROM Task", "MALFORMED_QUERY", "unexpected token: 'END'"),
        (
            "SELECT Account.Owner.Manager.Manager.Manager.Manager.Name FROM Contact",
            "INVALID_FIELD",
            "Maximum relationship",
        ),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(seeded: Server, soql: str, code: str, message: str) -> None:
    assert message in refusal(seeded, soql, code)


def test_five_levels_of_parents_are_enough(seeded: Server) -> None:
    soql = "SELECT Account.Owner.Manager.Manager.Manager.Name FROM Contact"
    (record,) = seeded.query(soql)["records"]
    assert record["Account"]["Owner"]["Manager"] is None


def test_more_than_55_parents_are_refused(seeded: Server) -> None:
    users = ["Owner", "CreatedBy", "LastModifiedBy"]
    paths = [f"{one}.{'Manager.' * depth}Name" for one in users for depth in range(5)]
    paths += [f"Account.{one}.{'Manager.' * depth}Name" for one in users for depth in range(4)]
    paths += [f"ReportsTo.{one}.{'Manager.' * depth}Name" for one in users for depth in range(4)]
    paths += [f"ReportsTo.Account.{one}.{'Manager.' * depth}Name" for one in users for depth in range(3)]
    paths += [f"ReportsTo.ReportsTo.{one}.{'Manager.' * depth}Name" for one in users for depth in range(3)]
    assert "Maximum number of child-to-parent" in refusal(seeded, f"SELECT {', '.join(paths)} FROM Contact")


def test_objects_and_parents_may_have_aliases(seeded: Server) -> None:
    soql = "SELECT c.FirstName, a.Name FROM Contact c, c.Account a, a.Owner o WHERE o.Name = 'Ada Admin'"
    (record,) = seeded.query(soql)["records"]
    assert (record["FirstName"], record["Account"]["Name"]) == ("Jane", "Acme")


def test_children_have_children_to_the_fifth_level(seeded: Server) -> None:
    soql = "SELECT Name, (SELECT FirstName, (SELECT Subject FROM Tasks ORDER BY Subject) FROM Account.Contacts) FROM Account"
    acme, lonely = sorted(seeded.query(soql)["records"], key=lambda record: str(record["Name"]))
    (jane,) = acme["Contacts"]["records"]
    assert [task["Subject"] for task in jane["Tasks"]["records"]] == ["A", "C"]
    assert lonely["Contacts"] is None
    deep = "SELECT Id FROM ChildAccounts"
    for _ in range(4):
        deep = f"SELECT Id, ({deep}) FROM ChildAccounts"
    soql = f"SELECT Id, ({deep}) FROM Account"
    assert "more than 5 levels" in refusal(seeded, soql)
    fits = "SELECT Id, (SELECT Id, (SELECT Id, (SELECT Id FROM ChildAccounts) FROM ChildAccounts) FROM ChildAccounts) "
    assert seeded.query(f"{fits} FROM Account")["totalSize"] == 2


def test_children_of_custom_objects_end_in_r(seeded: Server) -> None:
    soql = "SELECT (SELECT Plan__c, Account__r.Name FROM Subscriptions__r) FROM Contact"
    (record,) = seeded.query(soql)["records"]
    (subscription,) = record["Subscriptions__r"]["records"]
    assert (subscription["Plan__c"], subscription["Account__r"]["Name"]) == ("Team", "Acme")
    assert "'Subscriptions'" in refusal(seeded, "SELECT (SELECT Id FROM Subscriptions) FROM Contact", "INVALID_TYPE")


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        (
            "SELECT (SELECT COUNT(Id) FROM Contacts) FROM Account",
            "MALFORMED_QUERY",
            "Only root queries support aggregate",
        ),
        ("SELECT (SELECT Id FROM Contacts OFFSET 1) FROM Account", "MALFORMED_QUERY", "OFFSET is not allowed"),
        ("SELECT (SELECT Id FROM Owner.Contacts) FROM Account", "INVALID_TYPE", "'Owner.Contacts'"),
        (
            f"SELECT {', '.join(['(SELECT Id FROM Contacts)'] * 21)} FROM Account",
            "MALFORMED_QUERY",
            "Maximum number of",
        ),
        (
            "SELECT (SELECT Id FROM Contacts), (SELECT Id FROM Contacts) FROM Account",
            "INVALID_FIELD",
            "duplicate field",
        ),
    ],
)
def test_a_child_query_that_does_not_hold_is_refused(seeded: Server, soql: str, code: str, message: str) -> None:
    assert message in refusal(seeded, soql, code)


def test_semi_joins_and_anti_joins(seeded: Server) -> None:
    both = (
        "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE FirstName = 'Jane') "
        "AND Id NOT IN (SELECT AccountId FROM Opportunity WHERE Amount > 100)"
    )
    assert column(seeded, both, "Name") == ["Acme"]
    assert column(seeded, "SELECT Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact)", "Name") == [
        "Lonely"
    ]


IN_CONTACT = "Id IN (SELECT AccountId FROM Contact)"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (f"Name = 'x' OR {IN_CONTACT}", "Semi join sub-selects are not allowed with the 'OR' operator"),
        (f"Name = 'x' OR (Name = 'y' AND {IN_CONTACT})", "only allowed at the top level WHERE expressions"),
        (f"NOT {IN_CONTACT}", "only allowed at the top level WHERE expressions"),
        (f"{IN_CONTACT} AND {IN_CONTACT} AND {IN_CONTACT}", "Maximum 2 semi join sub-selects are allowed"),
        (
            "Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT WhoId FROM Task))",
            "Nesting of semi join sub-selects",
        ),
        ("Id IN (SELECT LastName FROM Contact)", "can only query id fields, cannot use: 'LastName'"),
        ("Id IN (SELECT AccountId FROM Contact LIMIT 1)", "can only query one field"),
        ("Id IN (SELECT AccountId FROM Contact ORDER BY Id)", "can only query one field"),
        ("Id IN (SELECT ParentId FROM Account)", "The inner and outer selects should not be on the same object type"),
        ("Id IN (SELECT Id FROM Contact)", "should point to the same object type"),
        ("Name IN (SELECT Id FROM Contact)", "should be an id field, cannot use : 'Name'"),
        ("Parent.Id IN (SELECT AccountId FROM Contact)", "should be an id field, cannot use : 'Parent.Id'"),
    ],
)
def test_a_semi_join_that_does_not_hold_is_refused(seeded: Server, where: str, message: str) -> None:
    assert message in refusal(seeded, f"SELECT Id FROM Account WHERE {where}")


def test_a_checkbox_is_never_null_not_even_that_of_a_parent_that_is_not_there(server: Server) -> None:
    """As the SOQL reference says (null in WHERE; null values in lookup relationships)."""
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    deal = {"StageName": "Prospecting", "CloseDate": "2027-03-01"}
    for name, more in (("Alone", {}), ("Kept", {"AccountId": account, "IsPrivate": True})):
        assert server.post("sobjects/Opportunity", {"Name": name, **deal, **more}).status_code == 201
    for where, found in {
        "Account.IsDeleted = false": ["Alone", "Kept"],
        "Account.IsDeleted = null": ["Alone", "Kept"],
        "Account.IsDeleted != true AND IsDeleted = null": ["Alone", "Kept"],
        "Account.IsDeleted IN (false)": ["Alone", "Kept"],
        "Account.IsDeleted = true": [],
        "IsPrivate != null": ["Kept"],
        "(NOT IsPrivate = null)": ["Kept"],
        "IsPrivate IN (null)": ["Alone"],
        "Opportunity.IsPrivate = null": ["Alone"],
    }.items():
        assert column(server, f"SELECT Name FROM Opportunity WHERE {where} ORDER BY Name", "Name") == found, where
