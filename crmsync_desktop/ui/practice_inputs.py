"""What a value is typed into: a line, or a box of choices that takes other text too, as the systems' own APIs do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from crmsync_desktop.ports.practice import PracticeField
from crmsync_desktop.ui.parts import roomy
from crmsync_desktop.ui.practice_words import options

_HINTS = {"date": "YYYY-MM-DD", "datetime": "YYYY-MM-DDThh:mm:ssZ"}
Input = QLineEdit | QComboBox


def make_input(field: PracticeField, parent: QWidget | None = None) -> Input:
    choices = options(field)
    if not choices:
        line = QLineEdit(parent)
        line.setPlaceholderText(_HINTS.get(field.kind, ""))
        line.setAccessibleName(field.label)
        return line
    box = roomy(QComboBox(parent))
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setAccessibleName(field.label)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setMaxVisibleItems(12)
    box.addItem("", "")
    for value, label in choices:
        box.addItem(label, value)
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    box.setCompleter(completer)
    line_of(box).setAccessibleName(field.label)
    return box


def line_of(box: QComboBox) -> QLineEdit:
    """The line of an editable combo box."""
    line = box.lineEdit()
    assert line is not None
    return line


def set_text(input: Input, value: str) -> None:
    """Show a value, a chosen one by its label."""
    if isinstance(input, QLineEdit):
        input.setText(value)
        return
    place = input.findData(value)
    input.setCurrentIndex(place)
    if place < 0:
        input.setEditText(value)
    line_of(input).selectAll()


def text_of(input: Input) -> str:
    """The value: that of a choice where its label was written, else the text itself."""
    if isinstance(input, QLineEdit):
        return input.text()
    text = input.currentText()
    place = input.findText(text, Qt.MatchFlag.MatchFixedString)  # whatever the case
    return str(input.itemData(place)) if place >= 0 else text
