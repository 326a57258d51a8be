"""A person's hands in both practice orgs, through the port and over real HTTP."""

from __future__ import annotations

import socket

import pytest
import requests

from crmsync_desktop.adapters.practice_records import AdminRecords
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.practice import Place, PracticeRecords
from tests.adapters.practice_records.conftest import START, TOKEN, Desk
from tests.practice.servers import running

pytestmark = pytest.mark.http
SIDES: tuple[tuple[Place, str, str, str], ...] = (
    ("salesforce", "Contact", "LastName", "Email"),
    ("hubspot", "contacts", "lastname", "email"),
)
both = pytest.mark.parametrize(("system", "kind", "name", "email"), SIDES)


def test_the_adapter_is_what_the_port_asks_for(desk: Desk) -> None:
    port: PracticeRecords = desk.records
    assert {each.system for each in port.types()} == {"salesforce", "hubspot"}


def test_every_object_is_there_with_its_fields_and_the_columns_worth_showing(desk: Desk) -> None:
    types = {(each.system, each.name): each for each in desk.records.types()}
    expected = {"Account", "Case", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "Task"}
    assert expected <= {name for system, name in types if system == "salesforce"}
    assert {"contacts", "companies", "deals", "tickets", "tasks"} <= {n for s, n in types if s == "hubspot"}
    for each in types.values():
        names = {field.name for field in each.fields}
        assert each.columns, each.name
        assert set(each.columns) <= names, each.name
    lead = {field.name: field for field in types["salesforce", "Lead"].fields}
    assert lead["Email"].editable
    assert not lead["IsConverted"].editable
    assert lead["Status"].options[0][0] == "Open - Not Contacted"
    contact = {field.name: field for field in types["hubspot", "contacts"].fields}
    assert ("customer", "Customer") in contact["lifecyclestage"].options
    assert contact["associations.companies"].editable


@both
def test_a_record_is_made_changed_and_read_as_a_persons(
    desk: Desk, system: Place, kind: str, name: str, email: str
) -> None:
    made = desk.records.create(system, kind, {name: "Moe", email: f"made@{system}.example"})
    assert (made.system, made.type, made.state, made.successor) == (system, kind, "live", "")
    assert (made.name, made.changed_by) == ("Moe", "person")
    assert made.changed_at >= START
    changed = desk.records.change(system, kind, made.id, {name: "Åse", email: ""})
    assert changed.values[name] == "Åse"
    assert email not in changed.values
    assert changed.changed_at > made.changed_at
    assert desk.records.get(system, kind, made.id) == changed


@both
def test_the_newest_change_comes_first_and_pages_go_on(
    desk: Desk, system: Place, kind: str, name: str, email: str
) -> None:
    ids = [desk.records.create(system, kind, {name: f"Page {n}"}).id for n in range(5)]
    desk.records.change(system, kind, ids[0], {name: "Page 0 again"})
    first = desk.records.page(system, kind, limit=2)
    assert [each.id for each in first.records] == [ids[0], ids[4]]
    second = desk.records.page(system, kind, offset=2, limit=2)
    assert [each.id for each in second.records] == [ids[3], ids[2]]
    assert first.total == second.total >= 5
    assert desk.records.page(system, kind, offset=first.total, limit=2).records == ()
    counts = {(each.system, each.name): each.count for each in desk.records.types()}
    assert counts[system, kind] == first.total
    columns = next(each.columns for each in desk.records.types() if (each.system, each.name) == (system, kind))
    assert tuple(first.records[0].values) == columns


@both
def test_a_search_finds_words_in_any_case_and_takes_them_literally(
    desk: Desk, system: Place, kind: str, name: str, email: str
) -> None:
    made = desk.records.create(system, kind, {name: "Ångström 100%_\\ sure", email: f"sought@{system}.example"})
    for search in ("ÅNGSTRÖM", "ångström SURE", "SOUGHT@", "0%_\\", "Ö", made.id):
        found = desk.records.page(system, kind, search=search)
        assert [each.id for each in found.records] == [made.id], search
        assert found.total == 1
    assert desk.records.page(system, kind, search="ångström nowhere").total == 0


