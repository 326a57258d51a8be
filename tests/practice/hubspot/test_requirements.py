"""Required properties: enforced by 2026-09, passed over by 2026-03 and v3."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.hubspot.setup import ConditionalRule
from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
NEW, OLD, OLDEST = "/crm/objects/2026-09/contacts", "/crm/objects/2026-03/contacts", "/crm/v3/objects/contacts"


@pytest.fixture
def strict(served: Served) -> Served:
    rule = ConditionalRule("lifecyclestage", ("customer",), ("phone",))
    served.portal.change_setup(
        required_properties={"contacts": ["lastname"]}, conditional_required={"contacts": [rule]}
    )
    return served


def codes(body: Any) -> dict[str, str]:
    return {error["context"]["propertyName"][0]: error["code"] for error in body["errors"]}


def test_a_create_needs_what_the_account_requires(strict: Served) -> None:
    properties = {"email": "a@firma.example", "lifecyclestage": "customer"}
    refused = strict.ask("POST", NEW, {"properties": properties})
    assert refused.status_code == 400
    assert refused.json()["category"] == "VALIDATION_ERROR"
    assert codes(refused.json()) == {
        "lastname": "MISSING_REQUIRED_PROPERTY",
        "phone": "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
    }
    for path in (OLD, OLDEST):
        made = strict.ok("POST", path, {"properties": properties})
        assert strict.ask("DELETE", f"{path}/{made['id']}").status_code == 204
    assert strict.ask("POST", NEW, {"properties": {**properties, "lastname": "A", "phone": "1"}}).status_code == 201


def test_an_update_may_not_clear_a_required_one_nor_meet_a_condition_halfway(strict: Served) -> None:
    contact = strict.ok("POST", OLD, {"properties": {"firstname": "A"}})["id"]
    patch = f"{NEW}/{contact}"
    assert strict.ask("PATCH", patch, {"properties": {"firstname": "B"}}).status_code == 200, "it never had a lastname"
    assert codes(strict.ask("PATCH", patch, {"properties": {"lastname": ""}}).json()) == {
        "lastname": "MISSING_REQUIRED_PROPERTY"
    }
    customer = {"properties": {"lifecyclestage": "customer"}}
    assert codes(strict.ask("PATCH", patch, customer).json()) == {"phone": "MISSING_CONDITIONAL_REQUIRED_PROPERTY"}
    assert strict.ask("PATCH", f"{OLD}/{contact}", customer).status_code == 200
    assert strict.ask("PATCH", patch, {"properties": {"firstname": "C"}}).status_code == 200, (
        "it doesn't touch the rule"
    )


def test_batches_are_held_to_it_too(strict: Served) -> None:
    create = {"inputs": [{"properties": {"firstname": "A"}, "objectWriteTraceId": "t"}]}
    made = strict.ask("POST", f"{NEW}/batch/create", create)
    assert made.status_code == 207
    assert codes(made.json()["errors"][0]) == {"lastname": "MISSING_REQUIRED_PROPERTY"}
    contact = strict.ok("POST", f"{OLD}/batch/create", create)["results"][0]["id"]
    clear = {"inputs": [{"id": contact, "properties": {"lastname": ""}}]}
    assert strict.ask("POST", f"{NEW}/batch/update", clear).status_code == 400
    upsert = {"inputs": [{"id": "a@firma.example", "idProperty": "email", "properties": {"firstname": "A"}}]}
    assert strict.ask("POST", f"{NEW}/batch/upsert", upsert).status_code == 400
    assert strict.ask("POST", f"{OLDEST}/batch/upsert", upsert).status_code == 200
