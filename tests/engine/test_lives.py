"""Whole records: deleted, brought back, merged, converted, joined and left, refused and mended."""

from __future__ import annotations

from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.store import JournalState, LinkState, PassState, RecordState
from tests.engine.desk import Desk
from tests.simulation.fields import POISON
from tests.simulation.hubspot import LIST


def test_a_salesforce_delete_is_carried_out_where_the_setting_says_so() -> None:
    with Desk(on_salesforce_delete="delete") as desk:
        salesforce, hubspot = desk.in_both()
        kept, other = desk.in_both()
        desk.sync()
        desk.salesforce.remove(salesforce.id)
        row = desk.sync()
        assert (hubspot.live, kept.live, other.live) == (False, True, True)
        assert sum(tally.deleted for tally in row.tallies) == 1


def test_nothing_deleted_in_hubspot_is_ever_deleted_in_salesforce() -> None:
    with Desk(on_salesforce_delete="delete") as desk:
        salesforce, hubspot = desk.in_both()
        desk.sync()
        desk.hubspot.archive(hubspot.id)
        for _ in range(3):
            desk.sync()
        assert salesforce.live


def test_an_edit_in_hubspot_beats_a_delete_in_salesforce() -> None:
    with Desk(on_salesforce_delete="delete") as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO")
        desk.sync()
        desk.salesforce.remove(salesforce.id)
        desk.hubspot.edit(hubspot.id, {"jobtitle": "CEO"})
        desk.sync()
        assert hubspot.live
        assert [(error.code, error.notice) for error in desk.errors()] == [("EDIT_BEATS_DELETE", True)]


def test_an_edit_made_just_before_the_delete_goes_out_beats_it_too() -> None:
    with Desk(on_salesforce_delete="delete") as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO")
        desk.sync()
        desk.salesforce.remove(salesforce.id)
        read = desk.hubspot.read

        async def edited_just_before(want, ids):  # type: ignore[no-untyped-def]
            desk.hubspot.edit(hubspot.id, {"jobtitle": "CEO"})
            return await read(want, ids)

        desk.hubspot.read = edited_just_before  # type: ignore[method-assign]
        desk.sync()
        assert hubspot.live


def test_an_undelete_revives_the_link() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both(jobtitle="CTO")
        desk.sync()
        link = desk.link(salesforce)
        desk.salesforce.remove(salesforce.id)
        desk.sync()
        gone = desk.link(salesforce)
        assert gone is not None
        assert gone.state is LinkState.SALESFORCE_GONE
        desk.salesforce.undelete(salesforce.id)
        desk.salesforce.edit(salesforce.id, {"Title": "CEO"})
        desk.sync()
        revived = desk.link(salesforce)
        assert link is not None
        assert revived is not None
        assert (revived.link, revived.state) == (link.link, LinkState.LIVE)
        assert hubspot.values["jobtitle"] == "CEO"


def test_a_salesforce_merge_moves_the_link_to_the_master() -> None:
    with Desk() as desk:
        loser, hubspot = desk.in_both()
        desk.sync()
        master = desk.in_salesforce(Email=None, FirstName="Ada")
        desk.salesforce.merge(master.id, loser.id)
        desk.sync()
        assert desk.partner(hubspot) is master
        assert hubspot.live
        assert hubspot.values["firstname"] == "Ada"


def test_a_converted_lead_hands_its_link_to_the_contact() -> None:
    with Desk(on_hubspot_change="lead") as desk:
        hubspot = desk.in_hubspot(company="Acme", birthday="1980-01-31")
        desk.sync()
        lead = desk.partner(hubspot)
        desk.salesforce.convert(lead.id)
        desk.sync()
        contact = desk.partner(hubspot)
        assert (lead.object, contact.object) == ("Lead", "Contact")
        assert contact.values["Birthdate"] == "1980-01-31"
        assert [row.id for row in desk.hubspot.live()] == [hubspot.id]


def test_a_hubspot_merge_moves_the_link_to_the_product() -> None:
    with Desk() as desk:
        salesforce, hubspot = desk.in_both()
        other = desk.hubspot.insert({"lastname": "Double", "firstname": "Ada"})
        desk.sync()
        twin = desk.partner(other)
        desk.salesforce.remove(twin.id)
        desk.sync()
        product = desk.hubspot.merge(hubspot.id, other.id)
        desk.sync()
        assert desk.partner(salesforce) is product
        assert salesforce.values["FirstName"] == "Ada"


def test_two_linked_records_whose_successors_lead_to_one_meet_there() -> None:
    """The first was merged into the second, and the second into a third, all since the last pass."""
    with Desk() as desk:
        (one, first), (two, second) = desk.in_both(), desk.in_both()
        desk.sync()
        third = desk.in_salesforce(Email=None)
        desk.salesforce.merge(two.id, one.id)
        desk.salesforce.merge(third.id, two.id)
        desk.sync()
        linked = [hubspot for hubspot in (first, second) if desk.link(hubspot)]
        assert [desk.partner(hubspot) for hubspot in linked] == [third]
        assert "LINKS_MEET" in {error.code for error in desk.errors()}


