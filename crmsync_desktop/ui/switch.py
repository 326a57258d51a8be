"""A switch: a box to tick that looks like what it does. Space and a click turn it, as they do any box."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.palette import GRID

TRACK = QSize(4 * GRID + 4, 2 * GRID + 4)
KNOB = 2 * GRID - 2
GAP = GRID + 4


class Switch(QCheckBox):
    def __init__(self, look: Look, text: str) -> None:
        super().__init__(text)
        self._look = look
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().size(Qt.TextFlag.TextSingleLine, self.text())
        return QSize(TRACK.width() + GAP + text.width() + 4, max(TRACK.height() + 4, text.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(TRACK.width() + GAP, self.sizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, radius = self.isChecked(), TRACK.height() / 2
        track = QRectF(2, (self.height() - TRACK.height()) / 2, TRACK.width(), TRACK.height())
        if self.hasFocus():
            painter.setPen(QPen(self._look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-1, -1, 1, 1), radius + 1, radius + 1)
            track = track.adjusted(2, 2, -2, -2)
            radius -= 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("accent" if on else "control"))
        painter.drawRoundedRect(track, radius, radius)
        painter.setBrush(self._look.colour("on_accent" if on else "surface"))
        inset = (track.height() - KNOB) / 2
        left = track.right() - inset - KNOB if on else track.left() + inset
        painter.drawEllipse(QRectF(left, track.top() + inset, KNOB, KNOB))
        painter.setPen(self._look.colour("text" if self.isEnabled() else "muted"))
        beside = self.rect().adjusted(TRACK.width() + GAP, 0, 0, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()
