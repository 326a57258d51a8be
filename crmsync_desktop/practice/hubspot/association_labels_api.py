"""Handlers of the association types between two object types: which there are, and the labels of the account's own."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.associations import parse_pair
from crmsync_desktop.practice.hubspot.associations_api import described
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid_json
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

LABELS = "/{from}/{to}/labels"


def _pair(portal: HubSpotPortal, ask: Ask) -> tuple[str, str]:
    source, target = parse_pair(portal, ask.path["from"], ask.path["to"])
    return source.name, target.name


def _text(body: dict[str, Any], name: str, *, needed: bool = True) -> str | None:
    value = body.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str) or not value.strip():
        raise invalid_json(f"Some required fields were not set: [{name}]")
    return value


def _refuse_small_account(portal: HubSpotPortal) -> None:
    """Unverified: an account without a Professional or Enterprise subscription answers 403 to a new association label."""
    if portal.setup.tier in ("free", "starter"):
        raise Refusal(403, "FORBIDDEN", "Association labels need a Professional or Enterprise subscription.")


def list_labels(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, {"results": [described(each) for each in portal.association_types.between(*_pair(portal, ask))]}


def create_label(portal: HubSpotPortal, ask: Ask) -> Answer:
    pair, body = _pair(portal, ask), ask.object_body({"label", "name", "inverseLabel"})
    _refuse_small_account(portal)
    name, label = _text(body, "name"), _text(body, "label")
    inverse = _text(body, "inverseLabel", needed=False)
    assert name is not None
    assert label is not None
    made = portal.association_types.create_label(*pair, name, label, inverse)
    return 200, {"results": [described(each) for each in made]}


def update_label(portal: HubSpotPortal, ask: Ask) -> Answer:
    pair, body = _pair(portal, ask), ask.object_body({"associationTypeId", "label", "inverseLabel"})
    number = body.get("associationTypeId")
    if isinstance(number, bool) or not isinstance(number, int):
        raise invalid_json("associationTypeId must be a whole number")
    label, inverse = _text(body, "label"), _text(body, "inverseLabel", needed=False)
    assert label is not None
    portal.association_types.relabel(*pair, number, label, inverse)
    return 204, None


def delete_label(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Associations lose the label, and stay as plain ones."""
    source, target = _pair(portal, ask)
    number = numeric_id(ask.path["number"])
    portal.association_types.delete(portal.association_types.own(source, target, -1 if number is None else number))
    return 204, None


ENTRIES = [
    Entry("GET", "associations", LABELS, list_labels),
    Entry("POST", "associations", LABELS, create_label),
    Entry("PUT", "associations", LABELS, update_label),
    Entry("DELETE", "associations", f"{LABELS}/{{number}}", delete_label),
]
