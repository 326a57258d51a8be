"""What a custom object would become in HubSpot (X1)."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.object_fields import KEY_PROPERTY, MOST_OPTIONS, MOST_PROPERTIES, Wanted
from crmsync_desktop.domain.object_proposal import OrgObject, PortalObject, Proposal, propose
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

OBJECT = OrgObject("Subscription__c", "Subscription", "Subscriptions")


def field(name: str, kind: Kind = Kind.TEXT, **more: Any) -> Field:
    return Field(name=name, label=more.pop("label", name), kind=kind, native_type=more.pop("native", "string"), **more)


PLAIN = Wanted()
NAME = field("Name", label="Number", createable=False, updateable=False, calculated=True)


def salesforce(*fields: Field, name: Field | None = NAME) -> Schema:
    those = (*([name] if name else []), *fields)
    return Schema(Side.SALESFORCE, OBJECT.name, OBJECT.label, {each.name: each for each in those}, "")


def hubspot(*fields: Field) -> Schema:
    return Schema(Side.HUBSPOT, "2-1", "Abo", {each.name: each for each in fields}, "")


def made(*fields: Field, wanted: Wanted = PLAIN, **how: Any) -> Proposal:
    found = propose(OBJECT, salesforce(*fields), wanted, **how)
    assert isinstance(found, Proposal), found
    return found


def refused(*fields: Field, wanted: Wanted = PLAIN, **how: Any) -> str:
    found = propose(OBJECT, salesforce(*fields, **({"name": how.pop("name")} if "name" in how else {})), wanted, **how)
    assert isinstance(found, str)
    return found


def names(proposal: Proposal) -> dict[str, str]:
    return {row.field.name: row.property for row in proposal.rows}


def reasons(proposal: Proposal) -> dict[str, str]:
    return {each.field: each.reason for each in proposal.left_out}


def test_the_fields_of_an_object_become_properties_named_after_them() -> None:
    proposal = made(field("Plan__c", Kind.PICKLIST, options=(Option("Free", "Free"),)), field("Start__c", Kind.DATE))
    assert proposal.name == "subscription"
    assert (proposal.label, proposal.plural) == ("Subscription", "Subscriptions")
    assert names(proposal) == {"Name": "name", "Plan__c": "plan", "Start__c": "start"}
    kinds = [(each.name, each.type, each.field_type) for each in proposal.new_properties]
    assert kinds == [
        (KEY_PROPERTY, "string", "text"),
        ("name", "string", "text"),
        ("plan", "enumeration", "select"),
        ("start", "date", "date"),
    ]
    assert proposal.new_properties[0].unique
    assert not any(each.unique for each in proposal.new_properties[1:])
    assert proposal.label_property == "name"
    assert proposal.beside == ("plan", "start")


def test_salesforces_values_always_count_and_the_id_is_kept_beside_them() -> None:
    owner = field("OwnerId", Kind.OWNER, native="reference")
    account = field("Account__c", Kind.REFERENCE, native="reference", refers_to=("Account",))
    assert made(owner, account).mappings == (
        Mapping(KEY_PROPERTY, {OBJECT.name: "Id"}, Rule.ALWAYS_SALESFORCE),
        Mapping("name", {OBJECT.name: "Name"}, Rule.ALWAYS_SALESFORCE),
        Mapping("hubspot_owner_id", {OBJECT.name: "OwnerId"}, Rule.TWO_WAY),
        Mapping("associations.companies", {OBJECT.name: "Account__c"}, Rule.ALWAYS_SALESFORCE),
    )


def test_what_salesforce_requires_hubspot_requires() -> None:
    proposal = made(field("Code__c", required=True), field("Note__c"))
    assert proposal.required == ("name", "code")
    assert made(field("Note__c")).required == ("name",)


def test_salesforces_own_housekeeping_isnt_proposed() -> None:
    assert names(made(field("CreatedDate", Kind.DATETIME), field("Own__c"))) == {"Name": "name", "Own__c": "own"}


def test_parts_of_a_place_travel_though_the_place_cant() -> None:
    place = field("Place__c", Kind.OPAQUE, native="location")
    proposal = made(place, field("Place__Latitude__s", Kind.NUMBER))
    assert names(proposal)["Place__Latitude__s"] == "place_latitude"
    assert "compound" in reasons(proposal)["Place__c"]


def test_what_cant_become_a_property_is_left_out_with_the_reason() -> None:
    proposal = made(
        field("Secret__c", native="encryptedstring"),
        field("At__c", Kind.OPAQUE, native="time"),
        field("Odd__c", Kind.MEMBERS),
    )
    told = reasons(proposal)
    assert "encrypted" in told["Secret__c"]
    assert "time of day" in told["At__c"]
    assert "can't become a property" in told["Odd__c"]


def test_a_field_that_a_person_leaves_out_is_left_out() -> None:
    proposal = made(field("Plan__c"), wanted=Wanted(without=frozenset({"Plan__c"})))
    assert names(proposal) == {"Name": "name"}
    assert reasons(proposal) == {"Plan__c": "You left it out."}


def test_a_field_that_isnt_there_cant_be_left_out_or_renamed() -> None:
    assert "has no field Nope__c" in refused(field("Plan__c"), wanted=Wanted(without=frozenset({"Nope__c"})))
    assert "Plan__c" in refused(field("Plan__c"), wanted=Wanted(names={"Nope__c": "nope"}))


def test_names_and_labels_that_meet_are_told_apart() -> None:
    proposal = made(
        field("A_B__c", label="Same"),
        field("x__A_B__c", label="same"),
        field("A__B__c", label="Other"),
        field("a_b__c", label="Third"),
    )
    assert names(proposal) == {
        "Name": "name", "A_B__c": "a_b", "x__A_B__c": "x_a_b", "A__B__c": "a_b_2", "a_b__c": "a_b_3",
    }  # fmt: skip
    assert [row.new.label for row in proposal.rows if row.new] == [
        "Number",
        "Same",
        "same (x__A_B__c)",
        "Other",
        "Third",
    ]


def test_names_that_hubspot_keeps_for_itself_are_avoided() -> None:
    proposal = made(field("CreateDate__c"), field("HS_Id__c"), field("HubSpot_Team__c"), field("1st__c"))
    assert names(proposal) == {
        "Name": "name", "CreateDate__c": "sf_createdate", "HS_Id__c": "sf_hs_id", "HubSpot_Team__c": "sf_hubspot_team", "1st__c": "sf_1st",
    }  # fmt: skip


def test_a_name_that_is_too_long_is_cut_before_it_is_told_apart() -> None:
    proposal = made(field("A" * 120 + "__c"), field("A" * 121 + "__c"))
    first, second = (row.property for row in proposal.rows[1:])
    assert len(first) == 97
    assert second == f"{first}_2"


def test_a_property_can_be_named_by_hand() -> None:
    assert names(made(field("Plan__c"), wanted=Wanted(names={"Plan__c": "tier"})))["Plan__c"] == "tier"
    taken = Wanted(names={"Plan__c": "tier", "Tier__c": "tier"})
    assert "tier" in refused(field("Plan__c"), field("Tier__c"), wanted=taken)
    assert "small letters" in refused(field("Plan__c"), wanted=Wanted(names={"Plan__c": "Größe"}))


def test_a_list_without_values_or_with_too_many_becomes_a_text() -> None:
    many = tuple(Option(str(number), str(number)) for number in range(MOST_OPTIONS + 1))
    proposal = made(
        field("Empty__c", Kind.PICKLIST),
        field("Huge__c", Kind.MULTIPICKLIST, options=many),
        field("Large__c", Kind.PICKLIST, options=many[:1_000]),
    )
    assert [(row.new.type, len(row.new.options)) for row in proposal.rows if row.new] == [
        ("string", 0), ("string", 0), ("string", 0), ("enumeration", 1_000),
    ]  # fmt: skip


def test_more_fields_than_hubspot_holds_are_left_out() -> None:
    proposal = made(*(field(f"F{number}__c") for number in range(MOST_PROPERTIES)))
    assert len(proposal.rows) == MOST_PROPERTIES
    assert [each.field for each in proposal.left_out] == [f"F{MOST_PROPERTIES - 1}__c"]


def test_lookups_become_associations_with_what_they_point_at() -> None:
    proposal = made(
        field("Contact__c", Kind.REFERENCE, refers_to=("Contact",)),
        field("Deal__c", Kind.REFERENCE, refers_to=("Opportunity",)),
        field("Plan__c", Kind.REFERENCE, refers_to=("Plan__c",)),
        synced={"Plan__c": "2-9"},
        syncing=("Contact", "Lead", "Plan__c"),
    )
    told = [(each.field.name, each.property, each.waits) for each in proposal.lookups]
    assert told == [
        ("Contact__c", "associations.contacts", False),
        ("Deal__c", "associations.deals", True),
        ("Plan__c", "associations.2-9", False),
    ]


def test_a_lookup_that_cant_be_an_association_is_left_out_with_the_reason() -> None:
    proposal = made(
        field("Parent__c", Kind.REFERENCE, refers_to=(OBJECT.name,)),
        field("User__c", Kind.REFERENCE, refers_to=("User",)),
        field("Nothing__c", Kind.REFERENCE),
        field("Buyer__c", Kind.REFERENCE, refers_to=("Contact",)),
        field("Payer__c", Kind.REFERENCE, refers_to=("Contact",)),
    )
    told = reasons(proposal)
    assert "its own object" in told["Parent__c"]
    assert "points at User" in told["User__c"]
    assert "points at nothing" in told["Nothing__c"]
    assert told["Payer__c"].startswith("Buyer__c points at the same object")
    second = made(
        field("Buyer__c", Kind.REFERENCE, refers_to=("Contact",)),
        field("Payer__c", Kind.REFERENCE, refers_to=("Contact",)),
        wanted=Wanted(without=frozenset({"Buyer__c"})),
    )
    assert [each.field.name for each in second.lookups] == ["Payer__c"]


def test_names_of_objects_that_cant_be() -> None:
    there = (PortalObject("2-7", "subscription", "Abo", "Subscriptions"),)
    assert "already" in refused(there=there)
    assert "HubSpot's own objects" in refused(wanted=Wanted(object_name="deal"))
    assert "small letters" in refused(wanted=Wanted(object_name="Ørret"))
    assert "at most 50" in refused(wanted=Wanted(object_name="a" * 51))
    named = made(wanted=Wanted(object_name="abo"), there=there)
    assert (named.name, named.label, named.plural) == ("abo", "Subscription", "Subscriptions (Salesforce)")


def test_an_object_that_is_called_as_one_of_hubspots_gets_another_name() -> None:
    found = propose(OrgObject("Deal__c", "Deal", "Deals"), salesforce(), PLAIN)
    assert isinstance(found, Proposal)
    assert found.name == "sf_deal"
    long = propose(OrgObject("ns__" + "A" * 60 + "__c", "A", "As"), salesforce(), PLAIN)
    assert isinstance(long, Proposal)
    assert len(long.name) == 50


def test_an_object_without_a_name_cant_be_shown() -> None:
    assert "no name" in refused(field("Plan__c"), name=None)
    assert "no name" in refused(wanted=Wanted(without=frozenset({"Name"})))


def test_an_object_that_is_there_lends_what_fits() -> None:
    there = hubspot(
        field("name", label="Number"),
        field("plan", Kind.DATE, label="Something"),
        field("tier", Kind.NUMBER, label="Level"),
        field("hs_own", label="Own"),
        field("hubspot_owner_id", Kind.OWNER),
        field(KEY_PROPERTY),
    )
    proposal = made(
        field("Plan__c"),
        field("Level__c", Kind.NUMBER, label="Level"),
        field("Own__c", label="Own"),
        field("OwnerId", Kind.OWNER, label="Owner"),
        hubspot=there,
    )
    assert proposal.existing == "2-1"
    assert proposal.key is None
    assert names(proposal) == {
        "Name": "name", "OwnerId": "hubspot_owner_id", "Plan__c": "plan_2", "Level__c": "tier", "Own__c": "own",
    }  # fmt: skip
    assert [each.name for each in proposal.new_properties] == ["plan_2", "own"]
    assert proposal.new_properties[0].object == "2-1"


def test_an_object_that_is_there_gets_what_it_lacks() -> None:
    proposal = made(field("OwnerId", Kind.OWNER), hubspot=hubspot(field("name")), wanted=Wanted(names={"Name": "name"}))
    assert [each.name for each in proposal.new_properties] == [KEY_PROPERTY]
    assert reasons(proposal) == {"OwnerId": "HubSpot's object has no owner."}
    unfit = hubspot(field("title", Kind.DATE))
    assert "title" in refused(wanted=Wanted(names={"Name": "title"}), hubspot=unfit)


def test_what_hubspot_requires_and_nothing_fills_is_told() -> None:
    there = hubspot(field("name", required=True), field("title", required=True), field("plan"))
    assert made(field("Plan__c"), hubspot=there).unfilled == ("title",)
    assert made(field("Plan__c"), hubspot=there, wanted=Wanted(names={"Plan__c": "title"})).unfilled == ()


def test_only_new_fields_are_proposed_beside_mappings_there_are() -> None:
    taken = (
        Mapping("name", {OBJECT.name: "Name"}),
        Mapping("associations.contacts", {OBJECT.name: "Buyer__c"}),
    )
    proposal = made(
        field("Old__c"),
        field("New__c"),
        field("Payer__c", Kind.REFERENCE, refers_to=("Contact",)),
        hubspot=hubspot(field("name"), field(KEY_PROPERTY)),
        among=("New__c", "Payer__c"),
        taken=taken,
    )
    assert names(proposal) == {"New__c": "new"}
    assert proposal.mappings == (Mapping("new", {OBJECT.name: "New__c"}, Rule.ALWAYS_SALESFORCE),)
    assert "Buyer__c" in reasons(proposal)["Payer__c"]


def test_what_an_object_can_be_associated_with() -> None:
    there = PortalObject("2-1", "abo", "Abo", "Abos", targets=("0-1", "2-9"))
    assert there.reaches("contacts")
    assert there.reaches("2-9")
    assert not there.reaches("companies")
