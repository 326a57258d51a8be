"""Opening: new, old, newer, damaged and foreign files; permissions; one engine at a time."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from filelock import FileLock

from crmsync_desktop.adapters.store import ConnectionLock, SqliteStore, migrations
from crmsync_desktop.adapters.store.sqlite import open_engine, translated
from crmsync_desktop.adapters.store.tables import METADATA
from crmsync_desktop.adapters.store.upgrade import _config, upgrade
from crmsync_desktop.domain.errors import BugError, PassError, SetupError
from crmsync_desktop.domain.records import Fault
from crmsync_desktop.ports.store import NewError
from tests.adapters.store.conftest import LAYOUT, PAIR, contact, stage

NOON = 1_790_000_000.0
SQL_OF_ALL = (
    "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version' ORDER BY 1"
)

SECOND_REVISION = f"""
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{migrations.HEAD}"
def upgrade():
    op.add_column("record", sa.Column("extra", sa.Text()))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acme" / "sync.sqlite"


def fill(path: Path) -> None:
    store = SqliteStore(path)
    store.set_layout(PAIR, LAYOUT)
    stage(store, *(contact(f"003{n:015}", "a@x.no", "A", "B") for n in range(500)))
    store.close()


def test_what_was_written_is_there_after_reopening(path: Path) -> None:
    fill(path)
    store = SqliteStore(path)
    try:
        assert (store.staged_count(PAIR), store.layout(PAIR)) == (500, LAYOUT)
        assert (store.moved_aside, store.copied_to) == (None, None)
    finally:
        store.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the user's folder private itself and has no modes")
def test_file_and_new_folder_are_the_owners_alone(path: Path) -> None:
    store = SqliteStore(path)
    try:
        stage_modes = {name.name: stat.S_IMODE(name.stat().st_mode) for name in path.parent.iterdir()}
        assert set(stage_modes.values()) == {0o600}
        assert "sync.sqlite-wal" in stage_modes
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        store.close()


def test_models_and_revisions_make_the_same_tables() -> None:
    store = SqliteStore(":memory:")
    engine = open_engine(None)
    try:
        METADATA.create_all(engine)
        with engine.connect() as modelled, store.engine.connect() as migrated:
            by_models = [tuple(row) for row in modelled.exec_driver_sql(SQL_OF_ALL)]
            by_revisions = [tuple(row) for row in migrated.exec_driver_sql(SQL_OF_ALL)]
        assert len(by_models) > 20
        assert by_models == by_revisions
    finally:
        engine.dispose()
        store.close()


def test_the_newest_revision_is_the_one_that_opening_looks_for() -> None:
    store = SqliteStore(":memory:")
    try:
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == migrations.HEAD
    finally:
        store.close()


def test_an_older_database_is_copied_and_then_brought_forward(path: Path, tmp_path: Path) -> None:
    fill(path)
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "second.py").write_text(SECOND_REVISION)
    engine = open_engine(path)
    try:
        with engine.connect() as connection:
            copy = upgrade(connection, path, [versions])
            assert connection.exec_driver_sql("SELECT count(*), count(extra) FROM record").one() == (500, 0)
    finally:
        engine.dispose()
    assert copy == path.with_name("sync.before-9999.sqlite")
    before = sqlite3.connect(copy)
    try:
        assert before.execute("SELECT count(*) FROM record").fetchone() == (500,)
        assert before.execute("SELECT version_num FROM alembic_version").fetchone() == (migrations.HEAD,)
    finally:
        before.close()


def test_a_revision_that_fails_leaves_the_database_as_it_was(path: Path, tmp_path: Path) -> None:
    fill(path)
    (tmp_path / "second.py").write_text(SECOND_REVISION + "    op.execute('nonsense')\n")
    engine = open_engine(path)
    try:
        with engine.connect() as connection, pytest.raises(Exception, match="nonsense"):
            upgrade(connection, path, [tmp_path])
    finally:
        engine.dispose()
    store = SqliteStore(path)
    assert store.staged_count(PAIR) == 500
    store.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    fill(path)
    other = sqlite3.connect(path)
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(SetupError, match=rf"newer version.*revision 9999, this version knows up to {migrations.HEAD}"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name)")
    other.commit()
    other.close()
    with pytest.raises(SetupError, match="not one of CRMSync Desktop"):
        SqliteStore(path)


def damage_header(path: Path) -> None:
    path.write_bytes(b"<html>" + path.read_bytes()[6:])


def damage_first_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)


def damage_root_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 30] = b"\xa5" * (4096 * 29)
    path.write_bytes(content)


def replace_by_text(path: Path) -> None:
    path.write_text("this was never a database\n" * 100)


