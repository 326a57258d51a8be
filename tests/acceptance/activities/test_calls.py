"""What activities cost: counted by the practice orgs, against the least possible."""

from __future__ import annotations

from crmsync_desktop.domain.records import Side
from tests.acceptance.activities.circle import make_circle, task
from tests.acceptance.life.world import World, written

AT = "2026-11-03T10:00:00Z"


def _log_calls(here: World, count: int, contact: str, text: str) -> list[str]:
    """Through the API in batches, each with its association."""
    url = f"{here.orgs.announced['hubspot']['url']}/crm/objects/2026-03/calls/batch/create"
    made: list[str] = []
    for start in range(0, count, 100):
        inputs = [
            {
                "properties": {"hs_call_title": f"{text} {start + n}", "hs_timestamp": AT},
                "associations": [
                    {
                        "to": {"id": contact},
                        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}],
                    }
                ],
            }
            for n in range(min(100, count - start))
        ]
        answer = here.hubspot.session.post(url, json={"inputs": inputs}, timeout=60)
        answer.raise_for_status()
        made += [each["id"] for each in answer.json()["results"]]
    return made


def test_a_quiet_pass_is_one_call_to_salesforce_and_a_search_for_each_object_of_hubspot(here: World) -> None:
    here.settled()
    here.admin.advance(1200)  # past what the overlaps show again
    here.settled()
    calls = here.calls()
    assert calls["salesforce"] == 1
    searches = 4 + 5
    forms = 1
    assert calls["hubspot"] <= searches + forms


def test_500_calls_cost_three_salesforce_writes_and_the_reads_of_what_they_belong_to(here: World) -> None:
    circle = make_circle(here)
    here.settled()
    here.admin.advance(1200)
    here.settled()
    ids = _log_calls(here, 500, circle.hubspot["contacts"], circle.text)
    here.admin.advance(60)
    here.admin.reset_calls()
    assert written(here.sync()) == 500
    calls = here.admin.calls()
    made = task(here, here.partner("calls", Side.HUBSPOT, ids[-1]))
    assert made["WhoId"] == circle.salesforce["contacts"]
    looks, writes, read_back = 1, 3, 1  # Salesforce's answers don't say what was stored
    assert calls["salesforce"] == looks + writes + read_back
    searches, pages, kinds_of_association, forms = 4 + 5, 2, 4, 1
    assert calls["hubspot"] <= searches + pages + kinds_of_association + forms
