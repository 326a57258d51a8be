"""What Alembic runs around the revisions: on the connection, and in the transaction, that it is given."""

from __future__ import annotations

from alembic import context

from crmsync_desktop.adapters.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite can't alter a column in place; Alembic then copies the table.
    render_as_batch=True,
    # The transaction is upgrade.py's: all revisions or none.
    transactional_ddl=False,
)
context.run_migrations()
