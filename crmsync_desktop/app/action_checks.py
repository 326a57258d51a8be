"""Whether a rule can be, as HubSpot and Salesforce are now: its lists, properties, stages, campaigns and people are there.

What people write is made what the systems call it: names and labels become ids. Nothing is saved here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from crmsync_desktop.domain.action_rules import (
    LONGEST_NAME,
    MOST_EVER,
    OWNER_OF_RECORD,
    ActionRule,
    Then,
    When,
    trimmed,
)
from crmsync_desktop.domain.action_templates import LONGEST_DESCRIPTION, LONGEST_SUBJECT, OF_RECORD, placeholders
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import CONTACTS, Pair, PairKind, carries_association
from crmsync_desktop.domain.record_pages import is_salesforce_id
from crmsync_desktop.domain.records import Presence, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.domain.stages import PROPERTIES
from crmsync_desktop.domain.values import canonical, key_of
from crmsync_desktop.engine.action_members import MEMBER, MEMBER_STATUS
from crmsync_desktop.engine.action_tasks import TASK
from crmsync_desktop.engine.metadata import owners_of, schema_of_object
from crmsync_desktop.engine.stages import stages_of
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import ContactLists, Crm, Want
from crmsync_desktop.ports.store import Store

LONGEST_DUE: Final = 3_650
_ROOM_FOR_MARKER: Final = 200
_LISTED: Final = 10
T = TypeVar("T")


class ActionChecks:
    """Each check may cost calls where the memory doesn't know."""

    def __init__(self, store: Store, clock: Clock, crms: dict[Side, Crm], lists: ContactLists) -> None:
        self._store, self._clock, self._crms, self._lists = store, clock, crms, lists

    async def resolved(self, draft: ActionRule) -> ActionRule:
        """The rule with ids for names, and what these are called. Raises SetupError with what would be accepted."""
        rule = trimmed(msgspec.structs.replace(draft, name=_name(draft.name), called={}))
        if not 1 <= rule.limit <= MOST_EVER:
            raise SetupError(
                f"{rule.limit:,} firings in one pass aren't possible.",
                "",
                f"It takes a number from 1 to {MOST_EVER:,}.",
            )
        pair = self._pair(rule.object)
        rule = msgspec.structs.replace(rule, object=pair.hubspot)
        rule = await self._condition(rule, pair)
        return await (self._task(rule, pair) if rule.then is Then.TASK else self._campaign(rule, pair))

    def _pair(self, name: str) -> Pair:
        pairs = [pair for pair in all_pairs(self._store.settings()).values() if pair.kind is not PairKind.ACTIVITY]
        folded = name.strip().casefold()
        found = next((p for p in pairs if folded in (p.hubspot.casefold(), p.name.casefold(), p.noun.casefold())), None)
        if found is None:
            names = ", ".join(pair.hubspot for pair in pairs)
            raise SetupError(f"There are no rules for “{name}”.", "", f"There are rules for: {names}.")
        return found

    async def _schema(self, object: str, anew: bool = False) -> Schema:
        kept = self._store.schema(Side.HUBSPOT, object)
        if kept is None or anew:
            kept = (await self._crms[Side.HUBSPOT].schemas([object]))[object]
            self._store.save_schemas([kept])
        return kept

    async def _properties(self, object: str, names: Iterable[str], what: Callable[[str], str]) -> Schema:
        """The schema, if it has these; read anew where what is kept lacks one. Raises SetupError with `what` and near names."""
        schema = await self._schema(object)
        if any(name not in schema.fields for name in names):
            schema = await self._schema(object, anew=True)
        for name in names:
            if name not in schema.fields or carries_association(name):
                by_label = {field.label.casefold(): field.name for field in schema.fields.values()}
                near = difflib.get_close_matches(name.casefold()[:100], [*schema.fields, *by_label], 3)
                meant = " or ".join(dict.fromkeys(f"“{by_label.get(each, each)}”" for each in near))
                raise SetupError(what(name), "", f"Did you mean {meant}?" if meant else "Give its internal name.")
        return schema

    # the condition

    async def _condition(self, rule: ActionRule, pair: Pair) -> ActionRule:
        if rule.when is When.LIST:
            return await self._list(rule, pair)
        if rule.when is When.STAGE:
            return await self._stage(rule, pair)
        if not rule.property:
            raise SetupError("Say which property it is about.", "", "Give its internal name, such as lifecyclestage.")
        schema = await self._properties(
            pair.hubspot, [rule.property], lambda name: f"HubSpot's {pair.name} have no property “{name}”."
        )
        field = schema.fields[rule.property]
        if rule.when is When.VALUE and not rule.values:
            raise SetupError(f"Say which value of “{field.label}” it waits for.", "", "For any new value: --changes")
        values = tuple(dict.fromkeys(_value(field, value) for value in rule.values))
        labels = {option.value: option.label for option in field.options if option.value in values}
        return msgspec.structs.replace(rule, values=values, called={**labels, rule.property: field.label})

    async def _list(self, rule: ActionRule, pair: Pair) -> ActionRule:
        if pair.name != CONTACTS.name:
            raise SetupError(
                "Only lists of contacts are watched.", "", "Choose a property or a stage as the condition."
            )
        lists = await self._lists.lists()
        found = _one(lists, rule.list_id, lambda each: each.id, lambda each: each.name, "list of contacts in HubSpot")
        return msgspec.structs.replace(rule, list_id=found.id, called={found.id: found.name})

    async def _stage(self, rule: ActionRule, pair: Pair) -> ActionRule:
        if pair.name not in PROPERTIES:
            raise SetupError(f"{pair.label} have no stages.", "", "Deals and tickets have.")
        await self._properties(pair.hubspot, PROPERTIES[pair.name], lambda name: f"HubSpot shows no property “{name}”.")
        tables = await stages_of(pair, self._store, self._crms, self._clock)
        pipelines = tables.hubspot if tables is not None else ()
        if rule.pipeline:
            pipelines = (
                _one(
                    pipelines, rule.pipeline, lambda each: each.id, lambda each: each.label, f"pipeline of {pair.name}"
                ),
            )
        stages = [(pipeline, stage) for pipeline in pipelines for stage in pipeline.stages]
        pipeline, stage = _one(
            stages,
            rule.stage,
            lambda each: each[1].id,
            lambda each: each[1].label,
            f"stage of {pair.name}",
            lambda each: f"{each[0].label}/{each[1].label}",
        )
        called = {stage.id: stage.label, pipeline.id: pipeline.label}
        return msgspec.structs.replace(rule, pipeline=pipeline.id, stage=stage.id, called=called)

    # the deed

    async def _task(self, rule: ActionRule, pair: Pair) -> ActionRule:
        if not rule.subject.strip():
            raise SetupError(
                "A task needs a subject.", "", "Write one, with placeholders if you like: Call {firstname}"
            )
        if len(rule.subject) > LONGEST_SUBJECT:
            raise SetupError(
                f"The subject has {len(rule.subject):,} characters.", "", f"Salesforce takes {LONGEST_SUBJECT}."
            )
        if "\n" in rule.subject or "\r" in rule.subject:
            raise SetupError("The subject has several lines.", "", "It is one line; the description may have several.")
        if len(rule.description) > LONGEST_DESCRIPTION - _ROOM_FOR_MARKER:
            most = LONGEST_DESCRIPTION - _ROOM_FOR_MARKER
            raise SetupError(f"The description has {len(rule.description):,} characters.", "", f"It may have {most:,}.")
        named = [name for text in (rule.subject, rule.description) for name in placeholders(text)]
        names = [name for name in dict.fromkeys(named) if name not in OF_RECORD]
        await self._properties(
            pair.hubspot, names, lambda name: f"The placeholder {{{name}}} is no property of HubSpot's {pair.name}."
        )
        if rule.due_in_days is not None and not 0 <= rule.due_in_days <= LONGEST_DUE:
            raise SetupError(
                f"{rule.due_in_days:,} days aren't possible.", "", f"It takes a number from 0 to {LONGEST_DUE:,}."
            )
        schema = await schema_of_object(TASK, self._store, self._crms[Side.SALESFORCE], self._clock)
        person, field = ("WhoId" if pair.name == CONTACTS.name else "WhatId"), schema.fields.get("Subject")
        about = schema.fields.get(person)
        if field is None or not field.createable or about is None or not about.createable:
            raise SetupError(
                "The connected Salesforce user can't create tasks.", "", "Give access to tasks and activities."
            )
        if person == "WhatId" and about.refers_to and pair.salesforce[0] not in about.refers_to:
            raise SetupError(f"{pair.salesforce[0]} takes no tasks.", "", "Allow activities on it in Salesforce.")
        return msgspec.structs.replace(
            rule,
            priority=_option(schema, "Priority", rule.priority),
            status=_option(schema, "Status", rule.status),
            owner=await self._owner(rule.owner.strip()),
        )

    async def _owner(self, owner: str) -> str:
        if owner in ("", OWNER_OF_RECORD):
            return owner
        people = await owners_of(self._store, self._crms, self._clock)
        users = [each for each in people if each.side is Side.SALESFORCE]
        found = [each for each in users if each.email == key_of(owner)]
        if any(each.active for each in found):
            return key_of(owner)
        if found:
            raise SetupError(
                f"{found[0].name} ({owner}) is no longer active in Salesforce.", "", "Choose an active user."
            )
        near = difflib.get_close_matches(key_of(owner)[:100], [each.email for each in users if each.active], 3)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise SetupError(
            f"Salesforce has no user with the e-mail address “{owner}”.",
            "",
            f"{meant}It takes an active user's address, or “record” for the record's own owner.",
        )

    async def _campaign(self, rule: ActionRule, pair: Pair) -> ActionRule:
        if pair.name != CONTACTS.name:
            raise SetupError("Only contacts and leads can be in a campaign.", "", "Choose a rule for contacts.")
        salesforce = self._crms[Side.SALESFORCE]
        for object in ("Campaign", MEMBER, MEMBER_STATUS):
            await schema_of_object(object, self._store, salesforce, self._clock)
        asked = rule.campaign.strip()
        if not asked:
            raise SetupError("Say which campaign.", "", "By its exact name, or its id.")
        want = Want("Campaign", ("Name", "IsActive"))
        if is_salesforce_id(asked):
            rows = [each for each in await salesforce.read(want, [asked]) if each.presence is Presence.LIVE]
        else:
            rows = await salesforce.find(want, "Name", [asked])
        if not rows:
            raise SetupError(f"Salesforce has no campaign “{asked}”.", "", "It takes its exact name, or its id.")
        if len(rows) > 1:
            there = ", ".join(
                f"{each.id} ({'active' if each.cells[1] == 'true' else 'inactive'})" for each in rows[:_LISTED]
            )
            raise SetupError(
                f"Salesforce has {len(rows)} campaigns “{asked}”.", there, "Give the id of the one you mean."
            )
        campaign = rows[0].id
        statuses = await salesforce.find(Want(MEMBER_STATUS, ("Label",)), "CampaignId", [campaign])
        labels = {str(each.cells[0]).casefold(): str(each.cells[0]) for each in statuses}
        status = rule.member_status.strip()
        if status and status.casefold() not in labels:
            there = ", ".join(f"“{label}”" for label in labels.values()) or "none"
            raise SetupError(f"“{asked}” has no member status “{status}”.", "", f"It has: {there}.")
        called = {**rule.called, campaign: str(rows[0].cells[0] or campaign)}
        found = labels.get(status.casefold(), "")
        return msgspec.structs.replace(rule, campaign=campaign, member_status=found, called=called)


