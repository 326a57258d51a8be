"""Strange requests over HTTP: none brings the portal down, none is answered as if what it doesn't know weren't there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from random import Random
from urllib.parse import urlsplit
from zlib import crc32

import pytest

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from crmsync_desktop.practice.hubspot.limits import RateLimits
from crmsync_desktop.practice.hubspot.oauth import OAuthApp
from crmsync_desktop.practice.hubspot.routing import Entry
from crmsync_desktop.practice.hubspot.setup import PortalSetup
from tests.practice.hubspot.conftest import CLIENT_ID, CLIENT_SECRET, NOW, TOKEN, Stage
from tests.practice.hubspot.strange_requests import ROUTES, Strange, strange, valid
from tests.practice.hubspot.valid_requests import Known, missing

UNLIMITED = RateLimits(burst=10**9, daily=10**9, searches=10**9)
KINDEST_FIRST = ("GET", "POST", "PATCH", "PUT", "DELETE")
PASSING = frozenset(("meta", "oauth_token", "unindexed"))
"""Tables that a refused request may write: counts, a spent authorization code, and what the index has caught up with."""


class Fuzzed:
    """A portal with a little of everything in it, and a connection that says exactly what it is told to."""

    def __init__(self, folder: Path, stage: Stage, url: str) -> None:
        self.clock = PracticeClock(source=lambda: NOW)
        self.path = folder / "fuzzed.db"
        self.portal = HubSpotPortal(self.path, self.clock, setup=PortalSetup(tier="enterprise"))
        stage.app = create_hubspot_app(
            self.portal, CallLog(), access_token=TOKEN, oauth=OAuthApp(CLIENT_ID, CLIENT_SECRET), limits=UNLIMITED
        )
        address = urlsplit(url)
        self._connection = HTTPConnection(str(address.hostname), address.port, timeout=60)
        self._tables = [
            row[0]
            for row in self.portal.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if row[0] not in PASSING
        ]
        self._random = Random(1)
        self._fill()

    def send(self, asked: Strange) -> tuple[int, str, bytes]:
        """Status, content type and body. One request follows the other on the same connection."""
        self._connection.putrequest(asked.method, asked.target, skip_accept_encoding=True)
        self._connection.putheader("Authorization", f"Bearer {TOKEN}")
        self._connection.putheader("Content-Length", str(len(asked.body)))
        if asked.content_type:
            self._connection.putheader("Content-Type", asked.content_type.encode("latin-1"))
        for name, value in asked.headers:
            self._connection.putheader(name, value.encode("latin-1"))
        self._connection.endheaders(asked.body or None)
        answer: HTTPResponse = self._connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()

    def checksum(self) -> int:
        """Of all that the portal holds."""
        total = 0
        for table in self._tables:
            for row in self.portal.connection.execute(f"SELECT * FROM {table}"):
                total = crc32(repr(row).encode("utf-8", "surrogatepass"), total)
        return total

    def close(self) -> None:
        self._connection.close()
        self.portal.close()

    def _fill(self) -> None:
        for name in ("pet", "spare"):
            self._ok("POST", "/crm-object-schemas/2026-03/schemas", {
                "name": name, "labels": {"singular": "Pet", "plural": "Pets"}, "requiredProperties": ["name"],
                "properties": [{"name": "name", "label": "N", "type": "string", "fieldType": "text"}],
                "searchableProperties": ["name"], "associatedObjects": ["CONTACT"],
            })  # fmt: skip
        for kind in ("contacts", "companies", "deals", "tickets", "notes", "p_pet"):
            for name in ("mine", "spare"):
                self._ok("POST", f"/crm/properties/2026-03/{kind}/groups", {"name": name, "label": name})
            own = {"name": "own_text", "label": "Own", "type": "string", "fieldType": "text", "groupName": "mine"}
            self._ok("POST", f"/crm/properties/2026-03/{kind}", own)
        for name in ("list one", "list gone"):
            self._ok("POST", "/crm/lists/2026-03", {"name": name, "objectTypeId": "0-1", "processingType": "MANUAL"})
        self.send(Strange("DELETE", f"/crm/lists/2026-03/{Known.of(self.portal).lists[-1]}"))
        self.replenish()

    def replenish(self) -> Known:
        """Make what paths can name and that is no longer there; gives what there is."""
        for path, body in missing(self._random, Known.of(self.portal)):
            self.send(Strange("POST", path, body=json.dumps(body).encode()))
        return Known.of(self.portal)

    def _ok(self, method: str, path: str, body: object) -> None:
        status, _, answer = self.send(Strange(method, path, body=json.dumps(body).encode()))
        assert status in (200, 201), answer


@pytest.fixture
def fuzzed(tmp_path: Path, stage: tuple[Stage, str]) -> Iterator[Fuzzed]:
    portal = Fuzzed(tmp_path, *stage)
    yield portal
    portal.close()
    stage[0].app = None


def check(fuzzed: Fuzzed, asked: Strange, before: int) -> None:
    """Raises AssertionError for an answer that no client of HubSpot's would understand."""
    status, kind, body = fuzzed.send(asked)
    shown = f"{asked.how} {asked.method} {asked.target[:300]} {asked.body[:600]!r} -> {status} {body[:300]!r}"
    assert status < 500, shown
    assert not (asked.unknown and status < 400 and status != 207), shown
    if status >= 400:
        assert shaped(status, kind, body, oauth=asked.path.startswith("/oauth/")), shown
        assert fuzzed.checksum() == before, f"a refused request has written: {shown}"
    elif body and kind.startswith("application/json"):
        json.loads(body)


