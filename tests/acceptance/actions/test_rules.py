"""Rules are checked when they are saved, and what can't be isn't saved, with what would be accepted."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crmsync_desktop.domain.action_rules import ActionRule, Then, When
from crmsync_desktop.domain.errors import SetupError
from tests.acceptance.actions.office import Office

GOOD = ActionRule(
    "Good", "contacts", When.VALUE, Then.TASK, property="jobtitle", values=("Boss",), subject="Call {firstname}"
)
LISTED = {"when": When.LIST, "property": "", "values": ()}
STAGED = {"object": "deals", "when": When.STAGE, "subject": "Call"}
FAIR = {"then": Then.CAMPAIGN, "campaign": "Spring fair"}
BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown object": ({"object": "invoices"}, "There are no rules for “invoices”", "contacts"),
    "an unknown property": ({"property": "jobtitel"}, "no property “jobtitel”", "“jobtitle”"),
    "no property": ({"property": ""}, "Say which property", "lifecyclestage"),
    "no value": ({"values": ()}, "Say which value of “Job", "--changes"),
    "a blank value": ({"values": (" ",)}, "is blank", "values"),
    "an unknown option": ({"property": "lifecyclestage", "values": ("custommer",)}, "no option", "customer"),
    "an unknown list": ({**LISTED, "list_id": "Nobody's"}, "no list of contacts", "There are"),
    "two lists of a name": ({**LISTED, "list_id": "Twice"}, "more than one list", "Say which one"),
    "a list of deals": ({**LISTED, "object": "deals", "list_id": "1"}, "Only lists of contacts", "stage"),
    "a stage of contacts": ({"when": When.STAGE, "stage": "x"}, "have no stages", "tickets"),
    "an unknown stage": ({**STAGED, "stage": "Contract Cent"}, "no stage of deals", "Contract Sent"),
    "an unknown pipeline": ({**STAGED, "pipeline": "P", "stage": "Contract Sent"}, "no pipeline of deals", "Pipeline"),
    "a blank subject": ({"subject": "  "}, "needs a subject", "{firstname}"),
    "a subject of two lines": ({"subject": "a\nb"}, "several lines", "one line"),
    "a long subject": ({"subject": "a" * 256}, "256 characters", "255"),
    "a long description": ({"description": "a" * 32_001}, "32,001 characters", "31,800"),
    "an unknown placeholder": ({"subject": "Call {frstname}"}, "{frstname}", "“firstname”"),
    "a placeholder in the description": ({"description": "{nope_at_all}"}, "{nope_at_all}", "internal name"),
    "half a brace": ({"subject": "Call {firstname"}, "brace", "{{"),
    "code in a placeholder": ({"subject": "{firstname.__class__}"}, "isn't a placeholder", "{firstname}"),
    "a due date in the past": ({"due_in_days": -1}, "-1 days", "0 to"),
    "an unknown priority": ({"priority": "Urgent"}, "Priority can't be", "High"),
    "an unknown status": ({"status": "Done"}, "Status can't be", "Completed"),
    "an unknown owner": ({"owner": "nobody@example.com"}, "no user with the e-mail address", "active user"),
    "no limit": ({"limit": 0}, "0 firings", "1 to"),
    "no name": ({"name": " "}, "can't be a rule's name", "characters"),
    "a number as a name": ({"name": "17"}, "can't be a number", "order"),
    "an unknown campaign": ({**FAIR, "campaign": "Nowhere"}, "no campaign “Nowhere”", "exact name"),
    "no campaign": ({**FAIR, "campaign": ""}, "Say which campaign", "id"),
    "two campaigns of a name": ({**FAIR, "campaign": "Twin"}, "has 2 campaigns", "id"),
    "an unknown member status": ({**FAIR, "member_status": "Ate"}, "no member status “Ate”", "“Responded”"),
    "a campaign for deals": ({**STAGED, **FAIR, "stage": "Contract Sent"}, "Only contacts and leads", "contacts"),
}


@pytest.fixture(scope="module")
def twins(shared: Any) -> None:
    office = Office(shared)
    for _ in range(2):
        office.campaign("Twin")
        shared.salesforce.create("Campaign", Name="Spring fair") if _ else None
    for name in ("Twice", "twice"):
        office.list_of(name)


@pytest.mark.parametrize(("changes", "title", "remedy"), BAD.values(), ids=BAD)
def test_a_rule_that_cannot_be_is_refused_whole(
    office: Office, twins: None, changes: dict[str, Any], title: str, remedy: str
) -> None:
    with pytest.raises(SetupError) as refused:
        office.save(msgspec.structs.replace(GOOD, **changes))
    assert title in refused.value.title
    assert remedy in f"{refused.value.detail} {refused.value.hint}"
    assert office.here.run(office.here.service.actions()) == []


def test_a_name_is_taken_once_and_an_edit_keeps_the_rules_number(office: Office) -> None:
    made = office.save(GOOD).rule
    with pytest.raises(SetupError, match="already"):
        office.save(msgspec.structs.replace(GOOD, name="GOOD"))
    same = office.save(msgspec.structs.replace(made, subject="Ring {firstname}"), "Good").rule
    assert (same.number, same.since) == (made.number, made.since)
    other = office.save(msgspec.structs.replace(made, values=("Chief",)), "good").rule
    assert other.number == made.number
    assert other.since > made.since
    assert office.here.run(office.here.service.switch_action("Good", False)).rule.on is False
    with pytest.raises(SetupError, match="no rule “Bad”"):
        office.here.run(office.here.service.switch_action("Bad", True))


def test_names_and_labels_become_what_the_systems_call_them(office: Office, twins: None) -> None:
    rule = office.save(
        msgspec.structs.replace(
            GOOD, object="Deals", when=When.STAGE, stage="contract sent", subject="Call", priority="HIGH", property=""
        )
    ).rule
    assert (rule.object, rule.pipeline, rule.stage, rule.priority) == ("deals", "default", "contractsent", "High")
    fair = office.save(msgspec.structs.replace(GOOD, name="Fair", **FAIR, member_status="responded")).rule
    assert fair.campaign.startswith("701")
    assert fair.member_status == "Responded"
