"""The contacts tab: settings in the seed's words, and the mappings table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QPoint, QSettings, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.ui.main_window import TABS, MainWindow
from crmsync_desktop.ui.mappings_model import Column
from crmsync_desktop.ui.pair_tab import PairTab
from tests.ui import scripted_data as data
from tests.ui.conftest import Live, calm
from tests.ui.scripted import ScriptedEngine
from tests.ui.scripted_settings import SETTINGS

pytestmark = pytest.mark.window


async def open_contacts(window: MainWindow) -> PairTab:
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    await calm(window)
    tab = window.current
    assert isinstance(tab, PairTab)
    return tab


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def test_settings_stand_in_their_order_with_the_consequence_of_the_choice_made(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        assert list(tab.settings.editors) == [view.key for view in SETTINGS]
        editor = tab.settings.editors["contacts.on_salesforce_change"]
        assert editor.radios["create_or_update"].isChecked()
        assert editor.consequences["create_or_update"].isVisible()
        assert not editor.consequences["nothing"].isVisible()
        assert tab.facts.text() == "41,207 linked · last pass 2 min ago"

    live(visit)


def test_a_choice_is_saved_at_once_and_its_warning_shown(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        editor = tab.settings.editors["contacts.on_hubspot_change"]
        assert not editor.warning.isVisible()
        click(editor.radios["lead"])
        await calm(window)
        assert ("set_setting", "contacts.on_hubspot_change", "lead") in engine.asked
        assert tab.settings.editors["contacts.on_hubspot_change"] is editor
        assert editor.consequences["lead"].isVisible()
        assert editor.warning.isVisible()
        assert "duplicate company" in editor.warning.text()

    live(visit)


def test_a_refused_choice_goes_back_to_what_is_saved_and_says_why(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def refuse(key: str, value: str) -> None:
        raise SetupError("The database is read-only", "", "Free some space.")

    async def visit() -> None:
        tab = await open_contacts(window)
        engine.set_setting = refuse  # type: ignore[method-assign,assignment]
        editor = tab.settings.editors["contacts.on_salesforce_delete"]
        click(editor.radios["delete"])
        await calm(window)
        assert editor.radios["nothing"].isChecked()
        assert editor.problem.text() == "The database is read-only Free some space."
        assert editor.problem.isVisible()

    live(visit)


class Browser(QObject):
    """Stands for the system's browser: Qt hands it the addresses that would be opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


