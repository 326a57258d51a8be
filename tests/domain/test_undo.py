"""What an undo puts back, and what it leaves."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import UNSEEN, Cell, Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Option
from crmsync_desktop.domain.undo import Held, Left, Step, put_back, shown, steps_of, why_kept
from tests.domain.columns import SPECS, layout_of

BY_NAME = {spec.hubspot.name: spec for spec in SPECS}
NAMES = ("text", "email", "pick", "leadonly", "salesforceid")
LAYOUT: Layout = layout_of(tuple(BY_NAME[name] for name in NAMES), (Rule.TWO_WAY,) * 4 + (Rule.ALWAYS_SALESFORCE,))
COLUMNS = {column.property: column for column in LAYOUT.columns}
TEXT, EMAIL, PICK, LEAD_ONLY, ID = range(5)
KINDS = {column.property: column.kind for column in LAYOUT.columns}


def change(property: str, old: Cell, new: Value) -> FieldChange:
    return FieldChange(0, property, property.capitalize(), None, old, new, "")


def held(side: Side = Side.HUBSPOT, base: dict[int, Cell] | None = None, **cells: Cell) -> Held:
    now: list[Cell] = [cells.get(name) for name in NAMES]
    bases = list(now)
    for place, cell in (base or {}).items():
        bases[place] = cell
    return Held(side, "contacts" if side is Side.HUBSPOT else "Contact", now, bases, ["other"] * len(NAMES))


def undo(step: Step, record: Held) -> tuple[list[FieldChange], list[Left]]:
    return put_back([step], COLUMNS, record, "undo of pass 7")


def test_a_field_that_nobody_touched_goes_back() -> None:
    changes, left = undo(Step("text", "text", "Anna", "Bo"), held(text="Bo"))
    assert changes == [FieldChange(TEXT, "text", "text", "other", "Bo", "Anna", "undo of pass 7")]
    assert left == []
    (back,), _ = undo(Step("text", "Text", None, "Bo"), held(Side.SALESFORCE, text="Bo"))
    assert (back.field, back.new) == ("Text", None)


def test_what_its_system_made_of_the_value_counts_as_what_was_written() -> None:
    (back,), _ = undo(Step("email", "email", "a@x.no", "Bo@X.no"), held(email="bo@x.no"))
    assert (back.old, back.new) == ("bo@x.no", "a@x.no")
    (back,), _ = undo(Step("text", "text", "Anna", "Anna  Li"), held(text="Anna Li"))
    assert back.old == "Anna Li"


@pytest.mark.parametrize("record", [
    held(text="Cecilie"), held(text=None), held(text="BO", base={TEXT: "Bo"}), held(text="BO", base={TEXT: UNSEEN}),
])  # fmt: skip
def test_a_field_that_was_edited_since_stays_and_is_told(record: Held) -> None:
    changes, (left,) = undo(Step("text", "text", "Anna", "Bo"), record)
    now = record.cells[TEXT]
    assert changes == []
    assert left == Left("text", f"edited since: the pass wrote “Bo”, it holds {shown(now or None)} now")


def test_a_field_that_holds_its_old_value_again_needs_nothing() -> None:
    assert undo(Step("text", "text", "Anna", "Bo"), held(text="Anna")) == ([], [])


@pytest.mark.parametrize(("step", "record", "why"), [
    (Step("gone", "gone", "a", "b"), held(), "it isn't synced any more; map it again, then undo once more"),
    (Step("text", "text", "a", "b"), held(text=UNSEEN), "it can't be read any more"),
    (Step("text", "text", UNSEEN, "b"), held(text="b"), "what it held before the pass isn't known"),
    (Step("leadonly", "LeadOnly", "a", "b"), held(Side.SALESFORCE, leadonly="b"), "Contact has no such field"),
    (
        Step("salesforceid", "Id", "a", "b"),
        held(Side.SALESFORCE, salesforceid="b"),
        "Salesforce wouldn't take “a”: Id is read-only for the connected user.",
    ),
])  # fmt: skip
def test_what_cannot_be_put_back_says_why(step: Step, record: Held, why: str) -> None:
    assert undo(step, record) == ([], [Left(step.property, why)])


def test_a_value_that_the_system_no_longer_takes_is_left() -> None:
    _, (left,) = undo(Step("pick", "pick", "Lord", "Dr"), held(pick="Dr"))
    assert left.why.startswith("HubSpot wouldn't take “Lord”: ")


def test_values_that_go_together_go_back_together_or_not_at_all() -> None:
    steps = [
        Step("text", "text", "Anna", "Bo"),
        Step("email", "email", None, "b@x.no"),
        Step("pick", "pick", "Mr", "Dr"),
    ]
    record = held(text="Edited", email="b@x.no", pick="Dr")
    changes, left = put_back(steps, COLUMNS, record, "undo", groups=((TEXT, EMAIL),))
    assert [change.property for change in changes] == ["pick"]
    assert left[1] == Left("email", "it goes with text, which is left as it is")


def test_a_field_written_twice_goes_back_to_before_the_first() -> None:
    writes = [[change("text", "Anna", "Bo"), change("email", None, "a")], [change("text", "Bo", "Cecilie")]]
    assert steps_of(writes, KINDS) == [Step("text", "Text", "Anna", "Cecilie"), Step("email", "Email", None, "a")]


@pytest.mark.parametrize("between", ["edited", UNSEEN])
def test_an_edit_between_two_writes_stays(between: Cell) -> None:
    writes = [[change("text", "Anna", "Bo")], [change("text", between, "Cecilie")]]
    assert steps_of(writes, KINDS) == [Step("text", "Text", between, "Cecilie")]


def test_a_property_that_is_no_longer_mapped_is_compared_as_text() -> None:
    (step,) = steps_of([[change("gone", "a", "b")], [change("gone", "b", "c")]], {})
    assert step == Step("gone", "Gone", "a", "c")
    assert KINDS["text"] is Kind.TEXT


CREATED = [Step("text", "text", None, "Bo"), Step("email", "email", None, "Bo@x.no"), Step("gone", "gone", None, "x")]


def kept(record: Held, edited_at: str = "2026-03-01T10:00:00Z") -> str:
    return why_kept(CREATED, COLUMNS, record.cells, record.base, edited_at, "2026-03-01T10:00:00Z")


def test_a_created_record_that_nobody_touched_can_be_deleted_again() -> None:
    assert kept(held(text="Bo", email="bo@x.no", pick="Dr")) == ""
    assert kept(held(text="Bo", email="bo@x.no", leadonly=UNSEEN), "") == ""


@pytest.mark.parametrize(("record", "why"), [
    (held(text="Bo", email="new@x.no"), "edited since: email holds “new@x.no” now"),
    (held(text="Bo", email="bo@x.no", pick="Dr", base={PICK: None}), "edited since: pick holds “Dr” now"),
    (held(text="Bo", email="bo@x.no", pick=None, base={PICK: "Dr"}), "edited since: pick holds nothing now"),
])  # fmt: skip
def test_a_created_record_with_an_edit_stays(record: Held, why: str) -> None:
    assert kept(record) == why


def test_a_created_record_that_was_edited_and_settled_since_stays_by_its_version() -> None:
    record = held(text="Bo", email="bo@x.no")
    assert kept(record, "2026-03-02T10:00:00Z") == "edited since it was created, last on 2026-03-02T10:00:00Z"
    assert kept(held(text="Bo", email="bo@x.no", base={TEXT: UNSEEN}), "2026-02-01T10:00:00Z") == ""


def test_a_lifecycle_stage_goes_back_only_where_hubspot_lets_it() -> None:
    options = tuple(Option(value, value) for value in ("lead", "opportunity", "customer"))
    field = Field("lifecyclestage", "Stage", Kind.PICKLIST, "enumeration/radio", options=options)
    column = Column(0, "lifecyclestage", Rule.DONT_SYNC, Kind.PICKLIST, field, {})
    record = Held(Side.HUBSPOT, "contacts", ["customer"], ["customer"], [UNSEEN])
    step = Step("lifecyclestage", "lifecyclestage", "lead", "customer")
    changes, (left,) = put_back([step], {"lifecyclestage": column}, record, "undo")
    assert changes == []
    assert left.why == "HubSpot lets nobody but a person move a stage backwards: set it to “lead” there"
    (back,), left_again = put_back([Step("lifecyclestage", "lifecyclestage", None, "customer")],
                                   {"lifecyclestage": column}, record, "undo")  # fmt: skip
    assert (back.new, left_again) == (None, [])
