"""A window on the scripted engine, and an event loop that is Qt's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QSettings
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from crmsync_desktop.ui.bridge import Bridge
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.main_window import MainWindow
from crmsync_desktop.ui.words import Words
from tests.ui.scripted import NOW, ScriptedEngine

HERE = Path(__file__).parent
SECONDS = 30
Live = Callable[[Callable[[], Awaitable[None]]], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says what it can't do (size hints, grabbing, raising): about itself, not the window."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[QEventLoop]:
    made = QEventLoop(qapp)
    with made:
        yield made


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> Look:
    return Look(qapp, "light")


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def desk(loop: QEventLoop, look: Look) -> Desk:
    return Desk(Bridge(loop), look, Words(QLocale("en_GB"), lambda: NOW))


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(desk: Desk, settings: QSettings) -> Iterator[MainWindow]:
    made = MainWindow(desk, settings)
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def live(loop: QEventLoop, window: MainWindow, engine: ScriptedEngine) -> Live:
    """Runs a person's visit to the window: engine attached and answered before, everything closed in order after."""

    def run(visit: Callable[[], Awaitable[None]]) -> None:
        async def whole() -> None:
            window.attach(engine)
            try:
                await calm(window)
                await visit()
            finally:
                if engine.hold is not None:
                    engine.hold.set()
                await window.desk.bridge.close()

        loop.run_until_complete(whole())

    return run


async def calm(window: MainWindow) -> None:
    """Until nothing is being asked any more and what was answered is laid out."""
    await until(lambda: window.desk.bridge.busy == 0)
    await asyncio.sleep(0.02)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true. Raises TimeoutError for what never does: pytest's own time-out can't end a loop
    that is Qt's."""
    end = asyncio.get_running_loop().time() + SECONDS
    while not true():
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError("what was waited for never came")
        await asyncio.sleep(0.005)
