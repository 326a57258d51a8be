"""Workflows that write to records after somebody else has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"


def switch_on(served: Served, *automations: dict[str, Any]) -> None:
    served.portal.change_setup(automations=list(automations))


def read(served: Served, contact: str, *names: str) -> list[Any]:
    properties = served.ok("GET", f"{CONTACTS}/{contact}", properties=",".join(names))["properties"]
    return [properties[name] for name in names]


def change(served: Served, contact: str, **properties: str) -> None:
    served.clock.advance(1)
    served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": properties})


def test_a_workflow_answers_a_change_at_once(served: Served) -> None:
    switch_on(served, {"type": "contacts", "changed": "lastname", "sets": {"lastname": "{upper lastname}"}})
    contact = served.contact(lastname="Nordmann")
    assert read(served, contact, "lastname") == ["NORDMANN"]
    assert served.portal.changed_by("contacts", [int(contact)]) == {int(contact): "automation"}
    change(served, contact, lastname="Hansen")
    told = served.ok("GET", f"{CONTACTS}/{contact}", propertiesWithHistory="lastname")["propertiesWithHistory"]
    sources = [(each["value"], each["sourceType"]) for each in told["lastname"][:2]]
    assert sources == [("HANSEN", "AUTOMATION_PLATFORM"), ("Hansen", "INTEGRATION")]
    change(served, contact, firstname="Kari")
    assert served.portal.changed_by("contacts", [int(contact)]) == {int(contact): "sync"}


def test_a_workflow_may_take_its_time(served: Served) -> None:
    switch_on(
        served,
        {
            "type": "contacts",
            "changed": "jobtitle",
            "equals": "CEO",
            "sets": {"message": "important"},
            "after_seconds": 60,
        },
    )
    contact, other = served.contact(jobtitle="CEO"), served.contact(jobtitle="clerk")
    served.clock.advance(59)
    assert read(served, contact, "message") == [None]
    before = served.ok("GET", f"{CONTACTS}/{contact}")["updatedAt"]
    served.clock.advance(1)
    assert read(served, contact, "message") == ["important"]
    assert read(served, other, "message") == [None]
    assert served.ok("GET", f"{CONTACTS}/{contact}")["updatedAt"] > before
    late = served.contact(jobtitle="CEO")
    served.ask("DELETE", f"{CONTACTS}/{late}")
    served.clock.advance(61)
    assert (
        served.ok("GET", f"{CONTACTS}/{late}", archived="true", properties="message")["properties"]["message"] is None
    )


def test_workflows_start_each_other_but_none_twice(served: Served) -> None:
    switch_on(
        served,
        {"type": "contacts", "changed": "city", "sets": {"state": "{copy city}"}},
        {"type": "contacts", "changed": "state", "sets": {"city": "{lower state}"}},
        {"type": "deals", "sets": {"description": "never"}},
    )
    assert read(served, served.contact(city="OSLO"), "city", "state") == ["oslo", "OSLO"]


def test_a_workflow_for_new_records_leaves_old_ones_alone(served: Served) -> None:
    switch_on(
        served,
        {"type": "contacts", "on": "create", "sets": {"message": "welcome", "fax": ""}},
        {"type": "contacts", "on": "update", "sets": {"salutation": "{title firstname}"}},
    )
    contact = served.contact(firstname="kari", fax="1")
    assert read(served, contact, "message", "fax", "salutation") == ["welcome", None, None]
    change(served, contact, message="", lastname="N")
    assert read(served, contact, "message", "salutation") == [None, "Kari"]
