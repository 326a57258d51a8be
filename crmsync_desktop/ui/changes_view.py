"""The tree of writes and their fields, as the Changes tab and the preview show it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from crmsync_desktop.app.views import ChangeView
from crmsync_desktop.ui.changes_model import ChangesModel, Column
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID


class _Roomy(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), 4 * GRID)


class ChangesView(QTreeView):
    def __init__(self, desk: Desk, widths: tuple[int, int, int]) -> None:
        super().__init__()
        self._desk = desk
        self._pass_id: int | None = None
        self.changes = ChangesModel(self._fetch, self)
        self.setModel(self.changes)
        self.setItemDelegate(_Roomy(self))
        self.setUniformRowHeights(True)
        self.setIndentation(2 * GRID)
        self.setAccessibleName("Writes, each with its fields")
        header = self.header()
        header.setStretchLastSection(True)
        for column, width in zip(Column, widths, strict=False):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)

    def show_pass(self, pass_id: int) -> None:
        self._pass_id = pass_id
        self.changes.start()

    def show_nothing(self) -> None:
        self._pass_id = None
        self.changes.clear()

    def _fetch(self, after_row: int, limit: int) -> None:
        pass_id = self._pass_id
        if pass_id is None:
            return

        def show(rows: list[ChangeView]) -> None:
            if pass_id == self._pass_id:
                self.changes.append(rows, limit)

        self._desk.bridge.run(self._desk.engine.changes(pass_id, after_row, limit), show, owner=self)
