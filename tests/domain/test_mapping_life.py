"""What a mapping goes through from when it is made: existing values stay, are read, and travel only when asked to (M4)."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.mapping import Existing, Mapping, Rule, as_made, once_synced

TITLE = Mapping("jobtitle", {"Contact": "Title"}, Rule.TWO_WAY)
OFF = msgspec.structs.replace(TITLE, rule=Rule.DONT_SYNC)
NEW = msgspec.structs.replace(TITLE, existing=Existing.STAY, unread=True)


@pytest.mark.parametrize("before", [None, OFF, msgspec.structs.replace(TITLE, salesforce={"Contact": "Department"})])
def test_what_wasnt_synced_before_stays_and_is_to_be_read(before: Mapping | None) -> None:
    assert as_made(TITLE, before) == NEW


def test_another_rule_or_other_paired_values_leave_it_as_it_was() -> None:
    ruled = msgspec.structs.replace(TITLE, rule=Rule.ALWAYS_HUBSPOT, values=(("a", "b"),))
    assert as_made(ruled, TITLE) == ruled
    assert as_made(ruled, NEW) == msgspec.structs.replace(ruled, existing=Existing.STAY, unread=True)


def test_dont_sync_remembers_nothing() -> None:
    assert as_made(msgspec.structs.replace(NEW, rule=Rule.DONT_SYNC), NEW) == OFF


def test_a_whole_pass_has_read_it_and_ends_a_backfill() -> None:
    assert once_synced(NEW) == msgspec.structs.replace(TITLE, existing=Existing.STAY)
    assert once_synced(msgspec.structs.replace(NEW, existing=Existing.BACKFILL)) == TITLE
    assert once_synced(TITLE) == TITLE
