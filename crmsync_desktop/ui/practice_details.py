"""The lower part of a pane: one record with all its fields."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QToolButton, QWidget

from crmsync_desktop.ports.practice import PracticeRecord, PracticeType
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Elided, close_button, column, row
from crmsync_desktop.ui.practice_delegate import ROW_HEIGHT, CellDelegate, plain_table
from crmsync_desktop.ui.practice_fields import LABEL, VALUE, FieldsFilter, FieldsModel
from crmsync_desktop.ui.practice_words import CHANGED_BY, changed_iso, state_words, title_of


class DetailsTable(QTableView):
    @property
    def editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and index.column() == VALUE:
            QGuiApplication.clipboard().setText(
                str(index.data(Qt.ItemDataRole.EditRole) or "")
            )  # as its system writes it
        else:
            super().keyPressEvent(event)


class Details(QWidget):
    """`close_panel` is set by the pane."""

    def __init__(self, desk: Desk, system: str) -> None:
        super().__init__()
        self._desk = desk
        self.close_panel: Callable[[], None] = lambda: None
        self.fields = FieldsModel(desk.words, self)
        self.found = FieldsFilter(self)
        self.found.setSourceModel(self.fields)
        self.title = Elided("", "strong")
        self.said = Elided("", "small")
        self.copy_button = QToolButton()
        desk.look.tint(self.copy_button, "copy", "muted")
        self.copy_button.setAccessibleName("Copy the record's id")
        self.copy_button.clicked.connect(self.copy_id)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search fields")
        self.search.setAccessibleName(f"Search the fields of this {system} record")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(18 * GRID)
        self.search.textChanged.connect(self.found.search)
        self.table = self._make_table(system)
        closing = close_button(desk.look, lambda: self.close_panel(), "Close the record")
        names = column(self.title, self.said, gap=2)
        head = row(names, self.search, self.copy_button, closing)
        head.setStretch(0, 1)
        head.setContentsMargins(12, GRID, GRID, GRID)
        whole = column(head, self.table, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self.setAccessibleName(f"One {system} record")
        self.record: PracticeRecord | None = None
        self._kind: PracticeType | None = None
        QShortcut(
            QKeySequence("Ctrl+Shift+C"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        ).activated.connect(self.copy_id)

    def show_record(self, kind: PracticeType, record: PracticeRecord) -> None:
        if self.record is None or self.record.id != record.id:
            self.table.scrollToTop()
        self.record, self._kind = record, kind
        self.fields.show_record(kind, record)
        self.title.setText(title_of(record))
        self.tell_time()
        self.copy_button.setToolTip(f"Copy the id {record.id}")

    def tell_time(self) -> None:
        record = self.record
        if record is None:
            return
        iso = changed_iso(record)
        label = self._kind.label if self._kind is not None else record.type
        said = f"{label} {record.id} · {CHANGED_BY[record.changed_by][1]}, {self._desk.words.ago(iso)}"
        state = state_words(record)
        self.said.setText(f"{said} · {state}" if state else said)
        self.said.setToolTip(self._desk.words.exact(iso))

    def clear(self) -> None:
        self.record = None
        self.fields.clear()
        self.title.setText("")
        self.said.setText("")

    def copy_id(self) -> None:
        if self.record is not None:
            QGuiApplication.clipboard().setText(self.record.id)
            self.said.setText(f"{self.record.id} copied")

    def edit_field(self, name: str) -> None:
        self.search.clear()
        for place, field in enumerate(self.fields.fields):
            if field.name == name:
                index = self.found.mapFromSource(self.fields.index(place, VALUE))
                self.table.setFocus()
                self.table.setCurrentIndex(index)
                self.table.scrollTo(index)
                self.table.edit(index)

    def _make_table(self, system: str) -> DetailsTable:
        table = DetailsTable()
        table.setModel(self.found)
        table.setItemDelegate(CellDelegate(self._desk.look, table))
        plain_table(table)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setAccessibleName(f"Fields of this {system} record")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.horizontalHeader().hide()
        table.horizontalHeader().resizeSection(LABEL, 23 * GRID)
        table.horizontalHeader().setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        return table
