"""Each condition with each deed, over HTTP: it fires once for each record and occasion, and what was true before doesn't count."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.action_rules import When
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from tests.acceptance.actions.office import Office


def partner(office: Office, hubspot: str, pair: str = "contacts") -> str:
    found = office.here.partner(pair, Side.HUBSPOT, hubspot)
    assert found is not None
    return found


def test_a_contact_that_joins_a_list_gets_a_task_once_for_each_time_it_joins(office: Office) -> None:
    here = office.here
    before, joins = office.contact(), office.contact(firstname="Grace")
    newsletter = office.list_of("Newsletter", before)
    here.settled()
    office.task_rule("Welcome", "contacts", When.LIST, "Call {firstname} about {record.name}", list_id="newsletter")
    here.sync()
    office.join(newsletter, joins)
    here.sync()
    here.sync()
    assert office.tasks(partner(office, before)) == []
    (task,) = office.tasks(partner(office, joins))
    name = here.record("hubspot", "contacts", joins)["lastname"]
    assert task["Subject"] == f"Call Grace about Grace {name}"
    (fired,) = office.history("Welcome")
    assert (fired.state, fired.target_id) == ("done", task["Id"])
    assert fired.reason.startswith(f"Contact “Grace {name}” joined the list “Newsletter” on ")
    office.leave(newsletter, joins)
    office.join(newsletter, joins)
    here.sync()
    assert len(office.tasks(partner(office, joins))) == 2
    here.admin.reset_calls()


def test_a_deal_that_reaches_a_stage_gets_a_task_on_its_opportunity(office: Office) -> None:
    here = office.here
    deal = here.make("hubspot", "deals", dealname="Big one", dealstage="appointmentscheduled", pipeline="default",
                     closedate="2027-03-01")  # fmt: skip
    here.settled()
    office.task_rule(
        "Contract", "deals", When.STAGE, "Contract of {dealname} is {dealstage}", stage="Contract Sent",
        description="See {record.url}", due_in_days=3, priority="high",
    )  # fmt: skip
    here.edit("hubspot", "deals", deal, dealstage="contractsent")
    here.sync()
    here.sync()
    (task,) = office.tasks(partner(office, deal, "deals"))
    assert task["Subject"] == "Contract of Big one is Contract Sent"
    assert task["Priority"] == "High"
    assert task["ActivityDate"] is not None
    assert f"/record/0-3/{deal}" in task["Description"]
    assert "rule “Contract”" in task["Description"]
    (fired,) = office.history("Contract")
    assert fired.reason.startswith("Deal “Big one” reached “Contract Sent” on ")


def test_a_value_that_comes_and_goes_between_two_looks_counts_each_time(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Promoted", "contacts", When.VALUE, "Congratulate", property="jobtitle", values=("Boss",))
    for title in ("boss", "Clerk", "BOSS", "Clerk"):
        here.edit("hubspot", "contacts", person, jobtitle=title)
    here.sync()
    here.sync()
    assert len(office.tasks(partner(office, person))) == 2
    assert len(office.history("Promoted")) == 2


def test_any_new_value_counts_but_a_blank_one(office: Office) -> None:
    here = office.here
    person = office.contact()
    here.rule("contacts", "city", Rule.TWO_WAY)
    here.settled()
    office.task_rule("Moved", "contacts", When.CHANGED, "Check {city}", property="city")
    for city in ("Oslo", "", "Bergen"):
        here.edit("hubspot", "contacts", person, city=city)
        here.sync()
    subjects = sorted(task["Subject"] for task in office.tasks(partner(office, person)))
    assert subjects == ["Check Bergen", "Check Oslo"]


@pytest.mark.parametrize("object", ["Contact", "Lead"])
def test_a_campaign_takes_the_linked_person_and_its_status_is_set(office: Office, object: str) -> None:
    here = office.here
    person = office.contact()
    if object == "Lead":
        here.settings(contacts={"on_hubspot_change": "lead"})
        here.edit("hubspot", "contacts", person, company="Acme")
    here.settled()
    fair = office.campaign(f"Fair of {object}s", "Shook hands")
    campaign = f"Fair of {object}s"
    office.campaign_rule(f"In {object}", When.VALUE, campaign, property="jobtitle", values=("Boss",))
    office.campaign_rule(
        f"Met {object}", When.VALUE, fair, property="jobtitle", values=("Chief",), member_status="shook hands"
    )
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    here.sync()
    assert office.members(fair) == [(partner(office, person), "Sent")]
    here.edit("hubspot", "contacts", person, jobtitle="Chief")
    here.sync()
    here.sync()
    assert office.members(fair) == [(partner(office, person), "Shook hands")]
    (met,) = office.history(f"Met {object}")
    assert met.message == "The status was “Sent”."
