"""Rows become records; the short ways give what `values.canonical` gives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmsync_desktop.adapters.salesforce.decode import Decoder, cellmaker, version_of
from crmsync_desktop.domain.records import UNSEEN, Presence, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.values import canonical
from crmsync_desktop.ports.crm import Want

TEXTS = [Kind.TEXT, Kind.LONG_TEXT, Kind.HTML, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.PICKLIST, Kind.OWNER, Kind.ID]


@given(st.sampled_from([*TEXTS, Kind.MULTIPICKLIST]), st.none() | st.text())
@example(Kind.TEXT, " a \r\nb\r ")
@example(Kind.TEXT, "e\u0301")
@example(Kind.TEXT, "\x1f")
@example(Kind.MULTIPICKLIST, "b;a;;b")
def test_texts(kind: Kind, raw: str | None) -> None:
    assert cellmaker(Field("X", "X", kind, "x"))(raw) == canonical(kind, raw)


@given(
    st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    st.none() | st.integers(0, 18),
)
def test_numbers(raw: float | None, scale: int | None) -> None:
    assert cellmaker(Field("X", "X", Kind.NUMBER, "double", scale=scale))(raw) == canonical(Kind.NUMBER, raw, scale)


@given(st.datetimes(min_value=datetime(1700, 1, 1), max_value=datetime(4000, 12, 31)))  # noqa: DTZ001
def test_datetimes(moment: datetime) -> None:
    raw = moment.replace(tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
    assert cellmaker(Field("X", "X", Kind.DATETIME, "datetime"))(raw) == canonical(Kind.DATETIME, raw)
    assert version_of(raw) == canonical(Kind.DATETIME, raw)


@pytest.mark.parametrize("raw", [True, False, None, "true", "false", ""])
def test_checkboxes(raw: Any) -> None:
    assert cellmaker(Field("X", "X", Kind.BOOL, "boolean"))(raw) == canonical(Kind.BOOL, raw)


def schema(*fields: tuple[str, Kind]) -> Schema:
    base = (("Id", Kind.ID), ("SystemModstamp", Kind.DATETIME), ("IsDeleted", Kind.BOOL))
    known = {name: Field(name, name, kind, kind.value) for name, kind in (*base, *fields)}
    return Schema(Side.SALESFORCE, "Lead", "Lead", known, "2026-01-01T00:00:00Z")


ROW = {"Id": "00Q000000000001AAA", "SystemModstamp": "2026-01-31T12:00:00.000+0000", "IsDeleted": False}


def test_only_fields_of_the_object_are_asked_for_and_each_once() -> None:
    decoder = Decoder(
        Want("Lead", ("Email", "", "Gone", "Email", "Address"), keys=("Email", "Other")),
        schema(("Email", Kind.EMAIL), ("Address", Kind.OPAQUE), ("MasterRecordId", Kind.REFERENCE)),
    )
    assert decoder.selected == ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId", "Email")
    observed = decoder({**ROW, "MasterRecordId": None, "Email": " A@b.no "})
    assert observed.cells == ["A@b.no", UNSEEN, UNSEEN, "A@b.no", UNSEEN]
    assert observed.keys == ("A@b.no",)
    assert observed.version == "2026-01-31T12:00:00Z"


def test_blank_keys_are_left_out() -> None:
    decoder = Decoder(Want("Lead", (), keys=("Email", "Title")), schema(("Email", Kind.EMAIL), ("Title", Kind.TEXT)))
    assert decoder({**ROW, "Email": None, "Title": "x"}).keys == ("x",)


@pytest.mark.parametrize(
    ("row", "presence", "successor"),
    [
        ({}, Presence.LIVE, None),
        ({"IsDeleted": True}, Presence.DELETED, None),
        ({"IsDeleted": True, "MasterRecordId": "00Q000000000002AAA"}, Presence.DELETED, ("Lead", "00Q000000000002AAA")),
        (
            {"IsConverted": True, "ConvertedContactId": "003000000000001AAA"},
            Presence.DELETED,
            ("Contact", "003000000000001AAA"),
        ),
        ({"IsConverted": True, "ConvertedContactId": None}, Presence.DELETED, None),
    ],
)
def test_presence(row: dict[str, Any], presence: Presence, successor: tuple[str, str] | None) -> None:
    observed = Decoder(Want("Lead", ()), schema())({**ROW, **row})
    assert (observed.presence, observed.successor) == (presence, successor)
