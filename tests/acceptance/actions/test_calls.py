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
