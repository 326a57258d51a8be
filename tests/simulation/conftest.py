"""Where the worlds of a test keep their memory, and what has happened in all of them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.memory import fast_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    path = fast_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What happened in all worlds of this file's run."""
    return Counter()
