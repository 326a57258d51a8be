"""What speaks for and against two records being the same, and in which words."""

from __future__ import annotations

import itertools

import pytest

from crmsync_desktop.domain.evidence import (
    COMPARERS,
    MOST_AT_LAST,
    Comparer,
    Finding,
    Level,
    Rarity,
    alike,
    compare_births,
    compare_company_names,
    compare_domains,
    compare_emails,
    compare_names,
    compare_phones,
    compare_places,
    compare_surroundings,
)
from crmsync_desktop.domain.likeness import Traits, traits_of


def person(name: str = "", **traits: str) -> Traits:
    properties = {"emails": "email", "phones": "phone", "street": "address", "born": "date_of_birth", "region": "state"}
    given, _, family = name.partition(" ")
    cells = {"firstname": given, "lastname": family, **{properties.get(each, each): traits[each] for each in traits}}
    return traits_of("contacts", list(cells), [value or None for value in cells.values()])


def found(compare: Comparer, one: Traits, other: Traits, *others: Traits) -> list[Finding]:
    """The findings among these records, the same whichever of the two comes first."""
    rarity = Rarity([one, other, *others])
    findings = list(compare(one, other, rarity))
    mirrored = list(compare(other, one, rarity))
    assert [each.words for each in findings] == [each.words for each in mirrored]
    assert [each.bits for each in findings] == pytest.approx([each.bits for each in mirrored])
    return findings


def the_one(compare: Comparer, one: Traits, other: Traits, *others: Traits) -> Finding:
    (finding,) = found(compare, one, other, *others)
    return finding


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("kari", "", Level.MISSING),
        ("kari", "kari", Level.SAME),
        ("kari", "karri", Level.ONE_LETTER),
        ("kari", "kair", Level.ONE_LETTER),
        ("k", "kari", Level.SIMILAR),
        ("o", "kari", Level.DIFFERENT),
        ("nordmann", "nordmahn", Level.ONE_LETTER),
        ("nordmann", "mordmahn", Level.SIMILAR),
        ("chris", "christopher", Level.SIMILAR),
        ("bo", "bob", Level.SIMILAR),
        ("marthe", "martheanne", Level.SIMILAR),
        ("steven", "stephane", Level.UNSURE),
        ("kari", "ola", Level.DIFFERENT),
        ("jo", "bo", Level.DIFFERENT),
    ],
)
def test_names_are_alike_by_degrees(one: str, other: str, level: Level) -> None:
    assert alike(one, other) is alike(other, one) is level


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("Kari Nordmann", "Kari Nordmann", "same name"),
        ("Kari Nordmann", "Kari Nordmahn", "names differ by one letter"),
        ("Kari Nordmann", "Karri Nordmahn", "names differ by a letter each"),
        ("Kari Kari", "Kari Karin", "names differ by one letter"),
        ("Kari Nordmann", "K Nordmann", "similar names"),
        ("Kari Nordmann", "Nordmann Kari", "same name, first and last exchanged"),
        ("Kari Nordmann", "Nordmahn Kari", "names differ by one letter, first and last exchanged"),
        ("Kari Nordmann", "Nordmann K", "similar names, first and last exchanged"),
        ("Kari Nordmann", "Nordmann Ulf", "one name the same, in the other place"),
        ("Kari Nordmann", "Ulf Nordmann", "same last name, first names differ"),
        ("Kari Nordmann", "Ulf Mordmahn", "similar last name, first names differ"),
        ("Kari Nordmann", "Kari Vik", "same first name, last names differ"),
        ("Kari Nordmann", "Karri Vik", "similar first name, last names differ"),
        ("Kari Nordmann", "Ulf Vik", "names differ"),
        ("Kari", "Kari", "same first name"),
        (" Nordmann", " Nordmann", "same last name"),
        ("Kari", " Nordmann", ""),
        ("", "", ""),
    ],
)
def test_names_in_words(one: str, other: str, words: str) -> None:
    assert the_one(compare_names, person(one), person(other)).words == words


def test_agreement_counts_by_how_few_have_it_and_difference_counts_against() -> None:
    many = [person(f"Anna Hansen{number}") for number in range(500)]
    kari = person("Kari Nordmann"), person("Kari Nordmann")
    anna = person("Anna Hansen"), person("Anna Hansen")
    rare = the_one(compare_names, *kari, *many).bits
    assert rare > the_one(compare_names, *anna, *many, *anna * 50).bits > 0
    assert the_one(compare_names, person("Kari Nordmann"), person("Ulf Vik")).bits < -10
    assert the_one(compare_names, person("Kari"), person(" Nordmann")).bits == 0


