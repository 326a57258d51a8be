"""Lookups and members as columns of the planner (O2)."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CONTACTS, DEALS, Mapping, Rule, pair_of_object
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.settings import OnConflict

READ_AT = "2026-03-01T00:00:00Z"
OLD, NEW = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"
ACCOUNTS = {"001A": "71", "001B": "72"}
PEOPLE = {"003A": "1", "003B": "2"}


class Links:
    """A translation by a table of links, as the engine has it."""

    waits = True

    def __init__(self, table: dict[str, str]) -> None:
        self._to_hubspot = table
        self._to_salesforce = {there: here for here, there in table.items()}

    def to_hubspot(self, cell: str, cells: Sequence[Cell], other: Sequence[Cell] = ()) -> Cell:
        return self._to_hubspot.get(cell, UNSEEN)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], other: Sequence[Cell] = ()) -> Cell:
        return self._to_salesforce.get(cell, UNSEEN)

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        return Fault(Category.ASSOCIATIONS, "PARENT_NOT_LINKED", f"{cell} has no counterpart in {side.label}")


def lookup(name: str, target: str, kind: Kind = Kind.REFERENCE, labels: tuple[str, ...] = ()) -> Field:
    options = tuple(Option(label, label) for label in labels)
    return Field(name, name, kind, kind.value, refers_to=(target,), options=options)


SCHEMAS = {
    "deals": Schema(
        Side.HUBSPOT,
        "deals",
        "deal",
        {
            "company": lookup("company", "companies"),
            "people": lookup("people", "contacts", Kind.MEMBERS, ("Evaluator",)),
            "stray": lookup("stray", "tickets"),
        },
        READ_AT,
    ),
    "Opportunity": Schema(
        Side.SALESFORCE,
        "Opportunity",
        "Opportunity",
        {
            "AccountId": lookup("AccountId", "Account"),
            "Roles": lookup("Roles", "Contact", Kind.MEMBERS),
            "CampaignId": lookup("CampaignId", "Campaign"),
        },
        READ_AT,
    ),
}
COMPANY = Mapping("company", {"Opportunity": "AccountId"}, Rule.TWO_WAY)
MEMBERS = Mapping("people", {"Opportunity": "Roles"}, Rule.TWO_WAY)


def layout(*mappings: Mapping) -> Layout:
    return resolve(DEALS, mappings, SCHEMAS, (), {"companies": Links(ACCOUNTS), "contacts": Links(PEOPLE)})


def plan(
    mapping: Mapping, salesforce: tuple[Cell, Cell], hubspot: tuple[Cell, Cell], doors: Doors | None = None
) -> LinkPlan:
    """Each side as (cell, base); HubSpot's edit is the newer one."""
    return plan_link(
        layout(mapping),
        Look("Opportunity", OLD, [salesforce[0]], [salesforce[1]]),
        Look("deals", NEW, [hubspot[0]], [hubspot[1]]),
        doors or Doors(),
        OnConflict.NEWEST,
    )


def test_an_object_belongs_to_a_pair() -> None:
    assert [pair_of_object(name) for name in ("Account", "Lead", "deals", "Case", "Campaign")] == [
        "companies",
        "contacts",
        "deals",
        "tickets",
        "",
    ]


def test_a_lookup_of_a_pair_that_does_not_sync_is_neither_column_nor_problem() -> None:
    found = resolve(DEALS, [COMPANY, MEMBERS], SCHEMAS, (), {"contacts": Links(PEOPLE)})
    assert (found.properties, found.problems) == (("people",), ())
    assert resolve(DEALS, [COMPANY], SCHEMAS).columns == ()


def test_lookups_of_records_that_are_no_counterparts_do_not_go_together() -> None:
    for mapping in (
        Mapping("stray", {"Opportunity": "AccountId"}),
        Mapping("company", {"Opportunity": "CampaignId"}),
    ):
        [(_, problem)] = layout(mapping).problems
        assert problem == "They point at records that aren't each other's counterparts."


