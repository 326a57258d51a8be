"""Opening, looking, searching, closing, and orgs that go away."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QTableView, QWidget

from crmsync_desktop.adapters.practice_records import AdminRecords
from crmsync_desktop.ui.main_window import MainWindow
from crmsync_desktop.ui.practice_model import CHANGED
from crmsync_desktop.ui.practice_window import PracticeWindow
from tests.practice.servers import practice_orgs
from tests.ui.conftest import Live, calm, until
from tests.ui.practice.conftest import Hands, Open, column, contact, show, still, write
from tests.ui.scripted import ScriptedEngine

pytestmark = [pytest.mark.window, pytest.mark.http]


def test_both_systems_are_shown_side_by_side_with_counts_and_who_changed_each_record(
    opened: Open, hands: Hands
) -> None:
    counts = {(kind.system, kind.name): kind.count for kind in hands.types()}

    async def visit(practice: PracticeWindow) -> None:
        assert practice.windowTitle() == "Practice records"
        assert not practice.isModal()
        for pane, kind in ((practice.salesforce, "Contact"), (practice.hubspot, "contacts")):
            assert pane.list.records.total == counts[pane.system, kind] > 100
            assert pane.head.kinds.currentText() == f"Contacts ({counts[pane.system, kind]:,})"
            assert pane.head.kinds.count() >= 8
            headings = [pane.list.records.headerData(n, Qt.Orientation.Horizontal) for n in range(4)]
            assert headings == ["Last changed by ↓", "First Name", "Last Name", "Email"]
            assert str(pane.list.records.index(0, CHANGED).data()).split(" · ")[0] in ("Person", "Sync", "Automation")
        assert hands.pages[-2:] == [("Contact", "", 0), ("contacts", "", 0)]

    opened(visit)


def test_a_real_connection_has_no_practice_window(window: MainWindow, live: Live, engine: ScriptedEngine) -> None:
    engine.connection = msgspec.structs.replace(engine.connection, practice=False)

    async def visit() -> None:
        assert not any(band.buttons for band in window.bands.shown)
        assert window.header.practice_button.isHidden()
        QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        assert window.practice is None

    live(visit)


def test_the_window_opens_by_key_and_button_and_is_one(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        first = window.practice
        assert first is not None
        assert first.isVisible()
        first.close()
        assert not first.isVisible()
        window.header.practice_button.click()
        assert window.practice is first
        assert first.isVisible()
        await calm(window)

    live(visit)


def test_a_search_waits_for_a_pause_finds_by_words_and_esc_clears_it(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Zebulon", Email="zebulon.hand@example.com")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        all_of_them = pane.list.records.total
        hands.pages.clear()
        QTest.keyClick(practice, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(pane.head.search, "hand ZEBULON")
        await until(lambda: pane.list.records.total == 1)
        assert hands.pages == [("Contact", "hand ZEBULON", 0)]
        assert pane.list.records.record(0).id == one.id  # type: ignore[union-attr]
        assert pane.bar.said.text() == "1 found"
        pane.head.search.setText("zebulon nobody")
        await until(lambda: pane.list.currentWidget() is pane.list.nothing)
        assert pane.list.nothing.title.text() == "No contact holds “zebulon nobody”"
        QTest.keyClick(pane.head.search, Qt.Key.Key_Escape)
        await until(lambda: pane.list.currentWidget() is pane.list.table)
        assert pane.head.search.text() == ""
        assert pane.list.records.total == all_of_them
        await still(practice)

    opened(visit)


def test_every_control_has_a_name_and_every_label_is_plain_text(opened: Open, hands: Hands) -> None:
    contact(hands, FirstName="<b>Bold</b>", LastName="Markup", Email="markup@example.com")

    async def visit(practice: PracticeWindow) -> None:
        for pane in practice.panes:
            pane.table.selectRow(0)
            pane.open_new()
            pane.open_details()
            await still(practice)
        kinds = (QAbstractButton, QComboBox, QLineEdit, QTableView)
        controls = [each for kind in kinds for each in practice.findChildren(kind) if not _qts_own(each)]
        assert len(controls) > 40
        nameless = [
            f"{type(c).__name__} in {type(c.parentWidget()).__name__}" for c in controls if not c.accessibleName()
        ]
        assert nameless == []
        rich = [
            each.text() for each in practice.findChildren(QLabel) if each.textFormat() is not Qt.TextFormat.PlainText
        ]
        assert rich == []
        await show(practice.salesforce, practice, "markup")
        practice.salesforce.open_details()
        assert practice.salesforce.details.title.text() == "<b>Bold</b> Markup"

    opened(visit)


def _qts_own(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return widget.objectName().startswith("qt_") or isinstance(parent, QComboBox | QTableView | QLineEdit)


def test_tab_leads_from_the_object_over_search_to_the_list(opened: Open) -> None:
    async def visit(practice: PracticeWindow) -> None:
        head = practice.salesforce.head
        order = [head.kinds, head.search, head.bin_button, head.new_button, practice.salesforce.table]
        at: QWidget = head.kinds
        met: list[QWidget] = [at]
        while at is not order[-1]:
            at = at.nextInFocusChain()
            met.append(at)
        assert [each for each in met if each in order] == order

    opened(visit)


def test_the_window_closes_while_requests_run_and_opens_again(opened: Open, hands: Hands) -> None:
    async def visit(practice: PracticeWindow) -> None:
        hands.hold = threading.Event()
        practice.salesforce.head.search.setText("any")
        practice.salesforce.head.search_now()
        practice.read_types()
        assert practice.desk.bridge.busy > 0
        practice.close()
        hands.hold.set()
        await still(practice)
        practice.open_window()
        await still(practice)
        assert practice.salesforce.list.search == "any"

    opened(visit)


def test_the_program_ends_while_requests_run(window: MainWindow, opened: Open, hands: Hands) -> None:
    async def visit(practice: PracticeWindow) -> None:
        hands.hold = threading.Event()
        practice.read_types()
        practice.hubspot.refresh()
        window.close()
        assert window.practice is None
        assert not practice.isVisible()
        await window.desk.bridge.close()
        assert window.desk.bridge.busy == 0
        hands.hold.set()

    opened(visit)


def test_orgs_that_stop_are_said_to_be_gone_and_what_was_written_stays(
    window: MainWindow, live: Live, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async def visit() -> None:
        with practice_orgs(tmp_path / "other", contacts=20) as orgs:
            admin = orgs.announced["admin"]
            engine._records = AdminRecords(admin["url"], admin["token"])
            window.open_practice()
            practice = window.practice
            assert practice is not None
            await calm(window)
            pane = practice.salesforce
            assert pane.list.currentWidget() is pane.table
            orgs.process.stdin.close()  # type: ignore[union-attr]
            orgs.process.wait(15)
            pane.table.selectRow(0)
            await write(pane, "Title", "Lost?")
            await still(practice)
            assert pane.bands.shown[0].text.text().startswith("The practice orgs don't answer.")
            assert pane.list.records.index(0, column(pane, "Title")).data() == "Lost?"
            pane.tick()
            await still(practice)
            assert pane.list.again_button.isVisible()
            assert pane.list.trouble.title.text() == "The practice orgs don't answer."
            pane.list.again_button.click()
            await still(practice)
            assert pane.list.again_button.isVisible()
            engine._records.close()

    live(visit)
