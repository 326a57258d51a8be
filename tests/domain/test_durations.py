"""How long a call took: seconds here, milliseconds there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.durations import Duration
from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CALLS, Mapping, Rule
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_link
from crmsync_desktop.domain.records import Cell, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import OnConflict

READ_AT = "2026-03-01T00:00:00Z"
READ = Duration(0)


def layout(field: str = "CallDurationInSeconds") -> Layout:
    ours = Field(field, "Call Duration", Kind.NUMBER, "int", precision=8, scale=0)
    theirs = Field("hs_call_duration", "Call duration", Kind.NUMBER, "number")
    schemas = {
        "calls": Schema(Side.HUBSPOT, "calls", "call", {theirs.name: theirs}, READ_AT),
        "Task.Call": Schema(Side.SALESFORCE, "Task.Call", "Task", {field: ours}, READ_AT),
    }
    return resolve(CALLS, [Mapping(theirs.name, {"Task.Call": field}, Rule.TWO_WAY)], schemas)


def plan(s: Cell, h: Cell, bs: Cell, bh: Cell) -> LinkPlan:
    looks = Look("Task.Call", READ_AT, [s], [bs]), Look("calls", READ_AT, [h], [bh])
    return plan_link(layout(), *looks, Doors(), OnConflict.NEWEST)


def test_seconds_are_a_thousand_milliseconds() -> None:
    assert READ.to_hubspot("90", ()) == "90000"
    assert READ.to_salesforce("90000", ()) == "90"
    assert (READ.to_salesforce("1499", ()), READ.to_salesforce("1500", ())) == ("1", "2")
    assert READ.to_salesforce("499", ()) == "0"
    assert not READ.waits


def test_milliseconds_that_round_to_the_seconds_stay() -> None:
    assert READ.agrees(["1"], ["1499"])
    assert READ.to_hubspot("1", (), ["1499"]) == "1499"
    assert READ.to_hubspot("2", (), ["1499"]) == "2000"
    found = plan("1", "1400", "1", "1000")
    assert (found.to_salesforce, found.to_hubspot, found.rebased) == ([], [], True)


def test_each_side_hears_of_the_others_edit() -> None:
    assert [change.new for change in plan("1", "61499", "1", "1000").to_salesforce] == ["61"]
    assert [change.new for change in plan("61", "1000", "1", "1000").to_hubspot] == ["61000"]
    assert [change.new for change in plan(None, "1000", "1", "1000").to_hubspot] == [None]
    assert [change.new for change in plan("1", None, "1", "1000").to_salesforce] == [None]
    assert READ.agrees([None], [None])


def test_what_is_no_number_is_left_for_the_other_system_to_refuse() -> None:
    for text in ("long", "NaN", "1e999999"):
        assert READ.to_salesforce(text, ()) == text
        assert READ.to_hubspot(text, ()) == text
    with pytest.raises(AssertionError):
        READ.fault(Side.HUBSPOT, "long", ())


@given(st.integers(0, 10**11))
def test_a_duration_never_bounces(milliseconds: int) -> None:
    theirs = str(milliseconds)
    ours = READ.to_salesforce(theirs, ())
    assert READ.agrees([ours], [theirs])
    back = READ.to_hubspot(str(ours), ())
    assert READ.to_salesforce(str(back), ()) == ours


def test_another_field_gets_the_number_as_it_is() -> None:
    assert layout().columns[0].translation == Duration(0)
    [column] = layout("Duration_ms__c").columns
    assert (column.translation, column.as_salesforce("1499")) == (None, "1499")
