"""The frame: header, tabs, bands, status line; and what happens when the engine comes, speaks, goes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QSettings, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QMainWindow, QStackedWidget, QTabBar, QWidget

from crmsync_desktop.app.views import (
    Changed,
    ConnectionView,
    Event,
    Notice,
    PassFinished,
    PassProgress,
    PassView,
    StatusView,
)
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ui.band import Band, Bands
from crmsync_desktop.ui.changes_tab import ChangesTab
from crmsync_desktop.ui.connection_panel import ConnectionPanel
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.drawers import Drawers
from crmsync_desktop.ui.engine import Engine
from crmsync_desktop.ui.explain_tab import EXPLANATIONS, ExplainTab
from crmsync_desktop.ui.header import Header
from crmsync_desktop.ui.pair_tab import PAIR_TABS, PairTab
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import column, row, rule
from crmsync_desktop.ui.practice_window import PracticeWindow
from crmsync_desktop.ui.preview_panel import Act, PreviewPanel
from crmsync_desktop.ui.status_line import StatusLine
from crmsync_desktop.ui.sync_status_tab import SyncStatusTab
from crmsync_desktop.ui.tab import Tab

TABS = (
    "Sync status",
    "Feature discovery",
    "Contacts",
    "Companies",
    "Deals",
    "Tickets",
    "Activities",
    "Custom objects",
    "Changes",
    "Conflicts",
)
DEATHS_IN_A_ROW = 3
"""After so many within CALM_MS, another engine is started only when asked for."""
CALM_MS = 60_000
PRACTICE = (
    "Practice orgs.",
    "A Salesforce and a HubSpot on this computer, with made-up people: nothing you do here reaches a real system.",
)
_LEVELS = {"info": "", "warning": "warn", "error": "bad"}


class MainWindow(QMainWindow):
    painted = Signal()
    """The first paint is done: now there is time for the engine."""
    closing = Signal()
    """The person wants to quit; whoever hears it ends the engine, and the program."""

    def __init__(self, desk: Desk, settings: QSettings) -> None:
        super().__init__()
        self.desk = desk
        self._settings = settings
        self._deaths = 0
        self._engine_band: Band | None = None
        self._painted = self._quitting = self._practice_told = False
        self.status: StatusView | None = None
        self.practice: PracticeWindow | None = None
        """Built when first asked for, on a practice connection alone."""
        self.setWindowTitle("CRMSync Desktop")
        self.header = Header(desk)
        self.header.toggle_pause, self.header.preview = self._toggle_pause, self._preview
        self.header.settings = self._open_settings
        self.header.sync, self.header.cancel = self._sync, self._cancel
        self.header.practice = self.open_practice
        self.tab_bar = QTabBar()
        self.tab_bar.setExpanding(False)
        self.tab_bar.setUsesScrollButtons(True)
        self.tab_bar.setAccessibleName("Screens")
        for name in TABS:
            self.tab_bar.addTab(name)
        self.bands = Bands(desk.look)
        self.stack = QStackedWidget()
        self.tabs: dict[str, Tab] = {}
        self.preview_panel = PreviewPanel(desk)
        self.preview_panel.run = self._sync
        self.connection_panel = ConnectionPanel(desk)
        self.status_line = StatusLine(desk)
        self.setCentralWidget(self._frame())
        self.tab_bar.currentChanged.connect(self._open)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(self._forget_deaths)
        self._shortcuts()
        self._open(0)
        self._restore()
        desk.bridge.on_error = self.show_error
        desk.look.changed.connect(self.update)

    def attach(self, engine: Engine) -> None:
        """Take the engine that has just been started, and show what it says once it can speak."""
        self.desk.bridge.engine = engine
        engine.on_death = self._engine_died
        engine.subscribe(self._hear)
        self.desk.bridge.run(engine.ready(), self._engine_ready, self._engine_refused, self)
        self._clock.start()

    def tab(self, name: str) -> Tab:
        """A tab, built when first asked for."""
        if name not in self.tabs:
            made = self._make(name)
            self.tabs[name] = made
            self.stack.addWidget(made)
            if self.status is not None:
                made.show_status(self.status)
                made.refresh()
        return self.tabs[name]

    def show_error(self, error: CrmSyncError) -> None:
        self.bands.say("bad", error.title, f"{error.detail} {error.hint}".strip())

    # What the engine says

    def _engine_ready(self, _: None) -> None:
        if self._engine_band is not None:
            self.bands.take_away(self._engine_band)
            self._engine_band = None
        self._refresh_status()
        for tab in self.tabs.values():
            tab.refresh()

    def _engine_refused(self, error: CrmSyncError) -> None:
        self.status = None
        self.header.set_ready(False)
        self.status_line.say("Not running", "bad")
        self._engine_band = self.bands.say(
            "bad", error.title, f"{error.detail} {error.hint}".strip(), (("Try again", self._restart),), lasting=True
        )

    def _engine_died(self, error: CrmSyncError) -> None:
        self._deaths += 1
        self._calm.start()
        if self._deaths >= DEATHS_IN_A_ROW:
            self._engine_refused(error)
            return
        self.header.set_ready(False)
        self.status_line.say("Starting the sync engine again…", "attention")
        self._engine_band = self.bands.say("warn", error.title, f"Another is being started. {error.hint}", lasting=True)
        self._restart()

    def _forget_deaths(self) -> None:
        self._deaths = 0

    def _restart(self) -> None:
        self.desk.bridge.run(self.desk.bridge.engine.restart(), self._engine_ready, self._engine_refused, self)

    def _hear(self, event: Event) -> None:
        if isinstance(event, PassProgress):
            self.status_line.show_progress(event.progress)
            self.header.show_running(True)
        elif isinstance(event, Notice):
            self.bands.say(_LEVELS.get(event.level, ""), event.title, f"{event.detail} {event.hint}".strip())
        elif isinstance(event, PassFinished) or (
            isinstance(event, Changed) and {"status", "errors"} & set(event.kinds)
        ):
            self._refresh_status()
        for tab in self.tabs.values():
            tab.hear(event)
        if self.practice is not None:
            self.practice.hear(event)
        if isinstance(event, Changed) and "settings" in event.kinds and self.connection_panel.isVisible():
            self.connection_panel.settings.refresh()

    def _refresh_status(self) -> None:
        self.desk.bridge.refresh("status", self.desk.engine.status, self._show_status, self)

    def _show_status(self, status: StatusView) -> None:
        self.status = status
        self.header.show_status(status)
        self.status_line.show_status(status)
        conflicts = f"Conflicts ({self.desk.words.number(status.conflicts)})" if status.conflicts else "Conflicts"
        self.tab_bar.setTabText(TABS.index("Conflicts"), conflicts)
        self._tell_practice(status.connection)
        for notice in filter(None, (status.notice, status.connection.notice)):
            if all(band.key != ("warn", notice) for band in self.bands.shown):
                self.bands.say("warn", notice)
        for tab in self.tabs.values():
            tab.show_status(status)
        if self.practice is not None:
            self.practice.show_status(status)

    def _tell_practice(self, connection: ConnectionView) -> None:
        if connection.practice and not self._practice_told:
            self._practice_told = True
            self.bands.say("", *PRACTICE, (("Edit practice records", self.open_practice),))

    # What a person does

    def open_practice(self) -> None:
        """The window "Practice records"; nothing on a connection to real systems."""
        if self.status is None or not self.status.connection.practice or self._quitting:
            return
        if self.practice is None:
            self.practice = PracticeWindow(self.desk, self._settings)
            self.practice.show_status(self.status)
        self.practice.open_window()

    def _toggle_pause(self) -> None:
        paused = self.status is not None and self.status.paused
        ask = self.desk.engine.resume if paused else self.desk.engine.pause
        self.desk.bridge.run(ask(), self._show_status, owner=self)

    def _sync(self) -> None:
        if not self.header.sync_button.isEnabled():
            return
        self.header.show_running(True)
        self.desk.bridge.run(self.desk.engine.sync(False), self._pass_done, owner=self, always=self._refresh_status)

    def _preview(self) -> None:
        self._preview_of(self.desk.engine.sync(True), "A dry run of the next pass.")

    def _preview_setting(self, key: str, value: str) -> None:
        """O4: what turning a switch on will do, and the button that does it."""
        turn_on = ("Turn it on", lambda: self.desk.bridge.run(self.desk.engine.set_setting(key, value), owner=self))
        said = f"A dry run of the next pass with {key.partition('.')[0]} turned on."
        self._preview_of(self.desk.engine.preview_setting(key, value), said, turn_on)

    def _preview_of(self, preview: Coroutine[Any, Any, PassView], said: str, act: Act | None = None) -> None:
        self.header.show_running(True)
        self._make_room()
        self.preview_panel.open_waiting(said, act)
        self.desk.bridge.run(
            preview,
            self.preview_panel.show_preview,
            self._preview_failed,
            self,
            self._refresh_status,
        )

    def _open_settings(self) -> None:
        self._make_room()
        self.connection_panel.open_panel()

    def _make_room(self) -> None:
        """One panel at a time."""
        self._close_panels()
        while self.current.escape():
            pass

    def _close_panels(self) -> None:
        self.preview_panel.close_panel()
        self.connection_panel.close_panel()

    def _preview_failed(self, error: CrmSyncError) -> None:
        self.preview_panel.close_panel()
        self.show_error(error)

    def _cancel(self) -> None:
        self.desk.bridge.run(self.desk.engine.cancel(), owner=self)

    def _pass_done(self, result: PassView) -> None:
        if result.state == "done":
            return
        tone = "bad" if result.state == "crashed" else "warn"
        self.bands.say(tone, f"The pass was {result.state}", result.message)

    def _escape(self) -> None:
        if self.preview_panel.isVisible() or self.connection_panel.isVisible():
            self._close_panels()
        elif not self.current.escape():
            self.bands.dismiss_last()

    @property
    def current(self) -> Tab:
        return self.tab(TABS[self.tab_bar.currentIndex()])

    def _open(self, index: int) -> None:
        known = TABS[index] in self.tabs
        tab = self.tab(TABS[index])
        self.stack.setCurrentWidget(tab)
        if known and self.status is not None:
            tab.refresh()

    # The frame itself

    def _make(self, name: str) -> Tab:
        if name == "Sync status":
            return SyncStatusTab(self.desk, self._close_panels)
        if name in PAIR_TABS:
            return PairTab(self.desk, PAIR_TABS[name], self._settings, self._preview_setting)
        if name == "Changes":
            return ChangesTab(self.desk)
        return ExplainTab(self.desk, EXPLANATIONS[name])

    def _frame(self) -> QWidget:
        tabs = QFrame()
        tabs.setObjectName("tabs")
        tabs.setLayout(row(self.tab_bar, None, gap=0))
        left = column(self.bands, self.stack, gap=0)
        left.setStretch(1, 1)
        middle = Drawers((self.preview_panel, self.connection_panel))
        middle.setLayout(left)
        whole = column(self.header, tabs, rule(), middle, self.status_line, gap=0)
        whole.setStretch(3, 1)
        frame = QWidget()
        frame.setObjectName("canvas")
        frame.setLayout(whole)
        return frame

    def _shortcuts(self) -> None:
        def bind(keys: str, act: Callable[[], object]) -> None:
            QShortcut(QKeySequence(keys), self).activated.connect(act)

        for index in range(len(TABS)):
            bind(f"Ctrl+{(index + 1) % 10}", partial(self.tab_bar.setCurrentIndex, index))
        bind("F5", self._sync)
        bind("Ctrl+,", self.header.settings_button.click)
        bind("Ctrl+E", self.open_practice)
        bind("Esc", self._escape)

    def _tick(self) -> None:
        if self.isVisible() and not self.isMinimized():
            self.status_line.tick()

    def _restore(self) -> None:
        geometry = self._settings.value("window/geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(160 * GRID, 100 * GRID)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._quitting:
            event.accept()
            return
        event.ignore()
        self._quitting = True
        self._clock.stop()
        self._calm.stop()
        if self.practice is not None:
            self.practice.close()
            self.practice.deleteLater()
            self.practice = None
        self._settings.setValue("window/geometry", self.saveGeometry())
        self._settings.sync()
        self.hide()
        self.closing.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)
