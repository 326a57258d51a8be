"""The tables of one connection's database. Rows never leave this package: ports/store.py has the structs that do.

Sides, presences and states are small integers (packing.py). Cells and bases are msgpack arrays whose
order is that of the layout named beside them, so that a changed layout rewrites nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Text, text
from sqlmodel import Field, SQLModel

METADATA = MetaData()


class _Table(SQLModel):
    metadata = METADATA


def _number(*args: Any, **kwargs: Any) -> Any:
    return Field(sa_column=Column(Integer, *args, nullable=False, **kwargs))


def _maybe_number(*args: Any) -> Any:
    return Field(default=None, sa_column=Column(Integer, *args, nullable=True))


def _text(**kwargs: Any) -> Any:
    return Field(sa_column=Column(Text, nullable=False, **kwargs))


def _maybe_text() -> Any:
    return Field(default=None, sa_column=Column(Text, nullable=True))


def _bytes() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


def _maybe_bytes() -> Any:
    return Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class RecordTable(_Table, table=True):
    """A record as last observed. `cells` NULL: they equal the base of `link`. `keys`: msgpack array of match keys, NULL
    for none. `kin`: msgpack [successor, absorbed], NULL for neither. `digest`: the unsigned xxh3-64, stored signed."""

    __tablename__ = "record"
    __table_args__ = (
        # The id comes before the object, so that a link finds its records without knowing HubSpot's object name.
        Index("record_identity", "side", "id", "object", unique=True),
        Index("record_staged", "pair", sqlite_where=text("state = 1")),
        Index("record_link", "link", sqlite_where=text("link IS NOT NULL")),
    )
    row: int = _number(primary_key=True)
    side: int = _number()
    pair: str = _text()
    object: str = _text()
    id: str = _text()
    version: str = _text()
    presence: int = _number()
    state: int = _number()
    digest: int = _number()
    link: int | None = _maybe_number(ForeignKey("link.link"))
    layout: int = _number()
    cells: bytes | None = _maybe_bytes()
    keys: bytes | None = _maybe_bytes()
    kin: bytes | None = _maybe_bytes()


class MatchKeyTable(_Table, table=True):
    """Match keys of records, to find records by. Each record also carries its own keys, which is the way back."""

    __tablename__ = "match_key"
    __table_args__ = {"sqlite_with_rowid": False}
    pair: str = _text(primary_key=True)
    key: str = _text(primary_key=True)
    row: int = _number(primary_key=True)


class ParentTable(_Table, table=True):
    """The records that a record (`row`) of `pair` belongs to, as "companies/ID", to find the children of a record by."""

    __tablename__ = "parent"
    __table_args__ = (Index("parent_row", "row"), {"sqlite_with_rowid": False})
    pair: str = _text(primary_key=True)
    place: str = _text(primary_key=True)
    row: int = _number(primary_key=True)


class LinkTable(_Table, table=True):
    """One record of each side. `base`: msgpack [cells, cells] (Salesforce, HubSpot), or [cells] where both are equal."""

    __tablename__ = "link"
    __table_args__ = (
        Index("link_salesforce", "pair", "salesforce_id", unique=True, sqlite_where=text("state = 0")),
        Index("link_hubspot", "pair", "hubspot_id", unique=True, sqlite_where=text("state = 0")),
        Index("link_gone", "state", sqlite_where=text("state <> 0")),
    )
    link: int = _number(primary_key=True)
    pair: str = _text()
    salesforce_object: str = _text()
    salesforce_id: str = _text()
    hubspot_id: str = _text()
    state: int = _number()
    layout: int = _number()
    base: bytes = _bytes()


class CounterTable(_Table, table=True):
    """The last number given to a record or link: a number is never given twice, so the journal can go on naming it."""

    __tablename__ = "counter"
    name: str = _text(primary_key=True)
    value: int = _number()


class LayoutTable(_Table, table=True):
    """The HubSpot properties (JSON array) of a pair's cells. The newest of a pair is in force; none is ever changed."""

    __tablename__ = "layout"
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    pair: str = _text()
    properties: str = _text()


class CursorTable(_Table, table=True):
    __tablename__ = "cursor"
    side: int = _number(primary_key=True)
    object: str = _text(primary_key=True)
    value: str = _text()


class PassTable(_Table, table=True):
    __tablename__ = "pass"
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    preview: int = _number()
    state: str = _text()
    reason: str = _text()
    started_at: str = _text()
    finished_at: str | None = _maybe_text()
    tallies: bytes = _bytes()
    calls: bytes = _bytes()
    message: str = _text()


