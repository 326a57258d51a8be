"""Likely duplicates: found whatever was mistyped, told once, in an order that depends on nothing else."""

from __future__ import annotations

import random

import pytest

from crmsync_desktop.domain.duplicates import LIKELY, Compared, Duplicate, find_duplicates, reason_of, score_of
from crmsync_desktop.domain.evidence import Finding
from crmsync_desktop.domain.likeness import traits_of

PROPERTIES = ("firstname", "lastname", "email", "phone", "company", "zip")
STRANGERS = [
    (f"{first}{number}", f"{last}{number}", f"{first}.{last}{number}@x{number}.no", f"9{number:07d}", None, None)
    for number, (first, last) in enumerate(
        (first, last)
        for first in ("Anne", "Bo", "Cato", "Dag")
        for last in ("Eide", "Foss", "Gran", "Hagen", "Iversen")
    )
]
Row = tuple[str | None, ...]


def compared(row: int, cells: Row, *, hubspot: bool = False, thing: int | None = None) -> Compared:
    return Compared(row, row if thing is None else thing, hubspot, traits_of("contacts", PROPERTIES, cells))


def found(one: Row, other: Row) -> list[Duplicate]:
    rows = [compared(1, one), compared(2, other, hubspot=True)]
    return find_duplicates("contacts", [*rows, *(compared(10 + place, row) for place, row in enumerate(STRANGERS))])


KARI = ("Kari", "Nordmann", "kari.nordmann@fjord.no", "22 34 56 78", "Fjord AS", "0155")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (
            ("Kari", "Nordmahn", "kn@gmail.com", "+4722345678", None, None),
            "same phone number, names differ by one letter, but e-mail addresses differ",
        ),
        (
            ("Nordmann", "Kari", None, None, "Fjord", None),
            "same name, first and last exchanged, same company",
        ),
        ((None, None, "kari.nordmann+news@fjord.no", None, None, None), "e-mail addresses of the same mailbox"),
        (
            ("Kari", "Nordmann", "kari.nordman@fjord.no", "99 88 77 66", None, None),
            "same name, e-mail addresses differ by one letter, but phone numbers differ",
        ),
    ],
)
def test_a_duplicate_is_told_with_what_agrees_and_what_differs(other: Row, reason: str) -> None:
    (duplicate,) = found(KARI, other)
    assert (duplicate.one, duplicate.other, duplicate.reason, duplicate.doubt) == (1, 2, reason, False)
    assert LIKELY <= duplicate.score <= 99


@pytest.mark.parametrize(
    "other",
    [
        ("Ola", "Nordmann", "ola.nordmann@fjord.no", "22 34 56 79", "Fjord AS", "0155"),
        ("Kari", "Vik", "kari.vik@fjord.no", None, "Fjord AS", "0155"),
        ("Kari", None, None, None, None, None),
        (None, None, None, None, None, None),
        ("\x00", "\u202e", "😀", "😀", "😀", "😀"),
    ],
)
def test_family_colleagues_and_empty_records_are_no_duplicates(other: Row) -> None:
    assert found(KARI, other) == []


def test_hostile_values_are_compared_like_any_other() -> None:
    long = "x" * 10_000
    hostile = (f"{long}\x00", f"\u202e{long}", f"{long}@x.no", "1" * 10_000, f"😀{long}", long)
    (duplicate,) = found(hostile, hostile)
    assert (duplicate.one, duplicate.other) == (1, 2)


def test_records_that_are_the_same_already_are_not_compared_and_their_duplicate_is_told_once() -> None:
    linked = [compared(1, KARI, thing=7), compared(2, (*KARI[:3], None, "Fjord", "0156"), hubspot=True, thing=7)]
    assert find_duplicates("contacts", linked) == []
    double = compared(3, KARI)
    assert [(each.one, each.other) for each in find_duplicates("contacts", [*linked, double])] == [(1, 3)]
    says_no_more = compared(4, (*KARI[:2], *[None] * 4), hubspot=True, thing=7)
    assert [(each.one, each.other) for each in find_duplicates("contacts", [*linked, says_no_more, double])] == [(1, 3)]
    hubspots = compared(3, KARI, hubspot=True)
    assert [(each.one, each.other) for each in find_duplicates("contacts", [*linked, hubspots])] == [(2, 3)]


