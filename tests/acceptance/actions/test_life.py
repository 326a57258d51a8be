"""Records that are merged, converted or deleted between an occasion and its action, and rules whose ground is taken away."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.domain.action_rules import When
from crmsync_desktop.domain.records import Side
from tests.acceptance.actions.office import Office

BOSS: dict[str, Any] = {"property": "message", "values": ("go",)}


def partner(office: Office, hubspot: str, pair: str = "contacts") -> str:
    found = office.here.partner(pair, Side.HUBSPOT, hubspot)
    assert found is not None
    return found


def codes(office: Office) -> list[str]:
    return [row.code for row in office.here.store.errors(None, 0, 1_000) if row.object == "actions"]


def test_a_merge_in_hubspot_makes_no_occasion_count_again(office: Office) -> None:
    here = office.here
    one, other = office.contact(), office.contact()
    here.settled()
    office.task_rule("Go", "contacts", When.VALUE, "Go", **BOSS)
    here.edit("hubspot", "contacts", one, message="go")
    here.sync()
    target = partner(office, one)
    survivor = here.merge("hubspot", "contacts", one, other)
    here.settled()
    here.sync()
    assert survivor not in (one, other)
    fired = office.history("Go")
    assert len([each for each in fired if each.occasion == fired[-1].occasion]) == 1
    assert len(office.tasks(target)) == len(fired)


def test_a_firing_that_waits_follows_the_record_that_its_own_was_merged_into(office: Office) -> None:
    here = office.here
    plain = {"dealstage": "appointmentscheduled", "pipeline": "default"}
    lone = here.make("hubspot", "deals", dealname="Lone", **plain)
    linked = here.make("hubspot", "deals", dealname="Linked", closedate="2027-01-01", **plain)
    here.settled()
    office.task_rule("Deal", "deals", When.VALUE, "See {dealname}", property="description", values=("go",))
    here.edit("hubspot", "deals", lone, description="go")
    here.sync()
    assert office.history("Deal")[0].state == "waiting"
    survivor = here.merge("hubspot", "deals", linked, lone)
    here.settled()
    here.sync()
    tasks = office.tasks(partner(office, survivor, "deals"))
    assert "See Lone" in {task["Subject"] for task in tasks}
    assert "ACTION_WAITS" not in codes(office)


def test_a_lead_that_is_converted_gets_its_task_and_its_membership_as_a_contact(office: Office) -> None:
    here = office.here
    here.settings(contacts={"on_hubspot_change": "lead"})
    person = office.contact(company="Acme")
    here.settled()
    lead = partner(office, person)
    fair = office.campaign("Converted fair", "Came")
    office.campaign_rule("In", When.VALUE, fair, **BOSS)
    office.campaign_rule("Came", When.VALUE, fair, property="message", values=("came",), member_status="Came")
    office.task_rule("Task", "contacts", When.VALUE, "Came", property="message", values=("came",))
    here.edit("hubspot", "contacts", person, message="go")
    here.sync()
    assert office.members(fair) == [(lead, "Sent")]
    contact = here.convert(lead)["contact"]
    here.edit("hubspot", "contacts", person, message="came")
    here.sync()
    here.sync()
    assert office.members(fair) == [(contact, "Came")]
    assert len(office.tasks(contact)) == 1


def test_a_rule_whose_list_or_property_is_gone_rests_and_the_others_go_on(office: Office) -> None:
    here = office.here
    person = office.contact()
    here.settled()
    base = str(here.orgs.announced["hubspot"]["url"])
    session = here.hubspot.session
    made = {
        "name": "short_lived",
        "label": "Short",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
    }
    session.post(f"{base}/crm/properties/2026-03/contacts", json=made, timeout=30).raise_for_status()
    some = office.list_of(f"Gone {here.number()}")
    office.task_rule("List", "contacts", When.LIST, "Call", list_id=some)
    office.task_rule("Property", "contacts", When.CHANGED, "Call", property="short_lived")
    office.task_rule("Whole", "contacts", When.VALUE, "Go", **BOSS)
    session.delete(f"{base}/crm/lists/2026-03/{some}", timeout=30).raise_for_status()
    session.delete(f"{base}/crm/properties/2026-03/contacts/short_lived", timeout=30).raise_for_status()
    here.store.save_document("schemas_outdated", True)
    here.edit("hubspot", "contacts", person, message="go")
    done = here.sync()
    assert done.state == "done", done.message
    assert len(office.tasks(partner(office, person))) == 1
    assert codes(office) == ["ACTION_RULE", "ACTION_RULE"]
    for name in ("List", "Property"):
        here.run(here.service.remove_action(name))
    assert codes(office) == []


@pytest.mark.parametrize("taken", ["status", "campaign"])
def test_a_campaign_that_lost_what_the_rule_sets_is_told_not_set_otherwise(office: Office, taken: str) -> None:
    here = office.here
    person = office.contact()
    here.settled()
    fair = office.campaign(f"Poor fair without {taken}", "Came")
    office.campaign_rule("Poor", When.VALUE, fair, member_status="Came", **BOSS)
    if taken == "status":
        (row,) = here.salesforce.query(
            f"SELECT Id FROM CampaignMemberStatus WHERE CampaignId = '{fair}' AND Label = 'Came'"
        )
        here.salesforce.delete("CampaignMemberStatus", row["Id"])
    else:
        here.salesforce.delete("Campaign", fair)
    here.edit("hubspot", "contacts", person, message="go")
    for _ in range(3):
        here.sync()
    (fired,) = office.history("Poor")
    assert fired.state == "failed"
    assert taken in fired.message
    if taken == "status":
        assert office.members(fair) == []
        assert "“Sent”, “Responded”" in fired.message


def test_whom_the_task_is_for_is_the_records_owners_counterpart_or_the_user_named(office: Office) -> None:
    here = office.here
    owners = here.run(here.service.owners())
    pair = next(row for row in owners.rows if row.salesforce and row.hubspot and row.salesforce.active)
    assert pair.hubspot is not None
    assert pair.salesforce is not None
    mine, nobodys = office.contact(hubspot_owner_id=pair.hubspot.id), office.contact()
    here.settled()
    office.task_rule("Owner", "contacts", When.VALUE, "By {hubspot_owner_id}", owner="record", **BOSS)
    office.task_rule("Named", "contacts", When.VALUE, "Named", owner=pair.salesforce.email.upper(), **BOSS)
    here.edit("hubspot", "contacts", mine, message="go")
    here.edit("hubspot", "contacts", nobodys, message="go", hubspot_owner_id="")
    here.sync()
    owned = {task["Subject"]: task["OwnerId"] for task in office.tasks(partner(office, mine))}
    assert owned == {f"By {pair.hubspot.name}": pair.salesforce.id, "Named": pair.salesforce.id}
    without = office.history("Owner", "done")
    assert "the connected user's" in "".join(each.message for each in without if each.record_id == nobodys)
    notices = [row for row in here.store.errors(None, 0, 1_000) if row.object == "actions"]
    assert [row.notice for row in notices] == [True]
