"""The report on likely duplicates, over a memory of its own: what is compared, what is left out, when systems are read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from msgspec.structs import replace

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.app.duplicates import Duplicates
from crmsync_desktop.app.views import DuplicatesView, PassView
from crmsync_desktop.domain.errors import Cancelled, SetupError
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Presence, Side
from crmsync_desktop.domain.settings import OnAmbiguousMatch, Settings
from crmsync_desktop.ports.store import Cursor, Link, LinkState, RecordState, Settle

SF, HS = Side.SALESFORCE, Side.HUBSPOT
PROPERTIES = ("firstname", "lastname", "email", "phone")
AT = "2026-11-24T08:00:00Z"
LOOKED = PassView(1, True, "done", "duplicates", AT, AT, (), {})


class Desk:
    """A store, a report on it, and the looks that the report took."""

    def __init__(self) -> None:
        self.store = SqliteStore(":memory:", now=lambda: 1_790_000_000.0)
        self.store.set_layout("contacts", PROPERTIES)
        self.store.set_layout("companies", ("name", "website"))
        self.looks: list[Settings] = []
        self.looked = LOOKED
        self.on_look: Callable[[], None] = lambda: None
        self.duplicates = Duplicates(self.store, self._look)

    async def _look(self, settings: Settings) -> PassView:
        self.looks.append(settings)
        self.on_look()
        return self.looked

    def knows(self, *records: Observed) -> list[int]:
        rows = self.store.learn("contacts", [(record, 1) for record in records], RecordState.SETTLED)
        self.store.stage("contacts", [], Cursor(HS, "contacts", "1"))
        return rows

    def report(self, limit: int = 10, pair: str = "contacts") -> DuplicatesView:
        return asyncio.run(self.duplicates.report(pair, limit))


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.store.close()


def contact(id: str, *cells: Cell, presence: Presence = Presence.LIVE, object: str = "Contact") -> Observed:
    side = HS if object == "contacts" else SF
    keys = (str(cells[2]),) if len(cells) > 2 and cells[2] else ()
    return Observed(side, object, id, AT, presence, list(cells), keys)


KARI = ("Kari", "Nordmann", "kari@x.no", "22345678")
KARI_TOO = ("Kari", "Nordmahn", None, "22345678")
STRANGERS = [contact(f"9{n}", f"Person{n}", f"Unlike{n * 7}", f"p{n}@y.no", f"9000{n:04d}") for n in range(5)]


def test_two_records_are_told_with_what_names_them(desk: Desk) -> None:
    desk.knows(contact("1", *KARI), contact("2", *KARI_TOO, object="contacts"), *STRANGERS)
    report = desk.report()
    assert (report.pair, report.compared, report.total, report.notice) == ("contacts", 7, 1, "")
    (found,) = report.duplicates
    assert (found.one.side, found.one.object, found.one.id, found.one.name, found.one.address) == (
        SF, "Contact", "1", "Kari Nordmann", "kari@x.no",
    )  # fmt: skip
    assert (found.other.side, found.other.object, found.other.name, found.other.address) == (
        HS, "contacts", "Kari Nordmahn", "",
    )  # fmt: skip
    assert found.reason == "same phone number, names differ by one letter"


def test_what_is_known_already_is_not_read_again_and_what_never_was_is(desk: Desk) -> None:
    desk.on_look = lambda: None if desk.store.cursors() else (desk.knows(contact("1", *KARI)), None)[1]
    assert desk.report().compared == 1
    assert desk.report().compared == 1
    assert len(desk.looks) == 1


def test_a_pair_that_no_pass_reads_is_read_each_time_and_stays_off(desk: Desk) -> None:
    for _ in range(2):
        assert desk.report(pair="companies").total == 0
    assert [settings.companies.enabled for settings in desk.looks] == [True, True]
    assert not desk.store.settings().companies.enabled


def test_what_kept_the_systems_from_being_read_is_told(desk: Desk) -> None:
    assert desk.report().notice == "Neither system has any contacts, or this user may not see them."
    desk.looked = PassView(1, True, "stopped", "duplicates", AT, AT, (), {}, "The allocation is used up.")
    assert desk.report().notice == "Not everything could be read: The allocation is used up."


def test_linked_records_are_compared_by_what_their_link_holds_and_not_with_each_other(desk: Desk) -> None:
    rows = desk.knows(contact("1", *KARI), contact("2", *KARI, object="contacts"), contact("3", *KARI_TOO), *STRANGERS)
    desk.store.add_links([Link(0, "contacts", "Contact", "1", "2", LinkState.LIVE, list(KARI), list(KARI))])
    desk.store.settle([Settle(row, RecordState.SETTLED) for row in rows[:2]])
    assert [record.cells for record in desk.store.records(rows[:2])] == [None, None]
    (found,) = desk.report().duplicates
    assert {(like.id, like.linked, like.name) for like in (found.one, found.other)} == {
        ("1", True, "Kari Nordmann"),
        ("3", False, "Kari Nordmahn"),
    }


def test_what_the_next_pass_links_by_address_is_no_duplicate_and_what_it_cannot_tell_is(desk: Desk) -> None:
    pair = contact("1", *KARI), contact("2", *KARI, object="contacts")
    desk.knows(*pair, *STRANGERS)
    assert desk.report().total == 0
    desk.knows(contact("3", "Kari", "Nordmann", "kari@x.no", None, object="Lead"))
    (found,) = desk.report().duplicates
    assert found.doubt
    assert found.reason.startswith("ambiguous match: both have kari@x.no")
    assert {found.one.object, found.other.object} == {"Contact", "Lead"}


def test_with_the_setting_that_links_none_of_them_all_are_told(desk: Desk) -> None:
    settings = desk.store.settings()
    blocking = replace(settings.contacts, on_ambiguous_match=OnAmbiguousMatch.BLOCK)
    desk.store.save_settings(replace(settings, contacts=blocking))
    desk.knows(contact("1", *KARI), contact("2", *KARI), contact("3", *KARI, object="contacts"))
    found = desk.report().duplicates
    assert len(found) >= 2
    assert {like.id for each in found for like in (each.one, each.other)} == {"1", "2", "3"}
    assert any(each.doubt for each in found)


def test_the_deleted_are_left_out_and_the_unreadable_say_nothing(desk: Desk) -> None:
    desk.knows(contact("1", *KARI), contact("2", *KARI_TOO, presence=Presence.DELETED), *STRANGERS)
    desk.knows(contact("4", UNSEEN, UNSEEN, None, UNSEEN))
    assert (desk.report().compared, desk.report().total) == (7, 0)


def test_the_limit_bounds_what_is_shown_and_not_what_is_counted(desk: Desk) -> None:
    doubles = [
        contact(f"{n}{half}", f"Kari{n}", f"Berg{n * 13}", None, f"2234{n:04d}") for n in range(6) for half in "ab"
    ]
    desk.knows(*doubles)
    report = desk.report(limit=2)
    assert (report.total, len(report.duplicates)) == (6, 2)
    assert [desk.report(limit=n).duplicates for n in (0, -3)] == [(), ()]


@pytest.mark.parametrize("pair", ["deals", "tickets", "people"])
def test_what_cannot_be_duplicates_is_said_and_nothing_is_read(desk: Desk, pair: str) -> None:
    with pytest.raises(SetupError, match="contacts, companies"):
        desk.report(pair=pair)
    assert desk.looks == []


def test_a_comparison_ends_soon_after_whoever_asked_is_gone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[BaseException] = []

    def endless(*_: object, beat: Callable[[], None], **__: object) -> list[object]:
        try:
            while True:
                beat()
        except Cancelled as error:
            ended.append(error)
            raise

    monkeypatch.setattr("crmsync_desktop.app.duplicates.find_duplicates", endless)
    desk.knows(contact("1", *KARI))

    async def gone(work: Awaitable[object]) -> None:
        asking = asyncio.ensure_future(work)
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(gone(desk.duplicates.report("contacts", 1)))
    assert len(ended) == 1
