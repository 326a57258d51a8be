"""X1: a custom object of the org becomes one of HubSpot's, and its records travel with what they belong to."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.app.object_views import ObjectRequest
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.portal import associated

NAME = "Subscription__c"


def added(here: World, **request: Any) -> str:
    """The pair is there and on; gives HubSpot's type id."""
    settings = here.store.settings()
    if not settings.custom_objects:
        here.run(here.service.add_object(NAME, ObjectRequest(**request)))
        here.run(here.service.set_setting(f"{NAME}.enabled", "on"))
    return here.store.settings().custom_objects[0].hubspot


def test_records_are_created_with_their_values_and_associations(here: World) -> None:
    kind = added(here)
    number = here.number()
    account = here.salesforce.create("Account", Name=f"Fjord {number}")
    contact = here.salesforce.create(
        "Contact", LastName="Moe", Email=f"moe{number}@example.com", AccountId=account
    )
    subscription = here.salesforce.create(
        NAME, Account__c=account, Contact__c=contact, Plan__c="Team", Start_Date__c="2026-03-01", Monthly_Price__c=49.5
    )
    here.settled()
    id = here.partner(NAME, Side.SALESFORCE, subscription)
    assert id is not None
    record = here.record("hubspot", kind, id)
    assert (record["plan"], record["start_date"], record["monthly_price"]) == ("Team", "2026-03-01", "49.5")
    assert record["crmsync_salesforce_id"] == subscription
    company = here.partner("companies", Side.SALESFORCE, account)
    person = here.partner("contacts", Side.SALESFORCE, contact)
    assert set(associated(here, kind, id, "companies")) == {company}
    assert set(associated(here, kind, id, "contacts")) == {person}
    assert here.errors(subscription, id) == []
    here.salesforce.edit(NAME, subscription, Plan__c="Enterprise")
    assert written(here.sync()) == 1
    assert here.record("hubspot", kind, id)["plan"] == "Enterprise"
