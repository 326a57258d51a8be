"""Rules of workflow actions in a configuration file: written as they are read, and wrong rows told."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit

from crmsync_desktop.app.action_tables import action_rows, read_actions
from crmsync_desktop.domain.action_rules import ActionRule, Then, When

RULES = (
    ActionRule(
        "Call “all”", "contacts", When.VALUE, Then.TASK, property="p", values=("a", 'b"'), subject='Say "hi" {firstname}',
        description="one\ntwo", due_in_days=0, owner="record", limit=7, on=False,
    ),
    ActionRule("Fair", "contacts", When.LIST, Then.CAMPAIGN, list_id="17", campaign="701A", member_status="Came"),
    ActionRule("Stage", "deals", When.STAGE, Then.TASK, pipeline="default", stage="won", subject="Won"),
)  # fmt: skip
PLAIN = {"name": "N", "object": "contacts", "when": "list", "then": "task"}


def test_rules_come_back_as_they_were_written() -> None:
    document = tomlkit.document()
    document.add("action", action_rows(RULES))
    rows = tomllib.loads(tomlkit.dumps(document))["action"]
    assert [rule for _, rule in read_actions(rows, _never)] == list(RULES)
    assert list(rows[1]) == ["name", "object", "when", "then", "list_id", "campaign", "member_status", "limit", "on"]


def _never(*told: object) -> None:
    raise AssertionError(told)


@pytest.mark.parametrize(
    ("rows", "path", "message"),
    [
        ("x", ("action",), "isn't a list of tables"),
        ([1], ("action",), "isn't a list of tables"),
        ([{**PLAIN, "nmae": "x"}], ("action", 0, "nmae"), "no such key"),
        ([{"name": "N"}], ("action", 0), "has no object"),
        ([{**PLAIN, "when": "soon"}], ("action", 0, "when"), "isn't a choice"),
        ([{**PLAIN, "then": ["task"]}], ("action", 0, "then"), "isn't a choice"),
        ([{**PLAIN, "limit": True}], ("action", 0, "limit"), "wrong kind"),
        ([{**PLAIN, "limit": 10**12}], ("action", 0, "limit"), "wrong kind"),
        ([{**PLAIN, "on": "yes"}], ("action", 0, "on"), "wrong kind"),
        ([{**PLAIN, "values": "a"}], ("action", 0, "values"), "wrong kind"),
        ([{**PLAIN, "values": [1]}], ("action", 0, "values"), "wrong kind"),
        ([{**PLAIN, "subject": 3}], ("action", 0, "subject"), "wrong kind"),
        ([PLAIN, {**PLAIN, "name": "n"}], ("action", 1, "name"), "two rules"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_where_it_stands(rows: Any, path: tuple[object, ...], message: str) -> None:
    told: list[tuple[tuple[object, ...], str]] = []
    read_actions(rows, lambda where, what, accepted: told.append((where, what)))
    ((where, what),) = told
    assert where == path
    assert message in what
