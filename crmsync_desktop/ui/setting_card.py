"""One setting in the seed's words: its choices as radio buttons, what the choice made leads to, and its warning. A switch is a
switch, with a look at what turning it on would do."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from crmsync_desktop.app.setting_views import OFF, ON
from crmsync_desktop.app.views import SettingView
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Glyph, button, column, label, roomy, row
from crmsync_desktop.ui.switch import Switch

CHOICE_LENGTH = 44
"""Characters of a choice's label that surely fit beside its button."""
INDENT = 3 * GRID - 2
"""Text under a radio button starts where its label does."""
Preview = Callable[[str, str], None]
"""Show what the next pass would do with this setting (key, value), which isn't saved."""


class SettingEditor(QWidget):
    """`saved` is given the section's settings anew after a change that the engine took; `preview` is for switches."""

    def __init__(
        self,
        desk: Desk,
        view: SettingView,
        saved: Callable[[list[SettingView]], None],
        preview: Preview | None = None,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._saved, self._preview = saved, preview
        self.key = view.key
        self.view = view
        self.title = label(view.title, "question", wrap=True)
        self.help = label(view.help, "small", wrap=True)
        if not view.help:  # never shown before it has a parent: it would be a window of its own for a moment
            self.help.hide()
        self.warning = label("", wrap=True, tone="warn")
        self._sign = Glyph(desk.look, "triangle-alert", "warn")
        self._warning_row = QWidget()
        warning = row(self._sign, self.warning)
        warning.setStretch(1, 1)
        warning.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop)
        self._warning_row.setLayout(warning)
        self.problem = label("", wrap=True, tone="bad")
        self.problem.hide()
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        explained = (self._body, self.help) if view.kind == "switch" else (self.help, self._body)
        self.setLayout(column(self.title, *explained, self._warning_row, self.problem, gap=GRID // 2))
        self.radios: dict[str, QRadioButton] = {}
        self.consequences: dict[str, QWidget] = {}
        if view.kind == "choice":
            self._make_choices(view)
        elif view.kind == "list":
            self._make_list()
        elif view.kind == "switch":
            self._make_switch(view)
        elif view.kind == "currency":
            self._make_code(view)
        else:
            self._make_number(view)
        if view.link is not None:
            self._make_link(*view.link)
        self.show_setting(view)

    def show_setting(self, view: SettingView) -> None:
        self.view = view
        for value, radio in self.radios.items():
            radio.setChecked(value == view.value)
            if value in self.consequences:
                self.consequences[value].setVisible(value == view.value)
        if view.kind == "list":
            self._show_lists([(c.value, c.label) for c in view.choices])
        elif view.kind == "switch":
            self.switch.setChecked(view.value == ON)
            self.look_button.setVisible(view.value != ON and self._preview is not None)
        elif view.kind == "currency":
            self.code.setText(view.value)
        elif view.kind == "number" and view.value:
            self.number.setValue(int(view.value))
        self.warning.setText(view.warning)
        self._warning_row.setVisible(bool(view.warning))

    def _make_choices(self, view: SettingView) -> None:
        group = QButtonGroup(self)
        for choice in view.choices:
            radio = QRadioButton("\n".join(wrap(choice.label, CHOICE_LENGTH)))  # it can't break lines by itself
            radio.setAccessibleName(f"{view.title}: {choice.label}")
            radio.setAccessibleDescription(choice.consequence)
            group.addButton(radio)
            radio.clicked.connect(lambda _checked=False, value=choice.value: self._save(value))
            self.radios[choice.value] = radio
            self._body.addWidget(radio)
            if choice.consequence:
                consequence = QWidget()
                text = label(choice.consequence, "small", wrap=True)
                layout = column(text)
                layout.setContentsMargins(INDENT, 0, 0, GRID)
                consequence.setLayout(layout)
                self.consequences[choice.value] = consequence
                self._body.addWidget(consequence)

    def _make_switch(self, view: SettingView) -> None:
        self.title.hide()  # the box says it
        self.switch = Switch(self._desk.look, view.title)
        self.switch.setAccessibleName(view.title)
        self.switch.setAccessibleDescription(view.help)
        self.switch.clicked.connect(lambda checked: self._save(ON if checked else OFF))
        self.look_button = button(
            "Preview",
            self._look_ahead,
            name=f"Preview: {view.title}",
            hint="A preview of the next pass with it on. Nothing is written.",
        )
        self._body.addLayout(row(self.switch, None, self.look_button))

    def _look_ahead(self) -> None:
        if self._preview is not None:
            self._preview(self.key, ON)

    def _make_list(self) -> None:
        self.list = roomy(QComboBox(), 40 * GRID)
        self.list.setAccessibleName(self.view.title)
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list.setMinimumContentsLength(12)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.list.activated.connect(lambda index: self._save(self.list.itemData(index)))
        self.load = button("Look up lists", self._look_up, name="Look up HubSpot's active lists", hint="Costs one call")
        self._body.addLayout(row(self.list, self.load))

    def _make_code(self, view: SettingView) -> None:
        self.code = QLineEdit()
        self.code.setMaxLength(3)
        self.code.setFixedWidth(8 * GRID)
        self.code.setAccessibleName(view.title)
        self.code.editingFinished.connect(lambda: self._save(self.code.text().upper()))
        self._body.addLayout(row(self.code, None))

    def _make_number(self, view: SettingView) -> None:
        self.number = QSpinBox()
        self.number.setRange(view.minimum or 0, view.maximum if view.maximum is not None else 1_000_000_000)
        self.number.setFixedWidth(14 * GRID)
        self.number.setGroupSeparatorShown(True)
        self.number.setLocale(self._desk.words.locale)
        self.number.lineEdit().setTextMargins(GRID // 2, 0, GRID // 2, 0)
        self.number.setAccessibleName(view.title)
        self.number.editingFinished.connect(lambda: self._save(str(self.number.value())))
        self._body.addLayout(row(self.number, None))

    def _make_link(self, text: str, address: str) -> None:
        self.link = button(f"+ {text}", lambda: QDesktopServices.openUrl(QUrl(address)), "quiet", hint=address)
        self._body.addLayout(row(self.link, None))

    def _look_up(self) -> None:
        self.load.setEnabled(False)
        self._desk.bridge.run(
            self._desk.engine.inclusion_lists(),
            self._looked_up,
            self._failed,
            self,
            lambda: self.load.setEnabled(True),
        )

    def _looked_up(self, lists: list[tuple[str, str]]) -> None:
        self._show_lists(lists)
        self.list.setFocus()
        self.list.showPopup()

    def _show_lists(self, lists: list[tuple[str, str]]) -> None:
        known = dict(lists)
        if self.list.count() > 1 and len(known) <= 1:  # a save told only the chosen one; keep what was looked up
            known = {self.list.itemData(i): self.list.itemText(i) for i in range(self.list.count())}
        known = {"": "All contacts", **{value: name for value, name in known.items() if value}}
        if self.view.value:
            known.setdefault(self.view.value, f"List {self.view.value}")
        self.list.clear()
        for value, name in known.items():
            self.list.addItem(name, value)
        self.list.setCurrentIndex(max(self.list.findData(self.view.value), 0))

    def _save(self, value: str) -> None:
        if value == self.view.value:
            return
        self.problem.hide()
        self._desk.bridge.run(self._desk.engine.set_setting(self.key, value), self._saved, self._failed, self)

    def _failed(self, error: CrmSyncError) -> None:
        self.problem.setText(str(error))
        self.problem.show()
        self.show_setting(self.view)
