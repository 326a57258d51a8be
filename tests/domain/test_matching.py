"""Which records are the same person (C9, semantics 2)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.matching import Candidate, Matching, match_group
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import OnAmbiguousMatch

OBJECTS = ("Contact", "Lead")
RECENT, BLOCK = OnAmbiguousMatch.MOST_RECENT, OnAmbiguousMatch.BLOCK


@dataclass
class Group:
    """Makes candidates, numbered from 1 in the order made."""

    def __post_init__(self) -> None:
        self.rows = count(1)

    def salesforce(self, object: str, *keys: str, version: str = "1", linked: bool = False) -> Candidate:
        return Candidate(next(self.rows), Side.SALESFORCE, object, version, keys, linked)

    def hubspot(self, *keys: str, version: str = "1", linked: bool = False) -> Candidate:
        return Candidate(next(self.rows), Side.HUBSPOT, "contacts", version, keys, linked)


def match(*group: Candidate, ambiguous: OnAmbiguousMatch = RECENT) -> Matching:
    return match_group(group, OBJECTS, ambiguous)


def pairs(matching: Matching) -> set[tuple[int, int]]:
    return {(each.salesforce, each.hubspot) for each in matching.matches}


def doubts(matching: Matching) -> set[tuple[int, int, str]]:
    return {(each.row, each.rival, each.why) for each in matching.doubts}


def test_one_address_on_both_sides_is_one_person() -> None:
    g = Group()
    found = match(g.salesforce("Contact", "a@x.no"), g.hubspot("a@x.no"))
    assert pairs(found) == {(1, 2)}
    assert (found.doubts, found.alone) == ([], [])
    assert found.matches[0].key == "a@x.no"


def test_records_that_share_nothing_stay_alone() -> None:
    g = Group()
    found = match(g.salesforce("Contact", "a@x.no"), g.hubspot("b@x.no"), g.salesforce("Lead"), g.hubspot())
    assert found.matches == []
    assert sorted(found.alone) == [1, 2, 3, 4]


def test_a_contact_wins_over_a_lead() -> None:
    g = Group()
    found = match(g.salesforce("Lead", "a@x.no", version="9"), g.salesforce("Contact", "a@x.no"), g.hubspot("a@x.no"))
    assert pairs(found) == {(2, 3)}
    assert doubts(found) == {(1, 2, "other type")}


def test_among_several_of_one_type_the_most_recently_updated_wins() -> None:
    g = Group()
    found = match(
        g.salesforce("Contact", "a@x.no", version="1"),
        g.salesforce("Contact", "a@x.no", version="2"),
        g.hubspot("a@x.no"),
    )
    assert pairs(found) == {(2, 3)}
    assert doubts(found) == {(1, 2, "same type")}


def test_a_setting_blocks_instead_of_guessing() -> None:
    g = Group()
    found = match(
        g.salesforce("Contact", "a@x.no", version="1"),
        g.salesforce("Contact", "a@x.no", version="2"),
        g.hubspot("a@x.no"),
        ambiguous=BLOCK,
    )
    assert found.matches == []
    assert doubts(found) == {(1, 2, "same type"), (2, 1, "same type"), (3, 2, "blocked")}
    assert found.alone == []


def test_blocking_doubles_without_a_counterpart_makes_no_record_of_them() -> None:
    g = Group()
    found = match(g.salesforce("Contact", "a@x.no"), g.salesforce("Contact", "a@x.no"), ambiguous=BLOCK)
    assert doubts(found) == {(1, 2, "same type"), (2, 1, "same type")}
    assert found.alone == []


def test_an_additional_address_matches_too() -> None:
    g = Group()
    found = match(g.salesforce("Contact", "old@x.no"), g.hubspot("new@x.no", "old@x.no"))
    assert pairs(found) == {(1, 2)}


def test_a_second_record_for_another_address_of_a_found_person_is_a_double() -> None:
    g = Group()
    found = match(
        g.salesforce("Contact", "new@x.no", version="2"),
        g.salesforce("Contact", "old@x.no", version="1"),
        g.hubspot("new@x.no", "old@x.no"),
    )
    assert pairs(found) == {(1, 3)}
    assert doubts(found) == {(2, 1, "same type")}


def test_a_link_holds_and_its_address_is_taken() -> None:
    g = Group()
    linked = g.salesforce("Contact", "a@x.no", linked=True)
    found = match(linked, g.salesforce("Contact", "a@x.no", version="9"), g.hubspot("a@x.no"))
    assert found.matches == []
    assert doubts(found) == {(2, 1, "same type"), (3, 1, "linked elsewhere")}


def test_a_double_of_a_linked_hubspot_contact_is_not_made_anew() -> None:
    g = Group()
    found = match(g.hubspot("a@x.no", linked=True), g.hubspot("a@x.no"), g.salesforce("Lead", "a@x.no"))
    assert found.matches == []
    assert doubts(found) == {(2, 1, "same type"), (3, 1, "linked elsewhere")}


def test_two_hubspot_contacts_with_one_address_make_one_new_record() -> None:
    g = Group()
    found = match(g.hubspot("a@x.no", version="1"), g.hubspot("a@x.no", "b@x.no", version="2"))
    assert found.alone == [2]
    assert doubts(found) == {(1, 2, "same type")}


def test_the_id_that_a_contact_carries_counts_more_than_an_address() -> None:
    g = Group()
    found = match(
        g.salesforce("Contact", "a@x.no", "003a"),
        g.hubspot("a@x.no", version="9"),
        g.hubspot("b@x.no", "003a", version="1"),
    )
    assert pairs(found) == {(1, 3)}
    assert doubts(found) == {(2, 1, "linked elsewhere")}


def test_a_newer_record_with_the_same_address_doesnt_take_away_the_one_whose_id_is_carried() -> None:
    g = Group()
    found = match(
        g.salesforce("Contact", "a@x.no", "003a", version="9"),
        g.salesforce("Contact", "b@x.no", "003b", version="1"),
        g.hubspot("a@x.no", "003b"),
    )
    assert pairs(found) == {(2, 3)}
    assert doubts(found) == {(1, 2, "same type")}


def test_an_object_that_the_pair_doesnt_know_comes_last() -> None:
    g = Group()
    found = match(g.salesforce("Person", "a@x.no"), g.salesforce("Lead", "a@x.no"), g.hubspot("a@x.no"))
    assert pairs(found) == {(2, 3)}


candidates = st.lists(
    st.tuples(
        st.sampled_from([(Side.SALESFORCE, "Contact"), (Side.SALESFORCE, "Lead"), (Side.HUBSPOT, "contacts")]),
        st.sampled_from("12"),
        st.lists(st.sampled_from(["a@x.no", "b@x.no", "003a"]), max_size=2, unique=True),
        st.integers(0, 4).map(lambda draw: draw == 0),
    ),
    max_size=5,
).map(
    lambda drawn: [
        Candidate(row, side, object, version, tuple(keys), linked)
        for row, ((side, object), version, keys, linked) in enumerate(drawn)
    ]
)


@given(candidates, st.sampled_from(OnAmbiguousMatch))
def test_i6_the_order_of_a_group_does_not_matter(group: list[Candidate], ambiguous: OnAmbiguousMatch) -> None:
    # Only unlinked records compete; which of several linked ones a doubt names may depend on their order.
    if sum(each.linked for each in group) > 1:
        return
    first = match(*group, ambiguous=ambiguous)
    for order in list(permutations(group))[::7]:
        other = match(*order, ambiguous=ambiguous)
        assert pairs(other) == pairs(first)
        assert sorted(other.alone) == sorted(first.alone)
        assert {doubt.row for doubt in other.doubts} == {doubt.row for doubt in first.doubts}


@given(candidates, st.sampled_from(OnAmbiguousMatch))
def test_every_unlinked_record_has_one_place(group: list[Candidate], ambiguous: OnAmbiguousMatch) -> None:
    found = match(*group, ambiguous=ambiguous)
    placed = [row for each in found.matches for row in (each.salesforce, each.hubspot)]
    placed += [*found.alone, *(doubt.row for doubt in found.doubts)]
    assert sorted(placed) == sorted(each.row for each in group if not each.linked)


@given(candidates, st.sampled_from(OnAmbiguousMatch))
def test_no_two_new_records_share_a_key(group: list[Candidate], ambiguous: OnAmbiguousMatch) -> None:
    found = match(*group, ambiguous=ambiguous)
    by_row = {each.row: each for each in group}
    for side in Side:
        keys = [key for row in found.alone if by_row[row].side is side for key in by_row[row].keys]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("ambiguous", OnAmbiguousMatch)
def test_nothing_gives_nothing(ambiguous: OnAmbiguousMatch) -> None:
    assert match(ambiguous=ambiguous) == Matching([], [], [])


def test_of_several_the_one_that_shares_most_keys_wins_whatever_is_newer() -> None:
    one = Candidate(1, Side.SALESFORCE, "Account", "2026-01-01T00:00:00Z", ("c1", "c2"), False)
    two = Candidate(2, Side.SALESFORCE, "Account", "2026-02-01T00:00:00Z", ("c3",), False)
    company = Candidate(3, Side.HUBSPOT, "companies", "2026-01-01T00:00:00Z", ("c1", "c2", "c3"), False)
    other = Candidate(4, Side.HUBSPOT, "companies", "2026-03-01T00:00:00Z", ("c1",), False)
    found = match_group([two, other, company, one], ("Account",), OnAmbiguousMatch.MOST_RECENT)
    assert [(match.salesforce, match.hubspot) for match in found.matches] == [(1, 3)]
    assert {doubt.row for doubt in found.doubts} == {2, 4}


def test_two_that_share_nothing_but_their_partner_are_ambiguous_too() -> None:
    one = Candidate(1, Side.SALESFORCE, "Account", "2026-01-01T00:00:00Z", ("c1",), False)
    two = Candidate(2, Side.SALESFORCE, "Account", "2026-02-01T00:00:00Z", ("c2",), False)
    company = Candidate(3, Side.HUBSPOT, "companies", "2026-01-01T00:00:00Z", ("c1", "c2"), False)
    found = match_group([one, two, company], ("Account",), OnAmbiguousMatch.BLOCK)
    assert (found.matches, {doubt.row for doubt in found.doubts}) == ([], {1, 2, 3})
