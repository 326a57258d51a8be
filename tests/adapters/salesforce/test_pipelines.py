"""Record types and stages, over HTTP."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.domain.pipelines import Pipeline, Stage
from crmsync_desktop.practice.salesforce.setup import OrgSetup
from tests.adapters.salesforce.conftest import Site

pytestmark = pytest.mark.http
TYPED = {"setup": OrgSetup(record_types=True)}


def test_without_record_types_all_stages_are_in_one_pipeline(site: Site) -> None:
    [only] = site.use(lambda crm: crm.pipelines("Opportunity"))
    assert (only.id, only.default, only.active) == ("", True, True)
    assert only.stages[0] == Stage("Prospecting", "Prospecting", False, False, 0.1)
    assert only.stages[-2:] == (
        Stage("Closed Won", "Closed Won", True, True, 1.0),
        Stage("Closed Lost", "Closed Lost", True, False, 0.0),
    )
    assert len(only.stages) == 10


def test_cases_have_no_probability(site: Site) -> None:
    [only] = site.use(lambda crm: crm.pipelines("Case"))
    assert only.stages == (
        Stage("New", "New"),
        Stage("Working", "Working"),
        Stage("Escalated", "Escalated"),
        Stage("Closed", "Closed", True),
    )


@pytest.mark.parametrize("site", [TYPED], indirect=True)
def test_record_types_are_pipelines_the_default_one_first(site: Site) -> None:
    found: list[Pipeline] = site.use(lambda crm: crm.pipelines("Opportunity"))
    assert [(each.label, each.default, each.active) for each in found] == [
        ("New Business", True, True),
        ("Renewal", False, True),
        ("Opportunity without a record type", False, False),
    ]
    assert all(each.id.startswith("012") and len(each.id) == 18 for each in found[:2])
    assert len({each.stages for each in found}) == 1


def test_they_cost_one_call_once_the_object_is_described(site: Site) -> None:
    async def work(crm: object) -> int:
        await crm.schemas(["Opportunity"])  # type: ignore[attr-defined]
        before = site.requests()
        await crm.pipelines("Opportunity")  # type: ignore[attr-defined]
        assert await crm.pipelines("Contact") == []  # type: ignore[attr-defined]
        return site.requests() - before

    assert site.use(work) == 1


def test_an_answer_of_another_shape_is_no_stage(site: Site) -> None:
    site.faults.plan.append(("", "/composite", (200, "application/json", b'{"compositeResponse":[{"httpStatusCode":200,'
        b'"body":{"done":true,"records":[{"MasterLabel":"x"}]},"referenceId":"r0","httpHeaders":{}}]}')))  # fmt: skip
    with pytest.raises(CrmSyncError):
        site.use(lambda crm: crm.pipelines("Case"))
