"""docs/practice.md says all that is unverified about the practice orgs, and nothing that their code doesn't say."""

from __future__ import annotations

import re

from tests.practice.unverified import PACKAGE, PAGE, page, remarks


def test_the_page_lists_what_the_code_marks_as_unverified() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "write it anew: python -m tests.practice.unverified"


def test_every_remark_is_a_sentence_that_can_stand_alone() -> None:
    told = [each for sentences in remarks().values() for each in sentences]
    assert len(told) > 50
    assert [each for each in told if not each.endswith(".") or len(each) < 30 or "unverified" in each.lower()] == []


def test_what_is_unverified_is_nowhere_said_in_another_form() -> None:
    loose = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(r"\bunverified\b", line, re.IGNORECASE) and "Unverified: " not in line:
                loose.append(f"{path.name}:{number}: {line.strip()}")
    assert loose == []
