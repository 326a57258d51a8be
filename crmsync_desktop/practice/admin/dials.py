"""The dials of each org: its limits, its lag, its setup, and what a person can do that no CRM API can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmsync_desktop.practice.admin.given import Given
from crmsync_desktop.practice.admin.routes import Line, line, open_line
from crmsync_desktop.practice.hubspot.catalog import object_type
from crmsync_desktop.practice.reach import Practice
from crmsync_desktop.practice.salesforce import dials as salesforce_dials


def _counts(practice: Practice, given: Given) -> object:
    return {
        "salesforce": {name: practice.org.count(name) for name in ("Account", "Contact", "Lead")},
        "hubspot": {name: practice.portal.count(name) for name in ("contacts", "companies")},
    }


def _foreign_usage(practice: Practice, given: Given) -> object:
    practice.org.add_foreign_usage(given.whole("calls"))
    return {"used": practice.org.usage.used(), "limit": practice.org.usage.limit}


def _salesforce_limit(practice: Practice, given: Given) -> object:
    practice.org.usage.limit = given.whole("daily")
    return {"used": practice.org.usage.used(), "limit": practice.org.usage.limit}


def _delete(practice: Practice, given: Given) -> object:
    practice.org.delete(given.texts("ids"))
    return {}


def _undelete(practice: Practice, given: Given) -> object:
    practice.org.undelete(given.texts("ids"))
    return {}


def _merge(practice: Practice, given: Given) -> object:
    practice.org.merge(given.text("master"), given.texts("losers"))
    return {}


def _convert(practice: Practice, given: Given) -> object:
    """See SalesforceOrg.convert_lead."""
    options = {name: given.text(name, "") or None for name in ("opportunity", "account", "contact", "owner", "status")}
    return practice.org.convert_lead(given.text("lead"), **options)


def _search_lag(practice: Practice, given: Given) -> object:
    practice.portal.search_lag_seconds = given.number("seconds")
    return {"seconds": practice.portal.search_lag_seconds}


def _hubspot_limits(practice: Practice, given: Given) -> object:
    """Any of burst, interval (seconds), daily and searches; the rest stays as it is."""
    wanted: dict[str, Any] = {
        name: given.whole(name) for name in ("burst", "daily", "searches") if name in given.values
    }
    if "interval" in given.values:
        wanted["interval"] = given.number("interval")
    meter = practice.portal.meter
    meter.limits = replace(meter.limits, **wanted)
    return wanted


def _hubspot_key(practice: Practice, given: Given) -> object:
    """Let in whoever sends `token`, with these `scopes` (all, if none are named), until the server ends. Keys of one
    `app` share its burst limit."""
    scopes = given.texts("scopes") if "scopes" in given.values else None
    practice.portal.tokens.add_service_key(given.text("token"), app=given.text("app", "service-key"), scopes=scopes)
    return {}


def _salesforce_setup(practice: Practice, given: Given) -> object:
    return practice.org.setup.to_json()


def _change_salesforce_setup(practice: Practice, given: Given) -> object:
    """Any settings of OrgSetup; the rest stays as it is."""
    return practice.org.change_setup(**given.values).to_json()


def _lock_rows(practice: Practice, given: Given) -> object:
    """Somebody else holds these records for so long: see SalesforceOrg.lock_rows."""
    practice.org.lock_rows(given.texts("ids"), given.number("seconds"), trigger=given.text("trigger", ""))
    return {}


def _storage_full(practice: Practice, given: Given) -> object:
    """Whether creates are refused, because the org's data storage is used up."""
    practice.org.set_storage_full(given.flag("full"))
    return {}


def _empty_bin(practice: Practice, given: Given) -> object:
    practice.org.empty_bin(given.texts("ids"))
    return {}


def _hubspot_setup(practice: Practice, given: Given) -> object:
    return practice.portal.setup.to_json()


def _change_hubspot_setup(practice: Practice, given: Given) -> object:
    """Any settings of PortalSetup; the rest stays as it is."""
    return practice.portal.change_setup(**given.values).to_json()


def _restore(practice: Practice, given: Given) -> object:
    with practice.portal.database.transaction():
        kind = object_type(given.text("type", "contacts"))
        for record_id in given.texts("ids"):
            practice.portal.restore(kind, int(record_id))
    return {}


def _salesforce_dials(practice: Practice, given: Given) -> object:
    return salesforce_dials.shown(practice.org)


def _turn_salesforce_dials(practice: Practice, given: Given) -> object:
    """Any of practice/salesforce/dials.py; the rest stays as it is."""
    salesforce_dials.turn(practice.org, given.values)
    return salesforce_dials.shown(practice.org)


LINES: tuple[Line, ...] = (
    line("GET", "/counts", _counts),
    line("POST", "/salesforce/foreign-usage", _foreign_usage, "calls"),
    line("POST", "/salesforce/limit", _salesforce_limit, "daily"),
    line("POST", "/salesforce/delete", _delete, "ids"),
    line("POST", "/salesforce/undelete", _undelete, "ids"),
    line("POST", "/salesforce/merge", _merge, "master", "losers"),
    line(
        "POST",
        "/salesforce/convert-lead",
        _convert,
        "lead",
        "opportunity",
        "account",
        "contact",
        "owner",
        "status",
    ),
    line("POST", "/salesforce/empty-bin", _empty_bin, "ids"),
    line("POST", "/salesforce/storage", _storage_full, "full"),
    line("GET", "/salesforce/dials", _salesforce_dials),
    open_line("POST", "/salesforce/dials", _turn_salesforce_dials),
    line("GET", "/salesforce/setup", _salesforce_setup),
    open_line("POST", "/salesforce/setup", _change_salesforce_setup),
    line("POST", "/salesforce/lock-rows", _lock_rows, "ids", "seconds", "trigger"),
    line("POST", "/hubspot/search-lag", _search_lag, "seconds"),
    line("POST", "/hubspot/limits", _hubspot_limits, "burst", "interval", "daily", "searches"),
    line("POST", "/hubspot/keys", _hubspot_key, "token", "scopes", "app"),
    line("GET", "/hubspot/setup", _hubspot_setup),
    open_line("POST", "/hubspot/setup", _change_hubspot_setup),
    line("POST", "/hubspot/restore", _restore, "type", "ids"),
)
