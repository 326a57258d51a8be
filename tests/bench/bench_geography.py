"""State and country (C8): what the words for 250 countries and some 5,000 states are taken for.

The org accepts all of ISO 3166 (and Kosovo) under ISO's own names and codes: the hardest list there is, since everything
that a text may mean is accepted. Each place is asked for in every way of its class; a class counts texts that are resolved,
ambiguous, unknown, and wrong: resolved to another place than the one they were made from, unless they are that one's name in
the list but for accents ("Congo" is a value of the list, whoever else may be called so; a German name of one Estonian
county is the name of a town). The last must be none. For slips in spelling, what matters is that the place is among those
named as nearest.
"""

from __future__ import annotations

import gettext
import time
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pycountry
from babel import Locale

from crmsync_desktop.domain.accepted_places import Accepted, AcceptedPlaces, Meant
from crmsync_desktop.domain.gazetteer import Gazetteer
from crmsync_desktop.domain.place_variants import COUNTRIES, SUBDIVISIONS
from crmsync_desktop.domain.schema import Option
from crmsync_desktop.domain.spelling import fold
from tests.bench.figure import Figure

ROUNDS = 200_000
LEAST_COUNTRIES, LEAST_STATES = 250, 3_000


@dataclass(frozen=True)
class Asked:
    """A text, made from the accepted value with this code, and where it is asked."""

    text: str
    code: str
    of: Accepted


Class = tuple[str, list[Asked]]
"""Its name, and what is asked."""


def bench() -> list[Figure]:
    started = time.process_time()
    world = Gazetteer()
    countries = [Option(country.alpha_2, country.name) for country in pycountry.countries] + [Option("XK", "Kosovo")]
    codes = {option.value for option in countries}
    states = [
        Option(state.code.partition("-")[2], state.name, True, (state.country_code,))
        for state in pycountry.subdivisions
        if state.country_code in codes
    ]
    accepted = AcceptedPlaces(countries, states, world)
    accepted.country("Norge")
    built = (time.process_time() - started) * 1000
    lists = {code: accepted.states_of(code) for code in codes}
    figures = [
        Figure(
            "countries accepted", len(countries), "", f"≥ {LEAST_COUNTRIES}", holds=len(countries) >= LEAST_COUNTRIES
        ),
        Figure("states accepted", len(states), "", f"≥ {LEAST_STATES:,}", holds=len(states) >= LEAST_STATES),
    ]
    for name, asked in country_classes(accepted.countries):
        figures += outcome(f"countries, {name}", asked)
    for name, asked in state_classes(states, lists):
        figures += outcome(f"states, {name}", asked)
    return [*figures, Figure("building the list of countries, once", built, "ms"), *speeds(accepted)]


def outcome(name: str, asked: Iterable[Asked]) -> list[Figure]:
    """One line for what became of a class, one for what was taken for another place."""
    texts = list(asked)
    counts = dict.fromkeys(Meant, 0)
    wrong: list[str] = []
    named = 0
    for each in texts:
        found = each.of.resolve(each.text)
        counts[found.meant] += 1
        if found.place is not None and found.place.code != each.code and fold(found.place.label) != fold(each.text):
            wrong.append(f"{each.text} → {found.place.label}")
        if found.place is None and each.code in {place.code for place in each.of.places if place.label in found.labels}:
            named += 1
    slips = "slips" in name
    rest = counts[Meant.AMBIGUOUS] + counts[Meant.UNKNOWN]
    note = (
        f"{counts[Meant.RESOLVED]:,} resolved, {counts[Meant.AMBIGUOUS]:,} ambiguous, {counts[Meant.UNKNOWN]:,} unknown"
    )
    note += f"; of these {rest:,}, {named:,} are told with the right value" if rest else ""
    share = 100 * (counts[Meant.RESOLVED] + (named if slips else 0)) / len(texts)
    words = "resolved, or right value named" if slips else "resolved"
    return [
        Figure(f"{name}: {words}, of {len(texts):,}", share, "%", note=note),
        Figure(f"{name}: wrong", len(wrong), "", "0", holds=not wrong, note="; ".join(wrong[:5])),
    ]


