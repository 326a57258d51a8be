"""What an admin can set for a connection, with the native integration's names and defaults (S1, C1–C8, P4, P7)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from crmsync_desktop.domain.mapping import ACTIVITIES, PAIRS, Pair, PairKind, pair_of_object


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


class TaskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A2: tasks travel both ways."""

    enabled: bool = False
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.CREATE_OR_UPDATE
    on_hubspot_change: OnHubSpotRecord = OnHubSpotRecord.CREATE_OR_UPDATE
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.NOTHING


class ActivitySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A1: calls, emails and meetings become Salesforce tasks; what Salesforce has of them comes to HubSpot on demand."""

    enabled: bool = False
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.NOTHING
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.NOTHING


class NoteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A1: notes and form submissions become Salesforce tasks, which are never read back."""

    enabled: bool = False


class CustomObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """X1: a custom object of the org and its counterpart in HubSpot. `name`: the pair's, which is the object's API name
    (Subscription__c). `hubspot`: the HubSpot object's type id (2-1234567). `label_property` names a record to a person;
    `key_property` is the unique property that carries the Salesforce id. `noun` is one record. Two-way only if
    `on_hubspot_change` says so."""

    name: str
    hubspot: str
    noun: str
    label_property: str
    key_property: str
    enabled: bool = False
    on_salesforce_change: OnSalesforceChange = OnSalesforceChange.CREATE_OR_UPDATE
    on_hubspot_change: OnHubSpotRecord = OnHubSpotRecord.NOTHING
    on_salesforce_delete: OnSalesforceDelete = OnSalesforceDelete.NOTHING
    hubspot_name: str = ""
    """The HubSpot object's internal name, by which it is found in another account."""

    @property
    def pair(self) -> Pair:
        return Pair(
            name=self.name,
            hubspot=self.hubspot,
            salesforce=(self.name,),
            keys={self.name: ("Id",), self.hubspot: (self.key_property,)},
            label_properties=(self.label_property,),
            noun=self.noun,
            kind=PairKind.CUSTOM,
        )


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
    tasks: TaskSettings = TaskSettings()
    calls: ActivitySettings = ActivitySettings()
    emails: ActivitySettings = ActivitySettings()
    meetings: ActivitySettings = ActivitySettings()
    notes: NoteSettings = NoteSettings()
    forms: NoteSettings = NoteSettings()
    custom_objects: tuple[CustomObject, ...] = ()


class PairRules(msgspec.Struct, frozen=True):
    """What the settings of one pair come to. `created_as`: the Salesforce object that a new HubSpot record becomes. `reads`:
    the Salesforce objects whose changes are read."""

    to_hubspot: bool
    to_salesforce: bool
    created_as: str
    on_salesforce_delete: OnSalesforceDelete
    reads: tuple[str, ...]
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
            reads=pair.salesforce,
            on_ambiguous_match=contacts.on_ambiguous_match,
            inclusion_list=contacts.inclusion_list,
        )
    own = settings_of(settings, pair)
    if isinstance(own, NoteSettings):
        return PairRules(False, True, pair.salesforce[0], OnSalesforceDelete.NOTHING, ())
    to_hubspot = own.on_salesforce_change is OnSalesforceChange.CREATE_OR_UPDATE
    if isinstance(own, ActivitySettings):
        return PairRules(
            to_hubspot, True, pair.salesforce[0], own.on_salesforce_delete, _readable(pair) if to_hubspot else ()
        )
    return PairRules(
        to_hubspot=to_hubspot,
        to_salesforce=own.on_hubspot_change is OnHubSpotRecord.CREATE_OR_UPDATE,
        created_as=pair.salesforce[0],
        on_salesforce_delete=own.on_salesforce_delete,
        reads=pair.salesforce,
        on_ambiguous_match=own.on_ambiguous_match if isinstance(own, CompanySettings) else OnAmbiguousMatch.MOST_RECENT,
    )


OwnSettings = (
    CompanySettings | DealSettings | TicketSettings | TaskSettings | ActivitySettings | NoteSettings | CustomObject
)


def settings_of(settings: Settings, pair: Pair) -> OwnSettings:
    """The settings of any pair but contacts. Raises KeyError for a custom object that isn't among them."""
    if pair.kind is PairKind.CUSTOM:
        return {each.name: each for each in settings.custom_objects}[pair.name]
    own: OwnSettings = getattr(settings, pair.name)
    return own


def _readable(pair: Pair) -> tuple[str, ...]:
    """Without tasks that can't be told from others in Salesforce."""
    return tuple(object for object in pair.salesforce if object not in UNTOLD)


UNTOLD = frozenset({"Task.Meeting", "Task.Note", "Task.Form"})
"""Tasks that were made of a meeting, a note or a form submission: nothing in Salesforce says so, only the memory does."""


def all_pairs(settings: Settings) -> dict[str, Pair]:
    """Every pair that there is, whether it syncs or not, parents before their children: those that ship, and the custom
    objects that the admin chose."""
    custom = {each.name: each.pair for each in settings.custom_objects}
    objects = {name: pair for name, pair in PAIRS.items() if pair.kind is not PairKind.ACTIVITY}
    return {**objects, **custom, **{pair.name: pair for pair in ACTIVITIES}}


def pair_with(pairs: Mapping[str, Pair], object: str) -> Pair | None:
    """The pair that an object of either side belongs to."""
    return next((pair for pair in pairs.values() if object == pair.hubspot or object in pair.salesforce), None)


def pair_named(settings: Settings, object: str) -> str:
    """The name of the pair that an object of either side belongs to, custom ones included; "" for any other."""
    own = next((each.name for each in settings.custom_objects if object in (each.hubspot, each.name)), "")
    return own or pair_of_object(object)


def active_pairs(settings: Settings) -> tuple[Pair, ...]:
    """The pairs that sync, parents first. Contacts always do."""
    return tuple(
        pair for pair in all_pairs(settings).values() if pair.name == "contacts" or settings_of(settings, pair).enabled
    )
