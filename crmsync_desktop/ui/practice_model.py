"""Records of one object as a table over pages: only what is looked at is fetched, however many there are."""

from __future__ import annotations

import html
from enum import IntEnum
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from crmsync_desktop.ports.practice import PracticeField, PracticePage, PracticeRecord, PracticeType
from crmsync_desktop.ui.practice_words import CHANGED_BY, WHO, changed_iso, pointed, shown, state_words, title_of
from crmsync_desktop.ui.words import Words, sentence

PAGE = 100
KEPT = 60
"""Pages in memory at most; the one fetched longest ago goes first."""
CHANGED = 0
"""The column that says who changed a record last."""
HEADING = "Last changed by"
Index = QModelIndex | QPersistentModelIndex
Cell = tuple[str, str]
"""(record id, field)."""


class Role(IntEnum):
    FIELD = Qt.ItemDataRole.UserRole + 1
    """The PracticeField of a cell."""
    CELL = Qt.ItemDataRole.UserRole + 2
    """The CellLook of a cell: all that it is painted from, asked for at once."""


class CellLook(NamedTuple):
    text: str
    mark: str = ""
    """ "saving", "refused" or ""."""
    quiet: bool = False
    """Text of a lesser weight: read-only or not there yet."""
    sign: tuple[str, str] | None = None
    """(icon, colour) before the text."""


READ_ONLY = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
EDITABLE = READ_ONLY | Qt.ItemFlag.ItemIsEditable
"""Made once: a view asks for the flags of each cell that it paints."""
TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
TIPS = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole)


def tip(text: str, role: int) -> str | None:
    """A text for a hover, which would read "<b>" as a tag; for a screen reader as it is."""
    if not text or role != Qt.ItemDataRole.ToolTipRole:
        return text or None
    return f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>"


