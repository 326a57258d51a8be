"""Stages and owners paired by hand, out to the configuration file and in from it."""

from __future__ import annotations

import tomllib

import pytest

from crmsync_desktop.app.configuration_reading import Reading
from crmsync_desktop.app.configuration_text import written
from crmsync_desktop.app.toml_lines import told
from crmsync_desktop.domain.configuration import Configuration, RowChange, difference, flat
from crmsync_desktop.domain.owners import Pairing
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.domain.stages import Choice
from crmsync_desktop.ports.profiles import Profile

AT = "2026-11-24T08:00:00Z"
PROFILE = Profile("Acme", "https://acme.example", "https://api.example")
BUILTIN: dict[str, frozenset[str]] = {"deals": frozenset(), "tickets": frozenset()}
STAGE = Choice(Side.HUBSPOT, "012A", 'Proposal/"Price" Quote', "default", "contractsent")
WHOLE = Choice(Side.SALESFORCE, "default", "", "", "")
OWNER = Pairing("005A", "71")
FULL = Configuration(flat(Settings()), {"deals": (), "tickets": ()}, {"deals": (STAGE, WHOLE), "tickets": ()}, (OWNER,))


def problems(text: str) -> list[str]:
    return [told(problem) for problem in Reading(f"format = 1\n{text}", BUILTIN).problems]


def test_what_was_paired_by_hand_stands_in_the_file_and_comes_back() -> None:
    text = written(FULL, PROFILE, AT)
    assert tomllib.loads(text)["owner"] == [{"salesforce": "005A", "hubspot": "71"}]
    assert tomllib.loads(text)["deals"]["stage"][0]["target_stage"] == "contractsent"
    reading = Reading(text, BUILTIN)
    assert reading.problems == []
    assert reading.configuration == FULL
    assert written(reading.configuration, PROFILE, AT) == text
    assert "# Owners paired by hand" in text
    assert "# Stages of deals set by hand." in text


def test_without_any_the_file_has_none() -> None:
    empty = Configuration(FULL.settings, FULL.mappings, {"deals": (), "tickets": ()})
    document = tomllib.loads(written(empty, PROFILE, AT))
    assert "owner" not in document
    assert "stage" not in document["deals"]
    assert Reading(written(empty, PROFILE, AT), BUILTIN).configuration == empty


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ("owner = 1", "Line 2: owner: It isn't a list of tables. It takes tables: [[owner]]."),
        ('[[owner]]\nsalesforce = "005A"', "Line 2: owner: This row names only one person. Write salesforce = "),
        ("[[owner]]\nsalesforce = 5", "Line 3: owner.salesforce: It isn't a text. It takes an id, as a text."),
        ('[[owner]]\nuser = "x"', "Line 3: owner.user: There is no such key here. Known: salesforce, hubspot."),
        ("[deals]\nstage = 1", "Line 3: deals.stage: It isn't a list of tables. It takes tables: [[deals.stage]]."),
        ('[[deals.stage]]\nto = "x"', "Line 3: deals.stage.to: “x” isn't a system. It takes "),
        ('[[deals.stage]]\nto = "hubspot"\nstage = "a"', "Line 2: deals.stage: One of the stages is missing."),
        ("[[deals.stage]]\nto = []", "Line 3: deals.stage.to: It isn't a text."),
        (
            '[[deals.stage]]\nto = "hubspot"\n[[deals.stage]]\nto = "hubspot"',
            "Line 4: deals.stage: The same stage or pipeline is set twice. Keep one of the two.",
        ),
        (
            '[[owner]]\nsalesforce = "5"\nhubspot = "1"\n[[owner]]\nsalesforce = "5"\nhubspot = "2"',
            "Line 5: owner: The user 5 is paired twice. Keep one of the two.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, told_as: str) -> None:
    [problem] = problems(text)
    assert problem.startswith(told_as)


def test_each_row_that_differs_is_told() -> None:
    moved = Choice(Side.HUBSPOT, "012A", STAGE.stage, "default", "closedwon")
    after = Configuration(FULL.settings, FULL.mappings, {"deals": (moved,), "tickets": ()})
    assert difference(FULL, after) == (
        RowChange(
            "deals.stage", 'Salesforce\'s 012A/Proposal/"Price" Quote', "default/contractsent", "default/closedwon"
        ),
        RowChange("deals.stage", "HubSpot's default", "(no record type)", ""),
        RowChange("owner", "005A", "71", ""),
    )
    assert difference(after, FULL)[-1] == RowChange("owner", "005A", "", "71")
    assert difference(FULL, FULL) == ()
