"""Links, and the records at their ends."""

from __future__ import annotations

import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.records import UNSEEN, Observed, Presence
from crmsync_desktop.ports.store import Link, LinkState, RecordState, Settle
from tests.adapters.store.conftest import AT, HS, PAIR, contact, hubspot, link, stage


def ends(store: SqliteStore, number: int) -> list[str]:
    return [known.id for known in store.counterparts([number])[number]]


def test_new_links_come_back_with_both_bases(store: SqliteStore) -> None:
    numbers = store.add_links(
        [
            Link(0, PAIR, "Contact", "003A", "1", LinkState.LIVE, ["A@x.no", None, UNSEEN], ["a@x.no", "A", UNSEEN]),
            Link(0, PAIR, "Lead", "00QB", "2", LinkState.HUBSPOT_GONE, ["b", "B", "C"], ["b", "B", "C"]),
        ]
    )
    second, first = store.links([numbers[1], numbers[0]])
    assert (first.salesforce_object, first.salesforce_id, first.hubspot_id) == ("Contact", "003A", "1")
    assert (first.base_salesforce, first.base_hubspot) == (["A@x.no", None, UNSEEN], ["a@x.no", "A", UNSEEN])
    assert (second.pair, second.state, second.base_hubspot) == (PAIR, LinkState.HUBSPOT_GONE, ["b", "B", "C"])
    assert second.base_salesforce is not second.base_hubspot
    assert store.link_count(PAIR) == 1


def test_links_connect_the_records_that_are_known(store: SqliteStore) -> None:
    stage(store, contact("003A", "a", "b", "c"), hubspot("1", "a", "b", "c"), contact("003B", "a", "b", "c"))
    numbers = store.add_links([link("003A", "1"), link("003B", "2")])
    assert {number: [known.id for known in found] for number, found in store.counterparts([*numbers, 99]).items()} == {
        numbers[0]: ["003A", "1"],
        numbers[1]: ["003B"],
        99: [],
    }


def test_one_number_names_a_contact_and_a_company_in_hubspot(store: SqliteStore) -> None:
    store.set_layout("companies", ["name"])
    company = Observed(HS, "companies", "1", AT, Presence.LIVE, ["x"])
    stage(store, contact("003A", "a", "b", "c"), hubspot("1", "a", "b", "c"))
    store.stage("companies", [(company, 1)], None)
    (contacts,) = store.add_links([link("003A", "1")])
    (companies,) = store.add_links([Link(0, "companies", "Account", "001A", "1", LinkState.LIVE, ["x"], ["x"])])
    assert [known.object for known in store.counterparts([contacts])[contacts]] == ["Contact", "contacts"]
    assert [known.object for known in store.counterparts([companies])[companies]] == ["companies"]


@pytest.mark.parametrize(("salesforce_id", "hubspot_id"), [("003A", "9"), ("003Z", "1")])
def test_a_record_has_one_live_link_at_most(store: SqliteStore, salesforce_id: str, hubspot_id: str) -> None:
    store.add_links([link("003A", "1")])
    with pytest.raises(BugError, match="UNIQUE"):
        store.add_links([link("003B", "2"), link(salesforce_id, hubspot_id)])
    assert store.link_count(PAIR) == 1
    store.add_links([link(salesforce_id, hubspot_id, state=LinkState.SALESFORCE_GONE)])


def test_updating_changes_bases_and_state_and_leaves_records_connected(store: SqliteStore) -> None:
    stage(store, contact("003A", "a", "b", "c"), hubspot("1", "a", "b", "c"))
    (number,) = store.add_links([link("003A", "1")])
    store.update_links([link("003A", "1", "x", None, "z", number=number, state=LinkState.HUBSPOT_GONE)])
    (kept,) = store.links([number])
    assert (kept.base_salesforce, kept.state) == (["x", None, "z"], LinkState.HUBSPOT_GONE)
    assert ends(store, number) == ["003A", "1"]
    assert store.link_count(PAIR) == 0


