"""Making and changing custom objects of HubSpot, over HTTP (X1)."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.domain.errors import CrmSyncError, SetupError
from crmsync_desktop.domain.new_property import NewProperty
from crmsync_desktop.domain.object_fields import Wanted
from crmsync_desktop.domain.object_proposal import OrgObject, Proposal, propose
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from tests.adapters.hubspot.conftest import Site

pytestmark = pytest.mark.http
LOST = {"system": "hubspot", "method": "POST", "path": "crm-object-schemas"}


def proposal(*fields: Field, name: str = "Plan__c") -> Proposal:
    own = Field("Name", "Name", Kind.TEXT, "string")
    schema = Schema(Side.SALESFORCE, name, "Plan", {each.name: each for each in (own, *fields)}, "")
    found = propose(OrgObject(name, "Plan", "Plans"), schema, Wanted())
    assert isinstance(found, Proposal)
    return found


def lookup(name: str, object: str) -> Field:
    return Field(name, name, Kind.REFERENCE, "reference", refers_to=(object,))


def listed(*values: str) -> Field:
    return Field("Tier__c", "Tier", Kind.PICKLIST, "picklist", options=tuple(Option(each, each) for each in values))


def text(number: int) -> NewProperty:
    return NewProperty("", f"text_{number}", f"Text {number}", "string", "text", "", (), "")


@pytest.fixture
def there(site: Site) -> Site:
    site.portal.change_setup(tier="enterprise")
    return site


def made(site: Site, *fields: Field) -> str:
    return site.use(lambda crm: crm.objects.make_object(proposal(*fields))).id


def test_an_object_is_made_with_one_call_and_read_with_its_associations(there: Site) -> None:
    kind = made(there, lookup("Account__c", "Account"), lookup("Buyer__c", "Contact"), listed("a", "b"))
    assert len(there.arrivals.seen) == 1
    schema = there.use(lambda crm: crm.schemas([kind]))[kind]
    assert len(there.arrivals.seen) == 4  # the definition, and the labels of each association
    assert schema.label == "Plan"
    assert schema.fields["name"].required
    assert schema.fields["crmsync_salesforce_id"].unique
    companies = schema.fields["associations.companies"]
    assert (companies.kind, companies.refers_to) == (Kind.REFERENCE, ("companies",))
    assert companies.options[0].value.isdecimal()
    assert companies.options != schema.fields["associations.contacts"].options


def test_custom_objects_are_listed_with_what_they_can_be_associated_with(there: Site) -> None:
    made(there, lookup("Account__c", "Account"))
    (found,) = there.use(lambda crm: crm.objects.object_types())
    assert (found.name, found.label, found.plural, found.label_property) == ("plan", "Plan", "Plans", "name")
    assert found.reaches("companies")
    assert not found.reaches("deals")


def test_many_properties_take_a_call_for_a_hundred_and_one_for_their_group(there: Site) -> None:
    kind = made(there)
    before = len(there.arrivals.seen)
    there.use(lambda crm: crm.objects.make_properties(kind, [text(number) for number in range(150)]))
    assert len(there.arrivals.seen) - before == 3
    fields = there.use(lambda crm: crm.schemas([kind]))[kind].fields
    assert {f"text_{number}" for number in range(150)} <= fields.keys()
    there.use(lambda crm: crm.objects.make_properties(kind, []))


def test_properties_that_are_there_are_left_as_they_are(there: Site) -> None:
    kind = made(there)
    there.use(lambda crm: crm.objects.make_properties(kind, [text(1)]))
    there.use(lambda crm: crm.objects.make_properties(kind, [text(1), text(2)]))
    assert "text_2" in there.use(lambda crm: crm.schemas([kind]))[kind].fields


def test_properties_that_hubspot_refuses_are_told_in_its_words_and_the_others_made(there: Site) -> None:
    kind = made(there)
    wrong = [NewProperty("", f"Wrong{number}", "x", "string", "text", "", (), "") for number in range(5)]
    told = refused(there, lambda crm: crm.objects.make_properties(kind, [*wrong, text(1)]))
    assert "must be lowercase" in told
    assert "And 2 more" in told
    assert "text_1" in there.use(lambda crm: crm.schemas([kind]))[kind].fields


def refused(site: Site, work: Any) -> str:
    with pytest.raises(SetupError) as told:
        site.use(work)
    return f"{told.value.title} {told.value.detail} {told.value.hint}"


def test_values_are_added_after_those_there_are_with_labels_told_apart(there: Site) -> None:
    kind = made(there, listed("a", "b"))
    added = (Option("b", "b"), Option("c", "a"), Option("d", "D"))
    there.use(lambda crm: crm.objects.add_options(kind, "tier", added))
    options = there.use(lambda crm: crm.schemas([kind]))[kind].fields["tier"].options
    assert [(each.value, each.label) for each in options] == [("a", "a"), ("b", "b"), ("c", "a (c)"), ("d", "D")]
    before = len(there.arrivals.seen)
    there.use(lambda crm: crm.objects.add_options(kind, "tier", added))
    assert len(there.arrivals.seen) - before == 1
    assert "nothing" in refused(there, lambda crm: crm.objects.add_options(kind, "nothing", added))


def test_objects_are_joined_once(there: Site) -> None:
    kind = made(there)
    for _ in range(2):
        there.use(lambda crm: crm.objects.join(kind, "deals"))
    assert "associations.deals" in there.use(lambda crm: crm.schemas([kind]))[kind].fields
    assert "nothing" in refused(there, lambda crm: crm.objects.join(kind, "nothing"))


def test_an_object_that_isnt_there_is_told(there: Site) -> None:
    assert "objects remove" in refused(there, lambda crm: crm.schemas(["2-99"]))


def test_an_account_without_enterprise_and_a_name_that_is_taken_are_told(site: Site) -> None:
    assert "Enterprise" in refused(site, lambda crm: crm.objects.make_object(proposal()))
    site.portal.change_setup(tier="enterprise")
    made(site)
    assert "--name" in refused(site, lambda crm: crm.objects.make_object(proposal()))


def test_an_object_whose_answer_is_lost_is_looked_for_and_not_made_twice(there: Site) -> None:
    there.faults.order(dict(LOST, drop_after_commit=True))
    kind = made(there)
    assert [each.id for each in there.use(lambda crm: crm.objects.object_types())] == [kind]


def test_an_object_whose_request_is_lost_is_not_there(there: Site) -> None:
    there.faults.order(dict(LOST, status=502))
    with pytest.raises(CrmSyncError):
        made(there)
    assert there.use(lambda crm: crm.objects.object_types()) == []
