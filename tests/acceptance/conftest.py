"""One pair of practice orgs for all tests that make them difficult: each finds them plain and empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.conditions import Difficult, difficult
from tests.acceptance.desk import Desk


@pytest.fixture(scope="session")
def difficult_orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with difficult(tmp_path_factory.mktemp("difficult")) as opened:
        yield opened


@pytest.fixture
def here(difficult_orgs: Desk, capsys: pytest.CaptureFixture[str]) -> Iterator[Difficult]:
    found = Difficult(difficult_orgs, capsys)
    try:
        yield found
    finally:
        found.make_plain()
