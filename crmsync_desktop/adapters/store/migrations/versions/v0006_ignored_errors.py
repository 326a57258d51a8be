"""Errors that a person ignores, and what tells their causes apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
_KEPT = (
    "id, pair, side, object, record_id, label, field, category, code, message, hint, notice, first_at, last_at, count"
)


def upgrade() -> None:
    op.rename_table("sync_error", "sync_error_before")
    op.drop_index("sync_error_cause", "sync_error_before")
    op.create_table(
        "sync_error",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("side", sa.Integer(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.Text(), nullable=False),
        sa.Column("last_at", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("ignored_at", sa.Text(), server_default="", nullable=False),
        sa.Column("ignored_why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(f"INSERT INTO sync_error ({_KEPT}) SELECT {_KEPT} FROM sync_error_before")  # noqa: S608
    op.drop_table("sync_error_before")
    op.create_index("sync_error_cause", "sync_error", ["side", "object", "record_id", "field", "code"], unique=True)
