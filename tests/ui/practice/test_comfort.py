"""What makes it pleasant: undo, copying, what stays where it was put, names for ids, refusals in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from crmsync_desktop.adapters.practice_records import AdminRecords
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.main_window import MainWindow
from crmsync_desktop.ui.practice_model import CHANGED, Role
from crmsync_desktop.ui.practice_table import LOOK_MS
from crmsync_desktop.ui.practice_window import PracticeWindow
from tests.practice.servers import practice_orgs
from tests.ui.conftest import Live, calm
from tests.ui.practice.conftest import Hands, Open, column, contact, show, still, write
from tests.ui.scripted import ScriptedEngine

pytestmark = [pytest.mark.window, pytest.mark.http]
CTRL = Qt.KeyboardModifier.ControlModifier


def test_ctrl_z_takes_back_the_last_edits_of_cells_one_after_the_other(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Undoer", Title="First")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "undoer")
        await write(pane, "Title", "Second")
        await still(practice)
        await write(pane, "Title", "Third <b>")
        await still(practice)
        QTest.keyClick(pane.table, Qt.Key.Key_Z, CTRL)
        await still(practice)
        assert hands.get("salesforce", "Contact", one.id).values["Title"] == "Second"
        assert pane.bands.shown[0].text.text() == "Title of Undoer Hand is “Second” again."
        QTest.keyClick(pane.table, Qt.Key.Key_Z, CTRL)
        await still(practice)
        assert pane.list.records.index(0, column(pane, "Title")).data() == "First"
        QTest.keyClick(pane.table, Qt.Key.Key_Z, CTRL)
        assert pane.bar.said.text() == "No edit to undo"

    opened(visit)


def test_an_edit_that_somebody_has_written_over_is_not_undone(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Overwritten", Title="First")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "overwritten")
        await write(pane, "Title", "Mine")
        await still(practice)
        hands.change("salesforce", "Contact", one.id, {"Title": "Theirs"})
        QTest.keyClick(pane.table, Qt.Key.Key_Z, CTRL)
        await still(practice)
        assert pane.bands.shown[-1].title.text() == "Not undone."
        assert hands.get("salesforce", "Contact", one.id).values["Title"] == "Theirs"

    opened(visit)


def test_a_refusal_is_the_orgs_sentence_and_its_code_is_on_hover(opened: Open, hands: Hands) -> None:
    contact(hands, FirstName="Plainly")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "plainly")
        await write(pane, "Email", "post@@example")
        await still(practice)
        band = pane.bands.shown[0]
        assert band.text.text() == "Email: invalid email address: post@@example"
        assert band.toolTip() == "<p>INVALID_EMAIL_ADDRESS: Email</p>"
        pane.open_new()
        pane.new_form.go.click()
        await still(practice)
        assert pane.new_form.problem.text() == "Required fields are missing: [LastName]"
        assert "REQUIRED_FIELD_MISSING" in pane.new_form.problem.toolTip()

    opened(visit)


def test_ctrl_c_copies_a_cell_as_its_system_writes_it_and_several_records_as_a_sheet(
    opened: Open, hands: Hands
) -> None:
    made = [contact(hands, FirstName=f"Copied{n}", Email=f"copied{n}@example.com") for n in range(2)]

    async def visit(practice: PracticeWindow) -> None:
        pane, clipboard = practice.salesforce, QGuiApplication.clipboard()
        await show(pane, practice, "copied")
        pane.table.setCurrentIndex(pane.list.records.index(1, column(pane, "Email")))
        QTest.keyClick(pane.table, Qt.Key.Key_C, CTRL)
        assert clipboard.text() == "copied0@example.com"
        assert pane.bar.said.text() == "“copied0@example.com” copied"
        pane.table.selectAll()
        QTest.keyClick(pane.table, Qt.Key.Key_C, CTRL)
        lines = clipboard.text().split("\n")
        assert lines[0].startswith("Id\tFirst Name\tLast Name\tEmail\t")
        assert [line.split("\t")[0] for line in lines[1:]] == [made[1].id, made[0].id]
        pane.open_details()
        fields = pane.details.table
        names = [field.name for field in pane.details.fields.fields]
        fields.setCurrentIndex(pane.details.found.index(names.index("Email"), 1))
        QTest.keyClick(fields, Qt.Key.Key_C, CTRL)
        assert clipboard.text() == "copied0@example.com"

    opened(visit)


def test_a_record_that_a_field_points_at_is_told_by_its_name(opened: Open, hands: Hands) -> None:
    account = hands.create("salesforce", "Account", {"Name": "Pointed <b>AS</b>"})
    contact(hands, FirstName="Pointing", AccountId=account.id)

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "pointing")
        cell = pane.list.records.index(0, column(pane, "AccountId"))
        assert cell.data() == "Pointed <b>AS</b>"
        assert cell.data(Qt.ItemDataRole.EditRole) == account.id
        pane.open_details()
        await still(practice)
        pane.details.search.setText("pointed")
        assert pane.details.found.index(0, 1).data() == f"Pointed <b>AS</b> · {account.id}"
        assert pane.details.found.index(0, 1).data(Role.CELL).text == f"Pointed <b>AS</b> · {account.id}"
        practice.activateWindow()
        pane.details.search.setFocus()
        QTest.keyClick(pane.details.search, Qt.Key.Key_Escape)
        assert (pane.details.search.text(), pane.drawer_shown) == ("", True)
        QTest.keyClick(pane.details.search, Qt.Key.Key_Escape)
        assert not pane.drawer_shown

    opened(visit)


def test_associated_records_are_told_by_their_names_too(opened: Open, hands: Hands) -> None:
    company = hands.create("hubspot", "companies", {"name": "Zyxwv AS"})
    hands.create("hubspot", "contacts", {"lastname": "Associator", "associations.companies": company.id})

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.hubspot
        await show(pane, practice, "associator")
        pane.open_details()
        await still(practice)
        pane.details.search.setText("zyxwv")
        assert pane.details.found.index(0, 1).data() == f"Zyxwv AS · {company.id}"

    opened(visit)


def test_widths_and_the_place_of_the_drawer_are_remembered(opened: Open, desk: Desk, settings: QSettings) -> None:
    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        header = pane.table.horizontalHeader()
        header.resizeSection(column(pane, "LastName"), 277)
        pane.table.selectRow(0)
        pane.open_details()
        await still(practice)
        upper, lower = pane._split.sizes()
        pane._split.setSizes([upper - 40, lower + 40])
        pane._split.splitterMoved.emit(upper - 40, 1)
        kept = pane._split.sizes()
        later = PracticeWindow(desk, settings)
        later.resize(practice.size())
        later.show()
        await still(later)
        assert later.salesforce.table.horizontalHeader().sectionSize(column(pane, "LastName")) == 277
        later.resize(1600, 900)
        assert later.salesforce.table.horizontalHeader().sectionSize(column(pane, "LastName")) == 277
        later.resize(practice.size())
        later.salesforce.table.selectRow(0)
        later.salesforce.open_details()
        await still(later)
        assert abs(later.salesforce._split.sizes()[1] - kept[1]) <= 2
        later.close()
        later.deleteLater()

    opened(visit)


@pytest.mark.parametrize("width", [960, 1280, 1920])
def test_the_columns_that_are_seen_are_seen_whole(width: int, opened: Open) -> None:
    async def visit(practice: PracticeWindow) -> None:
        practice.resize(width, 800)
        await still(practice)
        for pane in practice.panes:
            header, room = pane.table.horizontalHeader(), pane.table.viewport().width()
            ends = [header.sectionPosition(n) + header.sectionSize(n) for n in range(header.count())]
            assert room in ends or ends[-1] < room

    opened(visit)


def test_a_list_has_six_rows_above_a_record_even_under_a_refusal(opened: Open, hands: Hands) -> None:
    contact(hands, FirstName="Roomy")

    async def visit(practice: PracticeWindow) -> None:
        practice.resize(1280, 800)
        pane = practice.salesforce
        pane.table.selectRow(0)
        pane.open_details()
        await still(practice)
        await write(pane, "Email", "post@@example")
        await still(practice)
        assert pane.bands.shown
        first, last = pane.table.visible_rows()
        assert last - first + 1 >= 5
        assert pane.details.table.viewport().height() >= 5 * pane.details.table.rowHeight(0)

    opened(visit)


def test_a_click_on_a_heading_chooses_nothing_and_a_heading_asks_no_rows(opened: Open) -> None:
    async def visit(practice: PracticeWindow) -> None:
        table = practice.salesforce.table
        header = table.horizontalHeader()
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=header.viewport().rect().center())
        assert table.chosen_records() == []
        table.selectAll()
        assert isinstance(header.selectionModel(), QItemSelectionModel)
        assert not header.selectionModel().hasSelection()  # else each paint would go through every row there is

    opened(visit)


def test_rows_far_down_are_fetched_as_soon_as_those_at_the_top(opened: Open) -> None:
    async def visit(practice: PracticeWindow) -> None:
        table = practice.salesforce.table
        table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
        assert table._timer.isActive()
        assert table._timer.interval() == LOOK_MS

    opened(visit)


def test_a_chosen_record_that_moves_up_does_not_take_the_list_along(opened: Open, hands: Hands) -> None:
    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        pane.table.selectRow(0)
        chosen = pane.table.chosen_records()[0]
        bar = pane.table.verticalScrollBar()
        bar.setValue(bar.maximum())
        place = bar.value()
        contact(hands, FirstName="Pusher")
        pane.refresh()
        await still(practice)
        assert [record.id for record in pane.table.chosen_records()] == [chosen.id]
        assert bar.value() == place

    opened(visit)


def test_what_was_not_found_is_forgotten_with_the_next_search_and_no_act_is_offered_on_nothing(
    opened: Open, hands: Hands
) -> None:
    contact(hands, FirstName="Counterless", LastName="Verylongname" * 6, Email="counterless@example.com")

    async def visit(practice: PracticeWindow) -> None:
        left, right = practice.panes
        await show(left, practice, "counterless")
        left.bar.show_other.click()
        await still(practice)
        assert right.bands.shown[0].text.text().endswith("…."), "a name as long as that is cut"
        right.table.selectAll()
        right.head.search.setText("nobody at all")
        right.head.search_now()
        await still(practice)
        assert right.bands.shown == []
        assert all(button.isHidden() for button in right.bar.buttons)

    opened(visit)


def test_a_narrow_window_cuts_no_button(opened: Open, hands: Hands) -> None:
    lead = hands.create("salesforce", "Lead", {"LastName": "Narrow", "Company": "Narrow AS"})

    async def visit(practice: PracticeWindow) -> None:
        practice.resize(960, 600)
        pane = practice.salesforce
        pane.choose_kind("Lead", lead.id, lead.id)
        await still(practice)
        for each in pane.bar.buttons:
            assert each.isHidden() or each.width() >= each.sizeHint().width()
        assert pane.head.new_button.text() == ""
        assert pane.head.search.width() >= 80
        pane.acts.restore()
        await write(pane, "Email", "post@@example")
        await still(practice)
        band = pane.bands.shown[0]
        assert band.height() <= band.text.height() + 2 * band.buttons[0].height()  # it was higher when it was narrower
        pane.open_new()
        assert pane.new_form.height() >= pane.height() * 2 // 5
        pane.close_drawer()
        practice.resize(1280, 800)
        assert pane.head.new_button.text() == "New"
        assert pane.bar.show_other.text() == "Show in HubSpot"

    opened(visit)


def test_orgs_that_were_started_anew_are_shown_again_by_themselves(
    window: MainWindow, live: Live, engine: ScriptedEngine, tmp_path: Path
) -> None:
    async def visit() -> None:
        with practice_orgs(tmp_path / "again", contacts=20) as orgs:
            admin = orgs.announced["admin"]
            engine._records = AdminRecords(admin["url"], admin["token"])
            window.open_practice()
            await calm(window)
        assert window.practice is not None
        pane = window.practice.salesforce
        pane.tick()
        await still(window.practice)
        assert pane.list.trouble.text.text().endswith("This window looks again every few seconds.")
        with practice_orgs(tmp_path / "again"):
            pane.tick()
            await still(window.practice)
            assert pane.list.currentWidget() is pane.table
            assert str(pane.list.records.index(0, CHANGED).data()).startswith("Person")
        engine._records.close()

    live(visit)
