"""The pictures of the guide: `python -m tests.ui.practice_pictures docs/images`.

With `--all`, every tab, and each at 1920×1080 too, for looking at. The real window on the real engine and the practice orgs, from the first sync on, in a data folder of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from crmsync_desktop.adapters.ipc import EngineClient, start_engine
from crmsync_desktop.bootstrap import DATA_VARIABLE, home, run_engine
from crmsync_desktop.practice.state import serving
from crmsync_desktop.ui.application import run_window
from crmsync_desktop.ui.main_window import TABS, MainWindow
from crmsync_desktop.ui.sync_status_tab import SyncStatusTab

SIZES = ((1280, 800), (1920, 1080))
GUIDE = ("Contacts", "Changes")
SCHEMES = ("light", "dark")


async def quiet(window: MainWindow) -> None:
    """Until no pass runs, nothing is asked, and everything is painted."""
    while window.status is None or window.status.running is not None or window.desk.bridge.busy > 1:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)


async def shoot(window: MainWindow, name: str, folder: Path, every: bool) -> None:
    for scheme in SCHEMES:
        window.desk.look.choose(scheme)  # type: ignore[arg-type]
        for size in SIZES if every else SIZES[:1]:
            window.resize(*size)
            await quiet(window)
            path = folder / f"{name}-{scheme}-{size[0]}x{size[1]}.png"
            if not window.grab().save(str(path)):
                raise OSError(f"{path} could not be written")


def edit_in_hubspot() -> None:
    """What a colleague does in HubSpot meanwhile: other job titles and phone numbers."""
    announced = serving(home().practice_orgs)
    assert announced is not None

    def ask(method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            announced["hubspot"]["url"] + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {announced['hubspot']['access_token']}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    people = ask("GET", "/crm/v3/objects/contacts?limit=40&properties=email")["results"]
    titles = ("Daglig leder", "Head of Operations", "Key Account Manager", "Økonomisjef")
    edits = [
        {
            "id": one["id"],
            "properties": {"jobtitle": titles[i % 4], **({"phone": f"+47 22 00 {i:02} 41"} if i % 3 else {})},
        }
        for i, one in enumerate(people)
    ]
    ask("POST", "/crm/v3/objects/contacts/batch/update", {"inputs": edits})


async def records(window: MainWindow, folder: Path, every: bool) -> None:
    """The window "Practice records": a record and its counterpart side by side, and a value that the org refuses."""
    window.open_practice()
    practice = window.practice
    assert practice is not None
    left, right = practice.salesforce, practice.hubspot
    await quiet(window)
    model = left.list.records
    names = [field.name for field in model.columns]
    model.setData(model.index(1, names.index("Title") + 1), "Daglig leder")
    model.setData(model.index(0, names.index("Email") + 1), "post@@example")
    left.table.selectRow(1)
    left.open_details()
    await quiet(window)
    left.bar.show_other.click()
    await quiet(window)
    right.open_details()
    right.head.search.clear()
    right.head.search_now()
    await quiet(window)
    for scheme in SCHEMES:
        window.desk.look.choose(scheme)  # type: ignore[arg-type]
        for size in ((1280, 800), (960, 600)) if every else ((1280, 800),):
            practice.resize(*size)
            await quiet(window)
            path = folder / f"practice-records-{scheme}-{size[0]}x{size[1]}.png"
            if not practice.grab().save(str(path)):
                raise OSError(f"{path} could not be written")
    practice.close()


async def visit(window: MainWindow, engine: EngineClient, folder: Path, every: bool) -> None:
    await engine.ready()
    first = await engine.sync(False)  # joins the scheduled first pass
    assert first.state == "done", first
    await quiet(window)
    await shoot(window, "status", folder, every)
    tab = window.tab("Sync status")
    assert isinstance(tab, SyncStatusTab)
    next(card for card in tab.grid.cards.values() if card.wrong).click()
    await shoot(window, "error-details", folder, every)
    tab.escape()
    for name in TABS[1:] if every else GUIDE:
        window.tab_bar.setCurrentIndex(TABS.index(name))
        await shoot(window, name.lower().replace(" ", "-"), folder, every)
    window.tab_bar.setCurrentIndex(0)
    await records(window, folder, every)
    await asyncio.to_thread(edit_in_hubspot)
    window.header.preview_button.click()
    await quiet(window)
    view = window.preview_panel.view
    view.expand(view.changes.index(1, 0))
    await shoot(window, "preview", folder, every)


def main(folder: Path, every: bool) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    failed: list[BaseException] = []

    def start() -> EngineClient:
        window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        engine = start_engine(run_engine, "practice")

        async def all_of_it() -> None:
            try:
                await visit(window, engine, folder, every)
            except Exception as error:
                failed.append(error)
            finally:
                window.close()

        window.desk.bridge.run(all_of_it())
        return engine

    with tempfile.TemporaryDirectory() as data:
        os.environ[DATA_VARIABLE] = data
        run_window(start, argv=["pictures"], settings_file=Path(data) / "window.ini")
    for error in failed:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--all" in sys.argv[2:]))
