"""The first glance: is it well, how much is left, what needs me (S1, S3, S4)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QWidget

from crmsync_desktop.app.views import CallMade, Changed, Event, StatusView
from crmsync_desktop.domain.records import Category
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.error_cards import ErrorGrid
from crmsync_desktop.ui.error_panel import ErrorPanel
from crmsync_desktop.ui.hours_chart import HoursCard
from crmsync_desktop.ui.meters import HubSpotMeter, SalesforceMeter, belongs
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Elided, Glyph, button, column, label, row
from crmsync_desktop.ui.tab import Tab

WIDE = 135 * GRID
"""From this width on the three meters fit beside one another."""
TONES = {
    "good": ("circle-check", "good"),
    "busy": ("refresh-cw", "link"),
    "quiet": ("circle-pause", "muted"),
    "attention": ("triangle-alert", "warn"),
    "bad": ("circle-alert", "bad"),
}


class MeterRow(QWidget):
    """The three meters beside one another where there is room, else the first above the others."""

    def __init__(self, meters: tuple[QWidget, QWidget, QWidget]) -> None:
        super().__init__()
        self._meters = meters
        self._wide: bool | None = None
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2 * GRID)
        for index, share in enumerate((10, 6, 9)):
            self._grid.setColumnStretch(index, share)
        self.setLayout(self._grid)
        self._arrange(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width() >= WIDE)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._meters[0].minimumSizeHint().width(), super().minimumSizeHint().height())

    def _arrange(self, wide: bool) -> None:
        if wide is self._wide:
            return
        self._wide = wide
        first, second, third = self._meters
        self._grid.addWidget(first, 0, 0, 1, 1 if wide else 3)
        self._grid.addWidget(second, 0 if wide else 1, 1 if wide else 0, 1, 1)
        self._grid.addWidget(third, 0 if wide else 1, 2 if wide else 1, 1, 1 if wide else 2)


class SyncStatusTab(Tab):
    """`opening` is called before the details of a card open, which want the room."""

    def __init__(self, desk: Desk, opening: Callable[[], None]) -> None:
        super().__init__(desk)
        self._opening = opening
        self._titles: dict[Category, str] = {}
        self.glyph = Glyph(desk.look, "loader-circle", "muted", 24)
        self.headline = label("Starting the sync engine…", "headline")
        self.detail = Elided("", "muted")
        self.salesforce = SalesforceMeter(desk)
        self.hubspot = HubSpotMeter(desk)
        self.hours = HoursCard(desk)
        self.errors_title = label("Sync errors", "title")
        self.errors_said = label("", "muted")
        self.retry_all = button("Retry all", self._retry_all, name="Retry all errors")
        self.retry_all.hide()
        self.grid = ErrorGrid(desk, self._chosen)
        self.panel = ErrorPanel(desk, self._titles)
        self.panel.closed = lambda: self.grid.choose(None)

        self.hubspot.setMinimumWidth(30 * GRID)
        self.meters = MeterRow((self.salesforce, self.hubspot, self.hours))
        errors_head = row(self.errors_title, self.errors_said, None, self.retry_all, gap=12)
        head = row(self.glyph, self.headline, self.detail, gap=12)
        head.setStretch(2, 1)
        content = column(
            head,
            GRID,
            self.meters,
            GRID,
            errors_head,
            self.grid,
            None,
            gap=2 * GRID,
        )
        content.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        inside = QWidget()
        inside.setObjectName("canvas")
        inside.setLayout(content)
        scroll = QScrollArea()
        scroll.setObjectName("canvas")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(self.panel)
        self.setLayout(whole)

    def show_status(self, status: StatusView) -> None:
        words = self.desk.words
        self.headline.setText(status.headline)
        self.glyph.show_icon(*TONES[status.tone])
        self.detail.setText(self._sentence(status))
        self.detail.setToolTip(self.detail.text())
        self.salesforce.show_meter(status.salesforce)
        self.hubspot.show_meter(status.hubspot)
        self.hours.show_hours(status.hours)
        self._titles.update({card.category: card.title for card in status.cards})
        self.grid.show_cards(status.cards)
        errors = sum(card.errors for card in status.cards)
        self.retry_all.setVisible(errors > 0)
        if errors:
            kinds = sum(1 for card in status.cards if card.errors)
            self.errors_said.setText(f"{words.count(errors, 'error')} of {words.count(kinds, 'kind')}")
        else:
            self.errors_said.setText("None. What can sync is in sync.")

    def hear(self, event: Event) -> None:
        if isinstance(event, CallMade):
            belongs(event, (self.salesforce, self.hubspot)).show_call(event)
        elif isinstance(event, Changed) and "errors" in event.kinds:
            self.panel.refresh()

    def escape(self) -> bool:
        if self.panel.isVisible():
            self.panel.close_panel()
            return True
        return False

    def _sentence(self, status: StatusView) -> str:
        words = self.desk.words
        parts = [
            words.count(number, f"{pair.removesuffix('s')} linked", f"{pair} linked")
            for pair, number in status.links.items()
        ]
        if status.last_pass is not None and status.last_pass.finished_at:
            parts.append(f"last pass {words.ago(status.last_pass.finished_at)}")
        if status.conflicts:
            parts.append(words.count(status.conflicts, "conflict") + " held for review")
        return " · ".join(parts)

    def _chosen(self, category: Category | None) -> None:
        if category is None:
            self.panel.close_panel()
        else:
            self._opening()
            self.panel.open_for(category)

    def _retry_all(self) -> None:
        def staged(number: int) -> None:
            self.errors_said.setText(f"{self.desk.words.count(number, 'record')} will be tried again by the next pass.")

        self.desk.bridge.run(self.desk.engine.retry_errors(None, None), staged, owner=self)
