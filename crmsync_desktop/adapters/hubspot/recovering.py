"""Creates whose answer was lost: are they there?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from crmsync_desktop.adapters.hubspot.associations import is_association
from crmsync_desktop.adapters.hubspot.batches import batch_read, fits, search, search_body
from crmsync_desktop.adapters.hubspot.catalog import Catalog
from crmsync_desktop.adapters.hubspot.decoding import echo_of
from crmsync_desktop.adapters.hubspot.engagements import ENGAGEMENTS
from crmsync_desktop.adapters.hubspot.lost_engagements import created_engagements, told_apart
from crmsync_desktop.adapters.hubspot.properties import created_property, link_property
from crmsync_desktop.adapters.hubspot.relating import stored
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.records import Outcome, Write, Written
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.values import key_of

INDEX_LAG: Final = 60.0
"""Seconds after which a new record is found by search ("a few moments", search guide)."""
CLOCK_GRAIN: Final = 2.0
"""Seconds by which HubSpot's Date header and its record stamps may be apart."""
MOST_FILTERS: Final = 4
"""Values compared in a search, besides date and id: a group takes six filters (search guide)."""
_CARRIED: Final = ("salesforcecontactid", "salesforceleadid", "salesforceaccountid", "hs_salesforceopportunityid")
"""The other side's id: it names one record."""
_NAMING: Final = (
    *_CARRIED,
    "lastname",
    "firstname",
    "name",
    "dealname",
    "subject",
    "phone",
    "mobilephone",
    "domain",
    "company",
)
"""Of contacts, companies, deals and tickets alike: no object has them all."""
_COMPARED: Final = frozenset({Kind.TEXT, Kind.PHONE, Kind.PICKLIST, Kind.OWNER, Kind.ID})
_LONGEST_VALUE: Final = 200


class Recoverer:
    """Looks for lost creates of one connection."""

    def __init__(self, transport: Transport, catalog: Catalog) -> None:
        self._transport = transport
        self._catalog = catalog

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        """By the link property or the e-mail address, which HubSpot answers consistently; else by search, whose index may
        not show the record for a minute. Only a record created after the journal took the write can be its own."""
        answers: dict[str, Written] = {}
        for object_name in dict.fromkeys(each.object for each in creates):
            schema = await self._catalog.schema(object_name)
            await self._recover([each for each in creates if each.object == object_name], schema, answers)
        return [answers[each.key] for each in creates]

    async def _recover(self, creates: list[Write], schema: Schema, answers: dict[str, Written]) -> None:
        linked = [each for each in creates if each.origin_id is not None and link_property(schema) is not None]
        found = (await found_by_link(self._transport, schema, linked) if linked else None) or {}
        for each in linked:
            answers[each.key] = await self._told(each, found.get(each.origin_id or ""), schema)
        mailed = [each for each in creates if each.key not in answers and each.values.get("email")]
        if mailed and "email" in schema.fields:
            by_email = await self._by_email(mailed, schema)
            for each in mailed:
                answers[each.key] = await self._told(each, by_email.get(key_of(each.values["email"] or "")), schema)
        left = [each for each in creates if each.key not in answers]
        if schema.object in ENGAGEMENTS:
            answers.update(await self._engagements(left, schema) if left else {})
            return
        for each in left:
            answers[each.key] = await self._by_search(each, schema)

    async def _by_email(self, creates: list[Write], schema: Schema) -> dict[str, dict[str, Any]]:
        emails = list(dict.fromkeys(key_of(each.values["email"] or "") for each in creates))
        names = _properties(creates, schema, "email", "hs_additional_emails")
        found = await batch_read(self._transport, schema.object, emails, names, "recover", id_property="email")
        places: dict[str, dict[str, Any]] = {}
        for record in found.records:
            held = (record["properties"].get(name) or "" for name in ("email", "hs_additional_emails"))
            for email in ";".join(held).split(";"):
                places[key_of(email)] = record
        return places

    async def _engagements(self, creates: list[Write], schema: Schema) -> dict[str, Written]:
        """All together: each record is one write's at most. Without the time at which a write was journaled nothing can be
        told of it."""
        dated = {each.key: moment for each in creates if (moment := _seconds(each.journaled_at)) is not None}
        answers = {each.key: Written(each.key, Outcome.UNKNOWN) for each in creates}
        if not dated:
            return answers
        there = {key: await self._transport.earliest_there(at) - CLOCK_GRAIN for key, at in dated.items()}
        those = [each for each in creates if each.key in dated]
        records = await created_engagements(self._transport, those, schema, min(there.values()))
        young = {key: partial(_created_at_least, at) for key, at in there.items()}
        found = told_apart(those, records, schema, young)
        for each in those:
            if each.key in found:
                answers[each.key] = await self._told(each, found[each.key], schema)
            elif self._transport.passed_since(dated[each.key]) >= INDEX_LAG:
                answers[each.key] = Written(each.key, Outcome.FAILED)
        return answers

    async def _by_search(self, write: Write, schema: Schema) -> Written:
        """The records created since, with this write's most telling values: exactly one is it."""
        values = _telling(write, schema)
        journaled = _seconds(write.journaled_at)
        if not values or journaled is None:
            return Written(write.key, Outcome.UNKNOWN)
        since = str(int((await self._transport.earliest_there(journaled) - CLOCK_GRAIN) * 1000))
        filters = [{"propertyName": created_property(write.object), "operator": "GTE", "value": since}]
        filters += [{"propertyName": name, "operator": "EQ", "value": value} for name, value in values]
        names = _properties([write], schema)
        body = search_body(filters, names, "0")
        if not fits(body):
            body["properties"] = [created_property(write.object)]
        records, _, _ = await search(self._transport, write.object, body, "recover")
        if len(records) == 1:
            return await self._told(write, records[0], schema)
        if records or self._transport.passed_since(journaled) < INDEX_LAG:
            return Written(write.key, Outcome.UNKNOWN)
        return Written(write.key, Outcome.FAILED)

    async def _told(self, write: Write, record: dict[str, Any] | None, schema: Schema) -> Written:
        if record is None or not await created_since(self._transport, record, write.journaled_at):
            return Written(write.key, Outcome.FAILED)
        echo = echo_of(record, tuple(write.values), schema) | stored(write, schema)
        return Written(write.key, Outcome.DONE, str(record["id"]), True, record.get("updatedAt"), echo)