@both
def test_the_recycle_bin_is_a_page_of_its_own(desk: Desk, system: Place, kind: str, name: str, email: str) -> None:
    older = desk.records.create(system, kind, {name: "Deleted last"})
    made = desk.records.create(system, kind, {name: "Binned", email: f"bin@{system}.example"})
    desk.records.delete(system, kind, [made.id])
    assert desk.records.get(system, kind, made.id).state == "deleted"
    desk.records.delete(system, kind, [older.id])
    assert [each.id for each in desk.records.page(system, kind, deleted=True).records][:2] == [older.id, made.id]
    assert desk.records.page(system, kind, search="Binned").total == 0
    assert desk.records.page(system, kind, search="Binned", deleted=True).total == 1
    desk.records.undelete(system, kind, [f"bin@{system}.example"])
    back = desk.records.get(system, kind, made.id)
    assert (back.state, back.changed_by) == ("live", "person")
    assert made.id not in [each.id for each in desk.records.page(system, kind, deleted=True).records]


@both
def test_an_address_stands_for_the_one_record_that_has_it(
    desk: Desk, system: Place, kind: str, name: str, email: str
) -> None:
    made = desk.records.create(system, kind, {name: "Only", email: f"only@{system}.example"})
    assert desk.records.get(system, kind, f"ONLY@{system}.example").id == made.id
    with pytest.raises(SetupError, match="e-mail address"):
        desk.records.get(system, kind, "nobody@firma.example")


def test_salesforce_takes_an_id_in_either_length(desk: Desk) -> None:
    made = desk.records.create("salesforce", "Lead", {"LastName": "Short", "Company": "C"})
    assert desk.records.get("salesforce", "Lead", made.id[:15]).id == made.id


def test_a_merge_in_salesforce_keeps_the_master(desk: Desk) -> None:
    one, two = (desk.records.create("salesforce", "Contact", {"LastName": n}).id for n in ("Merge a", "Merge b"))
    assert desk.records.merge("salesforce", "Contact", one, [two]) == one
    loser = desk.records.get("salesforce", "Contact", two)
    assert (loser.state, loser.successor) == ("merged", one)


def test_a_merge_in_hubspot_makes_a_new_record(desk: Desk) -> None:
    one, two, three = (desk.records.create("hubspot", "contacts", {"lastname": n}).id for n in "xyz")
    left = desk.records.merge("hubspot", "contacts", one, [two, three])
    assert left not in (one, two, three)
    assert desk.records.get("hubspot", "contacts", left).changed_by == "person"
    loser = desk.records.get("hubspot", "contacts", three)
    assert (loser.state, loser.successor) == ("merged", left)
    with pytest.raises(SetupError, match="was merged into"):
        desk.records.change("hubspot", "contacts", three, {"lastname": "No"})
    with pytest.raises(SetupError, match="Name the record"):
        desk.records.merge("hubspot", "contacts", left, [])
    with pytest.raises(SetupError, match="can't be merged with itself"):
        desk.records.merge("hubspot", "contacts", left, [left])


def test_a_lead_is_converted_with_and_without_an_opportunity(desk: Desk) -> None:
    plain, rich = (desk.records.create("salesforce", "Lead", {"LastName": n, "Company": "C"}).id for n in "pr")
    assert set(desk.records.convert(plain)) == {"account", "contact"}
    made = desk.records.convert(rich, "Ten chairs")
    assert desk.records.get("salesforce", "Opportunity", made["opportunity"]).name == "Ten chairs"
    lead = desk.records.get("salesforce", "Lead", rich)
    assert (lead.state, lead.successor) == ("converted", made["contact"])


def test_a_form_is_made_once_and_filled_in_by_its_name_or_id(desk: Desk) -> None:
    one = desk.records.submit_form("Ask us", {"email": "ask@firma.example"}, "https://firma.example/ask")
    assert (one.type, one.changed_by) == ("contacts", "person")
    assert desk.records.submit_form("Ask us", {"email": "ASK@firma.example"}).id == one.id
    assert desk.records.get("hubspot", "contacts", one.id).values["num_conversion_events"] == "2"
    with pytest.raises(SetupError, match="has no field firstname"):
        desk.records.submit_form("Ask us", {"email": "ask@firma.example", "firstname": "A"})


