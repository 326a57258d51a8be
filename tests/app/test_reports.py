"""Views are made from rows without a loss and without noise."""

from __future__ import annotations

from crmsync_desktop.app.reports import cards, change_view, error_groups, hours, meter
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import Category, Op, Side
from crmsync_desktop.ports.budget import Usage
from crmsync_desktop.ports.store import Entry, ErrorCard, ErrorRow, JournalState


def error(id: int, *, field: str = "", message: str = "refused", code: str = "CODE", notice: bool = False) -> ErrorRow:
    at = "2026-11-24T08:00:00Z"
    category = Category.PROPERTY_VALUES
    return ErrorRow(
        id, "contacts", Side.SALESFORCE, "Contact", f"id{id}", f"Name {id}", field, category, code, message, "hint",
        notice, at, at, 1,
    )  # fmt: skip


def test_errors_with_one_cause_make_one_group_largest_first() -> None:
    rows = [error(1, field="Title"), error(2, field="Title"), error(3, field="Email"), error(4, message="other")]
    groups = error_groups(rows)
    assert [(group.count, {record.field for record in group.records}) for group in groups] == [
        (2, {"Title"}),
        (1, {"Email"}),
        (1, {""}),
    ]


def test_a_group_whose_messages_differ_is_named_by_code_and_field() -> None:
    rows = [
        error(1, field="Country", message="“Norge” isn't a country"),
        error(2, field="Country", message="“X” isn't"),
    ]
    group = error_groups([*rows])[0]
    assert group.message == "Code: Country"
    assert [record.message for record in group.records] == [row.message for row in rows]


def test_a_group_shows_fifty_records_and_counts_them_all() -> None:
    group = error_groups([error(number, field="Title") for number in range(120)])[0]
    assert (group.count, len(group.records)) == (120, 50)


def test_every_card_is_shown_and_quiet_ones_count_nothing() -> None:
    shown = cards([ErrorCard(Category.DUPLICATES, 3, 2, 4, 1)])
    assert {card.category for card in shown} == set(Category)
    assert [(card.errors, card.records, card.notices, card.ignored) for card in shown if card.errors] == [(3, 2, 4, 1)]
    assert not any(card.notices or card.ignored for card in shown if not card.errors)


def test_notices_are_no_errors_and_come_after_them() -> None:
    rows = [error(1, code="AMBIGUOUS_MATCH", notice=True), error(2, code="AMBIGUOUS_MATCH", notice=True), error(3)]
    assert [[record.notice for record in group.records] for group in error_groups(rows)] == [[False], [True, True]]


def test_the_forecast_goes_by_the_last_hour() -> None:
    def forecast(used: int, hour: int) -> str:
        return meter(Usage(Side.SALESFORCE, used, 1000, None), 1000, None, None, 0.0, hour).forecast

    assert forecast(400, 200) == "At this pace the allocation lasts another 3 h 00 min."
    assert forecast(999, 100) == "At this pace the allocation lasts another 0 h 00 min."
    assert forecast(10, 1) == "At this pace the allocation lasts all day."
    assert forecast(0, 0) == "No calls in the last hour."
    assert forecast(1000, 1).startswith("The allocation is used up.")


def test_an_allocation_lowered_below_what_is_used_leaves_nothing_rather_than_less() -> None:
    assert meter(Usage(Side.SALESFORCE, 50, 10, None), 10, None, None, 0.0, 1).left == 0


def test_the_last_24_hours_are_24_bars_with_their_parts() -> None:
    now = 1_800_000_000.0
    this_hour = int(now // 3600 * 3600)
    rows = [
        (this_hour, Side.SALESFORCE, "contacts", "read", 2),
        (this_hour, Side.HUBSPOT, "contacts", "read", 5),
        (this_hour, Side.HUBSPOT, "", "schema", 1),
        (this_hour - 30 * 3600, Side.HUBSPOT, "contacts", "read", 99),
    ]
    bars = hours(rows, now)
    assert len(bars) == 24
    assert (bars[-1].salesforce, bars[-1].hubspot) == (2, 6)
    assert bars[-1].parts[0] == ("HubSpot · contacts · read", 5)
    assert sum(bar.salesforce + bar.hubspot for bar in bars) == 8


def test_members_and_parents_that_are_still_to_be_made_read_as_people_read_them() -> None:
    reason = "new in HubSpot"
    changes = (
        FieldChange(
            0, "associations.contacts", "OpportunityContactRoles", "5=", None, "003A=Evaluator\nnew:5=", reason
        ),
        FieldChange(1, "associatedcompanyid", "AccountId", "71", "001A", "new:71", reason),
        FieldChange(2, "description", "Description", "a=b", None, "new:a=b\nc", reason),
    )
    entry = Entry(
        7, 1, "deals", Side.SALESFORCE, "Opportunity", None, Op.CREATE, JournalState.PLANNED, None, 3, None, "9",
        "Deal", reason, changes,
    )  # fmt: skip
    shown = change_view(entry)
    assert [(field.old, field.new) for field in shown.fields] == [
        ("", "003A (Evaluator), new, from 5"),
        ("001A", "new, from 71"),
        ("", "new:a=b\nc"),
    ]
