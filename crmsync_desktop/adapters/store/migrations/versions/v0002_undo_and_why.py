"""What undos left as it is, and the ways into the journal by record and by link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "undone",
        sa.Column("link", sa.Integer(), nullable=False),
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link"],
            ["link.link"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("link", "property"),
    )
    op.create_index("journal_link", "journal", ["link"], unique=False, sqlite_where=sa.text("link IS NOT NULL"))
    op.create_index("journal_origin", "journal", ["origin_id"], unique=False, sqlite_where=sa.text("record_id IS NULL"))
    op.create_index(
        "journal_record", "journal", ["record_id"], unique=False, sqlite_where=sa.text("record_id IS NOT NULL")
    )
