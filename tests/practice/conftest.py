from __future__ import annotations

from tests.practice import census

census.watch()
