"""Bodies: rich text in HubSpot, plain text in Salesforce (A1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.bodies import CUT_OFF, EDITED_WHERE_CUT, Body, Line, cut
from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CALLS, CONTACTS, Mapping, Pair, Rule
from crmsync_desktop.domain.planner import NOTICES, Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import OnConflict

READ_AT = "2026-03-01T00:00:00Z"
OLD, NEW = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"
LIMIT = 100
BODY = Body(0, LIMIT)
LONG = f"<p>{'word ' * 40}</p>"
SHORTENED = f"{'word ' * 11}".strip() + f"\n{CUT_OFF}"


def schemas(pair: Pair, kind: Kind = Kind.LONG_TEXT, length: int | None = LIMIT) -> dict[str, Schema]:
    ours = Field("Text", "Text", kind, "textarea", length=length)
    theirs = Field("html", "HTML", Kind.HTML, "html", length=65_536)
    return {
        pair.hubspot: Schema(Side.HUBSPOT, pair.hubspot, pair.noun, {"html": theirs}, READ_AT),
        pair.salesforce[0]: Schema(Side.SALESFORCE, pair.salesforce[0], pair.noun, {"Text": ours}, READ_AT),
    }


def layout(rule: Rule = Rule.TWO_WAY, pair: Pair = CALLS, **more: object) -> Layout:
    mapping = Mapping("html", {pair.salesforce[0]: "Text"}, rule)
    found = resolve(pair, [mapping], schemas(pair, **more))  # type: ignore[arg-type]
    assert not found.problems
    return found


def plan(s: Cell, h: Cell, bs: Cell, bh: Cell, rule: Rule = Rule.TWO_WAY, of: Layout | None = None) -> LinkPlan:
    mapped = of or layout(rule)
    return plan_link(
        mapped, Look("Task.Call", OLD, [s], [bs]), Look("calls", NEW, [h], [bh]), Doors(), OnConflict.NEWEST
    )


def test_a_plain_text_agrees_with_the_rich_text_that_reads_the_same() -> None:
    assert BODY.agrees(["Hello you"], ["<p>Hello <b>you</b></p>"])
    assert BODY.agrees([None], ["<p><br></p>"])
    assert BODY.agrees([None], [None])
    assert not BODY.agrees(["Hello"], [None])
    assert BODY.to_hubspot("Hello you", (), ["<p>Hello <b>you</b></p>"]) == "<p>Hello <b>you</b></p>"
    assert BODY.to_salesforce("<p>a b</p>", (), ["a  b"]) == "a  b"


def test_each_side_gets_its_own_form_of_what_was_edited_on_the_other() -> None:
    assert BODY.to_salesforce("<p>one</p><p>two</p>", (), ["old"]) == "one\n\ntwo"
    assert BODY.to_hubspot("one\n\n<two>", (), ["<p>old</p>"]) == "<p>one</p><p>&lt;two&gt;</p>"
    assert BODY.to_salesforce("<p></p>", (), ["old"]) is None
    assert BODY.to_hubspot("", (), ["<p>old</p>"]) is None
    assert BODY.to_hubspot("", ()) is None
    assert not BODY.waits


def test_a_text_that_is_too_long_is_cut_off_between_words_and_says_so() -> None:
    assert BODY.to_salesforce(LONG, ()) == SHORTENED
    assert BODY.agrees([SHORTENED], [LONG])
    assert BODY.to_hubspot(SHORTENED, (), [LONG]) == LONG
    assert cut("x" * 200, LIMIT) == "x" * 58 + f"\n{CUT_OFF}"
    assert cut("a" * 57 + " " + "b" * 100, LIMIT) == "a" * 57 + f"\n{CUT_OFF}"
    assert cut("a" * 58 + " " + "b" * 100, LIMIT) == "a" * 58 + f"\n{CUT_OFF}"
    assert cut("x" * LIMIT, LIMIT) == "x" * LIMIT


@given(st.text(max_size=300))
def test_a_text_that_is_cut_off_has_room_as_salesforce_counts(text: str) -> None:
    assert len(cut(text, LIMIT).encode("utf-16-le", "surrogatepass")) <= 2 * LIMIT


def test_a_text_that_was_cut_off_never_takes_the_place_of_the_whole() -> None:
    edited = plan(f"edited\n{CUT_OFF}", LONG, SHORTENED, LONG)
    assert (edited.to_hubspot, edited.to_salesforce) == ([], [])
    [(side, fault)] = edited.faults
    assert (side, fault.category, fault.code) == (Side.HUBSPOT, Category.PROPERTY_VALUES, EDITED_WHERE_CUT)
    assert fault.fields == ("html",)
    assert fault.code in NOTICES
    without_mark = plan("edited", LONG, SHORTENED, LONG)
    assert (without_mark.to_hubspot, len(without_mark.faults)) == ([], 1)
    settled = plan("edited", LONG, "edited", LONG)
    assert (settled.to_hubspot, settled.to_salesforce, settled.faults) == ([], [], [])


def test_an_edit_of_the_whole_text_comes_to_the_one_that_was_cut_off() -> None:
    shorter = plan(SHORTENED, "<p>short now</p>", SHORTENED, LONG)
    assert [change.new for change in shorter.to_salesforce] == ["short now"]
    beyond_the_cut = plan(SHORTENED, LONG.replace("</p>", "more</p>"), SHORTENED, LONG)
    assert (beyond_the_cut.to_salesforce, beyond_the_cut.to_hubspot, beyond_the_cut.rebased) == ([], [], True)


def test_a_cleared_text_is_cleared_on_the_other_side_too() -> None:
    assert [change.new for change in plan(None, LONG, SHORTENED, LONG).to_hubspot] == [None]
    assert [change.new for change in plan("a", "<p></p>", "a", "<p>a</p>").to_salesforce] == [None]


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.DONT_SYNC])
def test_rich_text_is_not_written_again_while_salesforce_holds_what_it_reads_as(rule: Rule) -> None:
    bases: tuple[tuple[Cell, Cell], ...] = ((UNSEEN, UNSEEN), ("a", "<p>a</p>"), ("one\ntwo", "<p>x</p>"))
    for bs, bh in bases:
        found = plan(
            "one\ntwo", "<div><p style='margin:0'>one</p><p style='margin:0'><b>two</b></p></div>", bs, bh, rule
        )
        assert (found.to_salesforce, found.to_hubspot, found.faults) == ([], [], [])


def test_a_new_record_gets_the_text_in_its_own_form() -> None:
    known = schemas(CALLS)
    there = plan_create(layout(), Side.SALESFORCE, ["a <b>\nc"], known["calls"], "Task.Call")
    assert [change.new for change in there.changes] == ["<p>a &lt;b&gt;<br>c</p>"]
    here = plan_create(layout(), Side.HUBSPOT, [LONG], known["Task.Call"], "calls")
    assert ([change.new for change in here.changes], here.faults) == ([SHORTENED], [])


def test_records_that_are_no_activities_refuse_what_is_too_long() -> None:
    contact = layout(pair=CONTACTS)
    made = plan_create(contact, Side.HUBSPOT, [LONG], schemas(CONTACTS)["Contact"], "contacts")
    assert [fault.code for fault in made.faults] == ["STRING_TOO_LONG"]
    assert contact.columns[0].translation == Body(0, None)


def test_rich_text_on_both_sides_and_text_without_a_length_are_left_as_they_are() -> None:
    assert layout(kind=Kind.HTML).columns[0].translation is None
    assert layout(length=None).columns[0].translation == Body(0, None)


@pytest.mark.parametrize("rule", [Rule.PREFER_SALESFORCE, Rule.TWO_WAY, Rule.PREFER_HUBSPOT])
@pytest.mark.parametrize("edited", [LONG.replace("word", "other"), "<p>short</p>"])
def test_hubspots_edit_of_a_text_that_was_cut_off_travels_whatever_the_rule(rule: Rule, edited: str) -> None:
    told = plan(SHORTENED, edited, SHORTENED, LONG, rule)
    assert [change.new for change in told.to_salesforce] == [BODY.to_salesforce(edited, ())]
    assert not told.to_hubspot
    assert not told.faults


def test_salesforces_own_is_never_written_although_it_was_cut_off_once() -> None:
    told = plan(SHORTENED, "<p>short</p>", SHORTENED, LONG, Rule.ALWAYS_SALESFORCE)
    assert not told.to_salesforce
    assert not told.to_hubspot


# subjects

SUBJECT = Line(0, 10)


def test_a_subject_that_fits_is_the_same_on_both_sides() -> None:
    assert SUBJECT.to_salesforce("0123456789", ()) == "0123456789"
    assert SUBJECT.to_hubspot("short", (), ["old"]) == "short"
    assert SUBJECT.to_hubspot("", (), ["old"]) is None
    assert SUBJECT.to_salesforce("", (), ["old"]) is None
    assert SUBJECT.agrees(["one"], ["one"])
    assert SUBJECT.agrees([None], [None])
    assert not SUBJECT.agrees(["one"], [None])
    assert not SUBJECT.waits


def test_a_subject_that_is_too_long_is_cut_off_and_what_is_left_never_comes_back() -> None:
    long = "0123456789abc"
    assert SUBJECT.to_salesforce(long, ()) == "012345678…"
    assert SUBJECT.agrees(["012345678…"], [long])
    assert SUBJECT.to_hubspot("012345678…", (), [long]) == long
    assert SUBJECT.to_hubspot("012345678…", (), ["short"]) is UNSEEN
    assert SUBJECT.to_hubspot("edited", (), [long]) is UNSEEN
    assert SUBJECT.fault(Side.HUBSPOT, "edited", ()).code == EDITED_WHERE_CUT


def test_a_subject_is_cut_off_between_characters_as_salesforce_counts_them() -> None:
    assert SUBJECT.to_salesforce("😀" * 6, ()) == "😀" * 4 + "…"
    assert SUBJECT.to_hubspot("😀" * 4 + "…", (), ["short"]) is UNSEEN


@pytest.mark.parametrize(
    ("kind", "native", "cut_off"),
    [(Kind.TEXT, "string", True), (Kind.PICKLIST, "combobox", True), (Kind.PICKLIST, "picklist", False)],
)
def test_subjects_and_other_plain_texts_of_activities_are_cut_off(kind: Kind, native: str, cut_off: bool) -> None:
    schemas = {
        "calls": Schema(
            Side.HUBSPOT, "calls", "call", {"t": Field("t", "T", Kind.TEXT, "text", length=65_536)}, READ_AT
        ),
        "Task.Call": Schema(
            Side.SALESFORCE, "Task.Call", "call", {"Subject": Field("Subject", "S", kind, native, length=255)}, READ_AT
        ),
    }
    found = resolve(CALLS, [Mapping("t", {"Task.Call": "Subject"}, Rule.TWO_WAY)], schemas)
    assert isinstance(found.columns[0].translation, Line) is cut_off
