"""Who the key speaks for, the owners, and what is left of the day's calls."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.domain.errors import Unreachable
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Allowance, Owner
from tests.adapters.hubspot.conftest import Site
from tests.practice.servers import running

pytestmark = pytest.mark.http


def answering(answers: dict[str, Any], asked: list[str]) -> Starlette:
    """Answers by path and query, without HubSpot's headers, as an OAuth app gets them."""

    async def answer(request: Request) -> Response:
        asked.append(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
        return Response(orjson.dumps(answers.get(asked[-1], {"results": []})), media_type="application/json")

    return Starlette(routes=[Route("/{rest:path}", answer)])


def test_the_account_is_named_with_its_time_zone(site: Site) -> None:
    identity = site.use(lambda crm: crm.identity())
    assert identity.ui_host == "app.hubspot.com"
    assert (identity.account_id, identity.account_name) == ("25081959", "HubSpot portal 25081959")
    assert (identity.side, identity.time_zone) == (Side.HUBSPOT, "Europe/Oslo")


def test_owners_are_read_page_by_page_archived_ones_too(site: Site) -> None:
    path, asked = "/crm/owners/2026-03", []
    pages = {
        f"{path}?limit=500&archived=false": {
            "results": [{"id": "1", "email": "Ann@X.example ", "firstName": "Ann", "lastName": "A"}],
            "paging": {"next": {"after": "2", "link": "http://127.0.0.1:9/never-followed"}},
        },
        f"{path}?limit=500&archived=false&after=2": {"results": [{"id": "2", "email": "b@x.example"}]},
        f"{path}?limit=500&archived=true": {"results": [{"id": "3", "email": None, "firstName": "Gone"}]},
    }
    with running(answering(pages, asked)) as url:
        owners = site.use(lambda crm: crm.owners(), base_url=url)
    assert owners == [
        Owner(Side.HUBSPOT, "1", "ann@x.example", "Ann A", True),
        Owner(Side.HUBSPOT, "2", "b@x.example", "b@x.example", True),
        Owner(Side.HUBSPOT, "3", "", "Gone", False),
    ]
    assert asked == list(pages)


def test_without_daily_headers_the_usage_report_tells(site: Site) -> None:
    report = {"results": [{"name": "private-apps", "usageLimit": 500_000, "currentUsage": 1_234}]}
    path, asked = "/account-info/2026-03/api-usage/daily/private-apps", []
    with running(answering({path: report}, asked)) as url:
        told = site.use(lambda crm: crm.allowance(), base_url=url)
    assert told == Allowance(Side.HUBSPOT, 500_000, 1_234, told.read_at)
    assert asked == ["/account-info/2026-03/details", path]


def test_where_hubspot_tells_no_limit_none_is_made_up(site: Site) -> None:
    async def work(crm: HubSpotCrm) -> None:
        with pytest.raises(Unreachable):
            await crm.allowance()

    with running(answering({}, [])) as url:
        site.use(work, base_url=url)
