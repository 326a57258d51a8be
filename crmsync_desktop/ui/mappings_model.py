"""M1: the field mappings of a pair as a table."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)

from crmsync_desktop.app.views import MappingView
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.ui.type_words import type_words

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    SALESFORCE = 0
    RULE = 1
    HUBSPOT = 2
    EXAMPLE = 3
    STATE = 4


class Role(IntEnum):
    SUBTITLE = Qt.ItemDataRole.UserRole + 1
    """The second, quieter line of a cell."""
    SORT = Qt.ItemDataRole.UserRole + 2
    ICON = Qt.ItemDataRole.UserRole + 3
    """(icon, colour) before the text."""
    SEARCH = Qt.ItemDataRole.UserRole + 4
    RULES = Qt.ItemDataRole.UserRole + 5
    """The rules that may be chosen."""


HEADINGS = ("Salesforce field", "Rule", "HubSpot property", "Example", "State")


class MappingsModel(QAbstractTableModel):
    """`rule_chosen` says that a person chose another rule in the table; the new rows come through `set_rows`."""

    rule_chosen = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[MappingView] = []

    def set_rows(self, rows: list[MappingView]) -> None:
        same = [r.property for r in rows] == [r.property for r in self.rows]
        if same:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return HEADINGS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == Column.RULE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        view, column = self.rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(view, column)
        if role == Qt.ItemDataRole.EditRole and column is Column.RULE:
            return view.rule.value
        if role == Role.RULES:
            return view.rules
        if role == Role.SUBTITLE:
            return _subtitle(view, column)
        if role == Role.ICON and column is Column.STATE:
            return _sign(view)
        if role == Role.SORT:
            return f"{_urgency(view)}{view.property}" if column is Column.STATE else str(_text(view, column)).casefold()
        if role == Role.SEARCH:
            names = " ".join((*view.salesforce.values(), view.property))
            return f"{view.salesforce_label} {view.property_label} {names} {view.rule.label}".casefold()
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return _tip(view, column)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole or index.column() != Column.RULE:
            return False
        view = self.rows[index.row()]
        try:
            rule = Rule(str(value))
        except ValueError:
            return False
        if rule is view.rule or rule not in view.rules:
            return False
        self.rule_chosen.emit(view.property, rule)
        return True


class MappingsProxy(QSortFilterProxyModel):
    """Searches labels, names and rules; sorts by what a column means rather than by how it is written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self.setSortRole(Role.SORT)

    def search(self, text: str) -> None:
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        text = self.sourceModel().data(self.sourceModel().index(source_row, 0, source_parent), Role.SEARCH)
        return all(word in str(text) for word in self._words)


def _text(view: MappingView, column: Column) -> str:
    if column is Column.SALESFORCE:
        return view.salesforce_label
    if column is Column.RULE:
        return view.rule.label
    if column is Column.HUBSPOT:
        return view.property_label
    if column is Column.EXAMPLE:
        return view.examples[0] or view.examples[1] or "–"
    if view.problem:
        return "Doesn't sync"
    if view.rule is Rule.DONT_SYNC:
        return "Off"
    return "Syncs"


def _subtitle(view: MappingView, column: Column) -> str:
    if column is Column.SALESFORCE:
        return type_words(view.salesforce_type)
    if column is Column.HUBSPOT:
        return type_words(view.property_type)
    if column is Column.EXAMPLE:
        one, other = view.examples
        return other if one and other and one != other else ""
    return view.problem or view.warning if column is Column.STATE else ""


def _sign(view: MappingView) -> tuple[str, str]:
    if view.problem:
        return ("circle-alert", "bad")
    if view.rule is Rule.DONT_SYNC:
        return ("circle-minus", "muted")
    return ("info", "muted") if view.warning else ("check", "good")


def _urgency(view: MappingView) -> int:
    return 0 if view.problem else 1 if view.warning else 3 if view.rule is Rule.DONT_SYNC else 2


def _tip(view: MappingView, column: Column) -> str:
    if column is Column.SALESFORCE:
        return ", ".join(f"{name}.{field}" for name, field in view.salesforce.items())
    if column is Column.HUBSPOT:
        return view.property
    if column is Column.STATE:
        return view.problem or view.warning
    return _text(view, column) if column is Column.RULE else ""
