"""Cells of two lines, and the rule's choice in place."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.mappings_model import Column, Role
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import roomy

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 6 * GRID
PADDING = 12


class MappingsDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = self._look
        rect: QRect = option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver) and index.column() == Column.RULE
        painter.save()
        painter.fillRect(rect, look.colour("accent_soft" if selected else "sunken" if hovered else "surface"))
        painter.setPen(look.colour("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(look.colour("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        inner = self._paint_sign(painter, inner, index)
        self._paint_text(painter, inner, option, index)
        painter.restore()

    def _paint_sign(self, painter: QPainter, inner: QRect, index: Index) -> QRect:
        look, middle = self._look, inner.center().y() - 7
        if index.column() == Column.RULE:
            painter.drawPixmap(inner.right() - 15, middle, look.pixmap("chevron-down", "muted"))
            return inner.adjusted(0, 0, -3 * GRID, 0)
        sign = index.data(Role.ICON)
        if sign:
            painter.drawPixmap(inner.left(), middle, look.pixmap(*sign))
            return inner.adjusted(3 * GRID, 0, 0, 0)
        return inner

    def _paint_text(self, painter: QPainter, inner: QRect, option: QStyleOptionViewItem, index: Index) -> None:
        look = self._look
        text, under = str(index.data() or ""), str(index.data(Role.SUBTITLE) or "")
        font = option.font
        small = type(font)(font)
        small.setPointSizeF(font.pointSizeF() * 0.92)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        vertical = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        quiet = index.column() == Column.EXAMPLE or text in ("Off", "–")
        painter.setPen(look.colour("muted" if quiet else "text"))
        first = inner if not under else inner.adjusted(0, 7, 0, -inner.height() // 2)
        painter.drawText(
            first, vertical, metrics.elidedText(_one_line(text), Qt.TextElideMode.ElideRight, inner.width())
        )
        if under:
            painter.setFont(small)
            painter.setPen(look.colour("muted"))
            second = inner.adjusted(0, inner.height() // 2, 0, -7)
            shown = painter.fontMetrics().elidedText(_one_line(under), Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(second, vertical, shown)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        combo = roomy(QComboBox(parent))
        combo.setAccessibleName("Rule of this mapping")
        for rule in index.data(Role.RULES):
            combo.addItem(rule.label, rule.value)
        combo.activated.connect(lambda _: self._commit(combo))
        QTimer.singleShot(0, combo, combo.showPopup)
        return combo

    def _commit(self, combo: QComboBox) -> None:
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(editor.findData(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        model.setData(index, editor.currentData(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(4, (rect.height() - 32) // 2, -4, -(rect.height() - 32) // 2))


def _one_line(text: str) -> str:
    return " ".join(text.split())
