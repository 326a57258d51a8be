"""How a record's state is put into words (P3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.domain.action_rules import ActionRule
from crmsync_desktop.domain.mapping import FORMS, NOTES, Pair, PairKind
from crmsync_desktop.domain.planner import CreatePlan, FieldChange, LinkPlan
from crmsync_desktop.domain.records import Cell, Presence, Side
from crmsync_desktop.domain.reference import Reference
from crmsync_desktop.domain.settings import PairRules, Settings, active_pairs, all_pairs
from crmsync_desktop.domain.undo import shown
from crmsync_desktop.ports.actions import Firing
from crmsync_desktop.ports.store import Known, LinkState, RecordState

STATES = {
    RecordState.SETTLED: "dealt with: nothing is to be done about it",
    RecordState.STAGED: "changed since it was last dealt with: the next pass looks at it",
    RecordState.PARKED: "set aside until it changes, or somebody retries or decides",
}
PRESENCES = {
    Presence.LIVE: "",
    Presence.DELETED: "deleted, archived or merged; ",
    Presence.UNSEEN: "hidden from the connected user, or gone; ",
}


def state_of(known: Known) -> str:
    return f"{PRESENCES[known.presence]}{STATES[known.state]}"


def link_words(state: LinkState, salesforce: str, hubspot: str) -> str:
    pair = f"Salesforce {salesforce} and HubSpot {hubspot}"
    if state is LinkState.SALESFORCE_GONE:
        return f"{pair} were linked; Salesforce's record was deleted. Restored there, the link revives."
    if state is LinkState.HUBSPOT_GONE:
        return f"{pair} were linked; HubSpot's record was deleted. Restored there, the link revives."
    return f"{pair} are linked: they are the same thing, and stay so whatever is edited."


def fired(firings: Iterable[Firing], rules: Iterable[ActionRule]) -> list[str]:
    """What workflow actions did, or are to do (W1)."""
    names = {rule.number: rule.name for rule in rules}
    found: list[str] = []
    for each in firings:
        target = f", {each.target_object} {each.target_id}" if each.target_id else ""
        message = f" {each.message}" if each.message else ""
        name = names.get(each.rule, f"rule {each.rule}, removed")
        found.append(f"“{name}” ({each.number}): {each.reason} {each.state.name.capitalize()}{target}.{message}")
    return found


def closed_doors(pair: Pair, rules: PairRules, listed: bool | None) -> list[str]:
    """Which settings keep the record from travelling. `listed`: on the inclusion list, None where there is no list."""
    found: list[str] = []
    if not rules.to_hubspot and pair in (NOTES, FORMS):
        found.append(f"What Salesforce has of {pair.name} is never read back.")
    elif not rules.to_hubspot:
        found.append(f"{pair.name}.on_salesforce_change is “nothing”: what changes in Salesforce doesn't travel (C1).")
    if not rules.to_salesforce:
        found.append(f"{pair.name}.on_hubspot_change is “nothing”: what changes in HubSpot doesn't travel (C3).")
    if listed is True:
        found.append(f"It is on the inclusion list {rules.inclusion_list} (C7).")
    elif listed is False:
        found.append(
            f"It isn't on the inclusion list {rules.inclusion_list}: it travels in neither direction (C2, C7)."
        )
    return found


def plan_words(plan: LinkPlan, properties: Sequence[str]) -> list[str]:
    """What the next pass would do about a link."""
    found = [_write(Side.SALESFORCE, change) for change in plan.to_salesforce]
    found += [_write(Side.HUBSPOT, change) for change in plan.to_hubspot]
    found += [f"{properties[place]} is held: both sides edited it. Decide: conflicts" for place in plan.held]
    found += [f"{fault.message}" for _, fault in plan.faults]
    if plan.waiting:
        found.append("A difference stays as it is, since a setting or the inclusion list closes its direction.")
    return found


def create_words(plan: CreatePlan) -> list[str]:
    """What the next pass would do about a record without a counterpart."""
    found = [fault.message for fault in plan.faults]
    if not plan.blocked:
        found.insert(0, f"It would be created in {plan.side.label}, as {plan.object}.")
    return found


def field_words(plan: LinkPlan, place: int, salesforce: Cell, hubspot: Cell) -> str:
    """What the next pass would do about one field, and why."""
    for side, changes in ((Side.SALESFORCE, plan.to_salesforce), (Side.HUBSPOT, plan.to_hubspot)):
        for change in changes:
            if change.place == place:
                return _write(side, change)
    if place in plan.held:
        return "Held: both sides edited it. Decide: conflicts"
    if salesforce is False or hubspot is False:
        return "One side's value can't be read, so nothing is decided about it."
    if salesforce == hubspot:
        return "Both sides hold the same value: there is nothing to do."
    return "The values differ, and may: the rule, or how each system stores a value, lets them."


def _write(side: Side, change: FieldChange) -> str:
    return f"{change.property}: {shown(change.new)} would be written to {side.label}, over {shown(change.old or None)}: {change.reason}."


def looked_for(reference: Reference, pairs: Iterable[Pair]) -> list[str]:
    """Where a record was looked for."""
    names = [pair.name for pair in pairs]
    what = f"e-mail address {reference.email}" if reference.email else f"id {reference.id}"
    where = reference.side.label if reference.side is not None else "Salesforce and HubSpot"
    return [
        f"{what}, among the known {', '.join(names)} of {'both systems' if reference.email else where}, and in the journal"
    ]


def missing_words(reference: Reference, pair: Pair | None, settings: Settings, active: bool) -> list[str]:
    """What would bring an unknown record in."""
    if (
        reference.side is not None
        and reference.object == ""
        and reference.id
        and pair is None
        and reference.side is Side.SALESFORCE
    ):
        return ["Records of its kind aren't synced: accounts, contacts, leads, opportunities and cases are."]
    if pair is not None and not active:
        return [f"{pair.label} aren't synced. Switch them on: pairs on {pair.name}"]
    found = [
        "If it was made or found its address since the last pass: sync.",
        "If it was deleted before it was ever read, it is no business of a sync.",
        "If the connected user can't see it in its system: share it with that user.",
    ]
    if not reference.email:
        found += _of_activities(settings)
    if reference.email:
        found.insert(0, "If the address was changed since the last pass: sync, or give the record's id.")
    if pair is not None and pair.name == "contacts" and settings.contacts.inclusion_list is not None:
        found.append("If it is a HubSpot contact: only those on the inclusion list travel to Salesforce (C7).")
    return found


def _of_activities(settings: Settings) -> list[str]:
    """Why an activity may be unknown."""
    kinds = [pair for pair in all_pairs(settings).values() if pair.kind is PairKind.ACTIVITY]
    on = [pair.name for pair in kinds if pair in active_pairs(settings)]
    off = [pair.name for pair in kinds if pair.name not in on]
    found = []
    if on:
        which = on[0] if len(on) == 1 else "KIND"
        found.append(
            f"If it is an activity ({', '.join(on)}) of the time before their switch was turned on: activities backfill {which}"
        )
    if off:
        found.append(f"If it is one of these, they are switched off: {', '.join(off)}.")
    return found
