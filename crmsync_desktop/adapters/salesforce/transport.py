"""simple-salesforce on a session of our own: time-outs, one host, no redirects, every answer's headers seen.

The library sets no time-out, rebuilds every URL with https://, pretty-prints JSON (+22 % bytes) and recurses without
bound on a 401 inside SFType; so only its `_call_salesforce` is used, on URLs made here.
"""

from __future__ import annotations

import ipaddress
import re
import threading
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from simple_salesforce.api import Salesforce

from crmsync_desktop.domain.errors import SetupError

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 60.0
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes after decompression; a page of 2,000 records with 100 fields has about six million."""
_PIECE = 65_536
_LOOPBACK_NAMES = frozenset({"localhost"})
_NEXT_PAGE = re.compile(r"/services/data/v\d+\.\d/query(?:All)?/[A-Za-z0-9-]+")


class AnswerTooLarge(requests.exceptions.ContentDecodingError):
    """An answer that unpacks to more than LARGEST_ANSWER."""


class Answer:
    """A whole answer: `status`, `headers`, and `body` as decoded JSON (None where there is none), or the bytes of CSV."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        self.status = status
        self.headers = headers
        self.body = body


def origin_of(url: str) -> str:
    """`https://host[:port]` of an instance address as a person may type it. Raises SetupError for anything that a token
    must not be sent to: plain http is for this machine only."""
    text = url.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        raise SetupError(
            "That is not the address of a Salesforce org.",
            text,
            "Use the address of My Domain, https://….my.salesforce.com.",
        )
    if parts.scheme == "http" and not _loopback(host):
        raise SetupError("Salesforce is only reached over https.", text, "Use https:// in the address.")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def _loopback(host: str) -> bool:
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _LeaveAuthorization(AuthBase):
    """An entry for the host in ~/.netrc would replace the bearer token; any `auth` keeps requests from looking there."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _WatchedAdapter(HTTPAdapter):
    """Adds time-outs and leaves each answer's headers, of whatever status, where the calling thread finds them."""

    def __init__(self, seen: threading.local, connections: int) -> None:
        self._seen = seen
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=0, pool_block=True)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = kwargs.get("timeout") or (CONNECT_TIMEOUT, READ_TIMEOUT)
        response = super().send(request, *args, **kwargs)
        self._seen.headers = response.headers
        response._content = _limited(response)
        return response


def _limited(response: requests.Response) -> bytes:
    """The whole body. Raises AnswerTooLarge for one that unpacks to more than a query's answer has."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(_PIECE):
        size += len(part)
        if size > LARGEST_ANSWER:
            response.close()
            raise AnswerTooLarge(f"an answer of more than {LARGEST_ANSWER} bytes")
        parts.append(part)
    return b"".join(parts)


class _OneHostSession(requests.Session):
    """Speaks to one origin. A redirect is never followed: it would be a call nobody counted, and the token would go along."""

    def __init__(self, origin: str, seen: threading.local, connections: int) -> None:
        super().__init__()
        self.adapters.clear()
        self.mount(f"{origin}/", _WatchedAdapter(seen, connections))
        self.auth = _LeaveAuthorization()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # nothing shared between threads
        # A proxy of the environment is right for the internet and wrong for this machine.
        self.trust_env = origin.startswith("https://")

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _Client(Salesforce):
    """simple-salesforce with our session, the true scheme of a loopback address, and orjson."""

    def __init__(self, origin: str, access_token: str, version: str, session: requests.Session) -> None:
        super().__init__(session_id=access_token, instance_url=origin, version=version, session=session)
        self.headers.pop("X-PrettyPrint", None)

    def parse_result_to_json(self, result: requests.Response) -> Any:
        return orjson.loads(result.content)


class Transport:
    """One org's HTTP connections. `send` blocks and may be called from several threads."""

    def __init__(self, instance_url: str, access_token: str, version: str, connections: int) -> None:
        self.origin = origin_of(instance_url)
        self.data = f"/services/data/v{version}"
        self._seen = threading.local()
        self._session = _OneHostSession(self.origin, self._seen, connections)
        self._client = _Client(self.origin, access_token, version, self._session)

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request. `path` starts with / and belongs to this org. Raises requests' and simple-salesforce's errors and
        ValueError for an answer that is neither JSON nor CSV (see errors.py)."""
        self._seen.headers = {}
        arguments: dict[str, Any] = {"headers": dict(headers or {})}
        if body is not None:
            arguments["data"] = orjson.dumps(body)
        response = self._client._call_salesforce(method, self.origin + path, name=path.partition("?")[0], **arguments)
        if response.headers.get("content-type", "").startswith("text/csv"):
            return Answer(response.status_code, response.headers, response.content)
        decoded = self._client.parse_result_to_json(response) if response.content else None
        return Answer(response.status_code, response.headers, decoded)

    def seen_headers(self) -> Mapping[str, str]:
        """The headers of the calling thread's last answer, also where `send` raised; empty where none came."""
        headers: Mapping[str, str] = self._seen.headers
        return headers

    def next_page(self, url: object) -> str:
        """The path of a nextRecordsUrl. Raises ValueError for one that leads anywhere else."""
        if not isinstance(url, str) or not _NEXT_PAGE.fullmatch(url):
            raise ValueError("Salesforce named a next page outside its own query resource")
        return url

    def close(self) -> None:
        self._session.close()
