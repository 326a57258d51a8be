"""A preview's plan, carried out exactly, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

from tests.acceptance.conditions import Difficult


def preview(here: Difficult) -> tuple[int, list[dict[str, Any]]]:
    ran = here.run("sync", "--practice", "--preview", "--json")
    assert ran.status in (0, 1), ran.err
    said = json.loads(ran.out)
    return int(said["pass"]["id"]), said["changes"]


def apply(here: Difficult, number: int, status: int = 0) -> dict[str, Any]:
    ran = here.run("apply", str(number), "--practice", "--json")
    assert ran.status == status, (ran.out, ran.err)
    return dict(json.loads(ran.out))


def did(here: Difficult, number: int) -> list[tuple[Any, ...]]:
    """What a pass wrote, without what only a run knows."""
    changes = json.loads(here.run("changes", str(number), "--practice", "--json").out)
    return sorted((c["side"], c["op"], c["label"], str(c["fields"])) for c in changes if c["state"] == "done")


def planned(changes: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((c["side"], c["op"], c["label"], str(c["fields"])) for c in changes)


def three_changes(here: Difficult) -> tuple[str, str]:
    """An update, a create and a delete to come; gives the ids of the updated person and of the one to be created from."""
    id, gone = here.person(Phone="111", Title="Chief"), here.person(LastName="Gone", Email="gone@example.com")
    assert here.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "delete").status == 0
    here.settled()
    here.salesforce.edit("Contact", id, Phone="222", Title="Boss")
    here.salesforce.delete("Contact", gone)
    return id, here.person(LastName="New", Email="new@example.com", Phone="333")


def test_a_plan_is_a_run_without_its_writes(here: Difficult) -> None:
    three_changes(here)
    number, changes = preview(here)
    assert {change["op"] for change in changes} == {"update", "create", "delete"}
    assert here.people("email", "phone") == [("gone@example.com", None), ("moe@example.com", "111")]
    done = apply(here, number)
    assert (done["moved"], done["settings_changed"]) == ([], False)
    assert here.people("email", "phone") == [("moe@example.com", "222"), ("new@example.com", "333")]
    wrote = [each for each in did(here, done["result"]["id"]) if each in planned(changes)]
    assert wrote == planned(changes)
    here.settled()


def test_what_moved_is_listed_and_not_written(here: Difficult) -> None:
    id, new = three_changes(here)
    number, _ = preview(here)
    edited = next(each["id"] for each in here.hubspot.all("email") if each["properties"]["email"] == "moe@example.com")
    here.hubspot.edit(edited, phone="999")
    here.salesforce.edit("Contact", new, Phone="444")
    here.salesforce.edit("Contact", id, Department="Sales", MobilePhone="555")
    deleted = next(
        each["id"] for each in here.hubspot.all("email") if each["properties"]["email"] == "gone@example.com"
    )
    here.hubspot.edit(deleted, jobtitle="Back")
    done = apply(here, number, status=1)
    told = {(m["label"], f["property"]): f["why"] for m in done["moved"] for f in m["fields"]}
    assert told == {
        ("Moe", "phone"): "HubSpot held “111” in the plan, it is “999” now",
        ("New", "phone"): "Salesforce held “333” in the plan, it is “444” now",
        ("Gone", ""): "it was edited in HubSpot, restored in Salesforce, or a setting changed since",
    }
    assert here.people("email", "phone", "jobtitle", "mobilephone") == [
        ("gone@example.com", None, "Back", None), ("moe@example.com", "999", "Boss", None),
    ]  # fmt: skip
    here.settled()
    assert here.people("email", "phone", "jobtitle", "mobilephone") == [
        ("gone@example.com", None, "Back", None), ("moe@example.com", "222", "Boss", "555"),
        ("new@example.com", "444", None, None),
    ]  # fmt: skip


def test_a_plan_is_applied_once(here: Difficult) -> None:
    three_changes(here)
    number, _ = preview(here)
    done = apply(here, number)
    ran = here.run("apply", str(number), "--practice")
    assert (ran.status, ran.out) == (2, "")
    assert f"applied already. By pass {done['result']['id']}" in ran.err
    plans = json.loads(here.run("plans", "--practice", "--json").out)
    assert [(plan["number"], plan["state"], plan["applied_by"]) for plan in plans] == [
        (number, "applied", done["result"]["id"])
    ]


def test_plans_outlive_passes_and_the_oldest_go(here: Difficult) -> None:
    three_changes(here)
    numbers = [preview(here)[0] for _ in range(6)]
    plans = json.loads(here.run("plans", "--practice", "--json").out)
    assert [(plan["number"], plan["state"]) for plan in plans] == [
        (number, "gone" if number == numbers[0] else "kept") for number in reversed(numbers)
    ]
    here.settled()
    assert "isn't kept any more" in here.run("apply", str(numbers[0]), "--practice").err
    assert {m["op"] for m in apply(here, numbers[1])["moved"]} == set(), "everything is so already"
    assert here.sync().writes() == 0


def test_other_settings_are_told_and_decide_anew(here: Difficult) -> None:
    three_changes(here)
    number, _ = preview(here)
    assert here.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "nothing").status == 0
    here.rule("phone", "dont_sync")
    done = apply(here, number, status=1)
    assert done["settings_changed"] is True
    told = {(m["label"], f["property"]): f["why"] for m in done["moved"] for f in m["fields"]}
    assert told["Moe", "phone"] == "it isn't synced any more"
    assert ("Gone", "") in told
    assert here.people("email", "phone", "jobtitle") == [
        ("gone@example.com", None, None), ("moe@example.com", "111", "Boss"),
    ]  # fmt: skip


def test_what_is_no_plan_is_refused_in_one_line(here: Difficult) -> None:
    here.sync()
    for number in ("999", "0", "1", "9" * 30, "one", "1.5", ""):
        ran = here.run("apply", number, "--practice")
        assert (ran.status, ran.out) == (2, ""), number
        assert len(ran.err.strip().splitlines()) == 1, number
