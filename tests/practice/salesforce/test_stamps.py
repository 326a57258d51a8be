from __future__ import annotations

import pytest

from crmsync_desktop.practice.salesforce.stamps import parse_date, parse_datetime, seconds, stamp


def test_a_stamp_goes_there_and_back() -> None:
    assert stamp(0) == "1970-01-01T00:00:00.000+0000"
    assert seconds(stamp(1_800_000_000)) == 1_800_000_000


@pytest.mark.parametrize(
    ("given", "parsed"),
    [
        ("2027-01-15T08:00:00Z", "2027-01-15T08:00:00.000+0000"),
        ("2027-01-15T08:00:00.123456Z", "2027-01-15T08:00:00.123+0000"),
        ("2027-01-15T08:00:00.000+0000", "2027-01-15T08:00:00.000+0000"),
        ("2027-01-15T08:00:00+05:30", "2027-01-15T02:30:00.000+0000"),
        ("2027-01-15T08:00:00-0800", "2027-01-15T16:00:00.000+0000"),
        ("2027-01-15T08:00:00", "2027-01-15T08:00:00.000+0000"),
        ("0999-01-01T00:00:00Z", "0999-01-01T00:00:00.000+0000"),
        ("2027-01-15T25:00:00Z", None),
        ("2027-02-30T08:00:00Z", None),
        ("2027-01-15T08:00:00+99:00", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("2027-01-15", None),
        ("soon", None),
    ],
)
def test_dates_and_times_are_read_into_one_form(given: str, parsed: str | None) -> None:
    assert parse_datetime(given) == parsed


def test_soql_needs_an_offset() -> None:
    assert parse_datetime("2027-01-15T08:00:00", offset_required=True) is None


@pytest.mark.parametrize(
    ("given", "parsed"),
    [
        ("2027-01-15", "2027-01-15"),
        ("2027-01-15T23:00:00Z", "2027-01-15"),
        ("2027-02-29", None),
        ("2027-1-5", None),
        ("20270115", None),
        ("2027-01-15x", None),
    ],
)
def test_dates_are_read_with_or_without_a_time(given: str, parsed: str | None) -> None:
    assert parse_date(given) == parsed
