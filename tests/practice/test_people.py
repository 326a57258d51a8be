"""The invented people: the same for the same seed, many at once, and as wrong as people in CRMs are."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from crmsync_desktop.practice import dirt
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal, counts
from crmsync_desktop.practice.people import LEADS, Person, companies, people
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.seed import seed_orgs
from crmsync_desktop.practice.seed_apart import portal_filled_apart

NOW = 1_790_000_000.0


def sides(everybody: list[Person]) -> Counter[str]:
    return Counter(person.presence for person in everybody)


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert list(people(300, 5)) == list(people(300, 5))
    assert list(people(300, 5)) != list(people(300, 6))
    assert companies(50, 5) == companies(50, 5)


def test_each_side_has_as_many_as_asked_for_and_40_percent_stand_in_both() -> None:
    assert sides(list(people(1000, 1))) == {"both": 400, "salesforce": 600, "hubspot": 600}
    assert sides(list(people(1000, 1, "salesforce"))) == {"salesforce": 1000}
    assert sides(list(people(1000, 1, "hubspot"))) == {"hubspot": 1000}
    assert list(people(0, 1)) == []


def test_only_twins_share_an_email_and_twins_are_only_in_salesforce() -> None:
    everybody = list(people(3000, 2))
    twins = [person for person in everybody if person.twin_of is not None]
    assert twins
    assert {person.presence for person in twins} == {"salesforce"}
    emails = [person.email for person in everybody if person.twin_of is None]
    assert len(set(emails)) == len(emails)
    by_number = {person.number: person for person in everybody}
    for person in twins:
        assert person.twin_of is not None
        assert by_number[person.twin_of].email == person.email
    assert any(person.lead != by_number[person.twin_of or 0].lead for person in twins), "a lead beside a contact"


def test_people_come_from_many_countries_and_write_in_their_own_scripts() -> None:
    everybody = list(people(2000, 3))
    assert len({person.company.country.locale for person in everybody}) == 10
    assert any("぀" <= letter <= "鿿" for person in everybody for letter in person.last)
    assert any("א" <= letter <= "ת" for person in everybody for letter in person.last)
    assert any(letter in "æøåÆØÅ" for person in everybody for letter in person.last)
    assert all(person.email.isascii() and person.email.endswith(".example") for person in everybody)


def test_names_and_numbers_are_spelled_in_many_ways() -> None:
    draw = random.Random(1)
    names = Counter(dirt.spelled(draw, "Bjørn") for _ in range(20_000))
    assert names["Bjørn"] > 17_000
    assert {"BJØRN", "bjørn", "Bjorn", "<b>Bjørn</b>", "Bjørn 🎉"} <= set(names)
    numbers = {dirt.phone(draw, "+47 22334455") for _ in range(500)}
    assert {"+4722334455", "22334455", "004722334455", "+47 22334455", "(22) 334-455"} <= numbers
    emails = {dirt.typed_email(draw, "a.b@c.example") for _ in range(500)}
    assert {email.strip().lower() for email in emails} == {"a.b@c.example"}
    assert len(emails) == 5
    assert max(len(dirt.title(draw, "Chief")) for _ in range(500)) > 90


def test_the_orgs_get_what_the_people_are(tmp_path: Path) -> None:
    clock = PracticeClock(source=lambda: NOW)
    org, portal = SalesforceOrg(tmp_path / "s.db", clock), HubSpotPortal(tmp_path / "h.db", clock)
    try:
        seeded = seed_orgs(org, portal, contacts=600, seed=1, only="both", now=NOW)
        assert (seeded.salesforce, seeded.hubspot) == (600, 600)
        assert portal.count("contacts") == 600
        assert org.count("Contact") + org.count("Lead") == 600
        assert abs(org.count("Lead") / 600 - LEADS) < 0.1
        assert org.count("Account") == 75
        stamps = portal.connection.execute("SELECT created_ms, modified_ms FROM record").fetchall()
        day = 86_400_000
        assert all(created <= modified <= NOW * 1000 - day for created, modified in stamps)
        assert min(created for created, _ in stamps) < NOW * 1000 - 3 * 365 * day
        ids = [row[0] for row in portal.connection.execute("SELECT id FROM record ORDER BY id")]
        assert all(later > earlier for earlier, later in pairwise(ids))
        countries = {row[0] for row in org.store.db.execute('SELECT "MailingCountry" FROM "Contact"')}
        assert {"Norge", "Norway", "NO", None} <= countries
        lists = [row[0] for row in portal.connection.execute("SELECT name FROM list ORDER BY id")]
        assert lists == ["Customers and opportunities", "Trade fair"]
    finally:
        org.close()
        portal.close()


def test_the_same_seed_fills_two_pairs_of_orgs_alike(tmp_path: Path) -> None:
    dumps = []
    for name in ("one", "two"):
        clock = PracticeClock(source=lambda: NOW)
        org, portal = SalesforceOrg(tmp_path / f"{name}s.db", clock), HubSpotPortal(tmp_path / f"{name}h.db", clock)
        try:
            seed_orgs(org, portal, contacts=100, seed=9, now=NOW)
            theirs = portal.connection.execute("SELECT * FROM record ORDER BY id").fetchall()
            ours = [
                org.store.db.execute(f'SELECT * FROM "{kind}" ORDER BY _n').fetchall() for kind in ("Contact", "Lead")
            ]
            dumps.append((theirs, ours))
        finally:
            org.close()
            portal.close()
    assert dumps[0] == dumps[1]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SalesforceOrg, HubSpotPortal]]:
    folder = tmp_path_factory.mktemp("filled")
    clock = PracticeClock(source=lambda: NOW)
    org, portal = SalesforceOrg(folder / "s.db", clock), HubSpotPortal(folder / "h.db", clock)
    seed_orgs(org, portal, contacts=600, seed=1, now=NOW)
    yield org, portal
    org.close()
    portal.close()


def test_business_is_done_on_both_sides(filled: tuple[SalesforceOrg, HubSpotPortal]) -> None:
    org, portal = filled
    assert {kind: org.count(kind) for kind in ("Opportunity", "Case")} == {"Opportunity": 60, "Case": 60}
    assert org.count("Task") + org.count("Event") == 120
    assert org.count("OpportunityContactRole") > 60
    assert {kind: portal.count(kind) for kind in ("deals", "tickets", "tasks")} == dict.fromkeys(
        ("deals", "tickets", "tasks"), 60
    )
    assert sum(portal.count(kind) for kind in ("calls", "emails", "meetings", "notes")) == 60
    assert 45 <= portal.count("companies") <= 75, "two thirds of the accounts, and some that nobody works for"
    ours = {row[0] for row in org.store.db.execute("SELECT Name FROM Opportunity")}
    deals = portal.connection.execute("SELECT properties FROM record WHERE type = 'deals'")
    theirs = {json.loads(row[0])["dealname"] for row in deals}
    assert len(ours & theirs) == 24, "40 % stand in both"


def test_everything_in_salesforce_points_to_what_is_there(filled: tuple[SalesforceOrg, HubSpotPortal]) -> None:
    org, _ = filled
    for child, field, parents in (
        ("Opportunity", "AccountId", ("Account",)),
        ("OpportunityContactRole", "OpportunityId", ("Opportunity",)),
        ("OpportunityContactRole", "ContactId", ("Contact",)),
        ("Case", "ContactId", ("Contact",)),
        ("Task", "WhoId", ("Contact", "Lead")),
        ("Event", "WhoId", ("Contact",)),
    ):
        known = {row[0] for parent in parents for row in org.store.db.execute(f"SELECT Id FROM {parent}")}
        held = [row[0] for row in org.store.db.execute(f'SELECT {field} FROM "{child}"')]
        assert held, child
        assert set(held) <= known, f"{child}.{field}"
    primaries = Counter(row[0] for row in org.store.db.execute(
        "SELECT OpportunityId FROM OpportunityContactRole WHERE IsPrimary = 1"))  # fmt: skip
    assert set(primaries.values()) == {1}


def test_what_hubspot_counts_by_itself_is_what_it_would_count(filled: tuple[SalesforceOrg, HubSpotPortal]) -> None:
    _, portal = filled
    before = portal.connection.execute("SELECT id, properties FROM record ORDER BY id").fetchall()
    with portal.database.transaction():
        counts.settle(portal, [row[0] for row in before])
    after = portal.connection.execute("SELECT id, properties FROM record ORDER BY id").fetchall()
    changed = [(json.loads(a[1]), json.loads(b[1])) for a, b in zip(before, after, strict=True) if a != b]
    assert changed == []
    primary = portal.connection.execute("SELECT from_id, count(*) FROM association WHERE from_type = 'contacts' "
                                        "AND type_id = 1 GROUP BY from_id").fetchall()  # fmt: skip
    assert len(primary) > 200
    assert {number for _, number in primary} == {1}
    every = portal.connection.execute("SELECT from_id, to_id FROM association").fetchall()
    assert {(b, a) for a, b in every} == set(every), "both ways"


def test_a_portal_filled_in_a_process_of_its_own_is_the_same(
    tmp_path: Path, filled: tuple[SalesforceOrg, HubSpotPortal]
) -> None:
    file = tmp_path / "h.db"
    with portal_filled_apart(file, contacts=600, seed=1, only="both", now=NOW, link_fields=True):
        pass
    portal = HubSpotPortal(file, PracticeClock(source=lambda: NOW))
    for table in ("record", "association", "list"):
        query = f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4"
        assert portal.connection.execute(query).fetchall() == filled[1].connection.execute(query).fetchall(), (
            f"{table} is another"
        )
    portal.close()


def test_a_portal_that_cannot_be_filled_apart_is_an_error_with_the_reason(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match=r"could not be filled: .*unable to open database file"),
        portal_filled_apart(tmp_path / "no" / "h.db", contacts=5, seed=1, only="both", now=NOW, link_fields=True),
    ):
        pass
    with (
        pytest.raises(ZeroDivisionError),
        portal_filled_apart(tmp_path / "h.db", contacts=100_000, seed=1, only="both", now=NOW, link_fields=True),
    ):
        raise ZeroDivisionError  # whoever fills the other org fails: the process doesn't go on alone


def test_one_side_alone_has_business_of_its_own(tmp_path: Path) -> None:
    clock = PracticeClock(source=lambda: NOW)
    org, portal = SalesforceOrg(tmp_path / "s.db", clock), HubSpotPortal(tmp_path / "h.db", clock)
    try:
        seed_orgs(org, portal, contacts=50, seed=1, only="hubspot", now=NOW)
        assert (org.count("Account"), org.count("Opportunity"), portal.count("deals")) == (0, 0, 5)
        assert portal.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert org.store.db.execute("PRAGMA synchronous").fetchone() == (1,)
    finally:
        org.close()
        portal.close()
