"""The mappings of a pair: search, table, add, remove."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSettings, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStackedWidget, QTableView, QWidget

from crmsync_desktop.app.views import MappingView
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.ui.add_mapping import AddMapping
from crmsync_desktop.ui.band import Band, Bands
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.mappings_delegate import ROW_HEIGHT, MappingsDelegate
from crmsync_desktop.ui.mappings_model import Column, MappingsModel, MappingsProxy
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Card, EmptyState, button, column, label, row

SHARES = {Column.SALESFORCE: 19, Column.HUBSPOT: 19, Column.EXAMPLE: 16, Column.STATE: 18}
"""How the columns share the width, but for the rule's, which is as wide as its longest word."""
RULE_WIDTH = 31 * GRID


class MappingsPanel(QWidget):
    def __init__(self, desk: Desk, pair: str, hubspot: str, objects: tuple[str, ...], settings: QSettings) -> None:
        super().__init__()
        self._desk, self._pair, self._settings = desk, pair, settings
        self.mappings = MappingsModel(self)
        self.mappings.rule_chosen.connect(self._set_rule)
        self.shown = MappingsProxy(self)
        self.shown.setSourceModel(self.mappings)
        self.bands = Bands(desk.look, margin=0)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search fields")
        self.search.setAccessibleName("Search mappings")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(24 * GRID)
        self.search.textChanged.connect(self._searched)
        self.title = label("Field mappings", "title")
        self.counted = label("", "muted")
        self.remove_button = button("Remove", self._remove, hint="Remove the chosen mapping (Delete)")
        self.remove_button.setEnabled(False)
        self.add_button = button("Add mapping", self._open_add)
        desk.look.tint(self.add_button, "plus")
        self.add_panel = AddMapping(desk, pair, hubspot, objects, self.show_mappings)
        self._spreading = self._placed = False
        self.table = self._make_table()
        self.reading = EmptyState(desk.look, "arrow-left-right", "Reading the mappings", "They come from the engine.")
        self.nothing_found = EmptyState(
            desk.look, "search", "No field of that name", "Search for another, or add a mapping."
        )
        self.stack = QStackedWidget()
        for page in (self.reading, self.nothing_found, self.table):
            self.stack.addWidget(page)
        card = Card()
        card.title.hide()
        card.body.setContentsMargins(1, 1, 1, GRID)
        card.body.addWidget(self.stack)
        head = row(self.title, self.counted, None, self.search, self.remove_button, self.add_button)
        whole = column(head, self.bands, self.add_panel, card, gap=2 * GRID)
        whole.setStretch(3, 1)
        self.setLayout(whole)

    def refresh(self) -> None:
        self._desk.bridge.refresh(
            f"mappings {self._pair}", lambda: self._desk.engine.mappings(self._pair), self.show_mappings, self
        )

    def show_mappings(self, rows: list[MappingView]) -> None:
        self.mappings.set_rows(rows)
        on = sum(1 for row_ in rows if row_.rule is not Rule.DONT_SYNC and not row_.problem)
        self.counted.setText(f"{self._desk.words.number(on)} of {self._desk.words.number(len(rows))} sync")
        self._searched(self.search.text())
        self._chosen()

    def escape(self) -> bool:
        if self.add_panel.isVisible():
            self.add_panel.hide()
            return True
        return False

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.shown)
        table.setItemDelegate(MappingsDelegate(self._desk.look, table))
        table.setAccessibleName("Field mappings")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        table.setShowGrid(False)
        table.setSortingEnabled(True)
        table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        table.setMouseTracking(True)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(8 * GRID)
        state = self._settings.value(f"{self._pair}/columns")
        self._placed = state is not None and header.restoreState(state)
        header.sectionResized.connect(self._remember)
        table.clicked.connect(self._clicked)
        table.selectionModel().currentRowChanged.connect(self._chosen)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), table).activated.connect(self._remove)
        return table

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        """Share the width among the columns, until a person sets them."""
        if self._placed:
            return
        self._spreading = True
        header = self.table.horizontalHeader()
        room = self.table.width() - RULE_WIDTH - 2 * GRID
        header.resizeSection(Column.RULE, RULE_WIDTH)
        for name, share in SHARES.items():
            if name is not Column.STATE:
                header.resizeSection(name, max(room * share // sum(SHARES.values()), 12 * GRID))
        self._spreading = False

    def _remember(self, column: int) -> None:
        if self._spreading or column == Column.STATE:  # the last column follows the window's width by itself
            return
        self._placed = True
        self._settings.setValue(f"{self._pair}/columns", self.table.horizontalHeader().saveState())

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == Column.RULE:
            self.table.edit(index)

    def _current(self) -> MappingView | None:
        index = self.shown.mapToSource(self.table.currentIndex())
        return self.mappings.rows[index.row()] if index.isValid() and index.row() < len(self.mappings.rows) else None

    def _chosen(self) -> None:
        view = self._current()
        self.remove_button.setEnabled(view is not None and not view.builtin)
        if view is not None and view.builtin:
            self.remove_button.setToolTip("A default mapping stays; set its rule to Don't sync")
        else:
            self.remove_button.setToolTip("Remove the chosen mapping (Delete)")

    def _searched(self, text: str) -> None:
        self.shown.search(text)
        if not self.mappings.rows:
            self.stack.setCurrentWidget(self.reading)
        else:
            self.stack.setCurrentWidget(self.table if self.shown.rowCount() else self.nothing_found)
            self._spread()

    def _open_add(self) -> None:
        self.add_panel.open_panel({row_.property for row_ in self.mappings.rows})

    def _set_rule(self, name: str, rule: Rule) -> None:
        self._desk.bridge.run(self._desk.engine.set_rule(self._pair, name, rule), self.show_mappings, owner=self)

    def _remove(self) -> None:
        view = self._current()
        if view is None or view.builtin:
            return

        def removed(rows: list[MappingView]) -> None:
            self.show_mappings(rows)
            band = self.bands.say(
                "good",
                f"{view.property_label} is no longer mapped.",
                "No record was changed.",
                (("Put it back", put_back),),
            )
            shown.append(band)

        def put_back() -> None:
            for band in shown:
                self.bands.take_away(band)
            self._desk.bridge.run(
                self._desk.engine.add_mapping(self._pair, view.property, view.salesforce, view.rule),
                self.show_mappings,
                owner=self,
            )

        shown = list[Band]()
        self._desk.bridge.run(self._desk.engine.remove_mapping(self._pair, view.property), removed, owner=self)
