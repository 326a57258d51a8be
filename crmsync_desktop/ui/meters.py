"""S1, S3: how many calls are used and left, of Salesforce and of HubSpot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSpinBox

from crmsync_desktop.app.views import CallMade, HubSpotMeterView, MeterView
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Bar, Card, Ring, button, column, figures, label, row, set_tone

NEARLY = 0.9
"""From here on the meter says in amber that little is left."""


class SalesforceMeter(Card):
    """API calls of the last 24 hours against the allocation, which is edited here."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Salesforce API calls, last 24 h")
        self._desk = desk
        self._view: MeterView | None = None
        self.ring = Ring(desk.look)
        self.used = figures(label("–", "figure"))
        self.left = figures(label("", "muted"))
        self.forecast = label("", "muted", wrap=True)
        self.problem = label("", tone="bad", wrap=True)
        self.problem.hide()
        self.allocation = QSpinBox()
        self.allocation.setRange(0, 10_000_000)
        self.allocation.setSpecialValueText("–")  # not known yet
        self.allocation.setGroupSeparatorShown(True)
        self.allocation.setFixedWidth(14 * GRID)
        self.allocation.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.allocation.lineEdit().setTextMargins(0, 0, GRID // 2, 0)
        self.allocation.setLocale(desk.words.locale)
        self.allocation.setAccessibleName("Calls allocated to HubSpot sync per 24 hours")
        self.allocation.valueChanged.connect(self._edited)
        self.allocation.lineEdit().returnPressed.connect(self._update)
        self.update_button = button("Update", self._update, name="Update the allocation")
        self.limit = label("–")
        self.others = label("", "small")
        facts = QGridLayout()
        facts.setHorizontalSpacing(2 * GRID)
        facts.setVerticalSpacing(GRID)
        facts.addWidget(label("Allocated to HubSpot", "muted"), 0, 0)
        facts.addLayout(row(self.allocation, self.update_button, None), 0, 1)
        facts.addWidget(label("Limited by Salesforce", "muted"), 1, 0, Qt.AlignmentFlag.AlignTop)
        facts.addLayout(column(self.limit, self.others, gap=2), 1, 1)
        facts.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        facts.setColumnStretch(1, 1)
        self.body.addLayout(
            row(self.ring, column(None, self.used, self.left, None, gap=0), GRID, facts, None, gap=2 * GRID)
        )
        self.body.addWidget(self.problem)
        self.body.addWidget(self.forecast)
        self.body.addStretch(1)
        self.setEnabled(False)

    def show_meter(self, view: MeterView) -> None:
        number = self._desk.words.number
        edited = self._view is not None and self.allocation.value() != self._view.allocation
        self._view = view
        self.setEnabled(True)
        self._show_calls(view.used, view.left)
        self.allocation.setMinimum(1)
        self.allocation.setSpecialValueText("")
        if view.limit is not None:
            self.allocation.setMaximum(max(view.limit, view.allocation))
            self.limit.setText(number(view.limit))
        if view.used_by_all is not None:
            self.others.setText(f"{number(view.used_by_all)} used by all apps")
        self.forecast.setText(view.forecast)
        if not edited:
            self.allocation.setValue(view.allocation)
        self._edited()

    def show_call(self, event: CallMade) -> None:
        if event.left is not None:
            self._show_calls(event.used, event.left)

    def _show_calls(self, used: int, left: int) -> None:
        number = self._desk.words.number
        whole = used + left
        share = used / whole if whole else 1.0
        role = "bad" if left == 0 else "warn" if share >= NEARLY else "accent"
        self.ring.show_share(share, f"{share:.0%}" if share >= 0.01 or not used else "<1%", role)
        self.ring.setAccessibleName(f"{used} of {whole} calls used")
        self.used.setText(f"{number(used)} used")
        self.left.setText("none left: waiting" if left == 0 else f"{number(left)} left")
        set_tone(self.left, "bad" if left == 0 else "warn" if share >= NEARLY else "")

    def _edited(self) -> None:
        changed = self._view is not None and self.allocation.value() != self._view.allocation
        self.update_button.setEnabled(changed)
        self.update_button.setProperty("role", "primary" if changed else "")
        self.update_button.style().unpolish(self.update_button)
        self.update_button.style().polish(self.update_button)

    def _update(self) -> None:
        if self._view is None or self.allocation.value() == self._view.allocation:
            return
        self.update_button.setEnabled(False)

        def failed(error: CrmSyncError) -> None:
            self.problem.setText(str(error))
            self.problem.show()
            self._edited()

        self._desk.bridge.run(
            self._desk.engine.set_allocation(self.allocation.value()),
            lambda s: self._updated(s.salesforce),
            failed,
            self,
        )

    def _updated(self, view: MeterView) -> None:
        self.problem.hide()
        self._view = None
        self.show_meter(view)


class HubSpotMeter(Card):
    """The ten-second window, as bursts fill it, and the day."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("HubSpot API calls")
        self._desk = desk
        self._limit = 0
        self.window_bar, self.day_bar = Bar(desk.look), Bar(desk.look)
        self.window_text, self.day_text = figures(label("–")), figures(label("–"))
        for name, bar, text in (
            ("10-second window", self.window_bar, self.window_text),
            ("Today", self.day_bar, self.day_text),
        ):
            bar.setAccessibleName(name)
            self.body.addLayout(column(row(label(name, "muted"), None, text), bar, gap=GRID))
            self.body.addSpacing(GRID)
        self.used = label("", "muted")
        self.body.addWidget(self.used)
        self.body.addStretch(1)

    def show_meter(self, view: HubSpotMeterView) -> None:
        number = self._desk.words.number
        self._limit = view.window_limit
        self._show_window(view.window_used)
        self.used.setText(f"{number(view.used)} by this app in the last 24 h")
        if view.day_used is not None and view.day_limit:
            share = view.day_used / view.day_limit
            self.day_text.setText(f"{number(view.day_used)} of {number(view.day_limit)}")
            self.day_bar.show_share(share, "warn" if share >= NEARLY else "accent")
        elif view.day_used is not None:
            self.day_text.setText(number(view.day_used))
        else:
            self.day_text.setText("not told yet")

    def show_call(self, event: CallMade) -> None:
        self.used.setText(f"{self._desk.words.number(event.used)} by this app in the last 24 h")
        if event.window_used is not None:
            self._show_window(event.window_used)

    def _show_window(self, used: int) -> None:
        number = self._desk.words.number
        self.window_text.setText(f"{number(used)} of {number(self._limit)}" if self._limit else number(used))
        self.window_bar.show_share(used / self._limit if self._limit else 0.0)


def belongs(event: CallMade, meters: tuple[SalesforceMeter, HubSpotMeter]) -> SalesforceMeter | HubSpotMeter:
    """The meter that a call moves."""
    return meters[0] if event.side is Side.SALESFORCE else meters[1]
