"""Handlers of lists: none yet beyond the table, filled by the next file."""

from __future__ import annotations

from crmsync_desktop.practice.hubspot.routing import Entry

ENTRIES: list[Entry] = []
