"""Rules of single objects: activities, contact roles, campaign members, owners."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce.customisation import PicklistValue, StandardPicklist

from .conftest import Server

CLOSE = {"StageName": "Prospecting", "CloseDate": "2027-02-01"}
START = "2027-01-20T10:00:00.000+0000"


def made(server: Server, kind: str, **fields: Any) -> str:
    answer = server.post(f"sobjects/{kind}", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("kind", ["Task", "Event"])
def test_who_and_what_take_only_their_kinds_of_record(server: Server, kind: str) -> None:
    times = {"StartDateTime": START, "DurationInMinutes": 30} if kind == "Event" else {}
    account, contact = made(server, "Account", Name="A"), server.contact()
    lead = made(server, "Lead", LastName="L", Company="C")
    for fields in ({"WhoId": account}, {"WhatId": contact}, {"WhoId": lead, "WhatId": account}):
        entry = server.refused(
            server.post(f"sobjects/{kind}", {"Subject": "S", **times, **fields}), 400, "FIELD_INTEGRITY_EXCEPTION"
        )
        assert entry["fields"][0] in fields
    both = made(server, kind, Subject="S", WhoId=contact, WhatId=account, **times)
    server.refused(server.patch(f"sobjects/{kind}/{both}", {"WhoId": lead}), 400, "FIELD_INTEGRITY_EXCEPTION")
    made(server, kind, Subject="S", WhoId=lead, **times)


@pytest.mark.parametrize("kind", ["Task", "Event"])
def test_an_activitys_account_follows_from_what_it_is_about(server: Server, kind: str) -> None:
    times = {"StartDateTime": START, "DurationInMinutes": 30} if kind == "Event" else {}
    first, second = made(server, "Account", Name="A"), made(server, "Account", Name="B")
    contact = server.contact(AccountId=first)
    deal = made(server, "Opportunity", Name="D", AccountId=second, **CLOSE)
    one = made(server, kind, Subject="S", WhoId=contact, **times)
    assert server.get(f"sobjects/{kind}/{one}").json()["AccountId"] == first
    server.patch(f"sobjects/{kind}/{one}", {"WhatId": deal})
    assert server.get(f"sobjects/{kind}/{one}").json()["AccountId"] == second
    server.patch(f"sobjects/{kind}/{one}", {"WhatId": first, "WhoId": None})
    assert server.get(f"sobjects/{kind}/{one}").json()["AccountId"] == first
    server.patch(f"sobjects/{kind}/{one}", {"WhatId": None})
    assert server.get(f"sobjects/{kind}/{one}").json()["AccountId"] is None
    server.patch(f"sobjects/{kind}/{one}", {"WhatId": deal})
    server.patch(f"sobjects/{kind}/{one}", {"WhoId": contact})
    assert server.get(f"sobjects/{kind}/{one}").json()["AccountId"] == second


def test_a_tasks_subtype_stays_and_its_completion_is_stamped(server: Server) -> None:
    one = made(server, "Task", Subject="S", TaskSubtype="Call")
    server.refused(
        server.patch(f"sobjects/Task/{one}", {"TaskSubtype": "Email"}), 400, "INVALID_FIELD_FOR_INSERT_UPDATE"
    )
    server.clock.advance(60)
    server.patch(f"sobjects/Task/{one}", {"Status": "Completed"})
    done = server.get(f"sobjects/Task/{one}").json()
    assert (done["IsClosed"], done["CompletedDateTime"]) == (True, "2027-01-15T08:01:00.000+0000")
    server.clock.advance(60)
    server.patch(f"sobjects/Task/{one}", {"Subject": "T"})
    assert server.get(f"sobjects/Task/{one}").json()["CompletedDateTime"] == "2027-01-15T08:01:00.000+0000"
    server.patch(f"sobjects/Task/{one}", {"Status": "In Progress"})
    again = server.get(f"sobjects/Task/{one}").json()
    assert (again["IsClosed"], again["CompletedDateTime"]) == (False, None)


@pytest.mark.parametrize(
    ("fields", "code", "at"),
    [
        ({"DurationInMinutes": 30}, "REQUIRED_FIELD_MISSING", "StartDateTime"),
        ({"StartDateTime": START}, "REQUIRED_FIELD_MISSING", "DurationInMinutes"),
        (
            {"StartDateTime": START, "EndDateTime": "2027-01-20T11:00:00Z", "DurationInMinutes": 30},
            "FIELD_INTEGRITY_EXCEPTION",
            "DurationInMinutes",
        ),
        (
            {"StartDateTime": START, "EndDateTime": "2027-01-20T09:00:00Z"},
            "FIELD_INTEGRITY_EXCEPTION",
            "EndDateTime",
        ),
        ({"StartDateTime": START, "DurationInMinutes": -5}, "FIELD_INTEGRITY_EXCEPTION", "DurationInMinutes"),
        ({"StartDateTime": START, "DurationInMinutes": 20_161}, "FIELD_INTEGRITY_EXCEPTION", "DurationInMinutes"),
    ],
)
def test_an_event_needs_a_start_and_an_end_that_agree(
    server: Server, fields: dict[str, Any], code: str, at: str
) -> None:
    assert server.refused(server.post("sobjects/Event", {"Subject": "S", **fields}), 400, code)["fields"] == [at]


def test_an_events_times_follow_from_each_other(server: Server) -> None:
    one = made(server, "Event", Subject="S", StartDateTime=START, EndDateTime="2027-01-20T11:30:00Z")
    event = server.get(f"sobjects/Event/{one}").json()
    assert (event["DurationInMinutes"], event["ActivityDate"]) == (90, "2027-01-20")
    assert event["ActivityDateTime"] == START
    server.patch(f"sobjects/Event/{one}", {"StartDateTime": "2027-01-21T10:00:00Z"})
    event = server.get(f"sobjects/Event/{one}").json()
    assert (event["EndDateTime"], event["DurationInMinutes"]) == ("2027-01-21T11:30:00.000+0000", 90)
    server.patch(f"sobjects/Event/{one}", {"DurationInMinutes": 15})
    assert server.get(f"sobjects/Event/{one}").json()["EndDateTime"] == "2027-01-21T10:15:00.000+0000"
    day = made(server, "Event", Subject="S", IsAllDayEvent=True, StartDateTime="2027-01-20T00:00:00Z")
    assert server.get(f"sobjects/Event/{day}").json()["DurationInMinutes"] == 1440
    assert server.patch(f"sobjects/Event/{one}", {"Subject": "T"}).status_code == 204


def test_an_all_day_event_begins_at_midnight(server: Server) -> None:
    one = made(
        server, "Event", Subject="S", IsAllDayEvent=True, StartDateTime=START, EndDateTime="2027-01-21T00:00:00Z"
    )
    event = server.get(f"sobjects/Event/{one}").json()
    assert (event["StartDateTime"], event["DurationInMinutes"]) == ("2027-01-20T00:00:00.000+0000", 1440)


def test_a_task_that_repeats_has_no_due_date_or_status_of_its_own(server: Server) -> None:
    how = {
        "IsRecurrence": True,
        "RecurrenceStartDateOnly": "2027-01-20",
        "RecurrenceEndDateOnly": "2027-02-20",
        "RecurrenceType": "RecursDaily",
    }
    lacking = server.refused(
        server.post("sobjects/Task", {"Subject": "S", "IsRecurrence": True}), 400, "REQUIRED_FIELD_MISSING"
    )
    assert lacking["fields"] == ["RecurrenceStartDateOnly", "RecurrenceEndDateOnly", "RecurrenceType"]
    body = {"Subject": "S", **how, "ActivityDate": "2027-01-20"}
    entry = server.refused(server.post("sobjects/Task", body), 400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert entry["fields"] == ["ActivityDate"]
    series = made(server, "Task", Subject="S", **how)
    for fields in ({"ActivityDate": "2027-01-20"}, {"Status": "Completed"}):
        answer = server.patch(f"sobjects/Task/{series}", fields)
        assert server.refused(answer, 400, "INVALID_FIELD_FOR_INSERT_UPDATE")["fields"] == list(fields)
    assert server.patch(f"sobjects/Task/{series}", {"Subject": "T"}).status_code == 204


def test_a_private_event_belongs_to_nobody(server: Server) -> None:
    times = {"StartDateTime": START, "DurationInMinutes": 30}
    body = {"Subject": "S", "IsPrivate": True, "WhoId": server.contact(), **times}
    assert server.refused(server.post("sobjects/Event", body), 400, "FIELD_INTEGRITY_EXCEPTION")["fields"] == [
        "IsPrivate"
    ]
    made(server, "Event", Subject="S", IsPrivate=True, **times)


@pytest.mark.parametrize("other", [{"ActivityDateTime": "2027-01-20T11:00:00Z"}, {"ActivityDate": "2027-01-21"}])
def test_an_events_due_date_is_its_start(server: Server, other: dict[str, str]) -> None:
    body = {"Subject": "S", "StartDateTime": START, "DurationInMinutes": 30, **other}
    assert server.refused(server.post("sobjects/Event", body), 400, "FIELD_INTEGRITY_EXCEPTION")["fields"] == [*other]


def test_a_call_says_how_long_it_was_and_which_way_it_went(server: Server) -> None:
    one = made(server, "Task", TaskSubtype="Call", CallDurationInSeconds=95, CallType="Inbound", CallDisposition="Busy")
    task = server.get(f"sobjects/Task/{one}").json()
    assert (task["CallDurationInSeconds"], task["CallType"], task["CallDisposition"]) == (95, "Inbound", "Busy")
    refused = server.patch(f"sobjects/Task/{one}", {"CallType": "Sideways"})
    server.refused(refused, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")


def test_a_case_tells_nothing_of_an_activitys_account(server: Server) -> None:
    first, second = made(server, "Account", Name="A"), made(server, "Account", Name="B")
    case, contact = made(server, "Case", AccountId=first), server.contact(AccountId=second)
    one = made(server, "Task", Subject="S", WhatId=case)
    assert server.get(f"sobjects/Task/{one}").json()["AccountId"] is None
    both = made(server, "Task", Subject="S", WhatId=case, WhoId=contact)
    assert server.get(f"sobjects/Task/{both}").json()["AccountId"] == second


def test_an_admin_says_which_statuses_of_tasks_are_closed(server: Server) -> None:
    values = (
        PicklistValue("Open", default=True),
        PicklistValue("Erledigt", "Done", closed=True),
        PicklistValue("Dropped", closed=True),
    )
    with pytest.raises(ValueError, match="needs a closed value"):
        server.org.change_setup(picklists=(StandardPicklist("Task.Status", values[:1]),))
    before = made(server, "Task", Subject="S", Status="Completed")
    server.org.change_setup(picklists=(StandardPicklist("Task.Status", values),))
    soql = "SELECT ApiName, MasterLabel, IsDefault, IsClosed FROM TaskStatus ORDER BY SortOrder"
    rows = [tuple(row.values())[1:] for row in server.query(soql)["records"]]
    assert rows == [
        ("Open", "Open", True, False),
        ("Erledigt", "Done", False, True),
        ("Dropped", "Dropped", False, True),
    ]
    one = made(server, "Task", Subject="S", Status="Erledigt")
    assert server.get(f"sobjects/Task/{one}").json()["IsClosed"] is True
    first = server.get(f"sobjects/Task/{one}").json()["CompletedDateTime"]
    server.clock.advance(60)
    server.patch(f"sobjects/Task/{one}", {"Status": "Dropped"})
    assert server.get(f"sobjects/Task/{one}").json()["CompletedDateTime"] > first
    server.patch(f"sobjects/Task/{one}", {"Status": "Open"})
    assert server.get(f"sobjects/Task/{one}").json()["IsClosed"] is False
    assert server.get(f"sobjects/Task/{before}").json()["IsClosed"] is True
    server.org.change_setup(picklists=())
    assert [row["ApiName"] for row in server.query(soql)["records"]][2] == "Completed"


def test_a_contact_has_each_role_once_and_one_is_primary(server: Server) -> None:
    deal, one, other = made(server, "Opportunity", Name="D", **CLOSE), server.contact(), server.contact()
    first = made(
        server, "OpportunityContactRole", OpportunityId=deal, ContactId=one, Role="Decision Maker", IsPrimary=True
    )
    body = {"OpportunityId": deal, "ContactId": one, "Role": "Decision Maker"}
    entry = server.refused(server.post("sobjects/OpportunityContactRole", body), 400, "DUPLICATE_VALUE")
    assert entry["message"] == "Contact has already been added in that Contact Role."
    records = [{"attributes": {"type": "OpportunityContactRole"}, **body, "Role": "Other"} for _ in range(2)]
    good, bad = server.post("composite/sobjects", {"records": records}).json()
    assert (good["success"], bad["errors"][0]["statusCode"]) == (True, "DUPLICATE_VALUE")
    second = made(server, "OpportunityContactRole", OpportunityId=deal, ContactId=other, IsPrimary=True)
    soql = f"SELECT Id FROM OpportunityContactRole WHERE OpportunityId = '{deal}' AND IsPrimary = true"
    assert [row["Id"] for row in server.query(soql)["records"]] == [second]
    server.patch(f"sobjects/OpportunityContactRole/{first}", {"IsPrimary": True})
    assert [row["Id"] for row in server.query(soql)["records"]] == [first]
    assert server.org.changed_by("OpportunityContactRole", [second]) == {second: "automation"}


def test_an_opportunitys_contact_is_its_primary_role(server: Server) -> None:
    one, other = server.contact(), server.contact()
    deal = made(server, "Opportunity", Name="D", ContactId=one, **CLOSE)
    soql = f"SELECT Id, ContactId FROM OpportunityContactRole WHERE OpportunityId = '{deal}' AND IsPrimary = true"
    (role,) = server.query(soql)["records"]
    assert role["ContactId"] == one
    server.refused(
        server.patch(f"sobjects/Opportunity/{deal}", {"ContactId": other}), 400, "INVALID_FIELD_FOR_INSERT_UPDATE"
    )
    made(server, "OpportunityContactRole", OpportunityId=deal, ContactId=other, IsPrimary=True)
    assert server.get(f"sobjects/Opportunity/{deal}").json()["ContactId"] == other
    server.patch(f"sobjects/OpportunityContactRole/{role['Id']}", {"IsPrimary": True})
    assert server.get(f"sobjects/Opportunity/{deal}").json()["ContactId"] == one
    server.call("DELETE", f"sobjects/OpportunityContactRole/{role['Id']}")
    assert server.get(f"sobjects/Opportunity/{deal}").json()["ContactId"] is None
    made(server, "OpportunityContactRole", OpportunityId=deal, ContactId=one, IsPrimary=True)
    server.call("DELETE", f"sobjects/Contact/{one}")
    assert server.get(f"sobjects/Opportunity/{deal}").json()["ContactId"] is None


def test_a_person_is_in_a_campaign_once(server: Server) -> None:
    campaign, contact = made(server, "Campaign", Name="C"), server.contact()
    lead = made(server, "Lead", LastName="L", Company="C")
    made(server, "CampaignMember", CampaignId=campaign, ContactId=contact)
    made(server, "CampaignMember", CampaignId=campaign, LeadId=lead)
    for who in ({"ContactId": contact}, {"LeadId": lead}):
        entry = server.refused(
            server.post("sobjects/CampaignMember", {"CampaignId": campaign, **who}), 400, "DUPLICATE_VALUE"
        )
        assert entry["message"] == "Already a campaign member."
    server.refused(server.post("sobjects/CampaignMember", {"CampaignId": campaign}), 400, "REQUIRED_FIELD_MISSING")
    records = [{"attributes": {"type": "CampaignMember"}, "CampaignId": campaign, "ContactId": server.contact()}] * 2
    good, bad = server.post("composite/sobjects", {"records": records}).json()
    assert (good["success"], bad["errors"][0]["statusCode"]) == (True, "DUPLICATE_VALUE")
    ids = server.org.convert_lead(lead)
    soql = f"SELECT LeadId FROM CampaignMember WHERE ContactId = '{ids['contact']}'"
    assert [row["LeadId"] for row in server.query(soql)["records"]] == [lead]


def test_a_merge_leaves_a_person_in_a_campaign_once(server: Server) -> None:
    campaign, master, loser = made(server, "Campaign", Name="C"), server.contact(), server.contact()
    kept = made(server, "CampaignMember", CampaignId=campaign, ContactId=master)
    made(server, "CampaignMember", CampaignId=campaign, ContactId=loser)
    server.org.merge(master, [loser])
    soql = f"SELECT Id FROM CampaignMember WHERE CampaignId = '{campaign}'"
    assert [row["Id"] for row in server.query(soql)["records"]] == [kept]


def test_an_owner_changes_to_an_active_user_only(server: Server) -> None:
    users = {user["IsActive"]: user["Id"] for user in server.org.users()}
    for kind, fields in (("Account", {"Name": "A"}), ("Contact", {"LastName": "A"})):
        one = made(server, kind, **fields)
        assert server.patch(f"sobjects/{kind}/{one}", {"OwnerId": users[True]}).status_code == 204
        assert server.get(f"sobjects/{kind}/{one}").json()["OwnerId"] == users[True]
        server.refused(server.patch(f"sobjects/{kind}/{one}", {"OwnerId": users[False]}), 400, "INACTIVE_OWNER_OR_USER")


def test_a_lookup_to_an_object_that_the_org_does_not_show_is_no_good(server: Server) -> None:
    body = {"Name": "D", "Pricebook2Id": "01s000000000001AAA", **CLOSE}
    entry = server.refused(server.post("sobjects/Opportunity", body), 400, "INVALID_CROSS_REFERENCE_KEY")
    assert entry["message"] == "invalid cross reference id"
