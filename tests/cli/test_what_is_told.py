"""What the command line says around its answers: the list of commands, mistakes in a command, suggestions, refused files."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crmsync_desktop.cli import output, run
from crmsync_desktop.cli.session import addressed
from tests.practice.servers import Orgs

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(home: tuple[Path, Orgs], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Told:
    """Run a command and give its exit status and what it said on both streams."""
    monkeypatch.setenv("CRMSYNC_DATA_DIR", str(home[0]))

    def ran(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["crmsync-desktop", *arguments])
        status = run()
        out, err = capfd.readouterr()
        return status, out, err

    return ran


def test_the_list_of_commands_begins_with_the_daily_ones(told: Told) -> None:
    status, out, _ = told("--help")
    names = re.findall(r"^  ([a-z]+) ", out.partition("Commands:")[2], re.MULTILINE)
    assert status == 0
    assert names[:5] == ["window", "sync", "status", "errors", "retry"]
    assert "practice" in names
    assert len(names) == len(set(names)) >= 28


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("apply", "abc"), "Invalid value for 'plan': it should be a valid integer. See --help.\n"),
        (("undo", "-1"), "No such option: -1. See --help.\n"),
        (("config", "import", "none.toml", "--practice"), "none.toml: No such file or directory.\n"),
        (("changes", "999", "--practice"), "There is no pass 999. See which there are: history\n"),
        (
            ("mappings", "remove", "contacts", "phone", "--practice"),
            "“phone” is a default mapping, and can't be removed. Set its rule to “Don't sync” instead.\n",
        ),
    ],
)
def test_a_mistake_is_told_in_one_plain_line(told: Told, command: tuple[str, ...], message: str) -> None:
    assert told(*command) == (2, "", message)


def test_a_rule_that_there_is_not_is_told_with_those_there_are(told: Told) -> None:
    status, _, err = told("mappings", "rule", "contacts", "phone", "nope")
    assert status == 2
    assert err.startswith("Invalid value for 'rule': 'nope' is not one of 'prefer_salesforce'")


def test_an_inclusion_list_that_there_is_not_is_refused_before_it_stops_a_pass(told: Told) -> None:
    status, out, err = told("settings", "set", "contacts.inclusion_list", "12345", "--practice")
    assert (status, out) == (2, "")
    assert err.startswith("HubSpot has no active list “12345”. Active lists are: ")
    assert told("settings", "get", "contacts.inclusion_list", "--practice")[1] == "none\n"
    assert (
        told("settings", "set", "contacts.inclusion_list", "none", "--practice")[1]
        == "contacts.inclusion_list = none\n"
    )


def test_what_changes_something_answers_machines_too(told: Told) -> None:
    def asked(*command: str) -> object:
        status, out, err = told(*command, "--practice", "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    def rule(views: object) -> str:
        assert isinstance(views, list)
        return next(str(view["rule"]) for view in views if view["property"] == "phone")

    assert asked("pause") == {"connection": "practice", "paused": True}
    assert asked("resume") == {"connection": "practice", "paused": False}
    assert asked("retry") == {"retried": 0}
    assert rule(asked("mappings", "rule", "contacts", "phone", "two_way")) == "two_way"


def test_a_preview_suggests_the_command_that_does_exactly_that(told: Told) -> None:
    _, out, _ = told("sync", "--practice", "--preview")
    plan = re.search(r"This is plan (\d+)\. To carry out exactly this: apply \1 --practice\n", out)
    assert plan, out
    told("apply", plan[1], "--practice")
    _, listed, _ = told("history", "--practice", "--json")
    number = str(json.loads(listed)[0]["id"])
    _, found, _ = told("changes", number, "--practice", "--json")
    record = next(change["record_id"] for change in json.loads(found) if change["op"] == "update")
    _, out, _ = told("undo", number, "--record", record, "--practice", "--preview")
    assert f"To do it: undo {number} --record {record} --practice\n" in out
    _, out, _ = told("why", record, "--practice")
    assert "(preview (preview))" not in out.replace("\n", " ")


def test_a_suggestion_names_its_connection() -> None:
    assert addressed(None, False) == ""
    assert addressed("practice", True) == " --practice"
    assert addressed("Acme sandbox", False) == " --connection 'Acme sandbox'"
    assert addressed("Acme", False, option="") == " Acme"


def test_one_is_not_many() -> None:
    assert [output.counted(n, "error", "errors") for n in (0, 1, 2000)] == ["0 errors", "1 error", "2,000 errors"]
