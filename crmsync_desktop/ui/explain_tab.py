"""Tabs of what has no screen of its own: they say plainly what it does and how to reach it, and pretend nothing."""

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
        "Custom object sync, importing Salesforce records, activity sync and workflow actions are switched on from a "
        "terminal: crmsync-desktop objects, import, activities and actions, each with --help.",
    ),
    "Activities": Explanation(
        "calendar",
        "Calls, e-mails, meetings, notes and tasks",
        "HubSpot engagements become Salesforce tasks, each kind with a switch of its own, and tasks travel both ways. "
        "See and switch them in a terminal: crmsync-desktop activities list, and pairs on calls.",
    ),
    "Custom objects": Explanation(
        "box",
        "Salesforce custom objects → HubSpot",
        "Any Salesforce custom object is synced into a HubSpot custom object, associated with the records that its "
        "lookups point at. Choose them in a terminal: crmsync-desktop objects list.",
    ),
    "Conflicts": Explanation(
        "git-compare-arrows",
        "Edits made on both sides at once",
        "When both systems edit the same two-way field between two passes, the newest edit wins and what lost stands in "
        "the history of the pass. Fields held for review are settled in a terminal: crmsync-desktop conflicts.",
    ),
}


class ExplainTab(Tab):
    def __init__(self, desk: Desk, explanation: Explanation) -> None:
        super().__init__(desk)
        self.state = EmptyState(desk.look, explanation.icon, explanation.title, explanation.text)
        self.setLayout(column(self.state))
