"""Workflow actions: what counts in a rule, when its condition came true, texts with placeholders, and the words for it all."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain import action_rules as rules
from crmsync_desktop.domain.action_occasions import Occasion, Version, matches, moment, named, occasions
from crmsync_desktop.domain.action_rules import ActionRule, Then, When
from crmsync_desktop.domain.action_templates import filled, one_line, placeholders, with_marker
from crmsync_desktop.domain.action_words import called, condition_of, deed_of, marker_of, why_it_fired
from crmsync_desktop.domain.configuration import Configuration, RowChange, difference
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.schema import Field, Kind, Option

SINCE = "2026-11-01T00:00:00Z"
VALUE = ActionRule("R", "contacts", When.VALUE, Then.TASK, property="p", values=("A",), subject="S", since=SINCE)
CHANGED = msgspec.structs.replace(VALUE, when=When.CHANGED, values=())
STAGE = ActionRule("S", "deals", When.STAGE, Then.TASK, pipeline="p1", stage="s1", subject="S", since=SINCE)
LIST = ActionRule("L", "contacts", When.LIST, Then.CAMPAIGN, list_id="7", campaign="701", since=SINCE)


def at(minute: int) -> str:
    return f"2026-11-02T10:{minute:02d}:00.123Z"


def history(*values: str | None) -> list[Version]:
    return [Version(at(minute), value) for minute, value in enumerate(values)]


def minutes(found: list[Occasion]) -> list[int]:
    return [int(each.at[14:16]) for each in found]


# rules


def test_only_what_counts_in_a_rule_is_kept() -> None:
    full = msgspec.structs.replace(
        VALUE, list_id="7", pipeline="p", stage="s", campaign="c", member_status="m", due_in_days=3, owner="record"
    )
    kept = rules.trimmed(full)
    assert (kept.list_id, kept.pipeline, kept.stage, kept.campaign, kept.member_status) == ("", "", "", "", "")
    assert (kept.property, kept.values, kept.due_in_days, kept.owner) == ("p", ("A",), 3, "record")
    assert rules.trimmed(LIST) == LIST
    assert rules.parts_of(STAGE)[:4] == ("name", "object", "when", "then")


def test_the_properties_of_a_condition_are_watched() -> None:
    assert rules.watched(VALUE) == rules.watched(CHANGED) == ("p",)
    assert rules.watched(STAGE) == ("dealstage", "pipeline")
    assert rules.watched(LIST) == ()


def test_a_rule_counts_from_when_it_was_switched_on_or_got_another_condition() -> None:
    new = rules.in_force(VALUE, None, 4, "2026-11-20T00:00:00Z")
    assert (new.number, new.since) == (4, "2026-11-20T00:00:00Z")
    edited = rules.in_force(msgspec.structs.replace(VALUE, subject="T"), new, 9, "later")
    assert (edited.number, edited.since) == (4, new.since)
    assert rules.in_force(msgspec.structs.replace(VALUE, values=("B",)), new, 9, "later").since == "later"
    off = msgspec.structs.replace(new, on=False)
    assert rules.in_force(VALUE, off, 9, "later").since == "later"
    assert rules.in_force(off, new, 9, "later").since == "later"


def test_rules_are_the_same_whatever_the_product_keeps_beside() -> None:
    assert rules.same_rule(VALUE, msgspec.structs.replace(VALUE, number=3, since="x", called={"A": "b"}))
    assert not rules.same_rule(VALUE, msgspec.structs.replace(VALUE, limit=3))


def test_a_rule_is_found_by_its_name_before_its_number() -> None:
    both = [msgspec.structs.replace(VALUE, number=1), msgspec.structs.replace(LIST, number=2)]
    assert rules.named(both, " r ") == both[0]
    assert rules.named(both, "2") == both[1]
    assert rules.named(both, "3") is None


# occasions


def test_each_time_that_a_value_is_taken_counts_however_often_it_goes() -> None:
    assert minutes(occasions(VALUE, {"p": history("x", "A", "x", "a", "x")}, Kind.TEXT)) == [1, 3]


def test_order_and_repetition_of_a_history_do_not_matter() -> None:
    versions = history("x", "A", "A", "x", "A")
    assert minutes(occasions(VALUE, {"p": list(reversed(versions))}, Kind.TEXT)) == [1, 4]


def test_going_from_one_wanted_value_to_another_is_no_new_occasion() -> None:
    either = msgspec.structs.replace(VALUE, values=("A", "B"))
    assert minutes(occasions(either, {"p": history("A", "B", "x", "B")}, Kind.TEXT)) == [0, 3]


def test_what_was_so_before_the_rule_was_on_does_not_count() -> None:
    late = msgspec.structs.replace(VALUE, since=at(2))
    assert minutes(occasions(late, {"p": history("A", "x", "A")}, Kind.TEXT)) == [2]
    assert occasions(VALUE, {}, Kind.TEXT) == []


def test_any_new_value_but_a_blank_one_counts_for_a_change() -> None:
    assert minutes(occasions(CHANGED, {"p": history(None, "a", "a", "b", "", "b")}, Kind.TEXT)) == [1, 3, 5]


def test_a_stage_counts_in_its_own_pipeline_alone() -> None:
    stages = {"dealstage": history("s0", "s1", "s0", "s1"), "pipeline": [Version(at(0), "p1"), Version(at(2), "p2")]}
    assert minutes(occasions(STAGE, stages, Kind.PICKLIST)) == [1]
    assert occasions(STAGE, {"dealstage": history("s1")}, Kind.PICKLIST) == []


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        (Kind.TEXT, "a", True),
        (Kind.PICKLIST, "a", False),
        (Kind.PICKLIST, "A", True),
        (Kind.MULTIPICKLIST, "A;B", True),
        (Kind.MULTIPICKLIST, "AB", False),
        (Kind.TEXT, None, False),
    ],
)
def test_values_match_as_their_kind_compares(kind: Kind, value: str | None, fits: bool) -> None:
    assert matches(VALUE, value, kind) is fits


def test_an_occasion_is_named_by_its_moment_however_it_is_written() -> None:
    assert named("2026-11-02T10:00:00Z") == named("2026-11-02T11:00:00.000+01:00") == "2026-11-02T10:00:00.000Z"
    assert moment("2026-11-02T10:00:00") == moment("2026-11-02T10:00:00Z")
    assert moment("yesterday") == 0.0


@given(st.lists(st.sampled_from(["A", "x", None]), max_size=20))
def test_an_occasion_is_a_change_to_true(values: list[str | None]) -> None:
    found = minutes(occasions(VALUE, {"p": history(*values)}, Kind.PICKLIST))
    assert found == [i for i, v in enumerate(values) if v == "A" and (i == 0 or values[i - 1] != "A")]


# texts


def test_placeholders_are_filled_and_doubled_braces_are_braces() -> None:
    text = "Call {firstname} {lastname} {{at}} {record.url}, {firstname}"
    assert placeholders(text) == ("firstname", "lastname", "record.url")
    assert filled(text, {"firstname": "Ada", "record.url": "U"}) == "Call Ada  {at} U, Ada"


@pytest.mark.parametrize(
    "text", ["{", "}", "{a", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{record.secret}", "{A}"]
)
def test_what_is_no_placeholder_is_refused(text: str) -> None:
    with pytest.raises(SetupError, match=r"brace|placeholder"):
        placeholders(text)


@given(st.text())
def test_a_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    try:
        filled(text, {})
    except SetupError:
        assert "{" in text or "}" in text


def test_a_subject_is_one_line_of_bearable_length() -> None:
    assert one_line(" a\n b ") == "a b"
    assert one_line("a" * 256) == "a" * 254 + "…"


def test_the_marker_is_the_last_line_however_long_the_text() -> None:
    assert with_marker(" ", "mark") == "mark"
    assert with_marker("text ", "mark") == "text\n\nmark"
    assert with_marker("a" * 100, "mark", 20) == "a" * 13 + "…\n\nmark"
    assert len(with_marker("a" * 100, "mark", 20)) == 20


# words


def test_values_are_called_as_people_know_them() -> None:
    options = (Option("a", "Apple"), Option("b", "Pear"))
    assert called(Field("p", "P", Kind.PICKLIST, "", options=options), "a", {}) == "Apple"
    assert called(Field("p", "P", Kind.MULTIPICKLIST, "", options=options), "a;c", {}) == "Apple, c"
    assert called(Field("p", "P", Kind.OWNER, ""), "9", {"9": "Ada"}) == "Ada"
    assert called(None, "x", {}) == "x"
    assert called(None, None, {}) == called(None, False, {}) == ""


@pytest.mark.parametrize(
    ("rule", "words", "reason"),
    [
        (VALUE, "“Job” of a contact becomes “Apple”", "Contact “Ada”: “Job” became “V” on 2026-11-02 at 10:00 UTC."),
        (CHANGED, "“Job” of a contact takes another value", "“Job” became “V”"),
        (STAGE, "a contact reaches “s1” of “p1”", "Contact “Ada” reached “s1” on"),
        (LIST, "a contact joins the list “7”", "Contact “Ada” joined the list “7” on"),
    ],
)
def test_a_rule_and_its_firing_are_told_in_a_sentence(rule: ActionRule, words: str, reason: str) -> None:
    known = msgspec.structs.replace(rule, called={"p": "Job", "A": "Apple"})
    assert condition_of(known, "contact") == words
    assert reason in why_it_fired(known, "contact", "Ada", Occasion(named(at(0))), "V")


def test_what_a_rule_does_is_told_in_half_a_sentence() -> None:
    assert deed_of(VALUE) == "create the Salesforce task “S”"
    full = msgspec.structs.replace(VALUE, owner="a@b.example", due_in_days=3)
    assert deed_of(full) == "create the Salesforce task “S”, for a@b.example, due in 3 days"
    assert "the owner of the record" in deed_of(msgspec.structs.replace(VALUE, owner="record"))
    assert deed_of(LIST) == "put its counterpart into the campaign “701”"
    status = msgspec.structs.replace(LIST, member_status="Came", called={"701": "Fair"})
    assert deed_of(status) == "put its counterpart into the campaign “Fair”, with the status “Came”"
    assert marker_of(VALUE, 17) == "Made by CRMSync Desktop, rule “R” (17)."


# differences of two configurations


def test_rules_that_are_new_gone_or_changed_are_told_part_by_part() -> None:
    known = msgspec.structs.replace(VALUE, called={"p": "Job", "A": "Apple", "B": "Pear"})
    changed = msgspec.structs.replace(known, name="r", values=("B",), due_in_days=2, on=False, number=7, since="x")
    before, after = Configuration({}, {}, actions=(known, LIST)), Configuration({}, {}, actions=(changed, STAGE))
    assert difference(before, after) == (
        RowChange("action", "r.name", "R", "r"),
        RowChange("action", "r.values", "Apple", "Pear"),
        RowChange("action", "r.due_in_days", "", "2"),
        RowChange("action", "r.on", "on", "off"),
        RowChange("action", "S", "", "when a deal reaches “s1” of “p1”, create the Salesforce task “S”"),
        RowChange("action", "L", "when a contact joins the list “7”, put its counterpart into the campaign “701”", ""),
    )
    assert difference(before, before) == ()
    other = msgspec.structs.replace(VALUE, object="2-17", on=False)
    (told,) = difference(Configuration({}, {}), Configuration({}, {}, actions=(other,)))
    assert isinstance(told, RowChange)
    assert told.new.startswith("(off) when “p” of a record becomes")
