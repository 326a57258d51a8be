"""Deleting, restoring, merging, converting, making, and finding the other side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from crmsync_desktop.ui.practice_inputs import set_text
from crmsync_desktop.ui.practice_model import CHANGED
from crmsync_desktop.ui.practice_window import PracticeWindow
from tests.ui.conftest import until
from tests.ui.practice.conftest import Hands, Open, contact, show, still

pytestmark = [pytest.mark.window, pytest.mark.http]


def test_a_deleted_record_can_be_put_back_at_once_or_from_the_recycle_bin(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Deletee")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "deletee")
        QTest.keyClick(pane.table, Qt.Key.Key_Delete)
        await still(practice)
        assert hands.get("salesforce", "Contact", one.id).state == "deleted"
        assert pane.list.currentWidget() is pane.list.nothing
        pane.bands.shown[0].buttons[0].click()  # Undo
        await still(practice)
        assert hands.get("salesforce", "Contact", one.id).state == "live"
        assert [record.id for record in pane.table.chosen_records()] == [one.id]
        pane.bar.delete.click()
        await still(practice)
        pane.head.bin_button.click()
        await until(lambda: pane.list.currentWidget() is pane.table)
        pane.table.selectRow(0)
        assert pane.list.records.index(0, CHANGED).data() == "Person · deleted"
        assert pane.bar.delete.isHidden()
        assert not pane.list.records.flags(pane.list.records.index(0, 2)) & Qt.ItemFlag.ItemIsEditable
        pane.bar.restore.click()
        await still(practice)
        assert hands.get("salesforce", "Contact", one.id).state == "live"
        assert pane.list.nothing.isVisible()

    opened(visit)


@pytest.mark.parametrize("system", ["salesforce", "hubspot"])
def test_two_records_are_merged_into_the_one_that_is_chosen(system: str, opened: Open, hands: Hands) -> None:
    kind, last = ("Contact", "LastName") if system == "salesforce" else ("contacts", "lastname")
    made = [hands.create(system, kind, {last: f"Merger {n}"}) for n in range(2)]  # type: ignore[arg-type]

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce if system == "salesforce" else practice.hubspot
        await show(pane, practice, "merger")
        assert pane.bar.merge.isHidden()  # one alone can't be merged
        pane.table.selectAll()
        pane.bar.merge.click()
        form = pane.merge_form
        assert form.title.text() == "Merge 2 contacts"
        form.radios[made[1].id].click()
        assert form.go.text() == "Merge into Merger 1"
        form.go.click()
        await still(practice)
        assert not pane.drawer_shown
        assert hands.get(system, kind, made[0].id).state == "merged"  # type: ignore[arg-type]
        left = pane.table.chosen_records()
        assert [record.name for record in left] == ["Merger 1"]
        assert (left[0].id == made[1].id) == (system == "salesforce")

    opened(visit)


def test_a_lead_is_converted_and_its_contact_shown(opened: Open, hands: Hands) -> None:
    lead = hands.create("salesforce", "Lead", {"LastName": "Convertee", "Company": "Convertee AS"})

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        pane.head.kinds.setCurrentIndex(pane.head.kinds.findData("Lead"))
        pane.head.kinds.activated.emit(pane.head.kinds.currentIndex())
        await still(practice)
        await show(pane, practice, "convertee")
        pane.bar.convert.click()
        QTest.keyClicks(pane.convert_form.opportunity, "A big deal")
        pane.convert_form.go.click()
        await still(practice)
        assert hands.get("salesforce", "Lead", lead.id).state == "converted"
        assert pane.bands.shown[0].text.text() == "Convertee is now: account, contact, opportunity."
        assert not pane.list.records.flags(pane.list.records.index(0, 1)) & Qt.ItemFlag.ItemIsEditable
        pane.bands.shown[0].buttons[0].click()
        await still(practice)
        assert pane.kind is not None
        assert pane.kind.name == "Contact"
        assert [record.name for record in pane.table.chosen_records()] == ["Convertee"]

    opened(visit)


def test_a_new_record_is_made_and_what_is_missing_is_said_in_the_form(opened: Open, hands: Hands) -> None:
    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        QTest.keyClick(practice, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        form = pane.new_form
        assert form.title.text() == "New contact in Salesforce"
        set_text(form.inputs["FirstName"], "Newcomer")
        form.go.click()
        await still(practice)
        assert "Required fields are missing" in form.problem.text()
        assert form.values() == {"FirstName": "Newcomer"}
        set_text(form.inputs["LastName"], "Ny")
        form.go.click()
        await still(practice)
        assert pane.drawer.currentWidget() is pane.details
        assert pane.details.title.text() == "Newcomer Ny"
        assert [record.name for record in pane.table.chosen_records()] == ["Newcomer Ny"]
        assert len(hands.page("salesforce", "Contact", search="newcomer").records) == 1
        pane.open_new()
        assert form.values() == {}

    opened(visit)


def test_a_records_counterpart_is_found_by_its_address_or_said_to_be_missing(opened: Open, hands: Hands) -> None:
    contact(hands, FirstName="Paired", Email="paired@example.com")
    theirs = hands.create("hubspot", "contacts", {"lastname": "Theirs", "email": "paired@example.com"})
    contact(hands, FirstName="Single", Email="single@example.com")

    async def visit(practice: PracticeWindow) -> None:
        await show(practice.salesforce, practice, "paired")
        practice.salesforce.bar.show_other.click()
        await still(practice)
        assert [record.id for record in practice.hubspot.table.chosen_records()] == [theirs.id]
        await show(practice.salesforce, practice, "single")
        practice.salesforce.bar.show_other.click()
        await still(practice)
        assert practice.hubspot.bands.shown[0].title.text() == "Not found."

    opened(visit)


def test_the_menu_of_a_row_offers_what_can_be_done_with_it(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Menued")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "menued")
        pane.table.menu.emit(QPoint(10, 10))
        menu = pane.findChild(QMenu)
        assert [act.text() for act in menu.actions() if act.text()] == [
            "Details", "Show in HubSpot", "Delete", "Copy", "Copy id",
        ]  # fmt: skip
        menu.actions()[-1].trigger()
        menu.close()
        assert QGuiApplication.clipboard().text() == one.id

    opened(visit)
