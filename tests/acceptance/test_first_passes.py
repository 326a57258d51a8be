"""The main job on the practice orgs, as `sync --practice` does it. Calls are counted by the practice orgs, not by the app."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pytest

from tests.acceptance.desk import Desk, desk

PEOPLE = 400
HOURS = 3600


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose first pass is over."""
    with desk(tmp_path_factory.mktemp("desk"), contacts=PEOPLE) as opened:
        ran = opened.sync()
        assert ran.tally("salesforce")["linked"] > PEOPLE * 0.3
        assert ran.tally("hubspot")["created"] > PEOPLE * 0.4
        assert ran.tally("salesforce")["created"] > PEOPLE * 0.4
        yield opened


def linked_hubspot(opened: Desk) -> list[dict[str, str | None]]:
    """The properties of all HubSpot contacts that carry a Salesforce contact's id."""
    names = ("email", "jobtitle", "firstname", "city", "phone", "salesforcecontactid")
    assert opened.hubspot is not None
    found = [{"id": each["id"], **each["properties"]} for each in opened.hubspot.all(*names)]
    return [each for each in found if each["salesforcecontactid"]]


def test_every_record_that_can_travel_has_exactly_one_counterpart(synced: Desk) -> None:
    assert synced.hubspot is not None
    ids = Counter(each["salesforcecontactid"] for each in linked_hubspot(synced))
    assert len(ids) > PEOPLE * 0.5
    assert max(ids.values()) == 1


def test_a_second_pass_writes_nothing_and_only_reads_its_own_echo(synced: Desk) -> None:
    hubspot_written = len(list(linked_hubspot(synced))) + PEOPLE
    synced.admin.reset_calls()
    ran = synced.sync()
    calls = synced.admin.calls()
    assert ran.writes() == 0
    assert calls["salesforce"] <= 1 + ceil(2 * PEOPLE / 2000)
    assert calls["hubspot"] <= 1 + ceil(hubspot_written / 200)
    assert ran.json["pass"]["calls"] == calls


def test_a_quiet_pass_costs_at_most_two_and_two_calls(synced: Desk) -> None:
    synced.admin.advance(3 * HOURS)
    synced.sync()
    synced.admin.reset_calls()
    ran = synced.sync()
    calls = synced.admin.calls()
    assert ran.writes() == 0
    assert calls["salesforce"] <= 2
    assert calls["hubspot"] <= 2


def test_an_edit_in_salesforce_carries_exactly_that_field(synced: Desk) -> None:
    assert synced.salesforce is not None
    assert synced.hubspot is not None
    person = next(each for each in linked_hubspot(synced) if each["jobtitle"])
    before = synced.hubspot.get(str(person["id"]), *_ALL)["properties"]
    synced.salesforce.edit("Contact", str(person["salesforcecontactid"]), Title="Chief of Everything")
    ran = synced.sync()
    after = synced.hubspot.get(str(person["id"]), *_ALL)["properties"]
    changed = {name for name in after if after[name] != before[name]} - {"lastmodifieddate"}
    assert changed == {"jobtitle"}
    assert after["jobtitle"] == "Chief of Everything"
    assert (ran.tally("hubspot")["updated"], ran.tally("salesforce")["updated"]) == (1, 0)


def test_an_edit_in_hubspot_carries_exactly_that_field_where_the_rule_lets_it(synced: Desk) -> None:
    assert synced.salesforce is not None
    assert synced.hubspot is not None
    person = next(each for each in linked_hubspot(synced) if each["city"])
    contact = str(person["salesforcecontactid"])
    before = synced.salesforce.query(f"SELECT {_FIELDS} FROM Contact WHERE Id = '{contact}'")[0]
    blank = next(
        (field, name)
        for field, name in (("Fax", "fax"), ("MobilePhone", "mobilephone"), ("Salutation", "salutation"))
        if before[field] is None
    )
    synced.hubspot.edit(str(person["id"]), **{blank[1]: "Dr." if blank[1] == "salutation" else "+47 22 33 44 55"})
    ran = synced.sync()
    after = synced.salesforce.query(f"SELECT {_FIELDS} FROM Contact WHERE Id = '{contact}'")[0]
    assert {name for name in after if after[name] != before[name]} - {"attributes"} == {blank[0]}
    assert (ran.tally("salesforce")["updated"], ran.tally("hubspot")["updated"]) == (1, 0)


def test_what_a_preview_shows_is_what_the_pass_then_does(synced: Desk) -> None:
    assert synced.salesforce is not None
    assert synced.hubspot is not None
    person = next(each for each in linked_hubspot(synced) if each["phone"])
    synced.salesforce.edit(
        "Contact", str(person["salesforcecontactid"]), Department="Unmapped", Phone="+47 11 22 33 44"
    )
    preview = synced.sync("--preview")
    assert synced.hubspot.get(str(person["id"]), "phone")["properties"]["phone"] == person["phone"]
    planned = [(each["op"], each["record_id"], each["fields"]) for each in preview.json["changes"]]
    assert [(op, id) for op, id, _ in planned] == [("update", person["id"])]
    assert [(field["field"], field["new"]) for field in planned[0][2]] == [("phone", "+47 11 22 33 44")]
    ran = synced.sync()
    assert ran.json["pass"]["tallies"] == preview.json["pass"]["tallies"]
    assert synced.hubspot.get(str(person["id"]), "phone")["properties"]["phone"] == "+47 11 22 33 44"


_ALL = (
    "email",
    "jobtitle",
    "firstname",
    "lastname",
    "city",
    "phone",
    "mobilephone",
    "fax",
    "company",
    "address",
    "zip",
)
_FIELDS = "FirstName, LastName, Title, Phone, Fax, MobilePhone, Salutation, MailingCity, Email"


def test_ten_thousand_of_salesforce_alone_cost_the_least_possible(tmp_path: Path) -> None:
    """Scaled to 2,000 here; `./dev bench` does 10,000."""
    with desk(tmp_path, contacts=2000, only="salesforce") as opened:
        opened.admin.reset_calls()
        ran = opened.sync()
        created = ran.tally("hubspot")["created"]
        assert created > 1800
        calls = opened.admin.calls()
        # Schemas and owners are read once a day: describe twice, users; properties, owners live and archived.
        # A first pass of that size tries 25 records first: one batch of theirs, and one read (engine/canary.py).
        least = {"salesforce": 2 + 1 + 1, "hubspot": 1 + 2 + 1 + 1 + 1 + ceil((created - 25) / 100)}
        assert calls["salesforce"] <= least["salesforce"]
        assert calls["hubspot"] <= 1.02 * least["hubspot"]
