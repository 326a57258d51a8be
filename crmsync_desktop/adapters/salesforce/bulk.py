"""Query jobs of Bulk API 2.0: made, asked about, read page by page, ended. A call each.

Facts: "Bulk API 2.0 and Bulk API Developer Guide", Query: a job is UploadComplete, InProgress, then JobComplete, Failed or
Aborted; its results stay for seven days, and as long as they do, a locator brings the same page; the last page's
Sforce-Locator is the text "null".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import msgspec

from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.errors import CallFailed, nonsense
from crmsync_desktop.adapters.salesforce.query import Row
from crmsync_desktop.domain.schema import Kind, Schema

RUNNING: Final = frozenset({"Open", "UploadComplete", "InProgress"})
COMPLETE: Final = "JobComplete"
REFUSED: Final = frozenset({"API_ERROR", "INVALIDENTITY", "FEATURENOTENABLED", "EXCEEDEDQUOTA", "EXCEEDED_QUOTA"})
"""Error codes of a job that can't be had: the object or the query isn't for jobs, or the day's jobs are used up."""
_ID: Final = re.compile(r"[A-Za-z0-9]{15,18}")
_PURPOSE: Final = "import"


class State(msgspec.Struct, frozen=True):
    """What a job says of itself. `rows`: how many its results have, once it is complete; `message`: why it failed."""

    name: str
    rows: int = 0
    message: str = ""


class Results(msgspec.Struct, frozen=True):
    """One page: its CSV, how many rows it has (None where the answer doesn't tell), where the next begins ("" after the
    last)."""

    content: bytes
    rows: int | None
    following: str


class Jobs:
    """Raises CallFailed."""

    def __init__(self, calls: Calls, pair: str) -> None:
        self._calls = calls
        self._pair = pair
        self._path = f"{calls.transport.data}/jobs/query"

    async def make(self, query: str) -> str:
        """The id of a new job. One whose answer was lost is made again: the other ends by itself and changes nothing."""
        answer = await self._send("POST", "", {"operation": "query", "query": query})
        return _told(answer.body, "id", _ID)

    async def state(self, job: str) -> State:
        answer = await self._send("GET", f"/{job}")
        name = _told(answer.body, "state", re.compile("[A-Za-z]+"))
        rows, message = answer.body.get("numberRecordsProcessed"), answer.body.get("errorMessage")
        return State(name, rows if isinstance(rows, int) else 0, str(message or ""))

    async def results(self, job: str, locator: str, rows: int) -> Results:
        """At most `rows` rows from `locator` on ("" for the first)."""
        at = f"&locator={quote(locator, safe='')}" if locator else ""
        answer = await self._send("GET", f"/{job}/results?maxRecords={rows}{at}", headers={"Accept": "text/csv"})
        if not isinstance(answer.body, bytes):
            raise nonsense("The result of a job isn't CSV.")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        count, following = headers.get("sforce-numberofrecords", ""), headers.get("sforce-locator", "null")
        return Results(answer.body, int(count) if count.isdecimal() else None, "" if following == "null" else following)

    async def abort(self, job: str) -> None:
        await self._send("PATCH", f"/{job}", {"state": "Aborted"})

    async def _send(self, method: str, tail: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        path = self._path + tail
        return await self._calls.send(method, path, body, purpose=_PURPOSE, pair=self._pair, headers=headers)


def rows_of(results: Results, schema: Schema, names: Sequence[str]) -> Iterator[Row]:
    """The rows as a query's JSON has them, so that one decoder reads both. Raises CallFailed for a page that isn't whole."""
    text = io.TextIOWrapper(io.BytesIO(results.content), encoding="utf-8", newline="")
    table = csv.reader(text, strict=True)
    seen = 0
    try:
        header = [name.lower() for name in next(table, [])]
        columns = [(name, header.index(name.lower()), schema.fields[name].kind) for name in names]
        for line in table:
            seen += 1
            yield {name: _value(kind, line[place]) for name, place, kind in columns}
    except (csv.Error, ValueError, IndexError):
        raise nonsense(f"A page of a job's result can't be read after {seen} rows.") from None
    if results.rows is not None and seen != results.rows:
        raise nonsense(f"A page of a job's result has {seen} rows instead of {results.rows}.")


def _value(kind: Kind, text: str) -> Any:
    """CSV has no null: what is empty is blank. Times end in Z, or as in JSON."""
    if not text:
        return None
    if kind is Kind.BOOL:
        return text.lower() == "true"
    if kind is Kind.DATETIME and text.endswith(".000Z"):
        return text[:-1] + "+0000"
    return text


def _told(body: Any, name: str, form: re.Pattern[str]) -> str:
    value = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(value, str) or not form.fullmatch(value):
        raise nonsense(f"What Salesforce says of a job doesn't have its {name}.")
    return value


def gone(failed: CallFailed) -> bool:
    """Whether a refusal says that the job, or its results, are no longer there: not a broken connection, a limit or a
    token that isn't accepted any more."""
    return failed.status in (400, 404, 409, 410, 412) and not failed.temporary
