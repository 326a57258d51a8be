"""The jobs of Bulk API 2.0 in the org's database: what was asked, what was uploaded, and what came out.

A job outlives a restart of the org, and goes seven days after it was made together with its data.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from .ids import record_id
from .store import Store

KEEP_DAYS = 7
Kind = Literal["ingest", "query"]
Part = Literal["upload", "successful", "failed", "page"]
RUNNING = ("UploadComplete", "InProgress")
ENDED = ("JobComplete", "Failed", "Aborted")


@dataclass
class Job:
    """One job. `asked` is what the request that made it said; times are seconds since the epoch on the practice clock."""

    id: str
    kind: Kind
    operation: str
    sobject: str
    user_id: str
    version: float
    created: float
    asked: dict[str, Any]
    state: str = "Open"
    changed: float = 0.0
    closed: float = 0.0
    polls: int = 0
    total: int = 0
    processed: int = 0
    failed: int = 0
    error: str | None = None
    milliseconds: int = 0
    header: list[str] = field(default_factory=list)
    results_header: list[str] = field(default_factory=list)

    @property
    def delimiter(self) -> str:
        return str(self.asked["columnDelimiter"])

    @property
    def line_ending(self) -> str:
        return str(self.asked["lineEnding"])


class BulkStore:
    """Tables `_bulk_jobs` (one JSON a job) and `_bulk_parts` (compressed pieces of data, in order)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        db = store.db
        db.execute(
            "CREATE TABLE IF NOT EXISTS _bulk_jobs (n INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, body TEXT)"
        )
        db.execute(
            "CREATE TABLE IF NOT EXISTS _bulk_parts (job TEXT, part TEXT, n INTEGER, first INTEGER, content BLOB, "
            "PRIMARY KEY (job, part, n))"
        )

    @property
    def db(self) -> sqlite3.Connection:
        return self._store.db

    def new(self, kind: Kind, operation: str, sobject: str, user_id: str, version: float, asked: dict[str, Any]) -> Job:
        """A job with a new id, not yet saved; `created` is for the caller to set."""
        number = self._store.take_numbers("_bulk")
        return Job(record_id("750", number), kind, operation, sobject, user_id, version, 0.0, asked)

    def save(self, job: Job) -> None:
        body = orjson.dumps(job).decode()
        sql = "INSERT INTO _bulk_jobs (id, kind, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
        self.db.execute(sql, (job.id, job.kind, body))

    def get(self, kind: Kind, job_id: str) -> Job | None:
        sql = "SELECT body FROM _bulk_jobs WHERE id = ? AND kind = ?"
        found = self.db.execute(sql, (job_id, kind)).fetchone()
        return None if found is None else Job(**orjson.loads(found[0]))

    def page(self, kind: Kind, after: int, size: int) -> list[tuple[int, Job]]:
        """Jobs of a kind, the newest first, older than number `after` (0: from the newest)."""
        sql = "SELECT n, body FROM _bulk_jobs WHERE kind = ? AND (? = 0 OR n < ?) ORDER BY n DESC LIMIT ?"
        found = self.db.execute(sql, (kind, after, after, size)).fetchall()
        return [(number, Job(**orjson.loads(body))) for number, body in found]

    def running(self) -> list[Job]:
        sql = "SELECT body FROM _bulk_jobs WHERE json_extract(body, '$.state') IN (?, ?) ORDER BY n"
        return [Job(**orjson.loads(body)) for (body,) in self.db.execute(sql, RUNNING)]

    def delete(self, job_id: str) -> None:
        self.db.execute("DELETE FROM _bulk_parts WHERE job = ?", (job_id,))
        self.db.execute("DELETE FROM _bulk_jobs WHERE id = ?", (job_id,))

    def expire(self, now: float) -> None:
        """Remove the jobs made more than seven days before `now`."""
        horizon = now - KEEP_DAYS * 86_400
        sql = "SELECT id FROM _bulk_jobs WHERE json_extract(body, '$.created') < ?"
        for (job_id,) in self.db.execute(sql, (horizon,)).fetchall():
            self.delete(job_id)

    def count_since(self, kind: Kind, since: float) -> int:
        sql = "SELECT count(*) FROM _bulk_jobs WHERE kind = ? AND json_extract(body, '$.created') > ?"
        return int(self.db.execute(sql, (kind, since)).fetchone()[0])

    def put(self, job_id: str, part: Part, content: bytes, first: int = 0) -> None:
        """Add a piece; `first` is the number of its first row."""
        sql = "SELECT coalesce(max(n), 0) + 1 FROM _bulk_parts WHERE job = ? AND part = ?"
        (number,) = self.db.execute(sql, (job_id, part)).fetchone()
        packed = zlib.compress(content, 1)
        self.db.execute("INSERT INTO _bulk_parts VALUES (?, ?, ?, ?, ?)", (job_id, part, number, first, packed))

    def parts(self, job_id: str, part: Part, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """The pieces in order, with the number of their first row, from the one that holds row `first` on."""
        sql = (
            "SELECT first, content FROM _bulk_parts WHERE job = :job AND part = :part AND first >= "
            "(SELECT coalesce(max(first), 0) FROM _bulk_parts WHERE job = :job AND part = :part AND first <= :first) ORDER BY n"
        )
        for start, content in self.db.execute(sql, {"job": job_id, "part": part, "first": first}):
            yield start, zlib.decompress(content)

    def has(self, job_id: str, part: Part) -> bool:
        sql = "SELECT 1 FROM _bulk_parts WHERE job = ? AND part = ?"
        return self.db.execute(sql, (job_id, part)).fetchone() is not None
