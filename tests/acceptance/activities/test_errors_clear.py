"""Errors clear by themselves (S5): of every pair and every cause, once the record syncs, and whether they are ignored or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Category, Fault, Side
from crmsync_desktop.domain.remedies import CODES
from crmsync_desktop.ports.store import NewError
from tests.acceptance.activities.circle import make_circle
from tests.acceptance.activities.conftest import switch_on
from tests.acceptance.activities.test_engagements import AT
from tests.acceptance.life.world import World
from tests.acceptance.pairs.portal import associate

BAD = "Not like this"


class Kind(NamedTuple):
    """How records of a pair are edited: a HubSpot property and its Salesforce field. `made`: what a new one holds, for those
    that aren't in every circle."""

    sobject: str
    property: str
    field: str
    made: dict[str, str] | None = None


KINDS = {
    "companies": Kind("Account", "phone", "Phone"),
    "contacts": Kind("Contact", "phone", "Phone"),
    "deals": Kind("Opportunity", "description", "Description"),
    "tickets": Kind("Case", "content", "Description"),
    "tasks": Kind("Task", "hs_task_body", "Description", {"hs_task_subject": "{}", "hs_timestamp": AT}),
    "calls": Kind("Task", "hs_call_title", "Subject", {"hs_call_title": "{}", "hs_timestamp": AT}),
    "emails": Kind(
        "Task", "hs_email_subject", "Subject",
        {"hs_email_subject": "{}", "hs_timestamp": AT, "hs_email_direction": "EMAIL"},
    ),
    "meetings": Kind(
        "Task", "hs_meeting_title", "Subject",
        {"hs_meeting_title": "{}", "hs_timestamp": AT, "hs_meeting_start_time": AT, "hs_meeting_end_time": AT},
    ),
    "notes": Kind("Task", "hs_note_body", "Description", {"hs_note_body": "{}", "hs_timestamp": AT}),
}  # fmt: skip


class Couple(NamedTuple):
    """Two linked records of a pair."""

    kind: Kind
    pair: str
    hubspot: str
    salesforce: str

    def edit(self, here: World, value: str) -> None:
        here.edit("hubspot", self.pair, self.hubspot, **{self.kind.property: value})


@pytest.fixture(scope="module")
def couples(shared: World) -> Iterator[list[Couple]]:
    """One of each pair, whose edits travel whatever the other side holds."""
    switch_on(shared)
    before = {pair: rule_of(shared, pair) for pair in KINDS}
    for pair, kind in KINDS.items():
        shared.rule(pair, kind.property, Rule.TWO_WAY)
    circle = make_circle(shared)
    made: dict[str, str] = {}
    for pair, kind in KINDS.items():
        if kind.made is not None:
            values = {name: value.format(circle.text) for name, value in kind.made.items()}
            made[pair] = shared.make("hubspot", pair, **values)
            associate(shared, pair, made[pair], "contacts", circle.hubspot["contacts"])
    shared.sync()
    theirs = {pair: str(shared.partner(pair, Side.HUBSPOT, id)) for pair, id in made.items()}
    ids, partners = {**circle.hubspot, **made}, {**circle.salesforce, **theirs}
    yield [Couple(kind, pair, ids[pair], partners[pair]) for pair, kind in KINDS.items()]
    for pair, rule in before.items():
        shared.rule(pair, KINDS[pair].property, rule)


def rule_of(here: World, pair: str) -> Rule:
    mappings = here.run(here.service.mappings(pair))
    return next(mapping.rule for mapping in mappings if mapping.property == KINDS[pair].property)


def rules(couples: list[Couple]) -> dict[str, Any]:
    fields = sorted({(couple.kind.sobject, couple.kind.field) for couple in couples})
    return {
        "validation_rules": [
            {
                "sobject": sobject, "name": f"No{field}", "message": "No.", "field": field,
                "when": [{"field": field, "operator": "equals", "value": BAD}],
            }
            for sobject, field in fields
        ]
    }  # fmt: skip


def triggers(couples: list[Couple]) -> dict[str, Any]:
    sobjects = sorted({couple.kind.sobject for couple in couples})
    return {
        "triggers": [{"sobject": each, "name": "Broken", "does": "fail", "value": "it breaks"} for each in sobjects]
    }


def read_only(couples: list[Couple]) -> dict[str, Any]:
    return {"read_only_records": [couple.salesforce for couple in couples]}


PLAIN: dict[str, Any] = {"validation_rules": [], "triggers": [], "read_only_records": []}
CAUSES: dict[str, tuple[Callable[[list[Couple]], dict[str, Any]], str]] = {
    "rule": (rules, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
    "trigger": (triggers, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
    "sharing": (read_only, "INSUFFICIENT_ACCESS_OR_READONLY"),
}


def standing(here: World, couples: list[Couple]) -> dict[str, list[str]]:
    """The codes against each pair's records, without those that have none."""
    found = {couple.pair: here.codes(couple.hubspot, couple.salesforce) for couple in couples}
    return {pair: codes for pair, codes in found.items() if codes}


@pytest.mark.parametrize("cause", CAUSES)
def test_what_salesforce_refuses_of_any_pair_clears_when_it_is_allowed_or_edited(
    here: World, couples: list[Couple], cause: str
) -> None:
    setup, code = CAUSES[cause]
    before = here.run(here.service.status()).errors
    try:
        here.admin.post("/salesforce/setup", **setup(couples))
        for couple in couples:
            couple.edit(here, BAD if cause == "rule" else f"Refused by {cause}")
        here.sync()
        assert standing(here, couples) == {pair: [code] for pair in KINDS}
        assert here.run(here.service.status()).errors == before + len(KINDS)
        if cause == "rule":
            for couple in couples:
                couple.edit(here, "Like this")
        else:
            here.admin.post("/salesforce/setup", **PLAIN)
            assert here.run(here.service.retry_errors(None, None)) >= len(KINDS)
        here.sync()
        assert standing(here, couples) == {}
        assert here.run(here.service.status()).errors == before
    finally:
        here.admin.post("/salesforce/setup", **PLAIN)


def test_whatever_stands_against_a_record_of_any_pair_is_gone_once_it_syncs(here: World, couples: list[Couple]) -> None:
    causes = [(category, code) for category in Category for code in ("", *CODES)]
    for couple in couples:
        here.store.open_errors(
            [
                NewError(
                    couple.pair, side, object, id, "Somebody", Fault(category, code, "refused", (couple.kind.field,))
                )
                for side, object, id in places(here, couple)
                for category, code in causes
            ],
            "2026-11-24T08:00:00Z",
        )
        there = here.errors(couple.hubspot, couple.salesforce)
        assert len({row.code for row in there}) == 1 + len(CODES)
        here.store.ignore_errors([row.id for row in there[::2]], "known", "2026-11-24T08:00:00Z")
        couple.edit(here, "Another")
    here.sync()
    assert standing(here, couples) == {}


def places(here: World, couple: Couple) -> list[tuple[Side, str, str]]:
    """Both records of a couple, as errors name them."""
    (own,) = here.store.records_by_id(Side.HUBSPOT, couple.pair, [couple.hubspot])
    (link,) = here.store.links([own.link or 0])
    return [(Side.HUBSPOT, couple.pair, couple.hubspot), (Side.SALESFORCE, link.salesforce_object, link.salesforce_id)]
