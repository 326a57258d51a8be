"""How everything looks: palette, font, style sheet and tinted icons, changed together when the system's scheme does."""

from __future__ import annotations

import weakref
from typing import Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyleFactory
from shiboken6 import isValid

from crmsync_desktop.ui.palette import DARK, LIGHT, Palette
from crmsync_desktop.ui.resources import resource
from crmsync_desktop.ui.style import style_sheet

Scheme = Literal["system", "light", "dark"]
ICON_GAP = 4
"""Between a button's icon and its text, on top of what the style leaves."""
BASE_POINTS = 9.75
"""13 px at 96 dots per inch; in points, so that it grows with the system's own text size."""


class Look(QObject):
    """`palette` is what painters use; `changed` says that it is another one."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme = "system") -> None:
        super().__init__(app)
        self._app = app
        self._scheme: Scheme = scheme
        self._tinted: list[tuple[weakref.ref[QAbstractButton], str, str, int]] = []
        self._pixmaps: dict[tuple[str, str, int, int, float], QPixmap] = {}
        self.palette = LIGHT
        fusion = QStyleFactory.create("Fusion")
        if fusion is not None:
            app.setStyle(fusion)
        app.setFont(load_font())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._follow()

    def choose(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._follow()

    def colour(self, role: str) -> QColor:
        """A colour of the palette by its name."""
        return QColor(getattr(self.palette, role))

    def pixmap(self, name: str, role: str = "muted", size: int = 16, gap: int = 0) -> QPixmap:
        """A bundled icon in a colour of the palette, sharp on every screen, with empty space to its right."""
        ratio = self._app.devicePixelRatio()
        key = (name, getattr(self.palette, role), size, gap, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = _render(*key)
        return self._pixmaps[key]

    def icon(self, name: str, role: str = "muted", size: int = 16, gap: int = 0) -> QIcon:
        icon = QIcon(self.pixmap(name, role, size, gap))
        icon.addPixmap(self.pixmap(name, "control", size, gap), QIcon.Mode.Disabled)
        return icon

    def tint(self, button: QAbstractButton, name: str, role: str = "text", size: int = 16) -> None:
        """Give a button an icon, and a new one whenever the palette changes."""
        self._tinted = [entry for entry in self._tinted if _lives(entry[0]()) and entry[0]() is not button]
        self._tinted.append((weakref.ref(button), name, role, size))
        self._set_icon(button, name, role, size)

    def _set_icon(self, button: QAbstractButton, name: str, role: str, size: int) -> None:
        gap = ICON_GAP if button.text() else 0
        button.setIcon(self.icon(name, role, size, gap))
        button.setIconSize(QSize(size + gap, size))

    def _follow(self) -> None:
        dark = self._scheme == "dark" or (
            self._scheme == "system" and QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self.palette = DARK if dark else LIGHT
        self._app.setPalette(qt_palette(self.palette))
        self._app.setStyleSheet(style_sheet(self.palette))
        for reference, name, role, size in self._tinted:
            button = reference()
            if button is not None and _lives(button):
                self._set_icon(button, name, role, size)
        self.changed.emit()


def _lives(button: QAbstractButton | None) -> bool:
    return button is not None and isValid(button)


def load_font() -> QFont:
    """Inter, bundled; the system's own font stands in for letters it doesn't have."""
    family = "Inter"
    for weight in ("Regular", "Medium", "SemiBold"):
        number = QFontDatabase.addApplicationFont(str(resource("fonts", f"Inter-{weight}.ttf")))
        if number >= 0 and weight == "Regular":
            family = QFontDatabase.applicationFontFamilies(number)[0]
    font = QFont(family)
    font.setPointSizeF(BASE_POINTS)
    return font


def tabular(font: QFont) -> QFont:
    """The same font with figures of one width, so that numbers stand under one another and meters don't tremble. Not for
    everything: it sets hyphens wide too."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def qt_palette(colours: Palette) -> QPalette:
    """For what Fusion draws itself and the style sheet doesn't reach."""
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, colours.canvas),
        (roles.WindowText, colours.text),
        (roles.Base, colours.surface),
        (roles.AlternateBase, colours.sunken),
        (roles.Text, colours.text),
        (roles.Button, colours.surface),
        (roles.ButtonText, colours.text),
        (roles.PlaceholderText, colours.muted),
        (roles.Highlight, colours.accent),
        (roles.HighlightedText, colours.on_accent),
        (roles.Accent, colours.accent),
        (roles.Link, colours.link),
        (roles.LinkVisited, colours.link),
        (roles.ToolTipBase, colours.surface),
        (roles.ToolTipText, colours.text),
        (roles.Mid, colours.border),
        (roles.Light, colours.surface),
        (roles.Midlight, colours.sunken),
        (roles.Dark, colours.control),
        (roles.Shadow, colours.border),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.control))
    return palette


def _render(name: str, colour: str, size: int, gap: int, ratio: float) -> QPixmap:
    svg = resource("icons", f"{name}.svg").read_bytes().replace(b"currentColor", colour.encode())
    pixmap = QPixmap(QSize(size + gap, size) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
