"""Bands under the tabs: notices and errors, said where they don't stop anyone from working."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Glyph, breakable, button, close_button, label, row

BESIDE = 62 * GRID
"""From this width on, two buttons stand beside the text of a narrow band, else below it."""
MOST = 3
"""Bands at a time: a fourth takes the oldest one's place."""
_ICONS = {
    "": ("info", "link"),
    "good": ("circle-check", "good"),
    "warn": ("triangle-alert", "warn"),
    "bad": ("circle-alert", "bad"),
}
_WORDS = {"": "Note", "good": "Done", "warn": "Warning", "bad": "Error"}


class _Wrapped(QLabel):
    """Lines as many as it takes: in a splitter nobody asks a label how high it is at its width."""

    def __init__(self, text: str) -> None:
        super().__init__(breakable(text))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self._height())

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height())

    def _height(self) -> int:
        """What its lines take; a label's own answer would never be less than its minimum height."""
        room, wrapped = QRect(0, 0, max(self.width(), 1), 10_000), int(Qt.TextFlag.TextWordWrap)
        return self.fontMetrics().boundingRect(room, wrapped, self.text()).height()


class Band(QFrame):
    """One line: what happened, in detail, what to do, and up to two buttons."""

    def __init__(
        self,
        look: Look,
        tone: str,
        title: str,
        text: str = "",
        actions: tuple[tuple[str, Callable[[], object]], ...] = (),
        closed: Callable[[Band], None] | None = None,
        narrow: bool = False,
        hover: str = "",
    ) -> None:
        """`hover`: what few need to know, shown under the pointer."""
        super().__init__()
        self.setObjectName("band")
        self.setProperty("tone", tone)
        self.key = (tone, title)
        icon, role = _ICONS[tone]
        self.title = label(title, "strong")
        self.text = _Wrapped(text) if narrow else label(text, wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.buttons: list[QPushButton] = [button(word, act) for word, act in actions]
        line = row(Glyph(look, icon, role), self.title, self.text)
        apart = narrow and len(self.buttons) > 1
        if not apart:
            for each in self.buttons:
                line.addWidget(each)
        if closed is not None:
            self.close_button = close_button(look, lambda: closed(self), "Dismiss")
            line.addWidget(self.close_button)
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._whole.setSpacing(GRID if apart else 0)
        self._whole.addLayout(line, 1)
        if narrow:
            self.text.setMinimumWidth(10 * GRID)  # one long word would push the other half of the window away
        if apart:
            self._whole.addLayout(row(None, *self.buttons))
        self._apart = apart
        self._whole.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        self.setLayout(self._whole)
        self.setAccessibleName(f"{_WORDS[tone]}: {title}")
        self.setAccessibleDescription(f"{text} {hover}".strip())
        if hover:
            self.setToolTip(f"<p>{html.escape(hover)}</p>")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._apart:
            beside = self.width() >= BESIDE
            self._whole.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)


class Bands(QWidget):
    """The stack of them. Saying the same thing again replaces what was said."""

    changed = Signal()
    """More or fewer are shown."""

    def __init__(self, look: Look, margin: int = 3 * GRID, narrow: bool = False) -> None:
        """`narrow`: for half a window; a band with two buttons has them below its text."""
        super().__init__()
        self._look, self._narrow = look, narrow
        self._stack = QVBoxLayout()
        self._stack.setContentsMargins(margin, margin and 2 * GRID, margin, 0)
        self._stack.setSpacing(GRID)
        self.setLayout(self._stack)
        self.shown: list[Band] = []
        self.hide()

    def say(
        self,
        tone: str,
        title: str,
        text: str = "",
        actions: tuple[tuple[str, Callable[[], object]], ...] = (),
        lasting: bool = False,
        hover: str = "",
    ) -> Band:
        """A `lasting` one has no close button: whoever shows it takes it away."""
        band = Band(self._look, tone, title, text, actions, None if lasting else self.take_away, self._narrow, hover)
        for old in [b for b in self.shown if b.key == band.key]:
            self.take_away(old)
        while len(self.shown) >= MOST:
            self.take_away(self.shown[0])
        self.shown.append(band)
        self._stack.addWidget(band)
        self.show()
        self.changed.emit()
        return band

    def forget(self, title: str) -> None:
        """What was said under that title is true no longer."""
        for band in [each for each in self.shown if each.key[1] == title]:
            self.take_away(band)

    def take_away(self, band: Band) -> None:
        if band in self.shown:
            self.shown.remove(band)
            self._stack.removeWidget(band)
            band.hide()
            band.deleteLater()
        self.setVisible(bool(self.shown))
        self.changed.emit()

    def dismiss_last(self) -> bool:
        """Esc: the latest one that can be closed. True if there was one."""
        for band in reversed(self.shown):
            if hasattr(band, "close_button"):
                self.take_away(band)
                return True
        return False
