"""Where an activity belongs, as the planner decides about it; and leads, beside which nothing else may stand."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.planner import CreatePlan, Doors, FieldChange, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.settings import OnConflict
from tests.domain.placed import layout, schemas

OLD, NEW = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"
Two = tuple[Cell, Cell]
UNKNOWN: Two = (UNSEEN, UNSEEN)


def plan(s: Two, h: Two, bs: Two, bh: Two, of: Layout | None = None) -> LinkPlan:
    """Each as (who, what); HubSpot's edit is the newer one."""
    mapped = of or layout()
    return plan_link(mapped, Look("Task", OLD, s, bs), Look("tasks", NEW, h, bh), Doors(), OnConflict.NEWEST)


def create(source: Side, cells: Two) -> CreatePlan:
    target, object = (schemas()["Task"], "tasks") if source is Side.HUBSPOT else (schemas()["tasks"], "Task")
    return plan_create(layout(), source, cells, target, object)


def brief(changes: list[FieldChange]) -> list[tuple[str, Cell]]:
    return [(change.field, change.new) for change in changes]


def codes(found: LinkPlan) -> list[tuple[Side, str, tuple[str, ...]]]:
    return [(side, fault.code, fault.fields) for side, fault in found.faults]


def test_a_cleared_lookup_travels_once_and_is_not_filled_again() -> None:
    first = plan(
        ("003A", None),
        ("contacts/1", "deals/81;companies/71"),
        ("003A", "006A"),
        ("contacts/1", "deals/81;companies/71"),
    )
    assert (brief(first.to_hubspot), brief(first.to_salesforce)) == ([("what", "companies/71")], [])
    second = plan(("003A", None), ("contacts/1", "companies/71"), ("003A", None), ("contacts/1", "companies/71"))
    assert (second.to_hubspot, second.to_salesforce, second.faults, second.rebased) == ([], [], [], False)


def test_places_edited_in_hubspot_move_the_lookup_unless_they_still_name_it() -> None:
    moved = plan(("003A", "006A"), ("contacts/1", "deals/82"), ("003A", "006A"), ("contacts/1", "deals/81"))
    assert brief(moved.to_salesforce) == [("WhatId", "006B")]
    added = plan(
        ("003A", "001A"), ("contacts/1", "deals/81;companies/71"), ("003A", "001A"), ("contacts/1", "companies/71")
    )
    assert (added.to_salesforce, added.to_hubspot) == ([], [])
    assert added.base_hubspot[1] == "deals/81;companies/71"


def test_a_place_that_is_not_linked_yet_is_waited_for_and_filled_in_once_it_is() -> None:
    before = plan(("003A", None), ("contacts/1", "deals/99"), ("003A", None), ("contacts/1", None))
    assert (before.to_salesforce, before.base_hubspot[1]) == ([], None)
    assert codes(before) == [(Side.SALESFORCE, "PARENT_NOT_LINKED", ("what",))]
    after = plan(("003A", None), ("contacts/1", "deals/81"), ("003A", None), ("contacts/1", None))
    assert brief(after.to_salesforce) == [("WhatId", "006A")]


def test_a_lookup_cleared_here_while_another_place_was_named_there_is_filled_with_that() -> None:
    found = plan(("003A", None), ("contacts/1", "deals/82"), ("003A", "006A"), ("contacts/1", "deals/81"))
    assert (brief(found.to_salesforce), found.to_hubspot) == ([("WhatId", "006B")], [])


def test_a_place_that_is_gone_already_is_not_taken_away_again() -> None:
    """As after a crash before the write was remembered; what people associated since stays."""
    found = plan(
        ("003A", None),
        ("contacts/1", "deals/81"),
        ("003A", "001A"),
        ("contacts/1", "companies/71"),
        layout(Rule.ALWAYS_SALESFORCE),
    )
    assert (found.to_hubspot, found.to_salesforce, found.base_hubspot[1]) == ([], [], "deals/81")


