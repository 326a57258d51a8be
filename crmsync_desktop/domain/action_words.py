"""Workflow actions in words: what a rule waits for and does, why it fired, and what a value is called (W1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmsync_desktop.domain.action_occasions import Occasion
from crmsync_desktop.domain.action_rules import OWNER_OF_RECORD, ActionRule, Then, When
from crmsync_desktop.domain.records import Cell
from crmsync_desktop.domain.schema import Field, Kind

MADE_BY: Final = "Made by CRMSync Desktop, rule “{name}” ({number})."
"""The last line of a task that a rule made, by which it is found again where the answer to its making was lost."""


def marker_of(rule: ActionRule, firing: int) -> str:
    return MADE_BY.format(name=rule.name, number=firing)


def called(field: Field | None, value: Cell, owners: Mapping[str, str]) -> str:
    """A value as people know it: the labels of options, the names of owners (by HubSpot's ids)."""
    if not value:
        return ""
    if field is None:
        return value
    labels = {option.value: option.label for option in field.options}
    if field.kind is Kind.OWNER:
        return owners.get(value, value)
    if field.kind is Kind.MULTIPICKLIST:
        return ", ".join(labels.get(part, part) for part in value.split(";"))
    return labels.get(value, value)


def why_it_fired(rule: ActionRule, noun: str, label: str, occasion: Occasion, value: str) -> str:
    """One sentence: what happened to which record, and when. `value`: what was taken, as it is called."""
    who = f"{noun.capitalize()} “{label}”"
    when = f"on {occasion.at[:10]} at {occasion.at[11:16]} UTC"
    if rule.when is When.LIST:
        return f"{who} joined the list “{rule.name_of(rule.list_id)}” {when}."
    if rule.when is When.STAGE:
        return f"{who} reached “{rule.name_of(rule.stage)}” {when}."
    return f"{who}: “{rule.name_of(rule.property)}” became “{value}” {when}."


def condition_of(rule: ActionRule, noun: str) -> str:
    """What a rule waits for."""
    if rule.when is When.LIST:
        return f"a {noun} joins the list “{rule.name_of(rule.list_id)}”"
    if rule.when is When.STAGE:
        return f"a {noun} reaches “{rule.name_of(rule.stage)}” of “{rule.name_of(rule.pipeline)}”"
    if rule.when is When.CHANGED:
        return f"“{rule.name_of(rule.property)}” of a {noun} takes another value"
    values = " or ".join(f"“{rule.name_of(value)}”" for value in rule.values)
    return f"“{rule.name_of(rule.property)}” of a {noun} becomes {values}"


def deed_of(rule: ActionRule) -> str:
    """What a rule does."""
    if rule.then is Then.CAMPAIGN:
        status = f", with the status “{rule.member_status}”" if rule.member_status else ""
        return f"put its counterpart into the campaign “{rule.name_of(rule.campaign)}”{status}"
    whose = {"": "", OWNER_OF_RECORD: ", for the owner of the record"}.get(rule.owner, f", for {rule.owner}")
    due = "" if rule.due_in_days is None else f", due in {rule.due_in_days:,} days"
    return f"create the Salesforce task “{rule.subject}”{whose}{due}"
