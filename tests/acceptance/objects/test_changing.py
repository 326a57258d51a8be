"""X1: what changes in Salesforce's schema is noticed and proposed; nothing is changed in HubSpot without a person's word."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.app.object_views import ObjectProposalView, ObjectRequest
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.engine.metadata import OUTDATED
from tests.acceptance.life.world import World, written
from tests.acceptance.objects.portal import base, schemas
from tests.acceptance.pairs.portal import associated

NAME = "Plan__c"
CHILD = "Seat__c"
pytestmark = pytest.mark.usefixtures("org")


def plan(*fields: dict[str, Any], values: tuple[str, ...] = ("Small", "Large")) -> dict[str, Any]:
    tiers = {"name": "Tier__c", "type": "picklist", "values": [{"value": each} for each in values]}
    return {"name": NAME, "label": "Plan", "label_plural": "Plans", "fields": [tiers, *fields]}


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", **more}


@pytest.fixture
def org(cleared: World) -> Any:
    """An org with plans, which are added and on."""
    setup(cleared, plan(text("Code__c")))
    cleared.run(cleared.service.add_object(NAME, ObjectRequest()))
    cleared.run(cleared.service.set_setting(f"{NAME}.enabled", "on"))
    yield cleared
    for name in (CHILD, NAME):
        if any(own.name == name for own in cleared.store.settings().custom_objects):
            cleared.run(cleared.service.remove_object(name))
    for name in (CHILD, NAME):
        answer = cleared.salesforce.session.get(
            f"{cleared.salesforce._base}/query/", params={"q": f"SELECT Id FROM {name}"}, timeout=30
        )
        for row in answer.json()["records"] if answer.ok else ():
            cleared.delete("salesforce", name, row["Id"])
    setup(cleared)


def setup(here: World, *objects: dict[str, Any]) -> None:
    here.admin.post("/salesforce/setup", custom_objects=["Subscription__c", *objects])


def read_again(here: World) -> None:
    """As once a day."""
    here.store.save_document(OUTDATED, True)
    here.sync()


def propose(here: World, **request: Any) -> ObjectProposalView:
    return here.run(here.service.propose_object(NAME, ObjectRequest(**request)))


def update(here: World, **request: Any) -> ObjectProposalView:
    return here.run(here.service.update_object(NAME, ObjectRequest(**request)))


def needs(here: World) -> str:
    return next(each.needs for each in here.run(here.service.pairs()) if each.name == NAME)


def kind(here: World) -> str:
    return here.store.settings().custom_objects[0].hubspot


def properties(here: World) -> dict[str, Any]:
    (found,) = [each for each in schemas(here) if each["name"] == "plan"]
    return {each["name"]: each for each in found["properties"]}


def linked(here: World, name: str = NAME, **fields: Any) -> tuple[str, str]:
    made = here.salesforce.create(name, **fields)
    here.settled()
    id = here.partner(name, Side.SALESFORCE, made)
    assert id is not None, here.errors(made)
    return made, id


def test_a_new_field_is_noticed_proposed_and_made_on_a_persons_word(here: World) -> None:
    made, id = linked(here, Name="One", Code__c="c1")
    setup(here, plan(text("Code__c"), text("Note__c", label="Note")))
    here.salesforce.edit(NAME, made, Note__c="first")
    read_again(here)
    assert needs(here) == f"1 new field in Salesforce: objects update {NAME}"
    assert here.store.errors(None, 0, 10) == []
    proposal = propose(here)
    assert [(each.field, each.property, each.made) for each in proposal.fields] == [("Note__c", "note", True)]
    assert "note" not in properties(here)
    update(here)
    assert properties(here)["note"]["fieldType"] == "text"
    assert needs(here) == ""
    here.settled()
    assert not here.record("hubspot", kind(here), id).get("note")
    here.run(here.service.backfill(NAME, "note", False))
    assert here.record("hubspot", kind(here), id)["note"] == "first"
    here.salesforce.edit(NAME, made, Note__c="second")
    here.settled()
    assert here.record("hubspot", kind(here), id)["note"] == "second"


def test_a_field_that_is_left_out_isnt_proposed_again(here: World) -> None:
    setup(here, plan(text("Code__c"), text("Note__c")))
    read_again(here)
    with pytest.raises(SetupError, match="can't be updated so"):
        propose(here, without=("Nope__c",))
    update(here, without=("Note__c",))
    assert needs(here) == ""
    assert propose(here).nothing_to_do
    assert "note" not in properties(here)


def test_new_values_of_a_list_are_proposed_and_added_after_those_there_are(here: World) -> None:
    setup(here, plan(text("Code__c"), values=("Small", "Large", "Huge")))
    made = here.salesforce.create(NAME, Name="One", Tier__c="Huge")
    read_again(here)
    assert needs(here) == f"1 new value of a list in Salesforce: objects update {NAME}"
    assert [(each.property, each.values) for each in propose(here).values] == [("tier", ("Huge",))]
    assert [each["value"] for each in properties(here)["tier"]["options"]] == ["Small", "Large"]
    update(here)
    assert [each["value"] for each in properties(here)["tier"]["options"]] == ["Small", "Large", "Huge"]
    here.settled()
    id = here.partner(NAME, Side.SALESFORCE, made)
    assert id is not None, here.errors(made)
    assert here.record("hubspot", kind(here), id)["tier"] == "Huge"


def test_a_field_that_is_gone_is_a_broken_mapping_and_the_rest_travels(here: World) -> None:
    made, id = linked(here, Name="One", Code__c="c1", Tier__c="Small")
    setup(here, plan())
    here.salesforce.edit(NAME, made, Tier__c="Large")
    read_again(here)
    assert [row.record_id for row in here.store.errors(Category.FIELD_MAPPING, 0, 10)] == [f"{NAME}.code"]
    assert here.record("hubspot", kind(here), id)["tier"] == "Large"
    assert here.record("hubspot", kind(here), id)["code"] == "c1"
    assert propose(here).gone == ("Code__c",)
    here.run(here.service.remove_mapping(NAME, "code"))
    here.settled()
    assert here.store.errors(Category.FIELD_MAPPING, 0, 10) == []


def test_a_property_for_a_field_that_was_left_out_is_made_on_demand(here: World) -> None:
    here.run(here.service.remove_mapping(NAME, "code"))
    field = {NAME: "Code__c"}
    assert here.run(here.service.new_property(NAME, field, "code_2")).type == "string/text"
    here.run(here.service.make_property(NAME, field, "code_2", Rule.ALWAYS_SALESFORCE))
    made, id = linked(here, Name="One", Code__c="c1")
    assert here.record("hubspot", kind(here), id)["code_2"] == "c1", made


def test_a_field_of_another_type_is_a_broken_mapping(here: World) -> None:
    setup(here, plan({"name": "Code__c", "type": "richtextarea"}))
    read_again(here)
    assert [row.record_id for row in here.store.errors(Category.FIELD_MAPPING, 0, 10)] == [f"{NAME}.code"]


def test_a_new_lookup_becomes_associations_too(here: World) -> None:
    made, id = linked(here, Name="One")
    lookup = {"name": "Buyer__c", "type": "reference", "reference_to": "Contact", "relationship": "Plans"}
    setup(here, plan(text("Code__c"), lookup))
    contact = here.salesforce.create("Contact", LastName="B", Email=f"b{here.number()}@example.com")
    read_again(here)
    assert [each.target for each in propose(here).lookups] == ["contacts"]
    update(here)
    here.settled()
    here.salesforce.edit(NAME, made, Buyer__c=contact)
    here.settled()
    person = here.partner("contacts", Side.SALESFORCE, contact)
    assert set(associated(here, kind(here), id, "contacts")) == {person}


def test_nothing_new_is_nothing_to_do(here: World) -> None:
    linked(here, Name="One")
    assert propose(here).nothing_to_do
    update(here)
    assert propose(here).nothing_to_do


def test_an_object_that_is_deleted_in_hubspot_keeps_no_other_pair_from_syncing(here: World) -> None:
    here.hubspot.session.delete(f"{base(here)}/{kind(here)}", timeout=30).raise_for_status()
    person = here.salesforce.create("Contact", LastName="Q", Email=f"q{here.number()}@example.com")
    read_again(here)
    assert here.partner("contacts", Side.SALESFORCE, person) is not None
    (shut,) = [row for row in here.store.errors(Category.PERMISSIONS, 0, 10) if row.record_id == NAME]
    assert "objects remove" in shut.hint


def test_custom_objects_are_associated_with_each_other(here: World) -> None:
    seat = {
        "name": CHILD,
        "label": "Seat",
        "label_plural": "Seats",
        "fields": [
            {"name": "Plan__c", "type": "reference", "reference_to": NAME, "relationship": "Seats"},
            {"name": "Twin__c", "type": "reference", "reference_to": CHILD, "relationship": "Twins"},
        ],
    }
    setup(here, plan(text("Code__c")), seat)
    here.run(here.service.add_object(CHILD, ObjectRequest()))
    here.run(here.service.set_setting(f"{CHILD}.enabled", "on"))
    assert [own.name for own in here.store.settings().custom_objects] == [NAME, CHILD]
    parent = here.salesforce.create(NAME, Name="Parent")
    child = here.salesforce.create(CHILD, Name="Child", Plan__c=parent)
    here.settled()
    ends = here.partner(NAME, Side.SALESFORCE, parent), here.partner(CHILD, Side.SALESFORCE, child)
    assert None not in ends
    own = here.store.settings().custom_objects[1].hubspot
    url = f"{here.orgs.announced['hubspot']['url']}/crm/associations/2026-03/{own}/{kind(here)}/batch/read"
    answer = here.hubspot.session.post(url, json={"inputs": [{"id": ends[1]}]}, timeout=30).json()
    assert [str(to["toObjectId"]) for row in answer["results"] for to in row["to"]] == [ends[0]]
    assert own != kind(here)
    (carried,) = [each for each in here.run(here.service.mappings(CHILD)) if each.property.startswith("associations.")]
    wrong = {CHILD: "Twin__c"}
    problem, _ = here.run(here.service.check_mapping(CHILD, carried.property, wrong))
    assert problem
    here.run(here.service.remove_mapping(CHILD, carried.property))
    with pytest.raises(SetupError, match=r"points at .*leads to records of " + NAME):
        here.run(here.service.add_mapping(CHILD, carried.property, wrong, Rule.ALWAYS_SALESFORCE))
    here.run(here.service.add_mapping(CHILD, carried.property, {CHILD: "Plan__c"}, Rule.ALWAYS_SALESFORCE))


def test_two_ways_need_both_systems_and_a_rule_that_lets_hubspot_write(here: World) -> None:
    key = f"{NAME}.on_hubspot_change"
    with pytest.raises(SetupError) as told:
        here.run(here.service.set_setting(key, "create_or_update"))
    assert "Always use Salesforce" in told.value.detail
    here.run(here.service.set_rule(NAME, "name", Rule.TWO_WAY))
    here.admin.post("/salesforce/setup", read_only_objects=[NAME])
    with pytest.raises(SetupError) as told:
        here.run(here.service.set_setting(key, "create_or_update"))
    assert "may not create or edit" in told.value.detail
    here.admin.post("/salesforce/setup", read_only_objects=[], hidden_objects=[NAME])
    with pytest.raises(SetupError) as told:
        here.run(here.service.set_setting(key, "create_or_update"))
    assert "can't see" in told.value.detail
    here.admin.post("/salesforce/setup", hidden_objects=[])
    here.admin.fault("hubspot", path="/search", status=403, count=1)
    with pytest.raises(SetupError) as told:
        here.run(here.service.set_setting(key, "create_or_update"))
    assert "lacks a permission" in told.value.detail
    assert here.store.settings().custom_objects[0].on_hubspot_change == "nothing"
    here.run(here.service.set_setting(key, "create_or_update"))
    made, id = linked(here, Name="One")
    here.edit("hubspot", kind(here), id, name="Two")
    new = here.make("hubspot", kind(here), name="Ours")
    here.settled()
    assert here.record("salesforce", NAME, made)["Name"] == "Two"
    theirs = here.partner(NAME, Side.HUBSPOT, new)
    assert theirs is not None, here.errors(new)
    assert here.record("salesforce", NAME, theirs)["Name"] == "Ours"
    assert here.record("hubspot", kind(here), new)["crmsync_salesforce_id"] == theirs


def test_a_first_pass_of_many_tries_a_few_and_a_second_writes_nothing(here: World) -> None:
    here.settings(canary_minimum=50)
    for number in range(60):
        here.salesforce.create(NAME, Name=f"Plan {number}", Tier__c="Small")
    assert written(here.sync()) == 60
    assert written(here.sync()) == 0
    assert here.store.link_count(NAME) == 60


def test_a_pass_over_custom_objects_can_be_undone(here: World) -> None:
    made, id = linked(here, Name="One", Tier__c="Small")
    here.salesforce.edit(NAME, made, Tier__c="Large")
    done = here.sync()
    undone = here.run(here.service.undo(done.id, None, False, True))
    assert here.record("hubspot", kind(here), id)["tier"] == "Small", undone


def test_why_knows_custom_objects(here: World) -> None:
    made, id = linked(here, Name="One", Tier__c="Small")
    for reference in (made, id, f"https://app.hubspot.com/contacts/1/record/{kind(here)}/{id}"):
        told = here.run(here.service.why(reference, None))
        assert "plan" in str(told).lower()
    assert here.run(here.service.why(made, "tier")) is not None
