"""The settings of one section, a card for each group of them, in the facade's order."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from crmsync_desktop.app.views import SettingView
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Card, clear
from crmsync_desktop.ui.setting_card import Preview, SettingEditor


class SettingsList(QScrollArea):
    """`section` as the facade calls it: a pair's name, "connection". `preview`: for switches."""

    def __init__(self, desk: Desk, section: str, preview: Preview | None = None) -> None:
        super().__init__()
        self._desk, self._section, self._preview = desk, section, preview
        self.editors: dict[str, SettingEditor] = {}
        self.setObjectName("canvas")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._cards = QVBoxLayout()
        self._cards.setContentsMargins(0, 0, GRID, 0)
        self._cards.setSpacing(2 * GRID)
        inside = QWidget()
        inside.setObjectName("canvas")
        inside.setLayout(self._cards)
        self.setWidget(inside)

    def refresh(self) -> None:
        section = self._section
        self._desk.bridge.refresh(f"settings {section}", lambda: self._desk.engine.settings(section), self._show, self)

    def _show(self, views: list[SettingView]) -> None:
        if [view.key for view in views] != list(self.editors):
            self._build(views)
        for view in views:
            self.editors[view.key].show_setting(view)

    def _build(self, views: list[SettingView]) -> None:
        clear(self._cards)
        self.editors = {}
        card: Card | None = None
        group = ""
        for view in views:
            if card is None or view.section != group:
                group = view.section
                card = Card(group, "eyebrow")
                card.body.setSpacing(2 * GRID)
                self._cards.addWidget(card)
            editor = SettingEditor(self._desk, view, self._show, self._preview)
            self.editors[view.key] = editor
            card.body.addWidget(editor)
        self._cards.addStretch(1)
