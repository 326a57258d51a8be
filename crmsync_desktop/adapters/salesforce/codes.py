"""Salesforce's error codes: which card each belongs on, and what a person can do (semantics 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crmsync_desktop.adapters.salesforce.ids import to_18
from crmsync_desktop.domain.records import Category, Fault, Op, Write

_BY_CARD: dict[Category, tuple[str, ...]] = {
    Category.ASSOCIATIONS: ("INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "INVALID_ID_FIELD"),
    Category.CUSTOM_CODE: (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        "FIELD_FILTER_VALIDATION_EXCEPTION",
        "APEX_ERROR",
    ),
    Category.DUPLICATES: ("DUPLICATES_DETECTED", "DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"),
    Category.PERMISSIONS: (
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INSUFFICIENT_ACCESS",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_FIELD",
        "INVALID_TYPE",
        "TXN_SECURITY_NO_ACCESS",
    ),
    Category.PROPERTY_VALUES: (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "FIELD_INTEGRITY_EXCEPTION",
        "REQUIRED_FIELD_MISSING",
        "STRING_TOO_LONG",
        "INVALID_EMAIL_ADDRESS",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "JSON_PARSER_ERROR",
    ),
    Category.OWNERS: ("INACTIVE_OWNER_OR_USER", "OP_WITH_INVALID_USER_TYPE_EXCEPTION"),
    Category.RECORD_GONE: ("ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "NOT_FOUND"),
    Category.TEMPORARY: (
        "UNABLE_TO_LOCK_ROW",
        "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "REQUEST_RUNNING_TOO_LONG",
        "UNKNOWN_EXCEPTION",
        "TXN_SECURITY_METERING_ERROR",
    ),
    Category.LIMITS: ("REQUEST_LIMIT_EXCEEDED", "STORAGE_LIMIT_EXCEEDED"),
    Category.CONNECTION: (
        "INVALID_SESSION_ID",
        "INVALID_AUTH_HEADER",
        "API_DISABLED_FOR_ORG",
        "API_CURRENTLY_DISABLED",
        "TXN_SECURITY_RUNTIME_EXCEPTION",
    ),
}
_CATEGORY = {code: category for category, codes in _BY_CARD.items() for code in codes}

_HINTS = {
    Category.ASSOCIATIONS: "Sync the record it belongs to first, or check that this user may see it.",
    Category.CUSTOM_CODE: "A rule, flow or trigger of this org refused it: change the value, or ask the org's admin.",
    Category.DUPLICATES: "Merge the two records, or let this one be linked to the one that is there.",
    Category.PERMISSIONS: "Give the connected Salesforce user access to the object and its fields.",
    Category.PROPERTY_VALUES: "Correct the value, or map it to one that Salesforce accepts.",
    Category.OWNERS: "Activate the user in Salesforce, or choose another owner.",
    Category.RECORD_GONE: "It was deleted, merged or converted in Salesforce; the next pass takes that up.",
    Category.TEMPORARY: "Nothing to do: it is tried again.",
    Category.LIMITS: "Wait, or raise the limit with Salesforce.",
    Category.CONNECTION: "Sign in to Salesforce again.",
    Category.OTHER: "",
}
_HINTS_BY_CODE = {
    "API_DISABLED_FOR_ORG": "This edition of Salesforce has no API, or it is switched off: ask the org's admin.",
    "API_CURRENTLY_DISABLED": "Give the connected user's profile the permission API Enabled.",
    "TXN_SECURITY_RUNTIME_EXCEPTION": "A transaction security policy of the org stands against it: ask the org's admin.",
    "TXN_SECURITY_NO_ACCESS": "A transaction security policy of the org stands against it: ask the org's admin.",
    "STORAGE_LIMIT_EXCEEDED": "The org's storage is full: delete records or buy more, then it goes on.",
}
# A trigger's or flow's message quotes the code of what it ran into.
_LOCKED_INSIDE = re.compile(r"\bUNABLE_TO_LOCK_ROW\b")
_NOT_WRITABLE = re.compile(r"^entity type cannot be (inserted|updated)")
_EXISTING = re.compile(r"\bid: ([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)\b")


def category_of(code: str, message: str = "") -> Category:
    if code in ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER") and _LOCKED_INSIDE.search(
        message
    ):
        return Category.TEMPORARY
    if _NOT_WRITABLE.match(message):  # the same code as a failing trigger's: the user may not write the object at all
        return Category.PERMISSIONS
    return _CATEGORY.get(code, Category.OTHER)


def hint_of(category: Category, code: str = "") -> str:
    """What a person can do, in one sentence; empty where nothing general can be said."""
    return _HINTS_BY_CODE.get(code) or _HINTS.get(category, "")


def fault_of(entry: Mapping[str, Any]) -> Fault:
    """The fault of one error entry: `{"statusCode" or "errorCode", "message", "fields"}`."""
    code = str(entry.get("statusCode") or entry.get("errorCode") or "UNKNOWN")
    message = str(entry.get("message") or code)
    fields = entry.get("fields")
    return Fault(
        category=category_of(code, message),
        code=code,
        message=message,
        fields=tuple(str(name) for name in fields)
        if isinstance(fields, Sequence) and not isinstance(fields, str)
        else (),
        existing_id=_existing(entry, message),
    )


_PLACES = ("WhoId", "WhatId")


def activity_fault(fault: Fault, write: Write) -> Fault:
    """A refusal of what an activity belongs to is one of associations, and names the field: a lead's activity can't be
    related to another record, and the codes for records that are gone or converted are about these where the activity itself
    is only being made. Which of the two it is, only some messages say."""
    given = tuple(name for name in _PLACES if write.values.get(name))
    told = tuple(name for name in fault.fields if name in _PLACES)
    said = tuple(name for name in given if (write.values[name] or "")[:15] in fault.message)
    if fault.code == "FIELD_INTEGRITY_EXCEPTION" and told:
        return msgspec.structs.replace(fault, category=Category.ASSOCIATIONS, fields=told)
    if fault.fields or not given:
        return fault
    if fault.code == "CANNOT_UPDATE_CONVERTED_LEAD" and "WhoId" in given:
        return msgspec.structs.replace(fault, category=Category.ASSOCIATIONS, fields=("WhoId",))
    if fault.code == "ENTITY_IS_DELETED" and write.op is Op.CREATE:
        return msgspec.structs.replace(fault, category=Category.ASSOCIATIONS, fields=said or given)
    if fault.category is Category.ASSOCIATIONS or fault.code == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY":
        return msgspec.structs.replace(fault, fields=said or given)
    return fault


def _existing(entry: Mapping[str, Any], message: str) -> str | None:
    """The record that is there already: duplicate rules list it, unique fields name it in the message."""
    # Real answers for a single row spell the key `duplicateResut`; the SOAP guide's name is taken as well.
    result = entry.get("duplicateResut") or entry.get("duplicateResult")
    if isinstance(result, Mapping):
        for match in result.get("matchResults") or ():
            for record in match.get("matchRecords") or ():
                found = (record.get("record") or {}).get("Id")
                if isinstance(found, str):
                    return to_18(found)
    named = _EXISTING.search(message)
    return to_18(named[1]) if named else None
