"""Fields that could be written and can't any more are told from those that never could."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Schema, with_withheld


def schema(*fields: Field) -> Schema:
    return Schema(
        Side.SALESFORCE, "Contact", "Contact", {field.name: field for field in fields}, "2026-01-31T12:00:00Z"
    )


def field(*, writable: bool, **more: bool) -> Field:
    return Field("Title", "Title", Kind.TEXT, "string", createable=writable, updateable=writable, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "withheld"),
    [
        (field(writable=True), field(writable=False), True),
        (field(writable=False, withheld=True), field(writable=False), True),
        (field(writable=False, withheld=True), field(writable=True), False),
        (field(writable=True), field(writable=False, calculated=True), False),
        (field(writable=False), field(writable=False), False),
        (field(writable=True), field(writable=True), False),
    ],
)
def test_a_field_is_withheld_from_when_it_can_no_longer_be_written_until_it_can_be(
    before: Field, after: Field, withheld: bool
) -> None:
    found = with_withheld(schema(before), schema(after)).fields["Title"]
    assert found.withheld is withheld
    assert found.writable is (withheld or after.updateable)


def test_a_field_that_is_new_was_never_withheld() -> None:
    assert not with_withheld(schema(), schema(field(writable=False))).fields["Title"].withheld
