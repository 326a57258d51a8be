"""Why is this record as it is? Asked by command, answered from the memory."""

from __future__ import annotations

import json
from typing import Any

from tests.acceptance.conditions import Difficult


def why(here: Difficult, record: str, *arguments: str, status: int = 0) -> dict[str, Any]:
    here.admin.reset_calls()
    ran = here.run("why", record, "--practice", "--json", *arguments)
    assert ran.status == status, (ran.out, ran.err)
    assert not any(here.admin.calls().values()), "it costs no call"
    return dict(json.loads(ran.out))


def test_a_linked_record_is_found_by_whatever_names_it(here: Difficult) -> None:
    id = here.person(Phone="111")
    here.settled()
    other = here.only()
    salesforce, hubspot = (here.desk.orgs.announced[side]["url"] for side in ("salesforce", "hubspot"))
    names = (
        id, id[:15], other, "MOE@example.com", f"{salesforce}/{id}", f"{salesforce}/lightning/r/Contact/{id}/view",
        f"{hubspot}/contacts/1/record/0-1/{other}",
    )  # fmt: skip
    for name in names:
        found = why(here, name)
        assert [(record["side"], record["id"]) for record in found["records"]] == [
            ("salesforce", id),
            ("hubspot", other),
        ]
        assert found["headline"] == "It is linked, and dealt with."
        assert found["decisions"] == ["Nothing: both sides agree, or differ as they may."]


def test_a_field_has_its_values_its_rule_and_its_history(here: Difficult) -> None:
    id = here.person(Phone="111")
    here.settled()
    for phone in ("222", "333"):
        here.salesforce.edit("Contact", id, Phone=phone)
        here.sync()
    here.salesforce.edit("Contact", id, Phone="444")
    assert here.run("sync", "--practice", "--preview").status == 0
    found = why(here, id, "--field", "phone")
    field = found["field"]
    assert (field["salesforce"], field["hubspot"]) == ("444", "333")
    assert (field["base_salesforce"], field["base_hubspot"], field["rule"]) == (
        "333",
        "333",
        "Prefer Salesforce unless blank",
    )
    assert field["decision"].startswith("phone: “444” would be written to HubSpot, over “333”: Prefer Salesforce")
    events = [(event["state"], event["fields"][0]["old"], event["fields"][0]["new"]) for event in found["history"]]
    assert events == [("planned", "333", "444"), ("done", "222", "333"), ("done", "111", "222"), ("done", "", "111")]
    assert all(event["occasion"] for event in found["history"])
    assert "The next pass looks at it: sync" in found["would"]
    assert "isn't mapped" in here.run("why", id, "--field", "nonsense", "--practice").err
    here.rule("phone", "dont_sync")
    assert why(here, id, "--field", "phone")["field"]["decision"] == "Its rule is Don't sync."


def test_what_keeps_a_record_from_travelling_is_named(here: Difficult) -> None:
    id = here.person()
    assert here.run("settings", "set", "--practice", "contacts.on_salesforce_change", "nothing").status == 0
    here.settled()
    found = why(here, id)
    assert found["headline"] == "It is known, and has no counterpart."
    assert any("on_salesforce_change" in fact and "(C1)" in fact for fact in found["facts"])
    assert found["decisions"] == [
        "Nothing: a setting or the inclusion list keeps it from being created on the other side."
    ]
    here.run("settings", "set", "--practice", "contacts.on_salesforce_change", "create_or_update")
    assert any("would be created in HubSpot" in each for each in why(here, id)["decisions"])


def test_an_error_comes_with_what_to_do(here: Difficult) -> None:
    here.rule("phone", "two_way")
    id = here.hubspot.create(email="liv@example.com", lastname="Liv", phone="1" * 60)
    here.settled()
    found = why(here, id)
    assert [error["field"] for error in found["errors"] if not error["notice"]] == ["Phone"]
    assert "Shorten the value, or make the field longer." in found["would"]


def test_an_undo_is_told(here: Difficult) -> None:
    id = here.person(Phone="111")
    here.settled()
    here.salesforce.edit("Contact", id, Phone="222")
    here.sync()
    rows = json.loads(here.run("history", "--practice", "--json").out)
    assert here.run("undo", str(rows[0]["id"]), "--practice").status == 0
    found = why(here, id)
    assert any(fact.startswith("phone stands as undo") for fact in found["facts"])
    assert found["history"][0]["reason"] == f"undo of pass {rows[0]['id']}"
    assert [error["notice"] for error in found["errors"]] == [True]
    assert "stays as undo" in why(here, id, "--field", "phone")["field"]["decision"]


def test_an_unknown_record_says_where_it_was_looked_for_and_what_would_bring_it_in(here: Difficult) -> None:
    here.settled()
    id = here.person()
    found = why(here, id, status=1)
    assert (found["known"], found["headline"]) == (False, "No such record is known.")
    assert id in found["looked"][0]
    assert any(each.endswith("sync.") for each in found["would"])
    assert why(here, "a0B1U00001ABCde", status=1)["would"][0].startswith("Records of its kind aren't synced")
    assert why(here, "0061U00001ABCde", status=1)["would"] == ["Deals aren't synced. Switch them on: pairs on deals"]
    assert why(here, "nobody@example.com", status=1)["records"] == []


def test_garbage_is_refused_in_one_line(here: Difficult) -> None:
    here.settled()
    host = "https://evil.example/0031U00001ABCde"
    for text in ("", "kari", host, "\x1b[31m", "x" * 5_000, "0031U00001ABCdeZZZ"):
        ran = here.run("why", text, "--practice")
        assert (ran.status, ran.out) == (2, ""), text
        assert len(ran.err.strip().splitlines()) == 1
        assert "\x1b" not in ran.err


def test_the_terminal_shows_the_chain_of_decisions(here: Difficult) -> None:
    id = here.person(Phone="111")
    here.settled()
    here.salesforce.edit("Contact", id, Phone="[red]222")
    here.sync()
    said = here.run("why", id, "--practice").out
    for part in (
        "It is linked, and dealt with.",
        "are linked",
        "History",
        "Prefer Salesforce unless blank",
        "[red]222",
    ):
        assert part in said
    assert "Moe" in said
