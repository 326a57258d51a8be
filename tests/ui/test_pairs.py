"""The tabs of companies, deals and tickets: the switch, what turning it on would do, and their own settings and mappings."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from crmsync_desktop.ui.main_window import TABS, MainWindow
from crmsync_desktop.ui.pair_tab import PairTab
from tests.ui.conftest import Live, calm
from tests.ui.scripted import ScriptedEngine

pytestmark = pytest.mark.window


async def open_pair(window: MainWindow, name: str) -> PairTab:
    window.tab_bar.setCurrentIndex(TABS.index(name))
    await calm(window)
    tab = window.current
    assert isinstance(tab, PairTab)
    return tab


def companies_on(engine: ScriptedEngine) -> bool:
    return engine.saved.companies.enabled


@pytest.mark.parametrize("name", ["Companies", "Deals", "Tickets"])
def test_a_pair_has_its_switch_settings_and_mappings(window: MainWindow, live: Live, name: str) -> None:
    async def visit() -> None:
        tab = await open_pair(window, name)
        pair = name.lower()
        assert next(iter(tab.settings.editors)) == f"{pair}.enabled"
        assert all(key.startswith(f"{pair}.") for key in tab.settings.editors)
        assert tab.note.text() == "Off"
        assert "hubspot_owner_id" in {row.property for row in tab.mappings.mappings.rows}

    live(visit)


def test_the_space_key_turns_a_pair_on_and_a_missing_one_is_warned_of(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = await open_pair(window, "Deals")
        editor = tab.settings.editors["deals.enabled"]
        editor.switch.setFocus()
        QTest.keyClick(editor.switch, Qt.Key.Key_Space)
        await calm(window)
        assert ("set_setting", "deals.enabled", "on") in engine.asked
        assert editor.switch.isChecked()
        assert not editor.look_button.isVisible()
        assert "Companies don't sync" in editor.warning.text()
        assert tab.note.text() == "On"

    live(visit)


def test_a_switch_says_first_what_it_will_do_and_the_preview_turns_it_on(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = await open_pair(window, "Companies")
        QTest.mouseClick(tab.settings.editors["companies.enabled"].look_button, Qt.MouseButton.LeftButton)
        await calm(window)
        assert ("preview_setting", "companies.enabled", "on") in engine.asked
        assert not companies_on(engine)
        assert window.preview_panel.run_button.text() == "Turn it on"
        QTest.mouseClick(window.preview_panel.run_button, Qt.MouseButton.LeftButton)
        await calm(window)
        assert companies_on(engine)
        assert tab.settings.editors["companies.enabled"].switch.isChecked()
        assert ("sync", False) not in engine.asked, "turning it on writes nothing by itself"
        window.header.preview_button.click()
        await calm(window)
        assert window.preview_panel.run_button.text().startswith("Write "), "an ordinary preview has its own button"

    live(visit)
