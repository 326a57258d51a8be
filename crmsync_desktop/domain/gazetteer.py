"""What the world's countries and their states are called: ISO 3166 (pycountry), the names that CLDR (Babel) and iso-codes
have in the languages that HubSpot comes in, and what people write besides.

Knows nothing of any org. A text names a set of codes: one, several where it may mean several, none where nobody knows it.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from crmsync_desktop.domain.place_variants import COUNTRIES, SUBDIVISIONS
from crmsync_desktop.domain.spelling import bare, code_key, fold, loose, spellings

Codes = frozenset[str]

FIRST_LANGUAGES: Final = ("en", "nb", "nn")
"""What a name means in these counts before what it means in another one."""
OTHER_LANGUAGES: Final = ("da", "de", "es", "fi", "fr", "it", "ja", "nl", "pl", "pt", "sv", "zh")
"""The others that HubSpot comes in: no API tells which one a portal is set to."""
_TRANSLATED: Final = ("da", "de", "es", "fi", "fr", "it", "nl", "pl", "sv")
"""iso-codes' translations of states; there is none into Norwegian, and CLDR's aren't in Babel."""
_NONE: Final[Codes] = frozenset()
_FORM_OF_STATE: Final = re.compile(r"^(?:republic|kingdom|commonwealth|principality|sultanate|grand duchy) ")
_GENITIVE: Final = re.compile(r"s län\b")
_PREFIXED: Final = re.compile(r"([A-Za-z]{2})[\s_–-]+(\w{1,3})")


class Names:
    """Which codes a folded name stands for, in order of trust: the first table that knows it counts."""

    def __init__(self, tables: int) -> None:
        self._tables: list[dict[str, Codes]] = [{} for _ in range(tables)]

    def add(self, table: int, code: str, keys: Iterable[str]) -> None:
        known = self._tables[table]
        own = frozenset((code,))
        for key in keys:
            known[key] = known.get(key, _NONE) | own

    def find(self, *keys: str) -> Codes:
        for known in self._tables:
            for key in keys:
                if key in known:
                    return known[key]
        return _NONE

    def of(self, code: str) -> list[str]:
        """The folded names of a code in the most trusted table."""
        return [key for key, codes in self._tables[0].items() if code in codes]


class Gazetteer:
    """Looked up by any text that a person may have typed. Everything is built when it is first asked for."""

    def __init__(self) -> None:
        self._countries: Names | None = None
        self._country_codes: dict[str, str] = {}
        self._states: dict[str, Names] = {}
        self._state_codes: dict[str, frozenset[str]] = {}

    def countries(self, text: str) -> Codes:
        """ISO 3166-1 alpha-2 codes of the countries that `text` may mean: a code of two or three letters or a name."""
        names = self._country_names()
        folded = fold(text)
        by_code = self._country_codes.get(code_key(text))
        if by_code is not None:
            return frozenset((by_code,)) | names.find(folded, loose(folded))
        return names.find(folded, loose(folded)) or names.find(_FORM_OF_STATE.sub("", loose(folded)))

    def country_names(self, code: str) -> list[str]:
        """Folded English and Norwegian names and common variants of a country."""
        return self._country_names().of(code)

    def is_country(self, code: str) -> bool:
        self._country_names()
        return self._country_codes.get(code_key(code)) == code.upper()

    def states(self, country: str, text: str) -> Codes:
        """ISO 3166-2 codes of the states that `text` may mean within `country` (alpha-2): a code with or without the
        country's, or a name."""
        names = self._state_names(country)
        code = self._state_code(country, text)
        folded = fold(text)
        if code:
            return frozenset((code,)) | names.find(folded, loose(folded))
        return names.find(folded, loose(folded)) or names.find(bare(folded))

    def state_names(self, country: str, code: str) -> list[str]:
        """Folded names and common variants of a state, by its ISO 3166-2 code."""
        return self._state_names(country).of(code)

    def is_state(self, country: str, code: str) -> bool:
        """Whether `code` (without the country's) is one of that country's in ISO 3166-2."""
        self._state_names(country)
        return f"{country}-{code}".upper() in self._state_codes[country]

    def _state_code(self, country: str, text: str) -> str:
        prefixed = _PREFIXED.fullmatch(text.strip())
        if prefixed and prefixed[1].upper() == country and self.is_state(country, prefixed[2]):
            return f"{country}-{prefixed[2].upper()}"
        own = code_key(text)
        return f"{country}-{own.upper()}" if self.is_state(country, own) else ""

    def _country_names(self) -> Names:
        if self._countries is None:
            self._countries = Names(2)
            self._country_codes = {}
            for code, three in _alpha_codes():
                self._country_codes[code_key(code)] = self._country_codes[code_key(three)] = code
            for table, code, name in _country_names(set(self._country_codes.values())):
                self._countries.add(table, code, spellings(name))
        return self._countries

    def _state_names(self, country: str) -> Names:
        names = self._states.get(country)
        if names is None:
            names = Names(4)
            codes = set()
            for code, table, name in _state_names(country):
                codes.add(code)
                keys = list(spellings(name))
                names.add(2 * table, code, keys)
                # A name without its kind of place is one that people ask for, or what is left of what they asked for.
                names.add(2 * table + 1, code, [*filter(None, map(bare, keys)), *keys])
            self._states[country] = names
            self._state_codes[country] = frozenset(codes)
        return names


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The one of this process: it takes a fifth of a second to build, and never changes."""
    return Gazetteer()


def _alpha_codes() -> Iterator[tuple[str, str]]:
    import pycountry  # not before it is needed: most connections never ask

    yield from ((country.alpha_2, country.alpha_3) for country in pycountry.countries)
    yield "XK", "XKX"


def _country_names(codes: set[str]) -> Iterator[tuple[int, str, str]]:
    """(table, alpha-2 code, name) of everything that countries are called."""
    import pycountry
    from babel import Locale

    for country in pycountry.countries:
        for attribute in ("name", "common_name", "official_name"):
            name = getattr(country, attribute, None)
            if name:
                yield 0, country.alpha_2, name
    for code, variants in COUNTRIES.items():
        for name in variants:
            yield 0, code, name
    for language in (*FIRST_LANGUAGES, *OTHER_LANGUAGES):
        table = 0 if language in FIRST_LANGUAGES else 1
        for code, name in Locale.parse(language).territories.items():
            if code in codes:
                yield table, code, name


def _state_names(country: str) -> Iterator[tuple[str, int, str]]:
    """(ISO 3166-2 code, table, name) of everything that the states of a country are called."""
    import pycountry

    translations = _translations()
    for state in pycountry.subdivisions.get(country_code=country) or ():  # type: ignore[no-untyped-call]
        yield state.code, 0, state.name
        if country == "SE":
            yield state.code, 0, _GENITIVE.sub(" län", state.name)
        for translation in translations:
            translated = translation.gettext(state.name)
            if translated != state.name:
                yield state.code, 1, translated
    for code, variants in SUBDIVISIONS.items():
        if code.startswith(f"{country}-"):
            for name in variants:
                yield code, 0, name


@lru_cache(maxsize=1)
def _translations() -> list[gettext.NullTranslations]:
    import pycountry

    return [
        gettext.translation("iso3166-2", pycountry.LOCALES_DIR, [language], fallback=True) for language in _TRANSLATED
    ]
