"""Real practice orgs over HTTP, the window opened on them, and a person's hands on mouse and keyboard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from crmsync_desktop.adapters.practice_records import AdminRecords
from crmsync_desktop.ports.practice import PracticePage, PracticeRecord, PracticeType
from crmsync_desktop.ui.main_window import MainWindow
from crmsync_desktop.ui.practice_model import PAGE
from crmsync_desktop.ui.practice_pane import PracticePane
from crmsync_desktop.ui.practice_window import PracticeWindow
from tests.practice.servers import Orgs, practice_orgs
from tests.ui.conftest import Live, calm, until
from tests.ui.scripted import ScriptedEngine

Visit = Callable[[PracticeWindow], Awaitable[None]]
Open = Callable[[Visit], None]


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("orgs"), contacts=150) as running:
        yield running


class Hands(AdminRecords):
    """The real ones, which wait before each answer while `hold` is set."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        self.hold: threading.Event | None = None
        self.pages: list[tuple[str, str, int]] = []

    def types(self) -> tuple[PracticeType, ...]:
        self._wait()
        return super().types()

    def page(self, system: Any, type: str, **how: Any) -> PracticePage:
        if how.get("limit") == PAGE:
            self.pages.append((type, how["search"], how["offset"]))
        self._wait()
        return super().page(system, type, **how)

    def change(self, system: Any, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        self._wait()
        return super().change(system, type, id, values)

    def _wait(self) -> None:
        if self.hold is not None:
            self.hold.wait(30)


@pytest.fixture
def hands(orgs: Orgs) -> Iterator[Hands]:
    admin = orgs.announced["admin"]
    with closing(Hands(admin["url"], admin["token"])) as made:
        yield made


@pytest.fixture
def engine(hands: Hands) -> ScriptedEngine:
    return ScriptedEngine(hands)


@pytest.fixture
def opened(window: MainWindow, live: Live) -> Open:
    """Runs a visit to the window, opened from the band."""

    def run(visit: Visit) -> None:
        async def whole() -> None:
            button = next(each for band in window.bands.shown for each in band.buttons)
            assert button.text() == "Edit practice records"
            button.click()
            assert window.practice is not None
            await calm(window)
            await visit(window.practice)

        live(whole)

    return run


async def still(practice: PracticeWindow) -> None:
    """Until nothing is being asked, and Qt has done what it put off."""
    await asyncio.sleep(0.02)
    await until(lambda: practice.desk.bridge.busy == 0)
    await asyncio.sleep(0.02)


def column(pane: PracticePane, field: str) -> int:
    return [each.name for each in pane.list.records.columns].index(field) + 1


async def show(pane: PracticePane, practice: PracticeWindow, search: str) -> None:
    """Type a search, and stand on its first row."""
    pane.head.search.setText(search)
    QTest.keyClick(pane.head.search, Qt.Key.Key_Return)
    await still(practice)
    pane.table.setCurrentIndex(pane.list.records.index(0, 1))
    pane.table.selectRow(0)
    await still(practice)


async def write(pane: PracticePane, field: str, text: str) -> None:
    """F2, the text, Enter in the chosen row's cell."""
    table = pane.table
    table.setCurrentIndex(pane.list.records.index(table.currentIndex().row(), column(pane, field)))
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.indexWidget(table.currentIndex()) or table.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit | QComboBox)
    line = editor.lineEdit() if isinstance(editor, QComboBox) else editor
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, text)
    await enter(line)


async def enter(line: QLineEdit, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """The key, and what Qt does on it once it comes back to its loop."""
    QTest.keyClick(line, key)
    await asyncio.sleep(0.02)


def contact(hands: Hands, **values: str) -> PracticeRecord:
    return hands.create("salesforce", "Contact", {"LastName": "Hand", **values})
