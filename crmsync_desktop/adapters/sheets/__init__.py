"""Tables in files: CSV and XLSX."""

from __future__ import annotations

from crmsync_desktop.adapters.sheets.files import FileSheets

__all__ = ["FileSheets"]
