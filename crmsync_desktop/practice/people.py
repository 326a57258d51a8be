"""Invented people and companies of many countries, the same for the same seed.

Faker is drawn from once per country for pools of names, streets and jobs, and people are combined from these: a hundred
thousand take seconds. Everybody's e-mail ends in .example, a name that never leads anywhere (RFC 2606).
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from faker import Faker

Presence = Literal["both", "salesforce", "hubspot"]
IN_BOTH = 0.4
"""The share of each side's people who stand in the other system too."""
LEADS = 0.35
PEOPLE_PER_COMPANY = 8


@dataclass(frozen=True, slots=True)
class Country:
    """How one country's people are invented, and the ways its name is written in real CRMs."""

    locale: str
    weight: int
    names: tuple[str, ...]
    dial: str
    salutations: tuple[str, ...]


COUNTRIES = (
    Country("no_NO", 25, ("Norge", "Norway", "NO", "norge"), "+47", ("Herr", "Fru")),
    Country("en_US", 22, ("United States", "USA", "US", "U.S.A."), "+1", ("Mr.", "Ms.", "Mrs.", "Dr.")),
    Country("en_GB", 12, ("United Kingdom", "UK", "GB", "England"), "+44", ("Mr.", "Ms.", "Mrs.", "Prof.")),
    Country("de_DE", 10, ("Germany", "Deutschland", "DE"), "+49", ("Herr", "Frau", "Dr.")),
    Country("fr_FR", 8, ("France", "FR", "FRANCE"), "+33", ("M.", "Mme")),
    Country("sv_SE", 8, ("Sweden", "Sverige", "SE"), "+46", ("Herr", "Fru")),
    Country("ja_JP", 5, ("Japan", "日本", "JP"), "+81", ("様",)),
    Country("pl_PL", 4, ("Poland", "Polska", "PL"), "+48", ("Pan", "Pani")),
    Country("es_ES", 4, ("Spain", "España", "ES"), "+34", ("Sr.", "Sra.")),
    Country("he_IL", 2, ("Israel", "ישראל", "IL"), "+972", ("Mr.", "Ms.")),
)
INDUSTRIES = (
    "Agriculture", "Banking", "Biotechnology", "Construction", "Consulting", "Education", "Electronics", "Energy",
    "Finance", "Government", "Healthcare", "Hospitality", "Insurance", "Manufacturing", "Media", "Not For Profit",
    "Retail", "Shipping", "Technology", "Telecommunications", "Transportation", "Utilities",
)  # fmt: skip
_DIGITS = "0123456789"
NORDIC = str.maketrans({"ø": "o", "Ø": "O", "å": "a", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "ß": "ss", "đ": "d"})


@dataclass(frozen=True, slots=True)
class Company:
    """`revenue` is in whole units of money a year; `name_of_country` as its own people write it."""

    number: int
    country: Country
    name: str
    domain: str
    street: str
    city: str
    state: str
    zip: str
    industry: str
    employees: int
    revenue: int
    phone: str


@dataclass(frozen=True, slots=True)
class Person:
    """The truth about somebody, before either system gets it wrong.

    `twin_of`: the number of an earlier person who has the same e-mail (a duplicate within Salesforce).
    """

    number: int
    presence: Presence
    lead: bool
    company: Company
    salutation: str
    first: str
    last: str
    email: str
    title: str
    phone: str
    mobile: str
    street: str
    city: str
    state: str
    zip: str
    twin_of: int | None


@dataclass(frozen=True, slots=True)
class Pool:
    """What one country's people are combined from. `latin`: names for addresses where the script isn't Latin."""

    firsts: tuple[str, ...]
    lasts: tuple[str, ...]
    latin: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str, str], ...]
    companies: tuple[str, ...]
    jobs: tuple[str, ...]


@cache
def pool(locale: str, seed: int) -> Pool:
    """The pool of a country for a seed; drawn once."""
    fake = Faker(locale)
    fake.seed_instance(f"{seed}/{locale}")
    state = getattr(fake, "state", None) or getattr(fake, "administrative_unit", None) or getattr(fake, "region", None)
    romanized = getattr(fake, "last_romanized_name", None)
    return Pool(
        tuple(fake.first_name() for _ in range(300)),
        tuple(fake.last_name() for _ in range(400)),
        tuple(romanized() for _ in range(200)) if romanized else (),
        tuple(fake.street_address().replace("\n", ", ") for _ in range(200)),
        tuple((fake.city(), fake.postcode(), state() if state else "") for _ in range(80)),
        tuple(fake.company() for _ in range(150)),
        tuple(fake.job() for _ in range(120)),
    )


