"""What every widget needs to do its work, handed down from the frame."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.ui.bridge import Bridge
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.words import Words


@dataclass(frozen=True)
class Desk:
    bridge: Bridge
    look: Look
    words: Words

    @property
    def engine(self) -> Facade:
        return self.bridge.engine
