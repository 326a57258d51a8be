"""API calls of passes over all four pairs, as the practice orgs count them, beside the least possible (apis 5)."""

from __future__ import annotations

import tempfile
from math import ceil
from pathlib import Path

from tests.acceptance.desk import Desk, desk
from tests.bench.figure import Figure

LIMIT_SECONDS = 240
PEOPLE = 3_000
CHANGES = (10, 1_000)
HOURS = 3600
PAIRS = ("contacts", "companies", "deals", "tickets")


def bench() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder), contacts=PEOPLE, only="salesforce") as opened:
        opened.sync()
        for pair in PAIRS[1:]:
            ran = opened.run("pairs", "on", pair, "--practice")
            assert ran.status == 0, ran.err
        for _ in range(2):  # everything has its counterpart, and has been heard of again
            opened.sync()
            opened.admin.advance(3 * HOURS)
        opened.sync()
        figures = _figures("nothing changed", _counted(opened), 0)
        for changes in CHANGES:
            opened.admin.advance(3 * HOURS)
            _edit(opened, changes)
            figures += _figures(f"{changes:,} contacts changed in Salesforce", _counted(opened), changes)
            opened.admin.advance(3 * HOURS)
            opened.sync()
        return figures


def _counted(opened: Desk) -> tuple[int, dict[str, int]]:
    """(records updated in HubSpot, calls by side) of one pass."""
    opened.admin.reset_calls()
    ran = opened.sync()
    tallies = [tally for tally in ran.json["pass"]["tallies"] if tally["side"] == "hubspot"]
    assert {tally["pair"] for tally in tallies} == set(PAIRS), tallies
    return sum(tally["updated"] for tally in tallies), dict(opened.admin.calls())


def _edit(opened: Desk, changes: int) -> None:
    assert opened.salesforce is not None
    ids = [row["Id"] for row in opened.salesforce.query("SELECT Id FROM Contact WHERE Email != null ORDER BY Id")]
    assert len(ids) >= changes
    for id in ids[:changes]:
        opened.salesforce.edit("Contact", id, Title=f"Changed with {changes}")


def _figures(what: str, counted: tuple[int, dict[str, int]], changes: int) -> list[Figure]:
    updated, calls = counted
    # Five objects are one composite, and contact roles ride along; one page holds them all. HubSpot: a search for each
    # pair; what is written is read again just before.
    least = {"salesforce": 1, "hubspot": len(PAIRS) + 2 * ceil(changes / 100)}
    note = f"{updated:,} records updated in HubSpot; the least counts no reads of associations"
    labels = {"salesforce": "Salesforce", "hubspot": "HubSpot"}
    return [
        Figure(
            f"{what}: {labels[side]} calls",
            calls[side],
            "calls",
            "≤ 1.02 × the least possible",
            f"{count} calls",
            calls[side] / count,
            calls[side] <= 1.02 * count,
            note,
        )
        for side, count in least.items()
    ]
