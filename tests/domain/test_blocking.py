"""Which records are compared: those that share something, and never all with all."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.blocking import BLOCK, NEIGHBOURS, candidates, skeleton
from crmsync_desktop.domain.likeness import Traits

KARI = Traits(
    given="kari", family="nordmann", company="fjord", emails=("kari@x.no",), mailboxes=("kari@x.no",),
    phones=("4722345678",), street="storgata 1", zip="0155", city="oslo", born="19800203",
)  # fmt: skip
APART = Traits(given="ola", family="hansen", zip="9000")


@pytest.mark.parametrize(
    "other",
    [
        Traits(mailboxes=("kari@x.no",)),
        Traits(phones=("22345678",)),
        Traits(given="nordmann", family="kari"),
        Traits(given="kari", family="nordman"),
        Traits(given="karri", family="nordmann"),
        Traits(born="19800203"),
        Traits(family="nordvik", zip="0155"),
        Traits(street="stor gate 1", zip="0155"),
        Traits(given="karin", company="fjord"),
    ],
)
def test_whatever_else_differs_one_thing_in_common_is_enough(other: Traits) -> None:
    assert set(candidates("contacts", [KARI, APART, other])) == {(0, 2)}


def test_a_person_is_found_by_the_first_part_of_the_address_and_a_function_is_not() -> None:
    assert set(candidates("contacts", [_at("kari.n@x.no"), _at("kari.n@y.no")])) == {(0, 1)}
    assert set(candidates("contacts", [_at("invoice@x.no"), _at("invoice@y.no")])) == set()


@pytest.mark.parametrize(
    "other",
    [
        Traits(company="fjord havn", domain="fjord.no"),
        Traits(company="fjordh avn", city="bergen"),
        Traits(company="fiord havn", street="kaia 3", zip="5003"),
        Traits(company="x", phones=("22345678",)),
        Traits(company="fjord hovn", city="bergen"),
        Traits(company="havn fjord"),
    ],
)
def test_a_company_is_found_by_domain_phone_name_and_door(other: Traits) -> None:
    one = Traits(
        company="fjord havn",
        domain="fjord.no",
        phones=("22345678",),
        street="kaia 3",
        zip="5003",
        city="bergen",
    )
    assert set(candidates("companies", [one, other, Traits()])) == {(0, 1)}


def test_a_skeleton_is_what_typing_and_hearing_leave_alone() -> None:
    assert skeleton("johannessen") == skeleton("johanesen") == "jnsn"
    assert skeleton("") == ""


def test_records_that_all_have_one_thing_in_common_are_not_all_compared() -> None:
    many = [Traits(born="19000101", given=f"a{number}", family=f"b{number}") for number in range(10 * BLOCK)]
    few = many[:BLOCK]
    assert len(set(candidates("contacts", few))) >= BLOCK * (BLOCK - 1) // 2
    assert len(list(candidates("contacts", many))) <= len(many) * NEIGHBOURS * 9


def _at(address: str) -> Traits:
    return Traits(emails=(address,), mailboxes=(address,))
