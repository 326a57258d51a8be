"""One system's half of the window: its records, and below them one of them in full or a form."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFrame, QMenu, QSplitter, QStackedWidget, QWidget

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ports.practice import Place, PracticeField, PracticePage, PracticeRecord, PracticeType
from crmsync_desktop.ui.band import Bands
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import column, rule
from crmsync_desktop.ui.practice_acts import Acts
from crmsync_desktop.ui.practice_delegate import ROW_HEIGHT
from crmsync_desktop.ui.practice_details import Details
from crmsync_desktop.ui.practice_forms import ConvertForm, MergeForm, NewForm
from crmsync_desktop.ui.practice_head import ActionBar, PaneHead
from crmsync_desktop.ui.practice_list import RecordsList
from crmsync_desktop.ui.practice_words import COUNTERPARTS, SYSTEMS, short

FIRST: dict[Place, str] = {"salesforce": "Contact", "hubspot": "contacts"}
"""The object that is shown first."""
HINT = "Newest change first. F2 or a double click edits a cell."
ROWS = 6
"""Of the list, that stay in sight when a record is opened below it, where there is room for half as many fields."""
NOT_FOUND = "Not found."
SETTLE_MS = 80
"""Going through a list by arrow key reads in full only the record where it rests."""
Sought = tuple[str, str, str]
"""(object, its field, the text that it must hold)."""


class PracticePane(QFrame):
    touched = Signal()
    """Records came or went by a person's hand: counts are out of date."""
    counterpart_wanted = Signal(object)

    def __init__(self, desk: Desk, system: Place, settings: QSettings) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(f"{SYSTEMS[system]} records")
        self.desk, self.system, self._settings = desk, system, settings
        self.kinds: dict[str, PracticeType] = {}
        self.head = PaneHead(desk, system)
        self.bands = Bands(desk.look, margin=0, narrow=True)
        self.bar = ActionBar(desk, system)
        self.list = RecordsList(desk, system, settings)
        self.table = self.list.table
        self.table.setAccessibleName(f"{SYSTEMS[system]} records, newest change first")
        self.details = Details(desk, SYSTEMS[system])
        self.new_form, self.merge_form, self.convert_form = NewForm(desk), MergeForm(desk), ConvertForm(desk)
        self.drawer = QStackedWidget()
        for panel in (self.details, self.new_form, self.merge_form, self.convert_form):
            panel.close_panel = self.close_drawer
            self.drawer.addWidget(panel)
        self.drawer.setMinimumHeight(18 * GRID)
        self.acts = Acts(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._read_details)
        self._lay_out()
        self._connect()

    # What the window tells

    def show_types(self, types: list[PracticeType]) -> None:
        self.kinds = {kind.name: kind for kind in types if kind.system == self.system}
        chosen = self.kind.name if self.kind is not None else str(self._settings.value(self._key, FIRST[self.system]))
        if self.kinds and chosen not in self.kinds:
            chosen = next(iter(self.kinds))
        self.head.show_kinds(list(self.kinds.values()), chosen)
        if self.kind is None and chosen in self.kinds:
            self.choose_kind(chosen)
        elif self.list.kind is not None and chosen in self.kinds:
            self.list.kind = self.kinds[chosen]
        if not self.list.search and not self.list.bin_shown and self.kind is not None and self.list.records.total:
            self.head.show_count(self.kind, self.list.records.total)

    def choose_kind(self, name: str, search: str = "", select: str = "") -> None:
        kind = self.kinds[name]
        if self.kind is None or self.kind.name != name:
            self.close_drawer()
            self.acts.forget()
        self._settings.setValue(self._key, name)
        self.head.show_kind(kind)
        self.head.show_search(search)
        self.bar.say("")
        self.bands.forget(NOT_FOUND)
        self.list.show_kind(kind, search, select)

    def find_counterpart(self, name: str, sought: list[Sought]) -> None:
        """Show the first record that holds one of those texts exactly. `name` is whose counterpart it is."""
        if not sought:
            self.bands.say("", NOT_FOUND, f"{SYSTEMS[self.system]} has no counterpart of {short(name)}.")
            return
        kind, field, text = sought[0]

        def answered(answer: PracticePage) -> None:
            for record in answer.records:
                if (record.values.get(field) or "").casefold() == text.casefold():
                    self.head.bin_button.setChecked(False)
                    self.choose_kind(kind, text, record.id)
                    return
            self.find_counterpart(name, sought[1:])

        self.desk.bridge.run(
            self.desk.engine.practice_page(self.system, kind, text, False, 0, 50), answered, self.list.fail, self
        )

    def fields_of(self, type: str) -> tuple[PracticeField, ...]:
        return self.kinds[type].fields if type in self.kinds else ()

    def refresh(self) -> None:
        """The org may hold something else now."""
        self.list.reload()
        self._read_details()

    def tick(self) -> None:
        """Every few seconds while the window is seen."""
        self.list.poll()
        self.table.viewport().update()  # times are relative
        self.details.tell_time()

    # What is shown

    @property
    def drawer_shown(self) -> bool:
        return self._lower.isVisible()

    @property
    def kind(self) -> PracticeType | None:
        return self.list.kind

    def open_drawer(self, panel: QWidget) -> None:
        self.drawer.setCurrentWidget(panel)
        if not self.drawer_shown:
            self._lower.show()
        self._part()

    def _part(self) -> None:
        if self.drawer_shown:
            height = self._split.height() - self._split.handleWidth()
            share = self._settings.value(f"{self._key}/drawer", 0, int)
            lower = height * share // 1000 if isinstance(share, int) and 0 < share < 1000 else self._first_lower(height)
            if self.drawer.currentWidget() is not self.details:
                lower = max(lower, height * 11 // 20)  # a form is what a person is at, not the list
            self._split.setSizes([height - lower, lower])

    def _first_lower(self, height: int) -> int:
        above = self._upper.height() - self.table.viewport().height()
        return min(max(height - above - ROWS * ROW_HEIGHT, height * 2 // 5), height * 11 // 20)

    def _keep_split(self) -> None:
        upper, lower = self._split.sizes()
        if lower and self.drawer_shown:
            self._settings.setValue(f"{self._key}/drawer", lower * 1000 // (upper + lower))

    def close_drawer(self) -> None:
        if self.drawer_shown:
            self._lower.hide()
            self.table.setFocus()
        self.details.clear()

    def open_details(self) -> None:
        record = self.table.current_record()
        if record is None or self.kind is None:
            return
        self.details.show_record(self.kind, record)
        self.open_drawer(self.details)
        self._read_details()

    def open_new(self) -> None:
        if self.kind is not None:
            self.head.bin_button.setChecked(False)
            self.open_drawer(self.new_form)
            self.new_form.ask(self.kind)

    def open_merge(self) -> None:
        if self.kind is not None:
            self.open_drawer(self.merge_form)
            self.merge_form.ask(self.kind, self.table.chosen_records())

    def open_convert(self) -> None:
        lead = self.table.current_record()
        if lead is not None:
            self.open_drawer(self.convert_form)
            self.convert_form.ask(lead)

    def escape(self) -> bool:
        """Close the innermost of what is open; False if there is nothing."""
        if self.drawer_shown:
            search = self.details.search
            if search.hasFocus() and search.text():
                search.clear()
            else:
                self.close_drawer()
            return True
        return self.bands.dismiss_last()

    def _chosen(self) -> None:
        kind = self.kind
        if kind is None:
            return
        seen = self.list.currentWidget() is self.table
        chosen = self.table.chosen_records() if seen else []
        self.bar.show_chosen(kind, chosen, self.list.bin_shown)
        words = self.desk.words
        told = words.number(len(chosen))
        if self.table.chosen_count() > len(chosen) > 1:
            told = f"The first {told} of {words.number(self.table.chosen_count())}"
        self.bar.say(f"{told} chosen" if len(chosen) > 1 else "" if chosen else self._counted)
        if self.drawer_shown and self.drawer.currentWidget() is self.details and len(chosen) == 1:
            if self.details.record is None or self.details.record.id != chosen[0].id:
                self.details.show_record(kind, chosen[0])
            self._settle.start()

    @property
    def _counted(self) -> str:
        if self.kind is None:
            return ""
        words, total = self.desk.words, self.list.records.total
        if self.list.bin_shown:
            return f"{words.number(total)} in the recycle bin"
        return f"{words.number(total)} found" if self.list.search else HINT

    def _count(self, total: int) -> None:
        if self.kind is not None and not self.list.search and not self.list.bin_shown:
            self.head.show_count(self.kind, total)
        if not self.table.chosen_records():
            self.bar.say(self._counted)

    def _read_details(self) -> None:
        record, kind = self.details.record, self.kind
        if record is None or kind is None or not self.details.isVisible():
            return

        def show(full: PracticeRecord) -> None:
            if self.details.record is not None and self.details.record.id == full.id and self.kind is not None:
                self.details.show_record(self.kind, full)

        def failed(error: CrmSyncError) -> None:
            self.details.said.setText(error.title)

        self.desk.bridge.run(self.desk.engine.practice_record(self.system, record.type, record.id), show, failed, self)

    def _searched(self, text: str) -> None:
        if self.kind is not None and text != self.list.search:
            self.bands.forget(NOT_FOUND)
            self.list.show_kind(self.kind, text)

    def _toggle_bin(self, shown: bool) -> None:
        self.list.bin_shown = shown
        self.close_drawer()
        self.head.new_button.setEnabled(not shown)
        if self.kind is not None:
            self.list.show_kind(self.kind, self.list.search)

    def _menu(self, place: QPoint) -> None:
        record = self.table.current_record()
        if record is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for each in self.bar.buttons:
            if not each.isHidden():
                menu.addAction(each.text()).triggered.connect(each.click)
        menu.addSeparator()
        for text, act in (("Copy", self._copy_chosen), ("Copy id", lambda: self._copy(record.id, record.id))):
            copy = QAction(text, menu)
            copy.triggered.connect(act)
            menu.addAction(copy)
        menu.popup(place)

    def _copy_chosen(self) -> None:
        """The current cell; of several chosen records all columns."""
        count = len(self.table.chosen_records())
        if count > 1:
            self._copy(self.table.rows_text(), self.desk.words.count(count, "record"))
        else:
            text = self.table.cell_text()
            self._copy(text, f"“{short(text)}”" if text else "An empty cell")

    def _copy(self, text: str, told: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.bar.say(f"{told} copied")

    def _want_counterpart(self) -> None:
        record = self.table.current_record()
        if record is not None:
            self.counterpart_wanted.emit(record)

    # The frame

    @property
    def _key(self) -> str:
        return f"practice/{self.system}"

    def _lay_out(self) -> None:
        self._upper = top = QWidget()
        above = column(self.head, self.bands, self.bar, gap=GRID)
        above.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 4)
        whole = column(above, rule(), self.list, gap=0)
        whole.setStretch(2, 1)
        top.setLayout(whole)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(GRID)
        self._split.addWidget(top)
        self._lower = QWidget()
        lower = column(rule(), self.drawer, gap=0)
        lower.setStretch(1, 1)
        self._lower.setLayout(lower)
        self._lower.hide()
        self._split.addWidget(self._lower)
        self._split.setStretchFactor(0, 1)
        frame = column(self._split)
        frame.setContentsMargins(1, 1, 1, GRID)
        self.setLayout(frame)

    def _connect(self) -> None:
        head, bar, table = self.head, self.bar, self.table
        head.kind_chosen.connect(self.choose_kind)
        head.searched.connect(self._searched)
        head.bin_toggled.connect(self._toggle_bin)
        head.left.connect(table.setFocus)
        head.new_button.clicked.connect(self.open_new)
        bar.details.clicked.connect(self.open_details)
        bar.show_other.clicked.connect(self._want_counterpart)
        bar.merge.clicked.connect(self.open_merge)
        bar.convert.clicked.connect(self.open_convert)
        bar.delete.clicked.connect(self.acts.delete)
        bar.restore.clicked.connect(self.acts.restore)
        table.opened.connect(self.open_details)
        table.removed.connect(self.acts.delete)
        table.menu.connect(self._menu)
        self.bands.changed.connect(lambda: QTimer.singleShot(0, self, self._part))
        table.copied.connect(self._copy_chosen)
        self._split.splitterMoved.connect(self._keep_split)
        self.list.chosen.connect(self._chosen)
        self.list.counted.connect(self._count)
        self.list.records.edited.connect(self.acts.change)
        self.details.fields.edited.connect(self.acts.change)
        self.new_form.act, self.merge_form.act = self.acts.create, self.acts.merge
        self.convert_form.act = self.acts.convert


def sought_for(record: PracticeRecord) -> list[Sought]:
    """Where a record's counterpart is looked for in the other system."""
    places = COUNTERPARTS.get(record.type, ())
    return [(kind, theirs, text) for kind, ours, theirs in places if (text := record.values.get(ours) or "")]
