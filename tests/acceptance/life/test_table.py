"""Every cell of the table in kinds.py has a test."""

from __future__ import annotations

import importlib
import pkgutil

import tests.acceptance.life as package
from tests.acceptance.life.kinds import BETWEEN, COVERED, DURING, TABLE


def test_every_event_is_tried_with_every_kind_of_record_between_passes_and_during_one() -> None:
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("test_"):
            importlib.import_module(f"{package.__name__}.{module.name}")
    cells = {(event, kind.name, when) for event, kinds in TABLE.items() for kind in kinds for when in (BETWEEN, DURING)}
    assert sorted(cells - COVERED.keys()) == []
    assert sorted(COVERED.keys() - cells) == []
