"""The writes of a pass, each with its fields below it, a page at a time (a million rows scroll)."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from crmsync_desktop.app.views import ChangeView, FieldChangeView
from crmsync_desktop.ui.words import sentence

PAGE = 200
_TOP = 0
"""Internal id of a write's own index; a field's is its write's row + 1."""

Index = QModelIndex | QPersistentModelIndex
OPS = {"create": "Create", "update": "Update", "delete": "Delete", "link": "Link"}
STATES = {
    "sent": "sent, not yet answered",
    "done": "written",
    "failed": "refused",
    "unknown": "answer lost, looked up next pass",
    "dropped": "not sent",
}


class Column(IntEnum):
    RECORD = 0
    SYSTEM = 1
    CHANGE = 2
    WHY = 3


HEADINGS = {Column.RECORD: "Record", Column.SYSTEM: "Written to", Column.CHANGE: "Change", Column.WHY: "Why"}


class ChangesModel(QAbstractItemModel):
    """`fetch(after_row, limit)` is called when the view nears the end; it answers through `append`."""

    def __init__(self, fetch: Callable[[int, int], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._rows: list[ChangeView] = []
        self._more = False
        self._asking = False

    def start(self) -> None:
        """Empty it and ask for the first page."""
        self.beginResetModel()
        self._rows = []
        self._more = True
        self._asking = True
        self.endResetModel()
        self._fetch(-1, PAGE)

    def clear(self) -> None:
        self.beginResetModel()
        self._rows, self._more, self._asking = [], False, False
        self.endResetModel()

    def append(self, rows: list[ChangeView], limit: int = PAGE) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()
        self._more = len(rows) >= limit
        self._asking = False  # only now: a view that asks for more during the insertion would be given these again

    def change(self, index: Index) -> ChangeView:
        return self._rows[index.row() if index.internalId() == _TOP else index.internalId() - 1]

    # Qt's side

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _TOP)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._rows)
        if parent.internalId() != _TOP or parent.column() != 0:
            return 0
        return len(self._rows[parent.row()].fields)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(Column)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asking

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._asking = True
            self._fetch(self._rows[-1].row if self._rows else -1, PAGE)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[Column(section)]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        change, column = self.change(index), Column(index.column())
        text = (
            _write_text(change, column)
            if index.internalId() == _TOP
            else _field_text(change.fields[index.row()], column)
        )
        return text or None


def _write_text(change: ChangeView, column: Column) -> str:
    if column is Column.RECORD:
        return change.label or change.record_id
    if column is Column.SYSTEM:
        return f"{change.side.label} {change.object}"
    if column is Column.WHY:
        return sentence(change.note or change.reason)
    number = len(change.fields)
    fields = "" if not number else f" {number} field" if number == 1 else f" {number} fields"
    text = f"{OPS.get(change.op, change.op)}{fields}"
    return text if change.state == "planned" else f"{text} · {STATES.get(change.state, change.state)}"


def _field_text(field: FieldChangeView, column: Column) -> str:
    if column is Column.RECORD:
        return field.field
    if column is Column.CHANGE:
        return f"{field.old or '(blank)'} → {field.new or '(blank)'}"
    return sentence(field.reason) if column is Column.WHY else ""
