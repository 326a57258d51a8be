"""Creates of activities whose answer was lost: each is found where it is, and sent again only where it surely isn't."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.records import Outcome, Write, Written
from tests.adapters.hubspot.conftest import Site
from tests.adapters.hubspot.test_activities import WHEN, Activities

pytestmark = pytest.mark.http


@pytest.fixture
def there(site: Site) -> Activities:
    return Activities(site)


def recover(there: Activities, *creates: Write) -> list[Written]:
    """`calls` leaves out the description, and the look at HubSpot's clock."""
    return there.counted(lambda crm: crm.recover(creates))


def task(there: Activities, subject: str, body: str | None = None, **more: str | None) -> Write:
    return there.create("tasks", hs_task_subject=subject, hs_task_body=body, hs_timestamp=WHEN, **more)


def test_a_batch_whose_answer_was_lost_is_found_whole_with_one_search(there: Activities) -> None:
    creates = [task(there, f"Task {n}", f"<p>{n}</p>") for n in range(40)]
    there.site.fault(path="/batch/create", drop_after_commit=True)
    assert {each.outcome for each in there.write(*creates)} == {Outcome.UNKNOWN}
    there.site.pass_time(61)
    found = recover(there, *creates)
    assert there.calls == 1
    assert {each.outcome for each in found} == {Outcome.DONE}
    assert len({each.id for each in found}) == 40 == there.portal.count("tasks")
    assert (found[7].echo or {})["hs_task_subject"] == "Task 7"


def test_alike_to_the_last_letter_each_stands_for_one(there: Activities) -> None:
    creates = [task(there, "Call back") for _ in range(3)]
    there.write(*creates[:2])
    there.site.pass_time(61)
    found = recover(there, *creates)
    assert [each.outcome for each in found] == [Outcome.DONE, Outcome.DONE, Outcome.FAILED]
    assert len({each.id for each in found}) == 3  # two, and none


def test_until_the_index_shows_it_nothing_is_told(there: Activities) -> None:
    there.portal.search_lag_seconds = 30
    write = task(there, "Lagging")
    there.write(write)
    assert [each.outcome for each in recover(there, write)] == [Outcome.UNKNOWN]
    there.site.pass_time(61)
    assert [each.outcome for each in recover(there, write)] == [Outcome.DONE]


def test_one_that_never_arrived_may_be_sent_again(there: Activities) -> None:
    older = there.act("tasks", hs_task_subject="Same", hs_task_body="Same")
    there.site.pass_time(600)
    write = task(there, "Same", "Same")
    assert [each.outcome for each in recover(there, write)] == [Outcome.UNKNOWN]
    there.site.pass_time(61)
    (told,) = recover(there, write)
    assert (told.outcome, told.faults, told.id) == (Outcome.FAILED, (), None)
    assert older


def test_another_body_is_another_task(there: Activities) -> None:
    write = task(there, "Follow up", "<p>Ring Kari</p>")
    there.act("tasks", hs_task_subject="Follow up", hs_task_body="<p>Ring Ola</p>")
    there.site.pass_time(61)
    assert [each.outcome for each in recover(there, write)] == [Outcome.FAILED]


def test_tidied_html_and_an_edit_since_are_no_other_task(there: Activities) -> None:
    write = task(there, "follow up", "<div><p>Ring  Kari</p><style>p{}</style></div>", hs_task_status="NOT_STARTED")
    id = there.act("tasks", hs_task_subject="Follow up", hs_task_body="<p>Ring Kari</p>", hs_task_status="COMPLETED")
    there.site.pass_time(61)
    assert [(each.outcome, each.id) for each in recover(there, write)] == [(Outcome.DONE, id)]


def test_notes_have_only_a_body(there: Activities) -> None:
    note = there.create("notes", hs_note_body="<p>Met at the fair</p>", hs_timestamp=WHEN)
    there.act("notes", hs_note_body="<p>Another</p>")
    id = there.act("notes", hs_note_body="<p>Met at the fair</p>")
    there.site.pass_time(61)
    assert [each.id for each in recover(there, note)] == [id]
    assert there.calls == 1


def test_without_any_text_only_an_equal_one_is_it(there: Activities) -> None:
    call = there.create("calls", hs_timestamp=WHEN, hs_call_duration="90000")
    there.insert("calls", hs_timestamp=WHEN, hs_call_duration="1000")
    there.site.pass_time(61)
    assert [each.outcome for each in recover(there, call)] == [Outcome.FAILED]
    id = there.insert("calls", hs_timestamp=WHEN, hs_call_duration="90000")
    there.site.pass_time(61)
    assert [each.id for each in recover(there, call)] == [id]


def test_long_titles_and_many_of_them_are_searched_for_in_parts(there: Activities) -> None:
    creates = [task(there, f"{n} " + "y" * 150) for n in range(60)]
    long = task(there, "z" * 1_000)
    there.write(*creates, long)
    there.site.pass_time(61)
    assert {each.outcome for each in recover(there, *creates)} == {Outcome.DONE}
    assert there.calls == 5
    assert [each.outcome for each in recover(there, *creates[:3], long)] == [Outcome.DONE] * 4
    assert there.calls == 1


def test_without_the_time_of_the_journal_nothing_is_told(there: Activities) -> None:
    write = msgspec.structs.replace(task(there, "Undated"), journaled_at="")
    assert [each.outcome for each in recover(there, write)] == [Outcome.UNKNOWN]
    assert there.calls == 0
