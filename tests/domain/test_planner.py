"""What the planner does besides deciding: doors, refusals, places that one side doesn't have, new records."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Existing, Rule
from crmsync_desktop.domain.planner import CreatePlan, Doors, FieldChange, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import OnConflict
from tests.domain.columns import SPECS, Spec, layout_of, schemas

BY_NAME = {spec.hubspot.name: spec for spec in SPECS}
TEXT, EMAIL, OWNER, ID, LEAD_ONLY, DAY = (
    BY_NAME[name] for name in ("text", "email", "owner", "salesforceid", "leadonly", "day")
)
OLD, NEW = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"


def plan(
    layout: Layout,
    salesforce: tuple[Cell, Cell],
    hubspot: tuple[Cell, Cell],
    doors: Doors | None = None,
    on_conflict: OnConflict = OnConflict.NEWEST,
    newest: Side = Side.SALESFORCE,
) -> LinkPlan:
    """Each side as (cell, base) of the only column."""
    versions = (NEW, OLD) if newest is Side.SALESFORCE else (OLD, NEW)
    return plan_link(
        layout,
        Look("Contact", versions[0], [salesforce[0]], [salesforce[1]]),
        Look("contacts", versions[1], [hubspot[0]], [hubspot[1]]),
        doors or Doors(),
        on_conflict,
    )


def one(spec: Spec, rule: Rule = Rule.TWO_WAY) -> Layout:
    return layout_of((spec,), (rule,))


def test_a_lone_edit_is_one_write_of_one_field() -> None:
    found = plan(one(TEXT), ("Anna", "Bo"), ("Bo", "Bo"))
    assert found.to_hubspot == [FieldChange(0, "text", "text", "Anna", "Bo", "Anna", "edited in Salesforce")]
    assert found.to_salesforce == []
    assert (found.base_salesforce, found.base_hubspot) == (["Bo"], ["Bo"]), "bases move when the write is done"
    found = plan(one(TEXT), ("Bo", "Bo"), ("Anna", "Bo"))
    assert found.to_salesforce == [FieldChange(0, "text", "Text", "Anna", "Bo", "Anna", "edited in HubSpot")]


def test_equal_values_only_move_the_bases() -> None:
    found = plan(one(TEXT), ("Anna", "Bo"), ("Anna", UNSEEN))
    assert (found.base_salesforce, found.base_hubspot, found.rebased) == (["Anna"], ["Anna"], True)
    assert not plan(one(TEXT), ("Anna", "Anna"), ("Anna", "Anna")).rebased


def test_what_a_write_has_just_carried_isnt_compared_again() -> None:
    def carried(salesforce: tuple[Cell, Cell], hubspot: tuple[Cell, Cell]) -> LinkPlan:
        here = Look("Contact", NEW, [salesforce[0]], [salesforce[1]])
        there = Look("contacts", NEW, [hubspot[0]], [hubspot[1]])
        return plan_link(one(TEXT), here, there, Doors(), OnConflict.NEWEST, carried=(0,))

    found = carried(("A", "B"), ("C", "C"))
    assert (found.to_hubspot, found.to_salesforce) == ([], [])
    assert (found.base_salesforce, found.base_hubspot, found.rebased) == (["A"], ["C"], True)
    assert not carried(("A", "A"), ("C", "C")).rebased


def test_a_closed_door_leaves_the_difference_waiting() -> None:
    found = plan(one(TEXT), ("Anna", "Bo"), ("Bo", "Bo"), Doors(to_hubspot=False))
    assert (found.to_hubspot, found.waiting, found.rebased) == ([], True, False)
    found = plan(one(TEXT), ("Bo", "Bo"), ("Anna", "Bo"), Doors(to_salesforce=False))
    assert (found.to_salesforce, found.waiting, found.rebased) == ([], True, False)


def test_a_held_conflict_keeps_bases_and_values() -> None:
    found = plan(one(TEXT), ("Anna", "Bo"), ("Cleo", "Bo"), on_conflict=OnConflict.HOLD)
    assert found.held == [0]
    assert (found.to_hubspot, found.to_salesforce, found.rebased) == ([], [], False)


def test_a_value_that_would_be_refused_costs_no_call() -> None:
    found = plan(one(TEXT), ("Bo", "Bo"), ("far too long a name", "Bo"))
    assert found.to_salesforce == []
    [(side, fault)] = found.faults
    assert (side, fault.code, fault.fields) == (Side.SALESFORCE, "STRING_TOO_LONG", ("Text",))


def test_an_unseen_field_is_left_alone() -> None:
    for salesforce, hubspot in (((UNSEEN, "Bo"), ("Anna", "Bo")), (("Anna", "Bo"), (UNSEEN, "Bo"))):
        found = plan(one(TEXT), salesforce, hubspot)
        assert (found.to_hubspot, found.to_salesforce, found.faults, found.rebased) == ([], [], [], False)


def test_what_only_one_side_has_is_simply_known() -> None:
    found = plan(one(LEAD_ONLY), (UNSEEN, UNSEEN), ("x", UNSEEN))
    assert (found.base_salesforce, found.base_hubspot, found.rebased) == ([UNSEEN], ["x"], True)
    assert not plan(one(LEAD_ONLY), (UNSEEN, UNSEEN), ("x", "x")).rebased
    found = plan(one(TEXT), ("Anna", "Bo"), (UNSEEN, UNSEEN))
    assert (found.base_salesforce, found.base_hubspot) == (["Anna"], [UNSEEN])


def test_an_owner_without_a_counterpart_stays_and_is_told() -> None:
    found = plan(one(OWNER), ("005Unmatched", "005A"), ("1", "1"))
    assert (found.to_hubspot, found.to_salesforce) == ([], [])
    assert (found.base_salesforce, found.base_hubspot) == (["005Unmatched"], ["1"])
    [(side, fault)] = found.faults
    assert (side, fault.category, fault.code) == (Side.HUBSPOT, Category.OWNERS, "OWNER_NOT_MATCHED")
    assert fault.message.startswith("Salesforce owner 005Unmatched has no active counterpart")


def test_an_owner_without_a_counterpart_is_not_undone_later() -> None:
    """Whoever was edited last: the other side's older owner isn't a newer edit."""
    found = plan(one(OWNER), ("005Unmatched", "005Unmatched"), ("1", "1"), newest=Side.HUBSPOT)
    assert (found.to_hubspot, found.to_salesforce, found.rebased) == ([], [], False)
    assert [fault.code for _, fault in found.faults] == ["OWNER_NOT_MATCHED"]
    found = plan(one(OWNER), ("005A", "005A"), ("9unmatched", "9unmatched"), on_conflict=OnConflict.HOLD)
    assert (found.held, [side for side, _ in found.faults]) == ([], [Side.SALESFORCE])


def test_a_field_that_cant_be_written_lets_the_sides_differ() -> None:
    layout = one(TEXT)
    [column] = layout.columns
    fixed = msgspec.structs.replace(column, hubspot=msgspec.structs.replace(column.hubspot, updateable=False))
    frozen = msgspec.structs.replace(layout, columns=(fixed,))
    found = plan(frozen, ("Anna", "Bo"), ("Bo", "Bo"))
    assert (found.to_hubspot, found.faults) == ([], [])
    assert (found.base_salesforce, found.base_hubspot) == (["Anna"], ["Bo"])
    found = plan(frozen, ("Anna", "Anna"), ("Bo", "Bo"))
    assert (found.to_hubspot, found.faults, found.rebased) == ([], [], False)


def test_a_field_that_the_user_may_no_longer_write_is_told_and_the_edit_waits() -> None:
    layout = one(TEXT)
    [column] = layout.columns
    withheld = msgspec.structs.replace(column.hubspot, createable=False, updateable=False, withheld=True)
    locked = msgspec.structs.replace(layout, columns=(msgspec.structs.replace(column, hubspot=withheld),))
    found = plan(locked, ("Anna", "Bo"), ("Bo", "Bo"))
    assert ([fault.code for _, fault in found.faults], found.rebased) == (["INVALID_FIELD_FOR_INSERT_UPDATE"], False)
    target = schemas((TEXT,))["contacts"]
    new = plan_create(locked, Side.SALESFORCE, ["Anna"], target, "Contact")
    assert ([fault.code for fault in new.faults], new.changes) == (["INVALID_FIELD_FOR_INSERT_UPDATE"], [])


def test_the_owner_of_one_side_alone_may_be_without_a_counterpart_and_both() -> None:
    found = plan(one(OWNER), ("005Unmatched", "005Unmatched"), ("9unmatched", "9unmatched"))
    assert [side for side, _ in found.faults] == [Side.HUBSPOT, Side.SALESFORCE]


def test_what_only_hubspot_can_tell_apart_is_equal() -> None:
    found = plan(one(DAY), ("2026-03-01", "2026-03-01"), ("2026-03-01T12:00:00Z", "2026-03-01T10:00:00Z"))
    assert (found.to_salesforce, found.to_hubspot) == ([], [])
    assert found.base_hubspot == ["2026-03-01T12:00:00Z"]


def test_what_a_system_makes_of_a_value_moves_only_the_bases() -> None:
    found = plan(one(TEXT), ("Anna  Li", "Anna"), ("Anna Li", "Anna"))
    assert (found.to_salesforce, found.to_hubspot, found.rebased) == ([], [], True)
    assert (found.base_salesforce, found.base_hubspot) == (["Anna  Li"], ["Anna Li"])


def test_always_salesforce_lets_a_standing_blank_differ() -> None:
    found = plan(one(TEXT, Rule.ALWAYS_SALESFORCE), (None, UNSEEN), ("Bo", UNSEEN))
    assert (found.to_hubspot, found.to_salesforce) == ([], [])
    assert (found.base_salesforce, found.base_hubspot, found.rebased) == ([None], ["Bo"], True)
    assert not plan(one(TEXT, Rule.ALWAYS_SALESFORCE), (None, None), ("Bo", "Bo")).rebased


def test_all_conflicts_of_a_record_go_the_way_of_its_newest_edit() -> None:
    found = plan_link(
        layout_of((TEXT, EMAIL), (Rule.TWO_WAY, Rule.TWO_WAY)),
        Look("Contact", OLD, ["Anna", "a@x.no"], ["Bo", "bo@x.no"]),
        Look("contacts", NEW, ["Cleo", "c@x.no"], ["Bo", "bo@x.no"]),
        Doors(),
        OnConflict.NEWEST,
    )
    assert [change.new for change in found.to_salesforce] == ["Cleo", "c@x.no"]
    assert found.to_hubspot == []


# new records


def create(
    specs: tuple[Spec, ...], rules: tuple[Rule, ...], source: Side, cells: list[Cell], target: Schema | None = None
) -> CreatePlan:
    object, made = ("Contact", "contacts") if source is Side.SALESFORCE else ("contacts", "Contact")
    return plan_create(layout_of(specs, rules), source, cells, target or schemas(specs)[made], object)


def of(existing: Existing, rule: Rule = Rule.TWO_WAY) -> Layout:
    layout = one(TEXT, rule)
    return msgspec.structs.replace(layout, columns=(msgspec.structs.replace(layout.columns[0], existing=existing),))


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.DONT_SYNC])
def test_what_a_new_mapping_finds_stays_and_is_known_from_then_on(rule: Rule) -> None:
    found = plan(of(Existing.STAY, rule), ("Anna", UNSEEN), ("Bo", UNSEEN))
    assert (found.to_salesforce, found.to_hubspot, found.rebased) == ([], [], True)
    assert (found.base_salesforce, found.base_hubspot) == (["Anna"], ["Bo"])
    found = plan(of(Existing.STAY, rule), ("Anna", "Anna"), ("Bo", "Bo"))
    assert (found.to_salesforce, found.to_hubspot, found.rebased) == ([], [], False)


def test_an_edit_of_a_new_mappings_field_travels_and_so_does_what_a_new_link_begins_with() -> None:
    assert plan(of(Existing.STAY), ("Cleo", "Anna"), ("Bo", "Bo")).to_hubspot[0].new == "Cleo"
    assert plan(of(Existing.STAY), ("Anna", "Anna"), ("Cleo", "Bo")).to_salesforce[0].new == "Cleo"
    looks = Look("Contact", NEW, ["Anna"], [UNSEEN]), Look("contacts", OLD, [None], [UNSEEN])
    found = plan_link(of(Existing.STAY), *looks, Doors(), OnConflict.NEWEST, new=True)
    assert found.to_hubspot[0].new == "Anna"


def test_a_backfill_decides_as_on_the_first_link_whatever_is_known() -> None:
    backfill = of(Existing.BACKFILL)
    assert plan(backfill, (None, None), ("Bo", "Bo")).to_salesforce[0].new == "Bo"
    assert plan(backfill, ("Anna", "Anna"), (None, None)).to_hubspot[0].new == "Anna"
    newer = plan(backfill, ("Anna", "Anna"), ("Bo", "Bo"), newest=Side.HUBSPOT)
    assert newer.to_salesforce[0].new == "Bo"
    hidden = plan(backfill, (UNSEEN, "Anna"), ("Bo", "Bo"))
    assert (hidden.base_salesforce, hidden.rebased) == (["Anna"], False), "a hidden field is no blank one"


def test_a_new_record_gets_what_travels() -> None:
    rules = (Rule.PREFER_SALESFORCE, Rule.TWO_WAY, Rule.TWO_WAY)
    found = create((TEXT, EMAIL, OWNER), rules, Side.SALESFORCE, ["Anna", None, "005A"])
    assert [(change.field, change.source, change.new) for change in found.changes] == [
        ("text", "Anna", "Anna"),
        ("owner", "005A", "1"),
    ]
    assert (found.side, found.object, found.blocked, found.faults) == (Side.HUBSPOT, "contacts", False, [])
    assert {change.reason for change in found.changes} == {"new in Salesforce"}


def test_a_new_record_goes_without_what_has_no_counterpart_or_cant_be_set() -> None:
    rules = (Rule.TWO_WAY, Rule.ALWAYS_SALESFORCE, Rule.PREFER_SALESFORCE, Rule.ALWAYS_SALESFORCE)
    found = create((OWNER, ID, LEAD_ONLY, TEXT), rules, Side.HUBSPOT, ["9unmatched", "003B", "x", "Anna"])
    assert found.changes == []
    assert not found.blocked


def test_a_new_record_goes_without_a_field_that_its_source_doesnt_have() -> None:
    found = create((LEAD_ONLY,), (Rule.TWO_WAY,), Side.SALESFORCE, ["x"])
    assert found.changes == []


def test_a_field_that_only_updates_is_left_out_of_a_create() -> None:
    target = schemas((TEXT,))["contacts"]
    layout = one(TEXT)
    [column] = layout.columns
    fixed = msgspec.structs.replace(column, hubspot=msgspec.structs.replace(column.hubspot, createable=False))
    found = plan_create(msgspec.structs.replace(layout, columns=(fixed,)), Side.SALESFORCE, ["Anna"], target, "Contact")
    assert (found.changes, found.faults) == ([], [])


def test_a_refused_value_is_left_out_of_a_create_and_told() -> None:
    found = create((TEXT, EMAIL), (Rule.TWO_WAY, Rule.TWO_WAY), Side.HUBSPOT, ["far too long a name", "bo@x.no"])
    assert [change.field for change in found.changes] == ["Email"]
    assert [fault.code for fault in found.faults] == ["STRING_TOO_LONG"]
    assert not found.blocked


def test_a_create_that_lacks_a_required_field_is_blocked() -> None:
    target = schemas((TEXT, EMAIL))["Contact"]
    required = msgspec.structs.replace(target.fields["Text"], required=True, nillable=False)
    strict = msgspec.structs.replace(target, fields={**target.fields, "Text": required})
    found = create((TEXT, EMAIL), (Rule.TWO_WAY, Rule.TWO_WAY), Side.HUBSPOT, [None, "bo@x.no"], strict)
    assert found.blocked
    assert [fault.code for fault in found.faults] == ["REQUIRED_FIELD_MISSING"]
