"""Countries and states on their way between HubSpot's texts and an org whose addresses have picklists (C8).

Salesforce's side of these columns is the text that Salesforce shows (MailingCountry); what is written there is its code
(MailingCountryCode), which addresses.py puts in. Two texts for the same place ("Norge", "Norway", "NO") are equal: each side
keeps its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from crmsync_desktop.domain.accepted_places import Accepted, AcceptedPlaces, Meant, Place, Resolution
from crmsync_desktop.domain.gazetteer import Gazetteer
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.schema import Option

CODE: Final = "FIELD_INTEGRITY_EXCEPTION"
"""Salesforce's own code for a country or state that its picklists lack."""
_SHOWN: Final = 60


class CountryTexts:
    """The translation of a country's column. `options`: HubSpot's own, where the property has some. Without `convert` what
    HubSpot has goes as it is."""

    waits = False

    def __init__(
        self,
        place: int,
        property: str,
        accepted: AcceptedPlaces,
        options: Sequence[Option],
        world: Gazetteer,
        convert: bool,
    ) -> None:
        self._place, self._property, self._accepted, self._convert = place, property, accepted, convert
        self._labels = _labels(options)
        self._hubspot = AcceptedPlaces(options, (), world) if options else None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        ours, theirs = salesforce[self._place], hubspot[self._place]
        return ours == theirs or bool(ours and theirs and self._same(ours, theirs))

    def _same(self, ours: str, theirs: str) -> bool:
        place = self.resolve(theirs).place
        return place is not None and self._accepted.country(ours).place == place

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        theirs = target[self._place] if target else None
        if not cell:
            return None
        if theirs and self._same(cell, theirs):
            return theirs
        if self._hubspot is None:
            return cell
        place = self._accepted.country(cell).place
        option = self._hubspot.country(cell).place
        if option is None and place is not None:
            option = self._hubspot.countries.standing_for(self._accepted.iso_of(place.code))
        return option.code if option is not None else UNSEEN

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        if not cell:
            return None
        if not self._convert:
            return cell
        place = self.resolve(cell).place
        return place.label if place is not None else UNSEEN

    def resolve(self, cell: str) -> Resolution:
        """What a HubSpot value means in the org."""
        return self._accepted.country(self._labels.get(cell, cell))

    def iso_of(self, cells: Sequence[Cell]) -> str:
        """The ISO code of a Salesforce record's country, "" where that isn't known."""
        text = cells[self._place] if cells else None
        place = self._accepted.country(text).place if text else None
        return self._accepted.iso_of(place.code) if place else ""

    def of_salesforce(self, cells: Sequence[Cell]) -> Place | None:
        text = cells[self._place] if cells else None
        return self._accepted.country(text).place if text else None

    def of_hubspot(self, cells: Sequence[Cell]) -> str:
        """The text of a HubSpot record's country, "" where it has none."""
        return (cells[self._place] if cells else None) or ""

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        if side is Side.HUBSPOT:
            near = self._hubspot.country(cell).labels if self._hubspot is not None else ()
            message = f"{_quoted(cell)} isn't among the options of HubSpot's property. {_near(near)}"
            return _fault(self._property, message.strip())
        return _fault(self._property, country_problem(self._labels.get(cell, cell), self.resolve(cell)))


class StateTexts:
    """The translation of a state's column, by the country that `country` reads in the same record (None: not mapped)."""

    waits = False

    def __init__(
        self,
        place: int,
        property: str,
        accepted: AcceptedPlaces,
        options: Sequence[Option],
        options_of: Callable[[str], Accepted],
        convert: bool,
        country: CountryTexts | None,
    ) -> None:
        self._place, self._property, self._accepted = place, property, accepted
        self._convert, self._country = convert, country
        self._labels = _labels(options)
        self._options_of = options_of if options else None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        ours, theirs = salesforce[self._place], hubspot[self._place]
        return ours == theirs or bool(ours and theirs and self._same(ours, salesforce, theirs, hubspot))

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        theirs = target[self._place] if target else None
        if not cell:
            return None
        if theirs and self._same(cell, cells, theirs, target):
            return theirs
        if self._options_of is None:
            return cell
        option = self._options_of(self._country.iso_of(cells) if self._country else "").resolve(cell).place
        return option.code if option is not None else UNSEEN

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        if not cell:
            return None
        if not self._convert:
            return cell
        _, found = self._resolve(cell, cells)
        return found.place.label if found is not None and found.place is not None else UNSEEN

    def _same(self, ours: str, ours_cells: Sequence[Cell], theirs: str, theirs_cells: Sequence[Cell]) -> bool:
        country, found = self._resolve(theirs, theirs_cells)
        if country is None or found is None or found.place is None or self._country is None:
            return False
        own = self._country.of_salesforce(ours_cells)
        return own == country and self._accepted.states_of(own.code).resolve(ours).place == found.place

    def _resolve(self, cell: str, cells: Sequence[Cell]) -> tuple[Place | None, Resolution | None]:
        """A HubSpot record's country, and what its state means there."""
        text = self._country.of_hubspot(cells) if self._country else ""
        country = self._country.resolve(text).place if self._country and text else None
        if country is None:
            return None, None
        return country, self._accepted.states_of(country.code).resolve(self._labels.get(cell, cell))

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        if side is Side.HUBSPOT:
            return _fault(self._property, f"{_quoted(cell)} isn't among the options of HubSpot's property.")
        text = self._country.of_hubspot(cells) if self._country else ""
        if not self._country or not text:
            return _fault(self._property, without_country(cell, mapped=self._country is not None))
        country, found = self._resolve(cell, cells)
        if country is None or found is None:
            return self._country.fault(side, text, cells)
        return _fault(self._property, state_problem(self._labels.get(cell, cell), country.label, found))


def country_problem(text: str, found: Resolution) -> str:
    if found.meant is Meant.AMBIGUOUS:
        return f"{_quoted(text)} may mean several countries. Salesforce accepts of them: {'; '.join(found.labels)}."
    return f"{_quoted(text)} isn't a country that Salesforce accepts. {_near(found.labels)}".strip()


def state_problem(text: str, country: str, found: Resolution) -> str:
    if found.meant is Meant.AMBIGUOUS:
        return f"{_quoted(text)} may mean several states of {country}. Salesforce accepts of them: {'; '.join(found.labels)}."
    return f"{_quoted(text)} isn't a state that Salesforce accepts for {country}. {_near(found.labels)}".strip()


def without_country(text: str, mapped: bool = True) -> str:
    what = "fill in the country as well" if mapped else "map a HubSpot property to the country of this address as well"
    return f"The state {_quoted(text)} can't go to Salesforce without its country: {what}."


def _near(labels: Sequence[str]) -> str:
    return f"Nearest: {'; '.join(labels)}." if labels else ""


def _fault(property: str, message: str) -> Fault:
    return Fault(Category.PROPERTY_VALUES, CODE, message, (property,))


def _labels(options: Sequence[Option]) -> dict[str, str]:
    return {option.value: option.label for option in options}


def _quoted(value: str) -> str:
    return f"“{value}”" if len(value) <= _SHOWN else f"“{value[: _SHOWN - 1]}…”"
