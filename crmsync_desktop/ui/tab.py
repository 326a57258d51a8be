"""What every tab answers to."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from crmsync_desktop.app.views import Event, StatusView
from crmsync_desktop.ui.desk import Desk


class Tab(QWidget):
    """Built when first opened. The frame tells it of status and events, and `refresh`es it on opening."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("canvas")

    def refresh(self) -> None:
        """Ask the engine anew for everything shown."""

    def show_status(self, status: StatusView) -> None:
        """The newest status, once there is one and after every change."""

    def hear(self, event: Event) -> None:
        """An event from the engine."""

    def escape(self) -> bool:
        """Close the innermost panel; False if there is none."""
        return False
