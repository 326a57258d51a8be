"""What is told of a record, from the memory alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.runner import PAUSED
from crmsync_desktop.app.why import Why
from crmsync_desktop.app.why_views import WhyView
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import CONTACTS, PAIRS, Mapping, Rule
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Presence, Side
from crmsync_desktop.domain.reference import Addresses
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import ContactSettings, OnConflict, Settings
from crmsync_desktop.ports.store import Link, LinkState, RecordState, Settle

AT = "2026-11-24T08:00:00Z"
ID, OTHER = "0031U00001ABCdeQAH", "151"
HERE = Addresses("https://acme.my.salesforce.com", "https://api.hubapi.com")
MAPPED = (
    Mapping("email", {"Contact": "Email", "Lead": "Email"}, Rule.TWO_WAY, builtin=True),
    Mapping("phone", {"Contact": "Phone", "Lead": "Phone"}, Rule.TWO_WAY),
    Mapping("fax", {"Contact": "Fax"}, Rule.DONT_SYNC),
)


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    opened = SqliteStore(":memory:", now=lambda: 1_790_000_000.0)
    opened.set_layout("contacts", ("email", "phone"))
    opened.save_document("mappings.contacts", None)
    fields = {"email": Kind.EMAIL, "phone": Kind.PHONE, "fax": Kind.PHONE}
    hubspot = {name: Field(name, name.title(), kind, "string") for name, kind in fields.items()}
    salesforce = {name.title(): Field(name.title(), name.title(), kind, "string") for name, kind in fields.items()}
    opened.save_schemas(
        [
            Schema(Side.HUBSPOT, "contacts", "Contact", hubspot, AT),
            Schema(Side.SALESFORCE, "Contact", "Contact", salesforce, AT),
            Schema(Side.SALESFORCE, "Lead", "Lead", salesforce, AT),
        ]
    )
    yield opened
    opened.close()


def know(store: SqliteStore, side: Side, *cells: Cell, presence: Presence = Presence.LIVE) -> int:
    object, id = ("Contact", ID) if side is Side.SALESFORCE else ("contacts", OTHER)
    keys = (str(cells[0]),) if cells and cells[0] else ()
    record = Observed(side, object, id, AT, presence, list(cells), keys)
    store.stage("contacts", [(record, 1)], None)
    return store.records_by_id(side, object, [id])[0].row


def pair(store: SqliteStore, state: LinkState = LinkState.LIVE, base: Cell = "1") -> list[int]:
    rows = [know(store, Side.SALESFORCE, "a@x.no", "1"), know(store, Side.HUBSPOT, "a@x.no", "1")]
    store.add_links([Link(0, "contacts", "Contact", ID, OTHER, state, ["a@x.no", base], ["a@x.no", base])])
    store.settle([Settle(row, RecordState.SETTLED, ["a@x.no", "1"]) for row in rows])
    return rows


def why(store: SqliteStore, asked: str = ID, property: str | None = None) -> WhyView:
    mappings = {name: Mappings(store, each, MAPPED if each is CONTACTS else ()) for name, each in PAIRS.items()}
    return Why(store, mappings).explain(asked, property, HERE)


def test_a_pair_that_agrees_needs_nothing(store: SqliteStore) -> None:
    pair(store)
    found = why(store, OTHER)
    assert (found.known, found.pair, found.headline) == (True, "contacts", "It is linked, and dealt with.")
    assert found.decisions == ("Nothing: both sides agree, or differ as they may.",)
    assert [record.label for record in found.records] == ["a@x.no", "a@x.no"]
    assert (found.facts, found.would, found.errors, found.field) == ((), (), (), None)


def test_the_planner_is_asked_with_what_is_known(store: SqliteStore) -> None:
    salesforce, _ = pair(store)
    store.settle([Settle(salesforce, RecordState.STAGED, ["a@x.no", "2"])])
    found = why(store, ID, "phone")
    assert found.decisions == ("phone: “2” would be written to HubSpot, over “1”: edited in Salesforce.",)
    assert found.field is not None
    assert (found.field.salesforce, found.field.hubspot, found.field.base_hubspot) == ("2", "1", "1")
    assert found.would == ("The next pass looks at it: sync",)
    assert found.headline.startswith("It is linked; a change")


def test_a_conflict_that_would_be_held_is_told(store: SqliteStore) -> None:
    store.save_settings(Settings(on_conflict=OnConflict.HOLD))
    rows = pair(store)
    store.settle([Settle(row, RecordState.PARKED, ["a@x.no", str(place)]) for place, row in enumerate(rows, 7)])
    found = why(store, ID, "phone")
    assert found.decisions == ("phone is held: both sides edited it. Decide: conflicts",)
    assert found.field is not None
    assert found.field.decision == "Held: both sides edited it. Decide: conflicts"
    assert "An edit on either side, or: retry" in found.would


@pytest.mark.parametrize(("state", "said"), [
    (LinkState.SALESFORCE_GONE, "Salesforce's record was deleted"), (LinkState.HUBSPOT_GONE, "HubSpot's record was deleted"),
])  # fmt: skip
def test_a_link_that_lost_a_side_says_what_revives_it(store: SqliteStore, state: LinkState, said: str) -> None:
    pair(store, state)
    found = why(store)
    assert said in found.link
    assert "the link revives" in found.link
    assert found.decisions == ("One of the two was deleted: nothing is written to the other.",)


def test_the_inclusion_list_keeps_a_contact_where_it_is(store: SqliteStore) -> None:
    store.save_settings(Settings(contacts=ContactSettings(inclusion_list="9")))
    salesforce, _ = pair(store)
    store.settle([Settle(salesforce, RecordState.STAGED, ["a@x.no", "2"])])
    found = why(store)
    assert "It isn't on the inclusion list 9: it travels in neither direction (C2, C7)." in found.facts
    assert found.decisions == (
        "A difference stays as it is, since a setting or the inclusion list closes its direction.",
    )
    assert any("contacts.inclusion_list" in each for each in found.would)
    store.set_members("9", [OTHER])
    assert why(store).facts == ("It is on the inclusion list 9 (C7).",)


def test_a_record_alone_would_be_created_or_says_why_not(store: SqliteStore) -> None:
    know(store, Side.HUBSPOT, "a@x.no", "1")
    found = why(store, "A@x.no")
    assert found.headline == "It is known, and has no counterpart."
    assert found.decisions[1] == "It would be created in Salesforce, as Contact."
    store.save_settings(Settings(contacts=ContactSettings(inclusion_list="9")))
    assert why(store, OTHER).decisions[0].startswith("Nothing: a setting or the inclusion list")
    know(store, Side.HUBSPOT, presence=Presence.DELETED)
    assert why(store, OTHER).decisions == ("Nothing: it isn't there, and has no counterpart.",)


def test_a_field_that_cannot_be_read_or_is_not_synced_says_so(store: SqliteStore) -> None:
    salesforce, _ = pair(store)
    store.settle([Settle(salesforce, RecordState.SETTLED, ["a@x.no", UNSEEN])])
    field = why(store, ID, "phone").field
    assert field is not None
    assert (field.salesforce, field.decision[:9]) == (None, "One side'")
    off = why(store, ID, "fax").field
    assert off is not None
    assert (off.salesforce_field, off.decision) == ("Fax", "Its rule is Don't sync.")
    with pytest.raises(SetupError, match="isn't mapped"):
        why(store, ID, "nonsense")


def test_what_holds_everything_up_is_named(store: SqliteStore) -> None:
    pair(store)
    store.save_document(PAUSED, True)
    assert "Syncing by itself is paused: resume, or sync once by hand." in why(store).would


def test_before_the_first_pass_nothing_is_known(store: SqliteStore) -> None:
    found = why(store, "a@x.no")
    assert (found.known, found.records, found.history) == (False, (), ())
    assert "the journal" in found.looked[0]
    assert why(store, "https://acme.lightning.force.com/lightning/r/Account/0011U00001ABCde/view").would == (
        "Companies aren't synced. Switch them on: pairs on companies",
    )
    store.save_settings(Settings(contacts=ContactSettings(inclusion_list="9")))
    assert any("inclusion list" in each for each in why(store, ID).would)
