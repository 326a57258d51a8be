"""The window "Practice records": both practice orgs side by side, as a person works in them."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QSplitter, QWidget

from crmsync_desktop.app.views import Event, Notice, PassFinished, PassProgress, StatusView
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ports.practice import PracticeRecord, PracticeType
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Elided, Glyph, button, column, label, row, rule
from crmsync_desktop.ui.practice_pane import PracticePane, sought_for
from crmsync_desktop.ui.practice_words import outcome, title_of

POLL_MS = 3000
"""How often the newest records of each list are asked for while the window is seen: a few rows, on this machine."""
MIN_WIDTH, MIN_HEIGHT = 120 * GRID, 75 * GRID


class PracticeWindow(QMainWindow):
    """Stays open beside the main window and closes with it. Nothing here is modal."""

    def __init__(self, desk: Desk, settings: QSettings) -> None:
        super().__init__()
        self.desk = desk
        self._settings = settings
        self._running = False
        self.setWindowTitle("Practice records")
        self.setMinimumSize(MIN_WIDTH, MIN_HEIGHT)
        self.sync_button = button(
            "Sync now", self._sync, "primary", hint="Run a pass now, and see a change travel (F5)"
        )
        desk.look.tint(self.sync_button, "refresh-cw", "on_accent")
        self.sign = Glyph(desk.look, "info", "muted")
        self.said = Elided("", "muted")
        self.salesforce = PracticePane(desk, "salesforce", settings)
        self.hubspot = PracticePane(desk, "hubspot", settings)
        self.panes = (self.salesforce, self.hubspot)
        self.setCentralWidget(self._frame())
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._tick)
        for pane, other in ((self.salesforce, self.hubspot), (self.hubspot, self.salesforce)):
            pane.touched.connect(self.read_types)
            pane.counterpart_wanted.connect(lambda record, there=other: self._show_counterpart(record, there))
        self._shortcuts()
        self._restore()

    def open_window(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()

    def read_types(self) -> None:
        """Objects, fields and counts; the lists follow."""
        self.desk.bridge.run(self.desk.engine.practice_types(), self._show_types, self._types_failed, self)

    def show_status(self, status: StatusView) -> None:
        self._show_running(status.running is not None)
        if status.running is None:
            last = status.last_pass
            when = ""
            if last is not None and last.finished_at:
                when = f" · last pass {self.desk.words.moment(last.finished_at)}: {outcome(last, self.desk.words)}"
            self._say(f"{status.headline}{when}")

    def hear(self, event: Event) -> None:
        if isinstance(event, PassProgress) and not event.progress.preview:
            self._show_running(True)
            self._say(f"Syncing: {event.progress.phase}…", "refresh-cw", "link")
        elif isinstance(event, PassFinished) and not event.result.preview:
            self._show_running(False)
            self._say(f"Synced: {outcome(event.result, self.desk.words)}")
            if self.isVisible():
                self.read_types()
                for pane in self.panes:
                    pane.refresh()
        elif isinstance(event, Notice) and event.level == "error":
            self._say(event.title, "circle-alert", "bad")

    def _show_types(self, types: list[PracticeType]) -> None:
        for pane in self.panes:
            pane.show_types(types)

    def _types_failed(self, error: CrmSyncError) -> None:
        for pane in self.panes:
            pane.list.fail(error)

    def _show_counterpart(self, record: PracticeRecord, there: PracticePane) -> None:
        there.find_counterpart(title_of(record), sought_for(record))

    # What a person does

    def _sync(self) -> None:
        if self._running:
            return
        self._show_running(True)
        self._say("Syncing…", "refresh-cw", "link")
        self.desk.bridge.run(self.desk.engine.sync(False), failed=self._sync_failed, owner=self)

    def _sync_failed(self, error: CrmSyncError) -> None:
        self._show_running(False)
        self._say(error.title, "circle-alert", "bad")

    def _escape(self) -> None:
        active = self.active
        if not active.escape():
            other = self.hubspot if active is self.salesforce else self.salesforce
            other.escape()

    @property
    def active(self) -> PracticePane:
        """The pane that the keyboard is in; the left one if it is in neither."""
        return self.hubspot if self.hubspot.isAncestorOf(_focused(self)) else self.salesforce

    def _show_running(self, running: bool) -> None:
        self._running = running
        self.sync_button.setEnabled(not running)
        self.sync_button.setText("Syncing…" if running else "Sync now")

    def _say(self, text: str, icon: str = "info", role: str = "muted") -> None:
        self.sign.show_icon(icon, role)
        self.said.setText(text)
        self.said.setToolTip(text)

    def _tick(self) -> None:
        if self.isMinimized():
            return
        if any(not pane.kinds for pane in self.panes):
            self.read_types()
        for pane in self.panes:
            pane.tick()

    # The frame itself

    def _frame(self) -> QWidget:
        title = label("Practice records", "title")
        head = QFrame()
        head.setObjectName("header")
        head.setFixedHeight(7 * GRID)
        line = row(title, GRID, self.sign, self.said, self.sync_button, gap=GRID)
        line.setStretch(3, 1)
        line.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
        head.setLayout(line)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(2 * GRID)
        for pane in self.panes:
            split.addWidget(pane)
        split.setSizes([1000, 1000])
        self._split = split
        inner = column(split)
        inner.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole = column(head, rule(), inner, gap=0)
        whole.setStretch(2, 1)
        frame = QWidget()
        frame.setObjectName("canvas")
        frame.setLayout(whole)
        return frame

    def _shortcuts(self) -> None:
        for keys, act in (
            ("Ctrl+F", lambda: self._search(self.active)),
            ("Ctrl+N", lambda: self.active.open_new()),
            ("Ctrl+Z", lambda: self.active.acts.undo()),
            ("F5", self._sync),
            ("Esc", self._escape),
            ("Ctrl+1", self.salesforce.table.setFocus),
            ("Ctrl+2", self.hubspot.table.setFocus),
            ("Ctrl+W", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _search(self, pane: PracticePane) -> None:
        pane.head.search.setFocus()
        pane.head.search.selectAll()

    def _restore(self) -> None:
        geometry = self._settings.value("practice/geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(160 * GRID, 100 * GRID)
        split = self._settings.value("practice/split")
        if isinstance(split, QByteArray):
            self._split.restoreState(split)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._poll.start()
            self.salesforce.head.search.setFocus()
            self.read_types()
            for pane in self.panes:
                pane.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._poll.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("practice/geometry", self.saveGeometry())
        self._settings.setValue("practice/split", self._split.saveState())
        event.accept()


def _focused(window: QWidget) -> QWidget:
    focused = QApplication.focusWidget()
    return focused if focused is not None else window