@pytest.mark.parametrize(
    ("one", "other", "words", "sign"),
    [
        ("kari@x.no", "kari@x.no", "same e-mail address", 1),
        ("kari@x.no", "kari+crm@x.no", "e-mail addresses of the same mailbox", 1),
        ("kari.n@x.no", "kari.m@x.no", "e-mail addresses differ by one letter", 1),
        ("kari1@x.no", "kari2@x.no", "e-mail addresses differ", -1),
        ("kari.nordmann@x.no", "kari.nordmann@gmail.com", "e-mail addresses differ only after the @", 1),
        ("invoice@x.no", "invoice@company.com", "e-mail addresses differ", -1),
        ("ola@x.no", "kari@company.com", "e-mail addresses differ", -1),
    ],
)
def test_addresses(one: str, other: str, words: str, sign: int) -> None:
    finding = the_one(compare_emails, person(emails=one), person(emails=other))
    assert finding.words == words
    assert finding.bits * sign > 0


def test_an_address_that_differs_as_the_name_does_says_little() -> None:
    lund, lunde = person("Anne Lund", emails="anne.lund@x.no"), person("Anne Lunde", emails="anne.lunde@x.no")
    mistyped = person("Anne Lund", emails="anne.lundd@x.no")
    nameless = person(emails="anne.lundd@x.no")
    assert the_one(compare_emails, lund, lunde).bits == 3
    assert the_one(compare_emails, lund, mistyped).bits > 4 < the_one(compare_emails, lund, nameless).bits


def test_an_address_made_of_the_name_says_nothing_beside_the_name() -> None:
    one, other = (person("Kari Nordmann", emails=f"kari.nordmann@{host}") for host in ("x.no", "gmail.com"))
    assert the_one(compare_emails, one, other).bits == 0


@pytest.mark.parametrize(
    ("one", "other", "words", "sign"),
    [
        ("22 34 56 78", "+47 22345678", "same phone number", 1),
        ("22345678", "22345679", "phone numbers differ by one digit", 1),
        ("22345678", "99887766", "phone numbers differ", -1),
    ],
)
def test_phone_numbers(one: str, other: str, words: str, sign: int) -> None:
    finding = the_one(compare_phones, person(phones=one), person(phones=other))
    assert finding.words == words
    assert finding.bits * sign > 0


def test_a_switchboards_number_says_little() -> None:
    two = person("A B", phones="22345678"), person("C D", phones="22345678")
    colleagues = [person(f"E{number} F", phones="22345678") for number in range(60)]
    assert the_one(compare_phones, *two, *colleagues).bits < 0.2 < 4 < the_one(compare_phones, *two).bits


@pytest.mark.parametrize(
    ("one", "other", "words", "sign"),
    [
        ("1980-02-03", "1980-02-03", "same birth date", 1),
        ("1980-02-03", "1980-02-08", "birth dates differ by one digit", 1),
        ("1980-02-13", "1980-13-02", "birth dates with day and month exchanged", 1),
        ("1980-02-03", "1975-11-30", "birth dates differ", -1),
    ],
)
def test_birth_dates(one: str, other: str, words: str, sign: int) -> None:
    finding = the_one(compare_births, person(born=one), person(born=other))
    assert finding.words == words
    assert finding.bits * sign > 0


@pytest.mark.parametrize("compare", [compare_emails, compare_phones, compare_births, compare_domains])
def test_what_one_record_lacks_says_nothing(compare: Comparer) -> None:
    full = Traits(
        emails=("a@b.no",), mailboxes=("a@b.no",), phones=("22345678",), born="19800203", domain="b.no", company="b"
    )
    assert found(compare, full, Traits()) == []
    assert found(compare, Traits(), full) == []


def test_nothing_at_all_weighs_nothing() -> None:
    for pair, comparers in COMPARERS.items():
        findings = [each for compare in comparers for each in found(compare, Traits(), Traits())]
        assert sum(each.bits for each in findings) == 0, pair
        assert not any(each.words for each in findings), pair


PLACES = {"street": "Storgata 12", "zip": "0155", "city": "Oslo", "region": "Oslo"}


