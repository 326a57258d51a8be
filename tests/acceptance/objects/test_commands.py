"""X1, P8: custom objects from the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.conditions import Difficult
from tests.acceptance.desk import Desk

NAME = "Subscription__c"


@pytest.fixture
def desk(difficult_orgs: Desk, capsys: pytest.CaptureFixture[str]) -> Iterator[Difficult]:
    found = Difficult(difficult_orgs, capsys)
    found.admin.post("/hubspot/setup", tier="enterprise")
    found.admin.post("/hubspot/limits", searches=1_000, burst=10_000)
    found.admin.post("/salesforce/setup", custom_objects=[NAME])
    try:
        yield found
    finally:
        url = f"{difficult_orgs.orgs.announced['hubspot']['url']}/crm-object-schemas/2026-03/schemas"
        for row in found.salesforce.query(f"SELECT Id FROM {NAME}"):
            found.admin.post("/salesforce/delete", ids=[row["Id"]])
        for kind in found.hubspot.session.get(url, timeout=30).json()["results"]:
            type_id = kind["objectTypeId"]
            records = found.admin.get("/practice/records", system="hubspot", type=type_id, search="", limit=50)[
                "records"
            ]
            found.admin.post("/practice/delete", system="hubspot", type=type_id, ids=[each["id"] for each in records])
            for query in ("", "?archived=true"):
                found.hubspot.session.delete(f"{url}/{type_id}{query}", timeout=30).raise_for_status()
        found.admin.post("/salesforce/setup", custom_objects=[])
        found.make_plain()


def test_an_object_from_the_list_to_its_records_and_off_again(desk: Difficult) -> None:
    desk.salesforce.create(NAME, Plan__c="Team")
    assert "Subscription__c" in desk.run("objects", "list", "--practice").out
    proposed = desk.run("objects", "propose", NAME, "--practice", "--json")
    assert (proposed.status, proposed.json["hubspot"], proposed.json["records"]) == (0, "subscription", 1)
    assert "nobody to ask" in desk.run("objects", "add", NAME, "--practice", "--json").err
    assert desk.run("objects", "list", "--practice", "--json").json["hubspot"] == []
    added = desk.run(
        "objects", "add", NAME, "--practice", "--yes", "--rename", "Plan__c=tier", "--without", "Billing_Id__c"
    )
    assert added.status == 0
    assert "Left out: Billing ID (Billing_Id__c)" in added.out
    assert f"objects on {NAME} --preview --practice" in added.out
    shown = desk.run("objects", "on", NAME, "--practice", "--preview", "--json")
    assert [change["label"][:4] for change in shown.json["changes"]] == ["SUB-"]
    assert desk.run("settings", "get", f"{NAME}.enabled", "--practice").out.strip() == "off"
    assert desk.run("objects", "on", NAME, "--practice").out.strip() == f"{NAME}: on"
    assert desk.sync().writes() == 1
    assert desk.run("settings", "set", f"{NAME}.on_salesforce_delete", "delete", "--practice").status == 0
    assert f"{NAME}.on_salesforce_delete" in desk.run("settings", "get", NAME, "--practice").out
    assert "tier" in desk.run("mappings", "list", NAME, "--practice").out
    assert f"{NAME} is up to date." in desk.run("objects", "update", NAME, "--practice").out
    off = desk.run("objects", "off", NAME, "--practice").out.strip()
    assert off == f"{NAME}: off; 1 pair of records stays linked"
    assert "nobody to ask" in desk.run("objects", "remove", NAME, "--practice", "--json").err
    assert desk.run("objects", "remove", NAME, "--practice", "--yes").out.strip() == f"{NAME} was taken off."
    assert NAME not in desk.run("pairs", "list", "--practice").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("propose", "Nope__c"), "The org has no custom object Nope__c"),
        (("add", NAME, "--rename", "Plan__c"), "Write it as FIELD=PROPERTY"),
        (("add", NAME, "--hubspot", "nothing", "--yes"), "HubSpot has no custom object “nothing”"),
        (("update", NAME), "wasn't added yet"),
        (("on", NAME), "wasn't added"),
        (("on", "contacts"), "wasn't added"),
        (("remove", NAME, "--yes"), "wasn't added"),
    ],
)
def test_what_cant_be_is_told_in_one_line(desk: Difficult, arguments: tuple[str, ...], told: str) -> None:
    ran = desk.run("objects", *arguments, "--practice")
    assert ran.status == 2
    assert told in ran.err
    assert len(ran.err.strip().splitlines()) == 1
