"""The comparison itself notices what it is there for."""

from __future__ import annotations

from typing import Any

import pytest

from .shapes import Shape, differences

RECORDED = {"total": 2, "results": [{"id": "1", "label": None}, {"id": "2", "label": "x", "score": 1.5}], "next": {}}


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ({**RECORDED, "total": "2"}, "$.total: text instead of number"),
        ({"total": 2, "results": []}, "$: next is missing"),
        ({**RECORDED, "extra": 1}, "$: extra was not recorded"),
        ({**RECORDED, "results": [{"label": None}]}, "$.results[]: id is missing"),
        ({**RECORDED, "results": [{"id": 1, "label": None}]}, "$.results[].id: number instead of text"),
        ({**RECORDED, "results": [{"id": None, "label": None}]}, "$.results[].id: null instead of text"),
        ([], "$: list instead of object"),
    ],
)
def test_a_difference_is_named(ours: Any, said: str) -> None:
    assert said in differences(Shape().see(RECORDED), ours)


@pytest.mark.parametrize(
    "ours", [RECORDED, {**RECORDED, "results": []}, {**RECORDED, "total": 2.5}, {**RECORDED, "next": {"after": "1"}}]
)
def test_other_values_of_the_same_types_are_no_difference(ours: Any) -> None:
    assert differences(Shape().see(RECORDED), ours) == []
