"""jsforce and @hubspot/api-client, which know nothing of this project, work with the practice orgs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.practice.clients.node_packages import FOLDER, Unavailable, installed
from tests.practice.servers import Orgs, practice_orgs

JSFORCE = [
    "login", "identity", "describe", "create, retrieve, update, destroy", "collections", "upsert", "composite",
    "paging", "find with conditions, relationships and subqueries", "aggregates", "updated and deleted", "bulk 2.0",
    "limits", "refusals",
]  # fmt: skip
HUBSPOT = [
    "create, read, update, archive", "batches", "search", "paging", "associations", "lists", "properties",
    "owners and pipelines", "refusals",
]  # fmt: skip


@pytest.fixture(scope="module")
def node() -> str:
    try:
        return installed()
    except Unavailable as missing:
        pytest.skip(f"the JavaScript clients are not run: {missing}")


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    with practice_orgs(tmp_path_factory.mktemp("practice"), contacts=6000) as running:
        yield running


def steps(node: str, script: str, *arguments: str) -> list[str]:
    """Run a script and give what it says it has done. Fails with its words where it stops early."""
    done = subprocess.run([node, script, *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=100)
    told = [line.removeprefix("ok ") for line in done.stdout.splitlines() if line.startswith("ok ")]
    assert done.returncode == 0, f"after {told}: {done.stderr}"
    return told


@pytest.mark.timeout(400)
def test_jsforce_works_with_the_practice_org(node: str, orgs: Orgs) -> None:
    told = orgs.announced["salesforce"]
    redirect = "http://localhost:1717/OauthRedirect"
    assert steps(node, "salesforce.mjs", told["url"], told["access_token"], told["client_id"], redirect) == JSFORCE


@pytest.mark.timeout(400)
def test_hubspots_own_javascript_client_works_with_the_practice_portal(node: str, orgs: Orgs) -> None:
    told = orgs.announced["hubspot"]
    assert steps(node, "hubspot.mjs", told["url"], told["access_token"]) == HUBSPOT
