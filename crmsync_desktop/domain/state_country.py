"""How a pair's countries and states travel, by the two settings of C8 and what the org's describe says.

| Salesforce's picklists | HubSpot | |
| --- | --- | --- |
| off | either | texts, which travel as any text does |
| on | match | what means one of the org's standard countries or states is written as its code |
| on and customised | match | the same by the org's own labels and codes |
| on, on and customised | own | texts as they are; what Salesforce refuses names what it accepts |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from crmsync_desktop.domain.accepted_places import AcceptedPlaces, options_by_country
from crmsync_desktop.domain.address_texts import CountryTexts, StateTexts
from crmsync_desktop.domain.addresses import Address, Fields
from crmsync_desktop.domain.gazetteer import gazetteer
from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.settings import HubSpotStateCountry, SalesforceStateCountry, Settings

_TEXT: Final = re.compile(r"(\w*?)(Country|State)")
"""MailingCountry, OtherState, BillingCountry, ShippingState; a lead's Country and State."""


def with_addresses(layout: Layout, schemas: Mapping[str, Schema], settings: Settings) -> Layout:
    """The layout with its addresses, where the org has State and Country/Territory Picklists: how countries and states read
    across, and what they are written as. An org without them has texts, which travel as any text does; so has a user who
    may not see their codes."""
    how, theirs = settings.contacts.salesforce_state_country, settings.contacts.hubspot_state_country
    on = how is not SalesforceStateCountry.OFF
    convert = on and theirs is HubSpotStateCountry.MATCH
    columns = list(layout.columns)
    addresses: list[Address] = []
    for parts in _addresses(layout, schemas):
        fields = {object: _names(prefix) for object, prefix in parts.prefixes.items()}
        object, names = next(iter(fields.items()))
        known = schemas[object].fields
        accepted = _accepted(
            known[names.country_code].options, known[names.state_code].options, how is not SalesforceStateCountry.ON
        )
        if on:
            _translate(columns, parts, accepted, convert)
        country, state = (columns[place] if place is not None else None for place in (parts.country, parts.state))
        addresses.append(Address(country, state, fields, accepted, on, convert))
    return msgspec.structs.replace(layout, columns=tuple(columns), addresses=tuple(addresses)) if addresses else layout


def picklists_of(schemas: Mapping[str, Schema]) -> SalesforceStateCountry:
    """What the org's own describe says of its State and Country/Territory Picklists."""
    lists = {
        field.options
        for schema in schemas.values()
        if schema.side is Side.SALESFORCE
        for field in schema.fields.values()
        if field.name.endswith("CountryCode") and field.kind is Kind.PICKLIST and field.options
    }
    if not lists:
        return SalesforceStateCountry.OFF
    plain = all(_is_standard(option) for options in lists for option in options)
    return SalesforceStateCountry.ON if plain else SalesforceStateCountry.CUSTOMISED


def _is_standard(option: Option) -> bool:
    world = gazetteer()
    return option.active and world.is_country(option.value) and option.value.upper() in world.countries(option.label)


class _Parts(msgspec.Struct):
    """The places of an address's columns, and the prefix of its fields on each object ("Mailing"; "" on a lead)."""

    prefixes: dict[str, str]
    country: int | None = None
    state: int | None = None


def _addresses(layout: Layout, schemas: Mapping[str, Schema]) -> list[_Parts]:
    """Columns whose fields are the texts of one address, on every object that has them."""
    found: dict[tuple[tuple[str, str], ...], _Parts] = {}
    for column in layout.columns:
        matches = {object: _TEXT.fullmatch(field.name) for object, field in column.salesforce.items()}
        parts = {match[2] for match in matches.values() if match}
        prefixes = {object: match[1] for object, match in matches.items() if match}
        if len(parts) != 1 or len(prefixes) < len(matches):
            continue
        if not all(_has_codes(schemas[object], prefix) for object, prefix in prefixes.items()):
            continue
        address = found.setdefault(tuple(sorted(prefixes.items())), _Parts(prefixes))
        if "Country" in parts:
            address.country = column.place
        else:
            address.state = column.place
    return list(found.values())


def _has_codes(schema: Schema, prefix: str) -> bool:
    names = _names(prefix)
    codes = (schema.fields.get(names.country_code), schema.fields.get(names.state_code))
    return all(field is not None and field.kind is Kind.PICKLIST and field.writable for field in codes)


def _names(prefix: str) -> Fields:
    return Fields(f"{prefix}Country", f"{prefix}CountryCode", f"{prefix}State", f"{prefix}StateCode")


def _translate(columns: list[Column], parts: _Parts, accepted: AcceptedPlaces, convert: bool) -> None:
    """Have the columns of an address read across. Where HubSpot's property is a text and nothing is to be converted, they
    stay plain columns."""
    world = gazetteer()
    country: CountryTexts | None = None
    if parts.country is not None:
        column = columns[parts.country]
        options = _options(column.hubspot)
        country = CountryTexts(parts.country, column.property, accepted, options, world, convert)
        if options or convert:
            columns[parts.country] = _translated(column, country)
    if parts.state is not None:
        column = columns[parts.state]
        options = _options(column.hubspot)
        of_country = options_by_country(options, world)
        state = StateTexts(parts.state, column.property, accepted, options, of_country, convert, country)
        if options or convert:
            columns[parts.state] = _translated(column, state)


def _translated(column: Column, translation: CountryTexts | StateTexts) -> Column:
    return msgspec.structs.replace(column, translation=translation, beside=True, strict=True, converts=True)


def _options(property: Field) -> tuple[Option, ...]:
    return property.options if property.kind is Kind.PICKLIST else ()


@lru_cache(maxsize=4)
def _accepted(countries: tuple[Option, ...], states: tuple[Option, ...], own_codes: bool) -> AcceptedPlaces:
    """Pairs of one org share their lists, and passes what was looked up in them."""
    return AcceptedPlaces(countries, states, gazetteer(), own_codes)
