"""Properties that HubSpot fills in by itself as soon as others are written.

Sources: recorded answers to the creation of meetings (previews, owner properties); HubSpot's lists of default properties.
Unverified: the date of a lifecycle stage moves each time that a record enters the stage.
Unverified: clearing the owner clears hs_all_owner_ids and hubspot_owner_assigneddate too.
Unverified: days_to_close has a value as soon as a deal has a close date, and is never below 0.
Unverified: hs_projected_amount is the amount times the stage's probability, hs_closed_amount the amount of a deal that is won and 0 otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from html import unescape

import orjson

from crmsync_desktop.practice.hubspot.catalog import Catalog
from crmsync_desktop.practice.hubspot.directory import Directory
from crmsync_desktop.practice.hubspot.formulas import Formula
from crmsync_desktop.practice.hubspot.pipelines import Pipelines
from crmsync_desktop.practice.hubspot.values import epoch_ms, iso

Values = Mapping[str, str]
DAY_MS = 86_400_000
PREVIEW_LENGTH = 250
BODIES = {"calls": "hs_call_body", "emails": "hs_email_text", "meetings": "hs_meeting_body", "notes": "hs_note_body",
          "tasks": "hs_task_body"}  # fmt: skip
STAGES = frozenset(("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
                    "evangelist", "other"))  # fmt: skip
DEAL_INPUTS = ("amount", "closedate", "dealstage", "createdate")
DEFAULTS: dict[str, dict[str, str]] = {"emails": {"hs_email_direction": "EMAIL"}, "meetings": {"hs_meeting_source": "CRM_UI"},
            "calls": {"hs_call_source": "INTEGRATIONS_PLATFORM"},
            "tasks": {"hs_task_status": "NOT_STARTED", "hs_task_type": "TODO", "hs_task_priority": "NONE"}}  # fmt: skip
"""Defaults of a new record.