@pytest.mark.parametrize(
    ("changed", "words", "sign"),
    [
        ({}, "same address", 1),
        ({"street": "12 Storgata"}, "same address", 1),
        ({"street": "Storgatan 12"}, "same address", 1),
        ({"street": "Stor"}, "same postcode", 1),
        ({"street": "Storgt av 21"}, "same postcode", 1),
        ({"street": "Kirkeveien 99"}, "streets differ", 1),
        ({"zip": "0156"}, "same street", 1),
        ({"zip": "9999", "city": "Tromsø", "region": "Troms"}, "same street", 1),
        ({"street": "Kirkeveien 99", "zip": "9999", "city": "Tromsø", "region": "Troms"}, "streets differ", -1),
        ({"street": "", "zip": "0155", "city": "Os"}, "same postcode", 1),
        ({"street": "", "zip": "", "city": "Oslo"}, "", 1),
    ],
)
def test_places_in_words(changed: dict[str, str], words: str, sign: int) -> None:
    finding = the_one(compare_places, person(**PLACES), person(**{**PLACES, **changed}))
    assert finding.words in (words, "same postcode" if words == "streets differ" else words)
    assert finding.bits * sign > 0


def test_a_street_of_that_name_in_another_town_says_little_and_an_address_has_its_limit() -> None:
    here = person(**PLACES)
    elsewhere = person(street=PLACES["street"], zip="9999")
    crowd = [person(f"A{number} B{number}", street=f"Gate {number}", zip=f"{number}") for number in range(2_000)]
    assert the_one(compare_places, here, elsewhere, *crowd).bits <= 2
    assert the_one(compare_places, here, here, *crowd).bits == MOST_AT_LAST


@pytest.mark.parametrize(
    ("one", "other", "words", "sign"),
    [
        ("Fjord AS", "Fjord", "same company", 1),
        ("Fjord", "Fjords", "similar company", 1),
        ("Fjord", "Vidde", "companies differ", -1),
        ("Fjord", "", "", 0),
    ],
)
def test_employers(one: str, other: str, words: str, sign: int) -> None:
    findings = found(compare_surroundings, person(company=one), person(company=other))
    assert [each.words for each in findings if each.words] == [words] * bool(words)
    bits = sum(each.bits for each in findings)
    assert (bits > 0) - (bits < 0) == sign


def test_colleagues_at_one_address_count_no_more_than_the_address() -> None:
    crowd = [person(f"A{number} B{number}", street=f"Gate {number}", zip=f"{number}") for number in range(2_000)]
    both = person(company="Fjord", **PLACES)
    assert sum(each.bits for each in found(compare_surroundings, both, both, *crowd)) == MOST_AT_LAST


@pytest.mark.parametrize(
    ("one", "other", "words", "sign"),
    [
        ("Fjord Havn AS", "fjord havn", "same name", 1),
        ("Fjord Havn", "Fjord Hawn", "names differ by one letter", 1),
        ("Fjord Havn", "Havn Fjord Norge", "similar names", 1),
        ("Fjord Havn Norge", "Havn", "similar names", 1),
        ("Fjord Havn", "Fjord Havnen", "similar names", 1),
        ("Fjord Havn", "Vidde Mekaniske", "names differ", -1),
        ("Fjord Havn", "Fjord Maler", "names differ", -1),
    ],
)
def test_company_names(one: str, other: str, words: str, sign: int) -> None:
    companies = [traits_of("companies", ["name"], [name]) for name in (one, other)]
    finding = the_one(compare_company_names, *companies)
    assert finding.words == words
    assert finding.bits * sign > 0


def test_a_company_without_a_name_says_nothing_and_domains_speak_for_and_against() -> None:
    assert found(compare_company_names, Traits(company="x"), Traits()) == []
    assert the_one(compare_domains, Traits(domain="x.no"), Traits(domain="x.no")).bits > 0
    assert the_one(compare_domains, Traits(domain="x.no"), Traits(domain="y.no")).bits < 0


def test_the_last_comparison_says_no_more_than_it_may() -> None:
    crowd = [person(f"A{number} B{number}", street=f"Gate {number}", zip=f"{number}") for number in range(2_000)]
    records = [person(company="Fjord", **PLACES), person(company="Fjord", street="Storgata 12"), person(**PLACES)]
    for comparers in COMPARERS.values():
        for one, other in itertools.product(records, repeat=2):
            findings = found(comparers[-1], one, other, *crowd)
            assert sum(each.bits for each in findings) <= MOST_AT_LAST
