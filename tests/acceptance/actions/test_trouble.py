"""Rules when things go wrong: crashes, lost answers, limits, records that aren't linked. Each occasion still counts once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crmsync_desktop.app.views import Notice
from crmsync_desktop.domain.action_rules import When
from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.records import Side
from tests.acceptance.actions.office import Office
from tests.acceptance.life.world import World


def partner(office: Office, hubspot: str, pair: str = "contacts") -> str:
    found = office.here.partner(pair, Side.HUBSPOT, hubspot)
    assert found is not None
    return found


class Death(Exception):
    """The process ends here."""


class Steps:
    """All that rules do to the memory and to Salesforce, as steps; one of which is the last."""

    def __init__(self, here: World, patch: pytest.MonkeyPatch, last: int) -> None:
        self.taken = 0
        self._last = last
        assert here.service._ready is not None
        writer: Any = here.service._ready.crms[Side.SALESFORCE]
        for owner, name in ((here.store, "note"), (here.store, "update_firings"), (here.store, "move_cursor")):
            patch.setattr(owner, name, self._step(getattr(owner, name)))
        patch.setattr(writer, "write", self._sent(writer.write))

    def _step(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **named: Any) -> Any:
            self._count()
            return work(*args, **named)

        return stepped

    def _sent(self, work: Callable[..., Any]) -> Callable[..., Any]:
        async def sent(writes: Any) -> Any:
            self._count()
            answer = await work(writes)
            self._count()
            return answer

        return sent

    def _count(self) -> None:
        self.taken += 1
        if self.taken == self._last:
            raise Death


def test_a_death_at_any_step_leaves_no_occasion_out_and_does_none_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = office.here
    fair = office.campaign("Autumn fair", "Came")
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Call", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    office.campaign_rule("Fair", When.VALUE, fair, property="jobtitle", values=("Boss",), member_status="Came")
    deaths = 0
    for last in range(1, 100):
        here.edit("hubspot", "contacts", person, jobtitle="Clerk")
        here.settled()
        here.edit("hubspot", "contacts", person, jobtitle="Boss")
        with monkeypatch.context() as patch:
            steps = Steps(here, patch, last)
            try:
                here.sync()
            except BugError:
                deaths += 1
            died = steps.taken >= last
        here.sync()
        here.sync()
        assert len(office.tasks(partner(office, person))) == last, f"died at step {last}"
        assert office.members(fair) == [(partner(office, person), "Came")]
        if not died:
            break
        member = here.salesforce.query(f"SELECT Id FROM CampaignMember WHERE CampaignId = '{fair}'")[0]["Id"]
        here.salesforce.delete("CampaignMember", member)
    assert deaths > 5
    assert {each.state for rule in ("Call", "Fair") for each in office.history(rule)} == {"done"}


@pytest.mark.parametrize("arrived", [True, False])
def test_a_task_whose_answer_is_lost_is_made_once(office: Office, arrived: bool) -> None:
    here = office.here
    people = [office.contact(jobtitle="Clerk") for _ in range(3)]
    here.settled()
    office.task_rule("Lost", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    here.edit("hubspot", "contacts", people[0], jobtitle="Boss")
    here.sync()
    for person in people[1:]:
        here.edit("hubspot", "contacts", person, jobtitle="Boss")
    cut = {"drop_after_commit": True} if arrived else {"drop_before": True}
    here.admin.fault(
        "salesforce", method="POST", path="composite/sobjects", asks="CRMSync Desktop, rule", count=1, **cut
    )
    here.sync()
    assert {each.state for each in office.history("Lost", "unknown")} == {"unknown"}
    here.sync()
    here.sync()
    for person in people:
        assert len(office.tasks(partner(office, person))) == 1
    assert [each.state for each in office.history("Lost")] == ["done"] * 3
    assert len({each.target_id for each in office.history("Lost")}) == 3


def test_a_member_whose_answer_is_lost_is_made_once(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    fair = office.campaign("Winter fair")
    office.campaign_rule("Winter", When.VALUE, fair, property="jobtitle", values=("Boss",))
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    here.admin.fault("salesforce", method="POST", path="composite/sobjects", asks=fair, drop_after_commit=True)
    here.sync()
    here.sync()
    assert office.members(fair) == [(partner(office, person), "Sent")]
    assert [each.state for each in office.history("Winter")] == ["done"]


def test_no_more_fire_in_a_pass_than_the_rule_allows_and_the_rest_is_told(office: Office) -> None:
    here = office.here
    people = [office.contact(jobtitle="Clerk") for _ in range(5)]
    here.settled()
    office.task_rule("Few", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",), limit=2)
    for person in people:
        here.edit("hubspot", "contacts", person, jobtitle="Boss")
    done = []
    for _ in range(3):
        here.sync()
        done.append(len(office.history("Few", "done")))
        told = [row for row in here.store.errors(None, 0, 1_000) if row.code == "ACTION_LIMIT"]
        assert len(told) == (0 if done[-1] == 5 else 1)
    assert done == [2, 4, 5]


def test_a_record_without_a_counterpart_waits_and_says_so_and_fires_once_it_is_linked(office: Office) -> None:
    here = office.here
    stranger = here.make("hubspot", "deals", dealname="Lone", dealstage="appointmentscheduled", pipeline="default")
    office.task_rule("Deal", "deals", When.STAGE, "See {dealname}", stage="Qualified To Buy")
    here.edit("hubspot", "deals", stranger, dealstage="qualifiedtobuy")
    here.sync()
    here.sync()
    (waiting,) = office.history("Deal")
    assert waiting.state == "waiting"
    codes = [row.code for row in here.store.errors(None, 0, 1_000)]
    assert codes.count("ACTION_WAITS") == 1
    here.edit("hubspot", "deals", stranger, closedate="2027-05-01")
    here.settled()
    here.sync()
    (task,) = office.tasks(partner(office, stranger, "deals"))
    assert task["Subject"] == "See Lone"
    assert "ACTION_WAITS" not in [row.code for row in here.store.errors(None, 0, 1_000)]


def test_a_preview_says_how_many_would_fire_and_does_nothing(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Look first", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    said: list[str] = []
    stop = here.service.subscribe(lambda event: said.append(event.title) if isinstance(event, Notice) else None)
    for _ in range(2):
        seen = here.sync(preview=True)
        assert [tally.created for tally in seen.tallies if tally.pair == "actions"] == [1]
    stop()
    assert len(said) == 2
    assert "“Look first”: Contact “Ada " in said[0]
    assert all(each.rule != "Look first" for each in office.history())
    assert office.tasks(partner(office, person)) == []
    done = here.sync()
    assert [tally.created for tally in done.tallies if tally.pair == "actions"] == [1]
    assert len(office.tasks(partner(office, person))) == 1


def test_a_refused_task_is_told_with_the_record_and_tried_again_when_asked(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Refused", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    rule = {
        "sobject": "Task",
        "name": "Calls",
        "message": "No calls, please.",
        "field": "Subject",
        "when": [{"field": "Subject", "operator": "equals", "value": "Call"}],
    }
    here.admin.post("/salesforce/setup", validation_rules=[rule])
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    here.sync()
    here.sync()
    (failed,) = office.history("Refused")
    assert failed.state == "failed"
    assert failed.message == "No calls, please."
    (row,) = [row for row in here.store.errors(None, 0, 1_000) if row.object == "actions"]
    assert "became “Boss”" in row.message
    here.admin.post("/salesforce/setup", validation_rules=[])
    assert here.run(here.service.retry_firings("Refused", None)) == 1
    here.sync()
    assert len(office.tasks(partner(office, person))) == 1
    assert [row for row in here.store.errors(None, 0, 1_000) if row.object == "actions"] == []


def test_the_allocation_stops_rules_too_and_what_is_left_is_done_later(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Wall", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    here.sync(preview=True)
    used = here.service._budget.usage(Side.SALESFORCE).used
    here.settings(allocation=used + 1)
    stopped = here.sync()
    assert stopped.state == "stopped"
    here.settings(allocation=100_000)
    here.sync()
    assert len(office.tasks(partner(office, person))) == 1


def test_what_hubspot_refuses_to_tell_stops_its_rules_and_nothing_else(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Asked", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    here.admin.fault("hubspot", path="batch/read", asks="propertiesWithHistory", status=400, count=1)
    assert here.sync().state == "done"
    assert [row.code for row in here.store.errors(None, 0, 1_000) if row.object == "actions"] == ["ACTION_RULE"]
    assert here.sync().state == "done"
    assert [row.code for row in here.store.errors(None, 0, 1_000) if row.object == "actions"] == []
    assert len(office.tasks(partner(office, person))) == 1


def test_an_outage_while_hubspot_is_asked_stops_the_pass_and_loses_no_occasion(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Out", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    here.admin.fault("hubspot", path="batch/read", asks="propertiesWithHistory", status=503, count=0)
    assert here.sync().state == "stopped"
    here.admin.clear_faults()
    assert here.sync().state == "done"
    assert len(office.tasks(partner(office, person))) == 1


def test_a_lagging_index_makes_an_occasion_late_and_never_double(office: Office) -> None:
    here = office.here
    person = office.contact(jobtitle="Clerk")
    here.settled()
    office.task_rule("Late", "contacts", When.VALUE, "Call", property="jobtitle", values=("Boss",))
    here.admin.advance(4_000)
    here.sync()
    here.admin.post("/hubspot/search-lag", seconds=30)
    try:
        here.edit("hubspot", "contacts", person, jobtitle="Boss")
        here.sync()
        assert office.tasks(partner(office, person)) == []
        for _ in range(3):
            here.admin.advance(31)
            here.sync()
    finally:
        here.admin.post("/hubspot/search-lag", seconds=0)
    assert len(office.tasks(partner(office, person))) == 1


@pytest.mark.parametrize("lost", [False, True])
def test_a_task_that_a_rule_made_becomes_no_hubspot_task(office: Office, lost: bool) -> None:
    here = office.here
    here.settings(tasks={"enabled": True})
    person = office.contact(jobtitle="Clerk")
    here.settled()
    subject = f"Apart{here.number()}x"
    office.task_rule("Apart", "contacts", When.VALUE, subject, property="jobtitle", values=("Boss",))
    here.edit("hubspot", "contacts", person, jobtitle="Boss")
    if lost:
        here.admin.fault("salesforce", method="POST", path="composite/sobjects", asks=subject, drop_after_commit=True)
    here.sync()
    own = here.salesforce.create("Task", Subject=f"{subject}, own", WhoId=partner(office, person))
    here.sync()
    here.sync()
    assert len(office.tasks(partner(office, person))) == 2
    assert len(here.named("hubspot", "tasks", f"{subject}, own")) == 1
    assert len(here.named("hubspot", "tasks", subject)) == 1
    assert own