def test_what_is_associated_in_hubspot_is_shown_and_set(desk: Desk) -> None:
    one, two = (desk.records.create("hubspot", "companies", {"name": n}).id for n in ("One", "Two"))
    made = desk.records.create("hubspot", "contacts", {"lastname": "Both", "associations.companies": f"{two};{one}"})
    assert made.values["associations.companies"] == f"{two};{one}", "the primary one comes first"
    assert desk.records.get("hubspot", "companies", one).values["associations.contacts"] == made.id
    changed = desk.records.change("hubspot", "contacts", made.id, {"associations.companies": one})
    assert changed.values["associations.companies"] == one
    assert "associations.contacts" not in desk.records.get("hubspot", "companies", two).values
    with pytest.raises(SetupError, match="There is no company"):
        desk.records.change("hubspot", "contacts", made.id, {"associations.companies": "1"})
    with pytest.raises(SetupError, match="can't be associated"):
        desk.records.create("hubspot", "calls", {"hs_timestamp": "1800000000000", "associations.notes": "1"})


@pytest.mark.parametrize(
    ("system", "kind", "values", "told"),
    [
        ("salesforce", "Contact", {"FirstName": "No last name"}, r"Required fields are missing: \[LastName\]"),
        ("salesforce", "Contact", {"LastName": "X", "Email": "no"}, r"invalid email.*INVALID_EMAIL_ADDRESS: Email"),
        ("salesforce", "Contact", {"LastName": "X", "Shoe": "42"}, "No such column 'Shoe'"),
        ("salesforce", "Task", {"IsHighPriority": "perhaps"}, "boolean"),
        ("hubspot", "contacts", {"shoe": "42"}, r"does not exist \(VALIDATION_ERROR: shoe\)"),
        ("hubspot", "contacts", {"lifecyclestage": "nonsense"}, "not one of the allowed options"),
        ("hubspot", "contacts", {"hs_object_id": "1"}, "read only"),
    ],
)
def test_a_refusal_comes_in_the_orgs_own_words(
    desk: Desk, system: Place, kind: str, values: dict[str, str], told: str
) -> None:
    with pytest.raises(SetupError, match=told):
        desk.records.create(system, kind, values)


