"""The top of a pane: which object, search, recycle bin, new; below it what can be done with the chosen records."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QSizePolicy, QToolButton, QWidget

from crmsync_desktop.ports.practice import Place, PracticeRecord, PracticeType
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Elided, button, label, roomy, row
from crmsync_desktop.ui.practice_words import COUNTERPARTS, LEAD, MOST_MERGED, SYSTEMS, many_of, one_of

TIGHT, AMPLE = 58 * GRID, 84 * GRID
"""Narrower than the first, a head has no words on its buttons; from the second on it has them all."""
SEARCH_MS = 250
"""Typing pauses for so long before it is searched."""


class PaneHead(QWidget):
    kind_chosen = Signal(str)
    searched = Signal(str)
    bin_toggled = Signal(bool)
    left = Signal()
    """Esc or Down in the search: on to the table."""

    def __init__(self, desk: Desk, system: Place) -> None:
        super().__init__()
        self._desk = desk
        name = SYSTEMS[system]
        self.kinds = roomy(QComboBox(), 30 * GRID)
        self.kinds.setAccessibleName(f"Object in {name}")
        self.kinds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kinds.setMinimumContentsLength(9)
        self.kinds.setMaxVisibleItems(16)
        self.kinds.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.kinds.activated.connect(lambda place: self.kind_chosen.emit(self.kinds.itemData(place)))
        self.new_button = button("New", lambda: None, name=f"New record in {name}", hint="New record (Ctrl+N)")
        desk.look.tint(self.new_button, "plus")
        self.search = QLineEdit()
        self.search.setAccessibleName(f"Search {name}")
        self.search.setPlaceholderText("Search")
        self.search.setToolTip("Search (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._typed)
        self.bin_button = QToolButton()
        self.bin_button.setCheckable(True)
        self.bin_button.setText("Deleted")
        self.bin_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.bin_button.setAccessibleName(f"Show what was deleted in {name}")
        self.bin_button.setToolTip(f"Show what was deleted in {name}")
        desk.look.tint(self.bin_button, "trash-2", "muted")
        self.bin_button.toggled.connect(self.bin_toggled)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_MS)
        self._timer.timeout.connect(self.search_now)
        self.kinds.setEnabled(False)
        self.kinds.setPlaceholderText("Reading…")
        self.new_button.setEnabled(False)
        line = row(label(name, "title"), self.kinds, self.search, self.bin_button, self.new_button)
        line.setStretch(1, 4)
        line.setStretch(2, 5)
        self.setLayout(line)

    def show_kinds(self, kinds: list[PracticeType], chosen: str) -> None:
        self.kinds.clear()
        self.kinds.setEnabled(bool(kinds))
        self.new_button.setEnabled(bool(kinds) and not self.bin_button.isChecked())
        for kind in kinds:
            self.kinds.addItem(self._named(kind, kind.count), kind.name)
        self.kinds.setCurrentIndex(max(self.kinds.findData(chosen), 0))

    def show_count(self, kind: PracticeType, count: int) -> None:
        place = self.kinds.findData(kind.name)
        if place >= 0:
            self.kinds.setItemText(place, self._named(kind, count))

    def show_kind(self, kind: PracticeType) -> None:
        self.kinds.setCurrentIndex(self.kinds.findData(kind.name))
        self.search.setPlaceholderText(f"Search {many_of(kind)}")
        self.new_button.setToolTip(f"New {one_of(kind)} (Ctrl+N)")

    def search_now(self) -> None:
        self._timer.stop()
        self.searched.emit(self.search.text().strip())

    def show_search(self, text: str) -> None:
        """Put a text into the search without searching for it."""
        self.search.setText(text)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        self.bin_button.setToolButtonStyle(beside if self.width() >= AMPLE else alone)
        self.new_button.setText("New" if self.width() >= TIGHT else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()  # it belongs to the search before it belongs to the window
            return True
        if event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                if self.search.text():
                    self.search.clear()
                    self.search_now()
                else:
                    self.left.emit()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                self.search_now()
                self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        self._timer.start()

    def _named(self, kind: PracticeType, count: int) -> str:
        return f"{kind.plural} ({self._desk.words.number(count)})"


class ActionBar(QWidget):
    """What can be done with what is chosen. Always as high, so that nothing jumps."""

    def __init__(self, desk: Desk, system: Place) -> None:
        super().__init__()
        self._desk, self._system = desk, system
        other = SYSTEMS["hubspot" if system == "salesforce" else "salesforce"]
        self.said = Elided("", "small")
        self._other = other
        self.details = self._button("Details", "panel-bottom", "All fields of this record (Enter)")
        self.show_other = self._button(f"Show in {other}", "arrow-right", f"Find its counterpart in {other}")
        self.merge = self._button("Merge…", "merge", "Fold the chosen records into one")
        self.convert = self._button("Convert…", "arrow-right", "Convert this lead")
        self.restore = self._button("Restore", "undo-2", "Take it out of the recycle bin")
        self.delete = self._button("Delete", "trash-2", "Into the recycle bin (Delete)")
        self.buttons = (self.details, self.show_other, self.convert, self.merge, self.restore, self.delete)
        for each in self.buttons:
            each.setAccessibleName(f"{each.text().rstrip('…')}, {SYSTEMS[system]}")
            each.hide()
        line = row(self.said, *self.buttons, gap=2)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.setFixedHeight(4 * GRID)

    def show_chosen(self, kind: PracticeType, chosen: list[PracticeRecord], bin_shown: bool) -> None:
        live = [record for record in chosen if record.state == "live"]
        gone = [record for record in chosen if record.state == "deleted"]
        one = len(chosen) == 1
        self.details.setVisible(one)
        self.show_other.setVisible(one and bool(live) and kind.name in COUNTERPARTS)
        self.convert.setVisible(one and bool(live) and kind.name == LEAD)
        self.merge.setVisible(2 <= len(live) == len(chosen) <= MOST_MERGED[self._system])
        self.restore.setVisible(bin_shown and bool(gone))
        self.delete.setVisible(bool(live) and not bin_shown)

    def say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setToolTip(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_other.setText(f"Show in {self._other}" if self.width() >= TIGHT else self._other)

    def _button(self, text: str, icon: str, hint: str) -> QPushButton:
        made = button(text, lambda: None, "quiet", hint=hint)
        self._desk.look.tint(made, icon, "link")
        return made