def _name(name: str) -> str:
    found = " ".join(name.split())
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        raise SetupError(
            f"“{found[:LONGEST_NAME]}” can't be a rule's name.", "", f"It takes 1 to {LONGEST_NAME} characters."
        )
    if found.isdecimal():
        raise SetupError("A rule's name can't be a number.", "", "Numbers stand for rules in the order they were made.")
    return found


def _value(field: Field, text: str) -> str:
    """HubSpot's internal value of what somebody wrote."""
    value = canonical(field.kind, text, field.scale)
    if not value:
        raise SetupError(f"A value of “{field.label}” is blank.", "", "A rule waits for values that are there.")
    if not field.options or field.kind is Kind.OWNER:
        return value
    known = {option.value: option.value for option in field.options}
    by_label = {option.label.casefold(): option.value for option in field.options}
    found = known.get(text) or known.get(value) or by_label.get(text.strip().casefold())
    if found is None:
        near = difflib.get_close_matches(text[:100], [*known, *(option.label for option in field.options)], 3)
        there = ", ".join(f"{option.label} ({option.value})" for option in field.options[:_LISTED])
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise SetupError(f"“{field.label}” has no option “{text}”.", "", f"{meant}It has: {there}.")
    return found


def _option(schema: Schema, name: str, text: str) -> str:
    """The value of a Salesforce picklist by value or label; "" for none."""
    field, wanted = schema.fields.get(name), text.strip()
    if not wanted or field is None:
        return ""
    found = [o for o in field.options if o.active and wanted.casefold() in (o.value.casefold(), o.label.casefold())]
    if not found:
        there = ", ".join(option.value for option in field.options if option.active)
        raise SetupError(f"A task's {name} can't be “{wanted}”.", "", f"It takes one of: {there}.")
    return found[0].value


def _one(
    things: Sequence[T],
    asked: str,
    id_of: Callable[[T], str],
    name_of: Callable[[T], str],
    what: str,
    shown: Callable[[T], str] | None = None,
) -> T:
    """The one with that id, else with that name, in whatever case. Raises SetupError for none, and for several."""
    wanted = asked.strip()
    found = [each for each in things if id_of(each) == wanted] or [
        each for each in things if name_of(each).casefold() == wanted.casefold()
    ]
    told = shown or (lambda each: f"{name_of(each)} ({id_of(each)})")
    if len(found) == 1:
        return found[0]
    if found:
        there = ", ".join(told(each) for each in found[:_LISTED])
        raise SetupError(f"“{wanted}” stands for more than one {what}.", there, "Say which one.")
    names = [name_of(each) for each in things]
    near = difflib.get_close_matches(wanted[:100], names, 3)
    there = ", ".join(told(each) for each in things[:_LISTED]) or "none"
    meant = f"Did you mean {' or '.join(f'“{each}”' for each in near)}? " if near else ""
    raise SetupError(f"There is no {what} “{wanted}”.", "", f"{meant}There are: {there}.")
