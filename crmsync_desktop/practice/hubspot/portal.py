"""A HubSpot portal: contacts, companies, deals, tickets and tasks, and the rules by which they are written.

Unverified against a live portal: that a write which changes no value leaves the modified date alone, that an e-mail
erased for good is refused as invalid, and that a changed e-mail which is taken answers 409 as a create does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import orjson

from crmsync_desktop.practice.hubspot import records
from crmsync_desktop.practice.hubspot.catalog import Catalog, ObjectType, problems_of
from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.directory import Directory
from crmsync_desktop.practice.hubspot.filters import install_functions
from crmsync_desktop.practice.hubspot.limits import Meter, limits_of
from crmsync_desktop.practice.hubspot.loading import load_records
from crmsync_desktop.practice.hubspot.records import COLUMNS, Record
from crmsync_desktop.practice.hubspot.refusals import ValueProblem, invalid_values, not_found
from crmsync_desktop.practice.hubspot.setup import PortalSetup
from crmsync_desktop.practice.hubspot.sources import ChangedBy, Source, changed_by
from crmsync_desktop.practice.hubspot.tokens import Tokens
from crmsync_desktop.practice.hubspot.uniqueness import ADDITIONAL_EMAILS, UniqueValues
from crmsync_desktop.practice.hubspot.values import PropertyDefinition, stored


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
        self.unique = UniqueValues(self.connection, self.catalog, portal_id)
        self.directory = Directory(portal_id, time_zone)
        self.refreshed: dict[int, int] = {}  # by list: the connection's change count when its members were last true
        self.meter = Meter(self.database, time_zone, limits_of(self.setup.tier, self.setup.limit_increases))
        self.tokens = Tokens(self.database)
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
            return load_records(self.database, self.catalog, self.unique, rows, self.now_ms())

    def count(self, kind: str) -> int:
        """Live records of one object type."""
        query = "SELECT count(*) FROM record WHERE type = ? AND archived_ms IS NULL AND merged_into IS NULL"
        return int(self.connection.execute(query, (kind,)).fetchone()[0])

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

    def checked(self, kind: ObjectType, properties: Mapping[str, object]) -> dict[str, str]:
        """The values as they will be kept. Raises a 400 Refusal that names every property that is wrong."""
        known = self.catalog.properties(kind.name)
        problems = problems_of(properties, known)
        kept: dict[str, str] = {}
        wrong = {problem.property for problem in problems}
        for name, value in properties.items():
            if name in wrong:
                continue
            result = self._stored(known[name], value)
            if isinstance(result, ValueProblem):
                problems.append(result)
            else:
                kept[name] = result
        if problems:
            raise invalid_values(problems)
        return kept

    def create(self, kind: ObjectType, properties: Mapping[str, object], source: Source = "INTEGRATION") -> Record:
        """Raises a Refusal: 400 for values, 409 for an e-mail that is taken."""
        kept = {name: value for name, value in self.checked(kind, properties).items() if value}
        record_id = self.database.take_ids(1)
        self.unique.claim(kind, record_id, {}, kept)
        now = self.now_ms()
        record = Record(record_id, kind.name, now, now, None, None, source, kept)
        self.lag(record, now, existed=False)
        self.connection.execute(
            f"INSERT INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, NULL, NULL, ?, ?)",  # noqa: S608
            (record.id, kind.name, now, now, record.source, orjson.dumps(kept).decode()),
        )
        return record

    def update(
        self, kind: ObjectType, record: Record, properties: Mapping[str, object], source: Source = "INTEGRATION"
    ) -> Record:
        """Write what differs; the modified stamp moves only then. Raises a Refusal as `create` does."""
        wanted = self.checked(kind, properties)
        changes = {
            name: (record.properties.get(name, ""), value)
            for name, value in wanted.items()
            if record.properties.get(name, "") != value
        }
        if not changes:
            return record
        self.unique.claim(kind, record.id, record.properties, {name: after for name, (_, after) in changes.items()})
        self.store_changes(record, changes, source)
        return record

    def store_changes(self, record: Record, changes: Mapping[str, tuple[str, str]], source: Source) -> None:
        """Apply {property: (before, after)} to `record` and its row, with history and a new modified stamp."""
        now = self.now_ms()
        self.lag(record, now, existed=True)
        for name, (_, after) in changes.items():
            if after:
                record.properties[name] = after
            else:
                record.properties.pop(name, None)
        record.modified_ms = max(now, record.modified_ms)
        self.connection.execute(
            "INSERT INTO history (id, at_ms, source, changes) VALUES (?, ?, ?, ?)",
            (record.id, record.modified_ms, source, orjson.dumps(changes).decode()),
        )
        self.connection.execute(
            "UPDATE record SET modified_ms = ?, properties = ?, writer = ? WHERE id = ?",
            (record.modified_ms, orjson.dumps(record.properties).decode(), source, record.id),
        )

    def archive(self, record: Record, source: Source = "INTEGRATION") -> None:
        """Into the recycle bin: its e-mail is free again, search no longer shows it."""
        now = self.now_ms()
        self.lag(record, now, existed=True)
        self.connection.execute("UPDATE record SET archived_ms = ?, writer = ? WHERE id = ?", (now, source, record.id))
        self.unique.release(record.id)
        self.connection.execute("DELETE FROM list_member WHERE record_id = ?", (record.id,))

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
        return record

    def erase(self, record: Record) -> None:
        """GDPR delete: nothing is left but the e-mail on the list of those that may not come back."""
        emails = [(email,) for email in self.unique.emails_of(record.id)]
        self.connection.executemany("INSERT OR IGNORE INTO blocked_email (email) VALUES (?)", emails)
        self.unique.release(record.id)
        for table, column in (("history", "id"), ("lagging", "id"), ("list_member", "record_id")):
            self.connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (record.id,))  # noqa: S608
        self.connection.execute("DELETE FROM association WHERE from_id = ? OR to_id = ?", (record.id, record.id))
        self.connection.execute("DELETE FROM record WHERE id = ? OR merged_into = ?", (record.id, record.id))

    # Inside ------------------------------------------------------------------------------------------------------

    def _stored(self, definition: PropertyDefinition, value: object) -> str | ValueProblem:
        result = stored(definition, value)
        if isinstance(result, ValueProblem) or not result:
            return result
        if definition.name == "email":
            query = "SELECT 1 FROM blocked_email WHERE email = ?"
            if self.connection.execute(query, (result,)).fetchone():
                return ValueProblem(
                    "email", "INVALID_EMAIL", "This email belongs to a contact that was deleted for good."
                )
        if definition.name == ADDITIONAL_EMAILS:
            return ";".join(dict.fromkeys(part.strip().lower() for part in result.split(";") if part.strip()))
        if definition.name == "hubspot_owner_id" and result not in self.directory.owner_ids:
            return ValueProblem(
                definition.name, "INVALID_OPTION", f"{result} is not the id of an owner of this account."
            )
        return result

    def lag(self, record: Record, now_ms: int, *, existed: bool) -> None:
        """Keep what search goes on showing until the index has caught up."""
        if self.search_lag_seconds <= 0:
            return
        until = now_ms + int(self.search_lag_seconds * 1000)
        self.connection.execute(
            "INSERT INTO lagging (id, until_ms, type, existed, created_ms, modified_ms, properties) VALUES (?,?,?,?,?,?,?)",
            (record.id, until, record.type, existed, record.created_ms, record.modified_ms,
             orjson.dumps(record.properties).decode()),
        )  # fmt: skip
