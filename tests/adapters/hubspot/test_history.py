"""Property history beyond the contract: what it costs, whose edit it was, and keys that may not see it."""

from __future__ import annotations

import orjson
import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.domain.newest import By, Edit
from crmsync_desktop.domain.records import Op, Side, Write
from crmsync_desktop.ports.crm import Want
from tests.adapters.hubspot.conftest import CONTACTS, Site

pytestmark = pytest.mark.http
WANT = Want("contacts", ("jobtitle",), ("email",))


def edits(site: Site, ids: list[str]) -> dict[str, dict[str, Edit]]:
    async def work(crm: HubSpotCrm) -> dict[str, dict[str, Edit]]:
        await crm.schemas(["contacts"])
        site.arrivals.seen.clear()
        return await crm.edits(WANT, ids, ["jobtitle"])

    return site.use(work)


def test_fifty_records_are_a_call(site: Site) -> None:
    ids = site.load(120, jobtitle="CTO")
    found = edits(site, ids)
    assert {each["jobtitle"].value for each in found.values()} == {"CTO"}
    assert len(found) == 120
    assert len(site.arrivals.seen) == 3


def test_a_persons_hand_a_workflow_and_another_program_are_told_apart_from_us(site: Site) -> None:
    person, workflow, program = (site.insert({"email": f"{n}@example.com", "jobtitle": "A"}) for n in range(3))

    async def ours(crm: HubSpotCrm) -> str:
        now = "2027-01-15T08:00:00Z"
        values: dict[str, str | None] = {"email": "ours@example.com", "jobtitle": "A"}
        write = Write("k", Side.HUBSPOT, "contacts", Op.CREATE, None, values, "003origin", now)
        (made,) = await crm.write([write])
        return made.id or ""

    mine = site.use(ours)
    site.pass_time(60)
    with site.portal.database.transaction():
        for id, source in ((person, "CRM_UI"), (workflow, "AUTOMATION_PLATFORM")):
            found = site.portal.find(CONTACTS, id, None)
            site.portal.update(CONTACTS, found, {"jobtitle": "B"}, source)  # type: ignore[arg-type]
    by = {id: each["jobtitle"].by for id, each in edits(site, [person, workflow, mine]).items()}
    assert by == {person: By.PERSON, workflow: By.MACHINE, mine: By.US}
    assert edits(site, [program])[program]["jobtitle"].by is By.MACHINE, "nothing here tells that it is our own key's"


def test_a_record_that_is_gone_is_left_out(site: Site) -> None:
    gone, kept = site.load(2, jobtitle="CTO")
    site.delete_there(gone)
    assert list(edits(site, [gone, kept])) == [kept]


@pytest.mark.parametrize(("status", "category"), [(400, "VALIDATION_ERROR"), (403, "MISSING_SCOPES")])
def test_a_key_that_may_not_see_histories_gives_none_and_no_error(site: Site, status: int, category: str) -> None:
    (contact,) = site.load(1, jobtitle="CTO")
    body = orjson.dumps({"status": "error", "category": category, "message": "no", "correlationId": "c"}).decode()

    async def work(crm: HubSpotCrm) -> dict[str, dict[str, Edit]]:
        await crm.schemas(["contacts"])
        site.fault(path="/batch/read", status=status, body=body)
        return await crm.edits(WANT, [contact], ["jobtitle"])

    assert site.use(work) == {}
