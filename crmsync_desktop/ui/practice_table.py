"""The table of one object's records: which rows are looked at, and what its keys do."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QTableView, QWidget

from crmsync_desktop.ports.practice import PracticeRecord
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.practice_delegate import ROW_HEIGHT, CellDelegate, plain_table
from crmsync_desktop.ui.practice_model import CHANGED, RecordsModel

LOOK_MS = 40
"""A scroll bar dragged through a million rows passes most of them: only where it rests for so long is fetched."""
MOST_CHOSEN = 200
"""Records that can be deleted or restored at once."""


class RecordsTable(QTableView):
    looked = Signal()
    """Other rows are seen than before."""
    chosen = Signal()
    """Other records are selected."""
    opened = Signal()
    """Enter: show all of the current record."""
    removed = Signal()
    """Delete."""
    done = Signal()
    """An editor was closed."""
    copied = Signal()
    """Ctrl+C."""
    sized = Signal()
    """It is as wide or high as it was not before."""
    menu = Signal(object)
    """A menu is asked for, at a global position."""

    def __init__(self, look: Look, model: RecordsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.records = model
        self.setModel(model)
        self.setItemDelegate(CellDelegate(look, self))
        plain_table(self)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.looked)
        # Not `start` itself: it would take the place of the scroll bar for its milliseconds.
        self.verticalScrollBar().valueChanged.connect(lambda _: self._timer.start())
        self.selectionModel().selectionChanged.connect(self._selected)

    @property
    def editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def current_seen(self) -> bool:
        first, last = self.visible_rows()
        return self.currentIndex().isValid() and first <= self.currentIndex().row() <= last

    def visible_rows(self) -> tuple[int, int]:
        """First and last, as far as there are rows."""
        first = max(self.rowAt(0), 0)
        last = self.rowAt(max(self.viewport().height() - 1, 0))
        return first, last if last >= 0 else self.records.total - 1

    def chosen_records(self) -> list[PracticeRecord]:
        """Those selected that are here, from the top, at most MOST_CHOSEN."""
        found: list[PracticeRecord] = []
        for part in sorted(self.selectionModel().selection().toList(), key=QItemSelectionRange.top):
            for row in range(part.top(), min(part.bottom(), part.top() + MOST_CHOSEN) + 1):
                record = self.records.record(row)
                if record is not None and len(found) < MOST_CHOSEN:
                    found.append(record)
        return found

    def chosen_count(self) -> int:
        """All that are selected, here or not."""
        return sum(part.height() for part in self.selectionModel().selection().toList())

    def cell_text(self) -> str:
        """What the current cell holds, as its system writes it."""
        index = self.currentIndex()
        role = Qt.ItemDataRole.DisplayRole if index.column() == CHANGED else Qt.ItemDataRole.EditRole
        return str(index.data(role) or "")

    def rows_text(self) -> str:
        """The selected records as lines of cells parted by tabs, below a line of headings: as a spreadsheet takes them."""
        names = [field.name for field in self.records.columns]
        lines = [["Id", *(field.label for field in self.records.columns)]]
        lines += [[record.id, *(record.values.get(name) or "" for name in names)] for record in self.chosen_records()]
        return "\n".join("\t".join(" ".join(cell.split()) for cell in line) for line in lines)

    def current_record(self) -> PracticeRecord | None:
        index = self.currentIndex()
        return self.records.record(index.row()) if index.isValid() else None

    def choose(self, ids: list[str], current: str, column: int, *, follow: bool) -> bool:
        """Select those records again wherever they are now. `follow`: scroll to the current one. True if that one is here."""
        rows = [row for row in map(self.records.row_of, ids) if row is not None]
        last = max(self.records.columnCount() - 1, 0)
        selection = QItemSelection()
        for row in rows:
            selection.select(self.records.index(row, 0), self.records.index(row, last))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        place = self.records.row_of(current) if current else None
        if rows and place not in rows:
            place = rows[0]
        if place is not None:
            index = self.records.index(place, min(max(column, 0), last))
            self.setAutoScroll(False)  # a record that moves away takes nobody with it who is looking elsewhere
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.setAutoScroll(True)
            if follow:
                self.scrollTo(index)
        return place is not None

    def edit_cell(self, id: str, field: str) -> None:
        row = self.records.row_of(id)
        names = [each.name for each in self.records.columns]
        if row is not None and field in names:
            index = self.records.index(row, names.index(field) + 1)
            self.setFocus()
            self.setCurrentIndex(index)
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        index = self.currentIndex()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self.editing:  # the line of an editor hands Enter on
                self.opened.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif key == Qt.Key.Key_Delete:
            self.removed.emit()
        elif key == Qt.Key.Key_F2 and index.isValid() and index.column() == CHANGED:
            self._edit_first(index)
        elif key == Qt.Key.Key_Menu or (
            key == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self.menu.emit(self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sized.emit()
        self._timer.start()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self.done.emit()

    def _edit_first(self, index: QModelIndex) -> None:
        for column in range(1, self.records.columnCount()):
            sibling = index.siblingAtColumn(column)
            if sibling.flags() & Qt.ItemFlag.ItemIsEditable:
                self.setCurrentIndex(sibling)
                self.edit(sibling)
                return

    def _selected(self) -> None:
        self.chosen.emit()
