"""Undo over real HTTP: what nobody edited since goes back, what somebody did stays and is listed, and it sticks."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from tests.acceptance.conditions import Difficult


def last_pass(here: Difficult) -> int:
    rows = json.loads(here.run("history", "--practice", "--json").out)
    return int(next(row["id"] for row in rows if not row["preview"]))


def undo(here: Difficult, number: int, *arguments: str, status: int = 0) -> dict[str, Any]:
    ran = here.run("undo", str(number), "--practice", "--json", *arguments)
    assert ran.status == status, (ran.out, ran.err)
    return dict(json.loads(ran.out)["undo"])


def test_an_update_goes_back_and_stays_so_until_somebody_edits_it(here: Difficult) -> None:
    id = here.person(Phone="111", Title="Chief")
    here.settled()
    here.salesforce.edit("Contact", id, Phone="222", Title="Boss")
    here.sync()
    assert here.people("phone", "jobtitle") == [("222", "Boss")]
    done = undo(here, last_pass(here))
    assert done["left"] == []
    assert here.people("phone", "jobtitle") == [("111", "Chief")]
    assert here.contacts("Phone", "Title") == [("222", "Boss")]
    assert here.sync().writes() == 0
    assert here.sync().writes() == 0
    assert here.people("phone", "jobtitle") == [("111", "Chief")]
    here.salesforce.edit("Contact", id, Phone="333")
    here.sync()
    assert here.people("phone", "jobtitle") == [("333", "Chief")]


def test_fields_that_somebody_edited_since_stay_and_are_listed(here: Difficult) -> None:
    id = here.person(Phone="111", Title="Chief", Department="A")
    here.settled()
    here.salesforce.edit("Contact", id, Phone="222", Title="Boss")
    here.sync()
    number = last_pass(here)
    here.hubspot.edit(here.only(), phone="999")
    shown = undo(here, number, "--preview", status=1)
    assert here.people("phone", "jobtitle") == [("999", "Boss")], "a preview writes nothing"
    done = undo(here, number, status=1)
    assert done["left"] == shown["left"]
    ((field,),) = [record["fields"] for record in done["left"]]
    assert field == {"property": "phone", "why": "edited since: the pass wrote “222”, it holds “999” now"}
    assert here.people("phone", "jobtitle") == [("999", "Chief")]
    here.settled()
    assert here.people("jobtitle") == [("Chief",)]


def test_an_undo_is_undone_like_any_pass(here: Difficult) -> None:
    id = here.person(Phone="111")
    here.settled()
    here.salesforce.edit("Contact", id, Phone="222")
    here.sync()
    undo(here, last_pass(here))
    again = undo(here, last_pass(here))
    assert again["result"]["reason"].startswith("undo of pass")
    assert here.people("phone") == here.contacts("Phone") == [("222",)]
    here.salesforce.edit("Contact", id, Phone="111")
    here.settled()
    assert here.people("phone") == [("111",)], "nothing stands any more"


def test_a_created_contact_is_deleted_again_and_made_anew_once_its_source_is_edited(here: Difficult) -> None:
    id = here.person(Phone="111")
    here.sync()
    done = undo(here, last_pass(here))
    assert (done["left"], here.people("email")) == ([], [])
    assert here.contacts("Phone") == [("111",)]
    assert here.sync().writes() == 0
    here.salesforce.edit("Contact", id, Phone="222")
    here.settled()
    assert here.people("phone") == [("222",)]


def test_a_contact_created_in_salesforce_is_deleted_again_and_its_source_kept(here: Difficult) -> None:
    id = here.hubspot.create(email="liv@example.com", lastname="Liv", phone="111")
    assert here.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "delete").status == 0
    here.sync()
    assert here.contacts("Phone") == [("111",)]
    done = undo(here, last_pass(here))
    assert (done["left"], here.contacts("Phone")) == ([], [])
    here.settled()
    assert here.people("phone") == [("111",)], "its delete in Salesforce isn't one to be followed"
    here.hubspot.edit(id, phone="222")
    here.settled()
    assert here.contacts("Phone") == [("222",)]


def test_a_created_record_that_somebody_edited_stays(here: Difficult) -> None:
    here.person(Phone="111")
    here.sync()
    number = last_pass(here)
    here.hubspot.edit(here.only(), jobtitle="Boss")
    done = undo(here, number, status=1)
    ((field,),) = [record["fields"] for record in done["left"]]
    assert field["why"] == "edited since: jobtitle holds “Boss” now"
    assert here.people("jobtitle") == [("Boss",)]


def test_a_deleted_contact_cannot_be_brought_back_and_is_listed(here: Difficult) -> None:
    id = here.person()
    assert here.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "delete").status == 0
    here.settled()
    here.salesforce.delete("Contact", id)
    here.settled()
    done = undo(here, last_deleting(here), status=1)
    ((field,),) = [record["fields"] for record in done["left"]]
    assert "restore it in HubSpot under deleted records" in field["why"]


def last_deleting(here: Difficult) -> int:
    rows = json.loads(here.run("history", "--practice", "--json").out)
    return int(next(row["id"] for row in rows if any(tally["deleted"] for tally in row["tallies"])))


def test_one_record_of_a_pass_is_undone_by_its_address(here: Difficult) -> None:
    one, two = here.person(Phone="111"), here.person(LastName="Liv", Email="liv@example.com", Phone="112")
    here.settled()
    for id in (one, two):
        here.salesforce.edit("Contact", id, Phone="222")
    here.sync()
    number = last_pass(here)
    assert undo(here, number, "--record", "LIV@example.com")["left"] == []
    assert here.people("email", "phone") == [("liv@example.com", "112"), ("moe@example.com", "222")]
    undo(here, number, "--record", one[:15])
    assert here.people("phone") == [("111",), ("112",)]


def test_garbage_is_refused_in_one_line(here: Difficult) -> None:
    here.person()
    here.settled()
    here.run("sync", "--practice", "--preview")
    rows = json.loads(here.run("history", "--practice", "--json").out)
    preview = next(row["id"] for row in rows if row["preview"])
    wrote = next(row["id"] for row in rows if any(tally["created"] for tally in row["tallies"]) and not row["preview"])
    for number, said in (
        ("999", "no pass 999"),
        ("0", "no number"),
        ("9" * 30, "no number"),
        (str(preview), "preview"),
    ):
        ran = here.run("undo", number, "--practice")
        assert (ran.status, ran.out) == (2, ""), number
        assert said in ran.err
    for record in (
        "",
        "kari",
        "003000000000000",
        "https://evil.example/003000000000000",
        "nobody@example.com",
        "\x1b[2J",
    ):
        ran = here.run("undo", str(wrote), "--record", record, "--practice")
        assert (ran.status, ran.out) == (2, ""), record
        assert len(ran.err.strip().splitlines()) == 1


FIELDS = {"phone": "Phone", "jobtitle": "Title", "mobilephone": "MobilePhone", "firstname": "FirstName", "fax": "Fax"}
Cells = dict[tuple[str, str, str], str | None]
"""(side, e-mail address, property) → value."""


def everything(here: Difficult) -> Cells:
    found: Cells = {}
    for row in here.salesforce.query(f"SELECT Email, {', '.join(FIELDS.values())} FROM Contact"):
        found.update({("salesforce", row["Email"], name): row[field] or None for name, field in FIELDS.items()})
    for each in here.hubspot.all("email", *FIELDS):
        cells = each["properties"]
        found.update({("hubspot", cells["email"], name): cells[name] or None for name in FIELDS})
    return found


def random_edits(here: Difficult, random: Random, ids: dict[tuple[str, str], str], share: float, mark: str) -> Cells:
    """What people change, on either side: to something new, or to nothing."""
    edits: Cells = {}
    for (side, email), id in ids.items():
        chosen = [name for name in FIELDS if random.random() < share]
        values = {name: f"{mark} {random.randrange(1000)}" if random.random() < 0.8 else "" for name in chosen}
        if not values:
            continue
        if side == "hubspot":
            here.hubspot.edit(id, **values)
        else:
            here.salesforce.edit("Contact", id, **{FIELDS[name]: value or None for name, value in values.items()})
        edits.update({(side, email, name): value or None for name, value in values.items()})
    return edits


@pytest.mark.parametrize("seed", range(2))
def test_every_field_that_nobody_edited_since_is_as_it_was_before(here: Difficult, seed: int) -> None:
    random = Random(seed)
    for name in FIELDS:
        here.rule(name, random.choice(["two_way", "prefer_salesforce", "prefer_hubspot", "always_salesforce"]))
    ids: dict[tuple[str, str], str] = {}
    for number in range(12):
        email = f"p{number}@example.com"
        values = {field: f"old {number}" for field in FIELDS.values() if random.random() < 0.7}
        ids["salesforce", email] = here.person(Email=email, LastName=f"P{number}", **values)
    here.settled()
    ids.update({("hubspot", each["properties"]["email"]): each["id"] for each in here.hubspot.all("email")})
    random_edits(here, random, ids, 0.3, "first")
    before = everything(here)
    here.sync()
    number, after = last_pass(here), everything(here)
    written = {cell for cell in after if after[cell] != before[cell]}
    edits = random_edits(here, random, ids, 0.2, "then")
    edits = {cell: value for cell, value in edits.items() if value != after[cell]}
    untouched = {cell for cell in written if cell not in edits}
    assert len(untouched) > 5
    assert written & edits.keys()
    left = undo(here, number, status=1)["left"]
    now = everything(here)
    assert {cell: now[cell] for cell in untouched} == {cell: before[cell] for cell in untouched}
    others = now.keys() - untouched
    assert {cell: now[cell] for cell in others} == {cell: edits.get(cell, after[cell]) for cell in others}
    told = sum(len(record["fields"]) for record in left)
    assert told == len([cell for cell in written & edits.keys() if edits[cell] != before[cell]])
    shown = everything(here)
    here.settled()
    stayed = {cell for cell in untouched if not {("salesforce", *cell[1:]), ("hubspot", *cell[1:])} & edits.keys()}
    assert {cell: everything(here)[cell] for cell in stayed} == {cell: shown[cell] for cell in stayed}
