"""The contract of ports.crm.Crm holds for tasks and their variants too: with our external-id field and without."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.practice.salesforce.customisation import CustomField
from crmsync_desktop.practice.salesforce.setup import OrgSetup
from tests.adapters.salesforce.conftest import Bench, Site
from tests.contracts.crm_contract import CrmContract, Workbench

pytestmark = pytest.mark.http

EXTERNAL = CustomField(
    "CRMSync_HubSpot_Id__c", "string", "Task", "HubSpot record ID", length=64, unique=True, external_id=True
)


class TaskBench(Bench):
    """A task has no address: its subject takes the address's part."""

    text_field = "CallDisposition"
    email_field = "Subject"
    missing_id = "00T000000000999AAA"
    bad_values: Mapping[str, str] = {"Subject": "x" * 256}

    def __init__(self, site: Site, object: str = "Task") -> None:
        super().__init__(site)
        self.object = object

    def fresh(self) -> dict[str, str]:
        self._made += 1
        return {"Subject": f"Subject {self._made}", "CallDisposition": f"Result {self._made}"}

    def insert(self, values: Mapping[str, str]) -> str:
        _, _, variant = self.object.partition(".")
        subtype = {"TaskSubtype": variant} if variant else {}
        return self.site.org.insert(plain_object(self.object), {**values, **subtype})

    def count(self) -> int:
        return self.site.org.count(plain_object(self.object))


class TestTasks(CrmContract):
    @pytest.fixture
    def bench(self, site: Site) -> Workbench:
        return TaskBench(site)


@pytest.mark.parametrize("site", [{"setup": OrgSetup(custom_fields=(EXTERNAL,))}], indirect=True)
class TestCallsWithExternalId(CrmContract):
    @pytest.fixture
    def bench(self, site: Site) -> Workbench:
        return TaskBench(site, "Task.Call")
