"""The collector of cyclic garbage during a pass."""

from __future__ import annotations

import gc

import pytest

from crmsync_desktop.engine.collecting import THRESHOLDS, seldom_collected


def test_after_a_pass_the_collector_is_as_it_was_also_when_the_pass_failed() -> None:
    def fails() -> None:
        with seldom_collected():
            assert gc.get_threshold() == THRESHOLDS
            assert gc.isenabled()
            raise ZeroDivisionError

    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError):
        fails()
    assert gc.get_threshold() == before


def test_of_two_passes_that_overlap_the_last_to_end_puts_it_back() -> None:
    before = gc.get_threshold()
    first, second = seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold() == THRESHOLDS
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before