def test_creating_an_inclusion_list_opens_hubspots_list_tool(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        browser = Browser()
        QDesktopServices.setUrlHandler("https", browser, "open")
        try:
            click(tab.settings.editors["contacts.inclusion_list"].link)
        finally:
            QDesktopServices.unsetUrlHandler("https")
        assert browser.opened == ["https://app.hubspot.com/contacts/12345678/objectLists"]

    live(visit)


def test_inclusion_lists_are_looked_up_only_when_asked_for(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        editor = tab.settings.editors["contacts.inclusion_list"]
        assert editor.list.currentText() == "All contacts"
        click(editor.load)
        await calm(window)
        names = [editor.list.itemText(i) for i in range(editor.list.count())]
        assert names == ["All contacts", "Newsletter subscribers", "Customers in the Nordics"]
        editor.list.hidePopup()
        editor.list.setCurrentIndex(2)
        editor.list.activated.emit(2)
        await calm(window)
        assert ("set_setting", "contacts.inclusion_list", "31") in engine.asked
        assert editor.list.currentText() == "Customers in the Nordics"

    live(visit)


def test_a_rule_is_chosen_in_the_table(window: MainWindow, live: Live, engine: ScriptedEngine) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        table = tab.mappings.table
        index = tab.mappings.shown.index(1, Column.RULE)
        QTest.mouseClick(
            table.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            table.visualRect(index).center(),
        )
        combo = table.findChild(QComboBox)
        assert isinstance(combo, QComboBox)
        assert [combo.itemData(i) for i in range(combo.count())] == [rule.value for rule in Rule]
        assert combo.currentText() == "Prefer Salesforce unless blank"
        await calm(window)  # its list opens
        combo.hidePopup()
        combo.setCurrentIndex(combo.findData(Rule.TWO_WAY.value))
        combo.activated.emit(combo.currentIndex())
        await calm(window)
        assert ("set_rule", "firstname", Rule.TWO_WAY) in engine.asked
        assert index.data() == "Two-way"

    live(visit)


def test_searching_and_finding_nothing(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        QTest.keyClicks(tab.mappings.search, "phone")
        assert tab.mappings.shown.rowCount() == 2
        QTest.keyClicks(tab.mappings.search, "xyz")
        assert tab.mappings.stack.currentWidget() is tab.mappings.nothing_found
        tab.mappings.search.clear()
        assert tab.mappings.stack.currentWidget() is tab.mappings.table

    live(visit)


def test_adding_a_mapping_checks_its_types_while_choosing(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        click(tab.mappings.add_button)
        await calm(window)
        panel = tab.mappings.add_panel
        offered = [panel.hubspot_property.itemData(i) for i in range(panel.hubspot_property.count())]
        assert offered == ["annualrevenue", "favourite_colour", "industry"]  # what is mapped already isn't offered
        assert not panel.add_button.isEnabled()
        panel.hubspot_property.setCurrentIndex(0)
        contact = panel.fields["Contact"]
        contact.setCurrentIndex(contact.findData("Title"))
        await calm(window)
        assert panel.verdict.text() == "A number can't be paired with Text(128)."
        assert not panel.add_button.isEnabled()
        panel.hubspot_property.setCurrentIndex(1)
        contact.setCurrentIndex(contact.findData("Colour__c"))
        await calm(window)
        assert "cut off" in panel.verdict.text()
        assert panel.add_button.isEnabled()
        click(panel.add_button)
        await calm(window)
        assert ("add_mapping", "favourite_colour", {"Contact": "Colour__c"}, Rule.PREFER_SALESFORCE) in engine.asked
        assert not panel.isVisible()
        assert tab.mappings.mappings.rows[-1].property == "favourite_colour"

    live(visit)


def test_escape_closes_the_adding(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        click(tab.mappings.add_button)
        await calm(window)
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert not tab.mappings.add_panel.isVisible()

    live(visit)


def test_only_an_added_mapping_can_be_removed_and_it_can_be_put_back(
    window: MainWindow, live: Live, engine: ScriptedEngine
) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        panel = tab.mappings
        panel.table.selectRow(0)
        assert not panel.remove_button.isEnabled()
        row = next(i for i, view in enumerate(data.MAPPINGS) if view.property == "birthday")
        panel.table.selectRow(row)
        assert panel.remove_button.isEnabled()
        click(panel.remove_button)
        await calm(window)
        assert ("remove_mapping", "birthday") in engine.asked
        assert "Birthday" in panel.bands.shown[-1].title.text()
        click(panel.bands.shown[-1].buttons[0])
        await calm(window)
        assert engine.asked[-1] == ("add_mapping", "birthday", {"Contact": "Birthdate"}, Rule.PREFER_SALESFORCE)
        assert panel.bands.shown == []

    live(visit)


def test_columns_fit_the_window_until_a_person_sets_them_and_then_stay(
    window: MainWindow, live: Live, settings: QSettings
) -> None:
    async def visit() -> None:
        tab = await open_contacts(window)
        table = tab.mappings.table
        assert not table.horizontalScrollBar().isVisible()
        assert settings.value("contacts/columns") is None
        header = table.horizontalHeader()
        edge = header.sectionViewportPosition(Column.RULE) + header.sectionSize(Column.RULE) - 1
        QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(edge, 10))
        QTest.mouseMove(header.viewport(), QPoint(edge - 40, 10))
        QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(edge - 40, 10))
        assert settings.value("contacts/columns") is not None

    live(visit)


def test_every_tab_opens_by_its_keys_and_has_something_to_say(window: MainWindow, live: Live) -> None:
    async def visit() -> None:
        for number, name in enumerate(TABS, start=1):
            QTest.keyClick(window, Qt.Key(Qt.Key.Key_0.value + number % 10), Qt.KeyboardModifier.ControlModifier)
            await calm(window)
            assert window.tab_bar.currentIndex() == number - 1, name
            assert window.stack.currentWidget() is window.tabs[name]

    live(visit)
