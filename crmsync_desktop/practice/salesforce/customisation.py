"""What an admin can add to the org's schema: fields, picklist values and objects of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CustomType = Literal[
    "string",
    "textarea",
    "longtextarea",
    "richtextarea",
    "phone",
    "email",
    "url",
    "picklist",
    "multipicklist",
    "boolean",
    "double",
    "currency",
    "percent",
    "date",
    "datetime",
    "reference",
    "autonumber",
]


@dataclass(frozen=True, slots=True)
class PicklistValue:
    """`valid_for` names the controlling field's values (`true`/`false` for a checkbox) under which it is offered. `closed`:
    a status of tasks that are done."""

    value: str
    label: str = ""
    active: bool = True
    default: bool = False
    valid_for: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field on `object` (which a field of a CustomObject leaves out). `name` ends in `__c`.

    `length` counts characters (string up to 255, longtextarea and richtextarea up to 131,072; 0 = the type's usual
    one); `precision` and `scale` are those of describe. `reference_to` and `relationship` (child relationship name,
    without `__r`) belong to type `reference`; `controller` to a dependent picklist; `format` to `autonumber`
    (`SUB-{0000}`). `formula` makes it a read-only formula field of its type, in Salesforce's formula language as far
    as formulas.py reads it.
    """

    name: str
    type: CustomType
    object: str = ""
    label: str = ""
    length: int = 0
    values: tuple[PicklistValue, ...] = ()
    restricted: bool = False
    required: bool = False
    unique: bool = False
    case_sensitive: bool = False
    external_id: bool = False
    default: str | float | bool | None = None
    precision: int = 18
    scale: int = 2
    reference_to: str = ""
    relationship: str = ""
    controller: str = ""
    formula: str = ""
    format: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class StandardPicklist:
    """The values that an admin has given a standard picklist (`Contact.LeadSource`) in place of those of a new org."""

    field: str
    values: tuple[PicklistValue, ...]
    restricted: bool = False
    controller: str = ""


@dataclass(frozen=True, slots=True)
class CustomObject:
    """An object of the org's own, `name` ending in `__c`. Its Name is a text, or an automatic number if `name_format`
    is given (`SUB-{0000}`). `prefix` is the key prefix; without one the org gives the next free from `a00`."""

    name: str
    label: str
    label_plural: str
    fields: tuple[CustomField, ...] = ()
    name_label: str = "Name"
    name_format: str = ""
    prefix: str = ""


SUBSCRIPTION = CustomObject(
    name="Subscription__c",
    label="Subscription",
    label_plural="Subscriptions",
    name_label="Subscription Number",
    name_format="SUB-{00000}",
    fields=(
        CustomField("Account__c", "reference", label="Account", reference_to="Account", relationship="Subscriptions"),
        CustomField("Contact__c", "reference", label="Contact", reference_to="Contact", relationship="Subscriptions"),
        CustomField(
            "Plan__c",
            "picklist",
            label="Plan",
            values=(PicklistValue("Free", default=True), PicklistValue("Team"), PicklistValue("Enterprise")),
            restricted=True,
        ),
        CustomField("Auto_Renew__c", "boolean", label="Auto Renew", default=True),
        CustomField("Start_Date__c", "date", label="Start Date"),
        CustomField("Monthly_Price__c", "currency", label="Monthly Price"),
        CustomField("Billing_Id__c", "string", label="Billing ID", length=40, unique=True, external_id=True),
    ),
)
"""An example that shows what custom objects are made of; an org has it when its setup says so."""
