"""Starts the window: paint first, then the engine, and in the end both in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from crmsync_desktop.domain.errors import BugError, CrmSyncError
from crmsync_desktop.ui.bridge import Bridge
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.display import require_display
from crmsync_desktop.ui.engine import Engine
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.main_window import MainWindow
from crmsync_desktop.ui.words import Words

PAINT_SECONDS = 2.0
"""A window that isn't painted by then (minimised at the start) gets its engine all the same."""


def run_window(start: Callable[[], Engine], *, argv: Sequence[str], settings_file: Path) -> int:
    """Show the window until it is closed, and give the exit status.

    `start` begins an engine's process and returns at once (adapters.ipc.start_engine); it is called on the running event
    loop after the first paint. `settings_file` remembers the window's place.
    Raises SetupError where there is no display.
    """
    require_display(os.environ)
    app = QApplication.instance() or QApplication(list(argv))
    assert isinstance(app, QApplication)
    app.setApplicationName("CRMSync Desktop")
    app.setDesktopFileName("crmsync-desktop")
    app.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(app)
    desk = Desk(Bridge(loop), Look(app), Words())
    settings = QSettings(str(settings_file), QSettings.Format.IniFormat)
    window = MainWindow(desk, settings)
    window.show()
    with loop:
        loop.run_until_complete(_live(window, start))
    return 0


async def _live(window: MainWindow, start: Callable[[], Engine]) -> None:
    loop = asyncio.get_running_loop()
    painted, closed = asyncio.Event(), asyncio.Event()
    window.painted.connect(painted.set)
    window.closing.connect(closed.set)
    # Ctrl+C in the terminal and a session that ends close the window as its button does.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(window.close))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(painted.wait(), PAINT_SECONDS)
    try:
        window.attach(start())
    except OSError as error:
        window.show_error(BugError("The sync engine could not be started", str(error)))
    # What stands now stays until the end: without this, each full collection goes through all of it and costs a frame.
    gc.collect()
    gc.freeze()
    await closed.wait()
    try:
        await window.desk.bridge.close()
    except CrmSyncError as error:
        print(error, file=sys.stderr)
    window.close()
    window.deleteLater()
