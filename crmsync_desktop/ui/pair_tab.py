"""A pair's tab, fed by its settings and mappings: the same component for every pair (O1)."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QSplitter

from crmsync_desktop.app.views import Changed, Event, StatusView
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.mappings_panel import MappingsPanel
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import column, label, row
from crmsync_desktop.ui.setting_card import Preview
from crmsync_desktop.ui.settings_list import SettingsList
from crmsync_desktop.ui.tab import Tab

SETTINGS_WIDTH = 48 * GRID


@dataclass(frozen=True)
class PairWords:
    """`name` as the facade calls the pair; `objects` of Salesforce and the one of HubSpot that it joins."""

    name: str
    title: str
    note: str
    objects: tuple[str, ...]
    hubspot: str


PAIR_TABS = {
    "Contacts": PairWords(
        "contacts", "Contact, Lead ⇄ contact", "Contacts always sync", ("Contact", "Lead"), "contacts"
    ),
    "Companies": PairWords("companies", "Account ⇄ company", "", ("Account",), "companies"),
    "Deals": PairWords("deals", "Opportunity ⇄ deal", "", ("Opportunity",), "deals"),
    "Tickets": PairWords("tickets", "Case ⇄ ticket", "", ("Case",), "tickets"),
}
"""By the tab's name. Without a note, the pair has a switch."""


class PairTab(Tab):
    def __init__(self, desk: Desk, pair: PairWords, settings: QSettings, preview: Preview) -> None:
        super().__init__(desk)
        self._pair = pair
        self.title = label(pair.title, "headline")
        self.note = label(pair.note, "chip")
        self.facts = label("", "muted")
        self.settings = SettingsList(desk, pair.name, preview)
        self.mappings = MappingsPanel(desk, pair.name, pair.hubspot, pair.objects, settings)
        self.split = QSplitter()
        self.split.setHandleWidth(2 * GRID)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.settings)
        self.split.addWidget(self.mappings)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([SETTINGS_WIDTH, 2 * SETTINGS_WIDTH])
        place = settings.value(f"{pair.name}/split")
        if place is not None:
            self.split.restoreState(place)
        self.split.splitterMoved.connect(lambda *_: settings.setValue(f"{pair.name}/split", self.split.saveState()))
        whole = column(row(self.title, self.note, self.facts, None, gap=12), self.split, gap=2 * GRID)
        whole.setStretch(1, 1)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        self.setLayout(whole)

    def refresh(self) -> None:
        self.settings.refresh()
        self.mappings.refresh()

    def show_status(self, status: StatusView) -> None:
        words = self.desk.words
        if not self._pair.note:
            self.note.setText("On" if self._pair.name in status.links else "Off")
        parts = [f"{words.number(status.links.get(self._pair.name, 0))} linked"]
        if status.last_pass is not None and status.last_pass.finished_at:
            parts.append(f"last pass {words.ago(status.last_pass.finished_at)}")
        self.facts.setText(" · ".join(parts))

    def hear(self, event: Event) -> None:
        if isinstance(event, Changed):
            if "settings" in event.kinds:
                self.refresh()
            elif "mappings" in event.kinds:
                self.mappings.refresh()

    def escape(self) -> bool:
        return self.mappings.escape()
