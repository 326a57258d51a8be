"""Requests to the practice orgs' admin API, and what their refusals become."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import requests

from crmsync_desktop.domain.errors import SetupError

T = TypeVar("T")
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
"""Long enough for a search through a million records."""


class _Refused(msgspec.Struct):
    error: str
    code: str = ""
    fields: list[str] = msgspec.field(default_factory=list)


class AdminClient:
    """A client of the admin API. `url` and `token`: the admin part of the announcement that the practice orgs give.

    Used by one thread at a time.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False  # the practice orgs are on this machine, whatever proxy there is
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._session.close()

    def get_json(self, path: str, query: dict[str, Any], kind: type[T]) -> T:
        return self.ask("GET", path, kind, params=query)

    def post_json(self, path: str, body: dict[str, Any], kind: type[T]) -> T:
        return self.ask("POST", path, kind, data=msgspec.json.encode(body))

    def ask(self, verb: str, path: str, kind: type[T], **what: Any) -> T:
        try:
            answer = self._session.request(
                verb, f"{self._url}{path}", timeout=(CONNECT_SECONDS, ANSWER_SECONDS), allow_redirects=False, **what
            )
        except requests.RequestException as error:
            raise SetupError("The practice orgs don't answer.", "", "Is “practice serve” still running?") from error
        try:
            if answer.status_code == 200:
                return msgspec.json.decode(answer.content, type=kind)
            refused = msgspec.json.decode(answer.content, type=_Refused)
        except msgspec.MsgspecError as error:
            detail = f"{verb} {path} gave status {answer.status_code}."
            raise SetupError("The practice orgs gave an answer that makes no sense.", detail) from error
        raise SetupError(refused.error, _where(refused))


def _where(refused: _Refused) -> str:
    """The org's own code and the fields that it means, where it names any."""
    fields = ", ".join(refused.fields)
    if refused.code and fields:
        return f"({refused.code}: {fields})"
    return f"({refused.code})" if refused.code else ""
