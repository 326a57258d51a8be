"""The one door through which Salesforce's, simple-salesforce's and requests' errors come in: out comes a `CallFailed`,
whose `error` is one of the domain's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests
import simple_salesforce.exceptions as vendor
import urllib3.exceptions

from crmsync_desktop.adapters.salesforce.codes import category_of, hint_of
from crmsync_desktop.adapters.salesforce.transport import AnswerTooLarge
from crmsync_desktop.domain.errors import BugError, CrmSyncError, LimitReached, SetupError, SignInNeeded, Unreachable
from crmsync_desktop.domain.records import Category

Entry = Mapping[str, Any]

_DETAIL = 300
_TAG = re.compile(r"<[^>]*>")
_BAD_TOKEN = frozenset({"Bad_OAuth_Token", "Missing_OAuth_Token"})
_SIGN_IN = frozenset({"INVALID_SESSION_ID", "INVALID_AUTH_HEADER"})
_OUR_QUERY = frozenset({"MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR"})
_SIGN_IN_HINT = "Connect Salesforce again in the settings."


class CallFailed(Exception):
    """One request that brought no usable answer.

    `stored` says whether Salesforce may have acted on it: False = surely not, True = it may have. `temporary` says whether
    another try may help. `entries` are the body's error entries (`errorCode`, `message`, `fields`), where it had some.
    """

    def __init__(
        self, error: CrmSyncError, *, status: int = 0, entries: tuple[Entry, ...] = (), stored: bool, temporary: bool
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.status = status
        self.entries = entries
        self.stored = stored
        self.temporary = temporary

    @property
    def code(self) -> str:
        return str(self.entries[0].get("errorCode", "")) if self.entries else ""


class TooLarge(CallFailed):
    """The answer was larger than is taken in: less has to be asked for."""


def translate(error: Exception) -> CallFailed:
    """Any exception of `Transport.send`."""
    if isinstance(error, vendor.SalesforceError):
        return answered(int(error.status), error.content)
    if isinstance(error, requests.exceptions.RequestException):
        return _not_answered(error)
    if isinstance(error, ValueError):
        return _lost("The answer was no JSON.", stored=True)
    raise error


def answered(status: int, content: Any) -> CallFailed:
    """An answer that says no: its HTTP status and its body, decoded JSON or text (also of one part of a composite)."""
    entries = _entries(content)
    code = str(entries[0].get("errorCode", "")) if entries else ""
    message = str(entries[0].get("message", "")) if entries else _plain(content)
    detail = " ".join(part for part in (f"HTTP {status}", code, message) if part)
    if status == 401 or code in _SIGN_IN or message in _BAD_TOKEN:
        error: CrmSyncError = SignInNeeded("Salesforce no longer accepts the access token.", detail, _SIGN_IN_HINT)
        return CallFailed(error, status=status, entries=entries, stored=False, temporary=False)
    if code == "REQUEST_LIMIT_EXCEEDED" or status == 429:
        return _limit(status, entries, detail, message)
    category = category_of(code, message)
    if status >= 500 or category is Category.TEMPORARY:
        # A 4xx with a temporary code is Salesforce's own answer after it rolled back; a 5xx may come from in front of it.
        error = Unreachable("Salesforce is not available at the moment.", detail, "It is tried again by itself.")
        return CallFailed(error, status=status, entries=entries, stored=status >= 500, temporary=True)
    if 300 <= status < 400:
        error = SetupError("Salesforce answers from another address.", detail, "Enter the address of My Domain.")
    elif status in (414, 431):
        error = SetupError("A request to Salesforce was too long.", detail, "Map fewer fields of this object.")
    elif code == "INVALID_QUERY_LOCATOR":
        error = Unreachable("Salesforce lost its place in a long answer.", detail, "The next pass reads it again.")
    elif code in _OUR_QUERY:
        error = BugError("Salesforce can't read one of our queries.", detail)
    elif status == 404 and not entries:
        error = SetupError("That address doesn't answer as Salesforce does.", detail, "Check the address of the org.")
    else:
        error = SetupError("Salesforce refused a request.", detail, hint_of(category, code))
    return CallFailed(error, status=status, entries=entries, stored=False, temporary=False)


def nonsense(what: str) -> CallFailed:
    """An answer of the right status that doesn't have the shape it must have."""
    return _lost(what, stored=True)


def _limit(status: int, entries: tuple[Entry, ...], detail: str, message: str) -> CallFailed:
    concurrent = "concurrent" in message.lower()
    error = LimitReached(
        "Salesforce is busy with too many long requests." if concurrent else "Salesforce's daily API limit is reached.",
        detail,
        "It goes on by itself once there is room again." if concurrent else hint_of(Category.LIMITS),
    )
    return CallFailed(error, status=status, entries=entries, stored=False, temporary=concurrent)


def _not_answered(error: requests.exceptions.RequestException) -> CallFailed:
    if isinstance(error, requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL):
        # The session has no way to another origin than the org's own.
        setup = SetupError("A request to Salesforce was led to another address.", type(error).__name__)
        return CallFailed(setup, stored=False, temporary=False)
    if isinstance(error, AnswerTooLarge):
        large = Unreachable(
            "An answer of Salesforce's is too large.", str(error), "Read fewer fields, or fewer records."
        )
        return TooLarge(large, stored=True, temporary=False)
    if isinstance(error, requests.exceptions.SSLError):
        secure = SetupError(
            "The connection to Salesforce is not secure.",
            _plain(str(error)),
            "Check the address, this computer's clock, and whether a proxy needs its own certificate.",
        )
        return CallFailed(secure, stored=False, temporary=False)
    return _lost(_transport_detail(error), stored=not _never_left(error))


def _never_left(error: requests.exceptions.RequestException) -> bool:
    """Whether the connection itself failed, so that no request can have arrived."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _transport_detail(error: requests.exceptions.RequestException) -> str:
    """What went wrong, without the URL: a query's text can hold e-mail addresses."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", None) or inner
    named = type(reason if isinstance(reason, Exception) else error).__name__
    return f"{type(error).__name__}: {named}" if named != type(error).__name__ else named


def _lost(detail: str, *, stored: bool) -> CallFailed:
    error = Unreachable(
        "Salesforce could not be reached.", detail, "Check the network and the address; it is tried again by itself."
    )
    return CallFailed(error, stored=stored, temporary=True)


def _entries(content: Any) -> tuple[Entry, ...]:
    if isinstance(content, Mapping):
        if "error" in content and "errorCode" not in content:  # the OAuth resources' own form
            return ({"errorCode": content["error"], "message": content.get("error_description", "")},)
        content = [content]
    if isinstance(content, list):
        return tuple(entry for entry in content if isinstance(entry, Mapping) and "errorCode" in entry)
    return ()


def _plain(content: Any) -> str:
    """The words of an HTML or text body, shortened."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content or "")
    words = " ".join(_TAG.sub(" ", text).split())
    return words if len(words) <= _DETAIL else words[: _DETAIL - 1] + "…"
