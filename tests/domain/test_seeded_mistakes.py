"""The invariants see mistakes: each of these, put into the planner, is caught by the invariant that forbids it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from crmsync_desktop.domain import decide, lifecycle, planner
from tests.domain import invariants
from tests.domain.two_sides import Record, records

find = settings(
    max_examples=1_500,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@dataclass(frozen=True)
class Mistake:
    """A line of the planner, and what somebody might have written instead."""

    what: str
    module: ModuleType
    right: str
    wrong: str
    seen_by: Callable[[Record], None]
    on: SearchStrategy[Record]

    def __str__(self) -> str:
        return self.what


MISTAKES = (
    Mistake(
        "delete beats edit",
        lifecycle,
        "return Fate.EDIT_BEATS_DELETE if hubspot_edited else Fate.DELETE_HUBSPOT",
        "return Fate.DELETE_HUBSPOT",
        invariants.i10_edit_beats_delete,
        records(presences=True),
    ),
    Mistake(
        "a record without a base may be deleted",
        lifecycle,
        "return not based",
        "return False",
        invariants.i10_edit_beats_delete,
        records(presences=True),
    ),
    Mistake(
        "unseen is taken for deleted",
        lifecycle,
        "if salesforce is Presence.UNSEEN or hubspot is Presence.UNSEEN:",
        "if hubspot is Presence.UNSEEN:",
        invariants.i10_edit_beats_delete,
        records(presences=True),
    ),
    Mistake(
        "one base for both sides",
        planner,
        "    for column, s, h, bs, bh in both:\n",
        "    for column, s, h, _, bh in both:\n        bs = bh\n",
        invariants.i3_no_lone_edit_is_lost,
        records(lone=True),
    ),
    Mistake(
        "neither moved, so there is nothing to do",
        decide,
        "    if not facts.based:\n",
        "    if facts.based and not facts.salesforce_moved and not facts.hubspot_moved:\n"
        '        return Action.DIFFER, ""\n'
        "    if not facts.based:\n",
        invariants.i2_converges,
        records(),
    ),
    Mistake(
        "equality isn't tested first",
        planner,
        "if (there is not UNSEEN and there == h and not column.mindful) or _equal(column, there, salesforce, hubspot):",
        "if False:",
        invariants.i5_what_is_equal_is_never_written,
        records(),
    ),
    Mistake(
        "what storing does to a value counts as an edit",
        decide,
        "if facts.close and facts.salesforce_moved == facts.hubspot_moved:",
        "if False:",
        invariants.i5_an_echo_is_not_an_edit,
        records(),
    ),
    Mistake(
        "the master is written where it is blank under Always",
        decide,
        "    if rule.always:\n",
        "    if False:\n",
        invariants.i8_one_way_is_one_way,
        records(),
    ),
    Mistake(
        "an unseen field counts as blank",
        planner,
        "if s is UNSEEN or h is UNSEEN:",
        "if h is UNSEEN:",
        invariants.i10_unseen_is_never_written,
        records(),
    ),
    Mistake(
        "a held conflict is written all the same",
        decide,
        "if on_conflict is OnConflict.HOLD:",
        "if False:",
        invariants.i3_a_held_conflict_touches_nothing,
        records(),
    ),
)


def put_in(mistake: Mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the module's source with the mistake in it, and lets the record under test use what it defines."""
    source = inspect.getsource(mistake.module)
    assert source.count(mistake.right) == 1, f"{mistake.module.__name__} no longer says: {mistake.right}"
    mutant = ModuleType(mistake.module.__name__)
    exec(compile(source.replace(mistake.right, mistake.wrong), "mistake", "exec"), mutant.__dict__)
    if mistake.module is decide:
        monkeypatch.setattr(planner, "decide", lambda *facts: with_own_actions(mutant.decide(*facts)))
    elif mistake.module is planner:
        monkeypatch.setattr(planner, "plan_link", mutant.plan_link)
    else:
        monkeypatch.setattr(lifecycle, "edited", mutant.edited)
        monkeypatch.setattr(lifecycle, "fate", lambda *a, **k: lifecycle.Fate[mutant.fate(*a, **k).name])


def with_own_actions(answer: tuple[decide.Action, str]) -> tuple[decide.Action, str]:
    return decide.Action(answer[0]), answer[1]


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_an_invariant_sees_the_mistake(mistake: Mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(mistake, monkeypatch)
    with pytest.raises(AssertionError):
        find(given(mistake.on)(mistake.seen_by))()


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_without_the_mistake_the_same_records_pass(mistake: Mistake) -> None:
    settings(find, max_examples=50)(given(mistake.on)(mistake.seen_by))()
