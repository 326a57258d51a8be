"""Pictures of the real window, for the guide and for looking at: `python -m tests.ui.pictures FOLDER [NAME ...]`.

Each screen in light and dark at 1280×800 and 1920×1080. The data is the scripted engine's.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, QSettings
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from crmsync_desktop.domain.records import Category
from crmsync_desktop.ui.bridge import Bridge
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.main_window import TABS, MainWindow
from crmsync_desktop.ui.pair_tab import PairTab
from crmsync_desktop.ui.sync_status_tab import SyncStatusTab
from crmsync_desktop.ui.words import Words
from tests.ui.scripted import NOW, ScriptedEngine
from tests.ui.scripted_data import QUIET_CARDS

SIZES = ((1280, 800), (1920, 1080))


async def settle(window: MainWindow) -> None:
    """Until nothing is asked any more, and Qt has laid out and painted what was answered."""
    for _ in range(3):
        while window.desk.bridge.busy > int(window.status_line.progress.isVisible()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.03)


async def status(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(0)


async def well(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(0)
    engine.cards = QUIET_CARDS
    window._refresh_status()


async def details(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(0)
    tab = window.current
    assert isinstance(tab, SyncStatusTab)
    tab.grid.cards[Category.PROPERTY_VALUES].click()


async def running(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(0)
    engine.hold = asyncio.Event()
    window.header.sync_button.click()


async def contacts(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(TABS.index("Contacts"))


async def adding(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(TABS.index("Contacts"))
    tab = window.current
    assert isinstance(tab, PairTab)
    await settle(window)
    tab.settings.editors["contacts.on_hubspot_change"].radios["lead"].click()
    tab.mappings.add_button.click()
    await settle(window)
    tab.mappings.add_panel.hubspot_property.setCurrentIndex(2)
    tab.mappings.add_panel.fields["Contact"].setCurrentIndex(0)


async def preview(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(0)
    window.header.preview_button.click()
    await settle(window)
    window.preview_panel.view.expand(window.preview_panel.view.changes.index(2, 0))


async def changes(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(TABS.index("Changes"))


async def companies(window: MainWindow, engine: ScriptedEngine) -> None:
    await engine.set_setting("companies.enabled", "on")
    window.tab_bar.setCurrentIndex(TABS.index("Companies"))


async def turning_on(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(TABS.index("Deals"))
    tab = window.current
    assert isinstance(tab, PairTab)
    await settle(window)
    tab.settings.editors["deals.enabled"].look_button.click()


async def tickets(window: MainWindow, engine: ScriptedEngine) -> None:
    await engine.set_setting("tickets.enabled", "on")
    window.tab_bar.setCurrentIndex(TABS.index("Tickets"))


async def troubled(window: MainWindow, engine: ScriptedEngine) -> None:
    window.tab_bar.setCurrentIndex(0)
    window.bands.say(
        "warn", "The database was damaged and has been moved aside.", "Links are being rebuilt by matching."
    )
    window.bands.say("bad", "Salesforce did not answer.", "The next pass tries again in 2 min.")


SCENES: dict[str, Callable[[MainWindow, ScriptedEngine], Awaitable[None]]] = {
    "sync-status": status,
    "all-well": well,
    "error-details": details,
    "running": running,
    "contacts": contacts,
    "add-mapping": adding,
    "preview": preview,
    "changes": changes,
    "companies": companies,
    "turning-on": turning_on,
    "tickets": tickets,
    "bands": troubled,
}


async def picture(look: Look, loop: QEventLoop, name: str, size: tuple[int, int], folder: Path) -> None:
    engine = ScriptedEngine()
    desk = Desk(Bridge(loop), look, Words(QLocale("en_GB"), lambda: NOW))
    with tempfile.TemporaryDirectory() as settings:
        window = MainWindow(desk, QSettings(str(Path(settings) / "w.ini"), QSettings.Format.IniFormat))
        window.resize(*size)
        window.show()
        window.attach(engine)
        await settle(window)
        await SCENES[name](window, engine)
        await settle(window)
        window.grab().save(str(folder / f"{name}-{look.palette.name}-{size[0]}.png"))
        if engine.hold is not None:
            engine.hold.set()
        await desk.bridge.close()
        window.close()
        window.deleteLater()
        await asyncio.sleep(0)


def main(folder: Path, names: list[str]) -> None:
    app = QApplication(["pictures"])
    folder.mkdir(parents=True, exist_ok=True)
    loop = QEventLoop(app)
    look = Look(app, "light")

    async def all_of_them() -> None:
        for scheme in ("light", "dark"):
            look.choose(scheme)  # type: ignore[arg-type]
            for name in names or SCENES:
                for size in SIZES:
                    await picture(look, loop, name, size, folder)

    with loop:
        loop.run_until_complete(all_of_them())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