def test_a_link_that_moves_takes_the_new_record_and_the_old_one_keeps_its_values(store: SqliteStore) -> None:
    old, new, other = stage(
        store,
        contact("003A", "a@x.no", "A", "B"),
        contact("003M", "m@x.no", "M", "M"),
        hubspot("1", "a@x.no", "A", "B"),
    )
    (number,) = store.add_links([link("003A", "1", "a@x.no", "A", "B")])
    store.settle([Settle(old.row, RecordState.SETTLED), Settle(other.row, RecordState.SETTLED)])
    store.update_links([link("003M", "1", "new", "N", "N", number=number)])
    assert ends(store, number) == ["003M", "1"]
    left, taken, stayed = store.records([old.row, new.row, other.row])
    assert (left.link, left.cells) == (None, ["a@x.no", "A", "B"])
    assert (taken.link, taken.cells) == (number, ["m@x.no", "M", "M"])
    assert stayed.cells is None


def test_links_may_exchange_their_ids_in_one_call(store: SqliteStore) -> None:
    stage(store, *(contact(id_, "a", "b", "c") for id_ in ("003A", "003B")), hubspot("1", "a", "b", "c"))
    one, two = store.add_links([link("003A", "1"), link("003B", "2")])
    store.update_links([link("003B", "1", number=one), link("003A", "2", number=two)])
    assert ends(store, one) == ["003B", "1"]
    assert ends(store, two) == ["003A"]
    assert store.link_count(PAIR) == 2


def test_a_new_link_takes_a_record_over_from_a_dead_one(store: SqliteStore) -> None:
    _, kept = stage(store, contact("003A", "a", "b", "c"), hubspot("1", "old", "O", "O"))
    (dead,) = store.add_links([link("003A", "1", "old", "O", "O", state=LinkState.SALESFORCE_GONE)])
    store.settle([Settle(kept.row, RecordState.SETTLED)])
    (number,) = store.add_links([link("003N", "1", "new", "N", "N")])
    assert store.records([kept.row])[0].link == number
    assert store.records([kept.row])[0].cells == ["old", "O", "O"]
    assert ends(store, dead) == ["003A"]


def test_removing_a_link_leaves_its_records_with_their_values(store: SqliteStore) -> None:
    known = stage(store, contact("003A", "s", "S", "S"), hubspot("1", "h", "H", "H"))
    (number,) = store.add_links(
        [Link(0, PAIR, "Contact", "003A", "1", LinkState.LIVE, ["s", "S", "S"], ["h", "H", "H"])]
    )
    store.settle([Settle(one.row, RecordState.SETTLED) for one in known])
    store.remove_links([number])
    assert store.links([number]) == []
    salesforce, other = store.records([one.row for one in known])
    assert (salesforce.link, salesforce.cells) == (None, ["s", "S", "S"])
    assert (other.link, other.cells) == (None, ["h", "H", "H"])


def test_values_written_out_are_in_the_layout_in_force(store: SqliteStore) -> None:
    known = stage(store, contact("003A", "s", "S", "T"))
    (number,) = store.add_links([link("003A", "1", "s", "S", "T")])
    store.settle([Settle(known[0].row, RecordState.SETTLED)])
    store.set_layout(PAIR, ["lastname", "email"])
    store.remove_links([number])
    assert store.records([known[0].row])[0].cells == ["T", "s"]


def test_the_number_of_a_removed_link_is_not_given_again(store: SqliteStore) -> None:
    (first,) = store.add_links([link("003A", "1")])
    store.remove_links([first])
    (second,) = store.add_links([link("003A", "1")])
    assert second > first


def test_a_base_has_a_place_for_every_property(store: SqliteStore) -> None:
    with pytest.raises(BugError, match="cells for a layout"):
        store.add_links([link("003A", "1", "only one")])


def test_the_example_is_the_fullest_live_link(store: SqliteStore) -> None:
    assert store.example_link(PAIR) is None
    store.add_links(
        [
            link("003A", "1", "a", None, None),
            link("003B", "2", "b@x.no", "Bo", "Berg"),
            link("003C", "3", "c@x.no", "Camilla", "Christensen", state=LinkState.SALESFORCE_GONE),
        ]
    )
    example = store.example_link(PAIR)
    assert example is not None
    assert example.base_salesforce == ["b@x.no", "Bo", "Berg"]
