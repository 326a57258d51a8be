"""The practice orgs' own API: what they were asked, their clock, their faults. CRM tokens don't open it."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.hubspot.catalog import object_type
from crmsync_desktop.practice.hubspot.refusals import Refusal
from crmsync_desktop.practice.salesforce import ApiError, RowError, SalesforceOrg


@dataclass(frozen=True, slots=True)
class Practice:
    """All that the admin API can reach. `clock_moved` is called after the clock was set forward, to remember it."""

    org: SalesforceOrg
    portal: HubSpotPortal
    calls: CallLog
    clock: PracticeClock
    faults: Faults
    clock_moved: Callable[[], None]


Handler = Callable[[Practice, dict[str, Any]], object]


def _calls(practice: Practice, given: dict[str, Any]) -> object:
    return practice.calls.summary()


def _reset_calls(practice: Practice, given: dict[str, Any]) -> object:
    practice.calls.reset()
    return practice.calls.summary()


def _recent_calls(practice: Practice, given: dict[str, Any]) -> object:
    return practice.calls.recent(int(given.get("limit", 200)))


def _clock(practice: Practice, given: dict[str, Any]) -> object:
    return {"now": practice.clock.now(), "offset": practice.clock.offset}


def _advance(practice: Practice, given: dict[str, Any]) -> object:
    practice.clock.advance(float(given["advance_seconds"]))
    practice.clock_moved()
    return _clock(practice, given)


def _counts(practice: Practice, given: dict[str, Any]) -> object:
    return {
        "salesforce": {name: practice.org.count(name) for name in ("Account", "Contact", "Lead")},
        "hubspot": {name: practice.portal.count(name) for name in ("contacts", "companies")},
    }


def _foreign_usage(practice: Practice, given: dict[str, Any]) -> object:
    practice.org.add_foreign_usage(int(given["calls"]))
    return {"used": practice.org.usage.used(), "limit": practice.org.usage.limit}


def _salesforce_limit(practice: Practice, given: dict[str, Any]) -> object:
    practice.org.usage.limit = int(given["daily"])
    return {"used": practice.org.usage.used(), "limit": practice.org.usage.limit}


def _delete(practice: Practice, given: dict[str, Any]) -> object:
    practice.org.delete(given["ids"])
    return {}


def _undelete(practice: Practice, given: dict[str, Any]) -> object:
    practice.org.undelete(given["ids"])
    return {}


def _merge(practice: Practice, given: dict[str, Any]) -> object:
    practice.org.merge(given["master"], given["losers"])
    return {}


def _convert(practice: Practice, given: dict[str, Any]) -> object:
    return practice.org.convert_lead(given["lead"], opportunity=given.get("opportunity"))


def _search_lag(practice: Practice, given: dict[str, Any]) -> object:
    practice.portal.search_lag_seconds = float(given["seconds"])
    return {"seconds": practice.portal.search_lag_seconds}


def _hubspot_limits(practice: Practice, given: dict[str, Any]) -> object:
    """Any of burst, interval, daily and searches; the rest stays as it is."""
    meter = practice.portal.meter
    meter.limits = replace(meter.limits, **given)
    return given


def _hubspot_setup(practice: Practice, given: dict[str, Any]) -> object:
    return practice.portal.setup.to_json()


def _change_hubspot_setup(practice: Practice, given: dict[str, Any]) -> object:
    """Any settings of PortalSetup; the rest stays as it is."""
    return practice.portal.change_setup(**given).to_json()


def _restore(practice: Practice, given: dict[str, Any]) -> object:
    with practice.portal.database.transaction():
        kind = object_type(str(given.get("type", "contacts")))
        for record_id in given["ids"]:
            practice.portal.restore(kind, int(record_id))
    return {}


def _faults(practice: Practice, given: dict[str, Any]) -> object:
    return practice.faults.shown()


def _order_fault(practice: Practice, given: dict[str, Any]) -> object:
    practice.faults.order(given)
    return practice.faults.shown()


def _clear_faults(practice: Practice, given: dict[str, Any]) -> object:
    practice.faults.clear()
    return practice.faults.shown()


TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/calls", _calls),
    ("POST", "/calls/reset", _reset_calls),
    ("GET", "/calls/recent", _recent_calls),
    ("GET", "/clock", _clock),
    ("POST", "/clock", _advance),
    ("GET", "/counts", _counts),
    ("POST", "/salesforce/foreign-usage", _foreign_usage),
    ("POST", "/salesforce/limit", _salesforce_limit),
    ("POST", "/salesforce/delete", _delete),
    ("POST", "/salesforce/undelete", _undelete),
    ("POST", "/salesforce/merge", _merge),
    ("POST", "/salesforce/convert-lead", _convert),
    ("POST", "/hubspot/search-lag", _search_lag),
    ("POST", "/hubspot/limits", _hubspot_limits),
    ("GET", "/hubspot/setup", _hubspot_setup),
    ("POST", "/hubspot/setup", _change_hubspot_setup),
    ("POST", "/hubspot/restore", _restore),
    ("GET", "/faults", _faults),
    ("POST", "/faults", _order_fault),
    ("DELETE", "/faults", _clear_faults),
)


def create_admin_app(practice: Practice, *, token: str) -> Starlette:
    """Bearer `token`; JSON in and out; a request that makes no sense is a 400 with one sentence."""
    expected = f"Bearer {token}".encode()
    return Starlette(
        routes=[Route(path, _endpoint(practice, expected, act), methods=[verb]) for verb, path, act in TABLE]
    )


def _endpoint(practice: Practice, expected: bytes, act: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            return _json(401, {"error": "The admin token is missing or wrong."})
        raw = await request.body()
        try:
            given = orjson.loads(raw) if raw else dict(request.query_params)
            return _json(200, act(practice, given))
        except KeyError as error:
            return _json(400, {"error": f"{error.args[0]} is missing."})
        except (ValueError, TypeError, Refusal, RowError, ApiError) as error:
            return _json(400, {"error": str(error)})

    return endpoint


def _json(status: int, body: object) -> Response:
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")