class JournalTable(_Table, table=True):
    """`at`: when the journal took the write, moved on when it is sent; what ends it leaves the time in `ended_at`."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_pass", "pass_id"),
        # PLANNED, SENT and UNKNOWN: what a crash can leave behind.
        Index("journal_open", "state", sqlite_where=text("state IN (0, 1, 4)")),
        # A record's history: what was written to it, for its link, and (while there is no record yet) in its stead.
        Index("journal_record", "record_id", sqlite_where=text("record_id IS NOT NULL")),
        Index("journal_link", "link", sqlite_where=text("link IS NOT NULL")),
        Index("journal_origin", "origin_id", sqlite_where=text("record_id IS NULL")),
    )
    row: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    pass_id: int = _number(ForeignKey("pass.id"))
    pair: str = _text()
    side: int = _number()
    object: str = _text()
    record_id: str | None = _maybe_text()
    op: str = _text()
    state: int = _number()
    link: int | None = _maybe_number()
    source_row: int | None = _maybe_number()
    target_row: int | None = _maybe_number()
    origin_id: str | None = _maybe_text()
    label: str = _text()
    reason: str = _text()
    changes: bytes = _bytes()
    at: str = _text()
    note: str = _text()
    ended_at: str | None = _maybe_text()


class SyncErrorTable(_Table, table=True):
    """`cause`: what tells it from others of the same record, field and code. `ignored_at`: "" while nobody ignores it."""

    __tablename__ = "sync_error"
    __table_args__ = (Index("sync_error_cause", "side", "object", "record_id", "field", "code", unique=True),)
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    pair: str = _text()
    side: int = _number()
    object: str = _text()
    record_id: str = _text()
    label: str = _text()
    field: str = _text()
    category: str = _text()
    code: str = _text()
    message: str = _text()
    hint: str = _text()
    notice: int = _number()
    first_at: str = _text()
    last_at: str = _text()
    count: int = _number()
    cause: str = _text(server_default="")
    ignored_at: str = _text(server_default="")
    ignored_why: str = _text(server_default="")


class ConflictTable(_Table, table=True):
    """`cells`: msgpack [salesforce, hubspot, base_salesforce, base_hubspot, newer side or "", why]; without the last two where
    an earlier version held it."""

    __tablename__ = "conflict"
    link: int = _number(ForeignKey("link.link", ondelete="CASCADE"), primary_key=True)
    property: str = _text(primary_key=True)
    cells: bytes = _bytes()
    since: str = _text()


class UndoneTable(_Table, table=True):
    """What an undo put back, and is to stay so until somebody edits it. `cells`: msgpack [salesforce, hubspot]. The property
    "" stands for the record itself: a created one that was deleted again, on the side whose cell is false."""

    __tablename__ = "undone"
    link: int = _number(ForeignKey("link.link", ondelete="CASCADE"), primary_key=True)
    property: str = _text(primary_key=True)
    cells: bytes = _bytes()
    pass_id: int = _number()
    at: str = _text()


class BarredTable(_Table, table=True):
    """The do-not-create list. `name`: salesforce/ID, hubspot/ID or address/HASH; `about`: the HubSpot record that is gone."""

    __tablename__ = "barred"
    __table_args__ = (Index("barred_about", "pair", "about"), {"sqlite_with_rowid": False})
    pair: str = _text(primary_key=True)
    name: str = _text(primary_key=True)
    why: str = _text()
    about: str = _text()
    at: str = _text()


class DocumentTable(_Table, table=True):
    __tablename__ = "document"
    name: str = _text(primary_key=True)
    value: str = _text()
    at: str = _text()


class DocumentHistoryTable(_Table, table=True):
    """Former values of documents; `at` is when the value came into force."""

    __tablename__ = "document_history"
    __table_args__ = (Index("document_history_name", "name"),)
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    name: str = _text()
    value: str = _text()
    at: str = _text()


class SchemaCacheTable(_Table, table=True):
    __tablename__ = "schema_cache"
    side: int = _number(primary_key=True)
    object: str = _text(primary_key=True)
    body: bytes = _bytes()


class ListMemberTable(_Table, table=True):
    __tablename__ = "list_member"
    __table_args__ = {"sqlite_with_rowid": False}
    list_id: str = _text(primary_key=True)
    record_id: str = _text(primary_key=True)


class FiringTable(_Table, table=True):
    """An occasion at which a workflow action's condition came true for a HubSpot record, and what became of it. `filled`: a
    JSON object of what its placeholders stood for."""

    __tablename__ = "firing"
    __table_args__ = (
        Index("firing_occasion", "rule", "object", "record_id", "occasion", unique=True),
        Index("firing_record", "record_id"),
        # NOTED, WAITING, SENT and UNKNOWN: what is still to be done.
        Index("firing_open", "state", sqlite_where=text("state IN (0, 1, 2, 3)")),
        Index("firing_target", "target_id", sqlite_where=text("target_id <> ''")),
    )
    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    rule: int = _number()
    object: str = _text()
    record_id: str = _text()
    occasion: str = _text()
    state: int = _number()
    label: str = _text()
    reason: str = _text()
    filled: str = _text()
    noted_at: str = _text()
    sent_at: str = _text()
    ended_at: str = _text()
    target_object: str = _text()
    target_id: str = _text()
    former: str | None = _maybe_text()
    message: str = _text()
    tries: int = _number()


class WatchedTable(_Table, table=True):
    """The version of a HubSpot record in which workflow actions have looked for occasions."""

    __tablename__ = "watched"
    __table_args__ = {"sqlite_with_rowid": False}
    object: str = _text(primary_key=True)
    record_id: str = _text(primary_key=True)
    version: str = _text()


class ImportTable(_Table, table=True):
    """`source`, `only_properties` and `passes`: JSON. `listed`: the list that the import goes by, as msgpack, packed by zlib."""

    __tablename__ = "import_run"
    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    object: str = _text()
    pair: str = _text()
    source: str = _text()
    only_properties: str = _text()
    state: str = _text()
    begun_at: str = _text()
    changed_at: str = _text()
    position: str | None = _maybe_text()
    read: int = _number()
    total: int | None = _maybe_number()
    passes: str = _text()
    message: str = _text()
    listed: bytes = _bytes()


class ImportItemTable(_Table, table=True):
    """`record_id`: the Salesforce record's, or an entry of a list that brought none."""

    __tablename__ = "import_item"
    __table_args__ = (Index("import_item_record", "import_run", "record_id", unique=True),)
    row: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    import_run: int = _number()
    record_id: str = _text()
    known: int | None = _maybe_number()
    linked: int = _number()
    label: str = _text()
    outcome: str = _text()
    reason: str = _text()
    hubspot_id: str = _text()
