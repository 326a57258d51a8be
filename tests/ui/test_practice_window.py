"""The window "Practice records" on real practice orgs, over HTTP: what a person does there by mouse and keyboard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QMenu, QTableView, QWidget

from crmsync_desktop.adapters.practice_records import AdminRecords
from crmsync_desktop.ports.practice import PracticePage, PracticeRecord, PracticeType
from crmsync_desktop.ui.main_window import MainWindow
from crmsync_desktop.ui.practice_inputs import set_text
from crmsync_desktop.ui.practice_model import CHANGED, PAGE, Role
from crmsync_desktop.ui.practice_pane import PracticePane
from crmsync_desktop.ui.practice_window import PracticeWindow
from tests.practice.servers import Orgs, practice_orgs
from tests.ui.conftest import Live, calm, until
from tests.ui.scripted import ScriptedEngine

pytestmark = [pytest.mark.window, pytest.mark.http]
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
            assert headings == ["Last changed by", "First Name", "Last Name", "Email"]
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


def test_a_cell_is_edited_in_place_and_counts_as_a_persons_change(opened: Open, hands: Hands) -> None:
    one = contact(hands, FirstName="Inplace", Title="Before")

    async def visit(practice: PracticeWindow) -> None:
        pane = practice.salesforce
        await show(pane, practice, "inplace")
        hands.hold = threading.Event()
        await write(pane, "Title", "After & <b>more</b>")
        cell = pane.list.records.index(0, column(pane, "Title"))
        assert (cell.data(), cell.data(Role.MARK)) == ("After & <b>more</b>", "saving")
        hands.hold.set()
        await still(practice)
        assert (cell.data(), cell.data(Role.MARK)) == ("After & <b>more</b>", "")
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
        assert (cell.data(), cell.data(Role.MARK)) == ("no address", "refused")
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
        assert cell.data(Role.MARK) == "refused"
        discard.click()
        assert (cell.data(), cell.data(Role.MARK), pane.bands.shown) == ("refused@example.com", "", [])
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
            "Details", "Show in HubSpot", "Delete", "Copy id",
        ]  # fmt: skip
        menu.actions()[-1].trigger()
        menu.close()
        assert QGuiApplication.clipboard().text() == one.id

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
        order = [head.kinds, head.new_button, head.search, head.bin_button, practice.salesforce.table]
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