class RecordsModel(QAbstractTableModel):
    """`edited(record, field, text)`: a person wrote something. It stands in its cell until `saved` or `refuse` is called,
    after `refuse` for as long as the person wants."""

    edited = Signal(object, str, str)

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.kind: PracticeType | None = None
        self.columns: tuple[PracticeField, ...] = ()
        self.total = 0
        self.saving: dict[Cell, str] = {}
        self.refused: dict[Cell, tuple[str, str]] = {}
        """What was written and the org's words on it."""
        self._pages: dict[int, tuple[PracticeRecord, ...]] = {}
        self._stale: set[int] = set()
        self._rows: dict[str, int] | None = None
        """The row of each record that is here; None once any has moved."""

    def start(self, kind: PracticeType | None) -> None:
        """Empty it, for that object's columns. What was refused stays for as long as the object does."""
        self.beginResetModel()
        if kind is None or self.kind is None or kind.name != self.kind.name:
            self.saving.clear()
            self.refused.clear()
        self.kind = kind
        by_name = {} if kind is None else {field.name: field for field in kind.fields}
        self.columns = () if kind is None else tuple(by_name[name] for name in kind.columns if name in by_name)
        self.total = 0
        self._pages.clear()
        self._rows = None
        self._stale.clear()
        self.endResetModel()

    def spoil(self) -> None:
        """Everything here may be out of date: fetch again what is looked at, and show it until then."""
        self._stale = set(self._pages)

    def missing(self, first: int, last: int) -> list[int]:
        """The pages that are needed to show these rows."""
        if self.total == 0:
            return []
        pages = range(max(first, 0) // PAGE, min(last, self.total - 1) // PAGE + 1)
        return [page for page in pages if page not in self._pages or page in self._stale]

    def take(self, page: int, answer: PracticePage) -> bool:
        """A page as it is now. True if rows that were here have others in their place."""
        moved = answer.total != self.total or page in self._pages
        self._resize(answer.total)
        self._pages.pop(page, None)
        self._pages[page] = answer.records
        self._rows = None
        self._stale.discard(page)
        while len(self._pages) > KEPT:
            self._pages.pop(next(iter(self._pages)))
        if answer.records and self.total:
            first = page * PAGE
            last = min(first + len(answer.records), self.total) - 1
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
        return moved

    def record(self, row: int) -> PracticeRecord | None:
        page, place = divmod(row, PAGE)
        records = self._pages.get(page, ())
        return records[place] if 0 <= place < len(records) else None

    def row_of(self, id: str) -> int | None:
        """Among the rows that are here."""
        if self._rows is None:
            self._rows = {
                record.id: page * PAGE + place
                for page, records in reversed(self._pages.items())
                for place, record in reversed([*enumerate(records)])
            }
        row = self._rows.get(id)
        return row if row is not None and row < self.total else None

    def replace(self, record: PracticeRecord) -> None:
        """A newer version of a record, at its place."""
        row = self.row_of(record.id)
        if row is None:
            return
        page, place = divmod(row, PAGE)
        records = self._pages[page]
        self._pages[page] = (*records[:place], record, *records[place + 1 :])
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def saved(self, record: PracticeRecord, field: str) -> None:
        self.saving.pop((record.id, field), None)
        self.replace(record)

    def refuse(self, id: str, field: str, text: str, why: str) -> None:
        """The org didn't take that text: it stays, marked, with the org's words."""
        self.saving.pop((id, field), None)
        self.refused[id, field] = (text, why)
        self._repaint(id)

    def forget(self, id: str, field: str) -> None:
        """The person gave up on what was refused: the record's own value is shown again."""
        if self.refused.pop((id, field), None) is not None:
            self._repaint(id)

    # Qt's side

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1 + len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{HEADING} ↓" if section == CHANGED else self.columns[section - 1].label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADING}, newest first" if section == CHANGED else self.columns[section - 1].label
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                "Newest change first, always" if section == CHANGED else tip(_of_field(self.columns[section - 1]), role)
            )
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        record = self.record(index.row())
        if index.column() != CHANGED and record is not None and record.state == "live":
            cell = (record.id, self.columns[index.column() - 1].name)
            if self.columns[index.column() - 1].editable and cell not in self.saving:
                return EDITABLE
        return READ_ONLY

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        record = self.record(index.row())
        if index.column() == CHANGED:
            return None if record is None else self._changed(record, role)
        field = self.columns[index.column() - 1]
        if role == Role.FIELD:
            return field
        return None if record is None else self._value(record, field, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        record = self.record(index.row())
        assert record is not None
        name, text = self.columns[index.column() - 1].name, str(value)
        was_refused = self.refused.pop((record.id, name), None) is not None
        if text == (record.values.get(name) or ""):
            if was_refused:
                self._repaint(record.id)
            return was_refused
        self.saving[record.id, name] = text
        self._repaint(record.id)
        self.edited.emit(record, name, text)
        return True

    def _changed(self, record: PracticeRecord, role: int) -> object:
        icon, word, colour = CHANGED_BY[record.changed_by]
        iso = changed_iso(record)
        if role == Role.CELL or role in TEXTS:
            text = f"{word} · {self._words.ago(iso) if record.state == 'live' else record.state}"
            return CellLook(text, quiet=True, sign=(icon, colour)) if role == Role.CELL else text
        if role in TIPS:
            lines = (title_of(record), sentence(state_words(record)), WHO[record.changed_by], self._words.exact(iso))
            return tip("\n".join(filter(None, lines)), role)
        return None

    def _value(self, record: PracticeRecord, field: PracticeField, role: int) -> object:
        cell = (record.id, field.name)
        written = self.saving.get(cell)
        refused = self.refused.get(cell)
        held = record.values.get(field.name)
        text = written if written is not None else refused[0] if refused is not None else None
        if role == Role.CELL or role in TEXTS:
            called = pointed(field, record, id_too=False) if text is None else None
            told = called or shown(field, held if text is None else text, self._words)
            return cell_look(field, record, told, written, refused) if role == Role.CELL else told
        if role == Qt.ItemDataRole.EditRole:
            return (held or "") if text is None else text
        if role in TIPS:
            return tip(refused[1] if refused is not None else held or "", role)
        return None

    def _repaint(self, id: str) -> None:
        row = self.row_of(id)
        if row is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def _resize(self, total: int) -> None:
        if total > self.total:
            self.beginInsertRows(QModelIndex(), self.total, total - 1)
            self.total = total
            self.endInsertRows()
        elif total < self.total:
            self.beginRemoveRows(QModelIndex(), total, self.total - 1)
            self.total = total
            self._pages = {page: records for page, records in self._pages.items() if page * PAGE < total}
            self._rows = None
            self.endRemoveRows()


def cell_look(field: PracticeField, record: PracticeRecord, text: str, written: object, refused: object) -> CellLook:
    """`written`, `refused`: None where the cell isn't being saved, or wasn't refused."""
    mark = "saving" if written is not None else "refused" if refused is not None else ""
    return CellLook(text, mark, mark == "saving" or not field.editable or record.state != "live")


def _of_field(field: PracticeField) -> str:
    return field.label if field.label == field.name else f"{field.label}\n{field.name}"
