"""The facade across a process boundary: the window holds an EngineClient, the engine's process runs `serve`."""

from __future__ import annotations

from crmsync_desktop.adapters.ipc.client import EngineClient, start_engine
from crmsync_desktop.adapters.ipc.server import serve

__all__ = ["EngineClient", "serve", "start_engine"]
