"""The simulated systems' objects: a dozen fields of all kinds, and what each system makes of a value when storing it."""

from __future__ import annotations

from collections.abc import Mapping as Table
from typing import NamedTuple

from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.records import Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Option, Owner, Schema
from crmsync_desktop.domain.values import canonical, stamp


class Mapped(NamedTuple):
    property: str
    kind: Kind
    salesforce: dict[str, str]


def _both(name: str) -> dict[str, str]:
    return {"Contact": name, "Lead": name}


MAPPED = (
    Mapped("email", Kind.EMAIL, _both("Email")),
    Mapped("firstname", Kind.TEXT, _both("FirstName")),
    Mapped("lastname", Kind.TEXT, _both("LastName")),
    Mapped("phone", Kind.PHONE, _both("Phone")),
    Mapped("jobtitle", Kind.TEXT, _both("Title")),
    Mapped("company", Kind.TEXT, {"Lead": "Company"}),
    Mapped("score", Kind.NUMBER, _both("Score__c")),
    Mapped("birthday", Kind.DATE, {"Contact": "Birthdate"}),
    Mapped("optout", Kind.BOOL, _both("HasOptedOutOfEmail")),
    Mapped("interests", Kind.MULTIPICKLIST, _both("Interests__c")),
    Mapped("hubspot_owner_id", Kind.OWNER, _both("OwnerId")),
)
COMPANIES = (
    Mapped("name", Kind.TEXT, {"Account": "Name"}),
    Mapped("phone", Kind.PHONE, {"Account": "Phone"}),
    Mapped("annualrevenue", Kind.NUMBER, {"Account": "AnnualRevenue"}),
)
DEALS = (
    Mapped("dealname", Kind.TEXT, {"Opportunity": "Name"}),
    Mapped("amount", Kind.NUMBER, {"Opportunity": "Amount"}),
    Mapped("associations.companies", Kind.REFERENCE, {"Opportunity": "AccountId"}),
    Mapped("associations.contacts", Kind.MEMBERS, {"Opportunity": "OpportunityContactRoles"}),
)
_PLACES = (("associations.contacts", "WhoId"), ("associations.related", "WhatId"))


def _activity(object: str, *own: tuple[str, Kind, str]) -> tuple[Mapped, ...]:
    """What an activity has of its own, and what all have."""
    return tuple(
        Mapped(property, kind, {object: field})
        for property, kind, field in (
            *own,
            ("hs_timestamp", Kind.DATETIME, "ActivityDate"),
            ("hubspot_owner_id", Kind.OWNER, "OwnerId"),
            *((property, Kind.PLACES, field) for property, field in _PLACES),
        )
    )


TASKS = _activity(
    "Task",
    ("hs_task_subject", Kind.TEXT, "Subject"),
    ("hs_task_body", Kind.HTML, "Description"),
    ("hs_task_status", Kind.TEXT, "Status"),
)
CALLS = _activity("Task.Call", ("hs_call_title", Kind.TEXT, "Subject"), ("hs_call_body", Kind.HTML, "Description"))
NOTES = _activity("Task.Note", ("hs_note_body", Kind.HTML, "Description"))
ACTIVITIES = ("tasks", "calls", "notes", "Task", "Task.Call", "Task.Note")
FAMILY = (Mapped("associatedcompanyid", Kind.REFERENCE, {"Contact": "AccountId"}),)
"""What a contact has besides, in a world of companies and deals."""
ROLES = ("Evaluator", "Decision Maker", "")
REQUIRED = ("LastName", "Company", "Name")
_IN_SALESFORCE = {Kind.PLACES: Kind.REFERENCE, Kind.HTML: Kind.LONG_TEXT, Kind.DATETIME: Kind.DATE}
"""What stands there beside a property of these kinds."""
_REFERS_TO = {
    "associatedcompanyid": ("companies",),
    "associations.companies": ("companies",),
    "associations.contacts": ("contacts",),
    "associations.related": ("deals", "companies"),
    "AccountId": ("Account",),
    "OpportunityContactRoles": ("Contact",),
    "WhoId": ("Contact", "Lead"),
    "WhatId": ("Account", "Opportunity"),
}
_MAPPED_OF = {
    "companies": COMPANIES,
    "Account": COMPANIES,
    "deals": DEALS,
    "Opportunity": DEALS,
    "tasks": TASKS,
    "Task": TASKS,
    "calls": CALLS,
    "Task.Call": CALLS,
    "notes": NOTES,
    "Task.Note": NOTES,
}
_HUBSPOT = ("contacts", "companies", "deals", "tasks", "calls", "notes")


def mapped_of(object: str, families: bool = True) -> tuple[Mapped, ...]:
    """The mappings that an object of either side takes part in."""
    own = _MAPPED_OF.get(object) or (MAPPED + FAMILY if families else MAPPED)
    return tuple(mapped for mapped in own if object in _HUBSPOT or object in mapped.salesforce)


