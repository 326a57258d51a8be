"""What takes more than a cell: a new record, a merge, a lead's conversion. Each says what will happen, and its button is
the verb; what the org refuses is said in the form, and everything written stays."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QPushButton, QRadioButton, QScrollArea, QWidget

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ports.practice import PracticeRecord, PracticeType
from crmsync_desktop.ui.desk import Desk
from crmsync_desktop.ui.palette import GRID
from crmsync_desktop.ui.parts import breakable, button, clear, close_button, column, label, row
from crmsync_desktop.ui.practice_inputs import Input, make_input, set_text, text_of
from crmsync_desktop.ui.practice_model import tip
from crmsync_desktop.ui.practice_words import SYSTEMS, many_of, one_of, refused_words, short, title_of


class Form(QWidget):
    """A head, a body that scrolls, and a foot of two buttons. `close_panel` and `act` are set by the pane."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.close_panel: Callable[[], None] = lambda: None
        self.act: Callable[[], None] = lambda: None
        self.title = label(name, "strong")
        self.said = label("", "muted", wrap=True)
        self.problem = label("", wrap=True, tone="bad")
        self.problem.hide()
        self.body = QGridLayout()
        self.body.setContentsMargins(12, 0, 12, 0)
        self.body.setHorizontalSpacing(2 * GRID)
        self.body.setVerticalSpacing(GRID)
        self.go: QPushButton = button(name, lambda: self.act(), "primary")
        cancel = button("Cancel", lambda: self.close_panel())
        head = row(self.title, None, close_button(desk.look, lambda: self.close_panel(), f"Close: {name}"))
        head.setContentsMargins(12, GRID, GRID, 0)
        inner = QWidget()
        filled = column(self.said, self.body, None, gap=12)
        filled.setContentsMargins(0, 0, 0, GRID)
        self.said.setContentsMargins(12, 0, 12, 0)
        inner.setLayout(filled)
        scrolled = QScrollArea()
        scrolled.setWidgetResizable(True)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scrolled.setWidget(inner)
        inner.setAutoFillBackground(False)
        scrolled.viewport().setAutoFillBackground(False)
        foot = column(self.problem, row(None, cancel, self.go), gap=GRID)
        foot.setContentsMargins(12, 0, 12, 12)
        whole = column(head, scrolled, foot, gap=GRID)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self.setAccessibleName(name)

    def refuse(self, why: str) -> None:
        self.problem.setText(breakable(why))
        self.problem.setToolTip("")
        self.problem.setVisible(bool(why))
        self.set_busy(False)

    def refused(self, error: CrmSyncError) -> None:
        """The org's own sentence; its code under the pointer."""
        why, code = refused_words(error)
        self.refuse(why)
        self.problem.setToolTip(tip(code, Qt.ItemDataRole.ToolTipRole) or "")
        self.problem.setAccessibleDescription(code)

    def set_busy(self, busy: bool) -> None:
        if busy:
            self.problem.hide()
        self.go.setEnabled(not busy)

    def _start(self, title: str, verb: str, said: str) -> None:
        clear(self.body)
        self.refuse("")
        self.title.setText(title)
        self.go.setText(verb)
        self.go.setAccessibleName(verb)
        self.said.setText(said)
        self.said.setVisible(bool(said))


class NewForm(Form):
    """A record's first values. Its other fields are filled in once it is there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "New record")
        self.kind: PracticeType | None = None
        self.inputs: dict[str, Input] = {}

    def ask(self, kind: PracticeType) -> None:
        again = self.kind is not None and self.kind.name == kind.name
        kept = self.values() if again else {}
        self.kind, self.inputs = kind, {}
        self._start(f"New {one_of(kind)} in {SYSTEMS[kind.system]}", f"Create {one_of(kind)}", "")
        by_name = {field.name: field for field in kind.fields if field.editable}
        for place, field in enumerate(by_name[name] for name in kind.columns if name in by_name):
            made = make_input(field)
            set_text(made, kept.get(field.name, ""))
            name = label(field.label, "muted", wrap=True)
            name.setBuddy(made)
            self.body.addWidget(name, place, 0)
            self.body.addWidget(made, place, 1)
            self.inputs[field.name] = made
            if isinstance(made, QLineEdit):
                made.returnPressed.connect(self.go.click)
        self.body.setColumnStretch(0, 1)
        self.body.setColumnStretch(1, 2)
        for made in list(self.inputs.values())[:1]:
            made.setFocus()

    def values(self) -> dict[str, str]:
        """What has been written, blank fields left out."""
        return {name: text for name, made in self.inputs.items() if (text := text_of(made).strip())}

    def empty(self) -> None:
        for made in self.inputs.values():
            set_text(made, "")


class MergeForm(Form):
    """Which of the chosen records stays."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Merge records")
        self._desk = desk
        self.records: list[PracticeRecord] = []
        self.radios: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)

    def ask(self, kind: PracticeType, records: list[PracticeRecord]) -> None:
        self.records, self.radios = records, {}
        many = self._desk.words.number(len(records))
        end = (
            "Its id stays; its own values win, and the others' fill its blanks."
            if kind.system == "salesforce"
            else "HubSpot makes a new id for what is left."
        )
        self._start(f"Merge {many} {many_of(kind)}", "Merge", f"Which one stays? The rest are folded into it. {end}")
        group = QButtonGroup(self)
        for place, record in enumerate(records):
            radio = QRadioButton(short(title_of(record)).replace("&", "&&"))
            radio.setAccessibleName(f"Keep {title_of(record)}, {record.id}")
            radio.toggled.connect(self._chosen)
            group.addButton(radio)
            self.radios[record.id] = radio
            self.body.addWidget(radio, place, 0)
            self.body.addWidget(label(_telling(record), "muted"), place, 1)
        self._group.deleteLater()
        self._group = group
        self.radios[records[0].id].setChecked(True)
        self.radios[records[0].id].setFocus()

    @property
    def master(self) -> PracticeRecord:
        return next(record for record in self.records if self.radios[record.id].isChecked())

    def _chosen(self) -> None:
        name = next((title_of(r) for r in self.records if self.radios[r.id].isChecked()), "")
        if name:
            self.go.setText(f"Merge into {short(name, 32)}".replace("&", "&&"))
            self.go.setAccessibleName(f"Merge into {name}")


class ConvertForm(Form):
    """A Salesforce lead becomes an account and a contact."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Convert lead")
        self.lead: PracticeRecord | None = None
        self.opportunity = QLineEdit()

    def ask(self, lead: PracticeRecord) -> None:
        self.lead = lead
        self._start(
            f"Convert {short(title_of(lead))}",
            "Convert lead",
            "Salesforce makes an account and a contact of it. The lead itself can't be edited afterwards.",
        )
        self.opportunity = QLineEdit()
        self.opportunity.setPlaceholderText("None, unless it is named")
        self.opportunity.setAccessibleName("Name of an opportunity to be made too")
        self.opportunity.returnPressed.connect(self.go.click)
        self.body.addWidget(label("Opportunity", "muted"), 0, 0)
        self.body.addWidget(self.opportunity, 0, 1)
        self.body.setColumnStretch(1, 1)
        self.opportunity.setFocus()


def _telling(record: PracticeRecord) -> str:
    """What tells records of one name apart."""
    email = next((v for name, v in record.values.items() if name.lower() == "email" and v), "")
    return f"{email} · {record.id}" if email else record.id
