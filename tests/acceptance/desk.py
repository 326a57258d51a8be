"""The product as an admin uses it from a terminal: real commands in processes of their own, on practice orgs that are
served by yet another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.practice.servers import Admin, Orgs, practice_orgs

SECONDS = 110


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def tally(self, side: str) -> dict[str, Any]:
        return next(tally for tally in self.json["pass"]["tallies"] if tally["side"] == side)

    def writes(self) -> int:
        """Records written on either side."""
        return sum(tally[what] for tally in self.json["pass"]["tallies"] for what in ("created", "updated", "deleted"))


class Desk:
    """One admin's data folder."""

    def __init__(self, folder: Path, orgs: Orgs | None = None) -> None:
        self.folder = folder
        self._orgs = orgs
        self.salesforce = Salesforce(orgs) if orgs else None
        self.hubspot = HubSpot(orgs) if orgs else None

    @property
    def admin(self) -> Admin:
        assert self._orgs is not None
        return self._orgs.admin

    @property
    def orgs(self) -> Orgs:
        assert self._orgs is not None
        return self._orgs

    @property
    def connection(self) -> Path:
        return self.folder / "connections" / "practice"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "crmsync_desktop", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "CRMSYNC_DATA_DIR": str(self.folder), "NO_COLOR": "1", "COLUMNS": "200"},
        )

    def run(self, *arguments: str, told: str = "") -> Ran:
        with self.start(*arguments) as process:
            out, err = process.communicate(told, timeout=SECONDS)
        assert "Traceback" not in err, err
        return Ran(process.returncode, out, err)

    def sync(self, *arguments: str) -> Ran:
        ran = self.run("sync", "--practice", "--json", *arguments)
        assert ran.status in (0, 1), ran.err
        return ran


@contextmanager
def desk(folder: Path, **options: object) -> Iterator[Desk]:
    """A data folder whose practice orgs are being served (options as of practice.serve)."""
    with practice_orgs(folder / "practice", **options) as orgs:
        opened = Desk(folder, orgs)
        try:
            yield opened
        finally:
            for system in (opened.salesforce, opened.hubspot):
                if system is not None:
                    system.session.close()


class Salesforce:
    """Edits in the practice org as a person's other tools would make them, through its API."""

    def __init__(self, orgs: Orgs) -> None:
        self._base = f"{orgs.announced['salesforce']['url']}/services/data/v67.0"
        self.session = _session(orgs.announced["salesforce"]["access_token"])

    def query(self, soql: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        answer = _told(self.session.get(f"{self._base}/query/", params={"q": soql}, timeout=30))
        records += answer["records"]
        while not answer["done"]:
            url = self._base.split("/services/")[0] + answer["nextRecordsUrl"]
            answer = _told(self.session.get(url, timeout=30))
            records += answer["records"]
        return records

    def edit(self, sobject: str, id: str, **fields: object) -> None:
        self.session.patch(f"{self._base}/sobjects/{sobject}/{id}", json=fields, timeout=30).raise_for_status()

    def create(self, sobject: str, **fields: object) -> str:
        return str(_told(self.session.post(f"{self._base}/sobjects/{sobject}", json=fields, timeout=30))["id"])

    def delete(self, sobject: str, id: str) -> None:
        self.session.delete(f"{self._base}/sobjects/{sobject}/{id}", timeout=30).raise_for_status()


class HubSpot:
    """Edits in the practice portal, through its API."""

    def __init__(self, orgs: Orgs) -> None:
        self._base = f"{orgs.announced['hubspot']['url']}/crm/objects/2026-03/contacts"
        self.session = _session(orgs.announced["hubspot"]["access_token"])

    def all(self, *properties: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            query = {"limit": "100", "properties": ",".join(properties), **({"after": after} if after else {})}
            answer = _told(self._patiently(query))
            found += answer["results"]
            after = answer.get("paging", {}).get("next", {}).get("after")
            if after is None:
                return found

    def _patiently(self, query: dict[str, str]) -> requests.Response:
        """The portal's burst limit holds for tests too."""
        for _ in range(20):
            response = self.session.get(self._base, params=query, timeout=30)
            if response.status_code != 429:
                break
            time.sleep(1)
        return response

    def get(self, id: str, *properties: str) -> dict[str, Any]:
        query = {"properties": ",".join(properties)}
        return dict(_told(self.session.get(f"{self._base}/{id}", params=query, timeout=30)))

    def edit(self, id: str, **properties: str) -> None:
        self.session.patch(f"{self._base}/{id}", json={"properties": properties}, timeout=30).raise_for_status()

    def create(self, **properties: str) -> str:
        return str(_told(self.session.post(self._base, json={"properties": properties}, timeout=30))["id"])

    def delete(self, id: str) -> None:
        self.session.delete(f"{self._base}/{id}", timeout=30).raise_for_status()


def _session(token: str) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def _told(response: requests.Response) -> Any:
    assert response.ok, response.text
    return response.json()
