"""What an org's own rules and triggers do to a save that comes over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce import EXTERNAL_ID, SalesforceOrg
from crmsync_desktop.practice.salesforce.automation_rules import (
    Condition,
    DuplicateRule,
    Trigger,
    ValidationRule,
    unknown_parts,
)

from .conftest import Server

ALLOW = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true"}
PHONE_RULE = ValidationRule(
    "Contact", "Phone_For_Directors", (Condition("Title", "equals", "Director"), Condition("Phone", "blank")),
    "A director needs a phone number.", "Phone",
)  # fmt: skip


def typed(kind: str, **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": kind}, **fields}


def test_a_validation_rule_refuses_rows_and_records_of_collections_at_its_field(server: Server) -> None:
    server.org.change_setup(validation_rules=(PHONE_RULE,))
    entry = server.refused(
        server.post("sobjects/Contact", {"LastName": "A", "Title": "Director"}),
        400,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    )
    assert entry == {
        "message": "A director needs a phone number.",
        "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "fields": ["Phone"],
    }
    good = server.contact(Title="Director", Phone="1")
    records = [
        typed("Contact", Id=good, Phone=None),
        typed("Contact", Id=server.contact(), FirstName="B"),
    ]
    first, second = server.patch("composite/sobjects", {"records": records}).json()
    assert first["errors"] == [
        {
            "statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "message": "A director needs a phone number.",
            "fields": ["Phone"],
        }
    ]
    assert second["success"]
    server.org.change_setup(validation_rules=())
    assert server.patch(f"sobjects/Contact/{good}", {"Phone": None}).status_code == 204


def test_every_broken_rule_is_reported_and_a_lookup_filter_has_its_own_code(server: Server) -> None:
    filtered = ValidationRule(
        "Contact", "Filter", (Condition("AccountId", "filled"),),
        "Value does not exist or does not match filter criteria.", "AccountId", "FIELD_FILTER_VALIDATION_EXCEPTION",
    )  # fmt: skip
    server.org.change_setup(validation_rules=(PHONE_RULE, filtered))
    account = server.post("sobjects/Account", {"Name": "A"}).json()["id"]
    body = {"LastName": "A", "Title": "Director", "AccountId": account}
    answer = server.post("sobjects/Contact", body)
    assert answer.status_code == 400
    assert [(entry["errorCode"], entry["fields"]) for entry in answer.json()] == [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", ["Phone"]),
        ("FIELD_FILTER_VALIDATION_EXCEPTION", ["AccountId"]),
    ]
    (result,) = server.post("composite/sobjects", {"records": [typed("Contact", **body)]}).json()
    assert [error["statusCode"] for error in result["errors"]] == [entry["errorCode"] for entry in answer.json()]


@pytest.mark.parametrize(
    ("condition", "bad", "good"),
    [
        (Condition("FirstName", "blank"), {}, {"FirstName": "A"}),
        (Condition("FirstName", "filled"), {"FirstName": "A"}, {}),
        (Condition("FirstName", "equals", "A"), {"FirstName": "A"}, {"FirstName": "a"}),
        (Condition("Title", "differs", "Boss"), {}, {"Title": "Boss"}),
        (Condition("Phone", "matches", r"\+.*"), {"Phone": "+47"}, {"Phone": "47"}),
        (Condition("Phone", "unlike", r"\+.*"), {"Phone": "47"}, {"Phone": "+47"}),
        (Condition("MailingLatitude", "below", 0.0), {"MailingLatitude": -1}, {"MailingLatitude": 1}),
        (Condition("Birthdate", "above", "2000-01-01"), {"Birthdate": "2001-01-01"}, {"Birthdate": "1999-01-01"}),
        (Condition("Email", "changed"), {"Email": "a@b.example"}, {"Phone": "1"}),
    ],
)
def test_each_operator_of_a_condition(
    server: Server, condition: Condition, bad: dict[str, Any], good: dict[str, Any]
) -> None:
    server.org.change_setup(validation_rules=(ValidationRule("Contact", "Rule", (condition,), "No."),))
    entry = server.refused(
        server.post("sobjects/Contact", {"LastName": "A", **bad}), 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    )
    assert entry["fields"] == []
    server.contact(**good)


def test_changed_looks_at_what_stood_before(server: Server) -> None:
    one = server.contact(Email="a@b.example")
    rule = ValidationRule("Contact", "Frozen", (Condition("Email", "changed"),), "The address is fixed.", "Email")
    server.org.change_setup(validation_rules=(rule,))
    assert server.patch(f"sobjects/Contact/{one}", {"Email": "a@b.example", "Phone": "1"}).status_code == 204
    server.refused(
        server.patch(f"sobjects/Contact/{one}", {"Email": "c@b.example"}), 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    )


def test_a_blocking_duplicate_rule_answers_as_real_orgs_do(server: Server) -> None:
    there = server.contact(Email="Jane@Acme.example")
    server.org.change_setup(duplicate_rules=(DuplicateRule("Contact", "Standard_Contact_Duplicate_Rule"),))
    answer = server.post("sobjects/Contact", {"LastName": "B", "Email": "jane@acme.example"}, headers=ALLOW)
    (entry,) = answer.json()
    assert answer.status_code == 400
    assert entry == {
        "duplicateResut": {
            "allowSave": False,
            "duplicateRule": "Standard_Contact_Duplicate_Rule",
            "duplicateRuleEntityType": "Contact",
            "errorMessage": "Use one of these records?",
            "matchResults": [
                {
                    "entityType": "Contact",
                    "errors": [],
                    "matchEngine": "ExactMatchEngine",
                    "matchRecords": [
                        {
                            "additionalInformation": [],
                            "fieldDiffs": [],
                            "matchConfidence": 100.0,
                            "record": {
                                "attributes": {
                                    "type": "Contact",
                                    "url": f"/services/data/v60.0/sobjects/Contact/{there}",
                                },
                                "Id": there,
                            },
                        }
                    ],
                    "rule": "Standard_Contact_Match_Rule_v1_1",
                    "size": 1,
                    "success": True,
                }
            ],
        },
        "message": "Use one of these records?",
        "errorCode": "DUPLICATES_DETECTED",
    }
    record = typed("Contact", LastName="B", Email="jane@acme.example")
    (result,) = server.post("composite/sobjects", {"records": [record]}).json()
    assert result["errors"] == [
        {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    ]
    assert server.patch(f"sobjects/Contact/{there}", {"Email": "jane@acme.example"}).status_code == 204


def test_a_rule_that_warns_lets_through_who_says_allow_save(server: Server) -> None:
    server.contact(Email="a@b.example")
    server.org.change_setup(duplicate_rules=(DuplicateRule("Contact", "Warn", action="allow", on=("insert",)),))
    body = {"LastName": "B", "Email": "a@b.example"}
    entry = server.refused(server.post("sobjects/Contact", body), 400, "DUPLICATES_DETECTED")
    assert entry["duplicateResut"]["allowSave"] is True
    never = {"Sforce-Duplicate-Rule-Header": "allowSave=false"}
    server.refused(server.post("sobjects/Contact", body, headers=never), 400, "DUPLICATES_DETECTED")
    made = server.post("sobjects/Contact", body, headers=ALLOW)
    assert made.status_code == 201
    assert server.post("composite/sobjects", {"records": [typed("Contact", **body)]}, headers=ALLOW).json()[0][
        "success"
    ]
    other = server.contact(Email="c@b.example")
    assert server.patch(f"sobjects/Contact/{other}", {"Email": "a@b.example"}).status_code == 204
    newer = server.refused(server.post("/services/data/v66.0/sobjects/Contact", body), 400, "DUPLICATES_DETECTED")
    record = newer["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]
    assert record["attributes"]["url"] == f"/services/data/v66.0/sobjects/Contact/{record['Id']}"
    assert server.org.insert("Contact", body)


def test_names_and_companies_match_without_case_accents_and_legal_forms(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Åkerlund & Rausing A.B."}).json()["id"]
    there = server.contact(FirstName="José", LastName="Núñez", AccountId=account)
    lead = server.post("sobjects/Lead", {"FirstName": "Joe", "LastName": "Nunez", "Company": "Other"}).json()["id"]
    rules = (
        DuplicateRule("Lead", "Lead_Against_Contacts", by="name_and_company", against="Contact"),
        DuplicateRule("Account", "Accounts", by="name_and_company"),
        DuplicateRule("Lead", "Leads", by="name_and_company"),
    )
    server.org.change_setup(duplicate_rules=rules)
    body = {"FirstName": "JOSE", "LastName": "nuñez", "Company": "akerlund rausing AB"}
    entry = server.refused(server.post("sobjects/Lead", body), 400, "DUPLICATES_DETECTED")
    match = entry["duplicateResut"]["matchResults"][0]
    assert (match["entityType"], match["matchEngine"]) == ("Contact", "FuzzyMatchEngine")
    assert [found["record"]["Id"] for found in match["matchRecords"]] == [there]
    server.refused(server.post("sobjects/Account", {"Name": "AKERLUND & RAUSING Inc"}), 400, "DUPLICATES_DETECTED")
    server.refused(
        server.post("sobjects/Lead", {"FirstName": "J", "LastName": "NUNEZ", "Company": "other"}),
        400,
        "DUPLICATES_DETECTED",
    )
    assert server.post("sobjects/Lead", {**body, "Company": "Elsewhere"}).status_code == 201
    assert server.patch(f"sobjects/Lead/{lead}", {"Phone": "1"}).status_code == 204
    assert server.post("sobjects/Account", {"Name": "Akerlund"}).status_code == 201


def test_triggers_change_fields_after_the_save_and_count_as_automation(server: Server) -> None:
    triggers = (
        Trigger("Contact", "Capitals", "upper", "LastName"),
        Trigger("Contact", "Copies", "copy", "Department", source="Title"),
        Trigger("Contact", "Sets", "set", "LeadSource", value="Web", on=("insert",)),
        Trigger("Contact", "Stamps", "stamp", "AssistantName"),
        Trigger("Contact", "Flips", "flip", "Fax", value="a", other="b"),
        Trigger("Account", "Counts", "count", "NumberOfEmployees"),
    )
    server.org.change_setup(triggers=triggers)
    one = server.contact(FirstName="Jane", LastName="Doe", Title="Boss")
    found = server.get(f"sobjects/Contact/{one}").json()
    assert (found["LastName"], found["Name"], found["Department"]) == ("DOE", "Jane DOE", "Boss")
    assert (found["LeadSource"], found["Fax"]) == ("Web", "a")
    assert found["AssistantName"] == "2027-01-15T08:00:00.000+0000"
    assert server.org.changed_by("Contact", [one]) == {one: "automation"}
    server.patch("composite/sobjects", {"records": [typed("Contact", Id=one, LeadSource="Other")]})
    found = server.get(f"sobjects/Contact/{one}").json()
    assert (found["LeadSource"], found["Fax"]) == ("Other", "b")
    account = server.post("sobjects/Account", {"Name": "A"}).json()["id"]
    server.patch(f"sobjects/Account/{account}", {"Name": "B"})
    assert server.get(f"sobjects/Account/{account}").json()["NumberOfEmployees"] == 2


def test_a_trigger_that_does_not_fit_runs_nothing(server: Server) -> None:
    only = Trigger("Contact", "Only", "set", "Fax", value="1", when=(Condition("Title", "equals", "Boss"),))
    server.org.change_setup(triggers=(only,))
    one = server.contact()
    assert server.get(f"sobjects/Contact/{one}").json()["Fax"] is None
    assert server.org.changed_by("Contact", [one]) == {one: "sync"}


def test_a_delayed_trigger_writes_later_with_a_stamp_of_its_own(server: Server) -> None:
    late = Trigger("Contact", "Late", "set", "Fax", value="late", on=("insert",), delay_seconds=90.0)
    server.org.change_setup(triggers=(late,))
    one, gone = server.contact(), server.contact()
    server.call("DELETE", f"sobjects/Contact/{gone}")
    server.clock.advance(89)
    before = server.get(f"sobjects/Contact/{one}").json()
    server.clock.advance(1)
    after = server.get(f"sobjects/Contact/{one}").json()
    assert (before["Fax"], after["Fax"]) == (None, "late")
    assert (before["SystemModstamp"], after["SystemModstamp"]) == (
        "2027-01-15T08:00:00.000+0000",
        "2027-01-15T08:01:30.000+0000",
    )
    assert server.org.changed_by("Contact", [one, gone]) == {one: "automation", gone: "sync"}


def test_a_roll_up_saves_the_parent(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "A"}).json()["id"]
    roll_up = Trigger("Contact", "Roll_Up", "touch_parent", "AccountId", source="NumberOfEmployees")
    server.org.change_setup(triggers=(roll_up,))
    server.clock.advance(60)
    records = [typed("Contact", LastName="A", AccountId=account) for _ in range(3)]
    assert all(result["success"] for result in server.post("composite/sobjects", {"records": records}).json())
    found = server.get(f"sobjects/Account/{account}").json()
    assert (found["NumberOfEmployees"], found["SystemModstamp"]) == (3, "2027-01-15T08:01:00.000+0000")
    assert server.org.changed_by("Account", [account]) == {account: "automation"}
    server.contact()


def test_deletions_set_triggers_off_too(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "A"}).json()["id"]
    one, kept = server.contact(AccountId=account), server.contact(AccountId=account, Title="Boss")
    server.org.change_setup(
        triggers=(
            Trigger("Contact", "Roll_Up", "touch_parent", "AccountId", source="NumberOfEmployees", on=("delete",)),
            Trigger("Contact", "Keep", "fail", when=(Condition("Title", "equals", "Boss"),), on=("delete",)),
        )
    )
    server.clock.advance(60)
    assert server.call("DELETE", f"sobjects/Contact/{one}").status_code == 204
    found = server.get(f"sobjects/Account/{account}").json()
    assert (found["NumberOfEmployees"], found["SystemModstamp"]) == (1, "2027-01-15T08:01:00.000+0000")
    assert server.org.changed_by("Account", [account]) == {account: "automation"}
    entry = server.refused(
        server.call("DELETE", f"sobjects/Contact/{kept}"), 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    )
    assert entry["message"].startswith("Keep: execution of BeforeDelete")
    server.org.lock_rows([account], 60)
    server.org.change_setup(triggers=server.org.setup.triggers[:1])
    server.refused(server.call("DELETE", f"sobjects/Contact/{kept}"), 400, "UNABLE_TO_LOCK_ROW")
    assert server.patch(f"sobjects/Contact/{server.contact()}", {"Phone": "1"}).status_code == 204


def test_a_failing_trigger_or_flow_saves_nothing_of_that_record(server: Server) -> None:
    when = (Condition("Title", "equals", "Boss"),)
    reason = "FIELD_INTEGRITY_EXCEPTION, no bosses: [Title]"
    server.org.change_setup(triggers=(Trigger("Contact", "NoBosses", "fail", value=reason, when=when),))
    records = [typed("Contact", LastName="A", Title="Boss"), typed("Contact", LastName="B")]
    bad, good = server.post("composite/sobjects", {"records": records}).json()
    assert good["success"]
    (error,) = bad["errors"]
    assert error["statusCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert error["message"] == (
        f"NoBosses: execution of BeforeInsert\n\ncaused by: System.DmlException: {reason}\n\n"
        "Trigger.NoBosses: line 3, column 1"
    )
    flow = Trigger("Contact", "No Bosses", "fail", when=when, kind="flow")
    server.org.change_setup(triggers=(flow,))
    entry = server.refused(
        server.patch(f"sobjects/Contact/{good['id']}", {"Title": "Boss"}), 400, "CANNOT_EXECUTE_FLOW_TRIGGER"
    )
    assert entry["message"].startswith("We can't save this record because the “No Bosses” process failed.")
    assert server.org.count("Contact") == 1
    assert server.get(f"sobjects/Contact/{good['id']}").json()["Title"] is None


def test_a_rule_may_only_name_what_the_org_has(org: SalesforceOrg) -> None:
    schema = org.store.schema
    assert unknown_parts(schema, PHONE_RULE) == []
    assert unknown_parts(schema, Trigger("Nope", "T", "upper", "A")) == ["Nope"]
    assert unknown_parts(schema, Trigger("Contact", "T", "copy", "Nope", source="Other")) == [
        "Contact.Nope",
        "Contact.Other",
    ]
    assert unknown_parts(schema, DuplicateRule("Contact", "D", against="Nope")) == ["Nope"]


def test_automation_leaves_the_external_id_alone(server: Server) -> None:
    server.org.change_setup(triggers=(Trigger("Contact", "Capitals", "upper", "LastName"),))
    answer = server.patch(f"sobjects/Contact/{EXTERNAL_ID}/7", {"LastName": "doe"})
    assert answer.json()["created"] is True
    assert server.get(f"sobjects/Contact/{EXTERNAL_ID}/7").json()["LastName"] == "DOE"