Unverified: a new task is of status NOT_STARTED, type TODO and priority NONE unless it says otherwise.
Unverified: a new call that comes by the API has the source INTEGRATIONS_PLATFORM, a new e-mail the direction EMAIL.
"""


class Derivation:
    """Computes what follows from a record's values."""

    def __init__(self, catalog: Catalog, directory: Directory, pipelines: Pipelines) -> None:
        self._catalog = catalog
        self._directory = directory
        self._pipelines = pipelines
        self._of_kind: dict[str, Callable[[Values, Values, int, int], dict[str, str]]] = {
            "contacts": self._contact,
            "companies": self._company,
            "deals": self._deal,
            "tickets": self._ticket,
            **{kind: self._activity(body) for kind, body in BODIES.items()},
        }

    def of(self, kind: str, before: Values, after: Values, created_ms: int, now_ms: int) -> dict[str, str]:
        """Values that change with `before` becoming `after`, "" for one that goes away. `before` is empty for a new record."""
        own = self._of_kind.get(kind)
        found = {} if own is None else own(before, after, created_ms, now_ms)
        if before.get("hubspot_owner_id") != after.get("hubspot_owner_id"):
            found.update(self._owner(after.get("hubspot_owner_id", ""), now_ms))
        if formulas := self._catalog.formulas(kind):
            found.update(self.computed(kind, {**after, **found}, formulas))
        return {name: value for name, value in found.items() if value != after.get(name, "")}

    def computed(self, kind: str, held: Values, formulas: Mapping[str, Formula]) -> dict[str, str]:
        """What the calculated properties made in this portal come to."""
        types = {name: each.type for name, each in self._catalog.properties(kind).items()}
        return {name: formula.value(held, types) for name, formula in formulas.items()}

    def _owner(self, owner: str, now_ms: int) -> dict[str, str]:
        return {
            "hs_all_owner_ids": owner,
            "hs_user_ids_of_all_owners": self._directory.user_id(owner),
            "hubspot_owner_assigneddate": iso(now_ms) if owner else "",
        }

    @staticmethod
    def _contact(before: Values, after: Values, created_ms: int, now_ms: int) -> dict[str, str]:
        found = _stage_date(before, after, now_ms)
        email = after.get("email", "")
        if before.get("email", "") != email:
            found["hs_email_domain"] = email.rpartition("@")[2]
        name = f"{after.get('firstname', '')} {after.get('lastname', '')}".strip()
        found["hs_full_name_or_email"] = name or email
        return found

    @staticmethod
    def _company(before: Values, after: Values, created_ms: int, now_ms: int) -> dict[str, str]:
        return _stage_date(before, after, now_ms)

    def _deal(self, before: Values, after: Values, created_ms: int, now_ms: int) -> dict[str, str]:
        if before and all(before.get(name) == after.get(name) for name in DEAL_INPUTS):
            return {}
        stage = self._pipelines.of_stage("deals", after.get("dealstage", ""))
        probability = float(stage[1]["metadata"]["probability"]) if stage else 0.0
        closed = stage is not None and stage[1]["metadata"]["isClosed"] == "true"
        amount = after.get("amount", "")
        found = {
            "hs_is_closed": _bool(closed),
            "hs_is_closed_won": _bool(closed and probability == 1.0),
            "hs_is_closed_lost": _bool(closed and probability == 0.0),
            "hs_deal_stage_probability": _short(probability) if stage else "",
            "amount_in_home_currency": amount,
            "hs_closed_amount": amount or "0" if closed and probability == 1.0 else "0",
            "hs_projected_amount": _short(Decimal(amount) * Decimal(str(probability))) if amount else "",
            "days_to_close": "",
        }
        if close := after.get("closedate"):
            found["days_to_close"] = str(max(0, (epoch_ms(close) - created_ms) // DAY_MS))
        return found

    def _ticket(self, before: Values, after: Values, created_ms: int, now_ms: int) -> dict[str, str]:
        if before and before.get("hs_pipeline_stage") == after.get("hs_pipeline_stage"):
            return {}
        stage = self._pipelines.of_stage("tickets", after.get("hs_pipeline_stage", ""))
        closed = stage is not None and stage[1]["metadata"]["isClosed"] == "true"
        found = {"hs_is_closed": _bool(closed), "closed_date": "", "time_to_close": ""}
        if closed:
            found["closed_date"] = after.get("closed_date") or iso(now_ms)
            found["time_to_close"] = str(epoch_ms(found["closed_date"]) - created_ms)
        return found

    @staticmethod
    def _activity(body: str) -> Callable[[Values, Values, int, int], dict[str, str]]:
        def found(before: Values, after: Values, created_ms: int, now_ms: int) -> dict[str, str]:
            derived = _previews(after[body]) if body in after and before.get(body) != after[body] else {}
            if body in before and body not in after:
                derived = dict.fromkeys(("hs_body_preview", "hs_body_preview_html", "hs_body_preview_is_truncated"), "")
            if body == "hs_task_body":
                completed = after.get("hs_task_status") == "COMPLETED"
                derived["hs_task_is_completed"] = "1" if completed else "0"
                kept = after.get("hs_task_completion_date") or iso(now_ms)
                derived["hs_task_completion_date"] = kept if completed else ""
            if "hs_email_headers" in after and before.get("hs_email_headers") != after["hs_email_headers"]:
                derived.update(_participants(after["hs_email_headers"]))
            return derived

        return found


def _stage_date(before: Values, after: Values, now_ms: int) -> dict[str, str]:
    stage = after.get("lifecyclestage", "")
    if stage and before.get("lifecyclestage") != stage and stage in STAGES:
        return {f"hs_lifecyclestage_{stage}_date": iso(now_ms)}
    return {}


def _previews(body: str) -> dict[str, str]:
    """As recorded: the text without markup, and the markup as a page of its own."""
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
    cut = text[:PREVIEW_LENGTH]
    return {
        "hs_body_preview": cut,
        "hs_body_preview_html": f"<html>\n <head></head>\n <body>\n {body}\n </body>\n</html>",
        "hs_body_preview_is_truncated": _bool(len(text) > PREVIEW_LENGTH),
    }


def _participants(headers: str) -> dict[str, str]:
    """From the JSON that HubSpot's e-mail guide has written to hs_email_headers; nothing from what isn't such."""
    try:
        given = orjson.loads(headers)
        sender, to = given.get("from") or {}, given.get("to") or []
        return {
            "hs_email_from_email": sender.get("email", ""),
            "hs_email_from_firstname": sender.get("firstName", ""),
            "hs_email_from_lastname": sender.get("lastName", ""),
            "hs_email_to_email": ";".join(each["email"] for each in to),
            "hs_email_to_firstname": ";".join(each.get("firstName", "") for each in to).strip(";"),
            "hs_email_to_lastname": ";".join(each.get("lastName", "") for each in to).strip(";"),
            "hs_email_cc_email": ";".join(each["email"] for each in given.get("cc") or []),
            "hs_email_bcc_email": ";".join(each["email"] for each in given.get("bcc") or []),
        }
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return {}


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _short(number: float | Decimal) -> str:
    """0.2 → "0.2", 1.0 → "1"."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
