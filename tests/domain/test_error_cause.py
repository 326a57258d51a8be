"""When two refusals of one field of one record are the same."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.error_cause import LONGEST, cause_of
from crmsync_desktop.domain.records import Category, Fault


def cause(code: str, message: str, field: str = "", notice: bool = False) -> str:
    return cause_of(Fault(Category.OTHER, code, message), field, notice)


def test_a_field_and_a_code_say_it_all_whatever_the_value_was() -> None:
    assert cause("STRING_TOO_LONG", "“aaaa” is too long", "LastName") == ""
    assert cause("STRING_TOO_LONG", "“bbbb” is too long", "LastName") == ""


def test_a_notice_is_the_same_whichever_record_it_names() -> None:
    assert cause("AMBIGUOUS_MATCH", "a@b.no is also the address of 003A", notice=True) == ""


@pytest.mark.parametrize("field", ["", "Title"])
def test_two_rules_of_an_org_are_two_causes_even_at_one_field(field: str) -> None:
    code = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert cause(code, "No interns, please.", field) != cause(code, "Titles are in English.", field)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Trigger failed on 003Pr000000001IIAQ: line 3", "Trigger failed on 003Pr000000009XYZQ: line 14"),
        ("“Oslo” isn't a state", "“Bergen by” isn't a state"),
        ("kari1@fjord.no is taken\nby another", "ola22@fjord.no   is taken by another"),
        ('ErrorId: 12-34 (-299) "x"', 'ErrorId: 56-78 (-11) "yz"'),
    ],
)
def test_ids_numbers_and_quoted_values_do_not_tell_causes_apart(one: str, other: str) -> None:
    assert cause("", one) == cause("", other) != ""


def test_a_message_of_any_length_is_cut() -> None:
    assert len(cause("", "x" * 100_000)) == LONGEST
