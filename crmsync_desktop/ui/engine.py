"""The engine as the window sees it: the facade, and a process that may die and be started again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.domain.errors import CrmSyncError


class Engine(Facade, Protocol):
    on_death: Callable[[CrmSyncError], None] | None
    """Hears of an engine that ended by itself."""

    async def ready(self) -> None:
        """Wait until it can answer. Raises what kept it from starting."""
        ...

    async def restart(self) -> None:
        """End what is left of it and start another; raises as `ready`."""
        ...
