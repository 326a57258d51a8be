"""One pair of practice orgs for all workflow actions, with deals, companies and tickets synced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.actions.office import Office
from tests.acceptance.life.world import World, world

ALL_ON = {name: {"enabled": True} for name in ("companies", "deals", "tickets")}


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("actions")) as opened:
        opened.settings(**ALL_ON)
        opened.sync()
        yield opened


@pytest.fixture
def office(shared: World) -> Iterator[Office]:
    """No rule, and nothing left to do."""
    shared.plain_settings(**ALL_ON)
    opened = Office(shared)
    yield opened
    shared.admin.clear_faults()
    opened.no_rules()
