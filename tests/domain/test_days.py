"""A moment on one side and a day on the other (semantics 3)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmsync_desktop.domain.days import Day, is_known
from crmsync_desktop.domain.layout import Layout, resolve, with_moments
from crmsync_desktop.domain.mapping import TASKS, Existing, Mapping, Rule
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import OnConflict
from crmsync_desktop.domain.values import stamp

READ_AT = "2026-03-01T00:00:00Z"
OLD, NEW = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"
OSLO = Day(0, "Europe/Oslo", Side.HUBSPOT)
NEW_YORK = Day(0, "America/New_York", Side.HUBSPOT)
ZONES = ("Europe/Oslo", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo")


def layout(
    zone: str = "America/New_York",
    rule: Rule = Rule.TWO_WAY,
    existing: Existing = Existing.TRAVEL,
    swapped: bool = False,
) -> Layout:
    kinds = (Kind.DATE, Kind.DATETIME) if swapped else (Kind.DATETIME, Kind.DATE)
    due, day = Field("due", "Due", kinds[0], "x"), Field("Day", "Day", kinds[1], "x")
    schemas = {
        "tasks": Schema(Side.HUBSPOT, "tasks", "task", {"due": due}, READ_AT),
        "Task": Schema(Side.SALESFORCE, "Task", "Task", {"Day": day}, READ_AT),
    }
    return resolve(TASKS, [Mapping("due", {"Task": "Day"}, rule, existing=existing)], schemas, zone=zone)


def plan(s: Cell, h: Cell, bs: Cell, bh: Cell, of: Layout | None = None) -> LinkPlan:
    mapped = of or layout()
    return plan_link(mapped, Look("Task", OLD, [s], [bs]), Look("tasks", NEW, [h], [bh]), Doors(), OnConflict.NEWEST)


def test_a_moment_falls_on_a_day_of_the_accounts_zone() -> None:
    assert OSLO.to_salesforce("2026-03-01T23:30:00Z", ()) == "2026-03-02"
    assert NEW_YORK.to_salesforce("2026-03-01T03:00:00Z", ()) == "2026-02-28"
    assert OSLO.agrees(["2026-03-02"], ["2026-03-01T23:30:00Z"])
    assert not OSLO.agrees(["2026-03-01"], ["2026-03-01T23:30:00Z"])
    assert not OSLO.waits


def test_a_new_day_is_midnight_there_and_another_day_keeps_the_time() -> None:
    assert OSLO.to_hubspot("2026-07-01", ()) == "2026-06-30T22:00:00Z"
    assert OSLO.to_hubspot("2026-07-02", (), ["2026-03-01T07:30:00Z"]) == "2026-07-02T06:30:00Z"
    assert OSLO.to_hubspot("2026-03-01", (), ["2026-03-01T07:30:00Z"]) == "2026-03-01T07:30:00Z"
    assert OSLO.to_hubspot("2026-03-01", (), [None]) == "2026-02-28T23:00:00Z"
    assert OSLO.to_hubspot("2026-03-01", (), ["no moment"]) == "2026-02-28T23:00:00Z"


def test_a_time_that_the_clocks_leave_out_is_as_much_later_on_the_same_day() -> None:
    assert OSLO.to_hubspot("2026-03-29", (), ["2026-03-01T01:30:00Z"]) == "2026-03-29T01:30:00Z"
    cairo = Day(0, "Africa/Cairo", Side.HUBSPOT)
    midnight = cairo.to_hubspot("2026-04-24", ())
    assert midnight == "2026-04-23T22:00:00Z"
    assert cairo.to_salesforce(str(midnight), ()) == "2026-04-24"


def test_the_sides_may_be_the_other_way_round() -> None:
    [column] = layout("Europe/Oslo", swapped=True).columns
    assert column.as_hubspot("2026-03-01T23:30:00Z") == "2026-03-02"
    assert column.as_salesforce("2026-03-02") == "2026-03-01T23:00:00Z"
    assert column.translation.agrees(["2026-03-01T23:30:00Z"], ["2026-03-02"])


def test_blanks_are_blank_on_both_sides() -> None:
    assert (OSLO.to_hubspot("", ()), OSLO.to_salesforce("", (), ["2026-03-01"])) == (None, None)
    assert OSLO.agrees([None], [None])
    assert not OSLO.agrees(["2026-03-01"], [None])
    assert not OSLO.agrees([None], ["2026-03-01T23:30:00Z"])


def test_what_is_no_date_is_left_for_the_other_system_to_refuse() -> None:
    assert OSLO.to_salesforce("soon", ()) == "soon"
    assert OSLO.to_hubspot("soon", ()) == "soon"
    assert not OSLO.since("soon", READ_AT).agrees(["soon"], [READ_AT])
    assert OSLO.to_salesforce("9999-12-31T23:59:59Z", ()) == "9999-12-31T23:59:59Z"
    with pytest.raises(AssertionError):
        OSLO.fault(Side.HUBSPOT, "soon", ())


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 4_000_000_000), st.sampled_from(ZONES))
@example(date(2026, 3, 29), 1_767_227_400, "Europe/Oslo")
def test_a_day_comes_back_from_the_moment_that_it_became(day: date, now: int, zone: str) -> None:
    read = Day(0, zone, Side.HUBSPOT)
    for target in ([], [stamp(now)]):
        moment = read.to_hubspot(day.isoformat(), (), target)
        assert read.to_salesforce(str(moment), ()) == day.isoformat()
        assert read.agrees([day.isoformat()], [moment])


def test_a_day_that_its_zone_left_out_does_not_bounce() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    of = layout("Pacific/Apia")
    wanted = plan("2011-12-30", "2011-12-28T20:00:00Z", "2011-12-28", "2011-12-28T20:00:00Z", of)
    moment = wanted.to_hubspot[0].new
    assert of.columns[0].as_salesforce(moment) != "2011-12-30"
    after = plan("2011-12-30", moment, "2011-12-30", moment, of)
    assert (after.to_salesforce, after.to_hubspot) == ([], [])


# what was agreed on in UTC


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.DONT_SYNC])
def test_what_was_agreed_on_in_utc_stays_until_somebody_edits_it(rule: Rule) -> None:
    day, moment = "2026-03-01", "2026-03-01T00:00:00Z"
    found = plan(day, moment, day, moment, layout(rule=rule))
    assert (found.to_salesforce, found.to_hubspot, found.faults, found.rebased) == ([], [], [], False)


def test_an_edit_of_what_was_agreed_on_in_utc_counts_in_the_accounts_zone() -> None:
    ours = plan("2026-03-05", "2026-03-01T00:00:00Z", "2026-03-01", "2026-03-01T00:00:00Z")
    assert [change.new for change in ours.to_hubspot] == ["2026-03-06T00:00:00Z"]
    theirs = plan("2026-03-01", "2026-03-02T03:00:00Z", "2026-03-01", "2026-03-01T00:00:00Z")
    assert (theirs.to_salesforce, theirs.to_hubspot, theirs.rebased) == ([], [], True)
    earlier = plan("2026-03-01", "2026-03-01T03:00:00Z", "2026-03-01", "2026-03-01T00:00:00Z")
    assert [change.new for change in earlier.to_salesforce] == ["2026-02-28"]


def test_days_further_apart_than_a_zone_makes_them_are_no_agreement() -> None:
    found = plan("2026-03-01", "2026-03-09T00:00:00Z", "2026-03-01", "2026-03-09T00:00:00Z")
    assert [change.new for change in found.to_salesforce] == ["2026-03-08"]


def test_on_a_first_link_and_in_a_backfill_days_count_as_they_are() -> None:
    first = plan("2026-03-01", "2026-03-01T00:00:00Z", UNSEEN, UNSEEN)
    assert [change.new for change in first.to_salesforce] == ["2026-02-28"]
    again = layout(rule=Rule.ALWAYS_SALESFORCE, existing=Existing.BACKFILL)
    backfilled = plan("2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01", "2026-03-01T00:00:00Z", again)
    assert [change.new for change in backfilled.to_hubspot] == ["2026-03-02T00:00:00Z"]


# zones


def test_only_zones_that_this_computer_knows_are_used() -> None:
    assert is_known("UTC")
    assert is_known("Europe/Oslo")
    assert not any(is_known(name) for name in ("Nowhere/Land", "", "../../etc/passwd", "Europe"))
    found = layout("Nowhere/Land")
    assert (found.columns, found.problems) == (
        (),
        (("due", "This computer doesn't know HubSpot's time zone “Nowhere/Land”."),),
    )


def lending(required: bool) -> Layout:
    fields = (Field("due", "Due", Kind.DATETIME, "x", required=required), Field("Day", "Day", Kind.DATE, "x"))
    other = (Field("subject", "Subject", Kind.TEXT, "x"), Field("Subject", "Subject", Kind.TEXT, "x"))
    schemas = {
        "tasks": Schema(Side.HUBSPOT, "tasks", "task", {"due": fields[0], "subject": other[0]}, READ_AT),
        "Task": Schema(Side.SALESFORCE, "Task", "Task", {"Day": fields[1], "Subject": other[1]}, READ_AT),
    }
    mappings = [Mapping("due", {"Task": "Day"}, Rule.PREFER_SALESFORCE), Mapping("subject", {"Task": "Subject"})]
    return with_moments(resolve(TASKS, mappings, schemas, zone="Europe/Oslo"), NEW)


def test_a_new_activity_without_a_day_gets_a_moment_where_hubspot_requires_one() -> None:
    target = Schema(Side.HUBSPOT, "tasks", "task", {}, READ_AT)
    made = plan_create(lending(required=True), Side.SALESFORCE, [None, "Call"], target, "Task")
    assert [(change.property, change.new) for change in made.changes] == [("due", NEW), ("subject", "Call")]
    plain = plan_create(lending(required=False), Side.SALESFORCE, [None, "Call"], target, "Task")
    assert [change.property for change in plain.changes] == ["subject"]


def test_a_moment_that_was_lent_stays_in_hubspot_alone_until_it_is_edited() -> None:
    def planned(moment: Cell, day: Cell = None) -> LinkPlan:
        look = Look("Task", OLD, [day, "Call"], [None, "Call"])
        return plan_link(lending(required=True), look, Look("tasks", NEW, [moment, "Call"], [NEW, "Call"]), Doors(),
                         OnConflict.NEWEST)  # fmt: skip

    assert (planned(NEW).to_salesforce, planned(NEW).to_hubspot) == ([], [])
    assert [change.new for change in planned("2026-04-01T11:00:00Z").to_salesforce] == ["2026-04-01"]
    assert [change.new[:10] for change in planned(NEW, "2026-05-01").to_hubspot if change.new] == ["2026-05-01"]
