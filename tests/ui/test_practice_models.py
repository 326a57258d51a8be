"""The tables of practice records keep Qt's rules, and hold no more than is looked at."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QAbstractItemModelTester

from crmsync_desktop.app.views import PassView, TallyView
from crmsync_desktop.ports.practice import PracticeField, PracticePage, PracticeRecord, PracticeType
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.parts import breakable
from crmsync_desktop.ui.practice_columns import filled
from crmsync_desktop.ui.practice_fields import LABEL, VALUE, FieldsFilter, FieldsModel
from crmsync_desktop.ui.practice_inputs import make_input, set_text, text_of
from crmsync_desktop.ui.practice_model import CHANGED, KEPT, PAGE, RecordsModel, Role
from crmsync_desktop.ui.practice_table import MOST_CHOSEN, RecordsTable
from crmsync_desktop.ui.practice_words import outcome, shown
from crmsync_desktop.ui.words import Words
from tests.ui.scripted import NOW

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("qapp")]
FATAL = QAbstractItemModelTester.FailureReportingMode.Warning  # a warning fails the test, and says where
WORDS = Words(QLocale("en_GB"), lambda: NOW)
EDIT = Qt.ItemDataRole.EditRole
TIP = Qt.ItemDataRole.ToolTipRole

NAME = PracticeField("LastName", "Last Name", "string", True)
SOURCE = PracticeField("LeadSource", "Lead Source", "picklist", True, (("Web", "From the web"), ("Other", "Other")))
SCORE = PracticeField("Score", "Score", "double", False)
CONTACT = PracticeType(
    "salesforce", "Contact", "Contact", "Contacts", 3, ("LastName", "LeadSource"), (SCORE, NAME, SOURCE)
)


def record(number: int, **values: str) -> PracticeRecord:
    held = {"LastName": f"Nordmann {number}", **values}
    return PracticeRecord(
        "salesforce", "Contact", f"003{number:06}", f"No. {number}", held, "sync", NOW.timestamp() - 90
    )


def page(number: int, total: int) -> PracticePage:
    rows = range(number * PAGE, min((number + 1) * PAGE, total))
    return PracticePage(total, tuple(record(row) for row in rows))


def listed(total: int = 3) -> RecordsModel:
    model = RecordsModel(WORDS)
    model.start(CONTACT)
    model.take(0, page(0, total))
    return model


def test_the_list_keeps_qts_rules_through_growing_shrinking_and_editing() -> None:
    model = RecordsModel(WORDS)
    tester = QAbstractItemModelTester(model, FATAL)
    model.start(CONTACT)
    for total in (3, 250, 120, 0, 40):
        model.spoil()
        for number in range(max(total - 1, 0) // PAGE + 1):
            model.take(number, page(number, total))
        assert model.rowCount() == total
    assert model.setData(model.index(1, 1), "Hansen")
    model.saved(record(1, LastName="Hansen"), "LastName")
    model.setData(model.index(2, 1), "")
    model.refuse("003000002", "LastName", "", "Required fields are missing")
    model.start(None)
    assert tester.model() is model


def test_of_a_million_rows_only_those_looked_at_are_held() -> None:
    model = RecordsModel(WORDS)
    model.start(CONTACT)
    model.take(0, PracticePage(1_000_000, page(0, PAGE).records))
    assert model.rowCount() == 1_000_000
    assert model.missing(0, 20) == []
    assert model.missing(499_990, 500_010) == [4_999, 5_000]
    for number in range(KEPT + 20):
        model.take(number, PracticePage(1_000_000, page(number, 1_000_000).records))
    held = [number for number in range(KEPT + 20) if model.record(number * PAGE) is not None]
    assert len(held) == KEPT
    assert held[-1] == KEPT + 19
    assert model.index(999_999, 1).data() is None
    assert not model.flags(model.index(999_999, 1)) & Qt.ItemFlag.ItemIsEditable


def test_what_was_spoiled_is_shown_until_it_is_read_again() -> None:
    model = listed()
    model.spoil()
    assert model.index(0, 1).data() == "Nordmann 0"
    assert model.missing(0, 2) == [0]
    assert model.take(0, page(0, 3))
    assert model.missing(0, 2) == []


def test_who_changed_a_record_last_is_said_by_sign_and_word_with_the_exact_time_on_hover() -> None:
    model = listed()
    index = model.index(0, CHANGED)
    assert index.data() == "Sync · 1 min ago"
    assert index.data(Role.CELL).sign == ("refresh-cw", "link")
    assert "Last changed by the sync" in index.data(TIP)
    assert "10 March 2026" in index.data(TIP)


def test_markup_in_a_record_stays_text_on_hover_too() -> None:
    model = RecordsModel(WORDS)
    model.start(CONTACT)
    model.take(0, PracticePage(1, (record(0, LastName="<b>Bold</b> & Sons"),)))
    index = model.index(0, 1)
    assert index.data() == "<b>Bold</b> & Sons"
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Sons" in index.data(TIP)
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "<b>Bold</b> & Sons"


def test_an_edit_stands_while_it_is_saved_and_stays_where_it_is_refused() -> None:
    model = listed()
    asked: list[tuple[str, str, str]] = []
    model.edited.connect(lambda found, field, text: asked.append((found.id, field, text)))
    index = model.index(0, 1)
    assert not model.setData(index, "Nordmann 0")  # nothing new
    assert model.setData(index, "N")
    assert (index.data(), index.data(Role.CELL).mark) == ("N", "saving")
    assert not model.setData(index, "again")  # not while it is being saved
    model.refuse("003000000", "LastName", "N", "too <short>")
    assert (index.data(), index.data(EDIT), index.data(Role.CELL).mark) == ("N", "N", "refused")
    assert "too &lt;short&gt;" in index.data(TIP)
    model.start(CONTACT)  # another search
    model.take(0, page(0, 3))
    assert model.index(0, 1).data() == "N"
    model.forget("003000000", "LastName")
    assert (model.index(0, 1).data(), model.index(0, 1).data(Role.CELL).mark) == ("Nordmann 0", "")
    assert asked == [("003000000", "LastName", "N")]


def test_what_lives_no_more_cannot_be_edited() -> None:
    model = RecordsModel(WORDS)
    model.start(CONTACT)
    gone = PracticeRecord("salesforce", "Contact", "003", "X", {}, "person", 0.0, "merged", "0039")
    model.take(0, PracticePage(1, (gone,)))
    assert not model.flags(model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable
    assert model.index(0, CHANGED).data() == "Person · merged"
    assert "Merged into 0039" in model.index(0, CHANGED).data(TIP)


def test_all_fields_of_a_record_are_found_by_label_name_and_value_and_only_some_can_be_edited() -> None:
    model = FieldsModel(WORDS)
    found = FieldsFilter()
    found.setSourceModel(model)
    testers = QAbstractItemModelTester(model, FATAL), QAbstractItemModelTester(found, FATAL)
    model.show_record(CONTACT, record(7, LeadSource="Web", Score="12.5"))
    assert [model.index(row, LABEL).data() for row in range(3)] == ["Last Name", "Lead Source", "Score"]
    assert [model.index(row, VALUE).data() for row in range(3)] == ["Nordmann 7", "From the web", "12.5"]
    for text, rows in (("source", 1), ("leadsource web", 1), ("nordmann", 1), ("zzz", 0), ("", 3)):
        found.search(text)
        assert found.rowCount() == rows, text
    editable = [bool(model.flags(model.index(row, VALUE)) & Qt.ItemFlag.ItemIsEditable) for row in range(3)]
    assert editable == [True, True, False]
    model.setData(model.index(0, VALUE), "Ny")
    model.refuse("003000007", "LastName", "Ny", "no")
    assert model.index(0, VALUE).data(Role.CELL).mark == "refused"
    model.show_record(CONTACT, record(7))  # a newer version: what was written stays
    assert model.index(0, VALUE).data() == "Ny"
    model.show_record(CONTACT, record(8))
    assert model.index(0, VALUE).data() == "Nordmann 8"
    model.clear()
    assert len(testers) == 2


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("date", "2026-03-10", "10/03/2026"),
        ("datetime", "2026-03-10T13:02:23.000Z", WORDS.moment(NOW.isoformat())),
        ("datetime", "2026-03-10T13:02:23.000+0000", WORDS.moment(NOW.isoformat())),
        ("currency", "1234567.50", "1,234,567.50"),
        ("number", "41207", "41,207"),
        ("number", "no number", "no number"),
        ("date", "soon", "soon"),
        ("boolean", "true", "Yes"),
        ("string", "0041", "0041"),
    ],
)
def test_values_read_as_in_this_locale_and_what_makes_no_sense_stays(kind: str, value: str, read: str) -> None:
    assert shown(PracticeField("x", "X", kind, True), value, WORDS) == read


def test_several_choices_are_shown_by_their_labels() -> None:
    assert shown(SOURCE, "Web;Phone", WORDS) == "From the web; Phone"


def test_a_choice_can_be_written_by_its_label_and_any_other_text_is_sent_as_it_is() -> None:
    box = make_input(SOURCE)
    set_text(box, "Web")
    assert (box.currentText(), text_of(box)) == ("From the web", "Web")  # type: ignore[union-attr]
    box.setEditText("from THE web")  # type: ignore[union-attr]
    assert text_of(box) == "Web"
    box.setEditText("Fax")  # type: ignore[union-attr]
    assert text_of(box) == "Fax"
    set_text(box, "")
    assert text_of(box) == ""


def test_columns_fill_the_room_they_have_and_none_is_cut_by_its_edge() -> None:
    assert filled([180, 120, 120, 160, 120], 600) == [180, 126, 126, 168, 120]
    assert sum(filled([180, 120, 120, 160, 120], 600)[:4]) == 600
    assert filled([180, 120], 1000) == [180, 820]
    assert filled([180, 120, 160], 200) == [180, 120, 160]  # the first alone fits: its width stays, the rest scroll


def test_a_pass_is_told_by_what_it_did_to_each_system() -> None:
    done = PassView(
        1,
        preview=False,
        state="done",
        reason="",
        started_at=NOW.isoformat(),
        finished_at=None,
        tallies=(
            TallyView("hubspot", "contacts", 0, 1, 2, 0, 0, 0),
            TallyView("hubspot", "companies", 0, 2, 0, 0, 0, 1),
            TallyView("salesforce", "contacts", 1, 0, 0, 0, 0, 0),
        ),
        calls={},
    )
    assert outcome(done, WORDS) == "1 created in Salesforce; 3 updated, 2 deleted in HubSpot; 1 failed"
    assert outcome(msgspec.structs.replace(done, tallies=()), WORDS) == "nothing to do"
    assert outcome(msgspec.structs.replace(done, state="stopped", message="Paused."), WORDS) == "stopped: Paused."


def test_a_long_word_may_break_and_others_stay_as_they_are() -> None:
    assert breakable("a plain sentence") == "a plain sentence"
    assert breakable("x" * 40).replace("\u200b", "") == "x" * 40
    assert "\u200b" in breakable("x" * 40)


def test_an_id_is_found_wherever_its_row_is_now() -> None:
    model = RecordsModel(WORDS)
    model.start(CONTACT)
    model.take(0, page(0, 250))
    model.take(2, page(2, 250))
    assert [model.row_of(record(n).id) for n in (0, 99, 240, 150)] == [0, 99, 240, None]
    model.take(0, PracticePage(249, page(0, 250).records[1:]))
    assert [model.row_of(record(n).id) for n in (0, 99)] == [None, 98]
    model.take(0, page(0, 120))
    assert model.row_of(record(240).id) is None


def test_more_can_be_chosen_than_is_acted_on_and_both_are_known(look: Look) -> None:
    model = RecordsModel(WORDS)
    table = RecordsTable(look, model)
    model.start(CONTACT)
    for number in range(3):
        model.take(number, page(number, 250))
    table.selectAll()
    assert (table.chosen_count(), len(table.chosen_records())) == (250, MOST_CHOSEN)
    table.deleteLater()
