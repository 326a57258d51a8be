"""All fields of one record as a table of two columns, edited in place like the list's cells."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QSortFilterProxyModel, Qt, Signal

from crmsync_desktop.ports.practice import PracticeField, PracticeRecord, PracticeType
from crmsync_desktop.ui.practice_model import EDITABLE, READ_ONLY, TEXTS, TIPS, CellLook, Index, Role, cell_look, tip
from crmsync_desktop.ui.practice_words import ordered_fields, pointed, shown
from crmsync_desktop.ui.type_words import type_words
from crmsync_desktop.ui.words import Words

LABEL, VALUE = 0, 1
HEADINGS = ("Field", "Value")


class FieldsModel(QAbstractTableModel):
    """`edited(record, field, text)` as RecordsModel's; answered by `saved` or `refuse`."""

    edited = Signal(object, str, str)

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.record: PracticeRecord | None = None
        self.fields: list[PracticeField] = []
        self.saving: dict[str, str] = {}
        self.refused: dict[str, tuple[str, str]] = {}
        """By field: what was written and the org's words on it."""

    def show_record(self, kind: PracticeType, record: PracticeRecord) -> None:
        """Another record, or a newer version of the one shown: what is being written in it stays."""
        fields = ordered_fields(kind)
        if self.record is not None and self.record.id == record.id and fields == self.fields:
            self.record = record
            self._repaint()
            return
        self.beginResetModel()
        self.record, self.fields = record, fields
        self.saving.clear()
        self.refused.clear()
        self.endResetModel()

    def clear(self) -> None:
        self.beginResetModel()
        self.record, self.fields = None, []
        self.saving.clear()
        self.refused.clear()
        self.endResetModel()

    def saved(self, record: PracticeRecord, field: str) -> None:
        if self.record is not None and self.record.id == record.id:
            self.saving.pop(field, None)
            self.record = record
            self._repaint()

    def refuse(self, id: str, field: str, text: str, why: str) -> None:
        if self.record is not None and self.record.id == id:
            self.saving.pop(field, None)
            self.refused[field] = (text, why)
            self._repaint()

    def forget(self, id: str, field: str) -> None:
        if self.record is not None and self.record.id == id and self.refused.pop(field, None) is not None:
            self._repaint()

    # Qt's side

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.fields)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        field = self.fields[index.row()]
        if index.column() == VALUE and field.editable and field.name not in self.saving and self._lives:
            return EDITABLE
        return READ_ONLY

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        record = self.record
        if not index.isValid() or record is None:
            return None
        field = self.fields[index.row()]
        if role == Role.FIELD:
            return field
        if index.column() == LABEL:
            return _label(field, role)
        written, refused = self.saving.get(field.name), self.refused.get(field.name)
        text = written if written is not None else refused[0] if refused is not None else record.values.get(field.name)
        if role == Role.CELL or role in TEXTS:
            untouched = written is None and refused is None
            called = pointed(field, record, id_too=True) if untouched else None
            told = called or shown(field, text, self._words)
            return cell_look(field, record, told, written, refused) if role == Role.CELL else told
        if role == Qt.ItemDataRole.EditRole:
            return text or ""
        return tip(refused[1] if refused is not None else text or "", role) if role in TIPS else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        assert self.record is not None
        name, text = self.fields[index.row()].name, str(value)
        was_refused = self.refused.pop(name, None) is not None
        if text == (self.record.values.get(name) or ""):
            return was_refused
        self.saving[name] = text
        self.edited.emit(self.record, name, text)
        return True

    @property
    def _lives(self) -> bool:
        return self.record is not None and self.record.state == "live"

    def _repaint(self) -> None:
        if self.fields:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.fields) - 1, VALUE))


class FieldsFilter(QSortFilterProxyModel):
    """Finds fields by every word of their label, name or value."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []

    def search(self, text: str) -> None:
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if not self._words:
            return True
        model = self.sourceModel()
        assert isinstance(model, FieldsModel)
        field = model.fields[source_row]
        value = model.record.values.get(field.name) if model.record is not None else None
        called = model.record.names.get(field.name, "") if model.record is not None else ""
        text = f"{field.label} {field.name} {value or ''} {called}".casefold()
        return all(word in text for word in self._words)


def _label(field: PracticeField, role: int) -> object:
    if role == Role.CELL:
        return CellLook(field.label, quiet=True)
    if role in TEXTS:
        return field.label
    if role in TIPS:
        note = "" if field.editable else "\nThe system sets it itself"
        return tip(f"{field.name}\n{type_words(field.kind)}{note}", role)
    return None
