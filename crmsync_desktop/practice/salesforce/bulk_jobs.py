"""Bulk API 2.0 jobs and how they move on: Open, UploadComplete, InProgress, JobComplete (or Failed, or Aborted).

A job's work is done a part at a time, when it is asked about or when its time has come on the practice clock.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import bulk_query
from .bulk_csv import CsvError, lines, parse
from .bulk_ingest import Ingest
from .bulk_store import ENDED, RUNNING, BulkStore, Job, Kind, Part
from .errors import ApiError, not_found
from .ids import normal
from .queries import Queries
from .records import Records
from .schema import SObject

_DAY = 86_400
_EXPIRE_EVERY = 3600


@dataclass
class BulkPace:
    """The dials. A closed ingest job and a new query job are done at the `polls`-th look at them or `seconds` later,
    whichever comes first (`polls` 0: looking doesn't help); in between they are done in part, whole batches of
    `batch_rows`. Limits are per rolling 24 hours. `hard_delete`: whether the user has the permission "Bulk API Hard
    Delete", which nobody has by default. `page_rows`: rows of a page of query results when nobody says."""

    polls: int = 2
    seconds: float = 5.0
    batch_rows: int = 10_000
    page_rows: int = 50_000
    daily_batches: int = 15_000
    daily_query_jobs: int = 10_000
    hard_delete: bool = False


class BulkJobs:
    """Every job of the org. Methods raise ApiError."""

    def __init__(
        self, records: Records, queries: Queries, schema: dict[str, SObject], now: Callable[[], float]
    ) -> None:
        """`queries` are the jobs' own, so that their locators close nobody else's; `schema` is what API users see."""
        self.pace = BulkPace()
        self.store = BulkStore(records.store)
        self._records = records
        self._now = now
        self._queries = queries
        self._schema = schema
        self._ingest = Ingest(records, schema)
        self._due: dict[str, tuple[Kind, float]] = {job.id: (job.kind, job.closed) for job in self.store.running()}
        self._expired_at = 0.0

    def tick(self) -> None:
        """Do what is due. Costs nothing while no job is waiting."""
        now = self._now()
        if self._due:
            for job_id, (kind, closed) in list(self._due.items()):
                if now - closed >= self.pace.seconds:
                    job = self.store.get(kind, job_id)
                    if job is not None:
                        self._advance(job, 1.0)
        if now - self._expired_at >= _EXPIRE_EVERY:
            self._expired_at = now
            self.store.expire(now)

    def find(self, kind: Kind, job_id: str) -> Job:
        """Raises ApiError 404 for none of that kind."""
        job = self.store.get(kind, normal(job_id) or job_id)
        if job is None:
            raise not_found()
        return job

    def look(self, kind: Kind, job_id: str) -> Job:
        """A job as it is for somebody who asks about it, which moves a running one on."""
        job = self.find(kind, job_id)
        if job.state in RUNNING:
            job.polls += 1
            by_polls = job.polls / self.pace.polls if self.pace.polls else 0.0
            by_clock = (self._now() - job.closed) / self.pace.seconds if self.pace.seconds else 1.0
            self._advance(job, min(1.0, max(by_polls, by_clock)))
        return job

    def create(
        self, kind: Kind, operation: str, sobject: str, user_id: str, version: float, asked: dict[str, Any]
    ) -> Job:
        if kind == "query":
            used = self.store.count_since("query", self._now() - _DAY)
            if used >= self.pace.daily_query_jobs:
                raise _quota("The maximum number of query jobs in 24 hours is reached.")
        if operation == "hardDelete" and not self.pace.hard_delete:
            message = "hardDelete operation requires special user profile permission, please contact your system administrator"
            raise ApiError(400, "FEATURENOTENABLED", message)
        job = self.store.new(kind, operation, sobject, user_id, version, asked)
        job.created = job.changed = self._now()
        self.store.save(job)
        return job

    def upload(self, job: Job, content: bytes) -> None:
        """Unverified: data for a job that is not open is refused with INVALIDJOBSTATE, a second upload with
        CLIENTINPUTERROR, both with status 400."""
        if job.state != "Open":
            raise ApiError(400, "INVALIDJOBSTATE", f"Data can not be uploaded to a job in the state {job.state}")
        if self.store.has(job.id, "upload"):
            message = (
                f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job "
                "then create a new Job and make sure you only do 'PUT' once on a given Job."
            )
            raise ApiError(400, "CLIENTINPUTERROR", message)
        self.store.put(job.id, "upload", content)

    def close(self, job: Job) -> None:
        """The upload is complete: the job waits to be worked on."""
        if job.state != "Open":
            state = "Completed" if job.state == "JobComplete" else job.state
            raise ApiError(400, "INVALIDJOBSTATE", f"Closing already {state} Job not allowed")
        if self._batches_used() >= self.pace.daily_batches:
            raise _quota("ApiBatchItems Limit exceeded.")
        self.start(job)

    def start(self, job: Job) -> None:
        job.state = "UploadComplete"
        job.closed = job.changed = self._now()
        self.store.save(job)
        self._due[job.id] = (job.kind, job.closed)

    def abort(self, job: Job) -> None:
        """What was done stays; the rest is unprocessed."""
        if job.state in ENDED:
            state = "Completed" if job.state == "JobComplete" else job.state
            raise ApiError(400, "INVALIDJOBSTATE", f"Aborting already {state} Job not allowed")
        self._end(job, "Aborted")

    def delete(self, job: Job) -> None:
        """A job that is open or runs can't be deleted.

        Unverified: deleting a job in a state that doesn't allow it is refused with 400 INVALIDJOBSTATE.
        """
        allowed = ENDED if job.kind == "query" else ("UploadComplete", *ENDED)
        if job.state not in allowed:
            raise ApiError(400, "INVALIDJOBSTATE", f"Deleting a Job in the state {job.state} is not allowed")
        self._due.pop(job.id, None)
        self.store.delete(job.id)

    def results(self, job: Job, part: Part) -> str:
        """The CSV of successfulResults or failedResults.

        Unverified: results asked for before the job has ended are refused with INVALIDJOBSTATE.
        """
        self._ended(job)
        own = ["sf__Id", "sf__Created" if part == "successful" else "sf__Error"]
        head = lines([[*own, *job.header]], job.delimiter, job.line_ending)
        return head + "".join(content.decode() for _, content in self.store.parts(job.id, part))

    def unprocessed(self, job: Job) -> str:
        """The CSV of the rows that were never looked at: all of a failed job, the rest of an aborted one."""
        self._ended(job)
        for _, content in self.store.parts(job.id, "upload"):
            try:
                header, rows = parse(content, job.delimiter, job.line_ending)
            except CsvError:
                return content.decode("utf-8", "replace")
            return lines([header, *rows[job.processed :]], job.delimiter, job.line_ending)
        return ""

    def page(self, job: Job, first: int, most: int) -> tuple[str, int, int | None]:
        """Rows of a query job's result as CSV, how many, and where the next page begins (None at the end)."""
        self._ended(job)
        if first and first >= job.processed:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        text, count = bulk_query.page(self.store, job, first, most)
        return text, count, first + count if first + count < job.processed else None

    def usage(self) -> dict[str, tuple[int, int]]:
        """What is used of each limit, and the limit."""
        queries = self.store.count_since("query", self._now() - _DAY)
        return {
            "DailyBulkApiBatches": (self._batches_used(), self.pace.daily_batches),
            "DailyBulkV2QueryJobs": (queries, self.pace.daily_query_jobs),
        }

    def _ended(self, job: Job) -> None:
        if job.state not in ENDED or (job.kind == "query" and job.state != "JobComplete"):
            raise ApiError(400, "INVALIDJOBSTATE", f"The results of a Job in the state {job.state} are not available")

    def _batches_used(self) -> int:
        sql = (
            "SELECT coalesce(sum((json_extract(body, '$.total') + :rows - 1) / :rows), 0) FROM _bulk_jobs "
            "WHERE kind = 'ingest' AND json_extract(body, '$.closed') > :since"
        )
        given = {"rows": self.pace.batch_rows, "since": self._now() - _DAY}
        return int(self.store.db.execute(sql, given).fetchone()[0])

    def _advance(self, job: Job, part: float) -> None:
        """Bring a running job to `part` (0 to 1) of its work."""
        if job.kind == "query":
            self._run_query(job, part)
        else:
            self._run_ingest(job, part)
        job.changed = self._now()
        if job.state in RUNNING:
            self.store.save(job)

    def _run_query(self, job: Job, part: float) -> None:
        if part < 1.0:
            job.state = "InProgress"
            return
        try:
            with self._records.store.atomic():
                bulk_query.fill(self._queries, self._schema, self.store, job)
                self._end(job, "JobComplete")
        except ApiError as error:
            job.error = f"{error.code} : {error.message}"
            self._end(job, "Failed")

    def _run_ingest(self, job: Job, part: float) -> None:
        content = b"".join(content for _, content in self.store.parts(job.id, "upload"))
        try:
            header, rows = parse(content, job.delimiter, job.line_ending)
            job.header, job.total = header, len(rows)
            plan = self._ingest.plan(job, header)
        except CsvError as error:
            job.error = str(error)
            self._end(job, "Failed")
            return
        size = self.pace.batch_rows
        batches = -(-len(rows) // size)
        job.state = "InProgress"
        while job.processed < min(int(part * batches + 1e-9) * size, len(rows)):
            with self._records.store.atomic():
                good, bad = self._ingest.write(job, plan, rows[job.processed : job.processed + size])
                self._keep(job, "successful", good)
                self._keep(job, "failed", bad)
                job.processed += len(good) + len(bad)
                job.failed += len(bad)
                self.store.save(job)
        if part >= 1.0:
            self._end(job, "JobComplete")

    def _keep(self, job: Job, part: Part, outcomes: list[list[str | None]]) -> None:
        if outcomes:
            self.store.put(job.id, part, lines(outcomes, job.delimiter, job.line_ending).encode())

    def _end(self, job: Job, state: str) -> None:
        job.state, job.changed = state, self._now()
        job.milliseconds = int((job.changed - (job.closed or job.created)) * 1000)
        self._due.pop(job.id, None)
        self.store.save(job)


def _quota(message: str) -> ApiError:
    """Unverified: a job above a daily Bulk limit is refused with status 400 and errorCode EXCEEDEDQUOTA."""
    return ApiError(400, "EXCEEDEDQUOTA", message)


def shown_locator(first: int) -> str:
    """A page's place as the API shows it: the row number in base 64 (as documented: MTAwMDA)."""
    return base64.urlsafe_b64encode(str(first).encode()).decode().rstrip("=")


def read_locator(text: str) -> int:
    """Raises ApiError 400 for what `shown_locator` never gave."""
    try:
        return int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from error
