"""Edits travel once, one way, and never over somebody else's: echoes, stale writes, both sides at once."""

from __future__ import annotations

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Outcome, Side, Write, Written
from crmsync_desktop.ports.store import JournalState, RecordState
from tests.engine.desk import Desk


def test_what_is_only_in_one_system_is_made_in_the_other() -> None:
    with Desk() as desk:
        contact, hubspot = desk.in_salesforce(FirstName="Ada"), desk.in_hubspot(firstname="Bo")
        row = desk.sync()
        assert desk.partner(contact).values["firstname"] == "Ada"
        assert desk.partner(hubspot).values["FirstName"] == "Bo"
        assert {tally.side: tally.created for tally in row.tallies} == {Side.SALESFORCE: 1, Side.HUBSPOT: 1}


def test_our_own_write_read_back_later_is_no_edit() -> None:
    with Desk() as desk:
        desk.in_salesforce(Phone="4155550101")
        desk.sync()
        writes = desk.writes()
        for _ in range(3):
            desk.sync(after=60)
        assert desk.writes() == writes
        assert desk.memory.store.staged_count("contacts") == 0


def test_an_edit_carries_exactly_its_own_field() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO")
        desk.sync()
        desk.hubspot.edit(hubspot.id, {"jobtitle": "CEO"})
        desk.sync()
        assert salesforce.values["Title"] == "CEO"
        assert [sorted(landed.write.values) for landed in desk.salesforce.landed] == [["Title"]]


def test_an_index_that_still_shows_the_old_values_is_no_edit_back() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO")
        desk.sync(after=5)
        stale = desk.hubspot.index[hubspot.id].copy()
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        desk.sync(after=5)
        desk.nature.advance(5)
        desk.hubspot.index[hubspot.id] = stale  # the index hasn't heard of our write yet
        desk.sync(after=1)
        assert (salesforce.values["Title"], hubspot.values["jobtitle"]) == ("CEO", "CEO")


def test_a_value_that_is_stored_otherwise_does_not_bounce() -> None:
    with Desk() as desk:
        hubspot = desk.in_hubspot(score="3.14159", jobtitle="Head  of Ops")
        desk.sync()
        salesforce = desk.partner(hubspot)
        assert (salesforce.values["Score__c"], salesforce.values["Title"]) == ("3.1", "Head of Ops")
        writes = desk.writes()
        desk.sync()
        assert desk.writes() == writes
        assert (hubspot.values["score"], hubspot.values["jobtitle"]) == ("3.14159", "Head  of Ops")


def test_a_write_over_news_is_dropped_and_decided_anew() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO", firstname="Ada")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        read = desk.hubspot.read

        async def edited_just_before(want, ids):  # type: ignore[no-untyped-def]
            if hubspot.values["jobtitle"] == "CTO":
                desk.hubspot.edit(hubspot.id, {"jobtitle": "Chair"})
            return await read(want, ids)

        desk.hubspot.read = edited_just_before  # type: ignore[method-assign]
        desk.sync()
        dropped = desk.memory.store.entries(None, [JournalState.DROPPED])
        assert [(entry.side, entry.note) for entry in dropped] == [(Side.HUBSPOT, "changed meanwhile")]
        assert (salesforce.values["Title"], hubspot.values["jobtitle"]) == ("Chair", "Chair")


def test_one_pass_writes_both_sides_of_a_link() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO", firstname="Ada")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        desk.hubspot.edit(hubspot.id, {"firstname": "Adah"})
        desk.sync()
        assert (salesforce.values["Title"], salesforce.values["FirstName"]) == ("CEO", "Adah")
        assert (hubspot.values["jobtitle"], hubspot.values["firstname"]) == ("CEO", "Adah")
        assert desk.known(hubspot).state is desk.known(salesforce).state is RecordState.SETTLED