def test_a_lookup_reads_across_by_the_links() -> None:
    assert plan(COMPANY, ("001A", UNSEEN), ("71", UNSEEN)).rebased, "the same company on both sides"
    found = plan(COMPANY, ("001B", "001A"), ("71", "71"))
    assert [(c.field, c.old, c.new) for c in found.to_hubspot] == [("company", "71", "72")]
    found = plan(COMPANY, ("001A", "001A"), ("72", "71"))
    assert [(c.field, c.old, c.new) for c in found.to_salesforce] == [("AccountId", "001A", "001B")]
    found = plan(COMPANY, ("001A", "001A"), (None, "71"))
    assert [(c.field, c.new) for c in found.to_salesforce] == [("AccountId", None)]


def test_a_parent_without_a_link_waits_and_settles_nothing() -> None:
    found = plan(COMPANY, ("001X", UNSEEN), (None, UNSEEN))
    assert (found.to_hubspot, found.to_salesforce, found.rebased) == ([], [], False)
    assert [(side, fault.code, fault.fields) for side, fault in found.faults] == [
        (Side.HUBSPOT, "PARENT_NOT_LINKED", ("company",))
    ]
    found = plan(COMPANY, ("001A", "001A"), ("79", "71"))
    assert (found.to_salesforce, found.rebased) == ([], False)
    assert [side for side, _ in found.faults] == [Side.SALESFORCE]


def test_a_new_record_begins_with_the_parents_that_it_can_have() -> None:
    both = layout(COMPANY, MEMBERS)
    target = SCHEMAS["deals"]
    found = plan_create(both, Side.SALESFORCE, ["001A", "003A=Evaluator\n003X="], target, "Opportunity")
    assert [(change.field, change.new) for change in found.changes] == [("company", "71"), ("people", "1=Evaluator")]
    assert [fault.fields for fault in found.faults] == [("people",)]
    found = plan_create(both, Side.HUBSPOT, ["79", "2="], SCHEMAS["Opportunity"], "deals")
    assert [(change.field, change.new) for change in found.changes] == [("Roles", "003B=")]
    assert [(fault.code, fault.fields) for fault in found.faults] == [("PARENT_NOT_LINKED", ("company",))]
    assert not found.blocked


def test_members_are_joined_on_both_sides_at_once() -> None:
    found = plan(MEMBERS, ("003A=", "003A="), ("1=\n2=", "1="))
    assert ([c.new for c in found.to_hubspot], [c.new for c in found.to_salesforce]) == ([], ["003A=\n003B="])
    found = plan(MEMBERS, ("003A=Evaluator", UNSEEN), ("2=", UNSEEN))
    assert [c.new for c in found.to_hubspot] == ["1=Evaluator\n2="]
    assert [c.new for c in found.to_salesforce] == ["003A=Evaluator\n003B="]


def test_members_that_agree_are_known() -> None:
    found = plan(MEMBERS, ("003A=", UNSEEN), ("1=", UNSEEN))
    assert (found.base_salesforce, found.base_hubspot, found.rebased) == (["003A="], ["1="], True)
    assert not plan(MEMBERS, ("003A=", "003A="), ("1=", "1=")).rebased


def test_members_go_one_way_where_the_rule_says_so() -> None:
    one_way = Mapping("people", {"Opportunity": "Roles"}, Rule.ALWAYS_SALESFORCE)
    found = plan(one_way, ("003A=", UNSEEN), ("2=", UNSEEN))
    assert ([c.new for c in found.to_hubspot], found.to_salesforce) == (["1=\n2="], [])


def test_a_closed_door_keeps_members_too() -> None:
    found = plan(MEMBERS, ("003A=", UNSEEN), (None, UNSEEN), Doors(to_hubspot=False))
    assert (found.to_hubspot, found.waiting) == ([], True)


def test_members_without_a_counterpart_are_told_of() -> None:
    found = plan(MEMBERS, ("003X=", UNSEEN), ("9=", UNSEEN))
    assert [(side, fault.fields) for side, fault in found.faults] == [
        (Side.HUBSPOT, ("people",)),
        (Side.SALESFORCE, ("people",)),
    ]
    assert (found.to_hubspot, found.to_salesforce) == ([], [])


def test_lookups_are_left_to_associations_where_a_layout_knows_no_links() -> None:
    assert resolve(CONTACTS, [COMPANY], {"contacts": SCHEMAS["deals"], "Contact": SCHEMAS["Opportunity"]}).columns == ()
