"""Connecting "real" systems: the practice orgs stand in for them, the keyring is the machine's own Secret Service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backends.fail
import keyring.errors
import pytest

from tests.acceptance.desk import Desk, desk


def secret_service() -> bool:
    try:
        return keyring.get_keyring().priority >= 1 and keyring.get_password("crmsync-test", "none") is None
    except (keyring.errors.KeyringError, RuntimeError):
        return False


needs_keyring = pytest.mark.skipif(
    not os.environ.get("DBUS_SESSION_BUS_ADDRESS") or not secret_service(),
    reason="there is no unlocked Secret Service here; ./dev test starts one",
)


@pytest.fixture
def connected(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, contacts=40) as opened:
        urls = opened.orgs.announced
        ran = opened.run(
            "connect",
            "Acme sandbox",
            "--salesforce-url",
            urls["salesforce"]["url"],
            "--hubspot-url",
            urls["hubspot"]["url"],
            told=f"{urls['salesforce']['access_token']}\n{urls['hubspot']['access_token']}\n",
        )
        assert ran.status == 0, ran.err
        yield opened


@needs_keyring
def test_a_connection_is_made_listed_synced_and_asked_about(connected: Desk) -> None:
    listed = connected.run("connections", "--json").json
    assert [each["name"] for each in listed] == ["Acme sandbox"]
    preview = connected.run("sync", "--preview", "--json")
    assert preview.status in (0, 1), preview.err
    ran = connected.run("sync", "Acme sandbox", "--json")
    assert ran.status in (0, 1), ran.err
    assert ran.json["pass"]["tallies"] == preview.json["pass"]["tallies"]
    assert ran.tally("hubspot")["created"] > 10
    status = connected.run("status", "--json").json
    assert status["links"]["contacts"] > 30
    assert status["salesforce"]["used"] == connected.admin.calls()["salesforce"]
    assert status["hubspot"]["used"] == connected.admin.calls()["hubspot"]


@needs_keyring
def test_tokens_are_in_the_keyring_and_in_no_file(connected: Desk) -> None:
    connected.run("sync", "--json")
    tokens = [connected.orgs.announced[system]["access_token"].encode() for system in ("salesforce", "hubspot")]
    files = [path for path in (connected.folder / "connections").rglob("*") if path.is_file()]
    assert any(path.name == "memory.sqlite" for path in files)
    assert [path for path in files if any(token in path.read_bytes() for token in tokens)] == []
    assert [path for path in files if path.stat().st_mode & 0o077] == []


@needs_keyring
def test_a_second_connection_of_that_name_is_refused(connected: Desk) -> None:
    ran = connected.run("connect", "Acme sandbox", "--salesforce-url", "https://acme.example", told="a\nb\n")
    assert ran.status == 2
    assert "already" in ran.err


def test_without_a_keyring_connecting_says_how_to_get_one(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=5) as opened:
        urls = opened.orgs.announced
        bus = os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
        try:
            ran = opened.run(
                "connect",
                "Acme",
                "--salesforce-url",
                urls["salesforce"]["url"],
                "--hubspot-url",
                urls["hubspot"]["url"],
                told=f"{urls['salesforce']['access_token']}\n{urls['hubspot']['access_token']}\n",
            )
        finally:
            if bus is not None:
                os.environ["DBUS_SESSION_BUS_ADDRESS"] = bus
        assert ran.status == 2
        assert "keyring" in ran.err
        assert len(ran.err.strip().splitlines()) == 1
        assert not (tmp_path / "connections" / "Acme" / "connection.json").exists()