def test_two_couples_that_are_linked_are_a_double_within_salesforce() -> None:
    couples = [
        compared(1, KARI, thing=7),
        compared(2, KARI, hubspot=True, thing=7),
        compared(3, KARI, hubspot=True, thing=8),
        compared(4, KARI, thing=8),
    ]
    assert [(each.one, each.other) for each in find_duplicates("contacts", couples)] == [(1, 4)]


def test_what_matching_doubts_is_told_however_little_alike_and_before_all_else_of_these_records() -> None:
    other = compared(2, ("Ola", "Vik", None, None, None, None), hubspot=True)
    doubts = {(1, 2): "ambiguous match", (1, 99): "gone meanwhile"}
    (duplicate,) = find_duplicates("contacts", [compared(1, KARI), other], doubts)
    assert duplicate.reason == "ambiguous match, but names differ"
    assert duplicate.doubt
    assert duplicate.score < LIKELY


def test_the_order_of_the_records_doesnt_matter_and_the_best_comes_first() -> None:
    rows = [compared(place, row, hubspot=place % 2 == 0) for place, row in enumerate([KARI, *STRANGERS, KARI], 1)]
    rows += [
        compared(50, ("Anne", "Eide", None, "90000000", None, None)),
        compared(51, ("Bo", "Foss0", None, None, "Fjord", None)),
    ]
    straight = find_duplicates("contacts", rows, least=1)
    random.Random(3).shuffle(rows)
    assert find_duplicates("contacts", rows, least=1) == straight
    assert [each.evidence for each in straight] == sorted((each.evidence for each in straight), reverse=True)
    assert (straight[0].one, straight[0].other) == (1, 22)
    assert len(straight) > 1


def test_companies_are_told_by_domain_and_name() -> None:
    cells = [("Fjord Havn AS", "fjord.no"), ("Fjord Havn", "www.fjord.no"), ("Vidde", "vidde.no")]
    rows = [Compared(n, n, False, traits_of("companies", ("name", "website"), row)) for n, row in enumerate(cells)]
    (duplicate,) = find_duplicates("companies", rows)
    assert (duplicate.one, duplicate.other) == (0, 1)
    assert duplicate.reason == "same name, same domain"


def test_it_can_be_stopped() -> None:
    rows = [compared(number, (f"Kari{number % 9}", "Nordmann", None, None, None, "0155")) for number in range(200)]

    def beat() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        find_duplicates("contacts", rows, beat=beat)


def test_deals_have_nothing_to_be_compared_by() -> None:
    with pytest.raises(KeyError):
        find_duplicates("deals", [])


@pytest.mark.parametrize(("evidence", "score"), [(0.0, 50), (-1_000.0, 0), (1_000.0, 99), (1.0, 66), (-1.0, 33)])
def test_a_score_is_a_chance_in_per_cent(evidence: float, score: int) -> None:
    assert score_of(evidence) == score


@pytest.mark.parametrize("least", [0, 1, 60, 99, 100])
def test_nothing_below_the_least_score_is_told(least: int) -> None:
    rows = [compared(place, row) for place, row in enumerate([KARI, (*KARI[:2], None, None, None, None), *STRANGERS])]
    told = find_duplicates("contacts", rows, least=least)
    assert all(each.score >= min(least, 99) for each in told)
    assert (0, 1) in {(each.one, each.other) for each in told} or least > 40


def test_a_reason_says_the_weightiest_first_and_not_everything() -> None:
    findings = [Finding(float(bits), f"f{bits}") for bits in (1, 5, 3, 4, -1, -9, -2, 0)]
    findings += [Finding(2.0, "same f2"), Finding(3.0)]
    assert reason_of(findings) == "same f2, f5, f4, but f-9 and f-2"
    assert reason_of([]) == ""


def test_a_couple_that_is_compared_again_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [compared(place, row) for place, row in enumerate([KARI, KARI, *STRANGERS, KARI])]
    once = find_duplicates("contacts", rows, least=1)
    monkeypatch.setattr("crmsync_desktop.domain.duplicates.REMEMBERED", 1)
    assert find_duplicates("contacts", rows, least=1) == once
