"""The list of a pane: fetches what is looked at, notices what has changed in the org, and keeps what is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ports.practice import Place, PracticePage, PracticeRecord, PracticeType
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import EmptyState, button, column, row
from crmsync_desktop.ui.practice_columns import Columns
from crmsync_desktop.ui.practice_model import PAGE, RecordsModel
from crmsync_desktop.ui.practice_table import RecordsTable
from crmsync_desktop.ui.practice_words import SYSTEMS, many_of, one_of

NEWEST = 20
"""So many newest records are compared to notice a change: Salesforce tells the times of changes to the second, so that
the one just made need not be first."""
IN_FLIGHT = 2
"""Pages asked for at a time: as many as can be seen at once."""


class RecordsList(QStackedWidget):
    counted = Signal(int)
    """How many records there are, searched and unsearched."""
    chosen = Signal()
    """A person chose other records, or those chosen have changed."""
    reached = Signal()
    """The org answers."""

    def __init__(self, desk: Desk, system: Place, settings: QSettings) -> None:
        super().__init__()
        self._desk, self.system = desk, system
        self.kind: PracticeType | None = None
        self.search = ""
        self.bin_shown = False
        self.records = RecordsModel(desk.words, self)
        self.table = RecordsTable(desk.look, self.records)
        self.columns = Columns(self.table, self.records, settings, system)
        self.loading = EmptyState(desk.look, "database", "Reading the records", "They come from the practice org.")
        self.nothing = EmptyState(desk.look, "search", "Nothing here", "")
        self.trouble = EmptyState(desk.look, "circle-alert", "The practice org can't be reached", "", "bad")
        self.again_button = button("Try again", self.restart, name=f"Try {SYSTEMS[system]} again")
        broken = QWidget()
        broken.setLayout(column(None, self.trouble, row(None, self.again_button, None), None, gap=0))
        self.trouble.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._broken = broken
        for page in (self.loading, self.nothing, broken, self.table):
            self.addWidget(page)
        for state in (self.loading, self.nothing, self.trouble):  # half a window is narrower, and may be low
            state.text.setMinimumWidth(36 * GRID)
            layout = state.layout()
            assert layout is not None
            layout.setContentsMargins(GRID, 3 * GRID, GRID, GRID)
        self.setMinimumHeight(13 * GRID)
        self._visit = 0
        self._asking: set[int] = set()
        self._top: tuple[PracticeRecord, ...] = ()
        self._polling = self._choosing = self._later = self._fresh = self._seek = False
        self._kept: tuple[list[str], str, int] = ([], "", 1)
        self.table.looked.connect(self._look)
        self.table.sized.connect(self.columns.fit)
        self.table.chosen.connect(self._remember)
        self.table.selectionModel().currentChanged.connect(self._remember_place)
        self.table.done.connect(self._catch_up)

    def show_kind(self, kind: PracticeType, search: str = "", select: str = "") -> None:
        """Another object, search or recycle bin; `select` is the id of a record to be chosen if it is found."""
        fresh = self.kind is None or self.kind.name != kind.name
        self.kind, self.search = kind, search
        self._kept = ([select] if select else [], select, 1)
        self._seek = bool(select)
        if fresh:
            self._choosing = True
            self.records.start(kind)
            self._choosing = False
            self.columns.place()
        self.restart()

    def restart(self) -> None:
        """Read the list from its beginning. Rows of the same object stay until the new ones are here."""
        if self.kind is None:
            return
        self._visit += 1
        self._asking.clear()
        self._later, self._fresh = False, True
        if self.currentWidget() is self._broken or not self.records.total:
            self.setCurrentWidget(self.loading)
            self.loading.say("database", f"Reading the {many_of(self.kind)}", "They come from the practice org.")
        self._fetch(0)

    def reload(self) -> None:
        """Read anew what is looked at, and show the old until then; once what is being written has been written."""
        if self.table.editing:
            self._later = True
        elif self.currentWidget() is not self.table or self._fresh:
            self.restart_quietly()
        else:
            self.records.spoil()
            self._look()

    def restart_quietly(self) -> None:
        """As `restart`, while what is said now stays."""
        if self.kind is not None and 0 not in self._asking:
            self._fetch(0)

    def poll(self) -> None:
        """Ask for the newest records only, and for more if they are others than last time."""
        if self.kind is None or self._polling or self._asking or self.table.editing:
            return
        if self.currentWidget() is self._broken:
            self.restart_quietly()
            return
        self._newest(self._compare)

    def keep_order(self) -> None:
        """After a person's own edit: what is newest now is no news, so the rows stay where they are."""
        if self.kind is not None:
            self._newest(self._note)

    def show_chosen(self, ids: list[str], current: str, column: int = 1) -> None:
        """Choose records, as soon as they are here."""
        self._kept = (ids, current, column)
        self._seek = True
        self._choose_again()

    @property
    def busy(self) -> bool:
        return bool(self._asking)

    def _newest(self, then: Callable[[PracticePage], None]) -> None:
        visit = self._visit
        self._polling = True

        def answered(answer: PracticePage) -> None:
            if visit == self._visit:
                then(answer)

        def over() -> None:
            self._polling = False

        self._ask(0, NEWEST, answered, visit, over)

    def _note(self, answer: PracticePage) -> None:
        self._top = answer.records

    def _compare(self, answer: PracticePage) -> None:
        if answer.records != self._top or answer.total != self.records.total:
            self._top = answer.records
            self.reload()

    def _look(self) -> None:
        if self.currentWidget() is not self.table or self._fresh:
            return
        for page in self.records.missing(*self.table.visible_rows()):
            if page not in self._asking and len(self._asking) < IN_FLIGHT:
                self._fetch(page)

    def _fetch(self, page: int) -> None:
        self._asking.add(page)
        visit = self._visit

        def answered(answer: PracticePage) -> None:
            if visit == self._visit:
                self._asking.discard(page)
                self._took(page, answer)

        self._ask(page * PAGE, PAGE, answered, visit)

    def _ask(
        self,
        offset: int,
        limit: int,
        then: Callable[[PracticePage], None],
        visit: int,
        always: Callable[[], None] | None = None,
    ) -> None:
        assert self.kind is not None

        def failed(error: CrmSyncError) -> None:
            if visit == self._visit:
                self._asking.clear()
                self.fail(error)

        asked = self._desk.engine.practice_page(self.system, self.kind.name, self.search, self.bin_shown, offset, limit)
        self._desk.bridge.run(asked, then, failed, self, always)

    def fail(self, error: CrmSyncError) -> None:
        said = (error.detail, error.hint, "This window looks again every few seconds.")
        self.trouble.say("circle-alert", error.title, " ".join(filter(None, said)))
        self.setCurrentWidget(self._broken)
        self.chosen.emit()

    def _took(self, page: int, answer: PracticePage) -> None:
        if self.table.editing and self.currentWidget() is self.table:
            self._later = True  # the rows would move under what is being written
            return
        self._choosing = True  # a model that starts anew drops the selection, which is no choice of a person's
        fresh = self._fresh
        if fresh:
            self._fresh = False
            self.records.start(self.kind)
            self.table.scrollToTop()
        if page == 0:
            self._top = answer.records[:NEWEST]
        was_shown, seen = self.currentWidget() is self.table, self.table.current_seen()
        moved = self.records.take(page, answer)
        self._show_state()
        self._choosing = False
        self.counted.emit(answer.total)
        self.reached.emit()
        if fresh or moved or not was_shown:
            self._choose_again(seen)
        self._look()

    def _show_state(self) -> None:
        kind = self.kind
        assert kind is not None
        if self.records.total:
            self.setCurrentWidget(self.table)
            return
        self.setCurrentWidget(self.nothing)
        if self.search:
            text = "Every word has to be in the record's text." + (
                " The recycle bin is shown." if self.bin_shown else ""
            )
            self.nothing.say("search", f"No {one_of(kind)} holds “{self.search[:60]}”", text)
        elif self.bin_shown:
            self.nothing.say("trash-2", "Nothing was deleted", f"Deleted {many_of(kind)} can be restored from here.")
        else:
            self.nothing.say("database", f"No {many_of(kind)} yet", "Make one with New (Ctrl+N).")

    def _remember(self) -> None:
        if not self._choosing:
            current = self.table.current_record()
            ids = [record.id for record in self.table.chosen_records()]
            self._kept = (ids, current.id if current is not None else "", self.table.currentIndex().column())
            self._seek = False
            self.chosen.emit()

    def _remember_place(self) -> None:
        """The current cell alone: Qt makes the first one current when the table gets the keyboard, which chooses nothing."""
        current = self.table.current_record()
        if not self._choosing and current is not None:
            self._kept = (self._kept[0], current.id, self.table.currentIndex().column())

    def _choose_again(self, seen: bool = False) -> None:
        """What is chosen stays chosen, and in sight if it was `seen` or is being sought; else nothing scrolls."""
        self._choosing = True
        if self.table.choose(*self._kept, follow=seen or self._seek):
            self._seek = False
        self._choosing = False
        self.chosen.emit()

    def _catch_up(self) -> None:
        if self._later and not self.table.editing:
            self._later = False
            self.reload()