def test_two_links_that_meet_keep_the_survivors_and_tell_of_the_other() -> None:
    with Desk() as desk:
        (one, hubspot), (two, other) = desk.in_both(), desk.in_both()
        desk.sync()
        product = desk.hubspot.merge(hubspot.id, other.id)
        desk.sync()
        kept = desk.partner(product)
        left = two if kept is one else one
        assert desk.link(left) is None
        assert (left.id, "LINKS_MEET") in [(error.record_id, error.code) for error in desk.errors()]
        writes = desk.writes()
        desk.sync()
        assert desk.writes() == writes


def test_who_joins_the_inclusion_list_travels_and_who_leaves_stops() -> None:
    with Desk(inclusion_list=LIST) as desk:
        hubspot = desk.in_hubspot(jobtitle="CTO")
        desk.sync()
        assert desk.link(hubspot) is None
        desk.hubspot.join(hubspot.id)
        desk.sync()
        assert desk.partner(hubspot).values["Title"] == "CTO"
        desk.hubspot.leave(hubspot.id)
        desk.nature.advance(4_000)  # leavers are seen when the whole list is read anew
        desk.hubspot.edit(hubspot.id, {"jobtitle": "CEO"})
        desk.sync()
        assert desk.partner(hubspot).values["Title"] == "CTO"
        desk.hubspot.join(hubspot.id)
        desk.sync()
        assert desk.partner(hubspot).values["Title"] == "CEO"


def test_a_refused_record_waits_stops_nobody_and_goes_once_it_is_mended() -> None:
    with Desk() as desk:
        bad, good = desk.in_salesforce(Title=POISON[Side.HUBSPOT]), desk.in_salesforce()
        row = desk.sync()
        assert desk.partner(good).live
        assert desk.link(bad) is None
        assert [(error.side, error.record_id) for error in desk.errors()] == [(Side.SALESFORCE, bad.id)]
        assert desk.known(bad).state is RecordState.PARKED
        assert row.state is PassState.DONE
        writes = desk.writes()
        desk.sync()
        assert desk.writes() == writes
        desk.salesforce.edit(bad.id, {"Title": "CTO"})
        desk.sync()
        assert desk.partner(bad).values["jobtitle"] == "CTO"
        assert desk.errors() == []


def test_a_create_that_is_there_already_becomes_a_link() -> None:
    """Somebody made the same contact in HubSpot a moment ago: its index doesn't show it, its uniqueness does."""
    with Desk() as desk:
        contact = desk.in_salesforce(Email="ada@example.com", FirstName="Ada")
        desk.nature.advance(1_000)
        twin = desk.hubspot.insert({"email": "ada@example.com", "lastname": "Lovelace"})
        desk.hubspot.index.pop(twin.id, None)
        desk.sync(after=0.5)
        assert desk.partner(contact) is twin
        assert len(desk.hubspot.live()) == 1
        assert twin.values["firstname"] == "Ada"


def test_a_double_waits_until_the_record_that_it_is_the_double_of_is_gone() -> None:
    with Desk() as desk:
        first, second = (desk.in_salesforce(Email="ada@example.com") for _ in range(2))
        desk.sync()
        linked, double = (first, second) if desk.link(first) else (second, first)
        assert [(error.record_id, error.code) for error in desk.errors()] == [(double.id, "AMBIGUOUS_MATCH")]
        desk.salesforce.edit(linked.id, {"Email": "bo@example.com"})
        desk.sync()
        desk.sync()
        assert desk.partner(double).values["email"] == "ada@example.com"
        assert desk.partner(linked).values["email"] == "bo@example.com"
        assert desk.errors() == []


def test_a_mass_blanking_stops_at_the_guard_rail_before_anything_is_written() -> None:
    with Desk(guard_minimum=5, guard_share=25) as desk:
        pairs = [desk.in_both(jobtitle="CTO") for _ in range(12)]
        desk.sync()
        for salesforce, _ in pairs[:8]:
            desk.salesforce.edit(salesforce.id, {"Title": None})
        writes = desk.writes()
        row = desk.sync()
        assert row.state is PassState.STOPPED
        assert (
            "This pass would blank jobtitle of 8 contacts in HubSpot: more than 25 % of 12 contact links."
            in row.message
        )
        assert f"changes {row.id}" in row.message
        assert len(desk.memory.store.entries(row.id, [JournalState.PLANNED])) == 8
        assert desk.writes() == writes
        assert {hubspot.values["jobtitle"] for _, hubspot in pairs} == {"CTO"}


def test_a_pass_says_that_a_create_of_an_earlier_one_is_still_looked_for() -> None:
    with Desk() as desk:
        desk.hubspot.link_property, desk.hubspot.calm_lag = False, 60.0
        desk.in_salesforce(Email=None, LastName="Unfindable")
        desk.hubspot.lose_next_reply = True
        assert desk.sync().state is PassState.STOPPED
        waiting = desk.sync(after=1)
        assert (waiting.state, waiting.message[:10]) == (PassState.DONE, "One record")
        assert "HubSpot shows new ones with a delay" in waiting.message
        found = desk.sync()
        assert (found.state, found.message) == (PassState.DONE, "")
        assert len(desk.hubspot.live()) == 1
