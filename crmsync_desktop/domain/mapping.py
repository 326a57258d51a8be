"""Field mappings and their update rules (M1, M2)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from crmsync_desktop.domain.records import Side


class Rule(StrEnum):
    PREFER_SALESFORCE = "prefer_salesforce"
    ALWAYS_SALESFORCE = "always_salesforce"
    TWO_WAY = "two_way"
    DONT_SYNC = "dont_sync"
    PREFER_HUBSPOT = "prefer_hubspot"
    ALWAYS_HUBSPOT = "always_hubspot"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def master(self) -> Side | None:
        """The side that wins, or None where both are equal."""
        if self in (Rule.PREFER_SALESFORCE, Rule.ALWAYS_SALESFORCE):
            return Side.SALESFORCE
        if self in (Rule.PREFER_HUBSPOT, Rule.ALWAYS_HUBSPOT):
            return Side.HUBSPOT
        return None

    @property
    def always(self) -> bool:
        """The master is never written, not even where it stands blank."""
        return self in (Rule.ALWAYS_SALESFORCE, Rule.ALWAYS_HUBSPOT)


_LABELS = {
    Rule.PREFER_SALESFORCE: "Prefer Salesforce unless blank",
    Rule.ALWAYS_SALESFORCE: "Always use Salesforce",
    Rule.TWO_WAY: "Two-way",
    Rule.DONT_SYNC: "Don't sync",
    Rule.PREFER_HUBSPOT: "Prefer HubSpot unless blank",
    Rule.ALWAYS_HUBSPOT: "Always use HubSpot",
}


class Existing(StrEnum):
    """What becomes of the values that both systems held when a mapping was made (M4)."""

    TRAVEL = "travel"
    """They are decided about like any other: every default mapping, and every one that was backfilled."""
    STAY = "stay"
    """They stay as they are, differences included, until the field is edited on that record."""
    BACKFILL = "backfill"
    """They are to travel in the next pass, as if the records were linked for the first time."""


class Mapping(msgspec.Struct, frozen=True):
    """One HubSpot property with its Salesforce field.

    `salesforce` goes from object to field ("Contact" → "MailingStreet", "Lead" → "Street"): one mapping may have
    different fields, or none, on the objects of its pair. `values` are (HubSpot value, Salesforce value) where a picklist
    names the same thing differently. A `builtin` mapping can't be removed, only set to Don't sync. `unread`: what both
    systems held when it was made hasn't been read yet.
    """

    property: str
    salesforce: dict[str, str]
    rule: Rule = Rule.PREFER_SALESFORCE
    values: tuple[tuple[str, str], ...] = ()
    builtin: bool = False
    existing: Existing = Existing.TRAVEL
    unread: bool = False


class MatchedBy(StrEnum):
    """How records without a link find their counterpart (C9, O2)."""

    KEYS = "keys"
    """By e-mail addresses, and ids that the other side carries."""
    CONTACTS = "contacts"
    """Through the contacts that belong to them, and carried ids: never by domain or name."""
    ID = "id"
    """By a carried id only: each new record makes a new one."""


class PairKind(StrEnum):
    OBJECT = "object"
    CUSTOM = "custom"
    """A custom object of the org, that the admin chose (X1)."""
    ACTIVITY = "activity"
    """What happened with a record, or is to be done about it: it travels once it belongs to one that is linked (A1, A2)."""


class Pair(msgspec.Struct, frozen=True):
    """An object of HubSpot with its counterparts in Salesforce, the first of which wins a tie in matching.

    `keys`: object → fields that hold match keys: e-mail addresses, and the Salesforce id that a HubSpot record carries,
    which finds the pairs without an address again. (18-character ids stay different when case is folded.)
    `label_properties` name a record to a person. `noun` is one record of the pair.
    """

    name: str
    hubspot: str
    salesforce: tuple[str, ...]
    keys: dict[str, tuple[str, ...]]
    label_properties: tuple[str, ...]
    noun: str = "record"
    matched_by: MatchedBy = MatchedBy.ID
    kind: PairKind = PairKind.OBJECT

    @property
    def label(self) -> str:
        return self.name.capitalize()


COMPANIES = Pair(
    name="companies",
    hubspot="companies",
    salesforce=("Account",),
    keys={"Account": ("Id",), "companies": ("salesforceaccountid",)},
    label_properties=("name",),
    noun="company",
    matched_by=MatchedBy.CONTACTS,
)
CONTACTS = Pair(
    name="contacts",
    hubspot="contacts",
    salesforce=("Contact", "Lead"),
    keys={
        "Contact": ("Email", "Id"),
        "Lead": ("Email", "Id"),
        "contacts": ("email", "hs_additional_emails", "salesforcecontactid", "salesforceleadid"),
    },
    label_properties=("firstname", "lastname"),
    noun="contact",
    matched_by=MatchedBy.KEYS,
)
DEALS = Pair(
    name="deals",
    hubspot="deals",
    salesforce=("Opportunity",),
    keys={"Opportunity": ("Id",), "deals": ("hs_salesforceopportunityid",)},
    label_properties=("dealname",),
    noun="deal",
)
TICKETS = Pair(
    name="tickets",
    hubspot="tickets",
    salesforce=("Case",),
    keys={"Case": ("Id",), "tickets": ()},
    label_properties=("subject",),
    noun="ticket",
)


def _activity(name: str, hubspot: str, salesforce: tuple[str, ...], label: str, noun: str) -> Pair:
    keys: dict[str, tuple[str, ...]] = dict.fromkeys(salesforce, ("Id",))
    return Pair(
        name=name,
        hubspot=hubspot,
        salesforce=salesforce,
        keys={**keys, hubspot: ()},
        label_properties=(label,),
        noun=noun,
        kind=PairKind.ACTIVITY,
    )


TASKS = _activity("tasks", "tasks", ("Task",), "hs_task_subject", "task")
CALLS = _activity("calls", "calls", ("Task.Call",), "hs_call_title", "call")
EMAILS = _activity("emails", "emails", ("Task.Email",), "hs_email_subject", "email")
MEETINGS = _activity("meetings", "meetings", ("Task.Meeting", "Event"), "hs_meeting_title", "meeting")
NOTES = _activity("notes", "notes", ("Task.Note",), "hs_note_body", "note")
FORMS = _activity("forms", "form_submissions", ("Task.Form",), "subject", "form submission")
ACTIVITIES = (TASKS, CALLS, EMAILS, MEETINGS, NOTES, FORMS)
ACTIVITY_OBJECTS = frozenset(object for pair in ACTIVITIES for object in (pair.hubspot, *pair.salesforce))
PAIRS = {pair.name: pair for pair in (COMPANIES, CONTACTS, DEALS, TICKETS, *ACTIVITIES)}
"""The pairs that ship, parents before their children: the order in which a pass deals with them."""


def salesforce_objects(pair: str) -> tuple[str, ...]:
    """The Salesforce objects of a pair, by its name: that of a custom object is named after it."""
    return PAIRS[pair].salesforce if pair in PAIRS else (pair,)


def plain_object(object: str) -> str:
    """Salesforce's own name of an object. Tasks stand here by what they are (a to-do, a call, …), each as an object of its
    own: "Task.Call"."""
    return object.partition(".")[0]


def variants_of(object: str) -> tuple[str, ...]:
    """The objects here that are the same object in Salesforce as this one, without this one."""
    plain = plain_object(object)
    return tuple(each for each in _PAIR_OF if each != object and plain_object(each) == plain)


def as_made(wanted: Mapping, before: Mapping | None) -> Mapping:
    """`wanted` as it stands once it is saved in the place of `before`: where it is new, was set to Don't sync, or has other
    fields now, what is there already stays, and has to be read first (M4)."""
    if wanted.rule is Rule.DONT_SYNC:
        return msgspec.structs.replace(wanted, existing=Existing.TRAVEL, unread=False)
    if before is None or before.rule is Rule.DONT_SYNC or before.salesforce != wanted.salesforce:
        return msgspec.structs.replace(wanted, existing=Existing.STAY, unread=True)
    return msgspec.structs.replace(wanted, existing=before.existing, unread=before.unread)


def once_synced(mapping: Mapping) -> Mapping:
    """The mapping after a pass that dealt with all there was to deal with."""
    existing = Existing.TRAVEL if mapping.existing is Existing.BACKFILL else mapping.existing
    return msgspec.structs.replace(mapping, existing=existing, unread=False)


def carries_association(property: str) -> bool:
    """Whether a HubSpot property stands for the records that a record is associated with, instead of a value: the
    adapter's own names for associations, and the primary company of a contact."""
    return property == "associatedcompanyid" or property.startswith("associations.")


def pair_of_object(object: str) -> str:
    """The name of the pair that an object of either side belongs to; "" for any other."""
    return _PAIR_OF.get(object, "")


_PAIR_OF = {object: pair.name for pair in PAIRS.values() for object in (pair.hubspot, *pair.salesforce)}
