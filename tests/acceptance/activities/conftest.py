"""One pair of practice orgs for all tests of activities; each test makes records of its own in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.life.world import World, world

KINDS = ("tasks", "calls", "emails", "meetings", "notes", "forms")


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("activities")) as opened:
        yield opened


@pytest.fixture
def here(shared: World) -> World:
    """Companies, deals and tickets sync, and every kind of activity goes to Salesforce; tasks travel both ways."""
    switch_on(shared)
    return shared


def switch_on(shared: World) -> None:
    on: dict[str, object] = {name: {"enabled": True} for name in ("companies", "deals", "tickets", *KINDS)}
    shared.plain_settings(**on)
    shared.sync()
