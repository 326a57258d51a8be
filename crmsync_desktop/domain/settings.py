"""What an admin can set for a connection, with the native integration's names and defaults (S1, C1–C8, P4, P7)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from crmsync_desktop.domain.mapping import PAIRS, Pair


class OnSalesforceChange(StrEnum):
    """C1."""

    CREATE_OR_UPDATE = "create_or_update"
    NOTHING = "nothing"


class OnHubSpotChange(StrEnum):
    """C3."""

    CONTACT = "contact"
    LEAD = "lead"


class OnHubSpotRecord(StrEnum):
    """The same for companies, deals and tickets, which have one counterpart each."""

    CREATE_OR_UPDATE = "create_or_update"
    NOTHING = "nothing"


class OnSalesforceDelete(StrEnum):
    """C5."""

    DELETE = "delete"
    NOTHING = "nothing"


class OnOpportunityStage(StrEnum):
    """C6: what becomes of the lifecycle stage of a HubSpot contact that plays a role in a Salesforce opportunity."""

    UPDATE = "update"
    NOTHING = "nothing"


class LifecycleSync(StrEnum):
    """C6: whether a contact's company, and that company's other contacts, follow."""

    ON = "on"
    OFF = "off"


class OnConflict(StrEnum):
    """P4."""

    NEWEST = "newest"
    HOLD = "hold"


class OnAmbiguousMatch(StrEnum):
    """C9: several records of one type share an e-mail."""

    MOST_RECENT = "most_recent"
    BLOCK = "block"


class SalesforceStateCountry(StrEnum):
    """C8: State and Country/Territory Picklists of the org."""

    OFF = "off"
    ON = "on"
    CUSTOMISED = "customised"


class HubSpotStateCountry(StrEnum):
    """C8: what HubSpot's states and countries become on their way to such picklists."""

    MATCH = "match"
    OWN = "own"


class OtherCurrencies(StrEnum):
    """Amounts of deals in another currency than that of an org with one."""

    LEAVE = "leave"
    SEND = "send"


class ContactSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.CREATE_OR_UPDATE
    on_hubspot_change: OnHubSpotChange = OnHubSpotChange.CONTACT
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.NOTHING
    inclusion_list: str | None = None
    """The id of an active HubSpot list (C7); None: all contacts."""
    on_ambiguous_match: OnAmbiguousMatch = OnAmbiguousMatch.MOST_RECENT
    lifecycle_stage: OnOpportunityStage = OnOpportunityStage.NOTHING
    """C6. Off at first: it writes a property that nobody has mapped."""
    salesforce_state_country: SalesforceStateCountry = SalesforceStateCountry.OFF
    hubspot_state_country: HubSpotStateCountry = HubSpotStateCountry.MATCH
    """Both count for the addresses of every pair: the org has one list of states and countries."""


class CompanySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O1, O2: companies and accounts."""

    enabled: bool = False
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.CREATE_OR_UPDATE
    on_hubspot_change: OnHubSpotRecord = OnHubSpotRecord.CREATE_OR_UPDATE
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.NOTHING
    on_ambiguous_match: OnAmbiguousMatch = OnAmbiguousMatch.MOST_RECENT
    lifecycle_sync: LifecycleSync = LifecycleSync.OFF
    """C6: only while lifecycle stages are updated at all, and companies sync."""


class DealSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O1, O2: deals and opportunities. HubSpot's own integration deletes the deal of a deleted opportunity."""

    enabled: bool = False
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.CREATE_OR_UPDATE
    on_hubspot_change: OnHubSpotRecord = OnHubSpotRecord.CREATE_OR_UPDATE
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.DELETE
    close_date_days: int = 0
    """A new opportunity's close date, days from now, where the deal has none; 0: such a deal waits for one."""
    org_currency: str | None = None
    """ISO code of the currency of an org with one; None: that of the HubSpot account."""
    other_currencies: OtherCurrencies = OtherCurrencies.LEAVE


class TicketSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O1, O2: tickets and cases."""

    enabled: bool = False
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.CREATE_OR_UPDATE
    on_hubspot_change: OnHubSpotRecord = OnHubSpotRecord.CREATE_OR_UPDATE
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.NOTHING


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
    guard_change_share: int = 50
    """Per cent of a pair's linked records that one pass may change on one side before it stops and asks (P7)."""
    guard_change_minimum: int = 500
    """Below this many changed records that share is not looked at: a change can be undone, what is blanked is gone, so it is
    more than for those; and an admin who edits a list of some hundreds at once is no accident."""
    canary_minimum: int = 1_000
    """A first pass that would write more records than this on one side writes 25 first, and looks at them (P7)."""
    contacts: ContactSettings = ContactSettings()
    companies: CompanySettings = CompanySettings()
    deals: DealSettings = DealSettings()
    tickets: TicketSettings = TicketSettings()


class PairRules(msgspec.Struct, frozen=True):
    """What the settings of one pair come to. `created_as`: the Salesforce object that a new HubSpot record becomes."""

    to_hubspot: bool
    to_salesforce: bool
    created_as: str
    on_salesforce_delete: OnSalesforceDelete
    on_ambiguous_match: OnAmbiguousMatch = OnAmbiguousMatch.MOST_RECENT
    inclusion_list: str | None = None


def rules_of(settings: Settings, pair: Pair) -> PairRules:
    """The rules of `pair` under these settings."""
    if pair.name == "contacts":
        contacts = settings.contacts
        return PairRules(
            to_hubspot=contacts.on_salesforce_change is OnSalesforceChange.CREATE_OR_UPDATE,
            to_salesforce=True,
            created_as="Lead" if contacts.on_hubspot_change is OnHubSpotChange.LEAD else "Contact",
            on_salesforce_delete=contacts.on_salesforce_delete,
            on_ambiguous_match=contacts.on_ambiguous_match,
            inclusion_list=contacts.inclusion_list,
        )
    own: CompanySettings | DealSettings | TicketSettings = getattr(settings, pair.name)
    return PairRules(
        to_hubspot=own.on_salesforce_change is OnSalesforceChange.CREATE_OR_UPDATE,
        to_salesforce=own.on_hubspot_change is OnHubSpotRecord.CREATE_OR_UPDATE,
        created_as=pair.salesforce[0],
        on_salesforce_delete=own.on_salesforce_delete,
        on_ambiguous_match=own.on_ambiguous_match if isinstance(own, CompanySettings) else OnAmbiguousMatch.MOST_RECENT,
    )


def active_pairs(settings: Settings) -> tuple[Pair, ...]:
    """The pairs that sync, parents first. Contacts always do."""
    return tuple(pair for pair in PAIRS.values() if pair.name == "contacts" or getattr(settings, pair.name).enabled)
