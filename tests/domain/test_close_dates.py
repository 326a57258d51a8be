"""Close dates that a setting lends to deals without one."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.close_dates import lent_by
from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import DEALS, Mapping, Rule
from crmsync_desktop.domain.planner import Doors, Look, plan_create, plan_link
from crmsync_desktop.domain.records import Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import OnConflict

READ_AT = "2026-03-01T00:00:00Z"
CLOSE = Field("CloseDate", "Close Date", Kind.DATE, "date", nillable=False, required=True)
SCHEMAS = {
    "deals": Schema(
        Side.HUBSPOT,
        "deals",
        "Deals",
        {"closedate": Field("closedate", "Close Date", Kind.DATETIME, "datetime")},
        READ_AT,
    ),
    "Opportunity": Schema(Side.SALESFORCE, "Opportunity", "Opportunity", {"CloseDate": CLOSE}, READ_AT),
}
DEAL = "2026-05-01T10:00:00Z"


def layout(days: int, schemas: dict[str, Schema] = SCHEMAS, zone: str = "UTC") -> Layout:
    mapping = Mapping("closedate", {"Opportunity": "CloseDate"}, Rule.TWO_WAY)
    return lent_by(resolve(DEALS, [mapping], schemas, zone=zone), "2026-03-01", days)


def test_a_deal_without_a_close_date_waits_unless_one_is_lent() -> None:
    waiting = plan_create(layout(0), Side.HUBSPOT, [None], SCHEMAS["Opportunity"], "deals")
    assert (waiting.blocked, waiting.faults[0].message) == (
        True,
        "Close Date is required for a new Opportunity, and it is blank.",
    )
    lent = plan_create(layout(30), Side.HUBSPOT, [None], SCHEMAS["Opportunity"], "deals")
    assert ([change.new for change in lent.changes], lent.blocked) == (["2026-03-31"], False)


def test_its_own_close_date_counts() -> None:
    own = plan_create(layout(30), Side.HUBSPOT, [DEAL], SCHEMAS["Opportunity"], "deals")
    assert [change.new for change in own.changes] == ["2026-05-01"]
    back = plan_create(layout(30), Side.SALESFORCE, ["2026-05-01"], SCHEMAS["deals"], "Opportunity")
    assert [change.new for change in back.changes] == ["2026-05-01T00:00:00Z"]


def test_only_new_opportunities_are_lent_one() -> None:
    def planned(s: Value, h: Value, bs: Value, bh: Value) -> tuple[list[object], list[object]]:
        salesforce, hubspot = Look("Opportunity", READ_AT, [s], [bs]), Look("Opportunity", READ_AT, [h], [bh])
        plan = plan_link(layout(30), salesforce, hubspot, Doors(), OnConflict.NEWEST)
        return [change.new for change in plan.to_salesforce], [change.new for change in plan.to_hubspot]

    assert planned("2026-05-01", None, "2026-05-01", DEAL) == ([], []), "an opportunity can't be without"
    assert planned("2026-05-01", DEAL, "2026-05-01", DEAL) == ([], [])
    assert planned("2026-05-02", DEAL, "2026-05-01", DEAL) == ([], ["2026-05-02T10:00:00Z"])
    assert planned("2026-05-01", "2026-06-01T00:00:00Z", "2026-05-01", DEAL) == (["2026-06-01"], [])
    assert planned("2026-05-01", None, "2026-05-01", None) == ([], ["2026-05-01T00:00:00Z"])


def test_a_layout_without_close_dates_is_left_alone() -> None:
    plain = resolve(DEALS, [], SCHEMAS)
    assert lent_by(plain, "2026-03-01", 30) is plain


def test_a_date_always_has_a_counterpart() -> None:
    with pytest.raises(AssertionError):
        layout(30).columns[0].translation.fault(Side.HUBSPOT, DEAL, ())


def test_close_dates_are_days_of_the_accounts_zone() -> None:
    late = "2026-05-01T23:00:00Z"
    own = plan_create(layout(30, zone="Europe/Oslo"), Side.HUBSPOT, [late], SCHEMAS["Opportunity"], "deals")
    assert [change.new for change in own.changes] == ["2026-05-02"]
    salesforce = Look("Opportunity", READ_AT, ["2026-05-01"], ["2026-05-01"])
    hubspot = Look("deals", READ_AT, [late], [late])
    plan = plan_link(layout(30, zone="Europe/Oslo"), salesforce, hubspot, Doors(), OnConflict.NEWEST)
    assert (plan.to_salesforce, plan.to_hubspot) == ([], [])


def test_a_property_that_is_a_date_too_is_read_as_it_is() -> None:
    day = Field("closedate", "Close Date", Kind.DATE, "date")
    deals = msgspec.structs.replace(SCHEMAS["deals"], fields={"closedate": day})
    [column] = layout(30, {**SCHEMAS, "deals": deals}).columns
    assert column.translation.agrees(["2026-05-01"], ["2026-05-01"])
    assert column.translation.agrees([None], [None])
    assert not column.translation.agrees(["2026-05-01"], [None])
    assert column.as_hubspot("2026-05-01") == "2026-05-01"
    assert column.as_salesforce(None) == "2026-03-31"
