"""Late commits: a write keeps the stamp of when it began, and everybody sees it some time later."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce.dials import shown, turn

from .conftest import FrozenTime, Server

NOW = int(FrozenTime()())
BEGAN = "2027-01-15T08:00:00.000+0000"
SOQL = "SELECT Id, LastName, IsDeleted, SystemModstamp FROM Contact ORDER BY LastName"
SPAN = {"start": "2027-01-15T07:00:00Z", "end": "2027-01-15T10:00:00Z"}


def names(server: Server, **how: Any) -> list[str]:
    return [record["LastName"] for record in server.query(SOQL, **how)["records"]]


def test_without_a_lag_a_write_shows_at_once(server: Server) -> None:
    server.contact(LastName="New")
    assert names(server) == ["New"]
    assert server.org.commits.oldest_open() is None


def test_a_new_record_shows_later_with_the_stamp_of_its_beginning(server: Server) -> None:
    server.org.commits.lag_seconds = 30
    new_id = server.contact(LastName="Late")
    server.refused(server.get(f"sobjects/Contact/{new_id}"), 404, "NOT_FOUND")
    assert names(server) == names(server, everything=True) == []
    assert server.query("SELECT COUNT() FROM Contact")["totalSize"] == 0
    retrieved = server.post("composite/sobjects/Contact", {"ids": [new_id], "fields": ["LastName"]}).json()
    assert retrieved == [None]
    server.clock.advance(29)
    assert names(server) == []
    server.clock.advance(1)
    (record,) = server.query(SOQL)["records"]
    assert (record["LastName"], record["SystemModstamp"]) == ("Late", BEGAN)
    assert server.get(f"sobjects/Contact/{new_id}").json()["LastName"] == "Late"


def test_a_watermark_that_is_past_the_stamp_misses_a_late_record(server: Server) -> None:
    """What makes a reader look back: the next query begins where the last one ended, and the record is before that."""
    server.org.commits.lag_seconds = 60
    server.contact(LastName="Late")
    server.clock.advance(60)
    after = "WHERE SystemModstamp >= 2027-01-15T08:00:30Z"
    assert server.query(f"SELECT Id FROM Contact {after}")["totalSize"] == 0
    assert server.query("SELECT Id FROM Contact WHERE SystemModstamp >= 2027-01-15T07:59:30Z")["totalSize"] == 1


def test_a_changed_record_shows_as_it_was(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Old"}).json()["id"]
    contact = server.contact(LastName="Before", AccountId=account)
    server.org.commits.lag_seconds = 10
    server.clock.advance(5)
    assert server.patch(f"sobjects/Contact/{contact}", {"LastName": "Between"}).status_code == 204
    server.clock.advance(5)
    assert server.patch(f"sobjects/Contact/{contact}", {"LastName": "After"}).status_code == 204
    assert server.patch(f"sobjects/Account/{account}", {"Name": "New"}).status_code == 204
    parents = "SELECT LastName, Account.Name FROM Contact"
    (record,) = server.query(parents)["records"]
    assert (record["LastName"], record["Account"]["Name"]) == ("Before", "Old")
    assert server.get(f"sobjects/Contact/{contact}").json()["SystemModstamp"] == BEGAN
    server.clock.advance(5)
    (record,) = server.query(parents)["records"]
    assert (record["LastName"], record["Account"]["Name"]) == ("Between", "Old")
    server.clock.advance(5)
    (record,) = server.query(parents)["records"]
    assert (record["LastName"], record["Account"]["Name"]) == ("After", "New")


def test_a_deletion_shows_later_and_so_does_what_was_updated_or_deleted(server: Server) -> None:
    kept, gone = server.contact(LastName="Kept"), server.contact(LastName="Gone")
    server.clock.advance(60)
    server.org.commits.lag_seconds = 120
    assert server.call("DELETE", f"sobjects/Contact/{gone}").status_code == 204
    assert server.patch(f"sobjects/Contact/{kept}", {"LastName": "Kept 2"}).status_code == 204
    server.clock.advance(60)
    assert names(server) == ["Gone", "Kept"]
    assert server.get(f"sobjects/Contact/{gone}").status_code == 200
    span = {"start": "2027-01-15T08:01:00Z", "end": "2027-01-15T10:00:00Z"}
    updated = server.get("sobjects/Contact/updated", params=span).json()
    deleted = server.get("sobjects/Contact/deleted", params=span).json()
    assert (updated["ids"], deleted["deletedRecords"]) == ([], [])
    # Held where the oldest write that isn't seen yet began, so that the next span begins before it.
    assert updated["latestDateCovered"] == deleted["latestDateCovered"] == "2027-01-15T08:01:00.000+0000"
    server.clock.advance(60)
    assert names(server, everything=True) == ["Gone", "Kept 2"]
    updated = server.get("sobjects/Contact/updated", params=span).json()
    deleted = server.get("sobjects/Contact/deleted", params=span).json()
    assert (updated["ids"], [entry["id"] for entry in deleted["deletedRecords"]]) == ([kept], [gone])
    assert updated["latestDateCovered"] == deleted["latestDateCovered"] == "2027-01-15T08:03:00.000+0000"
    server.refused(server.get(f"sobjects/Contact/{gone}"), 404, "ENTITY_IS_DELETED")


def test_commits_can_be_held_until_they_are_released(server: Server) -> None:
    server.contact(LastName="First")
    server.org.commits.hold()
    server.contact(LastName="Held")
    server.clock.advance(100_000)
    assert names(server) == ["First"]
    assert server.org.latest_covered() == BEGAN
    server.org.commits.release()
    assert names(server) == ["First", "Held"]
    assert server.org.commits.oldest_open() is None
    server.contact(LastName="Later")
    assert names(server) == ["First", "Held", "Later"]


def test_a_lag_that_ends_lets_what_is_under_way_end_in_its_own_time(server: Server) -> None:
    server.org.commits.lag_seconds = 30
    server.contact(LastName="Late")
    server.org.commits.lag_seconds = 0
    server.contact(LastName="Prompt")
    assert names(server) == ["Prompt"]
    server.clock.advance(30)
    assert names(server) == ["Late", "Prompt"]
    with pytest.raises(ValueError, match="0 seconds or more"):
        server.org.commits.lag_seconds = -1


def test_a_write_that_is_rolled_back_leaves_nothing_to_show(server: Server) -> None:
    contact = server.contact(LastName="Same")
    server.org.commits.lag_seconds = 30
    body = {"allOrNone": True, "records": [
        {"attributes": {"type": "Contact"}, "id": contact, "LastName": "Changed"},
        {"attributes": {"type": "Contact"}, "id": contact[:-4] + "zzz", "LastName": "Nobody"},
    ]}  # fmt: skip
    assert server.patch("composite/sobjects", body).status_code == 200
    assert server.org.commits.oldest_open() is None
    assert names(server) == ["Same"]


def test_what_is_loaded_and_looked_at_shows_at_once(server: Server) -> None:
    server.org.commits.hold()
    server.org.load([("Contact", {"LastName": "Seeded"})])
    server.query("SELECT Id FROM Contact FOR VIEW")
    (record,) = server.query("SELECT LastName, LastViewedDate FROM Contact")["records"]
    assert (record["LastName"], record["LastViewedDate"]) == ("Seeded", BEGAN)


def test_an_object_that_the_setup_adds_commits_late_too(server: Server) -> None:
    server.org.commits.hold()
    server.org.change_setup(custom_objects=["Subscription__c"])
    assert server.post("sobjects/Subscription__c", {"Plan__c": "Team"}).status_code == 201
    assert server.query("SELECT COUNT() FROM Subscription__c")["totalSize"] == 0
    server.org.commits.release()
    assert server.query("SELECT COUNT() FROM Subscription__c")["totalSize"] == 1


def test_a_page_by_locator_shows_what_everybody_sees(server: Server) -> None:
    server.org.load(("Contact", {"LastName": f"N{at:04}", "SystemModstamp": NOW}) for at in range(2001))
    first = server.query("SELECT Id, LastName FROM Contact ORDER BY LastName")
    last = server.query("SELECT Id FROM Contact WHERE LastName = 'N2000'")["records"][0]["Id"]
    server.org.commits.lag_seconds = 30
    assert server.patch(f"sobjects/Contact/{last}", {"LastName": "Changed"}).status_code == 204
    (record,) = server.get(first["nextRecordsUrl"]).json()["records"]
    assert record["LastName"] == "N2000"
    server.clock.advance(30)
    (record,) = server.get(first["nextRecordsUrl"]).json()["records"]
    assert record["LastName"] == "Changed"


def test_the_dials_can_be_turned_by_name(server: Server) -> None:
    turn(server.org, {"commit_lag_seconds": 5, "commits_held": True})
    assert {"commit_lag_seconds": 5.0, "commits_held": True}.items() <= shown(server.org).items()
    server.contact(LastName="Held")
    assert names(server) == []
    turn(server.org, {"commit_lag_seconds": 0, "commits_held": False})
    assert names(server) == ["Held"]
