"""Sync status, as a person uses it."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from crmsync_desktop.app.views import CallMade, Changed, Notice, PassProgress, ProgressView
from crmsync_desktop.domain.errors import CrmSyncError, PassError, SetupError
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.ui.main_window import MainWindow
from crmsync_desktop.ui.sync_status_tab import SyncStatusTab
from tests.ui.conftest import Live, calm, until
from tests.ui.scripted import ScriptedEngine
from tests.ui.scripted_data import QUIET_CARDS

pytestmark = pytest.mark.window


def status_tab(window: MainWindow) -> SyncStatusTab:
    tab = window.tab("Sync status")
    assert isinstance(tab, SyncStatusTab)
    return tab


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def test_before_the_engine_speaks_the_window_says_so_and_offers_nothing(window: MainWindow) -> None:
    tab = status_tab(window)
    assert "Starting" in tab.headline.text()
    assert "Starting" in window.status_line.state.text()
    assert not any(each.isEnabled() for each in window.header.buttons)
    assert not tab.salesforce.isEnabled()


def test_the_first_glance_tells_state_calls_and_errors(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        tab = status_tab(window)
        assert tab.headline.text() == "In sync, but for some records"
        assert tab.salesforce.used.text() == "2,480 used"
        assert tab.salesforce.left.text() == "7,520 left"
        assert tab.salesforce.limit.text() == "115,000"
        assert tab.salesforce.allocation.value() == 10_000
        assert tab.hubspot.window_text.text() == "62 of 190"
        assert tab.grid.cards[Category.DUPLICATES].accessibleName() == "Duplicates: 3 errors, 3 records affected"
        assert not tab.grid.cards[Category.OWNERS].wrong
        assert window.status_line.facts.text().endswith("3 + 7 calls · next in 0:48")
        assert window.header.name.text() == "Practice orgs"
        assert [band.title.text() for band in window.bands.shown] == ["Practice orgs."]

    live(visit)


def test_a_call_moves_the_meters_without_asking_the_engine(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = status_tab(window)
        asked = len(engine.asked)
        engine.tell(CallMade(Side.SALESFORCE, used=2_481, left=7_519))
        engine.tell(CallMade(Side.HUBSPOT, used=8_113, left=None, window_used=63))
        assert tab.salesforce.used.text() == "2,481 used"
        assert tab.salesforce.left.text() == "7,519 left"
        assert tab.hubspot.window_text.text() == "63 of 190"
        engine.tell(CallMade(Side.SALESFORCE, used=10_000, left=0))
        assert tab.salesforce.left.text() == "none left: waiting"
        assert tab.salesforce.left.property("tone") == "bad"
        assert len(engine.asked) == asked

    live(visit)


def test_the_allocation_is_updated_by_its_button_and_a_refusal_stands_beside_it(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        meter = status_tab(window).salesforce
        assert not meter.update_button.isEnabled()
        meter.allocation.setValue(20_000)
        assert meter.update_button.isEnabled()
        engine.tell(Changed(("status",)))  # what is being typed isn't overwritten by the next status
        await calm(window)
        assert meter.allocation.value() == 20_000
        click(meter.update_button)
        await calm(window)
        assert ("set_allocation", 20_000) in engine.asked
        assert meter.left.text() == "17,520 left"
        assert not meter.update_button.isEnabled()
        meter.allocation.setValue(1)
        click(meter.update_button)
        await calm(window)
        assert "Choose at least 100." in meter.problem.text()
        assert meter.problem.isVisible()
        assert meter.allocation.maximum() == 115_000

    live(visit)


def test_a_card_opens_its_errors_by_cause_and_one_or_all_are_retried(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = status_tab(window)
        click(tab.grid.cards[Category.PROPERTY_VALUES])
        await calm(window)
        assert tab.panel.isVisible()
        assert tab.panel.title.text() == "Property values"
        assert tab.panel.said.text() == "14 errors with 2 causes"
        retry = [
            b
            for b in tab.panel.findChildren(type(tab.panel.retry_button))
            if b.accessibleName() == "Retry Ola Nordmann"
        ]
        click(retry[0])
        await calm(window)
        assert engine.asked[-1] == ("retry_errors", None, [100])
        assert "1 record will be tried again" in tab.panel.said.text()
        click(tab.panel.retry_button)
        await calm(window)
        assert engine.asked[-1] == ("retry_errors", Category.PROPERTY_VALUES, None)
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert not tab.panel.isVisible()
        assert not any(card.isChecked() for card in tab.grid.cards.values())

    live(visit)


def test_names_with_html_are_shown_as_they_are(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        tab = status_tab(window)
        click(tab.grid.cards[Category.PROPERTY_VALUES])
        await calm(window)
        labels = [one for one in tab.panel.findChildren(type(tab.detail)) if one.text() == "<b>Bold</b> & Sons"]
        assert labels
        assert labels[0].textFormat() is Qt.TextFormat.PlainText
        assert "&lt;b>Bold" in labels[0].toolTip()

    live(visit)


def test_a_kind_without_errors_says_that_all_is_well(window: MainWindow, live: Live, engine: ScriptedEngine) -> None:
    async def visit() -> None:
        tab = status_tab(window)
        engine.cards = QUIET_CARDS
        engine.tell(Changed(("errors",)))
        await calm(window)
        assert tab.headline.text() == "In sync"
        assert tab.errors_said.text() == "None. What can sync is in sync."
        assert not tab.retry_all.isVisible()
        click(tab.grid.cards[Category.OWNERS])
        await calm(window)
        assert not tab.panel.retry_button.isVisible()

    live(visit)


def test_a_pass_shows_its_progress_and_can_be_stopped(window: MainWindow, live: Live, engine: ScriptedEngine) -> None:
    async def visit() -> None:
        engine.hold = asyncio.Event()
        QTest.keyClick(window, Qt.Key.Key_F5)
        await until(lambda: window.status_line.progress.isVisible())
        assert "Writing contacts · 12,400 of 41,207 · 830/s · 34 s left" in window.status_line.progress_text.text()
        assert window.header.sync_button.text() == "Stop"
        await until(lambda: status_tab(window).headline.text() == "Syncing")
        assert not window.header.preview_button.isEnabled()
        click(window.header.sync_button)
        await calm(window)
        assert ("cancel",) in engine.asked
        assert window.header.sync_button.text() == "Sync now"
        assert not window.status_line.progress.isVisible()

    live(visit)


def test_progress_without_a_total_is_shown_as_busy(window: MainWindow, live: Live, engine: ScriptedEngine) -> None:
    async def visit() -> None:
        engine.tell(PassProgress(ProgressView(3, False, "reading", 1_200, 0, 0.0, None)))
        assert window.status_line.progress_text.text() == "Reading · 1,200"
        assert window.status_line.progress.maximum() == 0

    live(visit)


def test_pausing_and_resuming(window: MainWindow, live: Live, engine: ScriptedEngine) -> None:
    async def visit() -> None:
        click(window.header.pause_button)
        await calm(window)
        assert engine.paused
        assert window.header.pause_button.text() == "Resume"
        assert "next in" not in window.status_line.facts.text()
        click(window.header.pause_button)
        await calm(window)
        assert not engine.paused

    live(visit)


def test_a_failed_pass_and_a_notice_are_told_in_bands_that_esc_closes(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        window.bands.dismiss_last()

        async def refuse(preview: bool) -> None:
            raise PassError("Salesforce did not answer", "timed out after 30 s", "The next pass tries again.")

        engine.sync = refuse  # type: ignore[method-assign,assignment]
        click(window.header.sync_button)
        await calm(window)
        assert window.bands.shown[-1].title.text() == "Salesforce did not answer"
        assert window.header.sync_button.text() == "Sync now"
        for _ in range(5):
            engine.tell(Notice("warning", "Allocation reached", "", "It has room again at 16:40."))
        assert [band.title.text() for band in window.bands.shown] == ["Salesforce did not answer", "Allocation reached"]
        QTest.keyClick(window, Qt.Key.Key_Escape)
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert window.bands.shown == []
        assert not window.bands.isVisible()

    live(visit)


def test_a_dead_engine_is_told_and_another_started_until_it_dies_too_often(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        def die() -> None:
            assert engine.on_death is not None
            engine.on_death(CrmSyncError("The sync engine stopped unexpectedly"))

        die()
        assert "again" in window.status_line.state.text()
        assert window.bands.shown[-1].title.text() == "The sync engine stopped unexpectedly"
        await calm(window)
        assert engine.restarts == 1
        assert window.status_line.state.text() == "In sync, but for some records"
        assert [band.title.text() for band in window.bands.shown] == ["Practice orgs."]
        die()
        await calm(window)
        die()
        await calm(window)
        assert engine.restarts == 2
        assert window.status_line.state.text() == "Not running"
        click(window.bands.shown[-1].buttons[0])
        await calm(window)
        assert engine.restarts == 3
        assert window.status_line.state.text() == "In sync, but for some records"

    live(visit)


def test_an_engine_that_cannot_start_says_why_and_can_be_tried_again(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    engine.refusal = SetupError("The keyring is locked", "", "Unlock it.")

    async def visit() -> None:
        assert window.bands.shown[-1].title.text() == "The keyring is locked"
        assert not window.header.sync_button.isEnabled()
        engine.refusal = None
        click(window.bands.shown[-1].buttons[0])
        await calm(window)
        assert window.header.sync_button.isEnabled()
        assert [band.title.text() for band in window.bands.shown] == ["Practice orgs."]

    live(visit)


def test_hovering_a_bar_tells_its_hour_pairs_and_purposes(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        chart = status_tab(window).hours.chart
        index = chart.bar_at(chart.width() - 2)
        assert index == 23
        said = chart.describe(23).splitlines()
        assert said[0].endswith(": 326 calls")
        assert said[1] == "HubSpot · contacts · read: 166"
        QTest.mouseMove(chart, QPoint(chart.width() - 2, 20))
        await asyncio.sleep(0.02)

    live(visit)


def test_a_preview_shows_its_writes_and_runs_only_when_asked(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        click(window.header.preview_button)
        assert window.preview_panel.stack.currentWidget() is window.preview_panel.waiting
        await calm(window)
        panel = window.preview_panel
        assert panel.said.text() == "1,204 records would be written. Looking took 3 + 7 calls."
        assert panel.run_button.text() == "Write 1,204 records"
        assert panel.view.changes.rowCount() >= 200
        assert ("sync", False) not in engine.asked
        click(panel.run_button)
        assert not panel.isVisible()
        await calm(window)
        assert ("sync", False) in engine.asked

    live(visit)
