"""Records as the two systems report them, and the writes that answer them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import msgspec

UNSEEN: Final = False
"""A cell that could not be read this time (no permission, no such field on this object): never the same as blank."""

Value = str | None
"""A field's value in canonical text (domain/values.py); None is blank."""

Cell = str | None | Literal[False]
"""A value, or UNSEEN."""


class Side(StrEnum):
    SALESFORCE = "salesforce"
    HUBSPOT = "hubspot"

    @property
    def other(self) -> Side:
        return Side.HUBSPOT if self is Side.SALESFORCE else Side.SALESFORCE

    @property
    def label(self) -> str:
        return "Salesforce" if self is Side.SALESFORCE else "HubSpot"


class Presence(StrEnum):
    LIVE = "live"
    DELETED = "deleted"
    """A positive tombstone: in the recycle bin, archived, merged away, converted."""
    UNSEEN = "unseen"
    """Not there when asked for, without a tombstone: hidden or gone. Never a reason to delete or blank anything."""


class Observed(msgspec.Struct, gc=False, frozen=True, array_like=True):
    """One record as its side reported it at one moment.

    `cells` stand in the order of the fields asked for. `version` is the side's own modification stamp as ISO 8601 UTC
    (SystemModstamp; lastmodifieddate): it says "look", the cells say what changed. `keys` are the values of the match
    key fields asked for (e-mail addresses), blanks left out. `successor` is the (object, id) that took this record's
    place: the master of a Salesforce merge, the contact of a converted lead. `absorbed` are ids that this record took
    in: HubSpot gives the product of a merge a new id and lists the old ones.
    """

    side: Side
    object: str
    id: str
    version: str
    presence: Presence
    cells: list[Cell]
    keys: tuple[str, ...] = ()
    successor: tuple[str, str] | None = None
    absorbed: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    """The records of the same side that this one belongs to, as pair/id: "companies/0018…"."""


class Op(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Write(msgspec.Struct, gc=False, frozen=True):
    """One record to write. `key` is the journal's id of this write, unique for all time in one connection.

    `values` go from field name to canonical text, None to blank the field. `origin_id` is the id of the other side's
    record that a create stands for: it goes into the external id (Salesforce) or unique property (HubSpot) where there
    is one, so that a create whose answer was lost can be found again. `journaled_at` is when the journal took the write
    (ISO 8601 UTC, our clock): nothing created before it can be this write's record. `former` is what association fields
    (references and members) are believed to hold now: those are written as the difference.
    """

    key: str
    side: Side
    object: str
    op: Op
    id: str | None
    values: dict[str, Value]
    origin_id: str | None = None
    journaled_at: str = ""
    former: dict[str, Value] = {}


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    """Refused, and surely not stored; `faults` say why."""
    UNKNOWN = "unknown"
    """The answer was lost: it may or may not be stored."""
    NOT_SENT = "not sent"
    """Surely not sent: the allocation or a limit stood in the way, or an earlier request of the same call failed."""


class Category(StrEnum):
    """The error cards, in the order in which they are shown (semantics 6)."""

    ASSOCIATIONS = "associations"
    CUSTOM_CODE = "custom_code"
    DUPLICATES = "duplicates"
    PERMISSIONS = "permissions"
    PROPERTY_VALUES = "property_values"
    FIELD_MAPPING = "field_mapping"
    OWNERS = "owners"
    RECORD_GONE = "record_gone"
    TEMPORARY = "temporary"
    LIMITS = "limits"
    CONNECTION = "connection"
    OTHER = "other"


class Fault(msgspec.Struct, frozen=True):
    """Why a system refused a record, in its own words. `existing_id` is the record it said is there already."""

    category: Category
    code: str
    message: str
    fields: tuple[str, ...] = ()
    existing_id: str | None = None


class Written(msgspec.Struct, gc=False, frozen=True):
    """The answer to one Write. `echo` holds what the system says it now stores, where its answer says so. The `faults` of a
    DONE write name fields that weren't stored although the record was: these are still to be done."""

    key: str
    outcome: Outcome
    id: str | None = None
    created: bool = False
    version: str | None = None
    echo: dict[str, Value] | None = None
    faults: tuple[Fault, ...] = ()