def country_classes(of: Accepted) -> Iterator[Class]:
    own = [Asked(place.label, place.code, of) for place in of.places]
    yield "ISO names", own
    yield (
        "codes of two and three letters",
        [
            Asked(text, country.alpha_2, of)
            for country in pycountry.countries
            for text in (country.alpha_2, country.alpha_3.lower(), f" {country.alpha_2.lower()}. ")
        ],
    )
    yield (
        "common and official names",
        [
            Asked(name, country.alpha_2, of)
            for country in pycountry.countries
            for attribute in ("common_name", "official_name")
            if (name := getattr(country, attribute, None))
        ],
    )
    for language, words in (
        ("en", "English"),
        ("nb", "Norwegian bokmål"),
        ("nn", "Norwegian nynorsk"),
        ("de", "German"),
    ):
        territories = Locale.parse(language).territories
        yield f"{words} (CLDR)", [Asked(territories[each.code], each.code, of) for each in own]
    yield (
        "what people say (USA, Holland, Sør-Korea)",
        [Asked(text, code, of) for code, texts in COUNTRIES.items() for text in texts],
    )
    norwegian = Locale.parse("nb").territories
    yield from spelt([*own, *(Asked(norwegian[each.code], each.code, of) for each in own)])


def state_classes(states: list[Option], lists: dict[str, Accepted]) -> Iterator[Class]:
    own = [Asked(state.label, state.value, lists[state.valid_for[0]]) for state in states]
    country = {id(each): state.valid_for[0] for each, state in zip(own, states, strict=True)}
    yield "ISO names", own
    yield (
        "codes with and without the country's",
        [
            Asked(text, each.code, each.of)
            for each in own
            for text in (
                each.code,
                each.code.lower(),
                f"{country[id(each)]}-{each.code}",
                f"{country[id(each)]} {each.code}",
            )
        ],
    )
    known = {f"{country[id(each)]}-{each.code}" for each in own}
    yield (
        "what people say (Calif., Bavaria, Hordaland)",
        [
            Asked(text, full.partition("-")[2], lists[full[:2]])
            for full, texts in SUBDIVISIONS.items()
            if full in known
            for text in texts
        ],
    )
    for language, words in (("de", "German"), ("fr", "French"), ("nl", "Dutch")):
        translation = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, [language])
        yield (
            f"in {words} (iso-codes)",
            [
                Asked(translated, each.code, each.of)
                for each in own
                if (translated := translation.gettext(each.text)) != each.text
            ],
        )
    kinds = {"NO": "{} fylke", "US": "State of {}", "IE": "Co. {}", "CA": "Province of {}", "AR": "Provincia de {}"}
    yield (
        "with the kind of place (Oslo fylke, Co. Cork)",
        [
            Asked(kinds[country[id(each)]].format(each.text), each.code, each.of)
            for each in own
            if country[id(each)] in kinds
        ],
    )
    yield from spelt(own)


def spelt(own: list[Asked]) -> Iterator[Class]:
    """The same names, written otherwise."""
    for name, change in (
        ("other case", lambda text: text.swapcase()),
        ("without accents", unaccented),
        ("other punctuation and spaces", punctuated),
        ("slips of one letter", slip),
    ):
        yield name, [Asked(text, each.code, each.of) for each in own if (text := change(each.text))]


def unaccented(text: str) -> str:
    """As somebody types it whose keyboard has no accents; "" where it has none."""
    plain = text.translate(str.maketrans("øØæÆåÅłŁđĐ", "oOaAaAlLdD"))
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return plain if plain != text else ""


def punctuated(text: str) -> str:
    return f" {text.replace('-', ' ').replace(' ', '  ').replace(chr(39), '’')}."


def slip(text: str) -> str:
    """Two neighbouring letters change places, always the same two; "" where there are no two."""
    places = [at for at in range(1, len(text) - 1) if text[at : at + 2].isalpha() and text[at] != text[at + 1]]
    if not places:
        return ""
    at = places[zlib.crc32(text.encode()) % len(places)]
    return f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}"


def speeds(accepted: AcceptedPlaces) -> list[Figure]:
    """What a look-up costs in a pass: the first time, and every other time."""
    texts = ["Norge", "USA", "Deutschland", "Atlantis", "Korea"]
    fresh = [f"{text} {number}" for number in range(100) for text in ("Norwya", "Atlantis")]
    started = time.process_time()
    for text in fresh:
        accepted.country(text)
    first = (time.process_time() - started) / len(fresh) * 1e6
    started = time.process_time()
    for _ in range(ROUNDS // len(texts)):
        for text in texts:
            accepted.country(text)
    again = (time.process_time() - started) / ROUNDS * 1e6
    return [
        Figure("a text that is unknown, the first time in a pass", first, "µs", note="with what is nearest to it"),
        Figure("any text, every other time", again, "µs", "≤ 1 µs", holds=again <= 1),
    ]
