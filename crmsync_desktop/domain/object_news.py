"""What has changed in Salesforce's schema of a custom object since it was looked at (X1): fields that nobody has decided about,
values that a list in HubSpot lacks, fields that are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.schema import Kind, Option, Schema

_LISTS = (Kind.PICKLIST, Kind.MULTIPICKLIST)


class NewValues(msgspec.Struct, frozen=True):
    """`options` of Salesforce's that the property's list lacks."""

    field: str
    property: str
    options: tuple[Option, ...]


class News(msgspec.Struct, frozen=True):
    fields: tuple[str, ...] = ()
    values: tuple[NewValues, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.values or self.gone)


def own_fields(schema: Schema) -> tuple[str, ...]:
    """The fields that an admin of the org made: those that are proposed."""
    return tuple(name for name in schema.fields if name.endswith(("__c", "__s")))


def news(salesforce: Schema, hubspot: Schema, known: Collection[str], mappings: Iterable[Mapping]) -> News:
    """`known`: the fields that somebody has decided about, by mapping them or leaving them out."""
    mapped = {name: each for each in mappings if (name := each.salesforce.get(salesforce.object))}
    there = own_fields(salesforce)
    lacking = (_lacking(salesforce, hubspot, name, each) for name, each in mapped.items())
    return News(
        fields=tuple(name for name in there if name not in known and name not in mapped),
        values=tuple(each for each in lacking if each is not None),
        gone=tuple(name for name in mapped if name not in salesforce.fields),
    )


def _lacking(salesforce: Schema, hubspot: Schema, name: str, mapping: Mapping) -> NewValues | None:
    field, there = salesforce.fields.get(name), hubspot.fields.get(mapping.property)
    if field is None or there is None or mapping.rule is Rule.DONT_SYNC:
        return None
    if field.kind not in _LISTS or there.kind not in _LISTS or not there.restricted:
        return None
    paired = {theirs for _, theirs in mapping.values}
    known = {option.value for option in there.options} | paired
    lacking = tuple(option for option in field.options if option.active and option.value not in known)
    return NewValues(name, mapping.property, lacking) if lacking else None


def told(found: News) -> str:
    """What is new, in a sentence; "" where nothing is."""
    counts = (
        (len(found.fields), "new field", "new fields"),
        (sum(len(each.options) for each in found.values), "new value of a list", "new values of lists"),
        (len(found.gone), "field is gone", "fields are gone"),
    )
    return ", ".join(f"{count:,} {one if count == 1 else several}" for count, one, several in counts if count)
