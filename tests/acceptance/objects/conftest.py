"""One pair of practice orgs for all of these tests: an Enterprise portal, and an org with custom objects of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.life.world import World, world
from tests.acceptance.objects.portal import clear

COMPANIES_ON = {"companies": {"enabled": True}}


@pytest.fixture(scope="package")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("objects")) as opened:
        opened.admin.post("/hubspot/setup", tier="enterprise")
        opened.admin.post("/hubspot/limits", burst=10**9, searches=10**9)  # another tier begins with limits of its own
        opened.admin.post("/salesforce/setup", custom_objects=["Subscription__c"])
        opened.settings(**COMPANIES_ON)
        yield opened


@pytest.fixture
def cleared(here: World) -> Iterator[World]:
    """The same, left for the next test without a custom object on either side."""
    yield here
    clear(here)
