"""Numbers and times in the user's locale."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale

from crmsync_desktop.ui.words import Words, parse, sentence
from tests.ui.scripted import NOW, iso


def words(locale: str = "en_GB") -> Words:
    return Words(QLocale(locale), lambda: NOW)


def test_numbers_are_grouped_as_the_locale_does() -> None:
    assert words().number(41_207) == "41,207"
    assert words("nb_NO").number(41_207).replace("\u202f", "\u00a0") == "41\u00a0207"
    assert words("C").number(41_207) == "41,207"


def test_counts_agree_with_their_noun() -> None:
    assert [words().count(n, "record") for n in (0, 1, 1_204)] == ["0 records", "1 record", "1,204 records"]
    assert words().count(2, "contact linked", "contacts linked") == "2 contacts linked"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "just now"),
        (-48, "48 s ago"),
        (-130, "2 min ago"),
        (-7_300, "2 h ago"),
        (-90_000, "1 day ago"),
        (5, "just now"),
    ],
)
def test_the_past_is_told_relative_to_now(seconds: float, said: str) -> None:
    assert words().ago(iso(seconds)) == said


@pytest.mark.parametrize(("seconds", "said"), [(48, "0:48"), (75, "1:15"), (3_730, "1:02:10"), (0, "now"), (-5, "now")])
def test_the_next_pass_counts_down(seconds: float, said: str) -> None:
    assert words().until(iso(seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(1.24, "1.2 s"), (34, "34 s"), (60, "1 min"), (200, "3 min 20 s"), (7_260, "2 h 1 min")]
)
def test_durations_are_as_exact_as_they_need_to_be(seconds: float, said: str) -> None:
    assert words().duration(seconds) == said


@pytest.mark.parametrize(("end", "said"), [("00Z", "under 1 s"), ("01Z", "1 s"), ("09Z", "9 s"), ("42Z", "42 s")])
def test_between_two_stamps_no_tenth_of_a_second_is_claimed(end: str, said: str) -> None:
    assert words().between("2026-03-01T10:00:00Z", f"2026-03-01T10:00:{end}") == said


def test_a_time_without_a_zone_is_utc_and_an_older_day_has_its_date() -> None:
    assert parse("2026-03-10T13:02:23") == NOW
    assert words().moment(iso(0)).count(":") == 2
    assert "2026" in words().moment(iso(-3 * 86_400))


def test_a_sentence_keeps_the_rest_of_its_letters() -> None:
    assert sentence("edited in Salesforce") == "Edited in Salesforce"
    assert sentence("") == ""