@pytest.mark.parametrize(
    ("system", "kind", "id", "told"),
    [
        ("sap", "Contact", "1", "There is no system “sap”"),
        ("salesforce", "Spaceship", "1", "has no object “Spaceship”. It has: Account"),
        ("salesforce", "User", "1", "has no object “User”"),
        ("salesforce", "Contact", "1", "“1” is no id of a Contact"),
        ("salesforce", "Contact", "003Pr0zzzzzzzzz", "There is no Contact with the id"),
        ("salesforce", "Account", "a@firma.example", "has no e-mail address"),
        ("hubspot", "spaceships", "1", "has no object “spaceships”. It has: contacts"),
        ("hubspot", "contacts", "x", "There is no contact with the id x"),
        ("hubspot", "companies", "a@firma.example", "Only contacts are known by their e-mail"),
    ],
)
def test_what_is_unknown_is_said_in_one_sentence(desk: Desk, system: Place, kind: str, id: str, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        desk.records.get(system, kind, id)


def test_an_address_that_several_have_stands_for_none(desk: Desk) -> None:
    twins = [
        desk.records.create("salesforce", "Contact", {"LastName": n, "Email": "twin@firma.example"}).id for n in "ab"
    ]
    with pytest.raises(SetupError, match="More than one Contact has .*" + twins[0]):
        desk.records.get("salesforce", "Contact", "twin@firma.example")
    for _ in "ab":
        made = desk.records.create("hubspot", "contacts", {"email": "ghost@firma.example"})
        desk.records.delete("hubspot", "contacts", [made.id])
    with pytest.raises(SetupError, match="More than one deleted contact"):
        desk.records.undelete("hubspot", "contacts", ["ghost@firma.example"])


def test_what_is_not_in_the_recycle_bin_does_not_come_out_of_it(desk: Desk) -> None:
    made = desk.records.create("hubspot", "contacts", {"lastname": "Here"})
    with pytest.raises(SetupError, match="is not in the recycle bin"):
        desk.records.undelete("hubspot", "contacts", [made.id])
    desk.records.delete("hubspot", "contacts", [made.id])
    with pytest.raises(SetupError, match="is in the recycle bin"):
        desk.records.delete("hubspot", "contacts", [made.id])
    lead = desk.records.create("salesforce", "Lead", {"LastName": "Here", "Company": "C"})
    with pytest.raises(SetupError, match="not in the recycle bin"):
        desk.records.undelete("salesforce", "Lead", [lead.id])


def test_several_are_deleted_or_none(desk: Desk) -> None:
    good = desk.records.create("hubspot", "contacts", {"lastname": "Good"})
    with pytest.raises(SetupError):
        desk.records.delete("hubspot", "contacts", [good.id, "1"])
    assert desk.records.get("hubspot", "contacts", good.id).state == "live"


def test_a_wrong_token_and_a_silent_port_are_setup_errors(desk: Desk) -> None:
    stranger = AdminRecords(desk.url, "another token")
    with pytest.raises(SetupError, match="admin token is missing or wrong"):
        stranger.types()
    stranger.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = AdminRecords(f"http://127.0.0.1:{free.getsockname()[1]}", TOKEN)
        with pytest.raises(SetupError, match=r"don't answer.*still running"):
            nobody.types()
        nobody.close()


def test_an_answer_that_is_none_of_the_admin_apis_is_a_setup_error() -> None:
    from starlette.applications import Starlette

    with running(Starlette()) as url:
        records = AdminRecords(url, TOKEN)
        with pytest.raises(SetupError, match=r"makes no sense.*GET /practice/types gave status 404"):
            records.types()
        records.close()


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "told"),
    [
        ("GET", "/practice/nothing", None, 404, "no such path"),
        ("DELETE", "/practice/types", None, 405, "method is not allowed"),
        ("GET", "/practice/records?system=hubspot&type=contacts&colour=red", None, 400, "Unknown: colour"),
        ("GET", "/practice/records?system=hubspot", None, 400, "type is missing"),
        ("GET", "/practice/records?system=hubspot&type=contacts&limit=501", None, 400, "limit must be a whole number"),
        ("GET", "/practice/records?system=hubspot&type=contacts&deleted=maybe", None, 400, "deleted must be true or"),
        ("POST", "/practice/create", [1], 400, "must be a JSON object"),
        ("POST", "/practice/create", {"system": 1, "type": "contacts"}, 400, "system must be a text"),
        ("POST", "/practice/create", {"system": "hubspot", "type": "contacts", "values": {"a": 1}}, 400, "values must"),
        ("POST", "/practice/delete", {"system": "hubspot", "type": "contacts", "ids": "1"}, 400, "ids must be a list"),
        ("POST", "/clock", {"advance_seconds": "1"}, 400, "advance_seconds must be a number"),
    ],
)
def test_the_admin_api_refuses_what_makes_no_sense(
    desk: Desk, verb: str, path: str, body: object, status: int, told: str
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.request(verb, desk.url + path, json=body, headers=headers, timeout=30)
    assert answer.status_code == status
    assert told in answer.json()["error"]


def test_an_orgs_own_objects_are_worked_in_as_the_others(desk: Desk) -> None:
    desk.practice.org.change_setup(custom_objects=["Subscription__c"])
    desk.practice.portal.change_setup(tier="enterprise")
    with desk.practice.portal.database.transaction():
        desk.practice.portal.schemas.create(
            {
                "name": "boats", "labels": {"singular": "Boat", "plural": "Boats"}, "primaryDisplayProperty": "keel",
                "properties": [{"name": "keel", "label": "Keel", "type": "string", "fieldType": "text"}],
                "associatedObjects": ["CONTACT"], "requiredProperties": ["keel"], "searchableProperties": ["keel"],
            }
        )  # fmt: skip
    types = {each.name: each for each in desk.records.types()}
    assert types["Subscription__c"].columns[0] == "Name"
    made = desk.records.create("salesforce", "Subscription__c", {"Plan__c": "Team"})
    assert desk.records.page("salesforce", "subscription__c").records[0].values["Plan__c"] == "Team"
    assert desk.records.change("salesforce", "Subscription__c", made.id, {"Plan__c": "Free"}).changed_by == "person"
    with pytest.raises(SetupError, match="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: Plan__c"):
        desk.records.change("salesforce", "Subscription__c", made.id, {"Plan__c": "Gold"})
    boats = next(each for name, each in types.items() if name.endswith("boats"))
    assert boats.columns == ("keel",)
    sailor = desk.records.create("hubspot", "contacts", {"lastname": "Sailor"})
    boat = desk.records.create("hubspot", boats.name, {"keel": "long", "associations.contacts": sailor.id})
    assert boat.values["associations.contacts"] == sailor.id
    assert desk.records.page("hubspot", boats.name, search="LONG").records[0].id == boat.id
