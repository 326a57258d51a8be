"""`PracticeRecords` over the practice orgs' admin API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
import requests

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.practice import Place, PracticePage, PracticeRecord, PracticeType

T = TypeVar("T")
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
"""Long enough for a search through a million records."""


class _Refused(msgspec.Struct):
    error: str
    code: str = ""
    fields: list[str] = msgspec.field(default_factory=list)


class AdminRecords:
    """See ports/practice.py. `url` and `token`: the admin part of the announcement that the practice orgs give.

    Used by one thread at a time.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/practice"
        self._session = requests.Session()
        self._session.trust_env = False  # the practice orgs are on this machine, whatever proxy there is
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._session.close()

    def types(self) -> tuple[PracticeType, ...]:
        return self._get("types", {}, tuple[PracticeType, ...])

    def page(
        self, system: Place, type: str, *, search: str = "", deleted: bool = False, offset: int = 0, limit: int = 50
    ) -> PracticePage:
        query = {"search": search, "deleted": "true" if deleted else "false", "offset": offset, "limit": limit}
        return self._get("records", {"system": system, "type": type, **query}, PracticePage)

    def get(self, system: Place, type: str, id: str) -> PracticeRecord:
        return self._get("record", {"system": system, "type": type, "id": id}, PracticeRecord)

    def create(self, system: Place, type: str, values: dict[str, str]) -> PracticeRecord:
        return self._post("create", {"system": system, "type": type, "values": values}, PracticeRecord)

    def change(self, system: Place, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        return self._post("set", {"system": system, "type": type, "id": id, "values": values}, PracticeRecord)

    def delete(self, system: Place, type: str, ids: Sequence[str]) -> None:
        self._post("delete", {"system": system, "type": type, "ids": list(ids)}, dict[str, str])

    def undelete(self, system: Place, type: str, ids: Sequence[str]) -> None:
        self._post("undelete", {"system": system, "type": type, "ids": list(ids)}, dict[str, str])

    def merge(self, system: Place, type: str, master: str, losers: Sequence[str]) -> str:
        body = {"system": system, "type": type, "master": master, "losers": list(losers)}
        return self._post("merge", body, dict[str, str])["id"]

    def convert(self, lead: str, opportunity: str = "") -> dict[str, str]:
        return self._post("convert", {"lead": lead, "opportunity": opportunity}, dict[str, str])

    def _get(self, path: str, query: dict[str, Any], kind: type[T]) -> T:
        return self._ask("GET", path, kind, params=query)

    def _post(self, path: str, body: dict[str, Any], kind: type[T]) -> T:
        return self._ask("POST", path, kind, data=msgspec.json.encode(body))

    def _ask(self, verb: str, path: str, kind: type[T], **what: Any) -> T:
        try:
            answer = self._session.request(
                verb, f"{self._url}/{path}", timeout=(CONNECT_SECONDS, ANSWER_SECONDS), allow_redirects=False, **what
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
