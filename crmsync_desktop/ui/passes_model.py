"""The passes, newest first."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from crmsync_desktop.app.views import PassView
from crmsync_desktop.ui.words import Words, sentence

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    WHEN = 0
    WHY = 1
    STATE = 2
    CREATED = 3
    UPDATED = 4
    DELETED = 5
    LINKED = 6
    HELD = 7
    FAILED = 8
    CALLS = 9
    TOOK = 10


HEADINGS = ("When", "Why", "State", "Created", "Updated", "Deleted", "Linked", "Held", "Failed", "Calls", "Took")
_NUMBERS = {
    Column.CREATED: "created",
    Column.UPDATED: "updated",
    Column.DELETED: "deleted",
    Column.LINKED: "linked",
    Column.HELD: "held",
    Column.FAILED: "failed",
}


def total(view: PassView, what: str) -> int:
    """A tally over both sides and all pairs; what is linked or held counts once, not per side."""
    numbers = [getattr(tally, what) for tally in view.tallies]
    return max(numbers, default=0) if what == "linked" else sum(numbers)


class PassesModel(QAbstractTableModel):
    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.rows: list[PassView] = []

    def set_rows(self, rows: list[PassView]) -> None:
        if [r.id for r in rows] == [r.id for r in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return HEADINGS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        view, column = self.rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(view, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._words.exact(view.started_at) if column is Column.WHEN else self._text(view, column)
        return None

    def _text(self, view: PassView, column: Column) -> str:
        words = self._words
        if column is Column.WHEN:
            return words.moment(view.started_at)
        if column is Column.WHY:
            return sentence(f"{view.reason} (preview)" if view.preview and view.reason != "preview" else view.reason)
        if column is Column.STATE:
            return sentence(f"{view.state}: {view.message}" if view.message else view.state)
        if column is Column.CALLS:
            return " + ".join(words.number(view.calls.get(side, 0)) for side in ("salesforce", "hubspot"))
        if column is Column.TOOK:
            return words.between(view.started_at, view.finished_at) if view.finished_at else "running"
        number = total(view, _NUMBERS[column])
        return words.number(number) if number else "–"


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= Column.CREATED else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
