"""A plan that is carried out as it was shown, or says what moved."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.kept_plan import UNDECIDED, Moved, Now, agreeing, moved, name_of
from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import UNSEEN, Cell, Op, Side, Value
from crmsync_desktop.domain.schema import Kind
from tests.domain.columns import SPECS, layout_of

BY_NAME = {spec.hubspot.name: spec for spec in SPECS}
LAYOUT: Layout = layout_of((BY_NAME["text"], BY_NAME["email"]), (Rule.TWO_WAY, Rule.TWO_WAY))
COLUMNS = {column.property: column for column in LAYOUT.columns}
KINDS = {"text": Kind.TEXT, "email": Kind.EMAIL}
HS = Side.HUBSPOT


def change(property: str, old: Cell, new: Value, source: Cell = "same", field: str = "") -> FieldChange:
    place = COLUMNS[property].place if property in COLUMNS else 0
    return FieldChange(place, property, field or property, new if source == "same" else source, old, new, "because")


def test_a_write_is_known_by_what_it_writes_and_from_where() -> None:
    assert name_of(HS, "contacts", Op.CREATE, "made since", "003A") == (HS, "contacts", Op.CREATE, "", "003A")
    assert name_of(HS, "contacts", Op.UPDATE, "1", None) == (HS, "contacts", Op.UPDATE, "1", "")


def test_equal_changes_agree_and_others_wait() -> None:
    planned = [change("text", "Anna", "Bo"), change("email", "a@x.no", "b@x.no")]
    now = [change("text", "Anna", "Bo"), change("email", "A@X.no", "b@x.no"), change("phone", None, "1")]
    assert agreeing(Op.UPDATE, planned, now, KINDS) == now[:2]
    assert agreeing(Op.UPDATE, planned, [change("text", "Anna", "Cecilie")], KINDS) == []
    assert agreeing(Op.UPDATE, planned, [change("text", "Edited", "Bo")], KINDS) == []
    assert agreeing(Op.UPDATE, planned, [change("text", UNSEEN, "Bo")], KINDS) == []
    assert agreeing(Op.UPDATE, planned, [change("text", "Anna", "Bo", field="other")], KINDS) == []
    assert agreeing(Op.UPDATE, [change("x", UNSEEN, "1")], [change("x", UNSEEN, "1")], {}) != []


def test_a_parent_that_was_still_to_be_created_is_known_by_what_it_is_created_from() -> None:
    kinds = {"company": Kind.REFERENCE}
    planned, now = change("company", None, "new:001A", "001A"), change("company", None, "4711", "001A")
    assert agreeing(Op.UPDATE, [planned], [now], kinds) == [now]
    assert agreeing(Op.UPDATE, [planned], [change("company", None, "4711", "001B")], kinds) == []
    assert agreeing(Op.UPDATE, [planned], [now], {}) == []


def test_a_state_is_not_written_without_its_country() -> None:
    state, country = change("state", None, "WA", field="StateCode"), change("country", None, "US", field="CountryCode")
    other = change("country", None, "CA", field="CountryCode")
    assert agreeing(Op.UPDATE, [state, country], [state, country], {}) == [state, country]
    assert agreeing(Op.UPDATE, [state, country], [state, other], {}) == []
    assert agreeing(Op.UPDATE, [state, country], [state], {}, frozenset({"country"})) == [state]


def test_a_record_is_created_as_it_was_shown_or_not_at_all() -> None:
    planned = [change("text", None, "Bo"), change("email", None, "b@x.no")]
    assert agreeing(Op.CREATE, planned, list(planned), KINDS) == planned
    assert agreeing(Op.CREATE, planned, planned[:1], KINDS) == []
    assert agreeing(Op.CREATE, planned, planned[:1], KINDS, frozenset({"email"})) == planned[:1]
    assert agreeing(Op.CREATE, planned, [*planned, change("phone", None, "1")], KINDS) == []


def why(
    target: list[Cell] | None,
    source: list[Cell] | None,
    instead: list[FieldChange] | None = None,
    op: Op = Op.UPDATE,
    planned: FieldChange | None = None,
) -> list[Moved]:
    return moved(op, HS, [planned or change("text", "Anna", "Bo")], Now(target, source, instead or []), COLUMNS)


def test_what_is_there_already_has_not_moved() -> None:
    assert why(["Bo", None], ["Bo", None]) == []
    assert why(None, ["Bo", None], op=Op.DELETE) == []


@pytest.mark.parametrize(("target", "source", "sentence"), [
    (["Cecilie", None], ["Bo", None], "HubSpot held “Anna” in the plan, it is “Cecilie” now"),
    ([None, None], ["Bo", None], "HubSpot held “Anna” in the plan, it is nothing now"),
    ([UNSEEN, None], ["Bo", None], "HubSpot held “Anna” in the plan, it can't be read now"),
    (["Anna", None], ["Cecilie", None], "Salesforce held “Bo” in the plan, it is “Cecilie” now"),
    (["Anna", None], ["Bo", None], UNDECIDED),
])  # fmt: skip
def test_what_moved_is_named_with_both_values(target: list[Cell], source: list[Cell], sentence: str) -> None:
    assert why(target, source) == [Moved("text", sentence)]


def test_another_decision_is_named_with_its_reason() -> None:
    other = change("text", "Anna", "Dagny")
    assert why(["Anna", None], ["Bo", None], [other]) == [Moved("text", "it would be set to “Dagny” now: because")]
    same = change("text", "Anna", "Bo")
    assert why(["Anna", None], ["Bo", None], [same]) == [Moved("text", "it goes together with a field that moved")]


def test_records_that_are_gone_or_unmapped_are_named() -> None:
    assert why(["Anna", None], None) == [Moved("", "its Salesforce record isn't there any more")]
    assert why(None, ["Bo", None]) == [Moved("", "the HubSpot record isn't there any more")]
    assert why(["Anna", None], ["Bo", None], op=Op.DELETE)[0].why.startswith("it was edited in HubSpot, restored in")
    assert why(["x"], ["y"], planned=change("gone", "a", "b")) == [Moved("gone", "it isn't synced any more")]


def test_a_create_that_moved_says_in_what() -> None:
    new = change("text", None, "Bo")
    assert why(["Bo", None], ["Bo", None], op=Op.CREATE, planned=new) == []
    assert why(["BO", None], ["Bo", None], op=Op.CREATE, planned=new) == []
    gone = change("gone", None, "x")
    assert why(["Bo", None], ["Bo", None], op=Op.CREATE, planned=gone) == []
    for other in ("Cecilie", None, UNSEEN):
        assert why([other, None], ["Bo", None], op=Op.CREATE, planned=new) == [
            Moved("", "it has a counterpart in HubSpot by now, which holds other values")
        ]
    assert why(None, ["Cecilie", None], op=Op.CREATE, planned=new) == [
        Moved("text", "Salesforce held “Bo” in the plan, it is “Cecilie” now")
    ]
    assert why(None, ["Bo", None], [change("text", None, "Dr Bo", "Bo")], Op.CREATE, new) == [
        Moved("text", "it would be “Dr Bo” now, “Bo” in the plan")
    ]
    assert why(None, ["Bo", "b@x.no"], [new, change("email", None, "b@x.no")], Op.CREATE, new) == [
        Moved("email", "it would be set now, to “b@x.no”")
    ]
    assert why(None, ["Bo", None], op=Op.CREATE, planned=new) == [Moved("", UNDECIDED)]
    assert why(None, ["Bo", None], op=Op.CREATE, planned=change("gone", None, "1")) == [
        Moved("gone", "it isn't synced any more")
    ]
