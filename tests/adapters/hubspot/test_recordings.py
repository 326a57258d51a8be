"""Answers that HubSpot itself gave, as the adapter reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.adapters.hubspot import HubSpotCrm
from crmsync_desktop.domain.schema import Allowance
from crmsync_desktop.ports.crm import Page, Want
from tests.adapters.hubspot.conftest import Site

pytestmark = pytest.mark.http
RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings" / "hubspot"
FIELDS = {
    "hubspot_owner_id": ("enumeration", "select"),
    "hs_meeting_title": ("string", "text"),
    "hs_meeting_body": ("string", "html"),
    "hs_meeting_start_time": ("datetime", "date"),
    "hs_meeting_end_time": ("datetime", "date"),
}


def recorded(name: str) -> dict[str, Any]:
    if not RECORDINGS.is_dir():
        pytest.skip(f"the recordings of real traffic are not at {RECORDINGS}")
    found: dict[str, Any] = json.loads((RECORDINGS / name).read_text())
    return found


@pytest.mark.parametrize("number", [35, 36])
def test_a_recorded_search_is_read_whole(site: Site, number: int) -> None:
    told = recorded(f"POST_crm_v3_objects_meetings_search_200_{number}.json")
    definitions = [
        {"name": name, "label": name, "type": kind, "fieldType": shown, "options": []}
        for name, (kind, shown) in FIELDS.items()
    ]
    site.fault(path="/properties/", status=200, body=json.dumps({"results": definitions}))
    site.fault(path="/search", status=200, body=json.dumps(told["response"]), headers=told["headers"])

    async def work(crm: HubSpotCrm) -> tuple[list[Page], Allowance]:
        want = Want("meetings", (*FIELDS, "not_there"))
        return [page async for page in crm.changes([want])], await crm.allowance()

    (page,), allowance = site.use(work)
    rows = told["response"]["results"]
    assert [record.id for record in page.records] == [row["id"] for row in rows]
    assert [record.version for record in page.records] == [row["updatedAt"] for row in rows]
    for record, row in zip(page.records, rows, strict=True):
        assert record.cells[-1] is False
        assert record.cells[1] == row["properties"].get("hs_meeting_title", False)
        assert record.cells[3] == row["properties"]["hs_meeting_start_time"]
    assert allowance.limit == int(told["headers"]["x-hubspot-ratelimit-daily"])
    assert allowance.limit - allowance.used == int(told["headers"]["x-hubspot-ratelimit-daily-remaining"])
