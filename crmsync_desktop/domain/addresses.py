"""Addresses of an org with State and Country/Territory Picklists: which columns are theirs, what is written to them, and what
Salesforce would refuse, told before anything is sent (C8, semantics 4 and 6).

The rules are Salesforce's (help: "State and Country/Territory Picklist Field-Syncing Logic"): a state needs its country, has
to be one of that country's, and one that stays behind when the country changes is refused with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.accepted_places import AcceptedPlaces, Place
from crmsync_desktop.domain.address_texts import CODE, country_problem, state_problem, without_country
from crmsync_desktop.domain.layout import Column
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault

_STAYS: Final = "The country can't change in Salesforce while the state stays as it is there. {}"


class Fields(msgspec.Struct, frozen=True):
    """The four fields of an address on one object, by name."""

    country: str
    country_code: str
    state: str
    state_code: str


class Address(msgspec.Struct, frozen=True):
    """One address of a pair's records: the columns of its country and state (None: not mapped), and its fields by object.
    With `checked`, what Salesforce would refuse isn't sent; with `coded`, texts are written as their codes."""

    country: Column | None
    state: Column | None
    fields: dict[str, Fields]
    accepted: AcceptedPlaces
    checked: bool
    coded: bool

    def complete(
        self, object: str, changes: list[FieldChange], cells: Sequence[Cell], told: Sequence[Fault]
    ) -> list[Fault]:
        """Put codes into the changes that are to be written to a record of `object` whose cells are these (none for a new
        one), and take out those that Salesforce would refuse. Gives why, unless `told` says so of this address already."""
        fields = self.fields.get(object)
        country, state = _change(self.country, changes), _change(self.state, changes)
        if not self.checked or fields is None or (country is None and state is None):
            return []
        country_text = country.new if country else _held(self.country, cells)
        place = self.accepted.country(country_text).place if country_text else None
        faults: list[Fault] = []
        if state is not None and (message := self._misfit(country_text, place, state.new)):
            faults.append(_fault(state, message))
            changes.remove(state)
            state = None
        state_text = state.new if state else _held(self.state, cells)
        if (
            country is not None
            and state is None
            and country_text
            and (message := self._misfit(country_text, place, state_text))
        ):
            faults.append(_fault(country, _STAYS.format(message)))
            changes.remove(country)
        elif self.coded:
            self._put_codes(fields, changes, (country, state), place, state_text)
        return [] if self._is_told(told) else faults[:1]

    def _misfit(self, country: Cell, place: Place | None, state: Cell) -> str:
        """Why Salesforce would refuse this state with this country; "" where nothing is known against it."""
        if not state or country is UNSEEN:
            return ""
        if country is None:
            return without_country(state)
        if place is None or not self.coded:
            return ""
        found = self.accepted.states_of(place.code).resolve(state)
        return "" if found.place is not None else state_problem(state, place.label, found)

    def _is_told(self, told: Sequence[Fault]) -> bool:
        properties = {column.property for column in (self.country, self.state) if column is not None}
        return any(properties.intersection(fault.fields) for fault in told)

    def _put_codes(
        self,
        fields: Fields,
        changes: list[FieldChange],
        own: tuple[FieldChange | None, FieldChange | None],
        place: Place | None,
        state_text: Cell,
    ) -> None:
        """A state goes with its country's code, and a country that changes with its state's: Salesforce checks them against
        each other, and one code may be another state's in another country."""
        state = self.accepted.states_of(place.code).resolve(state_text).place if place and state_text else None
        country_code = (fields.country_code, place.code if place else None)
        both = (country_code, (fields.state_code, state.code)) if state else (country_code,)
        for index, change in enumerate(changes):
            if change is own[0]:
                sent = both if place or change.new is None else ()
            elif change is own[1]:
                sent = both if state else () if change.new else ((fields.state_code, None),)
            else:
                continue
            changes[index] = msgspec.structs.replace(change, sent=sent)

    def accepts_instead(self, object: str, changes: Sequence[FieldChange], cells: Sequence[Cell], fault: Fault) -> str:
        """For a refusal of a text that was sent as it is to a record with these cells (none for a new one): what Salesforce
        would take. "" where it isn't about this address, or nothing is known."""
        fields = self.fields.get(object)
        if fields is None or fault.code != CODE:
            return ""
        country, state = _change(self.country, changes), _change(self.state, changes)
        text = country.new if country else _held(self.country, cells)
        if not text:
            return ""
        found = self.accepted.country(text)
        if fields.country in fault.fields:
            return _instead(text, found.place) or country_problem(text, found)
        if fields.state not in fault.fields or state is None or not state.new or found.place is None:
            return ""
        states = self.accepted.states_of(found.place.code).resolve(state.new)
        return _instead(state.new, states.place) or state_problem(state.new, found.place.label, states)


def _instead(text: str, place: Place | None) -> str:
    return f"Its list has “{place.label}” for “{text}”." if place is not None else ""


def _change(column: Column | None, changes: Sequence[FieldChange]) -> FieldChange | None:
    if column is None:
        return None
    return next((change for change in changes if change.place == column.place), None)


def _held(column: Column | None, cells: Sequence[Cell]) -> Cell:
    """What the record holds by now; UNSEEN where that isn't known."""
    if column is None:
        return UNSEEN
    return cells[column.place] if cells else None


def _fault(change: FieldChange, message: str) -> Fault:
    return Fault(Category.PROPERTY_VALUES, CODE, message, (change.property,))
