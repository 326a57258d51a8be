"""Relative dates of filters: TODAY, LAST_N_DAYS:30 and their like, in SOQL's own words (SOQL and SOSL Reference, Date
Formats and Date Literals). Salesforce counts them in the connected user's time zone, anew at each read."""

from __future__ import annotations

import re
from typing import Final

_MOST: Final = {"DAY": 73_000, "WEEK": 10_400, "MONTH": 2_400, "QUARTER": 800, "YEAR": 200}
"""Two hundred years, so that no date ends up beyond the calendar."""
_UNIT: Final = "DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR"
_PLAIN: Final = re.compile(
    r"YESTERDAY|TODAY|TOMORROW|(?:LAST|NEXT)_90_DAYS"
    r"|(?:LAST|THIS|NEXT)_(?:WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)"
)
_COUNTED: Final = re.compile(
    rf"(?:(?:LAST|NEXT)_N_(?P<some>{_UNIT})S|N_(?P<ago>{_UNIT})S_AGO):(?P<count>\d{{1,6}})", re.ASCII
)


def relative_date(text: str) -> str | None:
    """In SOQL's spelling; None for what is no relative date, or one of more than two hundred years."""
    upper = text.strip().upper()
    if _PLAIN.fullmatch(upper):
        return upper
    match = _COUNTED.fullmatch(upper)
    if match is None:
        return None
    unit = (match["some"] or match["ago"]).removeprefix("FISCAL_")
    count = int(match["count"])
    return f"{upper.partition(':')[0]}:{count}" if 1 <= count <= _MOST[unit] else None
