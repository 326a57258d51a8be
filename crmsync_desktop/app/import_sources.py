"""What an import is asked to bring (I1), made sure of before a call is spent on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from crmsync_desktop.app.import_views import ImportSource
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filter_checks import checked, find_field
from crmsync_desktop.domain.filter_text import write_filter
from crmsync_desktop.domain.filters import Filter, conditions_of, dump
from crmsync_desktop.domain.list_columns import Wanted, looks_like
from crmsync_desktop.domain.mapping import Pair, PairKind
from crmsync_desktop.domain.record_ids import IdFault, sort_ids
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.settings import Settings, all_pairs
from crmsync_desktop.ports.imports import ImportItem, Outcome, Source
from crmsync_desktop.ports.sheets import Listing, Sheets

_WHY = {
    IdFault.NOT_AN_ID: "It is no Salesforce id: those have 15 or 18 letters and digits.",
    IdFault.MISTYPED: "It is no Salesforce id: its last three characters don't fit the others. Is a letter wrong?",
}


class Wish(msgspec.Struct):
    """What is to be imported: of which object and pair, by which source; a list with what in it is none; and what an admin ought to
    know of how it was read."""

    object: str
    pair: Pair
    source: Source
    where: Filter | None = None
    listed: tuple[str, ...] = ()
    refused: tuple[ImportItem, ...] = ()
    repeated: int = 0
    column: str = ""
    notice: str = ""


def pair_for(settings: Settings, object: str) -> tuple[Pair, str]:
    """The pair that takes a Salesforce object's records, switched on or not, and the object's name as it is written. Raises
    SetupError where there is none."""
    wanted = object.strip().casefold()
    pairs = all_pairs(settings)
    for pair in pairs.values():
        for name in pair.salesforce:
            if name.casefold() == wanted:
                return pair, name
    there = ", ".join(each.salesforce[0] for each in pairs.values() if each.kind is not PairKind.ACTIVITY)
    how = f"Make one of a custom object first: objects add {object.strip()}" if wanted.endswith("__c") else ""
    raise SetupError(f"There is no pair for {object.strip() or 'that'}.", f"There are pairs for {there}.", how)


async def wish_of(
    asked: ImportSource,
    settings: Settings,
    sheets: Sheets,
    schemas: Callable[[str], Awaitable[dict[str, Schema]]],
    zone: Callable[[], Awaitable[str]],
) -> Wish:
    """Raises SetupError for an object without a pair, a filter that doesn't fit it, and a list that can't be read or has nothing in
    it. May cost the calls for schemas that aren't known, and one for the user's time zone, where the filter has a time."""
    pair, object = pair_for(settings, asked.object)
    schema = (await schemas(pair.name))[object]
    if asked.lists is None:
        where = await _filter(asked.where, schema, zone)
        shown = "all" if asked.where is None else write_filter(asked.where)
        return Wish(object, pair, Source(dump(where), shown=shown), where)
    listing = await _listing(asked, asked.lists, sheets)
    if asked.lists is Wanted.IDS:
        good, refused, field = *_ids(listing.values, schema), ""
    else:
        good, refused, field = *_emails(listing.values), _email_field(pair, schema)
    name = f" from {Path(asked.file).name}" if asked.file else ""
    source = Source(listed=True, field=field, shown=f"{len(listing.values):,} {asked.lists.label}{name}")
    return Wish(object, pair, source, None, good, refused, listing.repeated, listing.column, listing.notice)


async def _filter(where: Filter | None, schema: Schema, zone: Callable[[], Awaitable[str]]) -> Filter | None:
    if where is None:
        return None
    found = checked(where, schema)
    fields = [find_field(schema, each.field) for each in conditions_of(where)]
    timed = any(field is not None and field.kind is Kind.DATETIME for field in fields)
    return checked(where, schema, await zone()) if timed else found


async def _listing(asked: ImportSource, wanted: Wanted, sheets: Sheets) -> Listing:
    if asked.file:
        return await asyncio.to_thread(sheets.read_list, Path(asked.file), wanted, asked.column)
    values = [value.strip() for value in asked.values if value.strip()]
    once = tuple(dict.fromkeys(values))
    if not once:
        raise SetupError("The list is empty.", "", f"Put {wanted.label} into it.")
    return Listing(once, "", len(values) - len(once), 0)


def _ids(values: Iterable[str], schema: Schema) -> tuple[tuple[str, ...], tuple[ImportItem, ...]]:
    found = sort_ids(values, schema.key_prefix)
    other = f"It is the id of another object's record: those of {schema.object} begin with {schema.key_prefix}."
    return found.ids, _refused((text, _WHY.get(fault, other)) for text, fault in found.refused)


def _emails(values: Sequence[str]) -> tuple[tuple[str, ...], tuple[ImportItem, ...]]:
    good = [value.removeprefix("mailto:") for value in values if looks_like(Wanted.EMAILS, value)]
    bad = [(value, "It is no e-mail address.") for value in values if not looks_like(Wanted.EMAILS, value)]
    once = {value.casefold(): value for value in reversed(good)}
    return tuple(reversed(once.values())), _refused(bad)


def _refused(entries: Iterable[tuple[str, str]]) -> tuple[ImportItem, ...]:
    return tuple(ImportItem(0, text, None, False, "", Outcome.SKIPPED, why) for text, why in entries)


def _email_field(pair: Pair, schema: Schema) -> str:
    """The field that finds records by an e-mail address. Raises SetupError where the object has none."""
    fields = [field.name for field in schema.fields.values() if field.kind is Kind.EMAIL]
    keys = [name for name in pair.keys.get(schema.object, ()) if name in fields]
    if not keys and not fields:
        raise SetupError(f"{schema.object} has no field for an e-mail address.", "", "Use a list of ids, or a filter.")
    return (keys or fields)[0]
