"""A CRM, as the engine sees it. One adapter per vendor; one contract suite for adapters and in-memory fakes
(tests/contracts/)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

import msgspec

from crmsync_desktop.domain.new_property import NewProperty
from crmsync_desktop.domain.newest import Edit
from crmsync_desktop.domain.pipelines import Pipeline
from crmsync_desktop.domain.records import Observed, Op, Side, Write, Written
from crmsync_desktop.domain.schema import Allowance, ContactList, Identity, Owner, Schema


class Want(msgspec.Struct, frozen=True):
    """What to read of one object. An empty name in `fields` gives UNSEEN in that place; a field that the schema doesn't
    have (or hides from this user) does too. `cursor` is what the last durable Page said, None for everything there is.
    """

    object: str
    fields: tuple[str, ...]
    keys: tuple[str, ...] = ()
    cursor: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Some changed records of one object, tombstones included. Once the page is durably staged, `cursor` is where a later
    read may begin without missing anything (overlap included, so records do come twice). `last` closes the object for
    this read. `server_time`: the side's own clock, ISO 8601 UTC."""

    object: str
    records: list[Observed]
    cursor: str
    last: bool
    server_time: str


class Crm(Protocol):
    """Every method costs metered calls, spent through the Budget before they are sent, and raises `Unreachable`,
    `LimitReached`, `SignInNeeded`, `SetupError` or `Cancelled`; never a vendor's exception.

    Temporary refusals (429, 5xx, locks) are tried again inside, within bounds; a request whose answer was lost is tried
    again only where a second time can do no harm (reads, updates, deletes; never creates without an external id).
    """

    side: Side

    def batch_size(self, op: Op) -> int:
        """How many writes of this kind one call of `write` may hold: what one HTTP request takes."""
        ...

    def use_schemas(self, schemas: Iterable[Schema]) -> None:
        """Schemas that the caller has kept from an earlier read: they cost no call now."""
        ...

    async def identity(self) -> Identity: ...

    async def schemas(self, objects: Sequence[str]) -> dict[str, Schema]:
        """Describe objects. Raises SetupError where one can't be seen at all."""
        ...

    async def owners(self) -> list[Owner]: ...

    async def pipelines(self, object: str) -> list[Pipeline]:
        """The pipelines of deals or tickets; Salesforce's record types of opportunities or cases. One call; empty, without
        one, for objects that have no stages. Raises SetupError where they can't be seen."""
        ...

    async def allowance(self) -> Allowance:
        """The system's own word on its limits. May answer from the headers of the last call without a call."""
        ...

    def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        """Records created, edited or deleted since each want's cursor, in pages; at least one (perhaps empty) page per
        want. One request serves several objects where the system allows it."""
        ...

    def starting(self, object: str, since: str | None) -> str:
        """A cursor for `changes` that begins at this moment (ISO 8601 UTC), None for now by the system's own clock, as far as
        an answer has told it: what was changed before it doesn't come, unless the system puts its overlap before it. No
        call. Raises ValueError for a text that isn't such a moment."""
        ...

    async def count(self, object: str, since: str | None) -> int:
        """How many live records were created or edited at this moment or later (ISO 8601 UTC; None: how many there are).
        One call, as consistently as the system's index can. HubSpot's form submissions can't be asked for that: they are
        paged through, up to 10,000, and that number then means "at least"."""
        ...

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        """These records as they are now (not from an index that lags), in the order of `ids`; deleted ones as tombstones
        where the system still knows them, else with presence UNSEEN and no cells. An id that now answers as another
        record (a HubSpot merge) comes back as DELETED with that successor."""
        ...

    async def find(self, want: Want, field: str, values: Sequence[str]) -> list[Observed]:
        """Live records whose `field` equals one of `values` (case-insensitive), as consistently as the system can."""
        ...

    async def edits(self, want: Want, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Edit]]:
        """Who last edited which of these fields, and when: id → field → Edit, for `want.object`. A record or field of which
        the system keeps no history, or shows this user none, is left out; that is never an error. HubSpot: one call for 50
        ids; Salesforce: one for thousands, and what it costs to know the connected user."""
        ...

    async def write(self, writes: Sequence[Write]) -> list[Written]:
        """At most `batch_size` writes of one op; one answer for each, in order. One refused record never stops the others:
        an answer for the whole batch is taken apart until each record has its own. Never raises for what a record did;
        on a limit or a broken connection what wasn't sent is NOT_SENT and what may have arrived is UNKNOWN."""
        ...

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        """Creates whose answer was lost: DONE with its id where the record is found, FAILED with no faults where it surely
        isn't there (it may be created anew), UNKNOWN where that can't be told yet (ask again later)."""
        ...

    async def close(self) -> None: ...


class Properties(Protocol):
    """HubSpot's property definitions, as far as they are made from here (M5)."""

    async def make_property(self, wanted: NewProperty) -> None:
        """Raises SetupError in HubSpot's own words where it refuses."""
        ...


class ContactLists(Protocol):
    """HubSpot's lists (C7)."""

    async def lists(self) -> list[ContactList]:
        """All contact lists, active ones first, by name."""
        ...

    def members(self, list_id: str) -> AsyncIterator[list[str]]:
        """The ids of all members, in pages."""
        ...

    async def joined(self, list_id: str, since: str) -> list[str]:
        """The ids that joined after `since` (ISO 8601 UTC). Leavers are seen only by reading all members again."""
        ...
