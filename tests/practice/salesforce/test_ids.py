from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.practice.salesforce.ids import DIGITS, normal, record_id, suffix

# Ids of the recorded answers, made by real orgs.
REAL = ("0037e00001WZ310AAD", "0015500001QdZPKAA3", "0012300000bVTq1AAG", "0039H00000BbbFBQAZ", "750P0000006HoQuIAK")


@pytest.mark.parametrize("real", REAL)
def test_the_suffix_is_that_of_real_ids(real: str) -> None:
    assert suffix(real[:15]) == real[15:]
    assert normal(real[:15]) == normal(real) == real


@given(st.integers(1, 62**9 - 2))
def test_ids_sort_as_they_were_made(number: int) -> None:
    first, second = record_id("003", number), record_id("003", number + 1)
    assert first < second
    assert len(first) == 18


@given(st.text(DIGITS, min_size=15, max_size=15))
def test_the_suffix_mends_lost_case(id15: str) -> None:
    whole = id15 + suffix(id15)
    assert normal(whole.lower()) == normal(whole.upper()) == whole


@pytest.mark.parametrize("bad", ["", "003", "003Pr0000000001IA", "003Pr0000000001IAAA", "003Pr-000000001", "é" * 15])
def test_what_is_no_id_is_none(bad: str) -> None:
    assert normal(bad) is None


def test_a_wrong_suffix_is_no_id() -> None:
    assert normal("0037e00001WZ310A9D") is None
