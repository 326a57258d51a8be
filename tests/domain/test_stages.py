"""How pipelines and stages read on the other side, and that nothing bounces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import msgspec
import pytest

from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CONTACTS, DEALS, Mapping, Rule
from crmsync_desktop.domain.pipelines import Pipeline, Stage
from crmsync_desktop.domain.planner import Doors, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Category, Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.settings import OnConflict
from crmsync_desktop.domain.stages import Choice, Tables, changes, read_by, tables_of
from tests.domain.test_pipelines import DEALS as SALES
from tests.domain.test_pipelines import OPPORTUNITIES, pipeline

READ_AT = "2026-03-01T00:00:00Z"
NEW_BUSINESS = msgspec.structs.replace(OPPORTUNITIES, id="012New", label="New Business", default=True)
RENEWAL = msgspec.structs.replace(OPPORTUNITIES, id="012Renewal", label="Renewal")
MASTER = msgspec.structs.replace(OPPORTUNITIES, active=False)
RENEWALS = Pipeline(
    "2",
    "Renewal",
    (Stage("21", "Due", probability=0.3), Stage("22", "Offered", probability=0.8), Stage("23", "Yes", True, True)),
)
UPSELL = Pipeline("3", "Upsell", (Stage("31", "Idea", probability=0.2), Stage("32", "Bought", True, True)))


def _field(name: str, kind: Kind = Kind.PICKLIST, **more: object) -> Field:
    return Field(name, name, kind, kind.value, **more)  # type: ignore[arg-type]


TYPES = tuple(Option(each.id, each.label) for each in (NEW_BUSINESS, RENEWAL))
SCHEMAS = {
    "deals": Schema(Side.HUBSPOT, "deals", "Deals", {n: _field(n) for n in ("pipeline", "dealstage")}, READ_AT),
    "Opportunity": Schema(
        Side.SALESFORCE,
        "Opportunity",
        "Opportunity",
        {
            "RecordTypeId": _field("RecordTypeId", options=TYPES, restricted=True),
            "StageName": _field("StageName", nillable=False, required=True),
        },
        READ_AT,
    ),
}


def layout(tables: Tables, rule: Rule = Rule.TWO_WAY, types: bool = True) -> Layout:
    mappings = [Mapping("dealstage", {"Opportunity": "StageName"}, rule)]
    if types:
        mappings.insert(0, Mapping("pipeline", {"Opportunity": "RecordTypeId"}, rule))
    return read_by(resolve(DEALS, mappings, SCHEMAS), tables)


def look(cells: Sequence[Value], base: Sequence[Value] | None = None, version: str = READ_AT) -> Look:
    return Look("Opportunity", version, list(cells), list(cells if base is None else base))


def planned(
    found: Layout, salesforce: Look, hubspot: Look
) -> tuple[list[tuple[str, object]], list[tuple[str, object]]]:
    """What is written: to Salesforce, to HubSpot."""
    plan = plan_link(found, salesforce, hubspot, Doors(), OnConflict.NEWEST)
    assert not plan.faults
    return (
        [(change.field, change.new) for change in plan.to_salesforce],
        [(change.field, change.new) for change in plan.to_hubspot],
    )


PLAIN = tables_of([OPPORTUNITIES], [SALES])
TYPED = tables_of([NEW_BUSINESS, RENEWAL, MASTER], [SALES, RENEWALS, UPSELL])


def test_a_stage_of_which_several_read_as_one_doesnt_bounce() -> None:
    found = layout(PLAIN, types=False)
    moved = look(["Qualification"], ["Value Proposition"])
    assert planned(found, moved, look(["qualifiedtobuy"])) == ([], [("dealstage", "appointmentscheduled")])
    settled = look(["Qualification"], ["Qualification"])
    assert planned(found, settled, look(["appointmentscheduled"])) == ([], [])
    assert planned(found, settled, look(["appointmentscheduled"], ["qualifiedtobuy"])) == ([], [])
    assert planned(found, settled, look(["qualifiedtobuy"], ["appointmentscheduled"])) == (
        [("StageName", "Value Proposition")],
        [],
    )


def test_from_wherever_both_sides_are_one_write_settles_it() -> None:
    """Every stage of either side against every stage of the other, in every pair of places, each side the newer one."""
    for tables, types in ((PLAIN, False), (TYPED, True)):
        found = layout(tables, types=types)
        here = [(kind.id, stage.id) for kind in tables.salesforce if kind.active for stage in kind.stages]
        there = [(line.id, stage.id) for line in tables.hubspot for stage in line.stages]
        for one, other, newer in product(here, there, Side):
            cells: dict[Side, list[Value]] = {Side.SALESFORCE: list(one), Side.HUBSPOT: list(other)}
            if not types:
                cells = {side: each[1:] for side, each in cells.items()}
            stamps = {side: f"2026-03-0{2 if side is newer else 1}T00:00:00Z" for side in Side}
            for step in range(2):
                plan = plan_link(
                    found,
                    look(cells[Side.SALESFORCE], version=stamps[Side.SALESFORCE]),
                    look(cells[Side.HUBSPOT], version=stamps[Side.HUBSPOT]),
                    Doors(),
                    OnConflict.NEWEST,
                )
                changes = {Side.SALESFORCE: plan.to_salesforce, Side.HUBSPOT: plan.to_hubspot}
                if step or plan.faults:
                    assert not any(changes.values()) or plan.faults, (one, other, newer)
                    continue
                for side, written in changes.items():
                    for change in written:
                        cells[side][change.place] = change.new
                homes = tables.homes
                assert not types or homes[str(cells[Side.HUBSPOT][1])] == cells[Side.HUBSPOT][0]


def test_a_deal_stays_in_the_pipeline_that_it_is_in() -> None:
    """Upsell has no record type of its own: its deals read as New Business, and stay where they are."""
    found = layout(TYPED)
    assert TYPED.places[Side.SALESFORCE] == {"default": "012New", "2": "012Renewal", "3": "012New"}
    before, after = ["012New", "Needs Analysis"], ["012New", "Closed Won"]
    assert planned(found, look(after, before), look(["3", "31"])) == ([], [("dealstage", "32")])


def test_a_deal_moves_with_its_record_type_and_its_stage_with_it() -> None:
    found = layout(TYPED)
    before, after = ["012New", "Negotiation/Review"], ["012Renewal", "Negotiation/Review"]
    assert planned(found, look(after, before), look(["default", "contractsent"])) == (
        [],
        [("pipeline", "2"), ("dealstage", "22")],
    )


def test_an_opportunity_gets_its_record_type_with_its_stage() -> None:
    found = layout(TYPED)
    assert planned(
        found, look(["012New", "Closed Won"]), look(["2", "21"], ["default", "closedwon"], "2026-03-02T00:00:00Z")
    ) == ([("RecordTypeId", "012Renewal"), ("StageName", "Needs Analysis")], [])
    kept = layout(TYPED, Rule.PREFER_SALESFORCE)
    assert planned(kept, look([None, "Needs Analysis"]), look(["2", "21"])) == ([("RecordTypeId", "012Renewal")], [])


def test_without_record_types_a_deal_stays_in_its_pipeline_too() -> None:
    tables = tables_of([OPPORTUNITIES], [SALES, RENEWALS])
    found = layout(tables, types=False)
    assert planned(found, look(["Closed Won"], ["Needs Analysis"]), look(["21"])) == ([], [("dealstage", "23")])
    assert planned(found, look(["Needs Analysis"]), look(["22"], ["21"])) == (
        [("StageName", "Proposal/Price Quote")],
        [],
    )
    create = plan_create(found, Side.SALESFORCE, ["Prospecting"], SCHEMAS["deals"], "Opportunity")
    assert [change.new for change in create.changes] == ["appointmentscheduled"], "new ones go into the default one"


def test_new_records_get_both() -> None:
    found = layout(TYPED)
    create = plan_create(found, Side.SALESFORCE, ["012Renewal", "Needs Analysis"], SCHEMAS["deals"], "Opportunity")
    assert [(change.field, change.new) for change in create.changes] == [("pipeline", "2"), ("dealstage", "21")]
    create = plan_create(found, Side.HUBSPOT, ["2", "23"], SCHEMAS["Opportunity"], "deals")
    assert [(change.field, change.new) for change in create.changes] == [
        ("RecordTypeId", "012Renewal"),
        ("StageName", "Closed Won"),
    ]


def test_what_has_no_counterpart_is_told_and_stays_to_be_decided() -> None:
    found = layout(TYPED)
    lost = look(["012Renewal", "Closed Lost"], ["012Renewal", "Needs Analysis"])
    plan = plan_link(found, lost, look(["2", "21"]), Doors(), OnConflict.NEWEST)
    assert (plan.to_hubspot, plan.rebased) == ([], False)
    [(side, fault)] = plan.faults
    assert (side, fault.category, fault.code, fault.fields) == (
        Side.HUBSPOT,
        Category.FIELD_MAPPING,
        "STAGE_NOT_MAPPED",
        ("dealstage",),
    )
    assert fault.message == "Salesforce's stage “Closed Lost” has no counterpart in HubSpot."


def test_what_the_tables_dont_have_is_told_otherwise() -> None:
    found = layout(TYPED)
    pipelines, stages = found.columns
    assert pipelines.as_hubspot("012Gone") is UNSEEN
    assert pipelines.as_salesforce("99") is UNSEEN
    assert stages.as_hubspot("Brand new", ["012New", "Brand new"], ["default", "contractsent"]) is UNSEEN
    assert stages.as_salesforce("99", ["default", "99"]) is UNSEEN
    faults = [
        pipelines.translation.fault(Side.HUBSPOT, "012Gone", ()),
        pipelines.translation.fault(Side.SALESFORCE, "2", ()),
        stages.translation.fault(Side.SALESFORCE, "99", ()),
    ]
    assert [fault.code for fault in faults] == ["STAGE_UNKNOWN", "STAGE_NOT_MAPPED", "STAGE_UNKNOWN"]
    assert [fault.message for fault in faults] == [
        "Salesforce doesn't list the record type “012Gone” that this record has; its stages are read anew.",
        "HubSpot's pipeline “Renewal” has no counterpart in Salesforce.",
        "HubSpot doesn't list the stage “99” that this record has; its stages are read anew.",
    ]
    assert all(column.waits() for column in found.columns)


def test_what_an_admin_chose_counts_before_what_was_learnt() -> None:
    choices = (
        Choice(Side.HUBSPOT, "012New", "", "3", ""),
        Choice(Side.HUBSPOT, "012New", "Prospecting", "3", "32"),
        Choice(Side.SALESFORCE, "3", "31", "012Renewal", "Closed Lost"),
    )
    tables = tables_of(TYPED.salesforce, TYPED.hubspot, choices)
    assert (tables.chosen, tables.gone) == (choices, ())
    assert tables.places[Side.HUBSPOT]["012New"] == "3"
    assert tables.steps[Side.HUBSPOT]["012New", "Prospecting", "3"] == "32"
    assert tables.steps[Side.SALESFORCE]["3", "31", "012Renewal"] == "Closed Lost"
    assert [choice.about for choice in choices] == [
        (Side.HUBSPOT, "012New", "", ""),
        (Side.HUBSPOT, "012New", "Prospecting", "3"),
        (Side.SALESFORCE, "3", "31", "012Renewal"),
    ]


@pytest.mark.parametrize(
    "choice",
    [
        Choice(Side.HUBSPOT, "012Gone", "", "3", ""),
        Choice(Side.HUBSPOT, "012New", "", "9", ""),
        Choice(Side.HUBSPOT, "012New", "Gone", "3", "32"),
        Choice(Side.HUBSPOT, "012New", "Prospecting", "3", "99"),
    ],
)
def test_a_choice_of_what_is_gone_doesnt_count(choice: Choice) -> None:
    tables = tables_of(TYPED.salesforce, TYPED.hubspot, [choice])
    assert (tables.chosen, tables.gone) == ((), (choice,))
    assert (tables.places, tables.steps) == (TYPED.places, TYPED.steps)


def test_each_side_lists_its_own() -> None:
    assert TYPED.of(Side.SALESFORCE)[0] is NEW_BUSINESS
    assert TYPED.of(Side.HUBSPOT)[0] is SALES


def test_a_pair_without_stages_is_left_alone() -> None:
    other = Layout(CONTACTS, ())
    assert read_by(other, PLAIN) is other
    alone = layout(tables_of([pipeline("")], [pipeline("1")]), types=False)
    assert alone.columns[0].as_hubspot("x") is UNSEEN


def test_a_pipeline_alone_can_be_mapped() -> None:
    only = read_by(resolve(DEALS, [Mapping("pipeline", {"Opportunity": "RecordTypeId"})], SCHEMAS), TYPED)
    assert only.columns[0].as_hubspot("012Renewal") == "2"


def test_what_came_went_and_was_renamed_is_told() -> None:
    before = [pipeline("1", "a", "b", label="Sales"), pipeline("2", "c", label="Old"), pipeline("3", active=False)]
    renamed = Pipeline("1", "Sales", (Stage("a", "A!"), Stage("b", "b", active=False), Stage("d", "d")))
    assert changes([], [], before, [renamed, pipeline("4", label="New")]) == [
        "New in HubSpot: “New”.",
        "New in HubSpot: “Sales/d”.",
        "Gone from HubSpot: “Old”.",
        "Gone from HubSpot: “Sales/b”.",
        "Gone from HubSpot: “Old/c”.",
        "Renamed in HubSpot: “Sales/a” is now “Sales/A!”.",
    ]
    assert changes(before, before, before, before) == []
