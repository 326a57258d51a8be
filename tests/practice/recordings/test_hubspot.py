"""What was recorded from a real HubSpot portal is asked of the practice portal: same status, keys, JSON types, and the
same rate-limit headers. Each test's name says which recording it covers; none is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal, create_hubspot_app
from tests.judges.watch import watched
from tests.practice.servers import running

from .hubspot_stage import Stage
from .shapes import Shape, differences
from .tapes import WHERE_ABSENT, Tape, hubspot

TOKEN = "pat-practice"
NO_LONGER_SENT = {"x-hubspot-ratelimit-secondly", "x-hubspot-ratelimit-secondly-remaining"}
"""Sent in 2022, deprecated since: HubSpot's usage guidelines say not to rely on them."""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[HubSpotPortal]:
    made = HubSpotPortal(tmp_path / "hubspot.db", PracticeClock())
    yield made
    made.close()


@pytest.mark.parametrize("tape", hubspot(), ids=str)
def test_the_practice_portal_answers_as_was_recorded(tape: Tape, portal: HubSpotPortal) -> None:
    app = create_hubspot_app(portal, CallLog(), access_token=TOKEN)
    with running(watched(app, "hubspot")) as url, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"

        def ask(method: str, path: str, body: Any) -> Any:
            answer = session.request(method, url + path, json=body, timeout=20)
            assert answer.ok, answer.text
            return answer.json()

        stage = Stage(portal, ask)
        stage.set(tape)
        body = None if tape.body is None else json.loads(stage.said(json.dumps(tape.body)))
        answer = session.request(tape.method, url + stage.said(tape.path), json=body, timeout=20)
    assert answer.status_code == tape.status, answer.text
    if tape.answer is None:
        assert answer.content == b""
    else:
        assert differences(Shape().see(tape.answer), answer.json()) == []
    assert limits(dict(answer.headers)) == limits(tape.headers) - NO_LONGER_SENT


def limits(headers: dict[str, str]) -> set[str]:
    return {name.lower() for name in headers if name.lower().startswith("x-hubspot-ratelimit-")}


def test_every_recording_is_replayed() -> None:
    if not hubspot():
        pytest.skip(WHERE_ABSENT)
    print(f"\n{len(hubspot())} recordings of HubSpot replayed, none left out.")
    assert {tape.method for tape in hubspot()} == {"GET", "POST", "PUT", "DELETE"}
