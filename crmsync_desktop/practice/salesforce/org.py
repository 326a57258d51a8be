"""The practice org itself, without HTTP: its records, rules, users and daily limit. State is one SQLite file."""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from crmsync_desktop.practice.clock import PracticeClock

from . import currencies, deletion, record_types, status_tables
from .access import Access
from .address_rules import convert
from .archiving import archive
from .bulk_jobs import BulkJobs
from .commits import Commits
from .conversion import Conversion, convert_lead
from .derived_fields import with_derived_fields
from .errors import RowError
from .ids import record_id
from .loading import founders, load
from .long_running import LongRunning
from .org_schema import build_schema, with_prefixes
from .queries import Queries
from .records import Records, row_id
from .schema import SObject, load_schema
from .setup import OrgSetup
from .stamps import stamp
from .store import Actor, Row, Store, quoted
from .tokens import Tokens
from .usage import Usage
from .values import decode_record

_BIN_DAYS = 15
_MUCH = 10_000
_PURGE_EVERY = 3600


class SalesforceOrg:
    """`daily_limit` is the org's API calls per rolling 24 hours. One lock makes it safe to use from several threads."""

    def __init__(
        self,
        database: Path,
        clock: PracticeClock,
        *,
        daily_limit: int = 100_000,
        external_id_field: bool = True,
        setup: OrgSetup | None = None,
    ) -> None:
        """`setup` replaces the one that the database keeps; without it an org stays as it was set up.
        Raises ValueError for a setup that names what the org doesn't have."""
        self.clock = clock
        self.lock = threading.RLock()
        self.schema = load_schema(external_id_field=external_id_field)
        """The objects that the API's users see; `store.schema` has those that are hidden from them too."""
        with_derived_fields(self.schema)
        self._plain = dict(self.schema)
        self.store = Store(database, dict(self.schema))
        self.store.db.create_function("practice_today", 0, lambda: stamp(int(clock.now()))[:10])
        self.setup = OrgSetup()
        self.records = Records(self.store, clock.now)
        self.commits = Commits(self.store, clock.now, self.lock)
        """The dials of late commits: `lag_seconds`, `hold`, `release`."""
        self.queries, of_jobs = (Queries(self.store, clock.now, self.schema, self.commits) for _ in range(2))
        self.bulk = BulkJobs(self.records, of_jobs, self.schema, clock.now)
        self.long_running = LongRunning(clock.now)
        self.access = Access()
        self.most_replicated = 600_000
        """A dial: how many ids `updated` and `deleted` give at most."""
        self.usage = Usage(self.store, clock.now, daily_limit)
        self.tokens = Tokens(self.store, clock.now)
        self._purged_at = clock.now()
        if self.store.meta("organization") is None:
            self._found()
        if not self.store.count(self.store.schema["OpportunityStage"]):
            self.load(status_tables.rows(self.schema))
        self.organization_id = self.store.meta("organization") or ""
        self.admin_id = self.store.meta("admin") or ""
        self.created_at = float(self.store.meta("created") or 0)
        self.described_at = float(self.store.meta("described") or self.created_at)
        """When the schema changed last: an older describe is out of date."""
        kept = self.store.meta("setup")
        try:
            if setup is not None:
                setup = self._with_prefixes(setup)
                self._take_setup(setup, changed=setup.to_json() != orjson.loads(kept or "{}"))
            elif kept is not None:
                self._take_setup(OrgSetup.from_json(orjson.loads(kept)), changed=False)
        except BaseException:
            self.store.close()
            raise

    def change_setup(self, **changes: Any) -> OrgSetup:
        """Set the org up differently from now on; what isn't named stays (names and values: OrgSetup, or its JSON).

        Records keep their values, also those of a field that goes away and comes back. Kept in the database. Raises
        ValueError, and nothing changes, for what OrgSetup or the org's schema doesn't know.
        """
        with self.lock:
            self._take_setup(self._with_prefixes(self.setup.changed(changes)), changed=True)
        return self.setup

    def _with_prefixes(self, setup: OrgSetup) -> OrgSetup:
        return with_prefixes(setup, self._plain, orjson.loads(self.store.meta("prefixes") or "{}"))

    def _take_setup(self, setup: OrgSetup, *, changed: bool) -> None:
        everything, visible = build_schema(self._plain, setup)
        with self.store.atomic():
            self.store.adopt(everything)
            self._fill_in(setup, everything)
            if changed:
                # A second later than the last change at least, since that is as fine as HTTP dates are.
                self.described_at = max(float(int(self.clock.now())), self.described_at + 1)
                self.store.set_meta("described", str(int(self.described_at)))
                self.store.set_meta("setup", orjson.dumps(setup.to_json()).decode())
                known = orjson.loads(self.store.meta("prefixes") or "{}")
                known |= {definition.name: definition.prefix for definition in setup.custom_objects}
                self.store.set_meta("prefixes", orjson.dumps(known).decode())
        self.schema.clear()
        self.schema.update(visible)
        self.records.schema_changed()
        self.commits.schema_changed()
        self.records.automation.take(setup)
        self.records.history.take(setup.tracked_fields)
        self.records.kept_from = frozenset((*setup.hidden_objects, *setup.read_only_objects))
        self.setup = setup

    def _fill_in(self, setup: OrgSetup, schema: dict[str, SObject]) -> None:
        """What the org's own tables and older records need under this setup."""
        for sobject in schema.values():
            convert(self.store, sobject)
        self.load(status_tables.new_task_statuses(self.store, schema))
        if setup.record_types and not self.store.count(schema["RecordType"]):
            self.load(record_types.rows())
        if setup.multi_currency:
            currencies.convert(self.store)
            if not self.store.count(schema["CurrencyType"]):
                self.load(currencies.rows())

    def close(self) -> None:
        with self.lock:
            self.store.close()

    def count(self, sobject: str) -> int:
        """Live records of an object. Raises KeyError for an object that the org doesn't have."""
        with self.lock:
            return self.store.count(self.store.schema[sobject])

    def users(self) -> list[Row]:
        """The org's users, the admin (whom the token belongs to) first; IsActive tells who may own records."""
        with self.lock:
            sql = f"SELECT Id FROM {quoted('User')} ORDER BY _n"
            ids = [found for (found,) in self.store.db.execute(sql)]
            return [row for row in (self.get(found) for found in ids) if row]

    def load(self, rows: Iterable[tuple[str, dict[str, Any]]]) -> int:
        """Seed the org: (object, fields by API name) pairs, values as in the API (booleans real), without field rules.

        Ids are given by the org; CreatedDate, LastModifiedDate and SystemModstamp may be seconds since the epoch.
        Returns how many were loaded. Raises KeyError for an unknown object or field; nothing is loaded then.
        """
        with self.lock:
            with self.store.atomic(), self.commits.unnoticed():
                total = load(self.records, rows, self.clock.now())
            if total > _MUCH:
                self.store.shorten_log()
        return total

    def insert(self, sobject: str, fields: dict[str, Any], user_id: str | None = None) -> str:
        """Create one record under all rules, as a person in the org would. Raises RowError or ApiError."""
        with self.lock, self.store.atomic(), self.records.acting("person"):
            decoded = decode_record(self.store.schema[sobject], fields)
            if isinstance(decoded, RowError):
                raise decoded
            return self.records.create(self.store.schema[sobject], decoded, user_id or self.admin_id)

    def update(self, record: str, fields: dict[str, Any], user_id: str | None = None) -> None:
        """Change one record under all rules. Raises RowError or ApiError."""
        sobject, id18 = self._locate(record)
        with self.lock, self.store.atomic(), self.records.acting("person"):
            decoded = decode_record(sobject, fields)
            if isinstance(decoded, RowError):
                raise decoded
            self.records.update(sobject, id18, decoded, user_id or self.admin_id)

    def get(self, record: str) -> Row | None:
        """All stored fields of a record, also of a deleted one (IsDeleted tells); booleans are real."""
        sobject, id18 = self._locate(record)
        with self.lock:
            row = self.store.get(sobject, id18)
        if row is None:
            return None
        booleans = {item.name for item in sobject.stored if item.type == "boolean"}
        return {name: bool(value) if name in booleans else value for name, value in row.items()}

    def delete(self, ids: Iterable[str], user_id: str | None = None) -> None:
        """Into the recycle bin for 15 days; all or none. Raises RowError."""
        with self.lock, self.store.atomic(), self.records.acting("person"):
            for record in ids:
                self.records.delete(*self._locate(record), user_id or self.admin_id)

    def undelete(self, ids: Iterable[str], user_id: str | None = None) -> None:
        """Out of the recycle bin; all or none. Raises RowError."""
        with self.lock, self.store.atomic(), self.records.acting("person"):
            for record in ids:
                self.records.undelete(*self._locate(record), user_id or self.admin_id)

    def empty_bin(self, ids: Iterable[str]) -> None:
        """Out of the recycle bin for good, with what went along; only getDeleted still knows of them. Raises RowError."""
        with self.lock, self.store.atomic():
            for record in ids:
                sobject, id18 = self._locate(record)
                deletion.empty_bin(self.records, sobject, [id18])

    def merge(
        self,
        master: str,
        losers: Iterable[str],
        user_id: str | None = None,
        fields: dict[str, Any] | None = None,
    ) -> None:
        """Fold one or two records into `master`; they get MasterRecordId and IsDeleted. `fields` are values chosen for
        the master, under all rules. Raises RowError."""
        sobject, master_id = self._locate(master)
        with self.lock, self.store.atomic(), self.records.acting("person"):
            others = [row_id(sobject, loser) for loser in losers]
            decoded = decode_record(sobject, fields or {})
            if isinstance(decoded, RowError):
                raise decoded
            self.records.merge(sobject, master_id, others, user_id or self.admin_id, decoded)

    def convert_lead(
        self,
        lead: str,
        *,
        opportunity: str | None = None,
        account: str | None = None,
        contact: str | None = None,
        owner: str | None = None,
        status: str | None = None,
        user_id: str | None = None,
    ) -> dict[str, str]:
        """Turn a lead into an account, a contact and, if named, an opportunity; returns their ids by kind.

        `account` and `contact`: existing records to convert into; `owner`: whose the new records are, if not the
        lead's owner's; `status`: one of the lead statuses that count as converted. Raises RowError."""
        with self.lock, self.store.atomic(), self.records.acting("person"):
            how = Conversion(
                opportunity=opportunity,
                account=row_id(self.store.schema["Account"], account) if account else None,
                contact=row_id(self.store.schema["Contact"], contact) if contact else None,
                owner=owner,
                status=status,
            )
            lead_id = row_id(self.store.schema["Lead"], lead)
            return convert_lead(self.records, lead_id, how, user_id or self.admin_id)

    def lock_rows(self, ids: Iterable[str], seconds: float, *, trigger: str = "") -> None:
        """Hold records for so long on the practice clock: until then writes to them and to what refers to them are
        refused with UNABLE_TO_LOCK_ROW, or with the name of a `trigger` as a failure inside it. Raises RowError for
        what is no id of the org's."""
        held = [self._locate(record)[1] for record in ids]
        with self.lock:
            self.records.locks.hold(held, seconds, trigger)

    def release_rows(self) -> None:
        """End every lock."""
        with self.lock:
            self.records.locks.release()

    def set_storage_full(self, full: bool) -> None:
        """While it is, creates are refused with STORAGE_LIMIT_EXCEEDED."""
        with self.lock:
            self.records.storage_full = full

    def run_due(self) -> None:
        """Run the delayed triggers whose time has come; called before every request."""
        if self.records.automation.waiting:
            with self.lock, self.store.atomic():
                self.records.automation.run_due(self.admin_id)

    def changed_by(self, sobject: str, ids: Iterable[str]) -> dict[str, Actor]:
        """Who changed each record last: a person (the methods above, and loading), the sync (anything that came over
        the API) or automation (the org's own triggers). Ids of 18 characters; unknown ones are left out. Raises
        KeyError for an object that the org doesn't have."""
        with self.lock:
            return self.store.changed_by(self.store.schema[sobject], list(ids))

    def latest_covered(self) -> str:
        """Up to when every write shows, in the API's form: now, or when the oldest one that isn't seen yet began."""
        oldest = self.commits.oldest_open()
        return stamp(int(self.clock.now() if oldest is None else oldest))

    def add_foreign_usage(self, calls: int) -> None:
        """Calls that other integrations made: they count against the same daily limit."""
        with self.lock:
            self.usage.add(calls)

    def purge(self) -> None:
        """Empty what has been in the recycle bin for 15 days, and archive old activities; looks once an hour of the
        practice clock. Runs what the org does by itself by then (`run_due`), too."""
        self.run_due()
        now = self.clock.now()
        if now - self._purged_at < _PURGE_EVERY:
            return
        self._purged_at = now
        horizon = stamp(int(now) - _BIN_DAYS * 86_400)
        with self.lock, self.store.atomic():
            deletion.purge(self.store, horizon)
            archive(self.store, now)

    def _locate(self, record: str) -> tuple[SObject, str]:
        sobject = self.records.sobject_of(record)
        if sobject is None:
            raise RowError("MALFORMED_ID", f"id value of incorrect type: {record}", ["Id"])
        return sobject, row_id(sobject, record)

    def _found(self) -> None:
        now = self.clock.now()
        with self.store.atomic():
            self.store.set_meta("created", str(int(now)))
            self.store.set_meta("organization", record_id("00D", 1))
            self.store.set_meta("admin", record_id("005", 1))
            self.load(founders())
