"""A portal on a clock of the test's own, served over HTTP, and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.types import ASGIApp, Receive, Scope, Send

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from crmsync_desktop.practice.hubspot.oauth import OAuthApp
from tests.judges.watch import watched
from tests.practice.servers import running

TOKEN = "pat-practice"
CLIENT_ID, CLIENT_SECRET = "client-of-the-test", "secret-of-the-test"
NOW = 1_790_000_000.0


@dataclass(frozen=True, slots=True)
class Served:
    """A portal behind HTTP. The clock stands still until the test moves it."""

    url: str
    portal: HubSpotPortal
    clock: PracticeClock
    calls: CallLog
    session: requests.Session

    def ask(self, method: str, path: str, body: object = None, **query: object) -> requests.Response:
        params = {name: str(value) for name, value in query.items()}
        return self.session.request(method, self.url + path, json=body, params=params, timeout=30)

    def ok(self, method: str, path: str, body: object = None, **query: object) -> Any:
        answer = self.ask(method, path, body, **query)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def contact(self, **properties: object) -> str:
        """Create one; returns its id."""
        made = self.ok("POST", "/crm/objects/2026-03/contacts", {"properties": properties})
        return str(made["id"])

    def search(self, *filters: dict[str, object], **more: object) -> Any:
        """A search of contacts by one group of filters."""
        body = {"filterGroups": [{"filters": list(filters)}], **more} if filters else more
        self.clock.advance(1)
        return self.ok("POST", "/crm/objects/2026-03/contacts/search", body)


class Stage:
    """The app that the one server shows: each test's own portal in turn (a server takes longer to stop than a test)."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="package")
def stage() -> Iterator[tuple[Stage, str]]:
    shown = Stage()
    with running(shown) as url:
        yield shown, url


@pytest.fixture
def served(tmp_path: Path, stage: tuple[Stage, str]) -> Iterator[Served]:
    clock, calls = PracticeClock(source=lambda: NOW), CallLog()
    portal = HubSpotPortal(tmp_path / "hubspot.db", clock)
    shown, url = stage
    app = create_hubspot_app(portal, calls, access_token=TOKEN, oauth=OAuthApp(CLIENT_ID, CLIENT_SECRET))
    shown.app = watched(app, "hubspot")
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        yield Served(url, portal, clock, calls, session)
    shown.app = None
    portal.close()
