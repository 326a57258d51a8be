from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crmsync_desktop.practice.salesforce.soql import parse
from crmsync_desktop.practice.salesforce.soql_dates import day_range
from crmsync_desktop.practice.salesforce.soql_tree import Compare, Literal, Path

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
        ("NEXT_WEEK", (2027, 1, 17), (2027, 1, 24)),
        ("THIS_MONTH", (2027, 1, 1), (2027, 2, 1)),
        ("LAST_QUARTER", (2026, 10, 1), (2027, 1, 1)),
        ("NEXT_QUARTER", (2027, 4, 1), (2027, 7, 1)),
        ("THIS_YEAR", (2027, 1, 1), (2028, 1, 1)),
        ("NEXT_YEAR", (2028, 1, 1), (2029, 1, 1)),
        ("NEXT_90_DAYS", (2027, 1, 16), (2027, 4, 16)),
        ("LAST_N_WEEKS:2", (2026, 12, 27), (2027, 1, 10)),
        ("NEXT_N_MONTHS:2", (2027, 2, 1), (2027, 4, 1)),
        ("LAST_N_QUARTERS:2", (2026, 7, 1), (2027, 1, 1)),
        ("NEXT_N_QUARTERS:2", (2027, 4, 1), (2027, 10, 1)),
        ("NEXT_N_YEARS:2", (2028, 1, 1), (2030, 1, 1)),
        ("THIS_FISCAL_QUARTER", (2027, 1, 1), (2027, 4, 1)),
        ("LAST_FISCAL_QUARTER", (2026, 10, 1), (2027, 1, 1)),
        ("NEXT_FISCAL_QUARTER", (2027, 4, 1), (2027, 7, 1)),
        ("THIS_FISCAL_YEAR", (2027, 1, 1), (2028, 1, 1)),
        ("LAST_FISCAL_YEAR", (2026, 1, 1), (2027, 1, 1)),
        ("NEXT_FISCAL_YEAR", (2028, 1, 1), (2029, 1, 1)),
        ("LAST_N_FISCAL_QUARTERS:1", (2026, 10, 1), (2027, 1, 1)),
        ("NEXT_N_FISCAL_QUARTERS:1", (2027, 4, 1), (2027, 7, 1)),
        ("LAST_N_FISCAL_YEARS:1", (2026, 1, 1), (2027, 1, 1)),
        ("NEXT_N_FISCAL_YEARS:1", (2028, 1, 1), (2029, 1, 1)),
        ("N_WEEKS_AGO:1", (2027, 1, 3), (2027, 1, 10)),
        ("N_MONTHS_AGO:2", (2026, 11, 1), (2026, 12, 1)),
        ("N_QUARTERS_AGO:1", (2026, 10, 1), (2027, 1, 1)),
        ("N_YEARS_AGO:2", (2025, 1, 1), (2026, 1, 1)),
        ("N_FISCAL_QUARTERS_AGO:2", (2026, 7, 1), (2026, 10, 1)),
        ("N_FISCAL_YEARS_AGO:1", (2026, 1, 1), (2027, 1, 1)),
    ],
)
def test_a_date_literal_is_a_range_of_days(
    literal: str, first: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    assert day_range(literal, NOW) == (date(*first), date(*after))
    assert parse(f"SELECT Id FROM Contact WHERE CreatedDate = {literal}").where == Compare(
        Path(("CreatedDate",), 29), "=", Literal("DATE_LITERAL", literal, 43)
    )


def test_a_date_literal_beyond_the_calendar_is_no_range() -> None:
    assert day_range("LAST_N_YEARS:3000", NOW) is None
    assert day_range("NEXT_N_DAYS:99999999", NOW) is None
