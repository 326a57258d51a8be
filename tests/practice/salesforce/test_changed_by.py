"""Who changed a record last: a person, the sync, or the org's own automation."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg

from .conftest import Server


def test_what_is_loaded_or_done_in_the_org_is_a_persons_and_the_api_is_the_sync(server: Server) -> None:
    org = server.org
    org.load([("Contact", {"LastName": "Loaded"})])
    loaded, by_hand, by_api = "003Pr0000000001IAA", org.insert("Contact", {"LastName": "Hand"}), server.contact()
    assert org.changed_by("Contact", [loaded, by_hand, by_api, "003Pr0000000099IAA"]) == {
        loaded: "person",
        by_hand: "person",
        by_api: "sync",
    }


def test_the_last_writer_wins(server: Server) -> None:
    org, one = server.org, server.contact()
    org.update(one, {"FirstName": "A"})
    assert org.changed_by("Contact", [one]) == {one: "person"}
    record = {"attributes": {"type": "Contact"}, "Id": one}
    assert server.patch("composite/sobjects", {"records": [record]}).json()[0]["success"]
    assert org.changed_by("Contact", [one]) == {one: "sync"}
    org.delete([one])
    assert org.changed_by("Contact", [one]) == {one: "person"}
    org.undelete([one])
    assert server.call("DELETE", f"sobjects/Contact/{one}").status_code == 204
    assert org.changed_by("Contact", [one]) == {one: "sync"}


def test_a_merge_and_a_conversion_in_the_org_are_a_persons(server: Server) -> None:
    org = server.org
    master, loser = server.contact(), server.contact()
    org.merge(master, [loser])
    assert set(org.changed_by("Contact", [master, loser]).values()) == {"person"}
    lead = server.post("sobjects/Lead", {"LastName": "L", "Company": "C"}).json()["id"]
    made = org.convert_lead(lead)
    assert org.changed_by("Lead", [lead]) == {lead: "person"}
    assert org.changed_by("Account", [made["account"]]) == {made["account"]: "person"}


def test_a_database_from_before_gets_the_column(tmp_path: Path, clock: PracticeClock) -> None:
    path = tmp_path / "old.db"
    org = SalesforceOrg(path, clock)
    one = org.insert("Contact", {"LastName": "A"})
    org.close()
    old = sqlite3.connect(path)
    old.execute("ALTER TABLE Contact DROP COLUMN _by")
    old.close()
    org = SalesforceOrg(path, clock)
    try:
        assert org.changed_by("Contact", [one]) == {one: "person"}
    finally:
        org.close()


def test_an_unknown_object_is_an_error(org: SalesforceOrg) -> None:
    with pytest.raises(KeyError):
        org.changed_by("Nope", [])
