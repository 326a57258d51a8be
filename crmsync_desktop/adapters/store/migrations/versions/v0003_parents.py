"""Which records belong to which: contacts to their accounts and companies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "parent",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "place", "row"),
        sqlite_with_rowid=False,
    )
    op.create_index("parent_row", "parent", ["row"], unique=False)
