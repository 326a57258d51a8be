"""Filters as trees, and what each kind of field can be asked."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.filters import (
    Condition,
    Filter,
    Group,
    Joined,
    Not,
    Operator,
    conditions_of,
    depth_of,
    dump,
    load,
    operators_of,
    value_counts,
)
from crmsync_desktop.domain.schema import Field, Kind

A = Condition("A", Operator.EQUALS, ("x",))
B = Condition("B", Operator.BLANK)
C = Condition("C", Operator.IN, ("1", "2"))
TREE: Filter = Group(Joined.AND, (A, Not(Group(Joined.OR, (B, C))), A))


def test_conditions_come_from_left_to_right() -> None:
    assert list(conditions_of(TREE)) == [A, B, C, A]


def test_depth_counts_groups_and_nots() -> None:
    assert [depth_of(each) for each in (A, Not(A), Group(Joined.OR, ()), TREE)] == [1, 2, 1, 4]


@pytest.mark.parametrize("filter", [None, A, B, TREE])
def test_a_filter_is_kept_as_json(filter: Filter | None) -> None:
    assert load(dump(filter)) == filter


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"type":"query","text":"x"}',
        '{"type":"condition","field":"A","operator":"like"}',
        '{"type":"not","part":' * 50_000,
    ],
)
def test_json_that_is_no_filter_is_told(text: str) -> None:
    with pytest.raises(BugError, match="A stored filter can't be read"):
        load(text)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_operators_or_none(kind: Kind) -> None:
    offered = operators_of(Field("F", "F", kind, "f"))
    assert (offered == ()) == (kind in (Kind.OPAQUE, Kind.MEMBERS, Kind.PLACES))
    assert len(set(offered)) == len(offered)


def test_parts_of_texts_are_asked_of_texts_alone_and_order_of_what_has_one() -> None:
    assert Operator.CONTAINS in operators_of(Field("F", "F", Kind.TEXT, "string"))
    assert Operator.LESS not in operators_of(Field("F", "F", Kind.TEXT, "string"))
    assert Operator.BETWEEN in operators_of(Field("F", "F", Kind.DATE, "date"))
    assert Operator.CONTAINS not in operators_of(Field("F", "F", Kind.DATE, "date"))


def test_a_record_type_is_asked_as_the_id_that_it_is() -> None:
    offered = operators_of(Field("RecordTypeId", "Record type", Kind.PICKLIST, "reference"))
    assert Operator.EQUALS in offered
    assert Operator.CONTAINS not in offered


def test_a_field_that_cant_be_filtered_by_is_offered_nothing() -> None:
    assert operators_of(Field("Description", "Description", Kind.LONG_TEXT, "textarea", filterable=False)) == ()


def test_operators_take_no_value_one_two_or_several() -> None:
    assert [value_counts(each) for each in (Operator.BLANK, Operator.EQUALS, Operator.BETWEEN, Operator.IN)] == [
        (0, 0),
        (1, 1),
        (2, 2),
        (1, 500),
    ]
