"""Every pass, and what it wrote, field by field."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSplitter, QStackedWidget, QTableView

from crmsync_desktop.app.views import Changed, Event, PassFinished, PassView
from crmsync_desktop.ui.changes_view import ChangesView
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Card, EmptyState, column, label, row
from crmsync_desktop.ui.passes_model import Column, PassesModel
from crmsync_desktop.ui.tab import Tab

PASSES = 500


class ChangesTab(Tab):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.passes = PassesModel(desk.words, self)
        self.table = QTableView()
        self.table.setModel(self.passes)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(4 * GRID)
        self.table.setAccessibleName("Passes, newest first")
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        for column_index in Column:
            header.resizeSection(column_index, 9 * GRID)
        header.resizeSection(Column.WHEN, 18 * GRID)
        header.resizeSection(Column.WHY, 24 * GRID)
        header.resizeSection(Column.CALLS, 11 * GRID)
        header.resizeSection(Column.TOOK, 12 * GRID)
        header.setSectionResizeMode(Column.STATE, QHeaderView.ResizeMode.Stretch)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.title = label("Choose a pass", "section")
        self.view = ChangesView(desk, (34 * GRID, 22 * GRID, 52 * GRID))
        self.no_passes = EmptyState(
            desk.look,
            "history",
            "No pass yet",
            "Each pass will stand here with every record and field that it wrote, old and new. Sync now, or preview first.",
        )
        self.no_writes = EmptyState(
            desk.look, "check", "Nothing was written", "Both systems said the same, or everything was held."
        )
        self.writes = QStackedWidget()
        self.writes.addWidget(self.view)
        self.writes.addWidget(self.no_writes)
        above, below = Card(), Card()
        for card in (above, below):
            card.body.setContentsMargins(0, 0, 0, GRID)
            card.body.setSpacing(0)
            card.title.hide()
        above.body.addWidget(self.table)
        head = row(self.title, None)
        head.setContentsMargins(2 * GRID, 12, 2 * GRID, GRID)
        below.body.addLayout(head)
        below.body.addWidget(self.writes, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(2 * GRID)
        split.setChildrenCollapsible(False)
        split.addWidget(above)
        split.addWidget(below)
        split.setSizes([300, 300])
        self.stack = QStackedWidget()
        self.stack.addWidget(self.no_passes)
        self.stack.addWidget(split)
        whole = column(self.stack)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        self.setLayout(whole)

    def refresh(self) -> None:
        self.desk.bridge.refresh("passes", lambda: self.desk.engine.passes(PASSES), self._show, self)

    def hear(self, event: Event) -> None:
        if isinstance(event, PassFinished) or (isinstance(event, Changed) and "passes" in event.kinds):
            self.refresh()

    def _show(self, passes: list[PassView]) -> None:
        chosen = self._pass_at(self.table.currentIndex())
        self.passes.set_rows(passes)
        self.stack.setCurrentIndex(1 if passes else 0)
        if passes:
            ids = [each.id for each in passes]
            self.table.selectRow(ids.index(chosen.id) if chosen is not None and chosen.id in ids else 0)

    def _pass_at(self, index: QModelIndex) -> PassView | None:
        return self.passes.rows[index.row()] if index.isValid() and index.row() < len(self.passes.rows) else None

    def _chosen(self, index: QModelIndex, _: QModelIndex) -> None:
        view = self._pass_at(index)
        if view is None:
            self.view.show_nothing()
            return
        writes = sum(t.created + t.updated + t.deleted + t.failed + t.held for t in view.tallies)
        verb = "would write" if view.preview else "wrote"
        self.title.setText(f"What the pass of {self.desk.words.moment(view.started_at)} {verb}")
        self.writes.setCurrentWidget(self.view if writes else self.no_writes)
        if writes:
            self.view.show_pass(view.id)
        else:
            self.view.show_nothing()
