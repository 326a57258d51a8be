"""P1: what the next pass would write, before it does: counts, calls, and the first writes field by field."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QGridLayout, QStackedWidget, QWidget

from crmsync_desktop.app.views import PassView
from crmsync_desktop.domain.records import Side
from crmsync_desktop.ui.changes_view import ChangesView
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import EmptyState, button, close_button, column, label, row, rule

WIDTH = 80 * GRID
WRITES = ("created", "updated", "deleted")
COUNTS = (("created", "Create"), ("updated", "Update"), ("deleted", "Delete"), ("held", "Held"), ("failed", "In error"))

Act = tuple[str, Callable[[], None]]
"""(what the button says, what it does)."""


class PreviewPanel(QFrame):
    """`run` starts the pass that was previewed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setMaximumWidth(WIDTH)
        self.setAccessibleName("Preview of the next pass")
        self._desk = desk
        self.run: Callable[[], None] = lambda: None
        self._act: Act | None = None
        self.title = label("Preview", "title")
        self.said = label("", "muted", wrap=True)
        self.counts = QGridLayout()
        self.counts.setContentsMargins(0, 0, 0, 0)
        self.counts.setHorizontalSpacing(3 * GRID)
        self.counts.setVerticalSpacing(GRID // 2)
        self.run_button = button("Run this pass", self._run, "primary")
        self.view = ChangesView(desk, (20 * GRID, 19 * GRID, 21 * GRID))
        self.waiting = EmptyState(
            desk.look, "eye", "Working it out", "Both systems are read and every write is planned. Nothing is written."
        )
        self.nothing = EmptyState(
            desk.look, "check", "Nothing to write", "Both systems say the same. The next pass would change no record."
        )
        self.stack = QStackedWidget()
        for page in (self.waiting, self.nothing, self.view):
            self.stack.addWidget(page)
        self._figures = QWidget()
        self._figures.setLayout(self.counts)
        head = column(
            row(self.title, None, close_button(desk.look, self.close_panel, "Close preview")),
            self.said,
            self._figures,
            row(self.run_button, None),
            gap=12,
        )
        head.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole = column(head, rule(), self.stack, gap=0)
        whole.setStretch(2, 1)
        self.setLayout(whole)
        self.hide()

    def open_waiting(self, said: str = "A dry run of the next pass.", act: Act | None = None) -> None:
        """`act`: what can be done once it is shown, instead of running the pass."""
        self._act = act
        self.said.setText(said)
        self._figures.hide()
        self.run_button.hide()
        self.stack.setCurrentWidget(self.waiting)
        self.view.show_nothing()
        self.show()

    def show_preview(self, result: PassView) -> None:
        words = self._desk.words
        writes = sum(getattr(tally, what) for tally in result.tallies for what in WRITES)
        calls = [words.number(result.calls.get(side, 0)) for side in Side]
        what = words.count(writes, "record") if writes else "Nothing"
        said = f"{what} would be written. Looking took {calls[0]} + {calls[1]} calls."
        if result.state != "done":
            said = f"The preview was {result.state}. {result.message}".strip()
        self.said.setText(said)
        self._show_counts(result)
        self._figures.setVisible(writes > 0)
        self.run_button.setVisible((writes > 0 or self._act is not None) and result.state == "done")
        self.run_button.setText(self._act[0] if self._act is not None else f"Write {words.count(writes, 'record')}")
        if writes:
            self.stack.setCurrentWidget(self.view)
            self.view.show_pass(result.id)
        else:
            self.stack.setCurrentWidget(self.nothing)
        self.show()

    def close_panel(self) -> None:
        self.view.show_nothing()
        self.hide()

    def _show_counts(self, result: PassView) -> None:
        while (item := self.counts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for column_index, (_, heading) in enumerate(COUNTS, start=1):
            self.counts.addWidget(label(heading, "small"), 0, column_index)
        for row_index, tally in enumerate(result.tallies, start=1):
            self.counts.addWidget(label(f"{tally.side.label} {tally.pair}", "strong"), row_index, 0)
            for column_index, (name, _) in enumerate(COUNTS, start=1):
                number = getattr(tally, name)
                tone = "warn" if name == "failed" and number else ""
                text = self._desk.words.number(number) if number else "–"
                self.counts.addWidget(label(text, tone=tone), row_index, column_index)
        self.counts.setColumnStretch(len(COUNTS) + 1, 1)

    def _run(self) -> None:
        self.close_panel()
        act = self.run if self._act is None else self._act[1]
        act()
