"""What each system plausibly answers with a status that a fault orders, where the fault doesn't say it itself.

Salesforce: the bodies of its REST error codes. HubSpot: its error-handling page, and the pages of the proxy in front
of it (Cloudflare) for 502 and 52x.

Unverified: a gateway's 502, 503 and 504 in front of Salesforce come as HTML pages, not as JSON.
Unverified: a 429 carries no Retry-After header in either system.
Unverified: Salesforce answers 409, 423 and 429 with a body in the shape of its other errors.
Unverified: HubSpot answers 412, 414 and 423 with a body in the shape of its other errors.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import orjson

from crmsync_desktop.practice.calls import System

JSON = "application/json;charset=UTF-8"
HTML = "text/html; charset=UTF-8"
PAGE = (
    "<!DOCTYPE html>\n<html>\n<head><title>{status} {title}</title></head>\n<body>\n<center><h1>{status} {title}</h1>"
    "</center>\n<hr><center>{server}</center>\n</body>\n</html>\n"
)
_TITLES = {
    502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out",
    520: "Web server is returning an unknown error", 521: "Web server is down", 522: "Connection timed out",
    523: "Origin is unreachable", 524: "A timeout occurred",
}  # fmt: skip
_SALESFORCE = {
    400: ("MALFORMED_QUERY", "The request could not be understood."),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    409: ("CONFLICT", "The request could not be completed due to a conflict with the current state of the resource."),
    412: ("PRECONDITION_FAILED", "A specified precondition was not met."),
    414: ("URI_TOO_LONG", "URI Too Long"),
    423: ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
    429: ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."),
    500: (
        "UNKNOWN_EXCEPTION",
        "An unexpected error occurred. Please include this ErrorId if you contact support: {id}",
    ),
}
_HUBSPOT: dict[int, tuple[str, str, dict[str, Any]]] = {
    400: ("VALIDATION_ERROR", "Invalid input", {}),
    401: ("EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.", {}),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call.", {}),
    404: ("OBJECT_NOT_FOUND", "resource not found", {}),
    409: ("CONFLICT", "Contact already exists. Existing ID: 101", {}),
    412: ("PRECONDITION_FAILED", "A precondition of the request was not met.", {}),
    414: ("URI_TOO_LONG", "The address is too long.", {}),
    423: ("LOCKED", "The records are locked by another change; try again in a moment.", {}),
    429: ("RATE_LIMITS", "You have reached your ten_secondly_rolling limit.", {"policyName": "TEN_SECONDLY_ROLLING"}),
    477: ("MIGRATION_IN_PROGRESS", "This account is being moved to another data center.", {}),
    500: ("INTERNAL_ERROR", "internal error", {}),
}


@dataclass(frozen=True, slots=True)
class FaultAnswer:
    body: bytes
    content_type: str
    headers: dict[str, str]


def plausible(system: System, status: int, path: str) -> FaultAnswer:
    """The body, its type and the further headers of a status. `path`: where it was asked; the searches of HubSpot have
    a rate of their own."""
    if status in _TITLES:
        return FaultAnswer(page(system, status), HTML, {})
    if system == "salesforce":
        code, message = _SALESFORCE.get(status, ("UNKNOWN_EXCEPTION", "A fault of the practice org, as ordered."))
        message = message.replace("{id}", f"{uuid.uuid4().int % 10**9}-{uuid.uuid4().int % 10**5}")
        return FaultAnswer(orjson.dumps([{"message": message, "errorCode": code}]), JSON, {})
    known = _HUBSPOT.get(status, ("FAULT", "A fault of the practice portal, as ordered.", {}))
    category, message, more = known
    if status == 429:
        more = {"errorType": "RATE_LIMIT", **more, "requestId": str(uuid.uuid4())}
        if path.endswith("/search"):
            message, more = "You have reached your secondly limit.", {**more, "policyName": "SECONDLY"}
    body = {"status": "error", "message": message, "correlationId": str(uuid.uuid4()), "category": category, **more}
    return FaultAnswer(orjson.dumps(body), JSON, {"Retry-After": "60"} if status == 477 else {})


def page(system: System, status: int) -> bytes:
    """The HTML page of a gateway, or of a network that wants a login first."""
    title = _TITLES.get(status, "Please sign in to this network")
    server = "cloudflare" if system == "hubspot" else "sfdcedge"
    return PAGE.format(status=status, title=title, server=server).encode()
