"""M1, M3: a new mapping, with the type check while choosing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QFrame, QGridLayout

from crmsync_desktop.app.views import FieldView, MappingView
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Glyph, button, close_button, column, label, roomy, row, set_tone
from crmsync_desktop.ui.type_words import type_words

NONE = "Not mapped"
LIST_WIDTH = 44 * GRID


class AddMapping(QFrame):
    """A panel above the table. `added` is given the mappings anew."""

    def __init__(
        self,
        desk: Desk,
        pair: str,
        hubspot: str,
        objects: tuple[str, ...],
        added: Callable[[list[MappingView]], None],
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName("Add a mapping")
        self._desk, self._pair, self._hubspot, self._added = desk, pair, hubspot, added
        self._asked = 0
        self.hubspot_property = _chooser("HubSpot property", "Choose…")
        self.fields = {name: _chooser(f"Salesforce {name} field") for name in objects}
        self.rule = roomy(QComboBox())
        self.rule.setAccessibleName("Rule")
        for rule in Rule:
            self.rule.addItem(rule.label, rule.value)
        self.rule.setCurrentIndex(self.rule.findData(Rule.PREFER_SALESFORCE.value))
        self.sign = Glyph(desk.look, "info")
        self.verdict = label("", wrap=True)
        self.add_button = button("Add mapping", self._add, "primary")
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        choosers: tuple[tuple[str, QComboBox], ...] = (
            ("HubSpot property", self.hubspot_property),
            *((f"Salesforce {n}", f) for n, f in self.fields.items()),
        )
        for index, (name, chooser) in enumerate((*choosers, ("Rule", self.rule))):
            heading = label(name, "small")
            heading.setBuddy(chooser)
            grid.addWidget(heading, 0, index)
            grid.addWidget(chooser, 1, index)
            grid.setColumnStretch(index, 1)
        for _, chooser in choosers:
            chooser.currentIndexChanged.connect(self._check)
        verdict = row(self.sign, self.verdict, self.add_button)
        verdict.setStretch(1, 1)
        whole = column(
            row(label("Add a mapping", "section"), None, close_button(desk.look, self.hide, "Close")),
            grid,
            verdict,
            gap=12,
        )
        whole.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        self.setLayout(whole)
        self.hide()

    def open_panel(self, taken: set[str]) -> None:
        self._say("Reading the fields of both systems…", "info", "muted")
        self.add_button.setEnabled(False)
        self.show()

        def show(fields: list[FieldView]) -> None:
            self._show(fields, taken)

        self._desk.bridge.run(self._desk.engine.mappable_fields(self._pair), show, self._failed, self)

    def _show(self, fields: list[FieldView], taken: set[str]) -> None:
        _fill(self.hubspot_property, [f for f in fields if f.object == self._hubspot and f.name not in taken])
        for name, chooser in self.fields.items():
            _fill(chooser, [f for f in fields if f.object == name])
        self.hubspot_property.setFocus()
        self._check()

    def _chosen(self) -> tuple[str, dict[str, str]]:
        fields = {name: str(chooser.currentData() or "") for name, chooser in self.fields.items()}
        return str(self.hubspot_property.currentData() or ""), {name: field for name, field in fields.items() if field}

    def _check(self) -> None:
        self._asked += 1
        asked = self._asked
        name, fields = self._chosen()
        self.add_button.setEnabled(False)
        if not name or not fields:
            self._say("Choose a HubSpot property and at least one Salesforce field.", "info", "muted")
            return

        def show(answer: tuple[str, str]) -> None:
            if asked == self._asked:
                self._show_answer(*answer)

        self._desk.bridge.run(self._desk.engine.check_mapping(self._pair, name, fields), show, self._failed, self)

    def _show_answer(self, problem: str, warning: str) -> None:
        self.add_button.setEnabled(not problem)
        if problem:
            self._say(problem, "circle-alert", "bad")
        elif warning:
            self._say(warning, "triangle-alert", "warn")
        else:
            self._say("These types fit.", "check", "good")

    def _add(self) -> None:
        name, fields = self._chosen()
        self.add_button.setEnabled(False)
        rule = Rule(self.rule.currentData())
        self._desk.bridge.run(
            self._desk.engine.add_mapping(self._pair, name, fields, rule), self._done, self._failed, self
        )

    def _done(self, mappings: list[MappingView]) -> None:
        self.hide()
        self._added(mappings)

    def _failed(self, error: CrmSyncError) -> None:
        self._say(str(error), "circle-alert", "bad")

    def _say(self, text: str, icon: str, role: str) -> None:
        self.verdict.setText(text)
        self.sign.show_icon(icon, role)
        set_tone(self.verdict, role if role in ("bad", "warn", "good") else "")


def _chooser(name: str, placeholder: str = NONE) -> QComboBox:
    """A combo box that can be typed into: any part of a label or name finds it."""
    made = roomy(QComboBox(), LIST_WIDTH)
    made.setEditable(True)
    made.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(10)
    made.setAccessibleName(name)
    completer = made.completer()
    if completer is not None:
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    edit = made.lineEdit()
    if edit is not None:
        edit.setPlaceholderText(placeholder)
    return made


def _fill(chooser: QComboBox, fields: list[FieldView]) -> None:
    chooser.blockSignals(True)
    chooser.clear()
    for field in sorted(fields, key=lambda f: f.label.casefold()):
        chooser.addItem(f"{field.label} · {type_words(field.type)}", field.name)
        chooser.setItemData(chooser.count() - 1, field.name, Qt.ItemDataRole.ToolTipRole)
    chooser.setCurrentIndex(-1)
    chooser.blockSignals(False)
