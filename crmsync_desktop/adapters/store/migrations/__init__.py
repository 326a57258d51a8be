"""The database's revisions, run by Alembic (upgrade.py). Each file in versions/ is one step; a released one never changes."""

from __future__ import annotations

HEAD = "0007"
"""The newest revision. A database that is at it opens without loading Alembic, which costs a third of a second."""
