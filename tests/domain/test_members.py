"""Members are joined one by one (O2)."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.members import REMOVED, Merged, merge, parse, text
from crmsync_desktop.domain.records import UNSEEN, Cell, Side, Value

THERE = {"003A": "1", "003B": "2", "003C": "3"}
HERE = {partner: id for id, partner in THERE.items()}
LABELS = {"decision maker", "evaluator"}


def merged(s: Value, h: Value, bs: Cell = UNSEEN, bh: Cell = UNSEEN) -> Merged:
    return merge(
        s,
        h,
        bs,
        bh,
        lambda id: THERE.get(id, UNSEEN),
        lambda id: HERE.get(id, UNSEEN),
        lambda role: not role or role.casefold() in LABELS,
    )


def test_who_was_taken_away_on_both_sides_is_forgotten() -> None:
    found = merged("003A=", "1=", "003A=\n003B=", "1=\n2=")
    assert (found.base_salesforce, found.base_hubspot) == ("003A=", "1=")


def test_what_is_still_to_be_written_is_decided_alike_until_it_is() -> None:
    for s, h, bs, bh in (
        ("003A=", "1=\n2=", "003A=\n003B=", "1=\n2="),
        ("003A=Evaluator", "1=Decision Maker", "003A=Evaluator", "1=Evaluator"),
        ("003A=\n003B=", "1=", "003A=", "1="),
        ("003A=", "1=\n2=", "003A=", "1="),
    ):
        first = merged(s, h, bs, bh)
        again = merged(s, h, first.base_salesforce, first.base_hubspot)
        assert (again.salesforce, again.hubspot) == (first.salesforce, first.hubspot)


def settled(s: Value, h: Value, bs: Cell = UNSEEN, bh: Cell = UNSEEN) -> Merged:
    """Merge, write what is wanted, and merge once more: nothing is left to do."""
    first = merged(s, h, bs, bh)
    again = merged(first.salesforce, first.hubspot, first.base_salesforce, first.base_hubspot)
    assert (again.salesforce, again.hubspot) == (first.salesforce, first.hubspot)
    return again


def test_text_is_in_order_of_id_and_reads_back() -> None:
    assert text({"b": "Evaluator", "a": ""}) == "a=\nb=Evaluator"
    assert parse("a=\nb=Evaluator") == {"a": "", "b": "Evaluator"}
    assert (text({}), parse(None), parse(UNSEEN)) == (None, {}, {})


def test_a_first_link_joins_both_sides() -> None:
    found = settled("003A=Evaluator", "2=")
    assert (found.salesforce, found.hubspot) == ("003A=Evaluator\n003B=", "1=Evaluator\n2=")


def test_both_sides_additions_stay() -> None:
    found = settled("003A=\n003B=", "1=\n3=", "003A=", "1=")
    assert (found.salesforce, found.hubspot) == ("003A=\n003B=\n003C=", "1=\n2=\n3=")


def test_what_salesforce_takes_away_is_taken_away_in_hubspot() -> None:
    found = settled("003A=", "1=\n2=", "003A=\n003B=", "1=\n2=")
    assert (found.salesforce, found.hubspot) == ("003A=", "1=")


def test_what_hubspot_takes_away_stays_in_salesforce_and_does_not_come_back() -> None:
    first = settled("003A=\n003B=", "1=", "003A=\n003B=", "1=\n2=")
    assert (first.salesforce, first.hubspot) == ("003A=\n003B=", "1=")
    assert first.base_hubspot == f"1=\n2={REMOVED}"
    later = settled("003A=\n003B=\n003C=", "1=", first.base_salesforce, first.base_hubspot)
    assert later.hubspot == "1=\n3=", "an addition travels, and the one that was taken away is still left alone"
    assert parse(later.base_hubspot) == {"1": "", "2": REMOVED, "3": ""}


@pytest.mark.parametrize(
    ("s", "h", "bs", "bh", "salesforce", "hubspot"),
    [
        (
            "003A=Evaluator",
            "1=Decision Maker",
            "003A=Decision Maker",
            "1=Decision Maker",
            "003A=Evaluator",
            "1=Evaluator",
        ),
        (
            "003A=Evaluator",
            "1=Decision Maker",
            "003A=Evaluator",
            "1=Evaluator",
            "003A=Decision Maker",
            "1=Decision Maker",
        ),
        ("003A=Evaluator", "1=", "003A=", "1=Decision Maker", "003A=Evaluator", "1=Evaluator"),
        ("003A=Evaluator", "1=Decision maker", UNSEEN, UNSEEN, "003A=Evaluator", "1=Evaluator"),
        ("003A=evaluator", "1=Evaluator", UNSEEN, UNSEEN, "003A=evaluator", "1=Evaluator"),
    ],
    ids=["edited in Salesforce", "edited in HubSpot", "edited on both sides", "first link", "only the case differs"],
)
def test_a_role_travels(s: Value, h: Value, bs: Cell, bh: Cell, salesforce: Value, hubspot: Value) -> None:
    found = settled(s, h, bs, bh)
    assert (found.salesforce, found.hubspot) == (salesforce, hubspot)


def test_a_role_without_a_label_in_hubspot_travels_without_one() -> None:
    found = settled("003A=Sponsor", None)
    assert (found.salesforce, found.hubspot) == ("003A=Sponsor", "1=")


def test_members_without_a_counterpart_wait_where_they_are() -> None:
    found = merged("003A=\n003X=Evaluator", "9=\n1=")
    assert (found.salesforce, found.hubspot) == ("003A=\n003X=Evaluator", "1=\n9=")
    assert found.waiting == ((Side.SALESFORCE, "003X"), (Side.HUBSPOT, "9"))
    assert (found.base_salesforce, found.base_hubspot) == ("003A=", "1="), "nothing is settled about those that wait"
