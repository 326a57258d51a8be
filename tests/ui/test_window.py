"""The frame: screen readers, schemes, memory of its place, its end, and how it starts."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QSpinBox, QTableView, QTreeView, QWidget
from qasync import QEventLoop

from crmsync_desktop.app.views import Changed
from crmsync_desktop.domain.errors import PassError
from crmsync_desktop.ui.bridge import Bridge
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.main_window import TABS, MainWindow
from crmsync_desktop.ui.palette import DARK, LIGHT
from tests.ui.conftest import Live, calm, until
from tests.ui.scripted import ScriptedEngine

pytestmark = pytest.mark.window
ROOT = Path(__file__).parents[2]


def test_every_control_has_a_name_for_screen_readers_and_every_label_is_plain_text(
    window: MainWindow, live: Live
) -> None:
    async def visit() -> None:
        for index in range(len(TABS)):
            window.tab_bar.setCurrentIndex(index)
            await calm(window)
        kinds = (QAbstractButton, QComboBox, QLineEdit, QSpinBox, QTableView, QTreeView)
        controls = [each for kind in kinds for each in window.findChildren(kind) if not_qts_own(each)]
        assert len(controls) > 40
        nameless = [
            f"{type(c).__name__} in {type(c.parentWidget()).__name__}" for c in controls if not c.accessibleName()
        ]
        assert nameless == []
        rich = [one.text() for one in window.findChildren(QLabel) if one.textFormat() is not one.textFormat().PlainText]
        assert rich == []

    live(visit)


def not_qts_own(widget: QWidget) -> bool:
    """The line edit inside a spin box, the corner button of a table, the scroll buttons of a tab bar have no name of ours."""
    parent = widget.parentWidget()
    return not (
        widget.objectName().startswith("qt_") or isinstance(parent, (QComboBox, QSpinBox, QTableView, QLineEdit))
    ) and (type(parent).__name__ != "QTabBar")


def test_the_scheme_can_change_while_the_window_is_open(window: MainWindow, live: Live, look: Look) -> None:
    async def visit() -> None:
        try:
            window.tab_bar.setCurrentIndex(TABS.index("Contacts"))
            await calm(window)
            for scheme, palette in (("dark", DARK), ("light", LIGHT)):
                look.choose(scheme)  # type: ignore[arg-type]
                assert look.palette is palette
                await asyncio.sleep(0.02)
                corner = window.grab().toImage().pixelColor(4, window.height() // 2)
                assert corner.name() == palette.canvas
        finally:
            look.choose("light")

    live(visit)


def test_the_window_remembers_its_place(desk: Desk, settings: QSettings) -> None:
    first = MainWindow(desk, settings)
    first.resize(760, 620)  # the offscreen screen is 800 by 800
    first.show()
    first.close()
    first.deleteLater()
    second = MainWindow(desk, settings)
    assert (second.width(), second.height()) == (760, 620)
    second.deleteLater()


def test_closing_asks_for_the_end_once_and_leaves_no_task(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    closing = []
    window.closing.connect(lambda: closing.append(True))

    async def visit() -> None:
        engine.hold = asyncio.Event()
        window.header.sync_button.click()
        await until(lambda: window.desk.bridge.busy > 0)
        window.close()
        assert not window.isVisible()
        assert closing == [True]
        await window.desk.bridge.close()
        assert window.desk.bridge.busy == 0
        assert engine.closed

    live(visit)


def test_the_bridge_hands_results_and_errors_to_those_who_still_exist(
    loop: QEventLoop, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    bridge = Bridge(loop)
    bridge.engine = engine
    heard: list[object] = []
    bridge.on_error = heard.append

    async def give(value: int) -> int:
        await asyncio.sleep(0)
        return value

    async def fail(error: Exception) -> None:
        raise error

    def then_fails(_: int) -> None:
        raise ZeroDivisionError("in a screen")

    async def main() -> None:
        bridge.run(give(1), heard.append)
        bridge.run(fail(PassError("one")), failed=lambda e: heard.append(e.title))
        bridge.run(fail(PassError("two")))
        gone = QWidget()
        gone.deleteLater()
        await asyncio.sleep(0.02)
        bridge.run(give(2), heard.append, owner=gone)
        await until(lambda: bridge.busy == 0)
        assert heard[0] == "one"
        assert str(heard[1]) == "two"
        assert heard[2:] == [1]
        with caplog.at_level(logging.ERROR):
            bridge.run(give(3), then_fails)
            await until(lambda: bridge.busy == 0)
        assert "ZeroDivisionError" in str(heard.pop())
        await bridge.close()
        bridge.run(give(4), heard.append)
        assert bridge.busy == 0
        assert len(heard) == 3

    loop.run_until_complete(main())


def test_asking_again_while_an_answer_is_under_way_asks_once_more(loop: QEventLoop, engine: ScriptedEngine) -> None:
    bridge = Bridge(loop)
    bridge.engine = engine
    asked: list[int] = []
    shown: list[int] = []
    release = asyncio.Event()

    async def ask() -> int:
        asked.append(len(asked))
        await release.wait()
        return asked[-1]

    async def main() -> None:
        owner = QWidget()
        for _ in range(20):
            bridge.refresh("status", ask, shown.append, owner)
        await until(lambda: asked == [0])
        release.set()
        await until(lambda: bridge.busy == 0)
        assert shown == [0, 1]
        await bridge.close()
        owner.deleteLater()

    loop.run_until_complete(main())


def test_a_hundred_changes_at_once_ask_for_the_status_twice(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        before = engine.asked.count(("status",))
        for _ in range(100):
            engine.tell(Changed(("status",)))
        await calm(window)
        assert engine.asked.count(("status",)) - before == 2

    live(visit)


def test_the_connections_settings_open_beside_the_tab_and_save(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        await calm(window)
        panel = window.connection_panel
        assert panel.isVisible()
        panel.settings.editors["on_conflict"].radios["hold"].click()
        number = panel.settings.editors["poll_seconds"].number
        number.setValue(120)
        number.editingFinished.emit()
        await calm(window)
        assert ("set_setting", "on_conflict", "hold") in engine.asked
        assert ("set_setting", "poll_seconds", "120") in engine.asked
        window.header.preview_button.click()
        assert not panel.isVisible()  # one panel at a time
        await calm(window)
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert not window.preview_panel.isVisible()

    live(visit)


def in_a_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_window_starts_without_the_database_and_the_clients() -> None:
    done = in_a_process(
        "import sys, crmsync_desktop.ui.application\n"
        "heavy = {'sqlmodel', 'sqlalchemy', 'alembic', 'simple_salesforce', 'hubspot', 'keyring', 'requests', 'uvicorn', 'starlette'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert done.stdout.strip() == "[]", done.stderr


WHOLE = """
import asyncio, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from crmsync_desktop.ui.application import run_window
from tests.ui.scripted import ScriptedEngine

