"""S4, S5: the errors of one kind, by root cause: what the system said, what to do, which records, since when."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from crmsync_desktop.app.views import ErrorGroupView, ErrorView
from crmsync_desktop.domain.records import Category
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Elided, EmptyState, Glyph, button, clear, close_button, column, label, row, rule

WIDTH = 54 * GRID
RECORDS_SHOWN = 50


class ErrorPanel(QFrame):
    """Opens on the right; `on_close` is called by its close button, `on_retry` after records were staged."""

    def __init__(self, desk: Desk, title_of: dict[Category, str]) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFixedWidth(WIDTH)
        self._desk = desk
        self._titles = title_of
        self.category: Category | None = None
        self.groups: list[ErrorGroupView] = []
        self.title = label("", "title")
        self.said = label("", "muted", wrap=True)
        self.close_button = close_button(desk.look, self.close_panel, "Close details")
        self.retry_button = button("Retry all of these", self._retry, "primary")
        self._list = QVBoxLayout()
        self._list.setContentsMargins(3 * GRID, 0, 3 * GRID, 3 * GRID)
        self._list.setSpacing(2 * GRID)
        inside = QWidget()
        inside.setLayout(self._list)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        head = column(row(self.title, None, self.close_button), self.said, row(self.retry_button, None), gap=GRID)
        head.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole = column(head, rule(), 2 * GRID, scroll, gap=0)
        self.setLayout(whole)
        self.closed: Callable[[], None] = lambda: None
        self.hide()

    def open_for(self, category: Category) -> None:
        if category is not self.category:
            self.category = category
            self.title.setText(self._titles.get(category, category.value))
            self.setAccessibleName(f"Details: {self.title.text()}")
            self.said.setText("Reading…")
            clear(self._list)
            self.groups = []
        self.show()
        self.refresh()

    def close_panel(self) -> None:
        self.category = None
        self.hide()
        self.closed()

    def refresh(self) -> None:
        category = self.category
        if category is None:
            return

        def show(groups: list[ErrorGroupView]) -> None:
            if self.category is category:
                self._show(groups)

        self._desk.bridge.refresh(f"errors {category}", lambda: self._desk.engine.errors(category), show, self)

    def _show(self, groups: list[ErrorGroupView]) -> None:
        if groups == self.groups and groups:
            return
        self.groups = groups
        clear(self._list)
        words = self._desk.words
        errors = sum(group.count for group in groups if not group.notice)
        notices = sum(group.count for group in groups if group.notice)
        total = errors + notices
        self.retry_button.setVisible(bool(total))
        self.said.setVisible(bool(total))
        if not groups:
            self._list.addStretch(1)
            self._list.addWidget(
                EmptyState(
                    self._desk.look,
                    "check",
                    "Nothing wrong here",
                    "Errors of this kind clear themselves as soon as their record syncs.",
                )
            )
            self._list.addStretch(1)
            return
        kinds = [words.count(errors, "error")] if errors else []
        kinds += [words.count(notices, "notice")] if notices else []
        self.said.setText(f"{', '.join(kinds)} with {words.count(len(groups), 'cause')}")
        for index, group in enumerate(groups):
            if index:
                self._list.addWidget(rule())
            self._list.addLayout(self._group(group))
        self._list.addStretch(1)

    def _group(self, group: ErrorGroupView) -> QVBoxLayout:
        words = self._desk.words
        message = label(group.message, "strong", wrap=True)
        message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        made = column(message, gap=GRID)
        says_more = group.code.replace("_", " ").casefold() != group.message.casefold()
        code = f"{group.code} · " if group.code and says_more else ""
        made.addWidget(
            label(f"{code}{words.count(group.count, 'notice' if group.notice else 'error')}", "small", wrap=True)
        )
        if group.hint:
            hint = QFrame()
            hint.setObjectName("band")
            sign = Glyph(self._desk.look, "arrow-right", "link")
            inner = row(sign, label(group.hint, wrap=True))
            inner.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
            inner.setContentsMargins(12, GRID, 12, GRID)
            hint.setLayout(inner)
            made.addWidget(hint)
        for record in group.records[:RECORDS_SHOWN]:
            made.addWidget(self._record(record))
        hidden = group.count - len(group.records[:RECORDS_SHOWN])
        if hidden > 0:
            made.addWidget(label(f"and {words.number(hidden)} more with the same cause", "small"))
        return made

    def _record(self, error: ErrorView) -> QWidget:
        words = self._desk.words
        name = Elided(error.label or error.record_id)
        name.setToolTip(_plain(f"{error.label}\n{error.side.label} {error.object} {error.record_id}"))
        parts = [error.side.label, error.field, words.ago(error.first_at)]
        if error.count > 1:
            parts.append(f"{words.number(error.count)} times")
        since = Elided(" · ".join(filter(None, parts)), "small")
        since.setToolTip(f"First {words.exact(error.first_at)}\nLast {words.exact(error.last_at)}")
        retry = button("Retry", lambda: self._retry_one(error), "quiet", f"Retry {error.label}")
        made = QWidget()
        texts = column(name, since, gap=2)
        layout = row(texts, retry)
        layout.setStretch(0, 1)
        made.setLayout(layout)
        return made

    def _retry(self) -> None:
        self._stage(self.category, None)

    def _retry_one(self, error: ErrorView) -> None:
        self._stage(None, [error.id])

    def _stage(self, category: Category | None, ids: list[int] | None) -> None:
        def staged(number: int) -> None:
            what = self._desk.words.count(number, "record")
            self.said.setText(f"{what} will be tried again by the next pass.")
            self.said.show()

        self._desk.bridge.run(self._desk.engine.retry_errors(category, ids), staged, owner=self)


def _plain(text: str) -> str:
    """Tool tips take HTML where they find it; a name isn't HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>").join(("<p>", "</p>"))
