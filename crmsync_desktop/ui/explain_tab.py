"""Tabs of what this version doesn't do yet: they say plainly what comes there, and pretend nothing."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.parts import EmptyState, column
from crmsync_desktop.ui.tab import Tab


@dataclass(frozen=True)
class Explanation:
    icon: str
    title: str
    text: str


EXPLANATIONS = {
    "Feature discovery": Explanation(
        "sparkles",
        "What can be switched on",
        "Custom object sync, importing Salesforce records, activity sync and workflow actions will be shown here, each "
        "with what it does, whether it is on, and what it would cost in calls.",
    ),
    "Activities": Explanation(
        "calendar",
        "Calls, e-mails, meetings, notes and tasks",
        "HubSpot engagements will become Salesforce tasks here, each kind with a switch of its own, and tasks will "
        "travel both ways. No activity is read or written in this version.",
    ),
    "Custom objects": Explanation(
        "box",
        "Salesforce custom objects → HubSpot",
        "Any Salesforce custom object will be synced into a HubSpot custom object here, associated with the records "
        "that its lookups point at. This version doesn't sync them.",
    ),
    "Conflicts": Explanation(
        "git-compare-arrows",
        "Edits made on both sides at once",
        "When both systems edit the same two-way field between two passes, the newest edit wins and what lost stands in "
        "the history of the pass. Fields held for review will be settled here, one by one or by rule.",
    ),
}


class ExplainTab(Tab):
    def __init__(self, desk: Desk, explanation: Explanation) -> None:
        super().__init__(desk)
        self.state = EmptyState(desk.look, explanation.icon, explanation.title, explanation.text)
        self.setLayout(column(self.state))
