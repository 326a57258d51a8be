"""X1: what speaks of a custom object that was taken off since still answers."""

from __future__ import annotations

import pytest

from crmsync_desktop.app.object_views import ObjectRequest
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Category, Side
from tests.acceptance.life.world import World, written
from tests.acceptance.objects.portal import base

NAME = "Subscription__c"
pytestmark = pytest.mark.usefixtures("cleared")


def turned_on(here: World) -> str:
    here.run(here.service.add_object(NAME, ObjectRequest()))
    here.run(here.service.set_setting(f"{NAME}.enabled", "on"))
    return here.store.settings().custom_objects[0].hubspot


def test_its_passes_changes_and_records_are_still_told_of(here: World) -> None:
    kind = turned_on(here)
    made = here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"T{here.number()}")
    done = here.sync()
    id = here.partner(NAME, Side.SALESFORCE, made)
    assert id is not None
    here.run(here.service.remove_object(NAME))
    assert any(NAME in str(tally) for tally in here.run(here.service.passes(1))[0].tallies)
    assert [change.record_id for change in here.run(here.service.changes(done.id, 0, 10))] == [id]
    assert here.run(here.service.why(id, None)) is not None
    assert here.run(here.service.why(f"https://app.hubspot.com/contacts/1/record/{kind}/{id}", None)) is not None
    assert here.run(here.service.status()) is not None
    assert written(here.sync()) == 0


def test_a_pass_that_made_its_records_is_undone_without_them(here: World) -> None:
    kind = turned_on(here)
    made = here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"T{here.number()}")
    done = here.sync()
    id = here.partner(NAME, Side.SALESFORCE, made)
    assert id is not None
    here.run(here.service.remove_object(NAME))
    undone = here.run(here.service.undo(done.id, None, False, True))
    assert written(undone.result) == 0
    assert here.record("hubspot", kind, id)["state"] == "live"
    (left,) = undone.left
    assert (left.pair, left.record_id) == (NAME, id)
    assert left.fields[0].why == f"{NAME} doesn't sync here any more, or can't be read"


def test_a_plan_that_was_kept_writes_nothing_of_it(here: World) -> None:
    turned_on(here)
    here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"T{here.number()}")
    planned = here.sync(preview=True)
    here.run(here.service.remove_object(NAME))
    (plan,) = [each for each in here.run(here.service.plans()) if each.number == planned.id]
    assert plan.settings_changed
    applied = here.run(here.service.apply(planned.id))
    assert written(applied.result) == 0
    assert [(each.pair, each.op, each.fields[0].why) for each in applied.moved] == [
        (NAME, "create", "its pair is switched off or was taken off")
    ]


def test_its_errors_go_with_it(here: World) -> None:
    turned_on(here)
    contact = here.salesforce.create("Contact", LastName="NoMail")
    here.settings(contacts={"on_salesforce_change": "nothing"})
    here.salesforce.create(NAME, Contact__c=contact, Billing_Id__c=f"T{here.number()}")
    here.sync()
    assert [row.pair for row in here.store.errors(Category.ASSOCIATIONS, 0, 10)] == [NAME]
    here.run(here.service.remove_object(NAME))
    here.settings(contacts={"on_salesforce_change": "create_or_update"})
    assert here.store.errors(Category.ASSOCIATIONS, 0, 10) == []


def test_a_key_that_may_not_read_its_records_keeps_no_other_pair_from_syncing(here: World) -> None:
    kind = turned_on(here)
    here.settled()
    here.admin.fault("hubspot", path=f"/crm/objects/2026-03/{kind}/search", status=403, count=0)
    person = here.salesforce.create("Contact", LastName="R", Email=f"r{here.number()}@example.com")
    here.sync()
    here.admin.clear_faults()
    assert here.partner("contacts", Side.SALESFORCE, person) is not None
    assert [row.record_id for row in here.store.errors(Category.PERMISSIONS, 0, 10)] == [NAME]
    here.sync()
    assert here.store.errors(Category.PERMISSIONS, 0, 10) == []


def test_an_object_that_went_from_hubspot_can_be_taken_off(here: World) -> None:
    kind = turned_on(here)
    here.hubspot.session.delete(f"{base(here)}/{kind}", timeout=30).raise_for_status()
    found = here.run(here.service.custom_objects())
    assert [(each.added, each.hubspot) for each in found.salesforce] == [(True, kind)]
    here.run(here.service.remove_object(NAME))
    assert written(here.sync()) == 0


def test_an_object_that_went_from_salesforce_is_still_listed_and_can_be_taken_off(here: World) -> None:
    turned_on(here)
    here.settled()
    here.admin.post("/salesforce/setup", hidden_objects=[NAME])
    try:
        found = here.run(here.service.custom_objects())
        assert [(each.name, each.added) for each in found.salesforce] == [(NAME, True)]
        with pytest.raises(SetupError, match="can't see the object"):
            here.run(here.service.propose_object(NAME, ObjectRequest()))
        here.run(here.service.remove_object(NAME))
    finally:
        here.admin.post("/salesforce/setup", hidden_objects=[])


def test_an_object_that_a_person_deleted_in_hubspot_keeps_no_other_pair_from_syncing(here: World) -> None:
    kind = turned_on(here)
    made = here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"T{here.number()}")
    here.settled()
    id = here.partner(NAME, Side.SALESFORCE, made)
    here.delete("hubspot", kind, str(id))
    here.hubspot.session.delete(f"{base(here)}/{kind}", timeout=30).raise_for_status()
    here.salesforce.edit(NAME, made, Plan__c="Enterprise")
    person = here.salesforce.create("Contact", LastName="G", Email=f"g{here.number()}@example.com")
    for anew in (False, True):
        here.store.save_document("schemas_outdated", anew)
        assert here.sync().state == "done"
        (told,) = here.store.errors(Category.PERMISSIONS, 0, 10)
        assert told.record_id == NAME
        assert f"HubSpot doesn't show the custom object {kind}" in told.message
        assert "objects remove" in told.hint
    assert here.partner("contacts", Side.SALESFORCE, person) is not None
    here.run(here.service.remove_object(NAME))
    here.settled()
    assert here.store.errors(Category.PERMISSIONS, 0, 10) == []
