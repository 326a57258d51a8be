"""S3: the calls of the last 24 hours, a bar an hour, painted by hand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from crmsync_desktop.app.views import HourView
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Card, label, row

PARTS_IN_HOVER = 8


class HoursCard(Card):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.chart = HoursChart(desk)
        self.body.addLayout(
            row(
                label("Calls by hour", "section"),
                None,
                _Swatch(desk, "accent"),
                label("Salesforce", "small"),
                GRID // 2,
                _Swatch(desk, "second"),
                label("HubSpot", "small"),
            )
        )
        self.body.addWidget(self.chart, 1)
        self.setAccessibleName("Calls by hour, last 24 hours")

    def show_hours(self, hours: tuple[HourView, ...]) -> None:
        self.chart.show_hours(hours)


class _Swatch(QWidget):
    def __init__(self, desk: Desk, role: str) -> None:
        super().__init__()
        self._desk, self._role = desk, role
        self.setFixedSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._desk.look.colour(self._role))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.end()


class HoursChart(QWidget):
    """Stacked bars, Salesforce below, HubSpot above; hovering one tells its hour, pairs, purposes and calls."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._hours: tuple[HourView, ...] = ()
        self._hovered: int | None = None
        self.setMinimumSize(QSize(24 * GRID, 12 * GRID))
        self.setMouseTracking(True)
        self.setAccessibleName("Calls by hour")

    def show_hours(self, hours: tuple[HourView, ...]) -> None:
        self._hours = hours[-24:]
        words = self._desk.words
        busiest = max(self._hours, key=_total, default=None)
        if busiest is not None:
            self.setAccessibleDescription(
                f"{words.count(sum(map(_total, self._hours)), 'call')} in 24 hours, "
                f"at most {words.number(_total(busiest))} an hour, at {words.short_time(busiest.hour)}"
            )
        self.update()

    def describe(self, index: int) -> str:
        """What hovering a bar says."""
        hour, words = self._hours[index], self._desk.words
        lines = [f"{words.moment(hour.hour)[:-3]}: {words.count(_total(hour), 'call')}"]
        lines += [f"{name}: {words.number(calls)}" for name, calls in hour.parts[:PARTS_IN_HOVER]]
        return "\n".join(lines)

    def bar_at(self, x: float) -> int | None:
        if not self._hours:
            return None
        index = int(x / (self.width() / len(self._hours)))
        return index if 0 <= index < len(self._hours) else None

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.bar_at(event.pos().x())
            if index is not None:
                QToolTip.showText(event.globalPos(), self.describe(index), self)
                return True
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().event(event)

    def mouseMoveEvent(self, event: object) -> None:
        self._hover(self.bar_at(event.position().x()))  # type: ignore[attr-defined]

    def _hover(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = self._desk.look
        axis = self.fontMetrics().height() + GRID // 2
        floor = self.height() - axis
        top = max(map(_total, self._hours), default=0)
        painter.setPen(look.colour("border"))
        painter.drawLine(0, floor, self.width(), floor)
        small = self.font()
        small.setPointSizeF(small.pointSizeF() * 0.9)
        painter.setFont(small)
        if not top:
            painter.setPen(look.colour("muted"))
            words = "No calls in the last 24 hours" if self._hours else "Waiting for the engine"
            painter.drawText(QRectF(0, 0, self.width(), floor), Qt.AlignmentFlag.AlignCenter, words)
        else:
            self._paint_bars(painter, floor, top)
        painter.end()

    def _paint_bars(self, painter: QPainter, floor: int, top: int) -> None:
        look = self._desk.look
        step = self.width() / len(self._hours)
        wide = max(step - 4, 2.0)
        head = painter.fontMetrics().height() + GRID // 2
        scale = (floor - head) / top
        every = 6 if step * 4 > 80 else 8
        for index, hour in enumerate(self._hours):
            x = index * step + (step - wide) / 2
            if index == self._hovered:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.colour("sunken"))
                painter.drawRoundedRect(QRectF(index * step, 0, step, floor), 3, 3)
            low, high = hour.salesforce * scale, hour.hubspot * scale
            if _total(hour):
                low, high = (max(low, 1.5) if hour.salesforce else 0.0), (max(high, 1.5) if hour.hubspot else 0.0)
            whole = QRectF(x, floor - low - high, wide, low + high + 3)  # its lower corners are below the floor
            painter.setPen(Qt.PenStyle.NoPen)
            for y, height, role in ((floor - low, low, "accent"), (floor - low - high, high, "second")):
                if height:
                    painter.setClipRect(QRectF(x, y, wide, height))
                    painter.setBrush(look.colour(role))
                    painter.drawRoundedRect(whole, 2, 2)
            painter.setClipping(False)
            if index % every == every // 2:
                painter.setPen(look.colour("muted"))
                area = QRectF(x + wide / 2 - 40, floor + 4, 80, self.height() - floor - 4)
                painter.drawText(area, Qt.AlignmentFlag.AlignHCenter, self._desk.words.short_time(hour.hour))
        painter.setPen(look.colour("muted"))
        words = f"most: {self._desk.words.number(top)} an hour"
        painter.drawText(QRectF(0, 0, self.width(), head), Qt.AlignmentFlag.AlignRight, words)


def _total(hour: HourView) -> int:
    return hour.salesforce + hour.hubspot