def test_on_a_first_link_the_side_that_has_a_place_gives_it() -> None:
    to_salesforce = plan((None, None), ("contacts/1", "deals/81"), UNKNOWN, UNKNOWN)
    assert brief(to_salesforce.to_salesforce) == [("WhoId", "003A"), ("WhatId", "006A")]
    to_hubspot = plan(("003A", "006A"), (None, None), UNKNOWN, UNKNOWN)
    assert brief(to_hubspot.to_hubspot) == [("who", "contacts/1"), ("what", "deals/81")]


def test_with_one_side_as_the_master_the_other_is_never_written() -> None:
    ours = plan(("003A", None), ("contacts/1", "deals/81"), UNKNOWN, UNKNOWN, layout(Rule.ALWAYS_SALESFORCE))
    assert (ours.to_salesforce, ours.to_hubspot) == ([], [])
    theirs = plan(("003A", "006A"), ("contacts/1", "deals/82"), UNKNOWN, UNKNOWN, layout(Rule.ALWAYS_HUBSPOT))
    assert (brief(theirs.to_salesforce), theirs.to_hubspot) == ([("WhatId", "006B")], [])


def test_a_new_record_belongs_where_it_can() -> None:
    assert brief(create(Side.HUBSPOT, ("contacts/1", "deals/99;companies/71")).changes) == [
        ("WhoId", "003A"),
        ("WhatId", "001A"),
    ]
    campaign = create(Side.SALESFORCE, ("003A", "701A"))
    assert (brief(campaign.changes), campaign.faults) == ([("who", "contacts/1")], [])
    waiting = create(Side.HUBSPOT, ("contacts/1", "deals/99"))
    assert (brief(waiting.changes), waiting.blocked) == ([("WhoId", "003A")], False)


# leads


def test_a_new_record_of_a_lead_belongs_to_nothing_else() -> None:
    found = create(Side.HUBSPOT, ("contacts/3", "deals/81"))
    assert (brief(found.changes), found.faults) == ([("WhoId", "00QL")], [])


def test_a_record_of_a_lead_gets_no_other_place_until_the_lead_is_converted() -> None:
    lead = plan(("00QL", None), ("contacts/3", "deals/81"), ("00QL", None), ("contacts/3", None))
    assert (lead.to_salesforce, lead.to_hubspot, lead.faults) == ([], [], [])
    converted = plan(("003A", None), ("contacts/1", "deals/81"), ("00QL", None), ("contacts/1", "deals/81"))
    assert brief(converted.to_salesforce) == [("WhatId", "006A")]


def test_a_record_that_moves_to_a_lead_loses_its_other_place_in_salesforce_only() -> None:
    moving = ("003A", "006A"), ("contacts/3", "deals/81"), ("003A", "006A"), ("contacts/1", "deals/81")
    found = plan(*moving)
    assert (brief(found.to_salesforce), found.to_hubspot) == ([("WhoId", "00QL"), ("WhatId", None)], [])
    assert [(change.old, change.source) for change in found.to_salesforce] == [
        ("003A", "contacts/3"),
        ("006A", "deals/81"),
    ]
    unwritable = plan(*moving, layout(what_updateable=False))
    assert brief(unwritable.to_salesforce) == [("WhoId", "00QL")]


@pytest.mark.parametrize("fields", [{"who": "WhoId"}, {"what": "WhatId"}])
def test_where_only_one_of_the_two_travels_leads_are_nothing_special(fields: dict[str, str]) -> None:
    mapped = layout(fields=fields)
    cell = "contacts/3" if "who" in fields else "deals/81"
    found = plan_create(mapped, Side.HUBSPOT, (cell,), schemas()["Task"], "tasks")
    assert [change.place for change in found.changes] == [0]
    linked = plan_link(
        mapped, Look("Task", OLD, [None], [None]), Look("tasks", NEW, [cell], [None]), Doors(), OnConflict.NEWEST
    )
    assert len(linked.to_salesforce) == 1
