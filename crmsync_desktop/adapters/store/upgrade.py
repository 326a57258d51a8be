"""Bringing a database to the newest revision, with a copy of it made before."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from crmsync_desktop.adapters.store import migrations
from crmsync_desktop.adapters.store.sqlite import copy_database
from crmsync_desktop.domain.errors import SetupError

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(migrations.__file__).parent


def upgrade(connection: Connection, path: Path | None, extra_versions: Sequence[Path] = ()) -> Path | None:
    """All revisions or none, in one transaction. Gives the path of the copy, NAME.before-REVISION.sqlite, where a
    database that already had tables was brought forward.

    `extra_versions`: folders with further revisions than ours. Raises SetupError for a database made by a newer version,
    and for an SQLite file that isn't ours.
    """
    with connection.begin():
        stored = _revision(connection)
        if stored == migrations.HEAD and not extra_versions:
            return None
        from alembic import command
        from alembic.script import ScriptDirectory  # late: see HEAD

        config = _config(connection, extra_versions)
        directory = ScriptDirectory.from_config(config)
        head = directory.get_current_head()
        if stored is not None and stored not in {script.revision for script in directory.walk_revisions()}:
            raise SetupError(
                "The database was made by a newer version of CRMSync Desktop.",
                f"{path}: revision {stored}, this version knows up to {head}.",
                "Install the newer version again, or move the file away and let the links be found anew.",
            )
        if stored == head:
            return None
        copy = None
        if stored is not None and path is not None:
            copy = path.with_name(f"{path.stem}.before-{head}.sqlite")
            copy_database(_driver(connection), copy)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config, "head")
        return copy


def _revision(connection: Connection) -> str | None:
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars())
    if "alembic_version" in tables:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)
    if tables:
        raise SetupError(
            "This file is an SQLite database, but not one of CRMSync Desktop.",
            f"It has the tables {', '.join(sorted(tables)[:5])}.",
            "Choose another file.",
        )
    return None


def _config(connection: Connection, extra_versions: Sequence[Path]) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    folders = [_FOLDER / "versions", *extra_versions]
    config.set_main_option("version_locations", "\n".join(str(folder).replace("%", "%%") for folder in folders))
    config.attributes["connection"] = connection
    return config


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
