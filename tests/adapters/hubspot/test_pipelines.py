"""Pipelines and their stages, over HTTP."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.domain.pipelines import Stage
from tests.adapters.hubspot.conftest import Site
from tests.practice.servers import running

pytestmark = pytest.mark.http


def answering(body: Any) -> Starlette:
    async def answer(request: Request) -> Response:
        return Response(orjson.dumps(body), media_type="application/json")

    return Starlette(routes=[Route("/{rest:path}", answer)])


def test_deals_have_stages_with_probabilities(site: Site) -> None:
    [sales] = site.use(lambda crm: crm.pipelines("deals"))
    assert (sales.id, sales.label, sales.default, sales.active) == ("default", "Sales Pipeline", True, True)
    assert sales.stages[0] == Stage("appointmentscheduled", "Appointment Scheduled", False, False, 0.2)
    assert sales.stages[5:] == (
        Stage("closedwon", "Closed Won", True, True, 1.0),
        Stage("closedlost", "Closed Lost", True, False, 0.0),
    )


def test_tickets_have_states_and_no_probability(site: Site) -> None:
    [support] = site.use(lambda crm: crm.pipelines("tickets"))
    assert [(stage.id, stage.closed, stage.won, stage.probability) for stage in support.stages] == [
        ("1", False, False, None),
        ("2", False, False, None),
        ("3", False, False, None),
        ("4", True, False, None),
    ]


def test_others_have_none_and_cost_nothing(site: Site) -> None:
    before = site.calls()
    assert site.use(lambda crm: crm.pipelines("contacts")) == []
    assert site.calls() == before


def test_pipelines_and_stages_come_in_their_order(site: Site) -> None:
    stage = {"metadata": {"probability": "0.5", "isClosed": "false"}}
    body = {
        "results": [
            {"id": "b", "label": "B", "displayOrder": 1, "stages": []},
            {
                "id": "a",
                "label": "A",
                "displayOrder": 0,
                "stages": [
                    {**stage, "id": "2", "label": "Two", "displayOrder": 2},
                    {**stage, "id": "1", "label": "One"},
                ],
            },
        ]
    }
    with running(answering(body)) as url:
        first, second = site.use(lambda crm: crm.pipelines("deals"), base_url=url)
    assert (first.id, first.default, second.id, second.default) == ("a", True, "b", False)
    assert [each.id for each in first.stages] == ["1", "2"]


@pytest.mark.parametrize("body", [{"results": []}, {"results": [{"id": "1"}]}, {}])
def test_an_answer_of_another_shape_is_no_pipeline(site: Site, body: dict[str, Any]) -> None:
    with running(answering(body)) as url, pytest.raises(CrmSyncError):
        site.use(lambda crm: crm.pipelines("deals"), base_url=url)
