"""The bottom of the frame: state, pairs, the last pass and the next, and the progress of a running one (S6)."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QProgressBar

from crmsync_desktop.app.views import PassView, ProgressView, StatusView
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import Glyph, label, row
from crmsync_desktop.ui.sync_status_tab import TONES

PHASES = {
    "reading": "Reading",
    "matching": "Matching",
    "planning": "Working out changes",
    "writing": "Writing",
    "settling": "Settling",
}


class StatusLine(QFrame):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("status")
        self.setFixedHeight(5 * GRID)
        self._desk = desk
        self._status: StatusView | None = None
        self.glyph = Glyph(desk.look, "loader-circle")
        self.state = label("Starting the sync engine…", "strong")
        self.facts = label("", "muted")
        self.progress_text = label("", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(24 * GRID)
        self.progress.setAccessibleName("Progress of the pass")
        layout = row(self.glyph, self.state, self.facts, None, self.progress_text, self.progress)
        layout.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
        self.setLayout(layout)
        self.show_progress(None)

    def say(self, text: str, tone: str) -> None:
        """A state that no status tells: starting, engine gone."""
        self._status = None
        self.state.setText(text)
        self.glyph.show_icon(*TONES[tone])
        self.facts.setText("")
        self.show_progress(None)

    def show_status(self, status: StatusView) -> None:
        self._status = status
        self.state.setText(status.headline)
        self.glyph.show_icon(*TONES[status.tone])
        self.show_progress(status.running)
        self.tick()

    def tick(self) -> None:
        """Once a second: what tells the time."""
        status, words = self._status, self._desk.words
        if status is None:
            return
        parts = [words.count(sum(status.links.values()), "pair")]
        if status.last_pass is not None:
            parts.append(self._last(status.last_pass))
            self.facts.setToolTip(words.exact(status.last_pass.started_at))
        if status.next_pass_at and not status.paused and status.running is None:
            parts.append(f"next in {words.until(status.next_pass_at)}".replace("in now", "now"))
        self.facts.setText("· " + " · ".join(parts))

    def show_progress(self, progress: ProgressView | None) -> None:
        visible = progress is not None
        self.progress.setVisible(visible)
        self.progress_text.setVisible(visible)
        if progress is None:
            return
        self.progress.setRange(0, progress.total)
        self.progress.setValue(min(progress.done, progress.total))
        self.progress_text.setText(self._progress_words(progress))

    def _progress_words(self, progress: ProgressView) -> str:
        words = self._desk.words
        phase = PHASES.get(progress.phase, progress.phase)
        parts = [f"{phase} (preview)" if progress.preview else phase]
        if progress.detail:
            parts[0] += f" {progress.detail}"
        done = words.number(progress.done)
        parts.append(f"{done} of {words.number(progress.total)}" if progress.total else done)
        if progress.rate >= 1:
            parts.append(f"{words.number(round(progress.rate))}/s")
        if progress.seconds_left is not None:
            parts.append(f"{words.duration(progress.seconds_left)} left")
        return " · ".join(parts)

    def _last(self, last: PassView) -> str:
        words = self._desk.words
        said = f"last pass {words.moment(last.started_at)}"
        if last.finished_at:
            said += f" took {words.between(last.started_at, last.finished_at)}"
        calls = (last.calls.get("salesforce", 0), last.calls.get("hubspot", 0))
        return f"{said}, {words.number(calls[0])} + {words.number(calls[1])} calls"
