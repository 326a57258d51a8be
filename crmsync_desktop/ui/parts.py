"""The small widgets that screens are made of."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from crmsync_desktop.ui.look import Look, tabular
from crmsync_desktop.ui.palette import GRID

LONG_WORD = 16
"""Letters between two places where a word of twice that length and more may break."""


def label(text: str = "", role: str = "", wrap: bool = False, tone: str = "") -> QLabel:
    """Plain text always: a record's name may hold HTML."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if role == "chip":
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    if tone:
        made.setProperty("tone", tone)
    return made


def figures(made: QLabel) -> QLabel:
    """The same label, with figures of one width."""
    made.setFont(tabular(made.font()))
    return made


class Elided(QLabel):
    """One line that gives way: what doesn't fit ends in "…"."""

    def __init__(self, text: str, role: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


def breakable(text: str) -> str:
    """The same text with places to break its longest words at: a label wraps between words alone."""
    return " ".join(
        "\u200b".join(word[at : at + LONG_WORD] for at in range(0, len(word), LONG_WORD))
        if len(word) > 2 * LONG_WORD
        else word
        for word in text.split(" ")
    )


def set_tone(widget: QWidget, tone: str) -> None:
    """ "good", "warn", "bad" or "" (accent or none)."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(text: str, act: Callable[[], object], role: str = "", name: str = "", hint: str = "") -> QPushButton:
    made = QPushButton(text)
    made.setAccessibleName(name or text)
    if hint:
        made.setToolTip(hint)
    if role:
        made.setProperty("role", role)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda: act())
    return made


def roomy(made: QComboBox, list_width: int = 0) -> QComboBox:
    """The same combo box, with a list whose rows the style sheet reaches, at least that wide."""
    made.setItemDelegate(QStyledItemDelegate(made))
    made.view().setTextElideMode(Qt.TextElideMode.ElideRight)
    if list_width:
        made.view().setMinimumWidth(list_width)
    return made


def close_button(look: Look, act: Callable[[], object], name: str) -> QToolButton:
    made = QToolButton()
    look.tint(made, "x", "muted")
    made.setAccessibleName(name)
    made.setToolTip(f"{name} (Esc)")
    made.clicked.connect(lambda: act())
    return made


def row(*items: QWidget | QLayout | int | None, gap: int = GRID) -> QHBoxLayout:
    """Widgets beside one another; None stretches, a number is a distance."""
    made = QHBoxLayout()
    _fill(made, items, gap)
    return made


def column(*items: QWidget | QLayout | int | None, gap: int = GRID) -> QVBoxLayout:
    made = QVBoxLayout()
    _fill(made, items, gap)
    return made


def _fill(made: QHBoxLayout | QVBoxLayout, items: tuple[QWidget | QLayout | int | None, ...], gap: int) -> None:
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(gap)
    for item in items:
        if item is None:
            made.addStretch(1)
        elif isinstance(item, int):
            made.addSpacing(item)
        elif isinstance(item, QWidget):
            made.addWidget(item)
        else:
            made.addLayout(item)


def rule() -> QFrame:
    made = QFrame()
    made.setObjectName("rule")
    return made


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        inner = item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


class Card(QFrame):
    """A titled surface; `body` takes its content."""

    def __init__(self, title: str = "", role: str = "section") -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = column(gap=GRID)
        self.body.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.setLayout(self.body)
        self.title = label(title, role)
        if title:
            self.setAccessibleName(title)
            self.body.addWidget(self.title)


class Glyph(QWidget):
    """An icon in a colour of the palette, repainted when that changes."""

    def __init__(self, look: Look, name: str, role: str = "muted", size: int = 16) -> None:
        super().__init__()
        self._look = look
        self._name, self._role, self._size = name, role, size
        self.setFixedSize(size, size)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, name: str, role: str) -> None:
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._look.pixmap(self._name, self._role, self._size))
        painter.end()


class Bar(QWidget):
    """A meter: how much of a whole is used."""

    def __init__(self, look: Look, height: int = GRID) -> None:
        super().__init__()
        self._look = look
        self._share = 0.0
        self._role = "accent"
        self.setFixedHeight(height)

    def show_share(self, share: float, role: str = "accent") -> None:
        self._share, self._role = min(max(share, 0.0), 1.0), role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self.height() / 2
        painter.setBrush(self._look.colour("track"))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        if self._share > 0:
            painter.setBrush(self._look.colour(self._role))
            width = max(self.width() * self._share, float(self.height()))
            painter.drawRoundedRect(QRectF(0, 0, width, self.height()), radius, radius)
        painter.end()


class Ring(QWidget):
    """A round meter with a text in its middle."""

    def __init__(self, look: Look, size: int = 11 * GRID) -> None:
        super().__init__()
        self._look = look
        self._share = 0.0
        self._text = ""
        self._role = "accent"
        self.setFixedSize(size, size)

    def show_share(self, share: float, text: str, role: str = "accent") -> None:
        self._share, self._text, self._role = min(max(share, 0.0), 1.0), text, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = GRID
        box = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.setPen(QPen(self._look.colour("track"), thick))
        painter.drawEllipse(box)
        if self._share > 0:
            pen = QPen(self._look.colour(self._role), thick)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(box, 90 * 16, -round(self._share * 360 * 16))
        painter.setPen(self._look.colour("text"))
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class EmptyState(QWidget):
    """What stands where there is nothing yet: a drawing, what this is, and what to do next."""

    def __init__(self, look: Look, icon: str, title: str, text: str, role: str = "link") -> None:
        super().__init__()
        self._look, self._role = look, role
        self._glyph = Glyph(look, icon, role, 28)
        self._plate = 8 * GRID
        self.title = label(title, "title")
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = label(text, "muted", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text.setMinimumWidth(56 * GRID)
        layout = column(
            None,
            row(None, self._glyph, None),
            3 * GRID,
            self.title,
            row(None, self.text, None),
            None,
        )
        layout.setContentsMargins(3 * GRID, 4 * GRID, 3 * GRID, 4 * GRID)
        self.setLayout(layout)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def say(self, icon: str, title: str, text: str) -> None:
        self._glyph.show_icon(icon, self._role)
        self.title.setText(title)
        self.text.setText(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("bad_soft" if self._role == "bad" else "accent_soft"))
        centre = QPointF(self._glyph.geometry().center()) + QPointF(0.5, 0.5)
        half = self._plate / 2
        painter.drawRoundedRect(QRectF(centre.x() - half, centre.y() - half, self._plate, self._plate), 16, 16)
        painter.end()
