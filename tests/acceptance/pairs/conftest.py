"""One pair of practice orgs for each file, with all four pairs switched on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.life.world import World, world

ALL_ON = {name: {"enabled": True} for name in ("companies", "deals", "tickets")}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("pairs")) as opened:
        opened.settings(**ALL_ON)
        opened.sync()
        yield opened


@pytest.fixture
def here(shared: World) -> World:
    """The orgs of this file's tests, all pairs on, with default settings otherwise."""
    shared.plain_settings(**ALL_ON)
    return shared
