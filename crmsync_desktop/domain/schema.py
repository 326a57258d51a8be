"""What an object's fields are, in words that fit both systems. Built by the adapters from describe / properties."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from crmsync_desktop.domain.records import Side


class Kind(StrEnum):
    """How a field's values compare and travel (semantics 3)."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    HTML = "html"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOL = "bool"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
    OWNER = "owner"
    """A user: OwnerId / hubspot_owner_id, matched by e-mail."""
    REFERENCE = "reference"
    """Another record: its id on this side. The counterpart is found through the links of that record's pair."""
    MEMBERS = "members"
    """Several other records, each with a role (contact roles; association labels): see domain/members.py."""
    PLACES = "places"
    """The records that an activity belongs to, of one or several objects of this side, as typed ids in the order in which
    they are preferred: "deals/12;companies/7". Its counterpart is one REFERENCE: see domain/placing.py."""
    ID = "id"
    OPAQUE = "opaque"
    """Compound and binary fields (address, location, base64): can't be mapped."""


class Option(msgspec.Struct, frozen=True, array_like=True):
    """`valid_for`: values of the field that this one depends on with which it may be chosen (a state's countries); none for
    an option of a field that depends on no other."""

    value: str
    label: str
    active: bool = True
    valid_for: tuple[str, ...] = ()


class Field(msgspec.Struct, frozen=True):
    """One field or property. `length` is in characters (None = unlimited), `native_type` the system's own words."""

    name: str
    label: str
    kind: Kind
    native_type: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    options: tuple[Option, ...] = ()
    restricted: bool = False
    """Only values among the active options are accepted."""
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    required: bool = False
    """A create without it is refused (not nillable, no default)."""
    calculated: bool = False
    unique: bool = False
    external_id: bool = False
    refers_to: tuple[str, ...] = ()
    """Objects that a reference may point at, by this side's names: Account; companies."""
    default: str | None = None
    """What this app puts there in a create that leaves it out or blank: the status of a call that becomes a task."""
    withheld: bool = False
    """It could be written once and can't any more: the connected user has lost the right, and may get it back."""
    filterable: bool = True
    """Whether records can be asked for by it; long text areas can't."""

    @property
    def writable(self) -> bool:
        """Whether it is meant to be written, be it that the user may not just now."""
        return self.updateable or self.withheld


class Schema(msgspec.Struct, frozen=True):
    """An object's fields by API name, as the connected user may see them. `read_at`: ISO 8601 UTC."""

    side: Side
    object: str
    label: str
    fields: dict[str, Field]
    read_at: str
    key_prefix: str = ""
    """The first three characters of the ids of a Salesforce object's records, where it has its own."""


class Owner(msgspec.Struct, frozen=True, array_like=True):
    """A Salesforce user or HubSpot owner; `email` in canonical (case-folded) form."""

    side: Side
    id: str
    email: str
    name: str
    active: bool


class ContactList(msgspec.Struct, frozen=True, array_like=True):
    """A HubSpot list; `active` lists are filled by their filters (processingType DYNAMIC)."""

    id: str
    name: str
    active: bool
    size: int | None = None


class Identity(msgspec.Struct, frozen=True):
    """Who and where a token speaks for: org or portal id, its name, the user's id and name, the time zone."""

    side: Side
    account_id: str
    account_name: str
    user_id: str
    user_name: str
    time_zone: str = "UTC"
    currency: str = ""
    """ISO code of what the account counts in, where the system tells (HubSpot does)."""
    ui_host: str = ""
    """The host of the account's own window, where the system tells (HubSpot does: it differs by region)."""


class Allowance(msgspec.Struct, frozen=True):
    """A system's own word on its limits. `used` counts everybody's calls of the last 24 hours (Salesforce) or of the
    account's day (HubSpot)."""

    side: Side
    limit: int
    used: int
    read_at: str


def with_withheld(before: Schema, after: Schema) -> Schema:
    """`after`, with the fields marked that could be written in `before` and can't any more."""
    fields = {
        name: msgspec.structs.replace(field, withheld=True) if _withheld(before.fields.get(name), field) else field
        for name, field in after.fields.items()
    }
    return msgspec.structs.replace(after, fields=fields)


def _withheld(before: Field | None, after: Field) -> bool:
    return before is not None and before.writable and not after.updateable and not after.calculated
