"""What changes seldom: schemas and owners. Kept in the memory and read anew once a day, so that a quiet pass costs no call
for them; and at the next pass, where something speaks against what is kept.

Where a schema turns out to have changed, records that wait in error for it are tried again, and an object of which a field
has come (back) into sight is read from the beginning: edits made while it was hidden bear no sign that it is back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from crmsync_desktop.domain.mapping import ACTIVITY_OBJECTS, Pair
from crmsync_desktop.domain.owners import Pairing
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.domain.schema import Owner, Schema, with_withheld
from crmsync_desktop.domain.stages import STAGE_UNKNOWN
from crmsync_desktop.engine.retry import stage_errors
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Crm
from crmsync_desktop.ports.store import Store

SCHEMA_SECONDS = 24 * 3600.0
OWNER_SECONDS = 24 * 3600.0
OWNERS = "owners"
PAIRINGS = "owners.map"
ACCOUNT = "hubspot_account"
OUTDATED = "schemas_outdated"
"""The document that says that the kept schemas no longer hold."""
TELLING = frozenset(
    [
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_TYPE",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "REQUIRED_FIELD_MISSING",
        "STRING_TOO_LONG",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "PROPERTY_DOESNT_EXIST",
        "READ_ONLY_VALUE",
        "INVALID_OPTION",
        "JSON_PARSER_ERROR",
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "INVALID_INTEGER",
        STAGE_UNKNOWN,
    ]
)
"""Codes of refusals that the checks made before sending would have told, were the schema what it was."""
_WAITING = (Category.PERMISSIONS, Category.FIELD_MAPPING, Category.PROPERTY_VALUES, Category.CUSTOM_CODE)


class _Owners(msgspec.Struct):
    read_at: float
    owners: list[Owner]


async def schemas_of(
    pairs: Sequence[Pair], store: Store, crms: Mapping[Side, Crm], clock: Clock, anew: bool = False
) -> dict[str, Schema]:
    """All schemas of these pairs, by object name; from the memory where they are younger than a day and nothing spoke
    against them."""
    found: dict[str, Schema] = {}
    anew = anew or bool(store.document(OUTDATED))
    changed = False
    for side in Side:
        objects = [
            object for pair in pairs for object in ((pair.hubspot,) if side is Side.HUBSPOT else pair.salesforce)
        ]
        kept = {object: schema for object in objects if (schema := store.schema(side, object)) is not None}
        fresh = {object: schema for object, schema in kept.items() if not anew and _young(schema, clock)}
        missing = [object for object in objects if object not in fresh]
        if missing:
            read = await crms[side].schemas(missing)
            for object in kept.keys() & read.keys():
                schema = read[object] = with_withheld(kept[object], read[object])
                changed |= schema.fields != kept[object].fields
                # Past activities are read only if somebody asks for them.
                if schema.fields.keys() - kept[object].fields.keys() and object not in ACTIVITY_OBJECTS:
                    store.forget_cursor(side, object)
            store.save_schemas(read.values())
            fresh.update(read)
        crms[side].use_schemas(fresh.values())
        found.update(fresh)
    if changed:
        stage_errors(store, _WAITING)
    if anew:
        store.save_document(OUTDATED, False)
    return found


def kept_schemas(pair: Pair, store: Store) -> dict[str, Schema]:
    """What the memory has, however old, without a call."""
    schemas = [store.schema(Side.HUBSPOT, pair.hubspot)]
    schemas += [store.schema(Side.SALESFORCE, object) for object in pair.salesforce]
    return {schema.object: schema for schema in schemas if schema is not None}


async def owners_of(store: Store, crms: Mapping[Side, Crm], clock: Clock) -> list[Owner]:
    """Users and owners of both sides; from the memory where they are younger than a day."""
    document = store.document(OWNERS)
    if document is not None:
        kept = msgspec.convert(document, _Owners)
        if clock.now() - kept.read_at < OWNER_SECONDS:
            return kept.owners
    owners = [owner for side in Side for owner in await crms[side].owners()]
    store.save_document(OWNERS, msgspec.to_builtins(_Owners(clock.now(), owners)))
    return owners


def kept_owners(store: Store) -> list[Owner]:
    """What the memory has, however old, without a call."""
    document = store.document(OWNERS)
    return msgspec.convert(document, _Owners).owners if document is not None else []


def pairings_of(store: Store) -> tuple[Pairing, ...]:
    """Users and owners that an admin paired by hand, in the order of doing so."""
    return msgspec.convert(store.document(PAIRINGS) or [], tuple[Pairing, ...])


def save_pairings(store: Store, pairings: Sequence[Pairing]) -> None:
    """Save these in place of all, and try again what waited for an owner."""
    store.save_document(PAIRINGS, msgspec.to_builtins(pairings))
    stage_errors(store, (Category.OWNERS,))


class Account(msgspec.Struct, frozen=True):
    """What the HubSpot account counts in: ISO code of its own currency, "" where it doesn't say, and its time zone (IANA)."""

    currency: str = ""
    zone: str = "UTC"
    read_at: float = 0.0


async def account_of(store: Store, hubspot: Crm, clock: Clock) -> Account:
    """From the memory where it is younger than a day."""
    kept = kept_account(store)
    if abs(clock.now() - kept.read_at) >= SCHEMA_SECONDS:
        identity = await hubspot.identity()
        kept = Account(identity.currency, identity.time_zone or "UTC", clock.now())
        store.save_document(ACCOUNT, msgspec.to_builtins(kept))
    return kept


def kept_account(store: Store) -> Account:
    """What the memory has, however old, without a call."""
    document = store.document(ACCOUNT)
    return Account() if document is None else msgspec.convert(document, Account)


async def schema_of_object(object: str, store: Store, salesforce: Crm, clock: Clock, anew: bool = False) -> Schema:
    """One Salesforce object's schema, from the memory where it is younger than a day. Raises SetupError where the connected
    user can't see it."""
    kept = store.schema(Side.SALESFORCE, object)
    if anew or kept is None or not _young(kept, clock):
        kept = (await salesforce.schemas([object]))[object]
        store.save_schemas([kept])
    salesforce.use_schemas([kept])
    return kept


def _young(schema: Schema, clock: Clock) -> bool:
    # By our clock: a practice clock, or a server's wrong one, may be far ahead or behind.
    age = clock.now() - datetime.fromisoformat(schema.read_at).timestamp()
    return abs(age) < SCHEMA_SECONDS