async def found_by_link(
    transport: Transport, schema: Schema, creates: Sequence[Write]
) -> dict[str, dict[str, Any]] | None:
    """Records by the Salesforce id in their link property; None where the object has no such property."""
    link = link_property(schema)
    if link is None:
        return None
    ids = list(dict.fromkeys(each.origin_id for each in creates if each.origin_id is not None))
    names = _properties(creates, schema, link)
    found = await batch_read(transport, schema.object, ids, names, "recover", id_property=link)
    return {str(record["properties"].get(link)): record for record in found.records}


async def created_since(transport: Transport, record: dict[str, Any], journaled_at: str) -> bool:
    """Whether the record can be the write's own; without a journal time any can."""
    journaled, created = _seconds(journaled_at), _seconds(record.get("createdAt"))
    if journaled is None or created is None:
        return True
    return created >= await transport.earliest_there(journaled) - CLOCK_GRAIN


def _created_at_least(moment: float, record: dict[str, Any]) -> bool:
    created = _seconds(record.get("createdAt"))
    return created is None or created >= moment


def _telling(write: Write, schema: Schema) -> list[tuple[str, str]]:
    """A few of the write's values that a search compares as they are: those that name a record best first."""
    names = dict.fromkeys([*_NAMING, *write.values])
    return [
        (name, value)
        for name in names
        if (value := write.values.get(name))
        and len(value) <= _LONGEST_VALUE
        and (field := schema.fields.get(name)) is not None
        and field.kind in _COMPARED
    ][:MOST_FILTERS]


def _properties(creates: Sequence[Write], schema: Schema, *more: str) -> list[str]:
    names = dict.fromkeys(name for each in creates for name in each.values)
    return [name for name in dict.fromkeys([*names, *more]) if name in schema.fields and not is_association(name)]


def _seconds(moment: object) -> float | None:
    try:
        return datetime.fromisoformat(str(moment)).timestamp() if moment else None
    except ValueError:
        return None
