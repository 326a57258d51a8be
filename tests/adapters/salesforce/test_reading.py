"""Identity, owners, limits, reads by id and searches beyond the contract."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.domain.errors import LimitReached, SetupError
from crmsync_desktop.domain.records import Presence
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.ports.crm import Want
from tests.adapters.salesforce.conftest import Site

pytestmark = pytest.mark.http

CONTACTS = Want("Contact", ("LastName", "Email"), ("Email",))


def test_identity_names_org_user_and_zone(site: Site) -> None:
    identity = site.use(lambda crm: crm.identity())
    assert identity.account_id == site.org.organization_id
    assert len(identity.account_id) == 18
    assert identity.account_name == "Practice Org"
    assert identity.user_id == site.org.admin_id
    assert identity.time_zone == (site.org.get(site.org.organization_id) or {})["TimeZoneSidKey"]


def test_owners_are_all_standard_users(site: Site) -> None:
    owners = site.use(lambda crm: crm.owners())
    assert {owner.id for owner in owners} == {user["Id"] for user in site.org.users()}
    assert {owner.active for owner in owners} == {True, False}


def test_limits_are_asked_for_once_and_then_read_from_answers(site: Site) -> None:
    async def body(crm: SalesforceCrm) -> list[int]:
        used = [(await crm.allowance()).used]
        await crm.owners()
        used.append((await crm.allowance()).used)
        return used

    site.org.add_foreign_usage(500)
    assert site.use(body) == [501, 502]
    assert site.requests() == 2


@pytest.mark.parametrize("site", [{"daily_limit": 3}], indirect=True)
def test_the_orgs_own_limit_stops_reading(site: Site) -> None:
    site.org.add_foreign_usage(3)
    with pytest.raises(LimitReached) as caught:
        site.use(lambda crm: crm.read(CONTACTS, ["003000000000001AAA"]))
    assert "TotalRequests" in caught.value.detail
    assert site.requests() == 1


def test_a_long_read_takes_a_call_for_each_two_thousand(site: Site) -> None:
    site.org.load(("Contact", {"LastName": f"L{n}", "Email": f"e{n}@example.com"}) for n in range(4_100))
    schemas = site.use(lambda crm: crm.schemas(["Contact"])).values()

    async def body(crm: SalesforceCrm) -> tuple[int, int]:
        found = await crm.find(CONTACTS, "Email", [f"E{n}@example.com" for n in range(4_100)])
        searched = site.requests()
        again = await crm.read(CONTACTS, [record.id for record in reversed(found)])
        assert [record.id for record in again] == [record.id for record in reversed(found)]
        assert {record.presence for record in again} == {Presence.LIVE}
        return len(found), searched

    before = site.requests()
    found, searched = site.use(body, schemas=schemas)
    assert found == 4_100
    assert searched - before == 1
    assert site.requests() - searched == 3


def test_short_ids_and_other_objects_ids_and_no_ids(site: Site) -> None:
    contact = site.org.insert("Contact", {"LastName": "Here"})
    lead = site.org.insert("Lead", {"LastName": "Lead", "Company": "Acme"})
    asked = [contact[:15], lead, "nonsense", "'; DROP", contact]
    found = site.use(lambda crm: crm.read(CONTACTS, asked))
    assert [record.presence for record in found] == [
        Presence.LIVE,
        Presence.UNSEEN,
        Presence.UNSEEN,
        Presence.UNSEEN,
        Presence.LIVE,
    ]
    assert found[0].id == found[4].id == contact


def test_a_merged_record_read_by_id_names_its_master(site: Site) -> None:
    master, loser = (site.org.insert("Contact", {"LastName": name}) for name in ("Master", "Loser"))
    site.org.merge(master, [loser])
    (found,) = site.use(lambda crm: crm.read(CONTACTS, [loser]))
    assert (found.presence, found.successor) == (Presence.DELETED, ("Contact", master))


def test_a_converted_lead_is_a_tombstone_by_id_and_not_found(site: Site) -> None:
    lead = site.org.insert("Lead", {"LastName": "Was", "Company": "Acme", "Email": "was@example.com"})
    made = site.org.convert_lead(lead)
    want = Want("Lead", ("LastName",))
    (read,) = site.use(lambda crm: crm.read(want, [lead]))
    assert (read.presence, read.successor) == (Presence.DELETED, ("Contact", made["contact"]))
    assert site.use(lambda crm: crm.find(want, "Email", ["was@example.com"])) == []


def test_a_search_by_a_field_that_is_not_there_needs_a_person(site: Site) -> None:
    with pytest.raises(SetupError, match="Nope__c"):
        site.use(lambda crm: crm.find(CONTACTS, "Nope__c", ["x"]))


def test_one_describe_call_for_all_objects(site: Site) -> None:
    schemas = site.use(lambda crm: crm.schemas(["Contact", "Lead", "Account"]))
    assert list(schemas) == ["Contact", "Lead", "Account"]
    assert schemas["Lead"].fields["OwnerId"].kind is Kind.OWNER
    assert schemas["Contact"].fields["CRMSync_HubSpot_Id__c"].external_id
    assert site.requests() == 1


def test_many_reads_at_once_share_the_adapter(site: Site) -> None:
    ids = [site.org.insert("Contact", {"LastName": f"L{n}"}) for n in range(12)]

    async def body(crm: SalesforceCrm) -> list[Any]:
        await crm.schemas(["Contact"])
        return await asyncio.gather(*(crm.read(CONTACTS, [one]) for one in ids))

    answers = site.use(body)
    assert [answer[0].id for answer in answers] == ids
    assert [answer[0].cells[0] for answer in answers] == [f"L{n}" for n in range(12)]
