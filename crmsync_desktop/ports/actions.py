"""What workflow actions need beside the rest (W1): a memory of what fired, and HubSpot's own record of what happened when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Protocol

import msgspec

from crmsync_desktop.domain.action_occasions import Version
from crmsync_desktop.ports.crm import Want


class FiringState(IntEnum):
    NOTED = 0
    """It happened; the action is done as soon as the pass may."""
    WAITING = 1
    """The record has no counterpart in Salesforce yet."""
    SENT = 2
    """Handed to the adapter: after a crash it may or may not have arrived."""
    UNKNOWN = 3
    """The answer was lost; it is looked for."""
    DONE = 4
    FAILED = 5
    """Refused: it waits for a person, or a retry."""
    DROPPED = 6
    """It will never be done: the record or the rule is gone."""
    UNDONE = 7
    """It was done, and taken back by a person."""


UNFINISHED = (FiringState.NOTED, FiringState.WAITING, FiringState.SENT, FiringState.UNKNOWN)


class Firing(msgspec.Struct, gc=False):
    """One occasion at which a rule's condition came true for a record of HubSpot. `rule` is the rule's number, `occasion` the
    moment (ISO 8601 UTC, by HubSpot's clock). `values`: what the placeholders stood for then. `target_id`: the task or the
    campaign member; `former`: the member status before ("" where there was no member, None where nothing was written).
    `number` is 0 before the store gives one. `tries`: how often it was sent in vain."""

    number: int
    rule: int
    object: str
    record_id: str
    occasion: str
    state: FiringState
    label: str
    reason: str
    values: dict[str, str]
    noted_at: str
    sent_at: str = ""
    ended_at: str = ""
    target_object: str = ""
    target_id: str = ""
    former: str | None = None
    message: str = ""
    tries: int = 0


class Firings(Protocol):
    """The store's part; each method is one transaction."""

    def note(
        self,
        firings: Sequence[Firing],
        object: str = "",
        seen: Mapping[str, str] = {},
        absorbed: Mapping[str, Sequence[str]] = {},
    ) -> list[Firing]:
        """Insert those that are new by (rule, object, record, occasion); gives these, numbered. `absorbed`: ids that a record
        took in: what was noted for one of those isn't new. `seen`: the versions of records of `object` that need no further
        look."""
        ...

    def seen_versions(self, object: str, ids: Sequence[str]) -> dict[str, str]: ...

    def forget_versions(self, object: str, before: str) -> None:
        """Those older than this (ISO 8601 UTC)."""
        ...

    def move_cursor(self, object: str, cursor: str) -> None:
        """Where the next look at this HubSpot object begins; "" to begin anew."""
        ...

    def cursor(self, object: str) -> str: ...

    def firings(
        self,
        states: Sequence[FiringState],
        rule: int | None = None,
        after: int = 0,
        limit: int = 1000,
    ) -> list[Firing]:
        """In order of their numbers."""
        ...

    def last_firings(
        self, limit: int, rule: int | None = None, states: Sequence[FiringState] = (), before: int | None = None
    ) -> list[Firing]:
        """The newest first; of any rule or state where none is named."""
        ...

    def firings_of(self, records: Sequence[str], limit: int = 100) -> list[Firing]:
        """Those of records (HubSpot's ids) and those that made or changed these Salesforce records, the newest first."""
        ...

    def firing_counts(self) -> dict[int, dict[FiringState, int]]:
        """By rule."""
        ...

    def update_firings(self, firings: Sequence[Firing]) -> None:
        """Replace state, values, times, target, former, message and tries. One that is SENT now is on the disk itself when this
        returns."""
        ...

    def made_by_actions(self, ids: Sequence[str]) -> set[str]:
        """Those of these Salesforce ids that are tasks which actions made."""
        ...


class Happenings(Protocol):
    """HubSpot's record of what happened when."""

    async def now(self, ask: bool = False) -> float:
        """HubSpot's clock, seconds since the epoch, to a second below; by the last answer, or for a call if `ask`, and where
        none has told it yet."""
        ...

    def cursor_at(self, moment: float) -> str:
        """As `Page.cursor`, for a read that begins at this moment of HubSpot's clock, overlap included."""
        ...

    async def versions(
        self, want: Want, ids: Sequence[str], properties: Sequence[str]
    ) -> dict[str, dict[str, list[Version]]]:
        """The history of these properties, oldest first: id → property → versions, as far back as HubSpot keeps them (20
        values, 45 of contacts). Records that are gone are left out. One call for 50 ids."""
        ...

    async def joiners(self, list_id: str, since: str) -> list[tuple[str, str]]:
        """(record, when) of those that joined a list after `since` and are still on it, oldest first; times ISO 8601 UTC. One
        call for 250."""
        ...
