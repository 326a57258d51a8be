"""Objects beside the four that are synced most: activities, campaigns, and the tables behind status picklists."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Server


def made(server: Server, sobject: str, **fields: Any) -> str:
    answer = server.post(f"sobjects/{sobject}", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def plain(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "attributes"}


def test_the_stages_of_opportunities_can_be_queried_with_what_they_stand_for(server: Server) -> None:
    found = server.query(
        "SELECT MasterLabel, IsClosed, IsWon, DefaultProbability FROM OpportunityStage ORDER BY SortOrder"
    )
    stages = [plain(record) for record in found["records"]]
    described = {entry["name"]: entry for entry in server.get("sobjects/Opportunity/describe").json()["fields"]}
    assert [stage["MasterLabel"] for stage in stages] == [
        entry["value"] for entry in described["StageName"]["picklistValues"]
    ]
    assert stages[-2:] == [
        {"MasterLabel": "Closed Won", "IsClosed": True, "IsWon": True, "DefaultProbability": 100.0},
        {"MasterLabel": "Closed Lost", "IsClosed": True, "IsWon": False, "DefaultProbability": 0.0},
    ]


@pytest.mark.parametrize(
    ("table", "sobject", "field", "flag", "flagged", "default"),
    [
        ("CaseStatus", "Case", "Status", "IsClosed", ["Closed"], ["New"]),
        ("TaskStatus", "Task", "Status", "IsClosed", ["Completed"], ["Not Started"]),
        ("TaskPriority", "Task", "Priority", "IsHighPriority", ["High"], ["Normal"]),
        ("LeadStatus", "Lead", "Status", "IsConverted", ["Closed - Converted"], ["Open - Not Contacted"]),
    ],
)
def test_a_status_table_holds_the_values_of_its_picklist(
    server: Server, table: str, sobject: str, field: str, flag: str, flagged: list[str], default: list[str]
) -> None:
    rows = server.query(f"SELECT ApiName, {flag}, IsDefault FROM {table} ORDER BY SortOrder")["records"]
    described = {entry["name"]: entry for entry in server.get(f"sobjects/{sobject}/describe").json()["fields"]}
    assert [row["ApiName"] for row in rows] == [entry["value"] for entry in described[field]["picklistValues"]]
    assert [row["ApiName"] for row in rows if row[flag]] == flagged
    assert [row["ApiName"] for row in rows if row["IsDefault"]] == default


@pytest.mark.parametrize(
    "table", ["OpportunityStage", "CaseStatus", "TaskStatus", "TaskPriority", "LeadStatus", "RecordType"]
)
def test_a_table_that_only_setup_changes_takes_no_records(server: Server, table: str) -> None:
    described = server.get(f"sobjects/{table}/describe").json()
    assert (described["createable"], described["updateable"], described["deletable"]) == (False, False, False)
    answer = server.post(f"sobjects/{table}", {})
    entry = server.refused(answer, 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    assert entry["message"] == f"entity type cannot be inserted: {described['label']}"
    if table != "RecordType":
        row = server.query(f"SELECT Id FROM {table} LIMIT 1")["records"][0]["Id"]
        answer = server.patch(f"sobjects/{table}/{row}", {"MasterLabel": "x"})
        entry = server.refused(answer, 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
        assert entry["message"] == f"entity type cannot be updated: {described['label']}"


def test_an_event_knows_its_people_and_times(server: Server) -> None:
    account = made(server, "Account", Name="Acme")
    contact = server.contact(AccountId=account)
    event = made(
        server, "Event", Subject="Visit", WhoId=contact, StartDateTime="2027-03-01T10:00:00Z", DurationInMinutes=90
    )
    found = server.get(f"sobjects/Event/{event}").json()
    assert found["EndDateTime"] == "2027-03-01T11:30:00.000+0000"
    assert found["ActivityDateTime"] == found["StartDateTime"] == "2027-03-01T10:00:00.000+0000"
    assert (found["ActivityDate"], found["AccountId"], found["ShowAs"], found["IsArchived"]) == (
        "2027-03-01", account, "Busy", False,
    )  # fmt: skip
    (row,) = server.query(f"SELECT Who.Name, What.Name FROM Event WHERE Id = '{event}'")["records"]
    assert row["Who"]["Name"] == "Doe"
    assert row["What"] is None


def test_a_tasks_subtype_is_given_once(server: Server) -> None:
    task = made(server, "Task", Subject="Call", TaskSubtype="Call")
    found = server.get(f"sobjects/Task/{task}").json()
    assert (found["TaskSubtype"], found["Status"], found["Priority"], found["IsClosed"]) == (
        "Call", "Not Started", "Normal", False,
    )  # fmt: skip
    entry = server.refused(
        server.patch(f"sobjects/Task/{task}", {"TaskSubtype": "Email"}), 400, "INVALID_FIELD_FOR_INSERT_UPDATE"
    )
    assert entry["fields"] == ["TaskSubtype"]


def test_a_campaign_starts_with_two_member_statuses_and_a_response_is_noted(server: Server) -> None:
    campaign = made(server, "Campaign", Name="Spring fair")
    rows = server.query(
        f"SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus WHERE CampaignId = '{campaign}' ORDER BY SortOrder"
    )["records"]
    assert [plain(row) for row in rows] == [
        {"Label": "Sent", "IsDefault": True, "HasResponded": False},
        {"Label": "Responded", "IsDefault": False, "HasResponded": True},
    ]
    contact = server.contact()
    member = made(server, "CampaignMember", CampaignId=campaign, ContactId=contact)
    found = server.get(f"sobjects/CampaignMember/{member}").json()
    assert (found["Status"], found["HasResponded"], found["Type"], found["LeadOrContactId"]) == (
        "Sent", False, "Contact", contact,
    )  # fmt: skip
    server.patch(f"sobjects/CampaignMember/{member}", {"Status": "Responded"})
    found = server.get(f"sobjects/CampaignMember/{member}").json()
    assert (found["HasResponded"], found["FirstRespondedDate"]) == (True, "2027-01-15")
    server.patch(f"sobjects/CampaignMember/{member}", {"Status": "Shrugged"})
    assert server.get(f"sobjects/CampaignMember/{member}").json()["Status"] == "Sent"


def test_activities_that_are_over_for_a_year_are_archived_and_shown_by_query_all_alone(server: Server) -> None:
    old = {"StartDateTime": "2026-01-10T10:00:00Z", "DurationInMinutes": 30}
    event = made(server, "Event", Subject="Old", **old)
    made(server, "Event", Subject="New", StartDateTime="2027-01-14T10:00:00Z", DurationInMinutes=30)
    task = made(server, "Task", Subject="Old", ActivityDate="2026-01-10", Status="Completed")
    made(server, "Task", Subject="Open", ActivityDate="2026-01-10")
    server.clock.advance(3601)
    assert [row["Subject"] for row in server.query("SELECT Subject FROM Event")["records"]] == ["New"]
    assert [row["Subject"] for row in server.query("SELECT Subject FROM Task")["records"]] == ["Open"]
    for sobject, id18 in (("Event", event), ("Task", task)):
        rows = server.query(f"SELECT Id FROM {sobject} WHERE IsArchived = true", everything=True)["records"]
        assert [row["Id"] for row in rows] == [id18]


def test_a_campaign_and_its_members_show_what_stands_elsewhere(server: Server) -> None:
    campaign = made(server, "Campaign", Name="Fair")
    account = made(server, "Account", Name="Acme")
    contact = server.contact(FirstName="Jane", Email="j@practice.example", AccountId=account, MailingCity="Oslo")
    lead = made(server, "Lead", LastName="Roe", Company="Roe Ltd")
    first = made(server, "CampaignMember", CampaignId=campaign, ContactId=contact, Status="Responded")
    second = made(server, "CampaignMember", CampaignId=campaign, LeadId=lead)
    deal = {"Name": "D", "CloseDate": "2027-01-31", "CampaignId": campaign, "Amount": 100}
    made(server, "Opportunity", StageName="Closed Won", **deal)
    made(server, "Opportunity", StageName="Prospecting", **deal)
    before = server.get(f"sobjects/Campaign/{campaign}").json()
    numbers = {name: value for name, value in before.items() if name.startswith(("NumberOf", "Amount"))}
    assert numbers == {
        "NumberOfLeads": 1, "NumberOfConvertedLeads": 0, "NumberOfContacts": 1, "NumberOfResponses": 1,
        "NumberOfOpportunities": 2, "NumberOfWonOpportunities": 1, "AmountAllOpportunities": 200.0,
        "AmountWonOpportunities": 100.0,
    }  # fmt: skip
    member = server.get(f"sobjects/CampaignMember/{first}").json()
    assert (member["Name"], member["Email"], member["City"], member["CompanyOrAccount"]) == (
        "Jane Doe", "j@practice.example", "Oslo", "Acme",
    )  # fmt: skip
    assert server.get(f"sobjects/CampaignMember/{second}").json()["CompanyOrAccount"] == "Roe Ltd"
    server.clock.advance(60)
    server.patch(f"sobjects/Contact/{contact}", {"FirstName": "Joan"})
    (row,) = server.query("SELECT Name, SystemModstamp FROM CampaignMember WHERE FirstName = 'joan'")["records"]
    assert (row["Name"], row["SystemModstamp"]) == ("Joan Doe", member["SystemModstamp"])
    answer = server.patch(f"sobjects/CampaignMember/{first}", {"FirstName": "X"})
    server.refused(answer, 400, "INVALID_FIELD_FOR_INSERT_UPDATE")
