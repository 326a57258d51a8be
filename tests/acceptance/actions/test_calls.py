"""What rules cost, against the least possible."""

from __future__ import annotations

from crmsync_desktop.domain.action_rules import When
from tests.acceptance.actions.office import Office


def cost(office: Office) -> tuple[int, int]:
    calls = office.here.calls()
    return calls.get("salesforce", 0), calls.get("hubspot", 0)


def test_rules_that_are_off_cost_nothing_and_one_that_waits_costs_a_search_for_its_object(office: Office) -> None:
    here = office.here
    here.settled()
    salesforce, hubspot = cost(office)
    office.task_rule("Off", "deals", When.STAGE, "Call", stage="Contract Sent", on=False)
    assert cost(office) == (salesforce, hubspot)
    office.task_rule("One", "deals", When.STAGE, "Call", stage="Contract Sent")
    office.task_rule("Two", "deals", When.VALUE, "Call", property="dealname", values=("Big",))
    here.sync()
    assert cost(office) == (salesforce, hubspot + 1)
    some = office.list_of(f"Some {here.number()}")
    office.task_rule("Three", "contacts", When.LIST, "Call", list_id=some)
    office.task_rule("Four", "contacts", When.LIST, "Ring", list_id=some)
    here.sync()
    assert cost(office) == (salesforce, hubspot + 2)


def test_a_record_that_changed_costs_a_call_for_fifty_and_a_batch_of_tasks_one(office: Office) -> None:
    here = office.here
    people = [office.contact() for _ in range(60)]
    here.settled()
    salesforce, hubspot = cost(office)
    office.task_rule("Many", "contacts", When.VALUE, "Call", property="message", values=("OPEN",))
    here.sync()
    for person in people:
        here.edit("hubspot", "contacts", person, message="OPEN")
    after = cost(office)
    assert len(office.history("Many", "done")) == 60
    # one search, two reads of histories; one call for 60 tasks
    assert after == (salesforce + 1, hubspot + 3)
    # what the overlap shows again costs no history
    assert cost(office) == (salesforce, hubspot + 1)


def test_a_batch_of_members_costs_a_look_at_them_one_at_the_statuses_and_the_write(office: Office) -> None:
    here = office.here
    people = [office.contact() for _ in range(3)]
    here.settled()
    salesforce, hubspot = cost(office)
    office.campaign(f"O'Hara's “fair” \\ {here.number()}")
    fair = office.campaign("O'Hara's")
    office.campaign_rule("Fair", When.VALUE, "o'hara's", property="message", values=("GO",))
    here.sync()
    for person in people:
        here.edit("hubspot", "contacts", person, message="GO")
    assert cost(office) == (salesforce + 3, hubspot + 2)
    assert len(office.members(fair)) == 3
    # who is a member already isn't written again
    for person in people:
        here.edit("hubspot", "contacts", person, message="")
        here.edit("hubspot", "contacts", person, message="GO")
    assert cost(office) == (salesforce + 2, hubspot + 2)
    assert [each.message for each in office.history("Fair")[:3]] == [
        "It was a member already with the status “Sent”."
    ] * 3


def test_two_rules_about_one_member_are_done_one_after_the_other(office: Office) -> None:
    here = office.here
    person = office.contact()
    here.settled()
    fair = office.campaign("Twice fair", "Came")
    office.campaign_rule("First", When.VALUE, fair, property="message", values=("BOTH",))
    office.campaign_rule("Second", When.VALUE, fair, property="message", values=("BOTH",), member_status="Came")
    here.edit("hubspot", "contacts", person, message="BOTH")
    here.sync()
    assert [status for _, status in office.members(fair)] == ["Came"]
    assert [each.state for each in office.history()[:2]] == ["done", "done"]
