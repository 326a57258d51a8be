"""Labels of the account's own, the associations of one record, and what is counted from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal
from tests.practice.hubspot.conftest import NOW, Served

pytestmark = pytest.mark.http
PAIR = "/crm/associations/2026-03/contacts/companies"
LABELS = f"{PAIR}/labels"
OBJECTS = "/crm/objects/2026-03"


def company(served: Served, name: str = "Firma") -> str:
    return str(served.ok("POST", f"{OBJECTS}/companies", {"properties": {"name": name}})["id"])


def make(served: Served, kind: str, **properties: str) -> str:
    return str(served.ok("POST", f"{OBJECTS}/{kind}", {"properties": properties})["id"])


def spec(number: int, category: str = "HUBSPOT_DEFINED") -> dict[str, object]:
    return {"associationCategory": category, "associationTypeId": number}


def put(served: Served, contact: str, to: str, *types: dict[str, object]) -> Any:
    return served.ok("PUT", f"{OBJECTS}/contacts/{contact}/associations/companies/{to}", list(types))


def ends(served: Served, kind: str, record: str, to: str) -> dict[int, list[object]]:
    results = served.ok("GET", f"{OBJECTS}/{kind}/{record}/associations/{to}")["results"]
    return {each["toObjectId"]: [kind["label"] for kind in each["associationTypes"]] for each in results}


def value(served: Served, kind: str, record: str, name: str) -> Any:
    return served.ok("GET", f"{OBJECTS}/{kind}/{record}", properties=name)["properties"][name]


def test_a_label_with_two_sides(served: Served) -> None:
    made = served.ok("POST", LABELS, {"label": "Manager", "name": "manager", "inverseLabel": "Managed by"})["results"]
    assert [(each["category"], each["label"]) for each in made] == [
        ("USER_DEFINED", "Manager"), ("USER_DEFINED", "Managed by"),
    ]  # fmt: skip
    there, back = (each["typeId"] for each in made)
    contact, firm = served.contact(firstname="Kari"), company(served)
    answer = put(served, contact, firm, spec(there, "USER_DEFINED"))
    assert answer == {
        "fromObjectTypeId": "0-1", "fromObjectId": int(contact), "toObjectTypeId": "0-2", "toObjectId": int(firm),
        "labels": ["Manager"],
    }  # fmt: skip
    assert sorted(map(str, ends(served, "contacts", contact, "companies")[int(firm)])) == ["Manager", "None"]
    assert sorted(map(str, ends(served, "companies", firm, "contacts")[int(contact)])) == ["Managed by", "None"]
    assert back in [
        each["typeId"] for each in served.ok("GET", "/crm/v4/associations/companies/contacts/labels")["results"]
    ]
    body = {"associationTypeId": there, "label": "Boss", "inverseLabel": "Bossed by"}
    assert served.ask("PUT", LABELS, body).status_code == 204
    assert "Bossed by" in ends(served, "companies", firm, "contacts")[int(contact)]
    assert served.ask("DELETE", f"{LABELS}/{there}").status_code == 204
    assert ends(served, "contacts", contact, "companies") == {int(firm): [None]}
    assert ends(served, "companies", firm, "contacts") == {int(contact): [None]}


def test_a_label_outlives_a_restart(served: Served, tmp_path: Path) -> None:
    served.ok("POST", LABELS, {"label": "Manager", "name": "manager"})
    again = HubSpotPortal(tmp_path / "hubspot.db", PracticeClock(source=lambda: NOW))
    assert [each.label for each in again.association_types.between("companies", "contacts")][1:] == [
        "Primary Company",
        "Manager",
    ]
    again.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"label": "X"}, 400),
        ({"label": " ", "name": "x"}, 400),
        ({"label": "X", "name": "not a name"}, 400),
        ({"label": "X", "name": "x", "colour": "red"}, 400),
        ({"label": "Manager", "name": "other"}, 409),
        ({"label": "Other", "name": "manager"}, 409),
    ],
)
def test_a_label_that_makes_no_sense_is_refused(served: Served, body: dict[str, str], status: int) -> None:
    served.ok("POST", LABELS, {"label": "Manager", "name": "manager"})
    assert served.ask("POST", LABELS, body).status_code == status


def test_labels_are_changed_only_where_there_are_such(served: Served) -> None:
    assert served.ask("PUT", LABELS, {"associationTypeId": 1, "label": "x"}).status_code == 404
    assert served.ask("PUT", LABELS, {"associationTypeId": "1", "label": "x"}).status_code == 400
    assert served.ask("DELETE", f"{LABELS}/279").status_code == 404
    assert served.ask("GET", "/crm/associations/2026-03/calls/emails/labels").status_code == 400


def test_fifty_labels_and_no_more_and_none_for_small_accounts(served: Served) -> None:
    for number in range(50):
        served.ok("POST", LABELS, {"label": f"L{number}", "name": f"l{number}"})
    assert served.ask("POST", LABELS, {"label": "L", "name": "l"}).status_code == 400
    served.portal.change_setup(tier="starter")
    assert served.ask("POST", "/crm/v4/associations/deals/deals/labels", {"label": "L", "name": "l"}).status_code == 403


@pytest.mark.parametrize(
    "types",
    [[spec(3)], [spec(279, "USER_DEFINED")], [{"associationTypeId": 279}], [{**spec(279), "x": 1}], [], ["279"], {}],
)
def test_an_association_type_that_there_is_not_is_refused(served: Served, types: object) -> None:
    contact, firm = served.contact(firstname="Kari"), company(served)
    answer = served.ask("PUT", f"{OBJECTS}/contacts/{contact}/associations/companies/{firm}", types)
    assert answer.status_code == 400, answer.text
    inputs = {"inputs": [{"from": {"id": contact}, "to": {"id": firm}, "types": types}]}
    assert served.ask("POST", f"{PAIR}/batch/create", inputs).status_code == 400


def test_ends_that_are_none_are_refused(served: Served) -> None:
    contact, firm = served.contact(firstname="Kari"), company(served)
    assert served.ask("PUT", f"{OBJECTS}/contacts/{contact}/associations/companies/1", [spec(279)]).status_code == 404
    assert served.ask("PUT", f"{OBJECTS}/contacts/1/associations/default/companies/{firm}").status_code == 404
    assert served.ask("GET", f"{OBJECTS}/contacts/{contact}/associations/companies", after="x").status_code == 400
    for end in ({"id": "x"}, "x", None):
        body = {"inputs": [{"from": end, "to": {"id": firm}, "types": [spec(279)]}]}
        assert served.ask("POST", f"{PAIR}/batch/create", body).status_code == 400
    assert served.ask("POST", f"{PAIR}/batch/read", {"inputs": [{"id": "x"}]}).status_code == 400


def test_inline_associations_are_checked(served: Served) -> None:
    firm = company(served)
    for association in (
        "x",
        {"to": {"id": firm}},
        {"to": {"id": firm}, "types": ["x"]},
        {"to": {"id": firm}, "types": [spec(999)]},
    ):
        body = {"properties": {"firstname": "Kari"}, "associations": [association]}
        assert served.ask("POST", f"{OBJECTS}/contacts", body).status_code == 400
    assert served.portal.count("contacts") == 0


def test_defaults_are_answered_from_both_sides(served: Served) -> None:
    contact, firm = served.contact(firstname="Kari"), company(served)
    body = {"inputs": [{"from": {"id": contact}, "to": {"id": firm}}]}
    results = served.ok("POST", f"{PAIR}/batch/associate/default", body)["results"]
    assert [each["associationSpec"]["associationTypeId"] for each in results] == [279, 280]
    again = served.ok("PUT", f"{OBJECTS}/contacts/{contact}/associations/default/companies/{firm}")["results"]
    assert again == results
    many = {"inputs": [{"from": {"id": str(number)}, "to": {"id": firm}} for number in range(1, 103)]}
    assert served.ask("POST", f"{PAIR}/batch/archive", many).status_code == 400


def test_a_new_primary_company_demotes_the_old_one(served: Served) -> None:
    contact, one, two = served.contact(firstname="Kari"), company(served, "One"), company(served, "Two")
    before = served.ok("GET", f"{OBJECTS}/contacts/{contact}")["updatedAt"]
    served.clock.advance(5)
    put(served, contact, one, spec(1))
    assert value(served, "contacts", contact, "associatedcompanyid") == one
    put(served, contact, two, spec(1))
    assert ends(served, "contacts", contact, "companies") == {int(one): [None], int(two): ["Primary Company", None]}
    assert value(served, "contacts", contact, "associatedcompanyid") == two
    assert value(served, "contacts", contact, "num_associated_companies") == "2"
    assert value(served, "companies", one, "num_associated_contacts") == "1"
    assert served.ok("GET", f"{OBJECTS}/contacts/{contact}")["updatedAt"] > before
    served.ask("DELETE", f"{OBJECTS}/contacts/{contact}/associations/companies/{two}")
    assert value(served, "contacts", contact, "associatedcompanyid") is None
    assert value(served, "companies", two, "num_associated_contacts") == "0"
    served.ask("DELETE", f"{OBJECTS}/contacts/{contact}")
    assert value(served, "companies", one, "num_associated_contacts") == "0"


def test_a_company_can_be_given_by_its_id(served: Served) -> None:
    firm = company(served)
    contact = served.contact(firstname="Kari", associatedcompanyid=firm)
    assert ends(served, "contacts", contact, "companies") == {int(firm): ["Primary Company", None]}
    assert value(served, "companies", firm, "num_associated_contacts") == "1"
    served.ok("PATCH", f"{OBJECTS}/contacts/{contact}", {"properties": {"associatedcompanyid": ""}})
    assert ends(served, "contacts", contact, "companies") == {int(firm): [None]}


def test_activities_are_counted_for_their_contact(served: Served) -> None:
    contact = served.contact(firstname="Kari")
    call = make(served, "calls", hs_timestamp="2026-05-01T10:00:00Z", hs_call_title="Hello")
    note = make(served, "notes", hs_timestamp="2026-06-01T10:00:00Z", hs_note_body="<p>Liked it</p>")
    for kind, record in (("calls", call), ("notes", note)):
        served.ok("PUT", f"{OBJECTS}/{kind}/{record}/associations/default/contacts/{contact}")
    names = ("notes_last_contacted", "notes_last_updated", "num_notes", "num_contacted_notes")
    told = served.ok("GET", f"{OBJECTS}/contacts/{contact}", properties=",".join(names))["properties"]
    assert [told[name] for name in names] == ["2026-05-01T10:00:00Z", "2026-06-01T10:00:00Z", "2", "1"]


def test_the_older_paths_name_associations_in_words(served: Served) -> None:
    contact, firm = served.contact(firstname="Kari"), company(served)
    path = f"/crm/v3/objects/contacts/{contact}/associations/companies"
    made = served.ok("PUT", f"{path}/{firm}/contact_to_company")
    assert {each["type"] for each in made["associations"]["companies"]["results"]} == {
        "contact_to_company", "contact_to_company_unlabeled",
    }  # fmt: skip
    assert len(served.ok("GET", path)["results"]) == 2
    read = served.ok("GET", f"{OBJECTS}/contacts/{contact}", associations="companies")
    assert read["associations"]["companies"]["results"][0]["id"] == firm
    assert served.ask("DELETE", f"{path}/{firm}/1").status_code == 204
    assert [each["type"] for each in served.ok("GET", path)["results"]] == ["contact_to_company_unlabeled"]
    assert served.ask("PUT", f"{path}/{firm}/friend_of").status_code == 400


@pytest.mark.parametrize(
    ("kind", "number", "properties"),
    [
        ("calls", 194, {"hs_call_direction": "OUTBOUND", "hs_call_status": "COMPLETED", "hs_call_duration": "60000"}),
        ("emails", 198, {"hs_email_direction": "INCOMING_EMAIL", "hs_email_text": "Hi", "hs_email_html": "<p>Hi</p>"}),
        ("meetings", 200, {"hs_meeting_title": "Coffee", "hs_meeting_outcome": "SCHEDULED"}),
        ("notes", 202, {"hs_note_body": "Remember"}),
        ("tasks", 204, {"hs_task_subject": "Call", "hs_task_status": "WAITING"}),
    ],
)
def test_every_kind_of_activity_is_made_with_its_contact(
    served: Served, kind: str, number: int, properties: dict[str, str]
) -> None:
    contact = served.contact(firstname="Kari")
    body = {
        "properties": {"hs_timestamp": "1790000000000", **properties},
        "associations": [{"to": {"id": contact}, "types": [spec(number)]}],
    }
    made = served.ask("POST", f"{OBJECTS}/{kind}", body)
    assert made.status_code == 201, made.text
    assert made.json()["properties"]["hs_timestamp"] == "2026-09-21T14:13:20Z"
    assert properties.items() <= made.json()["properties"].items()
    assert list(ends(served, "contacts", contact, kind)) == [int(made.json()["id"])]
    answer = served.ask("POST", f"{OBJECTS}/{kind}", {"properties": properties})
    assert answer.status_code == 400
    assert answer.json()["context"] == {"properties": ["hs_timestamp"]}
    found = served.ok("POST", f"{OBJECTS}/{kind}/search", {"limit": 1})
    assert found["total"] == 1


def test_an_email_tells_who_wrote_to_whom(served: Served) -> None:
    headers = '{"from":{"email":"a@x.example","firstName":"A"},"to":[{"email":"b@x.example"},{"email":"c@x.example"}],"cc":[]}'
    email = make(served, "emails", hs_timestamp="1790000000000", hs_email_headers=headers)
    assert value(served, "emails", email, "hs_email_from_email") == "a@x.example"
    assert value(served, "emails", email, "hs_email_to_email") == "b@x.example;c@x.example"
    assert value(served, "emails", email, "hs_email_direction") == "EMAIL"


def test_a_task_that_is_done_has_the_date(served: Served) -> None:
    task = make(served, "tasks", hs_timestamp="1790000000000", hs_task_body="<b>Call</b> them")
    assert value(served, "tasks", task, "hs_body_preview") == "Call them"
    assert value(served, "tasks", task, "hs_task_is_completed") == "0"
    served.ok("PATCH", f"{OBJECTS}/tasks/{task}", {"properties": {"hs_task_status": "COMPLETED", "hs_task_body": ""}})
    assert value(served, "tasks", task, "hs_task_is_completed") == "1"
    assert value(served, "tasks", task, "hs_task_completion_date") == "2026-09-21T14:13:20Z"
    assert value(served, "tasks", task, "hs_body_preview") is None
