"""Values made alike, so that what people write differently compares as the same."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.likeness import Traits, company_name, domain_of, folded, mailbox, phone, traits_of

NAMES = ("firstname", "lastname")


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("  Bjørn-Åge  O'NEIL ", "bjorn age o neil"),
        ("Łódź Straße Æsop Þór", "lodz strasse aesop thor"),
        ("山田", "山田"),
        ("😀", ""),
        ("nul\x00nul", "nul nul"),
        ("right\u202eto\u202cleft", "right to left"),
    ],
)
def test_case_accents_and_punctuation_fall_away(text: str, alike: str) -> None:
    assert folded(text) == alike


def test_a_name_of_ten_thousand_characters_is_cut() -> None:
    assert len(folded("x" * 10_000)) == 120


@pytest.mark.parametrize(
    ("address", "box"),
    [
        ("kari+crm@example.com", "kari@example.com"),
        ("k.a.r.i+x@gmail.com", "kari@gmail.com"),
        ("k.ari@example.com", "k.ari@example.com"),
        ("+@example.com", "+@example.com"),
    ],
)
def test_a_mailbox_is_the_address_without_what_its_system_ignores(address: str, box: str) -> None:
    assert mailbox(address) == box


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+47 22 34 56 78", "4722345678"),
        ("0047 22345678", "4722345678"),
        ("(212) 555-0123 ext. 7", "2125550123"),
        ("112", ""),
        ("call me", ""),
    ],
)
def test_a_phone_number_is_its_digits(text: str, digits: str) -> None:
    assert phone(text) == digits


def test_a_company_loses_its_legal_form_unless_that_is_all_it_has() -> None:
    assert company_name("The Nordmann Company, Inc.") == "nordmann"
    assert company_name("AS") == "as"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.Example.com/about?x=1", "example.com"),
        ("http://me@example.com:8080", "example.com"),
        ("www.example.com", "example.com"),
        ("example.com.", "example.com"),
        ("", ""),
    ],
)
def test_a_domain_is_the_host_of_whatever_is_written(text: str, host: str) -> None:
    assert domain_of(text) == host


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        (["Kari", "Nordmann"], ("kari", "nordmann")),
        ([None, "Kari Nordmann"], ("kari", "nordmann")),
        (["Kari Anne Nordmann", False], ("kari anne", "nordmann")),
        ([None, "Nordmann"], ("", "nordmann")),
        (["Kari", None], ("kari", "")),
        ([None, None], ("", "")),
    ],
)
def test_a_whole_name_in_one_field_is_taken_apart(cells: list[str | None], name: tuple[str, str]) -> None:
    traits = traits_of("contacts", NAMES, cells)
    assert (traits.given, traits.family) == name


def test_all_addresses_and_numbers_of_a_contact_count_and_ids_are_no_addresses() -> None:
    properties = ("email", "phone", "mobilephone", "date_of_birth", "jobtitle", "zip")
    cells = [" Kari@Example.com", "22 34 56 78", "22345678", "1980-02-03", "Boss", "N07 5JW"]
    traits = traits_of("contacts", properties, cells, ("kari@example.com", "kari+x@example.com", "003000000000001aaa"))
    assert traits.emails == ("kari@example.com", "kari+x@example.com")
    assert traits.mailboxes == ("kari@example.com",)
    assert (traits.phones, traits.born, traits.zip) == (("22345678",), "19800203", "n075jw")


def test_what_is_no_address_is_none_and_a_company_is_read_by_its_own_fields() -> None:
    assert traits_of("contacts", ("email",), ["none"]).emails == ()
    traits = traits_of("companies", ("name", "website"), ["Nordmann AS", "https://nordmann.no"])
    assert (traits.company, traits.domain) == ("nordmann", "nordmann.no")


def test_one_record_lies_within_another_that_says_all_it_says() -> None:
    full = Traits(given="kari", family="nordmann", emails=("a@b.no", "c@d.no"), phones=("22345678",))
    assert Traits(given="kari", emails=("a@b.no",)).within(full)
    assert not Traits(given="karin").within(full)
    assert not Traits(emails=("x@y.no",)).within(full)
    assert not Traits(phones=("99999999",)).within(full)
