"""The tables of stages and owners in a terminal."""

from __future__ import annotations

import pytest

from crmsync_desktop.app.match_words import owners_view, stages_view
from crmsync_desktop.cli.match_output import show_owners, show_stages
from crmsync_desktop.domain.owners import Pairing, match_owners
from tests.app.test_match_words import PEOPLE, tables


def test_stages_stand_under_their_pipelines_one_table_for_each_way(capsys: pytest.CaptureFixture[str]) -> None:
    show_stages(stages_view("deals", tables(), ()))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines.index("From HubSpot to Salesforce") < lines.index("From Salesforce to HubSpot")
    assert "Sales Pipeline New Business learnt" in lines
    assert "Won – learnt nothing to go to" in lines


def test_owners_are_named_with_how_they_were_matched(capsys: pytest.CaptureFixture[str]) -> None:
    show_owners(owners_view(match_owners(PEOPLE, [Pairing("005B", "2")])))
    out = " ".join(capsys.readouterr().out.split())
    assert "set by hand" in out
    assert "Dan (d@x.no, 005D, inactive)" in out
