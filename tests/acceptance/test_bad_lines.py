"""Clocks that are wrong, sessions that end, accounts that are moved and answers that are spoilt: a pass ends in a known
state and says what happened, and the ones after it converge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult, difficult
from tests.acceptance.desk import Desk

DAY = 86_400.0


def busy(here: Difficult) -> None:
    """Something to do for every kind of request."""
    here.salesforce.create("Contact", LastName="S", Email="s@example.com")
    here.hubspot.create(lastname="H", email="h@example.com")
    here.salesforce.create("Contact", LastName="B", Email="b@example.com", Title="Right")
    here.hubspot.create(lastname="B", email="b@example.com", jobtitle="Wrong", mobilephone="123")


def converged(here: Difficult) -> None:
    here.settled()
    everybody = [
        ("B", "b@example.com", "Right", "123"),
        ("H", "h@example.com", None, None),
        ("S", "s@example.com", None, None),
    ]
    assert here.contacts("LastName", "Email", "Title", "MobilePhone") == everybody
    assert here.people("lastname", "email", "jobtitle", "mobilephone") == everybody
    assert here.errors() == []


@pytest.mark.parametrize("seconds", [-DAY, DAY])
@pytest.mark.parametrize("system", ["salesforce", "hubspot"])
def test_a_clock_that_is_a_day_off_loses_and_doubles_nothing(here: Difficult, system: str, seconds: float) -> None:
    here.admin.post("/clock", **{f"{system}_skew_seconds": seconds})
    here.rule("jobtitle", "two_way")
    here.person(LastName="Moe", Title="0")
    here.settled()
    for n in range(1, 3):
        here.hubspot.edit(here.only(), jobtitle=f"H{n}")
        here.settled()
        assert here.contacts("Title") == [(f"H{n}",)]
        here.salesforce.edit("Contact", here.contacts("Id")[0][0], Title=f"S{n}")
        here.settled()
        assert here.people("jobtitle") == [(f"S{n}",)]


@pytest.mark.parametrize("seconds", [-DAY, DAY])
def test_when_both_edited_a_clock_that_is_a_day_off_decides_nothing(here: Difficult, seconds: float) -> None:
    here.admin.post("/clock", hubspot_skew_seconds=seconds)
    here.rule("jobtitle", "two_way")
    id = here.person(Title="0")
    here.settled()
    for order in (("Salesforce", "HubSpot"), ("HubSpot", "Salesforce")):
        for system in order:
            here.admin.advance(120)
            if system == "Salesforce":
                here.salesforce.edit("Contact", id, Title=system)
            else:
                here.hubspot.edit(here.only(), jobtitle=system)
        here.settled()
        assert here.contacts("Title") == here.people("jobtitle") == [(order[-1],)]


@pytest.mark.parametrize("seconds", [-DAY, DAY])
@pytest.mark.parametrize("system", ["salesforce", "hubspot"])
def test_a_create_whose_answer_was_lost_is_found_again_by_a_clock_that_is_a_day_off(
    nameless: Difficult, system: str, seconds: float
) -> None:
    here = nameless
    here.admin.post("/clock", hubspot_skew_seconds=seconds, salesforce_skew_seconds=seconds)
    here.admin.post("/hubspot/setup", search_lag_seconds=30.0)
    if system == "salesforce":
        here.hubspot.create(lastname="Bare")
        here.admin.advance(31)
        here.admin.fault(system, path="composite/sobjects", drop_after_commit=True, count=0)
    else:
        here.salesforce.create("Contact", LastName="Bare")
        here.admin.fault(system, path="batch/create", drop_after_commit=True, count=0)
    here.run("sync", "--practice", "--json")
    here.admin.clear_faults()
    here.run("sync", "--practice", "--json")  # where only search could find it, it can't be told yet
    here.admin.advance(61)
    here.settled()
    assert here.contacts("LastName") == here.people("lastname") == [("Bare",)]


@pytest.fixture(scope="module")
def without_link_fields(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with difficult(tmp_path_factory.mktemp("nameless")) as opened:
        opened.admin.post("/salesforce/setup", removed_fields=["Contact.CRMSync_HubSpot_Id__c"])
        url = f"{opened.orgs.announced['hubspot']['url']}/crm/properties/2026-03/contacts/crmsync_salesforce_id"
        assert opened.hubspot is not None
        opened.hubspot.session.delete(url, timeout=30).raise_for_status()
        yield opened


@pytest.fixture
def nameless(without_link_fields: Desk, capsys: pytest.CaptureFixture[str]) -> Iterator[Difficult]:
    """Orgs without our own link fields: what was created is told by its values and its age alone."""
    found = Difficult(without_link_fields, capsys)
    try:
        yield found
    finally:
        found.make_plain()


@pytest.mark.parametrize(("system", "who"), [("salesforce", "Connect Salesforce again"), ("hubspot", "connect again")])
def test_a_session_that_ends_in_the_middle_is_said_and_all_goes_on_after_signing_in(
    here: Difficult, system: str, who: str
) -> None:
    busy(here)
    here.admin.fault(system, nth=3, count=0, status=401)
    for _ in range(2):
        assert who in here.stopped()
    here.admin.clear_faults()
    converged(here)


SPOILT: dict[str, tuple[dict[str, Any], bool]] = {
    # what happens to every answer of one kind, and whether it can be read all the same
    "bomb": ({"bomb_bytes": 70_000_000}, False),
    "redirect": ({"redirect_to": "http://127.0.0.1:9/elsewhere"}, False),
    "cut": ({"truncate_to": 30}, False),
    "odd": ({"content_type": "text/plain", "duplicate_header": "content-type", "trickle_ms": 2}, True),
    "stale": ({"stale_seconds": 0}, True),
}
PATHS = ("composite", "composite/sobjects", "contacts/search", "batch/create", "batch/update", "batch/read")
BOMBED = ("composite/sobjects", "contacts/search")


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind in SPOILT for path in (BOMBED if kind == "bomb" else PATHS)]
)
def test_answers_that_are_spoilt_end_the_pass_in_one_line_or_are_read_all_the_same(
    here: Difficult, kind: str, path: str
) -> None:
    how, readable = SPOILT[kind]
    busy(here)
    here.admin.fault("salesforce" if path.startswith("composite") else "hubspot", path=path, count=0, **how)
    if readable or (path == "batch/create" and kind != "redirect"):  # a create is looked for within the pass
        here.sync()
    else:
        assert here.stopped()
    assert here.errors() == []
    here.admin.clear_faults()
    converged(here)


@pytest.mark.parametrize(("spell", "said"), [("locked_until", "HTTP 423"), ("migrating_until", "moving this account")])
def test_an_account_that_is_locked_or_moved_for_a_while_is_said_and_all_goes_on_after_it(
    here: Difficult, spell: str, said: str
) -> None:
    busy(here)
    here.admin.post("/hubspot/setup", **{spell: here.admin.get("/clock")["now"] + 3600})
    assert said in here.stopped()
    assert here.errors() == []
    here.admin.advance(3601)
    converged(here)
