"""S4: a card for each kind of error. One with nothing wrong is quiet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from crmsync_desktop.app.views import ErrorCardView
from crmsync_desktop.domain.records import Category
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID

CARD_WIDTH = 25 * GRID
CARD_HEIGHT = 11 * GRID
GAP = 2 * GRID


class ErrorCard(QAbstractButton):
    """Checked while its details are open on the right."""

    def __init__(self, desk: Desk, view: ErrorCardView) -> None:
        super().__init__()
        self._desk = desk
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(CARD_HEIGHT)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_card(view)

    def show_card(self, view: ErrorCardView) -> None:
        self.view = view
        words = self._desk.words
        self.figure = words.number(view.errors) if view.errors else ""
        self.under = words.count(view.records, "record") + " affected" if view.errors else "All well"
        self.setText(view.title)
        self.setAccessibleName(f"{view.title}: {words.count(view.errors, 'error')}, {self.under}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(CARD_WIDTH, CARD_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look, wrong = self._desk.look, self.view.errors > 0
        chosen = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(look.colour("accent" if chosen else "border"), 2 if self.isChecked() else 1))
        ground = "sunken" if self.underMouse() and not self.isChecked() else "surface" if wrong else "canvas"
        painter.setBrush(look.colour("accent_soft" if self.isChecked() else ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        inner = self.rect().adjusted(2 * GRID, 12, -2 * GRID, -12)
        icon = ("triangle-alert", "warn") if wrong else ("check", "muted")
        painter.drawPixmap(inner.right() - 15, inner.top(), look.pixmap(*icon, 16))
        title = self.font()
        title.setWeight(title.Weight.Medium if wrong else title.Weight.Normal)
        painter.setFont(title)
        painter.setPen(look.colour("text" if wrong else "muted"))
        left = Qt.AlignmentFlag.AlignLeft
        room = inner.width() - 3 * GRID
        name = painter.fontMetrics().elidedText(self.view.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, left | Qt.AlignmentFlag.AlignTop, name)
        foot = painter.fontMetrics().height()
        if wrong:
            figure = self.font()
            figure.setPointSizeF(figure.pointSizeF() * 1.7)
            figure.setWeight(figure.Weight.DemiBold)
            painter.setFont(figure)
            middle = inner.adjusted(0, 0, 0, -foot)
            painter.drawText(middle, left | Qt.AlignmentFlag.AlignBottom, self.figure)
            painter.setFont(self.font())
            painter.setPen(look.colour("muted"))
        painter.drawText(inner, left | Qt.AlignmentFlag.AlignBottom, self.under)
        painter.end()


class ErrorGrid(QWidget):
    """The cards in as many columns as fit; arrow keys and Tab go through them."""

    def __init__(self, desk: Desk, chosen: Callable[[Category | None], None]) -> None:
        super().__init__()
        self._desk = desk
        self._chosen = chosen
        self._columns = 0
        self.cards: dict[Category, ErrorCard] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self.setLayout(self._grid)

    def show_cards(self, views: tuple[ErrorCardView, ...]) -> None:
        for view in views:
            if view.category in self.cards:
                self.cards[view.category].show_card(view)
            else:
                card = ErrorCard(self._desk, view)
                card.clicked.connect(lambda _checked=False, category=view.category: self._clicked(category))
                self.cards[view.category] = card
                self._columns = 0
        self._arrange()

    def choose(self, category: Category | None) -> None:
        for name, card in self.cards.items():
            card.setChecked(name is category)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _clicked(self, category: Category) -> None:
        opened = category if self.cards[category].isChecked() else None
        self.choose(opened)
        self._chosen(opened)

    def _arrange(self) -> None:
        columns = min(max((self.width() + GAP) // (CARD_WIDTH + GAP), 1), 6)
        if columns == self._columns or not self.cards:
            return
        for column in range(max(self._columns, columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for index, card in enumerate(self.cards.values()):
            self._grid.addWidget(card, index // columns, index % columns)