def test_a_field_that_both_edited_is_held_and_the_others_travel() -> None:
    with Desk(on_conflict="hold") as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO", firstname="Ada")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"Title": "CEO", "FirstName": "Adah"})
        desk.hubspot.edit(hubspot.id, {"jobtitle": "Chair"})
        desk.sync()
        assert (salesforce.values["Title"], hubspot.values["jobtitle"]) == ("CEO", "Chair")
        assert hubspot.values["firstname"] == "Adah"
        assert [conflict.property for conflict in desk.memory.store.conflicts()] == ["jobtitle"]
        desk.hubspot.edit(hubspot.id, {"jobtitle": "CEO"})
        desk.sync()
        assert desk.memory.store.conflicts() == []


def test_an_edit_beats_what_storing_made_of_the_other_side() -> None:
    """The process died between our create and the read-back, and a person edited HubSpot meanwhile."""
    with Desk() as desk:
        hubspot = desk.in_hubspot(jobtitle="Head  of Ops")
        answer = desk.salesforce.create

        def stored_and_dead(write: Write) -> Written:
            desk.nature.crash_in = 40
            return answer(write)

        desk.salesforce.create = stored_and_dead  # type: ignore[method-assign]
        desk.sync_until_death(10_000)
        desk.salesforce.create = answer  # type: ignore[method-assign]
        desk.hubspot.edit(hubspot.id, {"jobtitle": "Chair"})
        desk.sync()
        assert (desk.partner(hubspot).values["Title"], hubspot.values["jobtitle"]) == ("Chair", "Chair")


def test_an_update_whose_answer_was_lost_is_nobodys_edit() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO")
        desk.sync()
        desk.hubspot.edit(hubspot.id, {"jobtitle": "CEO"})
        write = desk.salesforce.write

        async def stored_and_lost(writes: list[Write]) -> list[Written]:
            return [Written(answer.key, Outcome.UNKNOWN) for answer in await write(writes)]

        desk.salesforce.write = stored_and_lost  # type: ignore[method-assign, assignment]
        desk.sync(after=60)
        desk.salesforce.write = write  # type: ignore[method-assign]
        desk.hubspot.edit(hubspot.id, {"jobtitle": "Chair"})
        hubspot.modified -= 30  # edited before our write arrived, heard of only now
        desk.sync(after=60)
        assert (salesforce.values["Title"], hubspot.values["jobtitle"]) == ("Chair", "Chair")


def test_an_index_that_lags_behind_an_update_whose_answer_was_lost_brings_no_old_value_back() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO")
        desk.sync()
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        write = desk.hubspot.write

        async def stored_and_lost(writes: list[Write]) -> list[Written]:
            return [Written(answer.key, Outcome.UNKNOWN) for answer in await write(writes)]

        desk.hubspot.calm_lag = 120
        desk.hubspot.write = stored_and_lost  # type: ignore[method-assign, assignment]
        desk.sync(after=60)
        desk.hubspot.write = write  # type: ignore[method-assign]
        desk.sync(after=10)
        assert (salesforce.values["Title"], hubspot.values["jobtitle"]) == ("CEO", "CEO")


def test_an_owner_without_a_counterpart_is_left_alone_and_told() -> None:
    with Desk() as desk:
        hubspot = desk.in_hubspot(hubspot_owner_id="1004")
        desk.sync()
        desk.sync()
        assert hubspot.values["hubspot_owner_id"] == "1004"
        assert desk.partner(hubspot).values["OwnerId"] == "005A"
        assert {error.code for error in desk.errors()} == {"OWNER_NOT_MATCHED"}


def test_a_rule_that_never_writes_its_master_does_not() -> None:
    with Desk({"jobtitle": Rule.ALWAYS_SALESFORCE}) as desk:
        salesforce, hubspot = desk.in_both(jobtitle=None)
        desk.sync()
        desk.hubspot.edit(hubspot.id, {"jobtitle": "CTO"})
        desk.sync()
        assert (salesforce.values["Title"], hubspot.values["jobtitle"]) == (None, "CTO")
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        desk.sync()
        assert hubspot.values["jobtitle"] == "CEO"
        assert desk.salesforce.landed == []
