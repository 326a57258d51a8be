"""How wide the columns of a list of records are: as many as fit fill its width whole, and what a person sets stays."""

from __future__ import annotations

import json

from PySide6.QtCore import QItemSelectionModel, QObject, QSettings, Qt
from PySide6.QtWidgets import QTableView

from crmsync_desktop.ports.practice import Place, PracticeField
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.practice_delegate import PADDING
from crmsync_desktop.ui.practice_model import CHANGED, RecordsModel

NARROW, WIDE = 15 * GRID, 20 * GRID
_WIDE_ONES = ("email", "subject", "title", "company", "account", "dealname")
_LONGEST = ("Automation · just now", "Person · 100 days ago", "Automation · 23 h ago")
"""Of what the first column says often, the longest."""


class Columns(QObject):
    """Places the columns of one system's list. Widths that a person has set are kept by object, for the next time too."""

    def __init__(self, table: QTableView, records: RecordsModel, settings: QSettings, system: Place) -> None:
        super().__init__(table)
        self._table, self._records, self._settings, self._system = table, records, settings, system
        self._placing = False
        self._room = -1
        self._own: dict[str, int] = {}
        header = table.horizontalHeader()
        header.setSectionsClickable(False)  # a click would choose every record there is
        # Its own, always empty: a header goes through all rows to see if a column is chosen whole.
        header.setSelectionModel(QItemSelectionModel(records, self))
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(7 * GRID)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.sectionResized.connect(self._resized)

    def place(self) -> None:
        """For an object shown anew: what a person has set, else the first widths."""
        self._own = self._kept()
        self._room = -1
        self.fit()

    def fit(self) -> None:
        """Widths for the room there is, unless a person has set some."""
        header, columns, room = self._table.horizontalHeader(), self._records.columns, self._table.viewport().width()
        if room == self._room or (self._own and self._room >= 0):
            return
        self._room, self._placing = room, True
        self._table.setUpdatesEnabled(False)
        widths = [self._first(), *(_base(field) for field in columns)]
        if not self._own:
            widths = filled(widths, room)
        for section, width in enumerate(widths):
            header.resizeSection(section, self._own.get(self._name(section), width))
        self._placing = False
        self._table.setUpdatesEnabled(True)

    def _first(self) -> int:
        measure = self._table.fontMetrics()
        return max(measure.horizontalAdvance(text) for text in _LONGEST) + 2 * PADDING + 3 * GRID

    def _resized(self, section: int, before: int, width: int) -> None:
        kind = self._records.kind
        if self._placing or kind is None or not before or not width:
            return
        header = self._table.horizontalHeader()
        self._own = {self._name(each): header.sectionSize(each) for each in range(header.count())}
        self._settings.setValue(self._key, json.dumps(self._own))

    def _kept(self) -> dict[str, int]:
        try:
            found = json.loads(str(self._settings.value(self._key, "{}")))
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        return {name: width for name, width in found.items() if isinstance(width, int) and 0 < width < 4000}

    def _name(self, section: int) -> str:
        return "" if section == CHANGED else self._records.columns[section - 1].name

    @property
    def _key(self) -> str:
        kind = self._records.kind
        return f"practice/{self._system}/columns/{kind.name if kind is not None else ''}"


def filled(widths: list[int], room: int) -> list[int]:
    """The same widths, but as many of the first as fit into `room` pixels share what is left of it: a column that is
    seen is seen whole. The first one, which needs no more than it has, keeps its width."""
    fitting, used = 0, 0
    for width in widths:
        if used + width > room:
            break
        fitting, used = fitting + 1, used + width
    if fitting < 2:
        return widths
    left = room - used
    shares = widths[1:fitting]
    grown = [width + left * width // sum(shares) for width in shares]
    grown[-1] += room - widths[0] - sum(grown)
    return [widths[0], *grown, *widths[fitting:]]


def _base(field: PracticeField) -> int:
    name = field.name.lower()
    return WIDE if name == "name" or any(word in name for word in _WIDE_ONES) else NARROW
