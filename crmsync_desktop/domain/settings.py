"""What an admin can set for a connection, with the native integration's names and defaults (S1, C1–C8, P4, P7)."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class OnSalesforceChange(StrEnum):
    """C1."""

    CREATE_OR_UPDATE = "create_or_update"
    NOTHING = "nothing"


class OnHubSpotChange(StrEnum):
    """C3."""

    CONTACT = "contact"
    LEAD = "lead"


class OnSalesforceDelete(StrEnum):
    """C5."""

    DELETE = "delete"
    NOTHING = "nothing"


class OnConflict(StrEnum):
    """P4."""

    NEWEST = "newest"
    HOLD = "hold"


class OnAmbiguousMatch(StrEnum):
    """C9: several records of one type share an e-mail."""

    MOST_RECENT = "most_recent"
    BLOCK = "block"


class ContactSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.CREATE_OR_UPDATE
    on_hubspot_change: OnHubSpotChange = OnHubSpotChange.CONTACT
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.NOTHING
    inclusion_list: str | None = None
    """The id of an active HubSpot list (C7); None: all contacts."""
    on_ambiguous_match: OnAmbiguousMatch = OnAmbiguousMatch.MOST_RECENT


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    allocation: int = 10_000
    """Salesforce API calls per rolling 24 h (S1)."""
    poll_seconds: int = 300
    """How long the schedule waits, at most, between two looks while nothing happens."""
    on_conflict: OnConflict = OnConflict.NEWEST
    guard_share: int = 25
    """Per cent of linked records that one pass may delete or blank before it stops and asks (P7)."""
    guard_minimum: int = 50
    """Below this many records the share is not looked at."""
    contacts: ContactSettings = ContactSettings()
