"""What an admin of Salesforce has set up to happen on a save: refusals that say what to do, and changes that don't bounce."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conditions import Difficult


def setup(here: Difficult, **settings: Any) -> None:
    here.admin.post("/salesforce/setup", **settings)


def test_a_validation_rule_refuses_one_record_with_its_message_until_the_value_is_mended(here: Difficult) -> None:
    rule = {
        "sobject": "Contact", "name": "Titles", "message": "No interns, please.", "field": "Title",
        "when": [{"field": "Title", "operator": "equals", "value": "Intern"}],
    }  # fmt: skip
    setup(here, validation_rules=[rule])
    id = here.hubspot.create(email="moe@example.com", lastname="Moe", jobtitle="Intern")
    here.hubspot.create(email="lie@example.com", lastname="Lie", jobtitle="Chief")
    here.settled()
    assert here.contacts("LastName") == [("Lie",)]
    assert here.errors() == [("custom_code", "FIELD_CUSTOM_VALIDATION_EXCEPTION", 1)]
    assert here.quiet()["salesforce"] == 1
    here.hubspot.edit(id, jobtitle="Assistant")
    here.settled()
    assert here.contacts("LastName", "Title") == [("Lie", "Chief"), ("Moe", "Assistant")]
    assert here.errors() == []


def test_a_record_that_a_duplicate_rule_finds_there_already_is_linked_where_it_matches_and_else_shown(
    here: Difficult,
) -> None:
    here.person(LastName="Moe", FirstName="Ola", Email="old@example.com")
    here.settled()
    setup(here, duplicate_rules=[{"sobject": "Contact", "name": "Same name", "by": "name_and_company"}])
    there = here.salesforce.create("Account", Name="Firma")
    here.salesforce.edit("Contact", here.contacts("Id")[0][0], AccountId=there)
    setup(here, duplicate_rules=[{"sobject": "Contact", "name": "Same address", "by": "email"}])
    here.hubspot.create(email="new@example.com", lastname="Moe", firstname="Ola")
    here.admin.post("/salesforce/dials", commit_lag_seconds=60.0)
    here.person(LastName="Lie", Email="lie@example.com")  # nobody sees it yet, only the rule does
    here.hubspot.create(email="lie@example.com", lastname="Lie")
    here.sync()
    here.admin.advance(61)
    here.settled()
    assert here.contacts("LastName", "Email") == [
        ("Lie", "lie@example.com"),
        ("Moe", "new@example.com"),
        ("Moe", "old@example.com"),
    ]
    assert here.people("lastname", "email") == here.contacts("LastName", "Email")
    assert here.errors() == []


def test_a_duplicate_that_the_connected_user_may_not_see_is_an_error_of_its_card_and_costs_no_more_calls(
    here: Difficult,
) -> None:
    id = here.person()
    setup(here, hidden_records=[id], duplicate_rules=[{"sobject": "Contact", "name": "Same address", "by": "email"}])
    here.hubspot.create(email="moe@example.com", lastname="Moe")
    here.settled()
    assert here.errors() == [("duplicates", "DUPLICATES_DETECTED", 1)]
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    setup(here, hidden_records=[])
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert here.errors() == []
    assert here.contacts("LastName") == here.people("lastname") == [("Moe",)]


def test_a_trigger_that_writes_capitals_or_a_stamp_settles_within_the_pass(here: Difficult) -> None:
    here.rule("jobtitle", "two_way")
    setup(
        here,
        triggers=[
            {"sobject": "Contact", "name": "Capitals", "does": "upper", "field": "Title"},
            {"sobject": "Contact", "name": "Stamp", "does": "copy", "field": "Department", "source": "Title"},
            {"sobject": "Contact", "name": "Fax", "does": "set", "field": "Fax", "value": "+47 0"},
        ],
    )
    here.hubspot.create(email="moe@example.com", lastname="Moe", jobtitle="Chief", fax="1")
    here.sync()
    assert here.sync().writes() == 0
    assert here.contacts("Title", "Fax") == [("CHIEF", "+47 0")]
    assert here.people("jobtitle", "fax") == [("Chief", "+47 0")]  # what storing makes of a value may differ
    here.hubspot.edit(here.only(), jobtitle="Boss")
    here.sync()
    assert here.sync().writes() == 0
    assert here.contacts("Title", "Fax") == [("BOSS", "+47 0")]
    assert here.people("jobtitle", "fax") == [("Boss", "+47 0")]


@pytest.mark.parametrize("rule", ["two_way", "prefer_salesforce", "prefer_hubspot", "always_hubspot"])
def test_a_trigger_that_changes_its_mind_at_every_save_does_not_bounce_for_ever(here: Difficult, rule: str) -> None:
    here.rule("jobtitle", rule)
    flip = {"sobject": "Contact", "name": "Flip", "does": "flip", "field": "Title", "value": "Tick", "other": "Tock"}
    here.person(Title="Start")
    here.settled()
    setup(here, triggers=[flip])
    here.hubspot.edit(here.only(), jobtitle="Edited", phone="+47 1")
    here.admin.reset_calls()
    writes = [here.sync().writes() for _ in range(4)]
    assert writes[1:] == [0, 0, 0]
    assert here.admin.calls()["salesforce"] <= 20
    assert [phone for _, phone in here.contacts("Title", "Phone")] == ["+47 1"]
    if rule in ("two_way", "prefer_salesforce"):
        assert here.contacts("Title") == here.people("jobtitle")
        return
    assert here.people("jobtitle") == [("Edited",)]
    assert here.errors() == [("custom_code", "FLAPPING", 1)]
    setup(here, triggers=[])
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert here.contacts("Title") == [("Edited",)]
    assert here.errors() == []


def test_a_roll_up_that_touches_the_account_and_one_that_fails_are_told_apart(here: Difficult) -> None:
    account = here.salesforce.create("Account", Name="Firma")
    id = here.person(AccountId=account)
    here.settled()
    roll_up = {"sobject": "Contact", "name": "RollUp", "does": "touch_parent", "field": "AccountId"}
    setup(here, triggers=[roll_up])
    here.hubspot.edit(here.only(), phone="+47 1")
    here.settled()
    assert here.contacts("Phone") == [("+47 1",)]
    fails = {"sobject": "Contact", "name": "Broken", "does": "fail", "value": "the trigger divides by zero"}
    setup(here, triggers=[fails])
    here.hubspot.edit(here.only(), mobilephone="+47 2")
    here.settled()
    assert here.errors() == [("custom_code", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 1)]
    setup(here, triggers=[])
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert here.contacts("Id", "MobilePhone") == [(id, "+47 2")]
    assert here.errors() == []


@pytest.mark.parametrize("trigger", ["", "RollUp"])
def test_a_locked_row_is_tried_again_and_never_lost(here: Difficult, trigger: str) -> None:
    ids = [here.person(LastName=f"P{n}", Email=f"p{n}@example.com") for n in range(3)]
    here.settled()
    here.admin.post("/salesforce/lock-rows", ids=ids[:1], seconds=30, trigger=trigger)
    for each in here.hubspot.all("email"):
        here.hubspot.edit(each["id"], phone="+47 1")
    here.sync()
    assert here.contacts("LastName", "Phone") == [("P0", None), ("P1", "+47 1"), ("P2", "+47 1")]
    assert here.errors() == []  # it is temporary, and nobody has to do anything
    here.admin.advance(31)
    here.settled()
    assert {phone for _, phone in here.contacts("LastName", "Phone")} == {"+47 1"}
    assert here.errors() == []


def test_a_row_that_stays_locked_is_told_of_in_the_third_pass_and_no_more_once_it_is_written(here: Difficult) -> None:
    id = here.person()
    here.settled()
    here.admin.post("/salesforce/lock-rows", ids=[id], seconds=3600)
    here.hubspot.edit(here.only(), phone="+47 1")
    told = []
    for _ in range(4):
        here.sync()
        told.append(here.errors())
    assert told == [[], [], *[[("temporary", "UNABLE_TO_LOCK_ROW", 1)]] * 2]
    here.admin.advance(3601)
    here.settled()
    assert here.contacts("Phone") == [("+47 1",)]
    assert here.errors() == []


def test_a_full_org_refuses_creates_with_the_remedy_and_takes_updates_and_all_else_once_there_is_room(
    here: Difficult,
) -> None:
    here.person()
    here.settled()
    here.admin.post("/salesforce/storage", full=True)
    here.hubspot.edit(here.only(), phone="+47 1")
    here.hubspot.create(email="new@example.com", lastname="New")
    here.sync()
    assert here.contacts("LastName", "Phone") == [("Moe", "+47 1")]
    assert here.errors() == [("limits", "STORAGE_LIMIT_EXCEEDED", 1)]
    assert here.remedies() == ["The Salesforce org is full: free or buy storage, then retry."]
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    here.admin.post("/salesforce/storage", full=False)
    assert here.run("retry", "--practice").status == 0
    here.settled()
    assert here.contacts("LastName", "Phone") == [("Moe", "+47 1"), ("New", None)]
    assert here.errors() == []