def shaped(status: int, kind: str, body: bytes, *, oauth: bool) -> bool:
    """Whether a refusal has the form that HubSpot's have."""
    if status == 405:
        return body == b""
    if kind.startswith("text/html"):
        return status == 404 or oauth
    told = json.loads(body)
    return bool(told["message"]) and bool(told["correlationId"]) and (oauth or told["status"] == "error")


def test_every_route_has_a_valid_request(fuzzed: Fuzzed) -> None:
    by_entry: dict[Entry, list[str]] = {}
    for entry, prefix in sorted(ROUTES, key=lambda route: KINDEST_FIRST.index(route[0].method)):
        by_entry.setdefault(entry, []).append(prefix)
    for entry, prefixes in by_entry.items():
        refused = []
        for seed in range(40):
            asked = valid(Random(seed), fuzzed.replenish(), entry, prefixes[seed % len(prefixes)])
            status, _, body = fuzzed.send(asked)
            if status < 300:
                break
            refused.append((asked.method, asked.target, asked.body, status, body[:300]))
        else:
            pytest.fail(str(refused[-1]))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_strange_breaks_or_passes(fuzzed: Fuzzed, seed: int) -> None:
    random = Random(seed)
    for number in range(500):
        if number % 25 == 0:
            known = fuzzed.replenish()
        check(fuzzed, strange(random, known), fuzzed.checksum())
    assert remembered(fuzzed.portal) == remembered(reopened(fuzzed)), "the portal remembers what was rolled back"


def reopened(fuzzed: Fuzzed) -> HubSpotPortal:
    """The same portal as a restart would find it, closed again."""
    again = HubSpotPortal(fuzzed.path, fuzzed.clock)
    again.close()
    return again


def remembered(portal: HubSpotPortal) -> dict[str, object]:
    """What a portal holds in memory beside its database."""
    kinds = sorted(kind.name for kind in portal.catalog.types)
    return {
        "properties": {
            kind: {name: each.json for name, each in portal.catalog.properties(kind).items()} for kind in kinds
        },
        "groups": {kind: portal.catalog.groups(kind) for kind in kinds},
        "pipelines": {kind: portal.pipelines.all(kind) for kind in kinds},
        "associations": sorted(
            (each.source, each.target, each.category, each.id) for each in portal.association_types.all()
        ),
    }
