"""Field history beyond the contract: what it costs, whose edit it was, and orgs that don't have it."""

from __future__ import annotations

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.domain.newest import By, Edit
from crmsync_desktop.domain.records import UNSEEN
from crmsync_desktop.ports.crm import Want
from tests.adapters.salesforce.conftest import Site

pytestmark = pytest.mark.http
CONTACTS = Want("Contact", ("Title", "OwnerId", "Description"), ("Email",))


def track(site: Site, *fields: str) -> None:
    site.org.change_setup(tracked_fields=tuple(f"Contact.{field}" for field in fields))


def edits(site: Site, ids: list[str], *fields: str) -> dict[str, dict[str, Edit]]:
    async def work(crm: SalesforceCrm) -> dict[str, dict[str, Edit]]:
        await crm.schemas(["Contact"])
        site.faults.seen.clear()
        return await crm.edits(CONTACTS, ids, list(fields))

    found: dict[str, dict[str, Edit]] = site.use(work)
    return found


def test_hundreds_of_records_are_one_call_and_one_to_know_the_user(site: Site) -> None:
    track(site, "Title")
    ids = [site.org.insert("Contact", {"LastName": f"L {n}", "Title": "A"}) for n in range(300)]
    for id in ids:
        site.org.update(id, {"Title": "B"})
    found = edits(site, ids, "Title")
    assert {id: each["Title"].value for id, each in found.items()} == dict.fromkeys(ids, "B")
    assert len(site.faults.seen) == 2


def test_the_connected_users_edits_are_ours_and_others_are_a_persons(site: Site) -> None:
    track(site, "Title")
    ours, theirs = (site.org.insert("Contact", {"LastName": "L", "Title": "A"}) for _ in range(2))
    site.org.update(ours, {"Title": "B"})
    site.org.update(theirs, {"Title": "B"}, site.org.users()[1]["Id"])
    found = edits(site, [ours, theirs], "Title")
    assert (found[ours]["Title"].by, found[theirs]["Title"].by) == (By.US, By.PERSON)


def test_an_owner_is_told_by_id_and_a_long_text_without_value(site: Site) -> None:
    track(site, "OwnerId", "Description")
    seller = site.org.users()[1]["Id"]
    contact = site.org.insert("Contact", {"LastName": "L", "Description": "a"})
    site.org.update(contact, {"OwnerId": seller, "Description": "b"})
    found = edits(site, [contact], "OwnerId", "Description")[contact]
    assert (found["OwnerId"].value, found["Description"].value) == (seller, UNSEEN)


@pytest.mark.parametrize("hidden", [(), ("ContactHistory",)])
def test_an_org_without_history_or_a_user_without_right_gives_none_and_no_error(
    site: Site, hidden: tuple[str, ...]
) -> None:
    if hidden:
        track(site, "Title")
        site.org.change_setup(hidden_objects=hidden)
    contact = site.org.insert("Contact", {"LastName": "L", "Title": "A"})
    site.org.update(contact, {"Title": "B"})
    assert edits(site, [contact], "Title") == {}
    assert len(site.faults.seen) == 1


def test_a_field_that_is_not_tracked_is_left_out(site: Site) -> None:
    track(site, "OwnerId")
    contact = site.org.insert("Contact", {"LastName": "L", "Title": "A"})
    site.org.update(contact, {"Title": "B"})
    assert edits(site, [contact], "Title", "OwnerId") == {}
