"""A HubSpot portal: its records, and the rules by which they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import orjson

from crmsync_desktop.practice.hubspot import automations, counts, records, rules
from crmsync_desktop.practice.hubspot.association_types import AssociationTypes
from crmsync_desktop.practice.hubspot.associations import COMPANY, link_company, linked
from crmsync_desktop.practice.hubspot.catalog import Catalog, ObjectType
from crmsync_desktop.practice.hubspot.changes import Changes
from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.derived import DEFAULTS, Derivation
from crmsync_desktop.practice.hubspot.directory import Directory
from crmsync_desktop.practice.hubspot.filters import install_functions
from crmsync_desktop.practice.hubspot.index import SearchIndex
from crmsync_desktop.practice.hubspot.limits import Meter, limits_of
from crmsync_desktop.practice.hubspot.list_refresh import Refreshed
from crmsync_desktop.practice.hubspot.loading import load_records
from crmsync_desktop.practice.hubspot.pipelines import Pipelines
from crmsync_desktop.practice.hubspot.records import COLUMNS, Record, set_values
from crmsync_desktop.practice.hubspot.refusals import not_found
from crmsync_desktop.practice.hubspot.schemas import Schemas
from crmsync_desktop.practice.hubspot.setup import PortalSetup
from crmsync_desktop.practice.hubspot.sources import ChangedBy, Source, changed_by
from crmsync_desktop.practice.hubspot.tokens import Tokens
from crmsync_desktop.practice.hubspot.uniqueness import UniqueValues


class Clock(Protocol):
    """Seconds since the epoch."""

    def now(self) -> float: ...


class HubSpotPortal:
    """State and rules; used from one thread. The methods that write expect to run inside `database.transaction()`.

    `setup`: what the account has bought and how it behaves; it replaces what the database has kept of an earlier one.
    `search_lag_seconds`: how long a write stays unseen by search (HubSpot says "a few moments"); one of its settings.
    """

    def __init__(
        self,
        database: Path,
        clock: Clock,
        *,
        portal_id: int = 25_081_959,
        time_zone: str = "Europe/Oslo",
        link_property: bool = True,
        search_lag_seconds: float = 0.0,
        setup: PortalSetup | None = None,
    ) -> None:
        self.database = Database(database)
        self.connection = self.database.connection
        install_functions(self.connection)
        self.clock = clock
        self.portal_id = portal_id
        self.time_zone = time_zone
        kept = orjson.loads(str(self.database.meta("setup", "{}")))
        self.setup = PortalSetup.from_json(kept) if setup is None else setup
        self.catalog = Catalog(self.database, link_property=link_property)
        self.association_types = AssociationTypes(self.database)
        self.schemas = Schemas(self)
        self.schemas.open()
        self.unique = UniqueValues(self.connection, self.catalog, portal_id)
        self.directory = Directory(portal_id, time_zone)
        self.pipelines = Pipelines(self.database, self.now_ms, portal_id)
        self.derivation = Derivation(self.catalog, self.directory, self.pipelines)
        self.automations_due_ms = automations.next_due(self)
        self.refreshed: dict[int, Refreshed] = {}  # by list: when its members were last true
        self.changes = Changes(self.connection)
        self.counted: tuple[object, object, int] | None = (
            None  # the last search: its filter, the writes until then, the total
        )
        self.meter = Meter(self.database, time_zone, limits_of(self.setup.tier, self.setup.limit_increases))
        self.tokens = Tokens(self.database)
        self.index = SearchIndex(self.connection)
        if setup is not None or search_lag_seconds:
            self.change_setup(**({"search_lag_seconds": search_lag_seconds} if search_lag_seconds else {}))

    @property
    def search_lag_seconds(self) -> float:
        return self.setup.search_lag_seconds

    @search_lag_seconds.setter
    def search_lag_seconds(self, seconds: float) -> None:
        self.change_setup(search_lag_seconds=seconds)

    def change_setup(self, **settings: Any) -> PortalSetup:
        """Change some settings and keep them; not to be called inside a transaction. Raises ValueError for a wrong one."""
        self.setup = self.setup.changed(settings)
        if settings.keys() & {"tier", "limit_increases"}:
            self.meter.limits = limits_of(self.setup.tier, self.setup.limit_increases)
        with self.database.transaction():
            if settings.get("index_stopped") is False:
                self.index.restart(self.setup, self.now_ms())
            self.database.set_meta("setup", orjson.dumps(self.setup.to_json()).decode())
        return self.setup

    def close(self) -> None:
        self.meter.save()
        self.database.close()

    def moment(self) -> datetime:
        """Now, on the practice clock."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def now_ms(self) -> int:
        return int(self.clock.now() * 1000)

    def load(self, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
        """Fill the portal with (object type, properties) rows, fast and in one transaction; returns how many.

        The created and modified stamps may be given as seconds since the epoch. Raises ValueError for a property that
        doesn't exist or an e-mail that is taken.
        """
        with self.database.transaction():
            total = load_records(self.database, self.catalog, self.unique, self.derivation, rows, self.now_ms())
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or the log stays as long as all that was loaded
        return total

    def count(self, kind: str) -> int:
        """Live records of one object type."""
        query = "SELECT count(*) FROM record WHERE type = ? AND archived_ms IS NULL AND merged_into IS NULL"
        return int(self.connection.execute(query, (kind,)).fetchone()[0])

    def run_due(self) -> None:
        """Run the workflows whose time has come; the caller holds the transaction. Costs nothing while none waits."""
        if self.automations_due_ms is not None and self.automations_due_ms <= self.now_ms():
            automations.run_due(self)
            self.automations_due_ms = automations.next_due(self)

    # Reading -----------------------------------------------------------------------------------------------------

    def find(self, kind: ObjectType, reference: str, id_property: str | None, *, archived: bool = False) -> Record:
        """One record by id, or by a unique property. Raises a 404 Refusal; a merged id gives the survivor."""
        if id_property is None or id_property == "hs_object_id":
            asked = records.numeric_id(reference)
        else:
            asked = self.unique.holders(kind, id_property, [reference]).get(reference)
        record = None if asked is None else records.resolve(self.connection, kind.name, [asked]).get(asked)
        if record is None or (record.archived_ms is not None) != archived:
            raise not_found()
        return record

    def changed_by(self, kind: str, ids: Iterable[int]) -> dict[int, ChangedBy]:
        """Who wrote each of these records last, whatever state they are in now; ids that stand for nothing are left out."""
        found: dict[int, ChangedBy] = {}
        for marks, piece in records.chunks(list(ids)):
            query = f"SELECT id, coalesce(writer, source) FROM record WHERE type = ? AND id IN ({marks})"  # noqa: S608
            found.update((row[0], changed_by(row[1])) for row in self.connection.execute(query, (kind, *piece)))
        return found

    # Writing -----------------------------------------------------------------------------------------------------

    def create(self, kind: ObjectType, properties: Mapping[str, object], source: Source = "INTEGRATION") -> Record:
        """Raises a Refusal: 400 for values, 409 for an e-mail that is taken."""
        kept = {name: value for name, value in rules.checked(self, kind, properties, {}, source).items() if value}
        rules.refuse_incomplete(kind, kept)
        kept = {**DEFAULTS.get(kind.name, {}), **kept}
        record_id = self.database.take_ids(1)
        self.unique.claim(kind, record_id, {}, kept)
        now = self.now_ms()
        follows = self.derivation.of(kind.name, {}, kept, now, now)
        kept.update({name: value for name, value in follows.items() if value})
        record = Record(record_id, kind.name, now, now, None, None, source, kept)
        self.lag(record, now, existed=False)
        self.connection.execute(
            f"INSERT INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, NULL, NULL, ?, ?)",  # noqa: S608
            (record.id, kind.name, now, now, record.source, orjson.dumps(kept).decode()),
        )
        if COMPANY in kept:
            link_company(self, record)
        if self.setup.automations:
            automations.enrol(self, record, kept, created=True)
        return record

    def update(
        self, kind: ObjectType, record: Record, properties: Mapping[str, object], source: Source = "INTEGRATION"
    ) -> Record:
        """Write what differs; the modified stamp moves only then. Raises a Refusal as `create` does.

        Unverified: a write that changes no value leaves the modified date alone.
        Unverified: a changed e-mail that is taken is refused with 409, as a create is.
        """
        changed = self.write(kind, record, properties, source)
        if changed and self.setup.automations:
            automations.enrol(self, record, changed, created=False)
        return record

    def write(self, kind: ObjectType, record: Record, properties: Mapping[str, object], source: Source) -> set[str]:
        """As `update`, but starts no workflow. Gives the names of what changed, without what follows from it."""
        wanted = rules.checked(self, kind, properties, record.properties, source)
        held = record.properties
        changes = {name: (held.get(name, ""), value) for name, value in wanted.items() if held.get(name, "") != value}
        if not changes:
            return set()
        self.unique.claim(kind, record.id, held, {name: after for name, (_, after) in changes.items()})
        before = dict(held)
        self.store_changes(record, changes, source)
        if COMPANY in changes:
            link_company(self, record)
        return set(changes) | set(before.keys() ^ held.keys())

    def store_changes(
        self, record: Record, changes: Mapping[str, tuple[str, str]], source: Source = "INTEGRATION"
    ) -> None:
        """Apply {property: (before, after)} and what follows from it, with history and a new modified stamp."""
        now = self.now_ms()
        self.lag(record, now, existed=True)
        before, held = dict(record.properties), record.properties
        record.modified_ms = max(now, record.modified_ms)
        set_values(held, {name: after for name, (_, after) in changes.items()})
        follows = self.derivation.of(record.type, before, held, record.created_ms, now)
        derived = {name: (held.get(name, ""), after) for name, after in follows.items()}
        set_values(held, follows)
        insert = "INSERT INTO history (id, at_ms, source, changes) VALUES (?, ?, ?, ?)"
        versions = [(record.id, record.modified_ms, source, orjson.dumps(changes).decode())]
        if derived:
            versions.append((record.id, record.modified_ms, "CALCULATED", orjson.dumps(derived).decode()))
        self.connection.executemany(insert, versions)
        self.connection.execute(
            "UPDATE record SET modified_ms = ?, properties = ?, writer = ? WHERE id = ?",
            (record.modified_ms, orjson.dumps(held).decode(), source, record.id),
        )

    def archive(self, record: Record, source: Source = "INTEGRATION") -> None:
        """Into the recycle bin: its e-mail is free again, search no longer shows it."""
        now = self.now_ms()
        self.lag(record, now, existed=True)
        self.connection.execute("UPDATE record SET archived_ms = ?, writer = ? WHERE id = ?", (now, source, record.id))
        self.unique.release(record.id)
        self.connection.execute("DELETE FROM list_member WHERE record_id = ?", (record.id,))
        counts.settle(self, linked(self, record.id))

    def restore(self, kind: ObjectType, record_id: int, source: Source = "CRM_UI") -> Record:
        """Out of the recycle bin, as a person does in HubSpot's window. Raises a Refusal if its e-mail is taken since."""
        record = self.find(kind, str(record_id), None, archived=True)
        self.unique.claim(kind, record.id, {}, record.properties)
        now = self.now_ms()
        self.lag(record, now, existed=False)
        record.archived_ms, record.modified_ms = None, now
        self.connection.execute(
            "UPDATE record SET archived_ms = NULL, modified_ms = ?, writer = ? WHERE id = ?", (now, source, record.id)
        )
        counts.settle(self, [record.id, *linked(self, record.id)])
        return record

    def erase(self, record: Record) -> None:
        """GDPR delete: nothing is left but the e-mail on the list of those that may not come back."""
        emails = [(email,) for email in self.unique.emails_of(record.id)]
        self.connection.executemany("INSERT OR IGNORE INTO blocked_email (email) VALUES (?)", emails)
        self.unique.release(record.id)
        for table, column in (("history", "id"), ("unindexed", "id"), ("list_member", "record_id")):
            self.connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (record.id,))  # noqa: S608
        neighbours = linked(self, record.id)
        self.connection.execute("DELETE FROM association WHERE from_id = ? OR to_id = ?", (record.id, record.id))
        counts.settle(self, neighbours)
        self.connection.execute("DELETE FROM record WHERE id = ? OR merged_into = ?", (record.id, record.id))

    # Inside ------------------------------------------------------------------------------------------------------

    def lag(self, record: Record, now_ms: int, *, existed: bool) -> None:
        """Keep what search goes on showing until the index has caught up."""
        self.index.hold_back(self.setup, [(record, existed)], now_ms)
