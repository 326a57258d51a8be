"""The countries and states that an org (or a HubSpot property with options) accepts, and which of them a text means (C8).

A text is one of them, may mean several, or is none that is known: only the first is ever used. What was asked once is
answered from a table from then on, so that a pass over many records costs a look-up each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

import msgspec
from rapidfuzz import fuzz, process

from crmsync_desktop.domain.gazetteer import Codes, Gazetteer
from crmsync_desktop.domain.schema import Option
from crmsync_desktop.domain.spelling import code_key, fold, loose, spellings

_NEAREST: Final = 3
_LIKE_ENOUGH: Final = 60
"""Per cent of letters in common below which a value isn't worth naming."""
_LONGEST: Final = 255
"""Characters; what is longer names no place."""


_AS_GOOD: Final = 15
"""Per cent by which another one may be less like it than the best, and still be named."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """An accepted value: its code (a HubSpot option's value), and the label that people see."""

    code: str
    label: str


class Meant(StrEnum):
    RESOLVED = "resolved"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


class Resolution(msgspec.Struct, frozen=True):
    """What a text means: one place, or none for sure. `labels` are then the accepted values it may have meant."""

    meant: Meant
    place: Place | None = None
    labels: tuple[str, ...] = ()


_UNKNOWN: Final = Resolution(Meant.UNKNOWN)


class Accepted:
    """One list of accepted places. `look` finds ISO codes for a text, `names` an ISO code's names, `iso` an accepted value's
    own ISO code ("" for none)."""

    def __init__(
        self,
        places: Iterable[Place],
        look: Callable[[str], Codes],
        names: Callable[[str], list[str]],
        iso: Callable[[Place], str],
    ) -> None:
        self._look, self._names = look, names
        self._own: dict[str, list[Place]] = {}
        self._by_iso: dict[str, list[Place]] = {}
        self._answers: dict[str, Resolution] = {}
        self._spelt: dict[str, str] | None = None
        self.places = tuple(dict.fromkeys(places))
        for place in self.places:
            for key in dict.fromkeys((code_key(place.code), *spellings(place.label))):
                self._own.setdefault(key, []).append(place)
            if identity := iso(place):
                self._by_iso.setdefault(identity, []).append(place)

    def resolve(self, text: str) -> Resolution:
        found = self._answers.get(text)
        if found is None:
            found = self._answers[text] = self._resolve(text) if len(text) <= _LONGEST else _UNKNOWN
        return found

    def standing_for(self, iso: str) -> Place | None:
        """The accepted value of an ISO code, if there is exactly one."""
        places = self._by_iso.get(iso, [])
        if len(places) > 1:
            # Some orgs have England and Scotland beside the United Kingdom: the whole is what bears the ISO code.
            places = [place for place in places if code_key(place.code) == code_key(iso.rpartition("-")[2])]
        return places[0] if len(places) == 1 else None

    def _resolve(self, text: str) -> Resolution:
        folded = fold(text)
        for keys in ((code_key(text), folded), (loose(folded),)):
            own = dict.fromkeys(place for key in keys if key for place in self._own.get(key, ()))
            if len(own) == 1:
                return Resolution(Meant.RESOLVED, next(iter(own)))
            if own:
                return Resolution(Meant.AMBIGUOUS, None, tuple(place.label for place in own))
        codes = self._look(text)
        if len(codes) == 1:
            (code,) = codes
            place = self.standing_for(code)
            if place is not None:
                return Resolution(Meant.RESOLVED, place)
        meant = [place.label for code in sorted(codes) for place in self._by_iso.get(code, ())]
        if meant:
            return Resolution(Meant.AMBIGUOUS, None, tuple(dict.fromkeys(meant)))
        return Resolution(Meant.UNKNOWN, None, self._nearest(folded))

    def _nearest(self, folded: str) -> tuple[str, ...]:
        if self._spelt is None:
            self._spelt = {key: place.label for key, (place, *_) in self._own.items() if len(key) > 3}
            for iso, places in self._by_iso.items():
                for name in self._names(iso):
                    self._spelt.setdefault(name, places[0].label)
        keys = list(self._spelt)
        found = process.extract(folded, keys, scorer=fuzz.ratio, limit=4 * _NEAREST, score_cutoff=_LIKE_ENOUGH)
        near = (self._spelt[key] for key, score, _ in found if score > found[0][1] - _AS_GOOD)
        return tuple(dict.fromkeys(near))[:_NEAREST]


class AcceptedPlaces:
    """The countries of a picklist and the states that hang on each of them.

    `own_codes`: the admin may have made codes of their own, so that what a country's label says counts before its code (on
    and customised); otherwise its code is ISO's (on)."""

    def __init__(
        self, countries: Iterable[Option], states: Iterable[Option], world: Gazetteer, own_codes: bool = True
    ) -> None:
        self._world, self._own_codes = world, own_codes
        places = [Place(option.value, option.label) for option in countries if option.active]
        self._iso: dict[str, str] = {place.code: self._country_iso(place) for place in places}
        if not own_codes:
            places = [place for place in places if self._iso[place.code]]
        self.countries = Accepted(places, world.countries, world.country_names, lambda place: self._iso[place.code])
        self._options: dict[str, list[Place]] = {}
        self._states: dict[str, Accepted] = {}
        for option in states:
            for country in option.valid_for if option.active else ():
                self._options.setdefault(country, []).append(Place(option.value, option.label))

    def country(self, text: str) -> Resolution:
        return self.countries.resolve(text)

    def states_of(self, country: str) -> Accepted:
        """The states of a country, by the country's code in this list."""
        accepted = self._states.get(country)
        if accepted is None:
            iso = self._iso.get(country, "")
            accepted = self._states[country] = states_in(iso, self._options.get(country, ()), self._world)
        return accepted

    def iso_of(self, country: str) -> str:
        """The ISO alpha-2 code of a country of this list, by its code here; "" where it is nobody's but the org's."""
        return self._iso.get(country, "")

    def _country_iso(self, place: Place) -> str:
        by_code = place.code.upper() if self._world.is_country(place.code) else ""
        if by_code and not self._own_codes:
            return by_code
        return _identity(self._world.countries(place.label), by_code)


def states_in(iso: str, places: Iterable[Place], world: Gazetteer) -> Accepted:
    """Accepted states of the country with this ISO code ("" for a country that only the org knows)."""

    def identity(place: Place) -> str:
        own = f"{iso}-{place.code.upper()}" if world.is_state(iso, place.code) else ""
        return _identity(world.states(iso, place.label), own)

    if not iso:
        return Accepted(places, lambda text: frozenset(), lambda code: [], lambda place: "")
    return Accepted(places, lambda text: world.states(iso, text), lambda code: world.state_names(iso, code), identity)


def options_by_country(options: Iterable[Option], world: Gazetteer) -> Callable[[str], Accepted]:
    """For HubSpot's states, which hang on no country: the same options, read as states of whichever country is asked for."""
    places = [Place(option.value, option.label) for option in options if option.active]
    known: dict[str, Accepted] = {}

    def of(iso: str) -> Accepted:
        if iso not in known:
            known[iso] = states_in(iso, places, world)
        return known[iso]

    return of


def _identity(by_label: Codes, by_code: str) -> str:
    """Which ISO code an accepted value stands for: what its label says, if that is one; then what its code says."""
    if len(by_label) == 1:
        return next(iter(by_label))
    return by_code if not by_label or by_code in by_label else ""
