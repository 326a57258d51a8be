"""The one door through which HubSpot's and the network's errors enter: into the domain's errors and faults.

Sources: HubSpot's error-handling page (shapes, statuses), usage guidelines (429 policies, 423, 477); wording of
"Existing ID" and "Property values were not valid: [JSON]" from answers quoted in client libraries' issues. Every part
of a body is optional, and a body may be HTML, cut off or absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from crmsync_desktop.domain.errors import CrmSyncError, LimitReached, PassError, SetupError, SignInNeeded, Unreachable
from crmsync_desktop.domain.records import Category, Fault

LONGEST_MESSAGE: Final = 2_000
_EXISTING: Final = (re.compile(r"Existing ID:\s*(\d+)"), re.compile(r"(\d+) already has that value"))
_NO_OBJECT: Final = re.compile(r"Invalid object or event type id: (\S+)")
"""As measured on the live API: 400 without a category, for an object type that there isn't."""
_OWNER_FIELD: Final = re.compile(r"(^|_)owner(_id)?$")
_CODES: Final = {
    "PROPERTY_DOESNT_EXIST": Category.FIELD_MAPPING,
    "READ_ONLY_VALUE": Category.FIELD_MAPPING,
    "CONFLICTING_UNIQUE_VALUE": Category.DUPLICATES,
    "CONFLICT": Category.DUPLICATES,
    "OBJECT_ALREADY_EXISTS": Category.DUPLICATES,
    "OBJECT_NOT_FOUND": Category.RECORD_GONE,
    "INVALID_OWNER_ID": Category.OWNERS,
    "OWNER_NOT_FOUND": Category.OWNERS,
    "ASSOCIATION_LIMIT_EXCEEDED": Category.ASSOCIATIONS,
    "PROPERTY_VALIDATION_RULE": Category.CUSTOM_CODE,
    "MISSING_SCOPES": Category.PERMISSIONS,
    "FORBIDDEN": Category.PERMISSIONS,
    "EXPIRED_AUTHENTICATION": Category.CONNECTION,
    "INVALID_AUTHENTICATION": Category.CONNECTION,
    "RATE_LIMITS": Category.LIMITS,
    "VALIDATION_ERROR": Category.PROPERTY_VALUES,
}
_STATUSES: Final = {
    401: Category.CONNECTION,
    403: Category.PERMISSIONS,
    404: Category.RECORD_GONE,
    409: Category.DUPLICATES,
    423: Category.TEMPORARY,
    429: Category.LIMITS,
    477: Category.TEMPORARY,
}


class ReplyLost(Unreachable):
    """The request went out and no answer that can be read came back: it may or may not have been carried out."""


class Refused(PassError):
    """HubSpot refused a request as a whole (4xx). `faults` say why; `body` is its parsed answer."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.body = body
        self.faults = faults_of(body, status)
        super().__init__(
            "HubSpot refused the request.",
            " ".join(fault.message for fault in self.faults),
            "The details are HubSpot's own words; the mapping or the permissions of the key may have to change.",
        )


class ScopeMissing(SetupError):
    """403: the key may not do this; HubSpot didn't carry it out."""


def parsed(body: bytes | str | None) -> dict[str, Any]:
    """A JSON object from an answer's body; {} for HTML, cut-off JSON, another type or nothing."""
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def faults_of(error: Mapping[str, Any], status: int) -> tuple[Fault, ...]:
    """The faults in an error body, or in one element of a 207's `errors`: one for each detail, at least one."""
    message = _text(error.get("message")) or f"HTTP {status} without an explanation."
    details = [detail for detail in _list(error.get("errors")) if isinstance(detail, dict)]
    if not any(detail.get("code") for detail in details):
        details = _inside(message) or details
    existing = _existing(message)
    faults = []
    for detail in details:
        words = _text(detail.get("message")) or message
        code = _text(detail.get("code") or detail.get("error")) or _text(error.get("category")) or str(status)
        fields = _fields(detail)
        category = _category(code, _text(error.get("category")), words, fields, status)
        faults.append(Fault(category, code, words, fields, _existing(words) or existing))
    if faults:
        return tuple(faults)
    code = _text(error.get("subCategory")) or _text(error.get("category")) or str(status)
    fields = _fields(error)
    category = _category(code, _text(error.get("category")), message, fields, status)
    return (Fault(category, code, message, fields, existing),)