@pytest.mark.parametrize("damage", [damage_header, damage_first_page, damage_root_pages, replace_by_text])
def test_a_damaged_database_is_moved_aside_and_a_new_one_begun(path: Path, damage: object) -> None:
    fill(path)
    assert callable(damage)
    damage(path)
    broken = path.read_bytes()
    store = SqliteStore(path, now=lambda: NOON)
    try:
        assert store.moved_aside == path.with_name("sync.sqlite.corrupt-20260921-141320")
        assert store.moved_aside.read_bytes() == broken
        assert store.staged_count(PAIR) == 0
        store.set_layout(PAIR, LAYOUT)
        stage(store, contact("003A", "a", "b", "c"))
    finally:
        store.close()
    again = SqliteStore(path)
    try:
        assert (again.moved_aside, again.staged_count(PAIR)) == (None, 1)
    finally:
        again.close()


def test_hidden_damage_is_found_where_the_last_one_did_not_close(path: Path) -> None:
    """A damaged page deep in a table is only seen by reading everything, which opening does after a crash."""
    fill(path)
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xa5" * 4096
    path.write_bytes(content)
    path.with_name("sync.sqlite-wal").write_bytes(b"left behind")
    store = SqliteStore(path)
    try:
        assert store.moved_aside is not None
    finally:
        store.close()


def test_damage_met_later_says_what_to_do(path: Path) -> None:
    fill(path)
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 4096] = b"\xa5" * 4096
    store = SqliteStore(path)
    try:
        path.write_bytes(content)
        with pytest.raises(SetupError, match=r"damaged.*moved aside"):
            store.staged(PAIR, 0, 1000)
    finally:
        store.close()


def test_a_folder_in_the_place_of_the_file_is_a_setup_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SetupError, match="can't be opened"):
        SqliteStore(path)


def test_a_database_that_another_program_holds_stops_the_pass_only(path: Path) -> None:
    fill(path)
    store = SqliteStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        store._pragma("PRAGMA busy_timeout = 50")
        with pytest.raises(PassError, match="Another program holds the database"):
            stage(store, contact("003A", "a", "b", "c"))
        other.execute("ROLLBACK")
        stage(store, contact("003A", "a", "b", "c"))
        assert store.staged_count(PAIR) == 501
    finally:
        other.close()
        store.close()


def test_a_full_disk_stops_the_pass_and_keeps_what_was_there(path: Path) -> None:
    fill(path)
    store = SqliteStore(path)
    try:
        # SQLite's own limit gives the result code that a full disk gives.
        store._pragma("PRAGMA max_page_count = 60")
        with pytest.raises(PassError, match="disk is full"):
            stage(store, *(contact(f"full{n}", "x" * 5_000, "b", "c") for n in range(500)))
        assert store.staged_count(PAIR) == 500
        store._pragma("PRAGMA max_page_count = 1000000")
        stage(store, contact("003A", "a", "b", "c"))
        assert store.staged_count(PAIR) == 501
    finally:
        store.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_IOERR_WRITE, PassError),
        (sqlite3.SQLITE_READONLY_DBMOVED, SetupError),
        (sqlite3.SQLITE_CANTOPEN, SetupError),
        (sqlite3.SQLITE_NOTADB, SetupError),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, BugError),
        (sqlite3.SQLITE_ERROR, BugError),
        (sqlite3.SQLITE_MISUSE, BugError),
    ],
)
def test_the_result_code_decides_whose_fault_it_is(code: int, kind: type[Exception]) -> None:
    error = sqlite3.OperationalError("words that say nothing")
    error.sqlite_errorcode = code
    assert type(translated(error, "sync.sqlite")) is kind


HOLDER = """
import sys
from pathlib import Path
from crmsync_desktop.adapters.store import ConnectionLock
with ConnectionLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_engine_on_the_same_connection_is_refused_by_name_until_the_first_is_gone(tmp_path: Path) -> None:
    lock = tmp_path / "acme.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SetupError, match=rf"already being synchronised .* \(process {holder.pid}\)"):
            ConnectionLock(lock).acquire()
        holder.kill()
        holder.communicate()
        with ConnectionLock(lock):
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_a_holder_without_a_note_is_still_a_holder(tmp_path: Path) -> None:
    lock = tmp_path / "acme.lock"
    with (
        FileLock(str(lock)),
        pytest.raises(SetupError, match=r"another window or command\. "),
    ):
        ConnectionLock(lock).acquire()


def test_errors_of_an_earlier_version_are_kept_and_can_be_ignored(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(path)
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(_config(connection, ()), "0005")
        connection.exec_driver_sql(
            "INSERT INTO sync_error VALUES (7, 'contacts', 0, 'Contact', '003A', 'Kari', '', 'custom_code', "
            "'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'No interns.', 'hint', 0, '2026-11-01', '2026-11-02', 3)"
        )
    engine.dispose()
    with closing(SqliteStore(path)) as store:
        (kept,) = store.errors()
        assert (kept.id, kept.label, kept.count, kept.ignored_at) == (7, "Kari", 3, "")
        store.ignore_errors([7], "known", "2026-11-03")
        fault = Fault(kept.category, kept.code, kept.message)
        store.open_errors([NewError("contacts", kept.side, "Contact", "003A", "Kari", fault)], "2026-11-04")
        (kept,) = store.errors()
        assert (kept.count, kept.ignored_why) == (4, "known")
