"""Contact lists and their members."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.practice.hubspot.lists import Lists
from tests.adapters.hubspot.conftest import START, Site
from tests.practice.servers import running

pytestmark = pytest.mark.http


def make_list(site: Site, name: str, members: list[str], **more: Any) -> str:
    lists = Lists(site.portal)
    with site.portal.database.transaction():
        made = lists.create({"name": name, "objectTypeId": "0-1", "processingType": "MANUAL", **more})
        if members:
            lists.update_members(made, members, [])
    return str(made.id)


def join(site: Site, list_id: str, members: list[str]) -> None:
    lists = Lists(site.portal)
    with site.portal.database.transaction():
        lists.update_members(lists.get(list_id), members, [])


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


async def members(crm: HubSpotCrm, list_id: str) -> list[list[str]]:
    return [page async for page in crm.members(list_id)]


def test_contact_lists_come_active_ones_first_by_name(site: Site) -> None:
    ids = site.load(3)
    has_email = {"filterBranchType": "AND", "filters": [
        {"filterType": "PROPERTY", "property": "email", "operation": {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}}
    ]}  # fmt: skip
    branch = {"filterBranchType": "OR", "filterBranches": [{**has_email, "filterBranches": []}], "filters": []}
    make_list(site, "zebra", ids[:2])
    make_list(site, "Companies", [], objectTypeId="0-2")
    make_list(site, "Apples", [])
    make_list(site, "with e-mail", [], processingType="DYNAMIC", filterBranch=branch)
    found = site.use(lambda crm: crm.lists())
    assert [(each.name, each.active, each.size) for each in found] == [
        ("with e-mail", True, 3),
        ("Apples", False, 0),
        ("zebra", False, 2),
    ]
    assert site.calls() == 1


def test_members_cost_one_call_per_250(site: Site) -> None:
    ids = site.load(600)
    list_id = make_list(site, "All", ids)
    assert site.use(lambda crm: members(crm, list_id)) == [ids[:250], ids[250:500], ids[500:]]
    assert site.calls() == 3


def test_an_empty_list_has_no_pages(site: Site) -> None:
    list_id = make_list(site, "None", [])
    assert site.use(lambda crm: members(crm, list_id)) == []
    assert site.use(lambda crm: crm.joined(list_id, moment(START))) == []


def test_joiners_since_a_moment_cost_one_call_however_long_the_list(site: Site) -> None:
    ids = site.load(900)
    list_id = make_list(site, "Growing", ids[:800])
    site.pass_time(100)
    join(site, list_id, ids[850:860])
    site.pass_time(100)
    join(site, list_id, ids[820:825])
    joined = site.use(lambda crm: crm.joined(list_id, moment(START + 50)))
    assert joined == [*ids[850:860], *ids[820:825]]
    assert site.calls() == 1
    assert site.use(lambda crm: crm.joined(list_id, moment(START + 150))) == ids[820:825]
    assert site.use(lambda crm: crm.joined(list_id, moment(START + 250))) == []
    assert len(site.use(lambda crm: crm.joined(list_id, moment(START - 1)))) == 815


def test_a_list_that_is_gone_is_an_error_in_plain_words(site: Site) -> None:
    with pytest.raises(CrmSyncError, match="HubSpot refused"):
        site.use(lambda crm: members(crm, "424242"))


@pytest.mark.parametrize("refuses", [True, False])
def test_where_hubspot_reads_only_forwards_the_second_time_costs_one_call(site: Site, refuses: bool) -> None:
    """A server that documents `after` alone: it refuses, or passes over, an empty `before`."""
    rows = [{"recordId": str(n), "membershipTimestamp": moment(START + n)} for n in range(1, 701)]
    asked: list[dict[str, str]] = []

    async def join_order(request: Request) -> Response:
        asked.append(dict(request.query_params))
        if refuses and "before" in request.query_params:
            return Response('{"category":"VALIDATION_ERROR","message":"Bad token."}', 400)
        start, size = int(request.query_params.get("after", "0")), int(request.query_params["limit"])
        body: dict[str, Any] = {"results": rows[start : start + size]}
        if start + size < len(rows):
            body["paging"] = {"next": {"after": str(start + size), "link": "http://127.0.0.1:9/never-followed"}}
        return Response(orjson.dumps(body), media_type="application/json")

    async def work(crm: HubSpotCrm) -> None:
        assert await crm.joined("1", moment(START + 698)) == ["699", "700"]
        first = len(asked)
        assert first == (4 if refuses else 3)
        rows.append({"recordId": "9", "membershipTimestamp": moment(START + 800)})
        assert await crm.joined("1", moment(START + 700)) == ["9"]
        assert asked[first:] == [{"limit": "250", "after": "500"}]

    with running(Starlette(routes=[Route("/crm/lists/2026-03/1/memberships/join-order", join_order)])) as url:
        site.use(work, base_url=url)
