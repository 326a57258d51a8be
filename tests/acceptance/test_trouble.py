"""Bad input and bad luck: one clear line, and nothing lost."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.desk import Desk, desk


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk"), contacts=30) as opened:
        opened.sync()
        yield opened


def one_line(text: str) -> str:
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


def test_nothing_connected_is_said_with_what_to_do(tmp_path: Path) -> None:
    ran = Desk(tmp_path).run("sync")
    assert ran.status == 2
    assert "--practice" in one_line(ran.err)


def test_an_unknown_connection_is_named(tmp_path: Path) -> None:
    ran = Desk(tmp_path).run("status", "Acme")
    assert ran.status == 2
    assert "“Acme”" in one_line(ran.err)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://acme.my.salesforce.com", "https"),
        ("ftp://acme", "isn't an address"),
        ("https://user:secret@acme.my.salesforce.com", "isn't an address"),
    ],
)
def test_an_address_that_cannot_be_is_refused_before_anything_is_sent(tmp_path: Path, address: str, why: str) -> None:
    ran = Desk(tmp_path).run("connect", "Acme", "--salesforce-url", address, told="token\ntoken\n")
    assert ran.status == 2
    assert why in one_line(ran.err)
    assert "token\n" not in ran.err


def test_a_host_that_does_not_answer_is_said_and_nothing_is_kept(small: Desk, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    fresh = Desk(tmp_path)
    hubspot = small.orgs.announced["hubspot"]["url"]
    ran = fresh.run("connect", "Acme", "--salesforce-url", nobody, "--hubspot-url", hubspot, told="one\ntwo\n")
    assert ran.status == 2
    assert "Salesforce" in one_line(ran.err)
    assert fresh.run("connections", "--json").json == []


def test_a_wrong_token_is_said_without_showing_it(small: Desk, tmp_path: Path) -> None:
    urls = small.orgs.announced
    ran = Desk(tmp_path).run(
        "connect",
        "Acme",
        "--salesforce-url",
        urls["salesforce"]["url"],
        "--hubspot-url",
        urls["hubspot"]["url"],
        told="00Dwrong-token\npat-wrong-token\n",
    )
    assert ran.status == 2
    assert "wrong-token" not in one_line(ran.err) + ran.out


def test_a_name_that_would_leave_its_folder_is_refused(tmp_path: Path) -> None:
    ran = Desk(tmp_path).run("connect", "../evil", "--salesforce-url", "https://a.example", told="a\nb\n")
    assert ran.status == 2
    assert "can't be the name" in one_line(ran.err)


@pytest.mark.parametrize("value", ["0", "-5", "ten", "100001", "99999999999"])
def test_an_allocation_that_cannot_be_is_refused_and_the_old_one_stays(small: Desk, value: str) -> None:
    ran = small.run("settings", "set", "--practice", "allocation", "--", value)
    assert ran.status == 2
    assert "from 1" in one_line(ran.err)
    assert small.run("settings", "get", "--practice", "allocation").out.strip() == "10000"


def test_a_setting_that_does_not_exist_and_a_choice_that_does_not_are_named(small: Desk) -> None:
    assert "no setting “colour”" in one_line(small.run("settings", "set", "--practice", "colour", "red").err)
    ran = small.run("settings", "set", "--practice", "contacts.on_hubspot_change", "account")
    assert "contact, lead" in one_line(ran.err)


def test_a_setting_that_was_set_is_still_set_in_the_next_command(small: Desk) -> None:
    assert small.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "delete").status == 0
    assert small.run("settings", "get", "--practice", "contacts.on_salesforce_delete").out.strip() == "delete"
    assert small.run("settings", "set", "--practice", "contacts.on_salesforce_delete", "nothing").status == 0


def test_a_pass_stops_at_the_allocation_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=300) as opened:
        assert opened.run("settings", "set", "--practice", "allocation", "5").status == 0
        opened.admin.reset_calls()
        ran = opened.run("sync", "--practice", "--json")
        assert ran.status == 2
        assert "allocat" in one_line(ran.err).lower()
        assert opened.admin.calls()["salesforce"] <= 5
        again = opened.run("sync", "--practice", "--json")
        assert again.status == 2
        assert opened.admin.calls()["salesforce"] <= 5
        assert opened.run("settings", "set", "--practice", "allocation", "10000").status == 0
        opened.sync()
        assert opened.sync().writes() == 0


def test_a_damaged_database_is_moved_aside_said_and_rebuilt_by_matching(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=60) as opened:
        opened.sync()
        linked = sum(opened.run("status", "--practice", "--json").json["links"].values())
        memory = opened.connection / "memory.sqlite"
        for left in opened.connection.glob("memory.sqlite-*"):
            left.unlink()
        memory.write_bytes(b"this is no database" * 1000)
        told = opened.run("status", "--practice").out
        assert "moved aside" in told
        assert list(opened.connection.glob("memory.sqlite.corrupt-*"))
        ran = opened.sync()
        assert ran.tally("hubspot")["created"] == 0
        assert ran.tally("salesforce")["created"] == 0
        assert sum(opened.run("status", "--practice", "--json").json["links"].values()) == linked


def test_a_second_engine_on_the_same_connection_is_turned_away(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=1500) as opened:
        with opened.start("sync", "--practice", "--json") as first:
            _until(lambda: (opened.connection / "memory.sqlite").exists())
            ran = opened.run("sync", "--practice")
            _, err = first.communicate(timeout=100)
        assert first.returncode in (0, 1), err
        assert ran.status == 2
        assert str(first.pid) in one_line(ran.err)


@pytest.mark.slow
def test_killed_again_and_again_in_a_first_pass_it_misses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """SIGKILL at several moments of a first pass; 10,000 people are done by `./dev bench`."""
    people = 1200
    with desk(tmp_path, contacts=people) as opened:
        assert opened.hubspot is not None
        assert opened.salesforce is not None
        for moment in (1.6, 2.2, 2.8, 3.4):
            process = opened.start("sync", "--practice", "--json")
            time.sleep(moment)
            _kill(process)
        opened.sync()
        ran = opened.sync()
        assert ran.writes() == 0
        hubspot = opened.hubspot.all("email", "crmsync_salesforce_id", "salesforcecontactid", "salesforceleadid")
        partners = Counter(
            each["properties"][name]
            for each in hubspot
            for name in ("salesforcecontactid", "salesforceleadid")
            if each["properties"][name]
        )
        assert max(partners.values()) == 1
        origins = Counter(
            record["CRMSync_HubSpot_Id__c"]
            for sobject in ("Contact", "Lead")
            for record in opened.salesforce.query(f"SELECT CRMSync_HubSpot_Id__c FROM {sobject}")
            if record["CRMSync_HubSpot_Id__c"]
        )
        assert max(origins.values()) == 1
        live = sum(len(opened.salesforce.query(f"SELECT Id FROM {each}")) for each in ("Contact", "Lead"))
        status = opened.run("status", "--practice", "--json").json
        in_error = {
            (error["side"], error["record_id"])
            for group in opened.run("errors", "--practice", "--json").json
            for error in group["records"]
        }
        linked = sum(status["links"].values())
        assert live - linked <= len(in_error)


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _until(happened: object, seconds: float = 20) -> None:
    assert callable(happened)
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def test_a_connection_file_that_cannot_be_read_is_said_and_keeps_no_other_connection_from_working(
    small: Desk,
) -> None:
    broken = small.folder / "connections" / "Broken"
    broken.mkdir()
    try:
        (broken / "connection.json").write_bytes(b"\xff\xfe{ cut off")
        assert "“Broken”" in one_line(small.run("connections").err)
        assert small.run("sync", "--practice", "--json").status in (0, 1)
        assert small.run("status", "practice").status in (0, 1)
    finally:
        shutil.rmtree(broken)


@pytest.mark.parametrize("name", ["practice", "Practice"])
def test_k4_the_name_of_the_practice_orgs_is_no_name_for_a_real_connection(tmp_path: Path, name: str) -> None:
    ran = Desk(tmp_path).run("connect", name, "--salesforce-url", "https://a.example", told="a\nb\n")
    assert ran.status == 2
    assert "practice orgs" in one_line(ran.err)


def test_a_number_longer_than_any_is_refused_like_one_that_is_too_high(small: Desk) -> None:
    ran = small.run("settings", "set", "--practice", "allocation", "9" * 5000)
    assert ran.status == 2
    assert "from 1" in one_line(ran.err)


def test_c7_the_list_that_is_shown_as_none_is_no_list(small: Desk) -> None:
    assert small.run("settings", "set", "--practice", "contacts.inclusion_list", "none").status == 0
    assert small.run("settings", "get", "--practice", "--json").json["contacts.inclusion_list"] == ""


def test_a_damaged_call_counter_is_said_and_no_call_is_made(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=5) as opened:
        opened.sync()
        for left in opened.connection.glob("calls.sqlite*"):
            left.unlink()
        (opened.connection / "calls.sqlite").write_bytes(b"no database" * 1000)
        opened.admin.reset_calls()
        ran = opened.run("sync", "--practice")
        assert ran.status == 2
        assert "call counter" in one_line(ran.err)
        assert opened.admin.calls() == {"salesforce": 0, "hubspot": 0}
