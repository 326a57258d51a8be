"""Which of an org's own countries and states a text means."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmsync_desktop.domain.accepted_places import AcceptedPlaces, Meant, Place, options_by_country
from crmsync_desktop.domain.gazetteer import gazetteer
from crmsync_desktop.domain.schema import Option

WORLD = gazetteer()


def places(
    countries: Sequence[tuple[str, str]], states: Sequence[tuple[str, str, str]] = (), own_codes: bool = True
) -> AcceptedPlaces:
    """(code, label) of countries, (country, code, label) of states."""
    return AcceptedPlaces(
        [Option(*country) for country in countries],
        [Option(code, label, True, (country,)) for country, code, label in states],
        WORLD,
        own_codes,
    )


STANDARD = (("KP", "Korea, Democratic People's Republic of"), ("KR", "Korea, Republic of"), ("NO", "Norway"))
STANDARD += (("GB", "United Kingdom"), ("US", "United States"), ("CG", "Congo"))
STATES = (("US", "CA", "California"), ("US", "NY", "New York"), ("GB", "CA", "Cardiff"))


@pytest.mark.parametrize("own_codes", [False, True])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Norge", "NO"),
        ("no", "NO"),
        ("NOR", "NO"),
        ("USA", "US"),
        ("England", "GB"),
        ("Congo", "CG"),
        ("Sør-Korea", "KR"),
    ],
)
def test_what_a_text_means_is_found_among_what_is_accepted(text: str, code: str, own_codes: bool) -> None:
    found = places(STANDARD, own_codes=own_codes).country(text)
    assert found.meant is Meant.RESOLVED
    assert found.place is not None
    assert found.place.code == code


def test_what_may_mean_several_is_never_guessed_even_where_only_one_of_them_is_accepted() -> None:
    both = places(STANDARD).country("Korea")
    assert (both.meant, both.place) == (Meant.AMBIGUOUS, None)
    assert both.labels == ("Korea, Democratic People's Republic of", "Korea, Republic of")
    one = places(STANDARD[1:]).country("Korea")
    assert (one.meant, one.labels) == (Meant.AMBIGUOUS, ("Korea, Republic of",))


def test_what_nobody_knows_or_accepts_comes_with_what_is_spelt_alike() -> None:
    accepted = places(STANDARD)
    assert accepted.country("Norwya").labels == ("Norway",)
    assert accepted.country("Norrge").labels == ("Norway",)
    for text in ("Sweden", "Qwxyz", "", "x" * 300):
        found = accepted.country(text)
        assert found.meant is Meant.UNKNOWN
        assert found.place is None
    assert accepted.country("x" * 300).labels == ()


def test_an_answer_is_kept() -> None:
    accepted = places(STANDARD)
    assert accepted.country("Norge") is accepted.country("Norge")


def test_an_orgs_own_labels_and_codes_count_before_the_worlds() -> None:
    accepted = places([("UK", "Great Britain"), ("KOS", "Kosovo"), ("GE", "Deutschland"), ("HQ", "Head office")])
    assert accepted.country("United Kingdom").place == Place("UK", "Great Britain")
    assert accepted.country("kosovo").place == Place("KOS", "Kosovo")
    assert accepted.country("Tyskland").place == Place("GE", "Deutschland")
    assert accepted.country("Georgia").place is None
    assert accepted.country("hq").place == Place("HQ", "Head office")
    assert (accepted.iso_of("UK"), accepted.iso_of("HQ"), accepted.iso_of("nobody's")) == ("GB", "", "")


def test_an_ambiguous_label_is_read_by_its_code() -> None:
    accepted = places([("KR", "Korea")])
    assert accepted.country("South Korea").place == Place("KR", "Korea")
    assert accepted.country("Korea").place == Place("KR", "Korea")
    assert places([("XX", "Korea")]).country("South Korea").place is None


def test_without_own_codes_what_has_no_iso_code_isnt_accepted() -> None:
    accepted = places([("NO", "Norway"), ("HQ", "Head office")], own_codes=False)
    assert [place.code for place in accepted.countries.places] == ["NO"]
    assert accepted.country("Head office").place is None


def test_a_whole_is_told_from_parts_that_an_org_lists_beside_it() -> None:
    accepted = places([("GB", "United Kingdom"), ("ENG", "England"), ("SCT", "Scotland")])
    assert accepted.country("UK").place == Place("GB", "United Kingdom")
    assert accepted.country("England").place == Place("ENG", "England")
    parts = places([("ENG", "England"), ("SCT", "Scotland")]).country("UK")
    assert (parts.meant, parts.labels) == (Meant.AMBIGUOUS, ("England", "Scotland"))


def test_two_values_of_one_name_are_ambiguous() -> None:
    found = places([("A1", "Atlantis"), ("A2", "ATLANTIS")]).country("atlantis")
    assert (found.meant, found.labels) == (Meant.AMBIGUOUS, ("Atlantis", "ATLANTIS"))


def test_inactive_options_are_not_accepted() -> None:
    accepted = AcceptedPlaces(
        [Option("NO", "Norway", False), Option("US", "United States")],
        [Option("CA", "California", False, ("US",))],
        WORLD,
    )
    assert accepted.country("Norway").place is None
    assert accepted.states_of("US").places == ()


def test_a_state_is_read_within_its_country() -> None:
    accepted = places(STANDARD, STATES)
    assert accepted.states_of("US").resolve("Calif.").place == Place("CA", "California")
    assert accepted.states_of("US").resolve("us-ny").place == Place("NY", "New York")
    assert accepted.states_of("GB").resolve("CA").place == Place("CA", "Cardiff")
    assert accepted.states_of("US").resolve("Bavaria").meant is Meant.UNKNOWN
    assert accepted.states_of("US").resolve("Nwe York").labels == ("New York",)
    assert accepted.states_of("NO").resolve("Oslo").meant is Meant.UNKNOWN
    assert accepted.states_of("US") is accepted.states_of("US")


def test_a_state_is_known_by_its_name_where_the_org_gives_it_another_code() -> None:
    accepted = places([("MX", "Mexico")], [("MX", "CH", "Chihuahua"), ("MX", "CS", "Chiapas")])
    assert accepted.states_of("MX").resolve("MX-CHP").place == Place("CS", "Chiapas")
    assert accepted.states_of("MX").resolve("CHH").place == Place("CH", "Chihuahua")


def test_states_of_a_country_that_only_the_org_knows_go_by_their_own_names() -> None:
    accepted = places([("HQ", "Head office")], [("HQ", "1", "First floor"), ("HQ", "2", "Second floor")])
    assert accepted.states_of("HQ").resolve("first FLOOR").place == Place("1", "First floor")
    assert accepted.states_of("HQ").resolve("Frist floor").labels == ("First floor",)
    assert accepted.states_of("HQ").resolve("California").place is None


def test_options_that_hang_on_no_country_are_read_as_states_of_the_one_asked_for() -> None:
    of = options_by_country([Option("wa", "Washington"), Option("ont", "Ontario"), Option("x", "Old", False)], WORLD)
    assert of("US").resolve("US-WA").place == Place("wa", "Washington")
    assert of("CA").resolve("Ont.").place == Place("ont", "Ontario")
    assert of("US").resolve("US-CA").place is None
    assert of("").resolve("Old").place is None
    assert of("US") is of("US")
