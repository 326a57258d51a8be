from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crmsync_desktop.practice.salesforce.soql_dates import day_range

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC).timestamp()  # a Friday


@pytest.mark.parametrize(
    ("literal", "first", "after"),
    [
        ("today", (2027, 1, 15), (2027, 1, 16)),
        ("YESTERDAY", (2027, 1, 14), (2027, 1, 15)),
        ("TOMORROW", (2027, 1, 16), (2027, 1, 17)),
        ("THIS_WEEK", (2027, 1, 10), (2027, 1, 17)),
        ("LAST_WEEK", (2027, 1, 3), (2027, 1, 10)),
        ("LAST_MONTH", (2026, 12, 1), (2027, 1, 1)),
        ("NEXT_MONTH", (2027, 2, 1), (2027, 3, 1)),
        ("THIS_QUARTER", (2027, 1, 1), (2027, 4, 1)),
        ("LAST_YEAR", (2026, 1, 1), (2027, 1, 1)),
        ("LAST_N_DAYS:2", (2027, 1, 13), (2027, 1, 16)),
        ("NEXT_N_DAYS:2", (2027, 1, 16), (2027, 1, 18)),
        ("LAST_90_DAYS", (2026, 10, 17), (2027, 1, 16)),
        ("N_DAYS_AGO:1", (2027, 1, 14), (2027, 1, 15)),
        ("LAST_N_MONTHS:2", (2026, 11, 1), (2027, 1, 1)),
        ("NEXT_N_WEEKS:1", (2027, 1, 17), (2027, 1, 24)),
        ("LAST_N_YEARS:3", (2024, 1, 1), (2027, 1, 1)),
    ],
)
def test_a_date_literal_is_a_range_of_days(
    literal: str, first: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    assert day_range(literal, NOW) == (date(*first), date(*after))
