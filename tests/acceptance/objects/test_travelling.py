"""X1: a custom object of the org becomes one of HubSpot's, and its records travel with what they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crmsync_desktop.app.object_views import ObjectRequest
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, written
from tests.acceptance.objects.portal import clear
from tests.acceptance.pairs.portal import associated

NAME = "Subscription__c"


@pytest.fixture(scope="module", autouse=True)
def _left_as_found(here: World) -> Iterator[None]:
    yield
    clear(here)


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
    contact = here.salesforce.create("Contact", LastName="Moe", Email=f"moe{number}@example.com", AccountId=account)
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


def subscription(here: World, **fields: object) -> str:
    """A new one in Salesforce, linked; gives its id."""
    added(here)
    made = here.salesforce.create(NAME, **{"Plan__c": "Team", "Billing_Id__c": f"B{here.number()}", **fields})
    here.settled()
    return made


def partner(here: World, id: str) -> str:
    found = here.partner(NAME, Side.SALESFORCE, id)
    assert found is not None
    return found


def test_a_record_waits_for_nothing_but_its_association_for_its_parent(here: World) -> None:
    kind = added(here)
    contact = here.salesforce.create("Contact", LastName="Late", Email=f"late{here.number()}@example.com")
    here.settings(contacts={"on_salesforce_change": "nothing"})
    made = subscription(here, Contact__c=contact)
    id = partner(here, made)
    assert set(associated(here, kind, id, "contacts")) == set()
    assert here.codes(made, id) == ["PARENT_NOT_LINKED"]
    here.settings(contacts={"on_salesforce_change": "create_or_update"})
    here.salesforce.edit("Contact", contact, Title="CEO")
    here.settled()
    assert set(associated(here, kind, id, "contacts")) == {here.partner("contacts", Side.SALESFORCE, contact)}
    assert here.codes(made, id) == []


def test_a_lookup_that_moves_or_is_emptied_moves_the_association(here: World) -> None:
    kind = added(here)
    one, other = (here.salesforce.create("Account", Name=f"Acme {here.number()}") for _ in range(2))
    for account in (one, other):
        here.salesforce.create("Contact", LastName="X", Email=f"x{here.number()}@example.com", AccountId=account)
    made = subscription(here, Account__c=one)
    id = partner(here, made)
    assert set(associated(here, kind, id, "companies")) == {here.partner("companies", Side.SALESFORCE, one)}
    here.salesforce.edit(NAME, made, Account__c=other)
    here.settled()
    assert set(associated(here, kind, id, "companies")) == {here.partner("companies", Side.SALESFORCE, other)}
    here.salesforce.edit(NAME, made, Account__c=None)
    here.settled()
    assert associated(here, kind, id, "companies") == {}


def test_what_is_edited_in_hubspot_is_put_back(here: World) -> None:
    kind = added(here)
    made = subscription(here)
    id = partner(here, made)
    here.edit("hubspot", kind, id, plan="Free")
    here.settled()
    assert here.record("hubspot", kind, id)["plan"] == "Team"
    assert here.record("salesforce", NAME, made)["Plan__c"] == "Team"


def test_a_record_made_in_hubspot_stays_there(here: World) -> None:
    kind = added(here)
    id = here.make("hubspot", kind, name="Ours")
    here.settled()
    assert here.partner(NAME, Side.HUBSPOT, id) is None
    assert here.errors(id) == []


def test_deleting_in_salesforce_does_what_the_setting_says(here: World) -> None:
    kind = added(here)
    stays, goes = subscription(here), subscription(here)
    kept, lost = partner(here, stays), partner(here, goes)
    here.delete("salesforce", NAME, stays)
    here.settled()
    assert here.record("hubspot", kind, kept)["state"] == "live"
    here.run(here.service.set_setting(f"{NAME}.on_salesforce_delete", "delete"))
    here.delete("salesforce", NAME, goes)
    here.settled()
    assert here.record("hubspot", kind, lost)["state"] == "deleted"
    here.run(here.service.set_setting(f"{NAME}.on_salesforce_delete", "nothing"))
    assert here.record("salesforce", NAME, stays)["state"] == "deleted"


def test_what_comes_back_in_salesforce_is_linked_again(here: World) -> None:
    kind = added(here)
    made = subscription(here)
    id = partner(here, made)
    here.delete("salesforce", NAME, made)
    here.settled()
    here.undelete("salesforce", NAME, made)
    here.salesforce.edit(NAME, made, Plan__c="Enterprise")
    here.settled()
    assert here.partner(NAME, Side.SALESFORCE, made) == id
    assert here.record("hubspot", kind, id)["plan"] == "Enterprise"


def test_deleting_in_hubspot_deletes_nothing_in_salesforce(here: World) -> None:
    kind = added(here)
    made = subscription(here)
    here.delete("hubspot", kind, partner(here, made))
    here.settled()
    assert here.record("salesforce", NAME, made)["state"] == "live"


def test_records_that_are_merged_in_hubspot_keep_one_link(here: World) -> None:
    kind = added(here)
    one, other = subscription(here), subscription(here)
    first, second = partner(here, one), partner(here, other)
    survivor = here.merge("hubspot", kind, first, second)
    here.settled()
    assert survivor in (here.partner(NAME, Side.SALESFORCE, one), here.partner(NAME, Side.SALESFORCE, other))
    assert {here.record("salesforce", NAME, id)["state"] for id in (one, other)} == {"live"}


def test_a_create_whose_answer_is_lost_is_found_again(here: World) -> None:
    kind = added(here)
    made = here.salesforce.create(NAME, Plan__c="Free", Billing_Id__c=f"L{here.number()}")
    here.admin.fault("hubspot", path="batch/create", drop_after_commit=True, count=1)
    here.settled()
    here.admin.clear_faults()
    found = [
        id
        for id in here.named("hubspot", kind, "")
        if here.record("hubspot", kind, id).get("crmsync_salesforce_id") == made
    ]
    assert found == [here.partner(NAME, Side.SALESFORCE, made)]


def test_a_quiet_pass_costs_one_call_of_each_system_more_at_most(here: World) -> None:
    added(here)
    here.settled()
    here.admin.advance(2 * 3600)  # nothing is in the windows that are looked at again
    here.settled()
    here.run(here.service.set_setting(f"{NAME}.enabled", "off"))
    here.sync()
    without = here.calls()
    here.run(here.service.set_setting(f"{NAME}.enabled", "on"))
    here.sync()
    with_it = here.calls()
    assert with_it["salesforce"] == without["salesforce"]
    assert with_it["hubspot"] == without["hubspot"] + 1


def test_a_first_pass_takes_a_call_for_a_hundred_records_and_none_for_their_lookups(here: World) -> None:
    added(here)
    account = here.salesforce.create("Account", Name=f"Many {here.number()}")
    contact = here.salesforce.create("Contact", LastName="M", Email=f"m{here.number()}@example.com", AccountId=account)
    here.settled()
    here.admin.advance(2 * 3600)
    here.settled()
    quiet = here.calls()
    for _ in range(250):
        here.make("salesforce", NAME, Plan__c="Team", Account__c=account, Contact__c=contact)
    here.admin.reset_calls()
    assert written(here.sync()) == 250
    calls = here.admin.calls()
    assert calls["salesforce"] == quiet["salesforce"]
    assert calls["hubspot"] == quiet["hubspot"] + 3


def test_calls_are_booked_under_the_object(here: World) -> None:
    subscription(here)
    booked = {(side, pair) for _, side, pair, _, _ in here.service._budget.by_hour()}
    assert (Side.HUBSPOT, NAME) in booked
