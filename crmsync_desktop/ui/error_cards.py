"""S4: a card for each kind of error. One with nothing wrong is quiet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from crmsync_desktop.app.views import ErrorCardView
from crmsync_desktop.domain.records import Category
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID

CARD_WIDTH = 25 * GRID
CARD_HEIGHT = 11 * GRID
QUIET_HEIGHT = 5 * GRID
GAP = 2 * GRID


class ErrorCard(QAbstractButton):
    """Checked while its details are open on the right."""

    def __init__(self, desk: Desk, view: ErrorCardView) -> None:
        super().__init__()
        self._desk = desk
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.show_card(view)

    @property
    def wrong(self) -> bool:
        return self.view.errors > 0

    def show_card(self, view: ErrorCardView) -> None:
        self.view = view
        words = self._desk.words
        told = words.count(view.notices, "notice") if view.notices else "All well"
        self.under = words.count(view.records, "record") + " affected" if self.wrong else told
        self.setText(view.title)
        self.setFixedHeight(CARD_HEIGHT if self.wrong else QUIET_HEIGHT)
        self.setAccessibleName(f"{view.title}: {words.count(view.errors, 'error')}, {self.under}")
        self.setToolTip("" if self.wrong else self.under)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(CARD_WIDTH, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = self._desk.look
        lit = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(look.colour("accent" if lit else "border"), 2 if self.isChecked() else 1))
        ground = (
            "accent_soft"
            if self.isChecked()
            else "sunken"
            if self.underMouse()
            else "surface"
            if self.wrong
            else "canvas"
        )
        painter.setBrush(look.colour(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        if self.wrong:
            self._paint_wrong(painter)
        else:
            self._paint_quiet(painter)
        painter.end()

    def _paint_wrong(self, painter: QPainter) -> None:
        look = self._desk.look
        inner = self.rect().adjusted(2 * GRID, 12, -2 * GRID, -12)
        left = Qt.AlignmentFlag.AlignLeft
        painter.drawPixmap(inner.right() - 15, inner.top(), look.pixmap("triangle-alert", "warn"))
        title = self.font()
        title.setWeight(title.Weight.Medium)
        painter.setFont(title)
        painter.setPen(look.colour("text"))
        painter.drawText(inner, left | Qt.AlignmentFlag.AlignTop, self._fitting(painter, inner.width() - 3 * GRID))
        foot = painter.fontMetrics().height()
        figure = self.font()
        figure.setPointSizeF(figure.pointSizeF() * 1.7)
        figure.setWeight(figure.Weight.DemiBold)
        painter.setFont(figure)
        number = self._desk.words.number(self.view.errors)
        painter.drawText(inner.adjusted(0, 0, 0, -foot), left | Qt.AlignmentFlag.AlignBottom, number)
        painter.setFont(self.font())
        painter.setPen(look.colour("muted"))
        painter.drawText(inner, left | Qt.AlignmentFlag.AlignBottom, self.under)

    def _paint_quiet(self, painter: QPainter) -> None:
        look = self._desk.look
        inner = self.rect().adjusted(2 * GRID, 0, -2 * GRID, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if not self.view.title:
            return
        painter.drawPixmap(inner.right() - 15, inner.center().y() - 7, look.pixmap("check", "muted"))
        painter.setPen(look.colour("muted"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | middle, self._fitting(painter, inner.width() - 3 * GRID))

    def _fitting(self, painter: QPainter, width: int) -> str:
        return painter.fontMetrics().elidedText(self.view.title, Qt.TextElideMode.ElideRight, width)


class ErrorGrid(QWidget):
    """The cards in as many columns as fit: those with something wrong first, the quiet ones small below them."""

    def __init__(self, desk: Desk, chosen: Callable[[Category | None], None]) -> None:
        super().__init__()
        self._desk = desk
        self._chosen = chosen
        self._arranged: tuple[int, tuple[Category, ...]] = (0, ())
        self.cards: dict[Category, ErrorCard] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self.setLayout(self._grid)
        # Blank until the engine speaks: the screen keeps its shape, and filling it in doesn't cost a frame.
        self.setEnabled(False)
        for category in Category:
            card = ErrorCard(desk, ErrorCardView(category, "", 0, 0))
            card.clicked.connect(lambda _checked=False, category=category: self._clicked(category))
            self.cards[category] = card
        self._arrange()

    def show_cards(self, views: tuple[ErrorCardView, ...]) -> None:
        for view in views:
            self.cards[view.category].show_card(view)
        told = {view.category for view in views}
        for category, card in self.cards.items():
            card.setVisible(category in told)
        self.setEnabled(True)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(CARD_WIDTH, super().minimumSizeHint().height())

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
        wrong = [category for category, card in self.cards.items() if card.wrong]
        if not self.cards or (columns, tuple(wrong)) == self._arranged:
            return
        for column in range(max(self._arranged[0], columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._arranged = (columns, tuple(wrong))
        first_quiet_row = -(-len(wrong) // columns)
        quiet = [category for category, card in self.cards.items() if not card.wrong]
        before: QWidget | None = None
        for first_row, group in ((0, wrong), (first_quiet_row, quiet)):
            for index, category in enumerate(group):
                card = self.cards[category]
                self._grid.addWidget(card, first_row + index // columns, index % columns)
                if before is not None:
                    QWidget.setTabOrder(before, card)
                before = card
