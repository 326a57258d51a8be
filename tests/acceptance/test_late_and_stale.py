"""Both systems show changes late, in pieces and out of order: what travels is what people made last, and all of it."""

from __future__ import annotations

import pytest

from tests.acceptance.conditions import Difficult


@pytest.mark.parametrize("lag", [60, 600])
def test_a_record_that_salesforce_shows_late_with_the_stamp_of_its_saving_travels(here: Difficult, lag: int) -> None:
    id = here.person(Title="Before")
    here.settled()
    here.admin.post("/salesforce/dials", commit_lag_seconds=float(lag))
    here.salesforce.edit("Contact", id, Title="Late")
    here.person(LastName="New", Email="new@example.com")
    for seconds in (0, lag - 20):  # the watermark passes the stamps
        here.admin.advance(seconds)
        assert here.sync().writes() == 0
    here.admin.advance(30)
    here.sync()
    assert here.people("lastname", "jobtitle") == [("Moe", "Late"), ("New", None)]
    assert here.sync().writes() == 0


def test_what_we_wrote_and_salesforce_still_shows_as_before_is_no_edit_back(here: Difficult) -> None:
    here.rule("jobtitle", "two_way")
    here.person(Title="Before")
    here.settled()
    here.admin.advance(3600)
    here.admin.post("/salesforce/dials", commit_lag_seconds=120.0)
    here.hubspot.edit(here.only(), jobtitle="Edited in HubSpot")
    here.hubspot.create(email="new@example.com", lastname="New")
    here.sync()
    for _ in range(3):
        here.sync()
        here.admin.advance(30)
    assert here.people("jobtitle") == [("Edited in HubSpot",), (None,)]
    here.admin.advance(120)
    here.settled(2)  # the new contact's id and owner, seen only now
    assert here.contacts("LastName", "Title") == [("Moe", "Edited in HubSpot"), ("New", None)]
    assert here.errors() == []


def test_an_edit_of_what_salesforce_does_not_show_yet_travels_once_it_does(here: Difficult) -> None:
    here.rule("jobtitle", "two_way")
    here.admin.post("/salesforce/dials", commit_lag_seconds=300.0)
    here.hubspot.create(email="new@example.com", lastname="New")
    here.sync()
    here.hubspot.edit(here.only(), jobtitle="Edited meanwhile")
    here.sync()
    here.admin.advance(301)
    here.sync()
    here.admin.advance(301)
    here.settled(2)
    assert here.contacts("LastName", "Title") == [("New", "Edited meanwhile")]
    assert here.people("lastname", "jobtitle") == [("New", "Edited meanwhile")]
    assert here.errors() == []


def test_a_search_index_that_lags_and_mixes_before_and_since_delays_and_reverts_nothing(here: Difficult) -> None:
    here.rule("jobtitle", "two_way")
    ids = [here.person(LastName=f"P{n:02}", Email=f"p{n:02}@example.com", Title="0") for n in range(40)]
    here.settled()
    here.admin.post("/hubspot/setup", search_lag_seconds=30.0, search_lag_jitter=0.5, stale_rows=0.3)
    people = {each["properties"]["lastname"]: each["id"] for each in here.hubspot.all("lastname")}
    for name, id in people.items():
        here.hubspot.edit(id, jobtitle="1", phone=name)
    for id in ids[:10]:  # people work on both sides
        here.salesforce.edit("Contact", id, Fax="+47 1")
    for _ in range(4):
        here.sync()
        here.admin.advance(15)
    here.admin.advance(60)
    here.settled(2)
    expected = [(f"P{n:02}", "1", f"P{n:02}", "+47 1" if n < 10 else None) for n in range(40)]
    assert here.people("lastname", "jobtitle", "phone", "fax") == expected
    assert here.contacts("LastName", "Title", "Phone", "Fax") == expected
    assert here.errors() == []


def test_what_was_written_while_the_index_stood_still_travels_when_it_runs_again(here: Difficult) -> None:
    here.rule("jobtitle", "two_way")
    here.person(Title="Before")
    here.settled()
    here.admin.post("/hubspot/setup", index_stopped=True)
    here.hubspot.edit(here.only(), jobtitle="Unseen")
    here.hubspot.create(email="unseen@example.com", lastname="Unseen")
    here.person(LastName="From Salesforce", Email="s@example.com")
    for _ in range(3):
        here.sync()
        here.admin.advance(1000)
    here.admin.post("/hubspot/setup", index_stopped=False)
    here.admin.advance(1000)  # once an hour, a look goes back an hour
    here.settled()
    expected = [("From Salesforce", None), ("Moe", "Unseen"), ("Unseen", None)]
    assert here.contacts("LastName", "Title") == expected
    assert here.people("lastname", "jobtitle") == expected


def test_refusals_that_name_no_record_reach_the_records_that_they_are_about(here: Difficult) -> None:
    here.admin.post("/hubspot/setup", bare_errors=True)
    for n in range(12):
        here.person(LastName=f"P{n:02}", Email=f"p{n:02}@example.com")
    for n in range(2):  # an address that Salesforce takes and HubSpot refuses
        here.person(LastName=f"Bad{n}", Email=f"bad{n}@-example.com")
    here.settled()
    good = [(f"P{n:02}", f"p{n:02}@example.com") for n in range(12)]
    assert here.people("lastname", "email") == [("Bad0", None), ("Bad1", None), *good]
    assert here.errors() == [("property_values", "INVALID_EMAIL", 2)]
