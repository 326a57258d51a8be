"""What came of one request: an answer, or a failure that says whether and when to try again. Runs in worker threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import orjson
from urllib3 import exceptions

from crmsync_desktop.adapters.hubspot import errors
from crmsync_desktop.domain.errors import CrmSyncError, LimitReached, Unreachable

LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes after decompression; a page of 200 records with 100 properties has about half a megabyte."""
LONGEST_WAIT: Final = 60.0
"""Seconds that a single 477 may hold a call up; longer ones end the pass with the time to go on."""
LOCKED_WAIT: Final = 2.0
ROLLING_WAIT: Final = 10.0
SECONDLY_WAIT: Final = 1.0
FIRST_BACKOFF: Final = 1.0


class Answer(msgspec.Struct):
    """A 2xx: `data` is the parsed JSON object ({} for 204), `server_time` HubSpot's clock as ISO 8601 UTC."""

    status: int
    data: dict[str, Any]
    headers: Mapping[str, str]
    server_time: str = ""


class Failure(msgspec.Struct):
    """`wait`: seconds before another try, None where that can't help; `grows`: double it each time.
    `surely_undone`: HubSpot certainly didn't carry the request out, so even a create may be sent again."""

    error: CrmSyncError
    wait: float | None = None
    grows: bool = False
    surely_undone: bool = False
    headers: Mapping[str, str] | None = None


def read_limited(response: Any) -> Answer | Failure:
    """The whole body of a response that was asked for without preloading, parsed; its connection goes back to the pool."""
    content = response.read(LARGEST_ANSWER + 1, decode_content=True)
    if len(content) > LARGEST_ANSWER:
        response.close()
        return Failure(errors.lost(f"An answer of more than {LARGEST_ANSWER} bytes."), headers=response.headers)
    response.release_conn()
    if response.status == 204:
        return Answer(204, {}, response.headers)
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        error = errors.lost(f"HTTP {response.status} with something other than a JSON object.")
        return Failure(error, FIRST_BACKOFF, grows=True, headers=response.headers)
    return Answer(response.status, data, response.headers)


def failure_of(error: BaseException, now: float) -> Failure:
    """`error`: what the client raised. `now`: HubSpot's clock."""
    for each in _chain(error):
        if isinstance(each, exceptions.SSLError):
            return Failure(errors.certificate(each), surely_undone=True)
        if isinstance(each, exceptions.ConnectTimeoutError | exceptions.LocationValueError):
            return Failure(errors.no_connection(each), FIRST_BACKOFF, grows=True, surely_undone=True)
        status = getattr(each, "status", None)
        if isinstance(status, int) and hasattr(each, "body"):
            if status == 0:  # the client's own word for a failed TLS handshake
                return Failure(errors.certificate(each), surely_undone=True)
            headers = getattr(each, "headers", None)
            headers = headers if isinstance(headers, Mapping) else {}
            return _answered(status, errors.parsed(each.body), headers, now)
    return Failure(errors.lost(type(error).__name__), FIRST_BACKOFF, grows=True)


def _answered(status: int, body: dict[str, Any], headers: Mapping[str, str], now: float) -> Failure:
    """Statuses other than 2xx. Waits: usage guidelines (429), error-handling page (423, 477, 5xx)."""
    if status == 429:
        return _too_many(body, headers, now)
    if status == 423:
        locked = Unreachable("HubSpot keeps the records locked.", "HTTP 423", "The next pass tries again by itself.")
        return Failure(locked, LOCKED_WAIT, surely_undone=True, headers=headers)
    if status == 477:
        return _migrating(headers, now)
    if 300 <= status < 400:
        return Failure(errors.elsewhere(status), surely_undone=True, headers=headers)
    if status >= 500:
        return Failure(errors.server_failed(status, body), FIRST_BACKOFF, grows=True, headers=headers)
    return Failure(errors.refusal(status, body), surely_undone=True, headers=headers)


def _too_many(body: dict[str, Any], headers: Mapping[str, str], now: float) -> Failure:
    """A search's answer has no policyName, only "You have reached your secondly limit." (real answers)."""
    policy, message = str(body.get("policyName", "")).upper(), str(body.get("message", "")).lower()
    if "DAILY" in policy or "daily" in message:
        return Failure(errors.daily_limit(body, None), surely_undone=True, headers=headers)
    secondly = policy == "SECONDLY" or "secondly limit" in message.replace("ten_secondly", "")
    wait = _retry_after(headers) or (SECONDLY_WAIT if secondly else ROLLING_WAIT)
    limit = LimitReached(
        "HubSpot asks for fewer calls.",
        str(body.get("message", "HTTP 429")),
        "Another program may be using the same key. The next pass goes on by itself.",
        _iso(now + wait),
    )
    return Failure(limit, min(wait, LONGEST_WAIT), surely_undone=True, headers=headers)


def _migrating(headers: Mapping[str, str], now: float) -> Failure:
    """477: HubSpot moves the account to another data centre; Retry-After may be up to a day."""
    wait = _retry_after(headers) or ROLLING_WAIT
    limit = LimitReached(
        "HubSpot is moving this account.", "HTTP 477", "It goes on by itself when HubSpot is done.", _iso(now + wait)
    )
    return Failure(limit, wait if wait <= LONGEST_WAIT else None, surely_undone=True, headers=headers)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from: the client stumbles over bodies that are absent or not UTF-8."""
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
