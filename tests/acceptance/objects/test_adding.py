"""X1: what adding a custom object would make is shown, made on a person's word, and refused with the reason where it can't be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmsync_desktop.app.object_views import ObjectProposalView, ObjectRequest
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, written
from tests.acceptance.objects.portal import made_by_hand, schemas

NAME = "Subscription__c"
pytestmark = pytest.mark.usefixtures("cleared")


def propose(here: World, name: str = NAME, **request: Any) -> ObjectProposalView:
    return here.run(here.service.propose_object(name, ObjectRequest(**request)))


def add(here: World, name: str = NAME, **request: Any) -> ObjectProposalView:
    done = here.run(here.service.add_object(name, ObjectRequest(**request)))
    here.run(here.service.set_setting(f"{name}.enabled", "on"))
    return done


def why_not(here: World, name: str = NAME, **request: Any) -> str:
    with pytest.raises(SetupError) as told:
        here.run(here.service.propose_object(name, ObjectRequest(**request)))
    return " ".join((told.value.title, told.value.detail, told.value.hint))


def test_the_orgs_custom_objects_are_listed_with_one_call_of_each_system(here: World) -> None:
    here.admin.reset_calls()
    found = here.run(here.service.custom_objects())
    assert here.admin.calls() == {"salesforce": 1, "hubspot": 1}
    assert [(each.name, each.label, each.added) for each in found.salesforce] == [(NAME, "Subscription", False)]
    assert (found.hubspot, found.trouble) == ((), "")


def test_a_proposal_makes_nothing_and_tells_what_it_would_cost(here: World) -> None:
    here.salesforce.create(NAME, Plan__c="Free", Billing_Id__c=f"P{here.number()}")
    here.admin.reset_calls()
    proposal = propose(here)
    assert here.admin.calls() == {"salesforce": 3, "hubspot": 1}
    assert schemas(here) == []
    assert (proposal.hubspot, proposal.made, proposal.records, proposal.there) == ("subscription", True, 1, None)
    assert {each.field: (each.property, each.kind) for each in proposal.fields} == {
        "Name": ("name", "string/text"),
        "OwnerId": ("hubspot_owner_id", ""),
        "Plan__c": ("plan", "enumeration/select"),
        "Auto_Renew__c": ("auto_renew", "bool/booleancheckbox"),
        "Start_Date__c": ("start_date", "date/date"),
        "Monthly_Price__c": ("monthly_price", "number/number"),
        "Billing_Id__c": ("billing_id", "string/text"),
    }
    assert [(each.field, each.target) for each in proposal.lookups] == [
        ("Account__c", "companies"),
        ("Contact__c", "contacts"),
    ]


def test_what_is_made_is_what_was_proposed_without_what_was_left_out(here: World) -> None:
    add(here, without=("Billing_Id__c",), names={"Plan__c": "tier"}, object_name="abo")
    (kind,) = schemas(here)
    own = {each["name"]: each for each in kind["properties"] if not each["hubspotDefined"]}
    assert kind["name"] == "abo"
    assert kind["labels"] == {"singular": "Subscription", "plural": "Subscriptions"}
    assert (kind["primaryDisplayProperty"], kind["requiredProperties"]) == ("name", ["name"])
    assert {"tier", "crmsync_salesforce_id"} <= own.keys()
    assert not {"plan", "billing_id"} & own.keys()
    assert own["crmsync_salesforce_id"]["hasUniqueValue"] is True
    assert [each["value"] for each in own["tier"]["options"]] == ["Free", "Team", "Enterprise"]


def test_an_object_stays_off_until_it_is_turned_on(here: World) -> None:
    here.salesforce.create(NAME, Plan__c="Free", Billing_Id__c=f"O{here.number()}")
    here.run(here.service.add_object(NAME, ObjectRequest()))
    pair = next(each for each in here.run(here.service.pairs()) if each.name == NAME)
    assert (pair.on, pair.always, pair.needs) == (False, False, "")
    here.settings(companies={"enabled": False})
    pair = next(each for each in here.run(here.service.pairs()) if each.name == NAME)
    assert pair.needs == "Associations with companies wait until these sync."
    here.settings(companies={"enabled": True})
    assert written(here.sync()) == 0
    shown = here.run(here.service.preview_setting(f"{NAME}.enabled", "on"))
    assert sum(tally.created for tally in shown.tallies) == 1
    assert here.store.link_count(NAME) == 0


def test_an_object_of_hubspots_is_used_with_what_it_has(here: World) -> None:
    kind = made_by_hand(
        here,
        "contract",
        {"name": "billing_id", "label": "Anything", "type": "string", "fieldType": "text"},
        {"name": "plan", "label": "Plan", "type": "date", "fieldType": "date"},
    )
    assert propose(here, hubspot="Contract").unfilled == ("title",)
    proposal = propose(here, hubspot="Contract", names={"Name": "title"})
    assert proposal.unfilled == ()
    told = {each.field: (each.property, each.made) for each in proposal.fields}
    assert (told["Billing_Id__c"], told["Plan__c"], told["Name"]) == (
        ("billing_id", False),
        ("plan_2", True),
        ("title", False),
    )
    add(here, hubspot=kind, names={"Name": "title"})
    account = here.salesforce.create("Account", Name=f"Acme {here.number()}")
    here.salesforce.create("Contact", LastName="Y", Email=f"y{here.number()}@example.com", AccountId=account)
    made = here.salesforce.create(NAME, Plan__c="Team", Account__c=account, Billing_Id__c=f"U{here.number()}")
    here.settled()
    id = here.partner(NAME, Side.SALESFORCE, made)
    assert id is not None
    record = here.record("hubspot", kind, id)
    assert (record["plan_2"], record["title"][:4]) == ("Team", "SUB-")


def test_records_that_hubspot_has_already_are_found_by_the_id_they_carry(here: World) -> None:
    key = {
        "name": "crmsync_salesforce_id",
        "label": "Id",
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": True,
    }
    kind = made_by_hand(here, "contract", key)
    made = here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"K{here.number()}")
    there = here.make("hubspot", kind, title="Ours", crmsync_salesforce_id=made)
    add(here, hubspot=kind, names={"Name": "title"})
    here.settled()
    assert here.partner(NAME, Side.SALESFORCE, made) == there


def test_an_object_that_is_taken_off_and_added_again_finds_its_records_again(here: World) -> None:
    made = here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"R{here.number()}")
    add(here)
    here.settled()
    kind, id = here.store.settings().custom_objects[0].hubspot, here.partner(NAME, Side.SALESFORCE, made)
    here.run(here.service.remove_object(NAME))
    assert here.store.settings().custom_objects == ()
    assert here.store.link_count(NAME) == 0
    assert written(here.sync()) == 0
    add(here, hubspot="subscription")
    here.settled()
    assert here.partner(NAME, Side.SALESFORCE, made) == id
    assert here.named("hubspot", kind, "") == [id]


def test_objects_that_cant_be_added_are_refused_with_the_reason(here: World) -> None:
    assert "no custom object Nope__c" in why_not(here, "Nope__c")
    assert "no custom object Account" in why_not(here, "Account")
    assert "Did you mean Subscription__c?" in why_not(here, "subscription")
    assert "has no field Nope__c" in why_not(here, without=("Nope__c",))
    assert "no custom object “nothing”" in why_not(here, hubspot="nothing")
    assert "HubSpot's own objects" in why_not(here, object_name="deal")
    assert "small letters" in why_not(here, object_name="Ørret!")
    made_by_hand(here, "subscription")
    assert "already" in why_not(here)
    add(here, hubspot="subscription")
    with pytest.raises(SetupError, match="was added already"):
        here.run(here.service.add_object(NAME, ObjectRequest()))
    with pytest.raises(SetupError, match="wasn't added"):
        here.run(here.service.remove_object("Nope__c"))


def test_one_object_of_hubspots_syncs_with_one_of_salesforces(here: World) -> None:
    add(here)
    here.admin.post("/salesforce/setup", custom_objects=["Subscription__c", HOSTILE])
    try:
        assert "syncs with Subscription__c already" in why_not(here, "Hostile__c", hubspot="subscription")
    finally:
        here.admin.post("/salesforce/setup", custom_objects=["Subscription__c"])


def test_an_account_without_enterprise_is_told_so(here: World) -> None:
    here.admin.post("/hubspot/setup", tier="professional")
    with pytest.raises(SetupError) as told:
        here.run(here.service.add_object(NAME, ObjectRequest()))
    assert "Enterprise" in told.value.hint
    assert here.store.settings().custom_objects == ()


def test_one_object_too_many_is_refused_in_hubspots_words(here: World) -> None:
    for number in range(10):
        made_by_hand(here, f"thing{number}")
    with pytest.raises(SetupError, match="HubSpot doesn't make this object") as told:
        here.run(here.service.add_object(NAME, ObjectRequest()))
    assert "at most 10" in told.value.detail


def test_a_key_without_the_scope_is_told_which_it_needs(here: World) -> None:
    here.admin.fault("hubspot", path="crm-object-schemas", status=403, count=1, body=json.dumps(_NO_SCOPE))
    found = here.run(here.service.custom_objects())
    assert [each.name for each in found.salesforce] == [NAME]
    assert "crm.schemas.custom.read" in found.trouble


_NO_SCOPE = {
    "status": "error",
    "message": "This app hasn't been granted all required scopes to make this call.",
    "category": "MISSING_SCOPES",
    "errors": [{"message": "One or more of the following scopes are required.", "context": {"requiredGranularScopes": ["crm.schemas.custom.read"]}}],
}  # fmt: skip


def test_an_object_whose_answer_is_lost_is_found_again(here: World) -> None:
    here.admin.fault("hubspot", method="POST", path="crm-object-schemas", drop_after_commit=True, count=1)
    add(here)
    (kind,) = schemas(here)
    assert here.store.settings().custom_objects[0].hubspot == kind["objectTypeId"]


HOSTILE: dict[str, Any] = {
    "name": "Hostile__c",
    "label": "Hostile",
    "label_plural": "Hostiles",
    "fields": [
        *({"name": f"Field_{number}__c", "type": "string", "label": "Same label"} for number in range(190)),
        {"name": "CreateDate__c", "type": "datetime", "label": "Create Date"},
        {"name": "HS_Object_Id__c", "type": "string", "label": "Record ID"},
        {"name": "Name__c", "type": "string", "label": "Name"},
        {"name": "Big__c", "type": "picklist", "values": [{"value": f"Value {number}"} for number in range(1_000)]},
        {"name": "Twins__c", "type": "picklist", "values": [{"value": "a", "label": "Twin"}, {"value": "b", "label": "Twin"}]},
        {"name": "Several__c", "type": "multipicklist", "values": [{"value": "x"}, {"value": "y"}]},
        {"name": "Long__c", "type": "longtextarea", "length": 131_072},
        {"name": "Rich__c", "type": "richtextarea"},
        {"name": "Self__c", "type": "reference", "reference_to": "Hostile__c", "relationship": "Children"},
        {"name": "Needed__c", "type": "reference", "reference_to": "Account", "relationship": "Hostiles", "required": True},
        {"name": "Also__c", "type": "reference", "reference_to": "Account", "relationship": "Hostiles2"},
        {"name": "Sum__c", "type": "double", "formula": "1 + 1"},
    ],
}  # fmt: skip


def test_a_hostile_object_travels_as_far_as_it_can(here: World) -> None:
    here.admin.post("/salesforce/setup", custom_objects=["Subscription__c", HOSTILE])
    try:
        done = add(here, "Hostile__c")
        properties = {each.field: each.property for each in done.fields}
        assert len(done.fields) == 202 - 3 + 2  # all but lookups, and the name and the owner
        assert len(set(properties.values())) == len(properties)
        assert (properties["CreateDate__c"], properties["Name__c"]) == ("sf_createdate", "name_2")
        told = {field: reason for field, _, reason in done.left_out}
        assert "its own object" in told["Self__c"]
        assert "couldn't tell the two apart" in told["Also__c"]
        account = here.salesforce.create("Account", Name=f"Hostile {here.number()}")
        here.salesforce.create("Contact", LastName="Z", Email=f"z{here.number()}@example.com", AccountId=account)
        made = here.salesforce.create(
            "Hostile__c", Name="Øl; drop table", Needed__c=account, Big__c="Value 999", Twins__c="b",
            Several__c="y;x", Long__c="x" * 60_000, Rich__c="<p>Hi</p>", Field_7__c="<script>", Self__c=None,
        )  # fmt: skip
        here.settled()
        id = here.partner("Hostile__c", Side.SALESFORCE, made)
        assert id is not None, here.errors(made)
        record = here.record("hubspot", here.store.settings().custom_objects[0].hubspot, id)
        shown = [record[properties[field]] for field in ("Name", "Big__c", "Twins__c", "Field_7__c", "Sum__c")]
        assert shown == ["Øl; drop table", "Value 999", "b", "<script>", "2"]
        assert set(record[properties["Several__c"]].split(";")) == {"x", "y"}
        assert len(record[properties["Long__c"]]) == 60_000
    finally:
        for own in here.store.settings().custom_objects:
            here.run(here.service.remove_object(own.name))
        for row in here.salesforce.query("SELECT Id FROM Hostile__c"):
            here.delete("salesforce", "Hostile__c", row["Id"])
        here.admin.post("/salesforce/setup", custom_objects=["Subscription__c"])
