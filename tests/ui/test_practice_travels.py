"""The whole of it: the window, an engine in a process of its own, and real practice orgs. An edit by hand travels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.practice.servers import practice_orgs

pytestmark = [pytest.mark.window, pytest.mark.http]
ROOT = Path(__file__).parents[2]

TRAVELS = """
import asyncio, sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from crmsync_desktop.adapters.ipc import start_engine
from crmsync_desktop.bootstrap import run_engine
from crmsync_desktop.ui.application import run_window
from crmsync_desktop.ui.practice_model import CHANGED

def start():
    window = next(w for w in QApplication.topLevelWidgets() if hasattr(w, "painted"))
    engine = start_engine(run_engine, "practice")

    async def until(true, what):
        for _ in range(6000):
            if true():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError(what)

    async def visit():
        try:
            await engine.ready()
            await engine.sync(False)
            await until(lambda: window.status is not None and window.status.last_pass is not None, "the first pass")
            window.open_practice()
            practice = window.practice
            left, right = practice.salesforce, practice.hubspot
            await until(lambda: left.list.records.total and right.list.records.total, "both lists")
            synced = next(r for r in (left.list.records.record(n) for n in range(100)) if r.changed_by == "sync")
            column = [field.name for field in left.list.records.columns].index("Title") + 1
            left.list.records.setData(left.list.records.index(left.list.records.row_of(synced.id), column), "Sjef <b>")
            left.table.selectRow(left.list.records.row_of(synced.id))
            await until(lambda: not left.list.records.saving, "the edit")
            print(left.list.records.index(left.list.records.row_of(synced.id), CHANGED).data().split(" ")[0])
            practice.sync_button.click()
            left.bar.show_other.click()

            def arrived():
                record = right.table.current_record()
                return record is not None and record.values.get("jobtitle") == "Sjef <b>"

            await until(arrived, "the edit on the other side")
            row = right.list.records.row_of(right.table.current_record().id)
            print(right.list.records.index(row, CHANGED).data().split(" ")[0])
            await until(lambda: practice.said.text().startswith(("Synced", "In sync")), "the outcome")
        except BaseException as error:
            print(type(error).__name__, error)
        finally:
            window.close()

    window.desk.bridge.run(visit())
    return engine

if __name__ == "__main__":
    print(run_window(start, argv=["crmsync-desktop"], settings_file=Path(sys.argv[1]) / "window.ini"))
"""


def test_an_edit_by_hand_is_a_persons_here_and_the_syncs_over_there(tmp_path: Path) -> None:
    program = tmp_path / "travels.py"
    program.write_text(TRAVELS)
    with practice_orgs(tmp_path / "practice", contacts=40):
        done = subprocess.run(
            [sys.executable, str(program), str(tmp_path)],
            env={
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "PYTHONPATH": str(ROOT),
                "CRMSYNC_DATA_DIR": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert done.stdout.split() == ["Person", "Sync", "0"], done.stdout + done.stderr
    assert "Traceback" not in done.stderr