def subjects_of(error: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The ids (`key` "ids") or trace ids ("objectWriteTraceId") that an element of a 207's `errors` is about."""
    context = error.get("context")
    return tuple(_strings(context.get(key))) if isinstance(context, dict) else ()


def refusal(status: int, body: Mapping[str, Any]) -> CrmSyncError:
    """The domain error for a 4xx that no waiting mends. 429, 423 and 477 are the transport's business."""
    if status == 401:
        return SignInNeeded(
            "HubSpot no longer accepts the access key.",
            _text(body.get("message")),
            "Create a new key in HubSpot under Settings, Integrations, and connect again with it.",
        )
    if status == 403:
        scopes = ", ".join(_scopes(body))
        return ScopeMissing(
            "The HubSpot key lacks a permission.",
            f"Missing: {scopes}." if scopes else _text(body.get("message")),
            "Add the scopes to the key in HubSpot under Settings, Integrations, and connect again.",
        )
    if status == 400 and (gone := _NO_OBJECT.search(_text(body.get("message")))):
        return object_gone(gone.group(1), gone.group(0))
    return Refused(status, body)


def object_gone(name: str, detail: str) -> SetupError:
    """Of a custom object as a whole: it keeps its own pair out of a pass, and no other."""
    return SetupError(
        f"HubSpot doesn't show the custom object {name}.",
        detail,
        "It may have been deleted in HubSpot. Without it, take it off here: objects remove",
    )


def daily_limit(body: Mapping[str, Any], resume_at: str | None) -> LimitReached:
    return LimitReached(
        "HubSpot's daily call limit is used up.",
        _text(body.get("message")),
        "All integrations of the account share it; it starts anew at midnight in the account's time zone.",
        resume_at,
    )


def no_connection(error: BaseException) -> Unreachable:
    """No connection was made, so nothing was sent."""
    return Unreachable(
        "HubSpot can't be reached.", type(error).__name__, "Check the network; the next pass tries again by itself."
    )


def elsewhere(status: int) -> Unreachable:
    """A redirect. It is never followed: it would take the token along."""
    return Unreachable(
        "Something other than HubSpot answered.",
        f"HTTP {status}, which leads to another address.",
        "A network's log-in page or a proxy may stand in between; the next pass tries again by itself.",
    )


def certificate(error: BaseException) -> SetupError:
    return SetupError(
        "HubSpot's certificate can't be verified.",
        type(error).__name__,
        "A proxy may be reading the traffic, or the machine's clock may be wrong. Nothing was sent.",
    )


def lost(detail: str) -> ReplyLost:
    return ReplyLost("HubSpot's answer was lost.", detail, "The next pass looks what came of it.")


def server_failed(status: int, body: Mapping[str, Any]) -> ReplyLost:
    """5xx: from a gateway or a server, which may have carried the request out before it failed."""
    detail = f"HTTP {status} {_text(body.get('message'))}".strip()
    return ReplyLost("HubSpot has a fault of its own.", detail, "The next pass tries again by itself.")


def _category(code: str, category: str, message: str, fields: Iterable[str], status: int) -> Category:
    if code == "INVALID_OPTION" and any(_OWNER_FIELD.search(name) for name in fields):
        return Category.OWNERS
    if "validation rule" in message.lower():
        return Category.CUSTOM_CODE
    if found := _CODES.get(code):
        return found
    if _existing(message):
        return Category.DUPLICATES
    return _CODES.get(category) or _STATUSES.get(status) or (Category.TEMPORARY if status >= 500 else Category.OTHER)


def _inside(message: str) -> list[dict[str, Any]]:
    """The details that HubSpot writes as JSON inside a message: `… not valid: [{"message", "error", "name"}]`."""
    starts = [place for sign in "[{" if (place := message.find(sign)) >= 0]
    if not starts:
        return []
    try:
        value = orjson.loads(message[min(starts) :])
    except orjson.JSONDecodeError:
        return []
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict) and ("message" in each or "error" in each)]


def _fields(detail: Mapping[str, Any]) -> tuple[str, ...]:
    context = detail.get("context")
    context = context if isinstance(context, dict) else {}
    named = [*_strings(context.get("propertyName")), *_strings(context.get("properties"))]
    return tuple(dict.fromkeys(named or _strings(detail.get("name"))))


def _scopes(body: Mapping[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for place in (body, *_list(body.get("errors"))):
        context = place.get("context") if isinstance(place, dict) else None
        for key in ("requiredGranularScopes", "requiredScopes", "missingScopes"):
            for scope in _strings(context.get(key)) if isinstance(context, dict) else ():
                found[scope] = None
    return list(found)


def _existing(message: str) -> str | None:
    for pattern in _EXISTING:
        if found := pattern.search(message):
            return found.group(1)
    return None


def _text(value: object) -> str:
    return value[:LONGEST_MESSAGE] if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(each) for each in value if isinstance(each, str | int)] if isinstance(value, list) else []
