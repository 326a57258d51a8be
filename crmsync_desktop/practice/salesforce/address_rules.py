"""Addresses under State and Country/Territory Picklists: code and text of a save are made to agree, or refused.

Rules: Salesforce help, "State and Country/Territory Picklist Field-Syncing Logic". Wordings: as public bug reports and
error tables quote them.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .errors import RowError
from .geography import Geography, Place
from .schema import Field, SObject
from .store import Row, Store, quoted

_COUNTRY = (
    "There's a problem with this country, even though it may appear correct. "
    "Please select a country/territory from the list of valid countries.: "
)
_STATE = (
    "There's a problem with this state, even though it may appear correct. "
    "Please select a state from the list of valid states.: "
)
_NO_COUNTRY = "A country/territory must be specified before specifying a state value for field: "
_OTHER_COUNTRY = "The existing country/territory doesn't recognize the state value for field: "
_MISMATCH = "Mismatched integration value and ISO code for field: "


def with_codes(sobject: SObject, geography: Geography) -> SObject:
    """The object with a code field beside each country and state of its addresses, and with the rules for them."""
    compounds = [item for item in sobject.fields if item.type == "address"]
    fields = list(sobject.fields)
    rules = []
    for compound in compounds:
        parts = {item.name: item for item in sobject.compound_parts(compound)}
        stem = compound.name.removesuffix("Address")
        country, state = parts.get(f"{stem}Country"), parts.get(f"{stem}State")
        if country is None or state is None:
            continue
        country_code = _code(country, geography)
        state_code = _code(state, geography, country_code)
        at = fields.index(country) + 1
        fields[at:at] = [state_code, country_code]
        rules.append(Address(geography, country, country_code, state, state_code))
    return replace(sobject, fields=tuple(fields), value_rules=(*sobject.value_rules, *(rule.settle for rule in rules)))


def _code(text: Field, geography: Geography, controller: Field | None = None) -> Field:
    values = geography.country_options if controller is None else geography.state_options
    flags = {
        **text.flags,
        "controllerName": controller.name if controller else None,
        "dependentPicklist": controller is not None,
        "restrictedPicklist": True,
    }
    return Field(f"{text.name}Code", "picklist", f"{text.label} Code", 10, flags, values, ruled=True)


@dataclass(frozen=True, slots=True)
class Address:
    """The four fields of one address that have to agree."""

    geography: Geography
    country: Field
    country_code: Field
    state: Field
    state_code: Field

    def settle(self, before: Row | None, given: dict[str, Any]) -> None:
        """Complete what a save gives of this address. Raises RowError FIELD_INTEGRITY_EXCEPTION.

        Unverified: an update that gives no part of an address is saved even where that address holds a country that
        is not in the picklist.
        """
        own = (self.country, self.country_code, self.state, self.state_code)
        if not any(item.name in given for item in own):
            return
        country = self._country(before, given)
        moved = _touched(self.country, self.country_code, before, given)
        if moved:
            _put(given, self.country, self.country_code, country)
        if moved or _touched(self.state, self.state_code, before, given):
            _put(given, self.state, self.state_code, self._state(before, given, country))

    def complete(self, row: Row) -> None:
        """Find the codes for the texts of a record that was written without rules: names, codes and integration values
        are understood, what is none of them keeps its text and gets no code."""
        text = row.get(self.country.name)
        if not text or row.get(self.country_code.name):
            return
        country = self.geography.understood(str(text))
        if country is None:
            return
        _put(row, self.country, self.country_code, country)
        state = self.geography.understood_state(country.code, str(row.get(self.state.name) or ""))
        if state is not None:
            _put(row, self.state, self.state_code, state)

    def _country(self, before: Row | None, given: dict[str, Any]) -> Place | None:
        """The country that the address will have."""
        text, code = _changed(self.country, before, given), _changed(self.country_code, before, given)
        by_code = self.geography.country(code) if code else None
        if before is None and by_code:
            return by_code
        by_text = self.geography.country_of(text) if text else None
        if code and by_code is None:
            raise _refused(_COUNTRY, self.country_code)
        if text and by_text is None:
            raise _refused(_COUNTRY, self.country)
        if _both(self.country, self.country_code, before, given) and by_code != by_text:
            raise _refused(_MISMATCH, self.country)
        if by_code or by_text or before is None or _touched(self.country, self.country_code, before, given):
            return by_code or by_text
        kept = before[self.country_code.name]
        return self.geography.country(kept) if kept else None

    def _state(self, before: Row | None, given: dict[str, Any], country: Place | None) -> Place | None:
        """The state that the address will have, in that country."""
        text, code = _changed(self.state, before, given), _changed(self.state_code, before, given)
        if country is None:
            if text or code:
                raise _refused(_NO_COUNTRY, self.state_code if code else self.state)
            return None
        by_code = self.geography.state(country.code, code) if code else None
        if before is None and by_code:
            return by_code
        by_text = self.geography.state_of(country.code, text) if text else None
        for wanted, found, item in ((code, by_code, self.state_code), (text, by_text, self.state)):
            if wanted and found is None:
                raise _refused(_OTHER_COUNTRY if self.geography.knows_state(wanted) else _STATE, item)
        if _both(self.state, self.state_code, before, given) and by_code != by_text:
            raise _refused(_MISMATCH, self.state)
        if by_code or by_text or before is None or _touched(self.state, self.state_code, before, given):
            return by_code or by_text
        kept = before[self.state_code.name]
        found = self.geography.state(country.code, kept) if kept else None
        if kept and found is None:
            raise _refused(_OTHER_COUNTRY, self.state_code)
        return found


def _touched(text: Field, code: Field, before: Row | None, given: dict[str, Any]) -> bool:
    """Whether the save gives either of them another value than it has."""
    return any(item.name in given and given[item.name] != (before or {}).get(item.name) for item in (text, code))


def _put(row: dict[str, Any], text: Field, code: Field, place: Place | None) -> None:
    row[text.name] = place.value if place else None
    row[code.name] = place.code if place else None


def _changed(item: Field, before: Row | None, given: dict[str, Any]) -> str | None:
    """The value that a save sets anew, None where it sets none.

    Unverified: a country or state that an update repeats unchanged beside a changed code is no mismatch.
    """
    value = given.get(item.name)
    return None if value is None or (before is not None and before[item.name] == value) else str(value)


def _both(text: Field, code: Field, before: Row | None, given: dict[str, Any]) -> bool:
    if before is None:
        return False
    return all(item.name in given and given[item.name] != before[item.name] for item in (text, code))


def _refused(words: str, item: Field) -> RowError:
    """Unverified: a state or country code that isn't in the picklist is refused as a text that isn't there."""
    return RowError("FIELD_INTEGRITY_EXCEPTION", words + item.label, [item.name])


def addresses(sobject: SObject) -> Iterator[Address]:
    """The addresses of an object that have codes."""
    for rule in sobject.value_rules:
        owner = getattr(rule, "__self__", None)
        if isinstance(owner, Address):
            yield owner


def convert(store: Store, sobject: SObject) -> None:
    """Find the codes of the records that were saved before the picklists were switched on.

    Unverified: the conversion of an org's addresses into picklist values leaves the records' stamps as they are.
    """
    table = quoted(sobject.name)
    for address in addresses(sobject):
        texts, codes = (address.country.name, address.state.name), (address.country_code.name, address.state_code.name)
        where = f"{quoted(texts[0])} IS NOT NULL AND {quoted(codes[0])} IS NULL"
        listed = ", ".join(map(quoted, texts))
        for country, state in store.db.execute(f"SELECT DISTINCT {listed} FROM {table} WHERE {where}").fetchall():
            row: Row = dict(zip(texts, (country, state), strict=True))
            address.complete(row)
            if row.get(codes[0]) is not None:
                sets = ", ".join(f"{quoted(name)} = ?" for name in row)
                same = " AND ".join(f"{quoted(name)} IS ?" for name in texts)
                store.db.execute(f"UPDATE {table} SET {sets} WHERE {where} AND {same}", [*row.values(), country, state])
