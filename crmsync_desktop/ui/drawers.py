"""The middle of the frame: the tabs, and panels that slide over their right side without squeezing them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class Drawers(QWidget):
    """Each panel keeps its own width, as far as there is room, and takes the whole height."""

    def __init__(self, panels: tuple[QWidget, ...]) -> None:
        super().__init__()
        self._panels = panels
        for panel in panels:
            panel.setParent(self)
            panel.hide()
            panel.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        for panel in self._panels:
            width = min(panel.maximumWidth(), self.width())
            panel.setGeometry(self.width() - width, 0, width, self.height())
            panel.raise_()
