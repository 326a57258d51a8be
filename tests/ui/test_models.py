"""The models keep Qt's rules (QAbstractItemModelTester), and say what they should."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QLocale, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.ui import changes_model, passes_model
from crmsync_desktop.ui.changes_model import PAGE, ChangesModel
from crmsync_desktop.ui.mappings_model import Column, MappingsModel, MappingsProxy, Role
from crmsync_desktop.ui.passes_model import PassesModel
from crmsync_desktop.ui.words import Words
from tests.ui import scripted_data as data
from tests.ui.scripted import NOW, iso

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("qapp")]
FATAL = QAbstractItemModelTester.FailureReportingMode.Warning  # a warning fails the test, and says where


def test_mappings_keep_qts_rules_through_every_change() -> None:
    model = MappingsModel()
    proxy = MappingsProxy()
    proxy.setSourceModel(model)
    testers = QAbstractItemModelTester(model, FATAL), QAbstractItemModelTester(proxy, FATAL)
    for rows in (list(data.MAPPINGS), list(data.MAPPINGS[:3]), [], list(data.MAPPINGS)):
        model.set_rows(rows)
        for column in Column:
            proxy.sort(column, Qt.SortOrder.DescendingOrder)
        proxy.search("sales")
        proxy.search("")
        assert proxy.rowCount() == len(rows)
    assert len(testers) == 2


def test_the_search_finds_labels_names_and_rules_by_every_word() -> None:
    model = MappingsModel()
    proxy = MappingsProxy()
    proxy.setSourceModel(model)
    model.set_rows(list(data.MAPPINGS))
    found = {}
    for text in ("mailingcity", "PHONE mobile", "don't", "zzz"):
        proxy.search(text)
        found[text] = {proxy.data(proxy.index(r, Column.HUBSPOT)) for r in range(proxy.rowCount())}
    assert found == {
        "mailingcity": {"City"},
        "PHONE mobile": {"Mobile phone number"},
        "don't": {"Lifecycle stage", "Lead status"},
        "zzz": set(),
    }


def test_what_needs_a_person_sorts_first_by_state() -> None:
    model = MappingsModel()
    proxy = MappingsProxy()
    proxy.setSourceModel(model)
    model.set_rows(list(data.MAPPINGS))
    proxy.sort(Column.STATE, Qt.SortOrder.AscendingOrder)
    states = [proxy.data(proxy.index(r, Column.STATE)) for r in range(proxy.rowCount())]
    assert states[:2] == ["Doesn't sync", "Syncs"]
    assert states[-1] == "Off"
    assert proxy.data(proxy.index(0, Column.STATE), Role.ICON) == ("circle-alert", "bad")


def test_only_a_rule_that_may_be_chosen_is_asked_for() -> None:
    model = MappingsModel()
    model.set_rows(list(data.MAPPINGS))
    asked: list[tuple[str, Rule]] = []
    model.rule_chosen.connect(lambda name, rule: asked.append((name, rule)))
    last = model.rowCount() - 1  # read-only: Always use HubSpot or Don't sync
    assert not model.setData(model.index(last, Column.RULE), Rule.TWO_WAY.value)
    assert not model.setData(model.index(0, Column.RULE), Rule.TWO_WAY.value)  # it is that already
    assert not model.setData(model.index(0, Column.RULE), "sometimes")
    assert not model.setData(model.index(0, Column.HUBSPOT), Rule.DONT_SYNC.value)
    assert model.setData(model.index(last, Column.RULE), Rule.DONT_SYNC.value)
    assert asked == [("notes_last_contacted", Rule.DONT_SYNC)]


def test_changes_come_in_pages_and_keep_qts_rules() -> None:
    everything = data.changes(planned=False, number=450)
    asked: list[int] = []

    def fetch(after: int, limit: int) -> None:
        asked.append(after)
        model.append([c for c in everything if c.row > after][:limit], limit)

    model = ChangesModel(fetch)
    tester = QAbstractItemModelTester(model, FATAL)
    model.start()
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == 450
    assert asked == [-1, 199, 399]
    parent = model.index(2, 0)
    assert model.rowCount(parent) == 3
    field = model.index(1, changes_model.Column.CHANGE, parent)
    assert field.data() == "(blank) → +47 22 12 34 56"
    assert model.parent(field) == parent
    assert model.index(4, changes_model.Column.CHANGE).data() == "Update 2 fields · refused"
    model.clear()
    assert model.rowCount() == 0
    assert tester is not None


def test_a_page_under_way_is_not_asked_for_twice() -> None:
    asked: list[int] = []
    model = ChangesModel(lambda after, _limit: asked.append(after))
    model.start()
    model.fetchMore(QModelIndex())
    assert not model.canFetchMore(QModelIndex())
    model.append(data.changes(planned=False, number=PAGE))
    model.fetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert asked == [-1, PAGE - 1]


def test_passes_keep_qts_rules_and_tell_their_tallies() -> None:
    model = PassesModel(Words(QLocale("en_GB"), lambda: NOW))
    tester = QAbstractItemModelTester(model, FATAL)
    rows = data.passes(iso)
    model.set_rows(rows)
    model.set_rows([msgspec.structs.replace(rows[0], state="crashed", message="killed"), *rows[1:]])
    assert model.index(0, passes_model.Column.STATE).data() == "Crashed: killed"
    assert model.index(2, passes_model.Column.CREATED).data() == "5"
    assert model.index(2, passes_model.Column.CALLS).data() == "9 + 16"
    assert model.index(1, passes_model.Column.CREATED).data() == "–"
    model.set_rows([])
    assert model.rowCount() == 0
    assert tester is not None