engine = ScriptedEngine()

def start():
    window = next(w for w in QApplication.topLevelWidgets() if hasattr(w, "painted"))
    assert window._painted, "the engine was started before the first paint"
    asyncio.get_running_loop().call_later(0.3, END)
    return engine

def close():
    next(w for w in QApplication.topLevelWidgets() if hasattr(w, "painted")).close()

def interrupt():
    import os, signal
    os.kill(os.getpid(), signal.SIGINT)

status = run_window(start, argv=["crmsync-desktop"], settings_file=Path(sys.argv[1] if len(sys.argv) > 1 else FILE))
print("status", status, "closed", engine.closed)
"""


@pytest.mark.parametrize("end", ["close", "interrupt"])
def test_the_program_paints_starts_the_engine_and_ends_in_order(end: str, tmp_path: Path) -> None:
    done = in_a_process(WHOLE.replace("END", end).replace("FILE", repr(str(tmp_path / "window.ini"))))
    assert done.stdout.strip() == "status 0 closed True", done.stderr
    assert "Traceback" not in done.stderr
    assert "never" not in done.stderr  # "… was never awaited / retrieved"
    assert (tmp_path / "window.ini").is_file()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from crmsync_desktop.adapters.ipc import start_engine
from crmsync_desktop.ui.application import run_window
from tests.adapters.ipc.engines import run_small

def start():
    window = next(w for w in QApplication.topLevelWidgets() if hasattr(w, "painted"))
    engine = start_engine(run_small, "practice")

    async def visit():
        await engine.ready()
        first = engine.pid
        while window.status is None:
            await asyncio.sleep(0.01)
        os.kill(first, signal.SIGKILL)
        while engine.pid == first or window.status_line.state.text() != "In sync":
            await asyncio.sleep(0.01)
        print(window.status.links["contacts"] == engine.pid != first, flush=True)
        window.close()

    window.desk.bridge.run(visit())
    return engine

if __name__ == "__main__":
    print(run_window(start, argv=["crmsync-desktop"], settings_file=Path(FILE)))
"""


def test_a_killed_engine_process_is_replaced_and_the_window_goes_on(tmp_path: Path) -> None:
    done = in_a_process(KILLED.replace("FILE", repr(str(tmp_path / "window.ini"))))
    assert done.stdout.split() == ["True", "0"], done.stderr
    assert "Traceback" not in done.stderr


def test_signals_can_be_emitted_thousands_of_times() -> None:
    """PySide6 6.12.0 under Python 3.11 drops a reference to True on every emit and aborts after some hundreds."""
    done = in_a_process(
        "from PySide6.QtCore import QObject, Signal\n"
        "class Sender(QObject):\n"
        "    told = Signal(bool)\n"
        "sender = Sender()\n"
        "heard = []\n"
        "sender.told.connect(heard.append)\n"
        "for _ in range(5000):\n"
        "    sender.told.emit(True)\n"
        "print(len(heard))"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "5000"
