"""The connection's own settings: schedule, conflicts, guard rails."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import close_button, column, label, row
from crmsync_desktop.ui.settings_list import SettingsList

WIDTH = 54 * GRID


class ConnectionPanel(QFrame):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("sheet")
        self.setMaximumWidth(WIDTH)
        self.setAccessibleName("Settings of this connection")
        self.settings = SettingsList(desk, "connection")
        head = row(
            label("Connection settings", "title"), None, close_button(desk.look, self.close_panel, "Close settings")
        )
        whole = column(head, self.settings, gap=2 * GRID)
        whole.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.setLayout(whole)
        self.hide()

    def open_panel(self) -> None:
        self.settings.refresh()
        self.show()

    def close_panel(self) -> None:
        self.hide()