SCORE_SCALE = 1
OWNERS = (
    Owner(Side.SALESFORCE, "005A", "ann@example.com", "Ann", True),
    Owner(Side.SALESFORCE, "005B", "bob@example.com", "Bob", True),
    Owner(Side.SALESFORCE, "005C", "cy@example.com", "Cy", True),
    Owner(Side.HUBSPOT, "1001", "ann@example.com", "Ann", True),
    Owner(Side.HUBSPOT, "1002", "bob@example.com", "Bob", True),
    Owner(Side.HUBSPOT, "1004", "dan@example.com", "Dan", True),
)
"""Cy and Dan are without a counterpart."""
DEFAULT_OWNER = "005A"
POISON = {Side.SALESFORCE: "refused by Salesforce", Side.HUBSPOT: "refused by HubSpot"}
"""A job title with this text in it is refused by that system's own rule."""


def schemas(object: str, at: float, families: bool = False) -> Schema:
    """The schema of an object of either side; with `families`, contacts belong to companies."""
    if object in _HUBSPOT and object != "contacts":
        fields = [_field(Side.HUBSPOT, mapped.property, mapped.kind) for mapped in mapped_of(object)]
        return Schema(Side.HUBSPOT, object, object, {field.name: field for field in fields}, stamp(at))
    if object == "contacts":
        fields = [_field(Side.HUBSPOT, mapped.property, mapped.kind) for mapped in mapped_of(object, families)]
        fields += [
            Field("hs_additional_emails", "Additional e-mails", Kind.TEXT, "enumeration", updateable=False),
            Field("salesforcecontactid", "Salesforce contact", Kind.TEXT, "string"),
        ]
        return Schema(Side.HUBSPOT, object, object, {field.name: field for field in fields}, stamp(at))
    fields = [_field(Side.SALESFORCE, mapped.salesforce[object], mapped.kind) for mapped in mapped_of(object, families)]
    fields.append(Field("Id", "Id", Kind.ID, "id", createable=False, updateable=False))
    return Schema(Side.SALESFORCE, object, object, {field.name: field for field in fields}, stamp(at))


def _field(side: Side, name: str, kind: Kind) -> Field:
    salesforce = side is Side.SALESFORCE
    kind = _IN_SALESFORCE.get(kind, kind) if salesforce else kind
    required = name in REQUIRED if salesforce else name == "hs_timestamp"
    always = required or (salesforce and kind in (Kind.BOOL, Kind.OWNER))
    scale = SCORE_SCALE if salesforce and kind is Kind.NUMBER else None
    return Field(
        name,
        name,
        kind,
        kind.value,
        length=40 if salesforce and kind is Kind.TEXT else None,
        precision=8 if scale is not None else None,
        scale=scale,
        nillable=not always,
        required=required,
        unique=name == "email",
        refers_to=_REFERS_TO.get(name, ()),
        options=tuple(Option(role, role) for role in ROLES if role) if kind is Kind.MEMBERS else (),
    )


def mappings(rules: Table[str, Rule]) -> tuple[Mapping, ...]:
    return tuple(Mapping(mapped.property, mapped.salesforce, rules[mapped.property]) for mapped in MAPPED)


def family_mappings(pair: str, rules: Table[str, Rule]) -> tuple[Mapping, ...]:
    """Those of a pair in a world of companies and deals; a rule by property, two-way where none is given."""
    return tuple(
        Mapping(mapped.property, mapped.salesforce, rules.get(mapped.property, Rule.TWO_WAY))
        for mapped in mapped_of(pair)
    )


def kind_of(side: Side, object: str, name: str) -> Kind | None:
    for mapped in mapped_of(object):
        if name == (mapped.property if side is Side.HUBSPOT else mapped.salesforce.get(object)):
            return _IN_SALESFORCE.get(mapped.kind, mapped.kind) if side is Side.SALESFORCE else mapped.kind
    return None


def stored_by_salesforce(object: str, name: str, value: Value, formats_phone: bool) -> Value:
    """Trimmed, blanks inside joined, numbers rounded to the scale, phone numbers of some records formatted."""
    kind = kind_of(Side.SALESFORCE, object, name)
    if kind is None or value is None:
        return "false" if kind is Kind.BOOL else value
    if kind is Kind.TEXT:
        return " ".join(value.split()) or None
    if kind is Kind.PHONE and formats_phone:
        digits = "".join(filter(str.isdecimal, value))
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else canonical(kind, value)
    return canonical(kind, value, SCORE_SCALE if kind is Kind.NUMBER else None)


def stored_by_hubspot(name: str, value: Value, object: str = "contacts") -> Value:
    """E-mail addresses in lower case, texts trimmed."""
    kind = kind_of(Side.HUBSPOT, object, name) or Kind.TEXT
    text = canonical(kind, value)
    return text.lower() if text and kind is Kind.EMAIL else text
