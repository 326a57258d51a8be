"""The HubSpot adapter keeps the contract of ports.crm.Crm for tasks, too: an activity has no unique property, so that lost
creates are looked for in the index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from crmsync_desktop.practice.hubspot.catalog import object_type
from tests.adapters.hubspot.conftest import Bench, Site
from tests.contracts.crm_contract import Workbench
from tests.contracts.search_contract import SearchContract

pytestmark = pytest.mark.http
TASKS = object_type("tasks")


class TaskBench(Bench):
    object = "tasks"
    text_field = "hs_task_subject"
    email_field = "reported_by"
    bad_values: Mapping[str, str] = {"hs_task_status": "NO_SUCH_STATUS"}

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        wanted = {
            "name": self.email_field,
            "label": "Reported by",
            "type": "string",
            "fieldType": "text",
            "groupName": "task",
        }
        with site.portal.database.transaction():
            site.portal.catalog.create("tasks", wanted, int(site.clock.now() * 1000))

    def fresh(self) -> dict[str, str]:
        self._made += 1
        return {
            "hs_task_subject": f"Subject {self._made}",
            "hs_task_body": f"<p>Body {self._made}</p>",
            "hs_timestamp": "2027-01-15T08:00:00Z",
            self.email_field: f"person.{self._made}@example.com",
        }

    def insert(self, values: Mapping[str, str]) -> str:
        with self.site.portal.database.transaction():
            return str(self.site.portal.create(TASKS, values).id)

    def edit(self, record_id: str, values: Mapping[str, str]) -> None:
        portal = self.site.portal
        with portal.database.transaction():
            portal.update(TASKS, portal.find(TASKS, record_id, None), values)

    def delete(self, record_id: str) -> None:
        portal = self.site.portal
        with portal.database.transaction():
            portal.archive(portal.find(TASKS, record_id, None))

    def stored(self, record_id: str) -> Mapping[str, Any] | None:
        portal = self.site.portal
        query = "SELECT 1 FROM record WHERE id = ? AND archived_ms IS NULL"
        if portal.connection.execute(query, (record_id,)).fetchone() is None:
            return None
        held = {
            name: portal.find(TASKS, record_id, None).properties.get(name)
            for name in portal.catalog.properties("tasks")
        }
        return {**held, "hs_timestamp": (held["hs_timestamp"] or "").replace(".000Z", "Z")}

    def count(self) -> int:
        return self.site.portal.count("tasks")


class TestTasks(SearchContract):
    @pytest.fixture
    def bench(self, site: Site) -> Workbench:
        return TaskBench(site)
