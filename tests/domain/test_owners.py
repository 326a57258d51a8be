"""Whose record it is, on the other side."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.domain.layout import Layout, assigned_by, resolve
from crmsync_desktop.domain.mapping import CONTACTS, Mapping
from crmsync_desktop.domain.owners import Pairing, match_owners
from crmsync_desktop.domain.planner import NOTICES, Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Category, Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Owner, Schema
from crmsync_desktop.domain.settings import OnConflict

READ_AT = "2026-03-01T00:00:00Z"
PEOPLE = (
    Owner(Side.SALESFORCE, "005Ann", "ann@x.no", "Ann", True),
    Owner(Side.SALESFORCE, "005Bo", "bo@old.no", "Bo", True),
    Owner(Side.SALESFORCE, "005Gone", "gone@x.no", "Gone", False),
    Owner(Side.SALESFORCE, "005Nobody", "", "Nobody", True),
    Owner(Side.HUBSPOT, "1", "ann@x.no", "Ann", True),
    Owner(Side.HUBSPOT, "2", "bo@new.no", "Bo", True),
    Owner(Side.HUBSPOT, "3", "gone@x.no", "Gone", True),
    Owner(Side.HUBSPOT, "4", "", "No address", True),
    Owner(Side.HUBSPOT, "5", "left@x.no", "Left", False),
)
SCHEMAS = {
    "contacts": Schema(
        Side.HUBSPOT, "contacts", "C", {"owner": Field("owner", "Owner", Kind.OWNER, "enumeration")}, READ_AT
    ),
    "Lead": Schema(
        Side.SALESFORCE,
        "Lead",
        "Lead",
        {"OwnerId": Field("OwnerId", "Owner", Kind.OWNER, "reference", nillable=False)},
        READ_AT,
    ),
}
BO = Pairing("005Bo", "2")


def layout(*pairings: Pairing) -> Layout:
    resolved = resolve(CONTACTS, [Mapping("owner", {"Lead": "OwnerId"})], SCHEMAS)
    return assigned_by(resolved, match_owners(PEOPLE, pairings))


def planned(s: Sequence[Value], h: Sequence[Value], *pairings: Pairing) -> LinkPlan:
    """Each: as it is now, as it was."""
    salesforce, hubspot = (Look("Lead", READ_AT, each[:1], each[1:]) for each in (s, h))
    return plan_link(layout(*pairings), salesforce, hubspot, Doors(), OnConflict.NEWEST)


def changes(plan: LinkPlan) -> tuple[list[object], list[object]]:
    return [change.new for change in plan.to_salesforce], [change.new for change in plan.to_hubspot]


def test_addresses_match_and_a_former_user_reads_across_but_is_never_assigned() -> None:
    [column] = layout().columns
    assert (column.as_hubspot("005Ann"), column.as_salesforce("1")) == ("1", "005Ann")
    assert (column.as_hubspot("005Gone"), column.as_salesforce("3")) == ("3", UNSEEN)
    assert (column.as_hubspot("005Bo"), column.as_salesforce("2")) == (UNSEEN, UNSEEN)
    assert (column.as_hubspot("005Nobody"), column.as_salesforce("4")) == (UNSEEN, UNSEEN), "no address is no match"
    assert not column.waits()


def test_pairings_by_hand_count_before_addresses() -> None:
    [column] = layout(BO, Pairing("005Ann", "2"), Pairing("005Gone", "1")).columns
    assert (column.as_hubspot("005Bo"), column.as_hubspot("005Ann")) == ("2", "2")
    assert column.as_salesforce("2") == "005Bo", "the first one"
    assert column.as_salesforce("1") == "005Ann", "a former user isn't assigned by hand either"
    assert column.as_hubspot("005Gone") == "1"


def test_pairings_of_nobody_dont_count() -> None:
    pairings = (Pairing("005No", "2"), Pairing("005Bo", "9"), Pairing("005Gone", "5"), BO)
    found = match_owners(PEOPLE, pairings)
    assert (found.paired, found.gone) == ((BO,), pairings[:3])


def test_a_queue_comes_in_as_unassigned() -> None:
    assert changes(planned(["00GQueue", "005Ann"], ["1", "1"])) == ([], [None])
    assert changes(planned(["00GQueue", "00GQueue"], [None, None])) == ([], [])
    create = plan_create(layout(), Side.SALESFORCE, ["00GQueue"], SCHEMAS["contacts"], "Lead")
    assert (create.changes, create.faults) == ([], [])


def test_whoever_takes_a_record_from_a_queue_owns_it_on_both_sides() -> None:
    assert changes(planned(["00GQueue", "00GQueue"], ["1", None])) == (["005Ann"], [])
    assert changes(planned(["005Ann", "00GQueue"], [None, None])) == ([], ["1"])


def test_two_who_read_as_one_dont_bounce() -> None:
    pairings = (BO, Pairing("005Ann", "2"))
    assert changes(planned(["005Ann", "005Bo"], ["2", "2"], *pairings)) == ([], [])
    assert changes(planned(["005Gone", "005Gone"], ["3", "3"])) == ([], [])


def test_unassigning_in_hubspot_leaves_salesforces_owner_with_a_notice() -> None:
    plan = planned(["005Ann", "005Ann"], [None, "1"])
    assert changes(plan) == ([], [])
    [(side, fault)] = plan.faults
    assert (side, fault.category, fault.code) == (Side.SALESFORCE, Category.OWNERS, "OWNER_NOT_MATCHED")
    assert fault.code in NOTICES
    assert plan.rebased
    new = plan_create(layout(), Side.HUBSPOT, [None], SCHEMAS["Lead"], "contacts")
    assert (new.changes, new.faults, new.blocked) == ([], [], False)


def test_a_record_that_nobody_was_chosen_for_in_hubspot_gets_salesforces_owner() -> None:
    """Blank on a first link is blank: it is filled, and nothing is to be told."""
    first = plan_link(
        layout(),
        Look("Lead", READ_AT, ["005Ann"], [UNSEEN]),
        Look("contacts", READ_AT, [None], [UNSEEN]),
        Doors(),
        OnConflict.NEWEST,
    )
    assert (changes(first), first.faults) == (([], ["1"]), [])
    left = planned(["005Ann", "005Ann"], [None, None])
    assert (changes(left), left.faults) == (([], []), []), "what was left unassigned stays so, and isn't told of again"


def test_an_owner_without_a_counterpart_is_told_by_name() -> None:
    plan = planned(["005Bo", "005Ann"], ["1", "1"])
    assert changes(plan) == ([], [])
    assert plan.faults[0][1].message == (
        "Salesforce's owner Bo (bo@old.no) has no active counterpart with the same e-mail address in HubSpot; the owner "
        "there stays as it is."
    )
    [column] = layout().columns
    told = [
        column.translation.fault(side, id, ()).message for side, id in ((Side.SALESFORCE, "5"), (Side.HUBSPOT, "005X"))
    ]
    assert told == [
        "HubSpot's owner Left (left@x.no) is no longer active there and has no active counterpart with the same e-mail "
        "address in Salesforce; the owner there stays as it is.",
        "Salesforce's owner 005X isn't known; the owner in HubSpot stays as it is.",
    ]
    new = plan_create(layout(), Side.HUBSPOT, ["4"], SCHEMAS["Lead"], "contacts")
    assert [fault.message for fault in new.faults] == [
        "HubSpot's owner No address (no e-mail address) has no active counterpart with the same e-mail address in "
        "Salesforce; the owner there stays as it is."
    ]


def test_once_paired_nobody_is_replaced_but_by_an_edit() -> None:
    assert changes(planned(["005Ann", "005Ann"], [None, None], BO)) == ([], [])
    assert changes(planned(["005Ann", "005Ann"], ["2", "2"], BO)) == ([], [])
    assert changes(planned(["005Ann", "005Ann"], ["2", "1"], BO)) == (["005Bo"], [])
    unknown = planned(["005Ann", UNSEEN], ["2", UNSEEN], BO)  # type: ignore[list-item]
    assert changes(unknown) == ([], ["1"]), "never linked before: the newer one, Salesforce's where that can't be told"
