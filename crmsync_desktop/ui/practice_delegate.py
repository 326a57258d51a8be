"""Cells of practice records: one line each, marked while it is saved and where it was refused, and edited in place."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.practice_inputs import line_of, make_input, set_text, text_of
from crmsync_desktop.ui.practice_model import CellLook, Index, Role

ROW_HEIGHT = 4 * GRID
PADDING = 12
_ALIGNED = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_MOST_ELIDED = 4000
_SIGNS = {"saving": ("loader-circle", "muted"), "refused": ("circle-alert", "bad")}


class CellDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._fitted: dict[tuple[str, int, str], str] = {}
        """By text, width and font: a list that scrolls paints the same cells again and again."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 2 * PADDING, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = self._look
        rect: QRect = option.rect
        cell: CellLook = index.data(Role.CELL) or CellLook("")
        mark = cell.mark
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = "bad_soft" if mark == "refused" else "accent_soft" if selected else "surface"
        painter.save()
        painter.fillRect(rect, look.colour(ground))
        painter.setPen(look.colour("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(look.colour("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        sign = _SIGNS.get(mark) or cell.sign
        if sign:
            painter.drawPixmap(inner.left(), inner.center().y() - 7, look.pixmap(*sign))
            inner = inner.adjusted(3 * GRID - 2, 0, 0, 0)
        painter.setFont(option.font)
        painter.setPen(look.colour("bad" if mark == "refused" else "muted" if cell.quiet else "text"))
        text = " ".join(cell.text.split())
        painter.drawText(
            inner,
            _ALIGNED,
            self._fitting(text, inner.width(), option),
        )
        painter.restore()

    def _fitting(self, text: str, width: int, option: QStyleOptionViewItem) -> str:
        key = (text, width, option.font.key())
        fitted = self._fitted.get(key)
        if fitted is None:
            if len(self._fitted) >= _MOST_ELIDED:
                self._fitted.clear()
            fitted = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            self._fitted[key] = fitted
        return fitted

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = make_input(index.data(Role.FIELD), parent)
        editor.setProperty("role", "cell")
        if isinstance(editor, QComboBox):
            editor.activated.connect(lambda _: self._commit(editor))
            line_of(editor).installEventFilter(self)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit | QComboBox)
        set_text(editor, str(index.data(Qt.ItemDataRole.EditRole) or ""))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit | QComboBox)
        model.setData(index, text_of(editor), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(1, 1, -1, -1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The line inside a combo box keeps Enter and Esc to itself; they belong to the cell."""
        box = watched.parent() if isinstance(watched, QLineEdit) else None
        if not isinstance(box, QComboBox) or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._commit(box)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closeEditor.emit(box, QStyledItemDelegate.EndEditHint.RevertModelCache)
                return True
        return False

    def _commit(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)


def plain_table(table: QAbstractItemView) -> None:
    """What both tables of a pane share."""
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setEditTriggers(
        QAbstractItemView.EditTrigger.EditKeyPressed
        | QAbstractItemView.EditTrigger.DoubleClicked
        | QAbstractItemView.EditTrigger.AnyKeyPressed
    )
    table.setTabKeyNavigation(False)
