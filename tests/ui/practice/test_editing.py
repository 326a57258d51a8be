"""Editing in place: what is written, saved, refused, and never moves under a person."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from crmsync_desktop.ui.practice_model import CHANGED, Role
from crmsync_desktop.ui.practice_window import PracticeWindow
from tests.ui.conftest import until
from tests.ui.practice.conftest import Hands, Open, column, contact, enter, show, still, write

pytestmark = [pytest.mark.window, pytest.mark.http]


def test_a_cell_is_edited_in_place_and_counts_as_a_persons_change(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Inplace", Title="Before")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "inplace")
        hands.hold = threading.Event()
        await write(pane, "Title", "After & <b>more</b>")
        cell = pane.list.records.index(0, column(pane, "Title"))
        assert (cell.data(), cell.data(Role.CELL).mark) == ("After & <b>more</b>", "saving")
        hands.hold.set()
        await still(practice)
        assert (cell.data(), cell.data(Role.CELL).mark) == ("After & <b>more</b>", "")
        assert pane.list.records.index(0, CHANGED).data().startswith("Person")
        assert pane.bands.shown == []
        assert not pane.drawer_shown  # Enter ended the editor and opened nothing
        again = hands.get("salesforce", "Contact", one.id)
        assert (again.values["Title"], again.changed_by) == ("After & <b>more</b>", "person")
        await write(pane, "Title", " ")  # blanks are a text like any other until the org says what it makes of them
        await still(practice)
        assert not hands.get("salesforce", "Contact", one.id).values.get("Title")

    opened(visit)


def test_an_own_edit_leaves_the_rows_where_they_are_and_others_edits_reorder_them(opened: Open, hands: Hands) -> None:
    for number in range(3):
        contact(hands, FirstName="Order", LastName=f"O{number}")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "order")
        ids = [pane.list.records.record(row).id for row in range(3)]  # type: ignore[union-attr]
        pane.table.selectRow(2)
        await write(pane, "Title", "T")
        await still(practice)
        pane.tick()
        await still(practice)
        assert [pane.list.records.record(row).id for row in range(3)] == ids  # type: ignore[union-attr]
        pane.table.selectRow(0)
        hands.change("salesforce", "Contact", ids[1], {"Title": "Elsewhere"})
        hands.change("salesforce", "Contact", ids[1], {"Phone": "+47 2"})
        pane.tick()
        await still(practice)
        shown = [pane.list.records.record(row) for row in range(3)]
        assert {record.values["Title"] for record in shown if record and record.id == ids[1]} == {"Elsewhere"}
        assert [record.id for record in pane.table.chosen_records()] == [ids[0]]  # what was chosen stays so

    opened(visit)


def test_rows_do_not_move_under_an_open_editor(opened: Open, hands: Hands) -> None:
    contact(hands, FirstName="Mover", LastName="M1")
    other = contact(hands, FirstName="Mover", LastName="M2")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "mover")
        table = pane.table
        row = next(n for n in range(2) if pane.list.records.record(n).id != other.id)  # type: ignore[union-attr]
        mine = pane.list.records.record(row)
        table.setCurrentIndex(pane.list.records.index(row, column(pane, "Title")))
        QTest.keyClicks(table, "x")  # typing starts an editor
        assert table.editing
        hands.delete("salesforce", "Contact", [other.id])
        pane.refresh()
        await still(practice)
        assert pane.list.records.total == 2
        line = table.viewport().findChild(QLineEdit)
        QTest.keyClicks(line, "yz")
        await enter(line)
        await until(lambda: pane.list.records.total == 1)
        await still(practice)
        assert mine is not None
        assert hands.get("salesforce", "Contact", mine.id).values["Title"] == "xyz"

    opened(visit)


def test_what_the_org_refuses_stays_in_its_cell_with_the_orgs_words(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Refused", Email="refused@example.com")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "refused")
        await write(pane, "Email", "no address")
        await still(practice)
        cell = pane.list.records.index(0, column(pane, "Email"))
        assert (cell.data(), cell.data(Role.CELL).mark) == ("no address", "refused")
        assert "invalid email address" in cell.data(Qt.ItemDataRole.ToolTipRole)
        band = pane.bands.shown[0]
        assert band.title.text() == "Not saved."
        assert "invalid email address: no address" in band.text.text()
        assert QApplication.activeModalWidget() is None
        edit_again, discard = band.buttons
        edit_again.click()
        assert pane.table.editing
        line = pane.table.viewport().findChild(QLineEdit)
        assert line.text() == "no address"
        await enter(line, Qt.Key.Key_Escape)
        assert cell.data(Role.CELL).mark == "refused"
        discard.click()
        assert (cell.data(), cell.data(Role.CELL).mark, pane.bands.shown) == ("refused@example.com", "", [])
        await write(pane, "Email", "no address")
        await still(practice)
        await write(pane, "Email", "right@example.com")
        await still(practice)
        assert pane.bands.shown == []
        assert hands.get("salesforce", "Contact", one.id).values["Email"] == "right@example.com"

    opened(visit)


def test_a_picklist_is_chosen_from_by_its_label(opened: Open, hands: Hands) -> None:
    async def visit(practice: PracticeWindow) -> None:
        pane = practice.hubspot
        one = hands.create("hubspot", "contacts", {"lastname": "Picker", "email": "picker@example.com"})
        await show(pane, practice, "picker@example.com")
        await write(pane, "lifecyclestage", "opportunity")
        await still(practice)
        assert pane.list.records.index(0, column(pane, "lifecyclestage")).data() == "Opportunity"
        assert hands.get("hubspot", "contacts", one.id).values["lifecyclestage"] == "opportunity"
        await write(pane, "lifecyclestage", "no such stage")
        await still(practice)
        assert "no such stage" in pane.bands.shown[0].text.text()

    opened(visit)


def test_all_fields_of_a_record_are_searched_edited_and_its_id_copied(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Fuller", Department="Before")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "fuller")
        QTest.keyClick(pane.table, Qt.Key.Key_Return)
        await still(practice)
        details = pane.details
        assert details.isVisible()
        assert details.found.rowCount() > 20
        details.search.setText("department")
        index = details.found.index(0, 1)
        assert index.data() == "Before"
        details.table.setCurrentIndex(index)
        details.table.setFocus()
        QTest.keyClick(details.table, Qt.Key.Key_F2)
        line = details.table.viewport().findChild(QLineEdit)
        line.setText("After")
        await enter(line)
        await still(practice)
        assert hands.get("salesforce", "Contact", one.id).values["Department"] == "After"
        details.search.clear()
        details.edit_field("Email")
        line = details.table.viewport().findChild(QLineEdit)
        line.setText("nonsense")
        await enter(line)
        await still(practice)
        assert details.fields.refused["Email"][0] == "nonsense"
        assert len(pane.bands.shown) == 1
        details.copy_button.click()
        assert QGuiApplication.clipboard().text() == one.id
        QTest.keyClick(practice, Qt.Key.Key_Escape)
        assert not pane.drawer_shown

    opened(visit)
