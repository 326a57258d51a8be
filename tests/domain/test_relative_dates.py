"""Relative dates in SOQL's words."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.relative_dates import relative_date


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("today", "TODAY"),
        (" This_Month ", "THIS_MONTH"),
        ("LAST_90_DAYS", "LAST_90_DAYS"),
        ("next_fiscal_quarter", "NEXT_FISCAL_QUARTER"),
        ("LAST_N_DAYS:030", "LAST_N_DAYS:30"),
        ("n_fiscal_years_ago:2", "N_FISCAL_YEARS_AGO:2"),
        ("NEXT_N_YEARS:200", "NEXT_N_YEARS:200"),
    ],
)
def test_relative_dates_are_read_in_any_case(text: str, found: str) -> None:
    assert relative_date(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "THIS_DAY",
        "LAST_N_DAYS",
        "LAST_N_DAYS:",
        "LAST_N_DAYS:0",
        "LAST_N_DAYS:-1",
        "LAST_N_DAYS:73001",
        "NEXT_N_YEARS:201",
        "LAST_N_DAYS:30 OR Id != null",
        "TODAY--",
        "THIS_N_DAYS:3",
        "LAST_N_DAYS:٣",
    ],
)
def test_what_is_none_is_told(text: str) -> None:
    assert relative_date(text) is None
