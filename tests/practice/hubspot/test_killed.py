"""A portal whose process is killed in the middle of writing: what it holds afterwards fits together, whole requests only."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.practice.servers import Orgs, practice_orgs

pytestmark = pytest.mark.http
CONTACTS, LISTS = "/crm/objects/2026-03/contacts", "/crm/lists/2026-03"
BATCH = 20
FITTING_TOGETHER = {
    "a value that nobody has": "SELECT value FROM unique_value WHERE property = 'email' AND NOT EXISTS (SELECT 1 FROM record "
    "WHERE record.id = unique_value.id AND archived_ms IS NULL AND merged_into IS NULL "
    "AND json_extract(properties, '$.email') = value)",
    "an e-mail that is not registered": "SELECT id FROM record WHERE type = 'contacts' AND archived_ms IS NULL AND merged_into IS NULL "
    "AND json_extract(properties, '$.email') IS NOT NULL AND NOT EXISTS (SELECT 1 FROM unique_value "
    "WHERE property = 'email' AND value = json_extract(properties, '$.email') AND unique_value.id = record.id)",
    "a member that is no live record": "SELECT record_id FROM list_member WHERE NOT EXISTS (SELECT 1 FROM record "
    "WHERE id = record_id AND archived_ms IS NULL AND merged_into IS NULL)",
    "an association of one direction": "SELECT from_id FROM association AS a WHERE NOT EXISTS (SELECT 1 FROM association AS b "
    "WHERE b.from_id = a.to_id AND b.to_id = a.from_id)",
    "an association with nothing": "SELECT from_id FROM association WHERE NOT EXISTS (SELECT 1 FROM record WHERE id = from_id "
    "AND merged_into IS NULL)",
    "a merge into nothing": "SELECT id FROM record AS a WHERE merged_into IS NOT NULL AND NOT EXISTS (SELECT 1 FROM record AS b "
    "WHERE b.id = a.merged_into)",
    "an index entry of nothing": "SELECT id FROM unindexed WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.id = unindexed.id)",
    "an id that is still to be given": "SELECT id FROM record WHERE id >= (SELECT value FROM meta WHERE name = 'next_id')",
}  # fmt: skip
"""What must not be found, and how it would be."""


class Client(threading.Thread):
    """Writes until the server is gone; remembers what it was told is done."""

    def __init__(self, told: dict[str, Any], number: int, list_id: str) -> None:
        super().__init__()
        self._told, self._number, self._list = told, number, list_id
        self.created: list[str] = []
        self.merged: list[str] = []

    def run(self) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self._told['access_token']}"
            try:
                for turn in range(10_000):
                    self._turn(session, f"k{self._number}-{turn}")
            except requests.RequestException:
                pass

    def _turn(self, session: requests.Session, name: str) -> None:
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
        company = self._ask(session, "/crm/objects/2026-03/companies", {"properties": {"name": name}})["id"]
        links = [{"to": {"id": company}, "types": [spec]}]
        inputs = [
            {"properties": {"email": f"{name}-{each}@x.example", "firstname": name}, "associations": links}
            for each in range(BATCH)
        ]
        made = [each["id"] for each in self._ask(session, f"{CONTACTS}/batch/create", {"inputs": inputs})["results"]]
        self.created.append(name)
        updates = [{"id": each, "properties": {"email": f"new-{each}@x.example"}} for each in made]
        self._ask(session, f"{CONTACTS}/batch/update", {"inputs": updates})
        self._ask(session, f"{CONTACTS}/merge", {"primaryObjectId": made[0], "objectIdToMerge": made[1]})
        self.merged.append(made[0])
        self._ask(session, f"{CONTACTS}/batch/archive", {"inputs": [{"id": made[2]}]})
        url = f"{self._told['url']}{LISTS}/{self._list}/memberships"
        session.get(url, timeout=30).raise_for_status()

    def _ask(self, session: requests.Session, path: str, body: object) -> Any:
        answer = session.post(self._told["url"] + path, json=body, timeout=30)
        if answer.status_code == 429:
            raise requests.RequestException("the limit of the day is no matter here")
        answer.raise_for_status()
        return answer.json() if answer.content else None


def test_what_a_killed_portal_holds_fits_together(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with practice_orgs(state, only="hubspot", contacts=5) as orgs:
        orgs.admin.post("/hubspot/setup", search_lag_seconds=30.0)
        list_id = active_list(orgs, "everybody")
        clients = [Client(orgs.announced["hubspot"], number, list_id) for number in range(3)]
        for client in clients:
            client.start()
        while not all(len(client.merged) > 1 for client in clients):
            clients[0].join(0.01)
        orgs.process.kill()
        orgs.process.wait()
        for client in clients:
            client.join()
    look_at(state / "hubspot.db", clients)
    with practice_orgs(state, only="hubspot") as orgs:
        told = orgs.announced["hubspot"]
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        members = requests.get(f"{told['url']}{LISTS}/{list_id}/memberships", headers=headers, timeout=30).json()
        assert members["total"] == orgs.admin.get("/counts")["hubspot"]["contacts"]
    look_at(state / "hubspot.db", clients)


def active_list(orgs: Orgs, name: str) -> str:
    told = orgs.announced["hubspot"]
    one = {"filterType": "PROPERTY", "property": "createdate",
           "operation": {"operationType": "DATE", "operator": "IS_AFTER", "year": 2000, "month": "JANUARY", "day": 1}}  # fmt: skip
    branch = {"filterBranchType": "AND", "filterBranches": [], "filters": [one]}
    body = {"name": name, "objectTypeId": "0-1", "processingType": "DYNAMIC",
            "filterBranch": {"filterBranchType": "OR", "filterBranches": [branch], "filters": []}}  # fmt: skip
    answer = requests.post(
        told["url"] + LISTS, json=body, headers={"Authorization": f"Bearer {told['access_token']}"}, timeout=30
    )
    answer.raise_for_status()
    return str(answer.json()["list"]["listId"])


def look_at(file: Path, clients: list[Client]) -> None:
    connection = sqlite3.connect(file)
    for name, query in FITTING_TOGETHER.items():
        assert connection.execute(query).fetchall() == [], name
    for client in clients:
        for name in client.created:  # whole batches, and none that was confirmed is missing
            query = "SELECT count(*) FROM record WHERE type = 'contacts' AND source <> 'MERGE_OBJECTS' AND json_extract(properties, '$.firstname') = ?"
            assert connection.execute(query, (name,)).fetchone() == (BATCH,), name
        for merged in client.merged:
            assert connection.execute("SELECT merged_into FROM record WHERE id = ?", (merged,)).fetchone()[0]
    sizes = connection.execute(
        "SELECT count(*) FROM record WHERE type = 'contacts' AND source = 'INTEGRATION' "
        "GROUP BY json_extract(properties, '$.firstname')"
    ).fetchall()
    assert set(sizes) == {(BATCH,)}
    assert json.dumps(connection.execute("PRAGMA integrity_check").fetchall()) == '[["ok"]]'
    connection.close()
