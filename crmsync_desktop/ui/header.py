"""The top of the frame: which connection, both systems, and what can be done now."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QToolButton, QWidget

from crmsync_desktop.app.views import ConnectionView, StatusView
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Glyph, button, label, row

STATES = {
    "ready": ("circle-check", "good", "connected"),
    "paused": ("circle-pause", "muted", "paused"),
    "attention": ("triangle-alert", "warn", "needs attention"),
    "busy elsewhere": ("clock", "warn", "in use by another engine"),
}


def _nothing() -> None:
    pass


class SystemChip(QWidget):
    """One system: its state, by sign and word, and where it is."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self._name = name
        self.glyph = Glyph(desk.look, "circle-dashed", "muted")
        self.place = label("", "muted")
        self.setLayout(row(self.glyph, label(name, "strong"), self.place, gap=6))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def show_system(self, account: str, url: str, state: str, notice: str) -> None:
        icon, role, word = STATES.get(state, ("circle-question-mark", "muted", state))
        self.glyph.show_icon(icon, role)
        self.place.setText(account or urlsplit(url).netloc or url)
        said = f"{self._name}: {word}\n{url}"
        self.setToolTip(said + (f"\n{notice}" if notice else ""))
        self.setAccessibleName(f"{self._name} {account}: {word}")


class Header(QFrame):
    """`toggle_pause`, `preview`, `sync`, `cancel` and `practice` are set by the frame."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setFixedHeight(7 * GRID)
        self._desk = desk
        self.name = label("CRMSync", "title")
        self.salesforce = SystemChip(desk, "Salesforce")
        self.hubspot = SystemChip(desk, "HubSpot")
        self.settings: Callable[[], None] = _nothing
        self.toggle_pause: Callable[[], None] = _nothing
        self.preview: Callable[[], None] = _nothing
        self.sync: Callable[[], None] = _nothing
        self.cancel: Callable[[], None] = _nothing
        self.pause_button = button("Pause", lambda: self.toggle_pause(), hint="Make no calls until resumed")
        self.preview_button = button(
            "Preview", lambda: self.preview(), hint="Show exactly what the next pass would write, and write nothing"
        )
        self.sync_button = button("Sync now", self._sync_or_cancel, "primary", hint="Run a pass now (F5)")
        desk.look.tint(self.preview_button, "eye")
        self.settings_button = QToolButton()
        self.settings_button.setAccessibleName("Settings of this connection")
        self.settings_button.setToolTip("Settings of this connection (Ctrl+,)")
        self.settings_button.clicked.connect(lambda: self.settings())
        desk.look.tint(self.settings_button, "settings-2", "muted")
        self.practice: Callable[[], None] = _nothing
        self.practice_button = QToolButton()
        self.practice_button.setAccessibleName("Practice records")
        self.practice_button.setToolTip("Edit the records of both practice orgs (Ctrl+E)")
        self.practice_button.clicked.connect(lambda: self.practice())
        self.practice_button.hide()
        desk.look.tint(self.practice_button, "database", "muted")
        self.buttons: tuple[QAbstractButton, ...] = (
            self.practice_button,
            self.settings_button,
            self.pause_button,
            self.preview_button,
            self.sync_button,
        )
        layout = row(self.name, 3 * GRID, self.salesforce, 2 * GRID, self.hubspot, None, *self.buttons, gap=GRID)
        layout.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
        self.setLayout(layout)
        self._running = False
        self.show_paused(False)
        self.show_running(False)
        self.set_ready(False)

    def set_ready(self, ready: bool) -> None:
        for each in self.buttons:
            each.setEnabled(ready)

    def show_status(self, status: StatusView) -> None:
        connection = status.connection
        self.name.setText("Practice orgs" if connection.practice else connection.name)
        self._show_systems(connection)
        self.practice_button.setVisible(connection.practice)
        self.set_ready(True)
        self.show_paused(status.paused)
        self.show_running(status.running is not None)

    def show_paused(self, paused: bool) -> None:
        self.pause_button.setText("Resume" if paused else "Pause")
        self.pause_button.setAccessibleName("Resume syncing" if paused else "Pause syncing")
        self.pause_button.setToolTip("Sync on schedule again" if paused else "Make no calls until resumed")
        self._desk.look.tint(self.pause_button, "play" if paused else "pause")

    def show_running(self, running: bool) -> None:
        self._running = running
        self.sync_button.setText("Stop" if running else "Sync now")
        self.sync_button.setAccessibleName("Stop the running pass" if running else "Sync now")
        self.sync_button.setToolTip(
            "Stop the pass; what has been sent is settled first" if running else "Run a pass now (F5)"
        )
        self._desk.look.tint(self.sync_button, "x" if running else "refresh-cw", "on_accent")
        self.preview_button.setEnabled(not running and self.pause_button.isEnabled())

    def _sync_or_cancel(self) -> None:
        (self.cancel if self._running else self.sync)()

    def _show_systems(self, connection: ConnectionView) -> None:
        self.salesforce.show_system(
            connection.salesforce_account, connection.salesforce_url, connection.state, connection.notice
        )
        self.hubspot.show_system(
            connection.hubspot_account, connection.hubspot_url, connection.state, connection.notice
        )
