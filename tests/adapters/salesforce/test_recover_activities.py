"""Activities whose create's answer was lost: each finds its own task, and none takes another's."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from crmsync_desktop.domain.records import Category, Op, Outcome, Side, Write, Written
from crmsync_desktop.practice.salesforce.setup import OrgSetup
from tests.adapters.salesforce.conftest import Site
from tests.adapters.salesforce.test_activities import READABLE, of, read, want
from tests.adapters.salesforce.test_task_contract import EXTERNAL

pytestmark = pytest.mark.http

VARIANTS = ("Task", "Task.Call", "Task.Email", "Task.Form", "Task.Meeting", "Task.Note")
"""In the order in which one request has them."""
WITH_ID = pytest.mark.parametrize("site", [{"setup": OrgSetup(custom_fields=(EXTERNAL,))}], indirect=True)


def create(site: Site, key: str, object: str, **values: str | None) -> Write:
    journaled = datetime.fromtimestamp(site.clock.now() + 0.75, UTC).isoformat()
    return Write(key, Side.SALESFORCE, object, Op.CREATE, None, dict(values), f"7{key}", journaled)


def lost(site: Site, *creates: Write) -> list[str | None]:
    """Sent, and the answer lost; the ids that they have in the org, by what they say."""
    site.faults.plan.append(("", "/composite/sobjects", "lose"))
    answers: list[Written] = site.use(lambda crm: crm.write(creates))
    assert {answer.outcome for answer in answers} == {Outcome.UNKNOWN}
    rows = site.org.store.db.execute("SELECT Id FROM Task WHERE IsDeleted = 0 ORDER BY _n").fetchall()
    return [id for (id,) in rows]


def recovered(site: Site, *creates: Write) -> list[str | None]:
    answers: list[Written] = site.use(lambda crm: crm.recover(creates))
    assert all(answer.outcome in (Outcome.DONE, Outcome.FAILED) and not answer.faults for answer in answers)
    assert all((answer.outcome is Outcome.DONE) == (answer.id is not None) for answer in answers)
    return [answer.id for answer in answers]


def test_every_variant_is_found_again_with_one_call(site: Site) -> None:
    contact = site.org.insert("Contact", {"LastName": "Person"})
    creates = [
        create(
            site, f"{n}", name, Subject="The same", Description=f"Body {n}", WhoId=contact, ActivityDate="2027-01-20"
        )
        for n, name in enumerate(VARIANTS)
    ]
    ids = lost(site, *creates)
    before = site.budget.calls(purpose="recover")
    assert recovered(site, *reversed(creates)) == ids[::-1]
    assert site.budget.calls(purpose="recover") - before == 2  # six queries


def test_notes_that_bear_the_same_subject_are_told_apart_by_what_they_say(site: Site) -> None:
    contact = site.org.insert("Contact", {"LastName": "Person"})
    never = [create(site, f"n{n}", "Task.Note", Description=f"Never sent {n}", WhoId=contact) for n in range(3)]
    sent = [create(site, f"s{n}", "Task.Note", Description=f"Said {n}", WhoId=contact) for n in range(3)]
    ids = lost(site, *sent)
    assert recovered(site, *never, *sent) == [None, None, None, *ids]


def test_a_create_that_never_left_takes_nothing_of_another_with_the_same_subject(site: Site) -> None:
    one, other = (site.org.insert("Contact", {"LastName": name}) for name in ("One", "Other"))
    never = create(site, "n", "Task.Call", Subject="Call", WhoId=one)
    sent = create(site, "s", "Task.Call", Subject="Call", WhoId=other)
    assert recovered(site, never, sent) == [None, None]
    ids = lost(site, sent)
    assert recovered(site, never, sent) == [None, *ids]


def test_what_a_flow_of_the_org_changed_since_does_not_hide_it(site: Site) -> None:
    account = site.org.insert("Account", {"Name": "A"})
    contact = site.org.insert("Contact", {"LastName": "Person", "AccountId": account})
    made = create(site, "a", "Task.Email", Subject="Offer", Description="Text", WhoId=contact)
    ids = lost(site, made)
    site.org.update(ids[0] or "", {"WhatId": account, "Priority": "High"})
    assert recovered(site, made) == ids


def test_one_thrown_away_since_is_not_made_again(site: Site) -> None:
    made = create(site, "a", "Task.Note", Description="Said")
    ids = lost(site, made)
    site.org.delete([ids[0] or ""])
    assert recovered(site, made) == ids


def test_a_subject_that_cannot_be_asked_for_is_compared(site: Site) -> None:
    odd = create(site, "a", "Task.Email", Subject="line\x0bbreak", Description="Text")
    other = create(site, "b", "Task.Email", Subject="Plain", Description="Text")
    ids = lost(site, odd, other)
    assert recovered(site, odd, other) == ids


def test_events_are_found_by_their_subject_and_beginning(site: Site) -> None:
    def event(key: str, hour: int) -> Write:
        times = {"StartDateTime": f"2027-01-20T{hour}:00:00Z", "EndDateTime": f"2027-01-20T{hour + 1}:00:00Z"}
        return create(site, key, "Event", Subject="Standup", **times)

    first, second = event("a", 10), event("b", 12)
    site.faults.plan.append(("", "/composite/sobjects", "lose"))
    site.use(lambda crm: crm.write([second]))
    (_, found) = recovered(site, first, second)
    assert recovered(site, first, second) == [None, found]
    assert found is not None
    assert site.org.count("Event") == 1


@WITH_ID
def test_the_external_id_tells_variants_with_the_same_number_apart(site: Site) -> None:
    creates = [
        msgspec.structs.replace(create(site, name, name, Subject="The same"), origin_id="71") for name in VARIANTS
    ]
    ids = lost(site, *creates)
    kept = [(site.org.get(id or "") or {})["CRMSync_HubSpot_Id__c"] for id in ids]
    assert kept == ["71", "Call-71", "Email-71", "Form-71", "Meeting-71", "Note-71"]
    assert recovered(site, *creates) == ids
    again: list[Written] = site.use(lambda crm: crm.write(creates))
    assert {answer.faults[0].category for answer in again} == {Category.DUPLICATES}
    assert [answer.faults[0].existing_id for answer in again] == ids
    assert site.org.count("Task") == 6


@WITH_ID
def test_an_external_id_is_certain_whatever_was_edited(site: Site) -> None:
    made = create(site, "a", "Task.Call", Subject="Call", Description="Text")
    ids = lost(site, made)
    site.org.update(ids[0] or "", {"Subject": "Renamed", "Description": "Other"})
    site.pass_time(1_000)
    assert recovered(site, made, create(site, "b", "Task.Call", Subject="Renamed")) == [*ids, None]


@WITH_ID
def test_an_id_that_the_field_cannot_hold_is_stood_for_by_another(site: Site) -> None:
    long = [f"{'a' * 36}:{'b' * 35}{n}" for n in range(2)]
    creates = [
        msgspec.structs.replace(create(site, f"f{n}", "Task.Form", Subject="Asked"), origin_id=id)
        for n, id in enumerate(long)
    ]
    ids = lost(site, *creates)
    kept = [(site.org.get(id or "") or {})["CRMSync_HubSpot_Id__c"] for id in ids]
    assert len(set(kept)) == 2
    assert all(each.startswith("Form-") and len(each) == 64 for each in kept)
    assert recovered(site, *creates) == ids


@WITH_ID
def test_to_dos_are_read_without_what_bears_another_variants_id(site: Site) -> None:
    made = [create(site, str(n), name, Subject="The same") for n, name in enumerate(VARIANTS)]
    answers: list[Written] = site.use(lambda crm: crm.write(made))
    by_hand = site.org.insert("Task", {"Subject": "By hand"})
    ids = {write.object: answer.id for write, answer in zip(made, answers, strict=True)}
    found = read(site, *map(want, READABLE))
    assert set(of(found, "Task")) == {ids["Task"], by_hand}
    assert set(of(found, "Task.Call")) == {ids["Task.Call"]}
    assert site.use(lambda crm: crm.count("Task", None)) == 2
