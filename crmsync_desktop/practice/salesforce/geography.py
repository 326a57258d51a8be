"""The countries and states of State and Country/Territory Picklists: codes, integration values, which belong together.

Codes and names are ISO 3166's, and a fresh org has states for nine countries only (Salesforce help, "State and
Country/Territory Picklists").

Unverified: a fresh org's codes and names of countries and states are those of ISO 3166 throughout.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import pycountry

from .schema import Option

_WITH_STATES = ("AU", "BR", "CA", "CN", "IE", "IN", "IT", "MX", "US")
_EDITED = {"US": "USA", "GB": "United Kingdom of Great Britain", "DE": "Deutschland"}
_EDITED_STATES = {("US", "CA"): "Calif."}
_SWITCHED_OFF = frozenset({"KP", "IR"})
_OWN = ("XK", "Kosovo")


@dataclass(frozen=True, slots=True)
class Place:
    """A country or a state: its code, the name that people see, and the integration value that the text field holds."""

    code: str
    name: str
    value: str


@dataclass(frozen=True)
class Geography:
    """The active countries in the order of the picklist, and the states of some, by the country's code."""

    countries: tuple[Place, ...]
    states: dict[str, tuple[Place, ...]]

    @cached_property
    def _by_code(self) -> dict[str, Place]:
        return {place.code: place for place in self.countries}

    @cached_property
    def _by_value(self) -> dict[str, Place]:
        return {place.value: place for place in self.countries}

    def country(self, code: str) -> Place | None:
        """By its code, in any case (Salesforce help: codes are case insensitive)."""
        return self._by_code.get(code.upper())

    def country_of(self, value: str) -> Place | None:
        """Unverified: integration values of countries and states are compared letter by letter, case included."""
        return self._by_value.get(value)

    def state(self, country: str, code: str) -> Place | None:
        return next((place for place in self.states.get(country, ()) if place.code == code.upper()), None)

    def state_of(self, country: str, value: str) -> Place | None:
        return next((place for place in self.states.get(country, ()) if place.value == value), None)

    def knows_state(self, text: str) -> bool:
        """Whether any country has a state with that code or integration value."""
        return any(
            text.upper() == place.code or text == place.value for found in self.states.values() for place in found
        )

    def understood(self, text: str) -> Place | None:
        """The country that a text means to a person: its code, name or integration value, in any case."""
        return self._understood.get(text.strip().casefold())

    def understood_state(self, country: str, text: str) -> Place | None:
        return self._understood_states.get((country, text.strip().casefold()))

    @cached_property
    def _understood(self) -> dict[str, Place]:
        found = {"usa": self.country("US"), "united states of america": self.country("US"), "uk": self.country("GB")}
        known = {text: place for text, place in found.items() if place is not None}
        for place in self.countries:
            known |= dict.fromkeys((place.value.casefold(), place.name.casefold(), place.code.casefold()), place)
        return known

    @cached_property
    def _understood_states(self) -> dict[tuple[str, str], Place]:
        return {
            (country, text.casefold()): place
            for country, places in self.states.items()
            for place in places
            for text in (place.value, place.name, place.code)
        }

    @cached_property
    def country_options(self) -> tuple[Option, ...]:
        return tuple(Option(place.code, place.name) for place in self.countries)

    @cached_property
    def state_options(self) -> tuple[Option, ...]:
        """One entry for each state: a code that two countries have is there twice."""
        entries = []
        for index, country in enumerate(self.countries):
            valid_for = bitmap([index], len(self.countries))
            entries += [Option(place.code, place.name, valid_for) for place in self.states.get(country.code, ())]
        return tuple(entries)


def bitmap(indexes: list[int], size: int) -> str:
    """describe's validFor: one bit for each value of the controlling field, the first in the highest bit, in base64.

    Unverified: the bitmap of validFor is filled up to a multiple of three bytes.
    """
    bits = bytearray((size + 23) // 24 * 3)
    for index in indexes:
        bits[index >> 3] |= 0x80 >> (index & 7)
    return b64encode(bits).decode()


@lru_cache(maxsize=2)
def geography(*, customised: bool) -> Geography:
    """A fresh org's, or one where an admin has edited integration values, added a country and switched two off."""
    countries = [Place(found.alpha_2, found.name, found.name) for found in pycountry.countries]
    states = {code: _states(code) for code in _WITH_STATES}
    if customised:
        countries = [
            replace(place, value=_EDITED.get(place.code, place.value))
            for place in (*countries, Place(_OWN[0], _OWN[1], _OWN[1]))
            if place.code not in _SWITCHED_OFF
        ]
        states = {
            code: tuple(replace(place, value=_EDITED_STATES.get((code, place.code), place.value)) for place in found)
            for code, found in states.items()
        }
    return Geography(tuple(sorted(countries, key=lambda place: place.name)), states)


def _states(country: str) -> tuple[Place, ...]:
    """Ireland's counties without the provinces, and Italy's provinces without the regions, whose codes are digits."""
    found = []
    for entry in pycountry.subdivisions.get(country_code=country) or ():  # type: ignore[no-untyped-call]
        code = entry.code.partition("-")[2]
        if not code.isdigit() and not (country == "IE" and entry.type == "Province"):
            found.append(Place(code, entry.name, entry.name))
    return tuple(sorted(found, key=lambda place: place.name))
