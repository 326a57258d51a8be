"""Members in chance worlds: whatever two sides did since they last agreed, joining them loses nobody and comes to rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.members import REMOVED, Merged, merge, parse, same_role, text
from crmsync_desktop.domain.records import UNSEEN, Cell, Value

THERE = {f"003{letter}": str(number) for number, letter in enumerate("ABCDE", 1)}
HERE = {partner: id for id, partner in THERE.items()}
ROLES = ("", "Evaluator", "Decision Maker", "Sponsor")
LABELS = ("", "evaluator", "decision maker")

people = st.dictionaries(st.sampled_from(sorted(THERE)), st.sampled_from(ROLES), max_size=5)
"""A set of members, named by their Salesforce ids."""


def on_hubspot(members: dict[str, str]) -> Value:
    """The same members as HubSpot holds them: a role without a label is none."""
    return text({THERE[id]: role if role.casefold() in LABELS else "" for id, role in members.items()})


class Sides:
    """Both sides and the bases, as they go through passes."""

    def __init__(self, agreed: dict[str, str] | None) -> None:
        self.salesforce, self.hubspot = text(agreed or {}), on_hubspot(agreed or {})
        self.bases: tuple[Cell, Cell] = (UNSEEN, UNSEEN) if agreed is None else (self.salesforce, self.hubspot)

    def one_pass(self, to_hubspot: bool = True, to_salesforce: bool = True) -> bool:
        """Write what is wanted (a write may be dropped); whether anything was wanted."""
        merged = self._merged(self.bases)
        wanted = (merged.salesforce, merged.hubspot) != (self.salesforce, self.hubspot)
        if to_hubspot:
            self.hubspot = merged.hubspot
        if to_salesforce:
            self.salesforce = merged.salesforce
        after = self._merged((merged.base_salesforce, merged.base_hubspot))
        self.bases = (after.base_salesforce, after.base_hubspot)
        return wanted

    def _merged(self, bases: tuple[Cell, Cell]) -> Merged:
        return merge(
            self.salesforce,
            self.hubspot,
            *bases,
            lambda id: THERE.get(id, UNSEEN),
            lambda id: HERE.get(id, UNSEEN),
            lambda role: role.casefold() in LABELS,
        )

    def settle(self) -> None:
        for _ in range(4):
            if not self.one_pass():
                return
        raise AssertionError("it never comes to rest")


def ids(value: Value) -> set[str]:
    return set(parse(value))


@given(people, people)
def test_a_first_link_holds_everybody_of_both_sides(one: dict[str, str], other: dict[str, str]) -> None:
    sides = Sides(None)
    sides.salesforce, sides.hubspot = text(one), on_hubspot(other)
    sides.settle()
    assert ids(sides.salesforce) == one.keys() | other.keys()
    assert ids(sides.hubspot) == {THERE[id] for id in one.keys() | other.keys()}


@given(people, people, people)
def test_nobody_is_lost_and_only_salesforce_takes_away(
    agreed: dict[str, str], one: dict[str, str], other: dict[str, str]
) -> None:
    """`one` and `other` are what Salesforce and HubSpot made of the agreed members."""
    sides = Sides(agreed)
    sides.salesforce, sides.hubspot = text(one), on_hubspot(other)
    sides.settle()
    added_there = other.keys() - agreed.keys()
    assert ids(sides.salesforce) == one.keys() | added_there, "Salesforce only ever gains"
    removed_there = (agreed.keys() & one.keys()) - other.keys()
    expected = (one.keys() | added_there) - removed_there
    assert ids(sides.hubspot) == {THERE[id] for id in expected}


@given(people, people, people)
def test_roles_agree_at_rest_as_far_as_hubspot_has_them(
    agreed: dict[str, str], one: dict[str, str], other: dict[str, str]
) -> None:
    sides = Sides(agreed)
    sides.salesforce, sides.hubspot = text(one), on_hubspot(other)
    sides.settle()
    s, h = parse(sides.salesforce), parse(sides.hubspot)
    for id, role in s.items():
        if THERE[id] in h:
            assert same_role(role if role.casefold() in LABELS else "", h[THERE[id]])


@given(people, people, people, st.lists(st.tuples(st.booleans(), st.booleans()), max_size=3))
def test_writes_that_were_dropped_change_nothing_about_the_end(
    agreed: dict[str, str], one: dict[str, str], other: dict[str, str], dropped: list[tuple[bool, bool]]
) -> None:
    """I9: stop anywhere, look again, decide again: the same members."""
    straight, broken = Sides(agreed), Sides(agreed)
    for sides in (straight, broken):
        sides.salesforce, sides.hubspot = text(one), on_hubspot(other)
    for to_hubspot, to_salesforce in dropped:
        broken.one_pass(to_hubspot, to_salesforce)
    straight.settle()
    broken.settle()
    assert (ids(broken.salesforce), ids(broken.hubspot)) == (ids(straight.salesforce), ids(straight.hubspot))


@given(people, people)
def test_quiet_stays_quiet(agreed: dict[str, str], other: dict[str, str]) -> None:
    sides = Sides(agreed)
    sides.hubspot = on_hubspot(other)
    sides.settle()
    before = (sides.salesforce, sides.hubspot, sides.bases)
    assert not sides.one_pass()
    assert (sides.salesforce, sides.hubspot, sides.bases) == before
    gone = {id for id in agreed if id not in other}
    assert {partner for partner, role in parse(sides.bases[1]).items() if role == REMOVED} == {THERE[id] for id in gone}
