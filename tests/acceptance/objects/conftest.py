"""One pair of practice orgs for each file: an Enterprise portal, and an org with custom objects of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.life.world import World, world

COMPANIES_ON = {"companies": {"enabled": True}}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("objects")) as opened:
        opened.admin.post("/hubspot/setup", tier="enterprise")
        opened.admin.post("/hubspot/limits", burst=10**9, searches=10**9)  # another tier begins with limits of its own
        opened.admin.post("/salesforce/setup", custom_objects=["Subscription__c"])
        opened.settings(**COMPANIES_ON)
        yield opened
