"""One pair of practice orgs for all life events; each test makes records of its own in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.life.world import World, world


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("life")) as opened:
        yield opened


@pytest.fixture
def here(shared: World) -> World:
    """The orgs, with the settings that a new connection has."""
    shared.plain_settings()
    return shared