@lru_cache(maxsize=50_000)
def ascii_word(text: str) -> str:
    """`Bjørn-Åge` → `bjorn-age`; empty if nothing of it is Latin."""
    plain = unicodedata.normalize("NFKD", text.translate(NORDIC)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def companies(count: int, seed: int) -> list[Company]:
    """`count` companies, every country at least once if there are enough."""
    draw = random.Random(f"companies/{seed}")
    weights = [country.weight for country in COUNTRIES]
    made = []
    for number in range(count):
        country = COUNTRIES[number] if number < len(COUNTRIES) else draw.choices(COUNTRIES, weights)[0]
        source = pool(country.locale, seed)
        city, postcode, state = draw.choice(source.places)
        name = draw.choice(source.companies) + (f" {city}" if draw.random() < 0.3 else "")
        employees = int(10 ** draw.uniform(0.3, 3.8))
        made.append(
            Company(
                number, country, name, f"{ascii_word(name)[:40] or 'firma'}-{number}.example",
                draw.choice(source.streets), city, state, postcode, draw.choice(INDUSTRIES),
                employees, employees * draw.randrange(60, 260) * 1000, telephone(draw, country),
            )
        )  # fmt: skip
    return made


def telephone(draw: random.Random, country: Country) -> str:
    """A number in the international form; how a system spells it is its own affair.

    Seven digits below ten and then one from two to nine, each drawn as `randrange` does (four bits, again while they are
    too many), without its checks: a million people have two and a half million numbers.
    """
    bits = draw.getrandbits
    digits = ""
    for _ in range(7):
        digit = bits(4)
        while digit >= 10:
            digit = bits(4)
        digits += _DIGITS[digit]
    first = bits(4)
    while first >= 8:
        first = bits(4)
    return f"{country.dial} {_DIGITS[first + 2]}{digits}"


def presences(count: int, seed: int, only: Presence) -> list[Presence]:
    """Who stands where, shuffled: `count` people on each side, or on the one side that `only` names."""
    if only != "both":
        return [only] * count
    shared = round(count * IN_BOTH)
    everybody: list[Presence] = ["both"] * shared
    everybody += ["salesforce"] * (count - shared)
    everybody += ["hubspot"] * (count - shared)
    random.Random(f"presences/{seed}").shuffle(everybody)
    return everybody


def people(count: int, seed: int, only: Presence = "both") -> Iterator[Person]:
    """So many people that each side that `only` names has `count` of them. E-mails differ, but for the twins'."""
    draw = random.Random(f"people/{seed}")
    employers = companies(max(len(COUNTRIES), count // PEOPLE_PER_COMPANY), seed)
    taken: set[str] = set()
    models: list[Person] = []
    for number, presence in enumerate(presences(count, seed, only)):
        twin = presence == "salesforce" and models and draw.random() < 0.04
        person = _twin(draw, number, draw.choice(models)) if twin else _person(draw, number, presence, employers, seed)
        if not twin:
            address = person.email
            while person.email in taken:
                name, _, domain = address.partition("@")
                person = _with_email(person, f"{name}{draw.randrange(2, 99_999)}@{domain}")
            taken.add(person.email)
            if presence != "hubspot" and len(models) < 500:
                models.append(person)
        yield person


def _person(draw: random.Random, number: int, presence: Presence, employers: list[Company], seed: int) -> Person:
    company = employers[int(draw.random() * len(employers))]
    source = pool(company.country.locale, seed)
    first, last = draw.choice(source.firsts), draw.choice(source.lasts)
    if draw.random() < 0.06:
        last = f"{last}{draw.choice('- ')}{draw.choice(source.lasts)}"
    local = [draw.choice(source.latin), draw.choice(source.latin)] if source.latin else [first, last]
    words = [word for word in map(ascii_word, local) if word] or [f"kunde{number}"]
    domain = (
        company.domain if draw.random() < 0.85 else draw.choice(("gmail.example", "online.example", "outlook.example"))
    )
    city, postcode, state = (
        draw.choice(source.places) if draw.random() < 0.5 else (company.city, company.zip, company.state)
    )
    return Person(
        number, presence, draw.random() < LEADS, company, draw.choice(company.country.salutations), first, last,
        f"{'.'.join(words)}@{domain}", draw.choice(source.jobs), telephone(draw, company.country),
        telephone(draw, company.country), draw.choice(source.streets), city, state, postcode, None,
    )  # fmt: skip


def _twin(draw: random.Random, number: int, model: Person) -> Person:
    """Somebody entered a second time: often as a lead beside the contact, with another phone and a shorter name."""
    first = model.first[:1] + "." if draw.random() < 0.4 else model.first
    return Person(
        number, "salesforce", not model.lead if draw.random() < 0.6 else model.lead, model.company, model.salutation,
        first, model.last, model.email, model.title, telephone(draw, model.company.country), model.mobile, model.street,
        model.city, model.state, model.zip, model.number,
    )  # fmt: skip


def _with_email(person: Person, email: str) -> Person:
    return Person(
        person.number, person.presence, person.lead, person.company, person.salutation, person.first, person.last, email,
        person.title, person.phone, person.mobile, person.street, person.city, person.state, person.zip, person.twin_of,
    )  # fmt: skip
