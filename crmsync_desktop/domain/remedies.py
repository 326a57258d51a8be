"""What to do about an error, in plain words (S4), and the names of the cards."""

from __future__ import annotations

from typing import Final

from crmsync_desktop.domain.records import Category

CARDS: Final = tuple(Category)
"""The cards in the order shown."""

TITLES: Final[dict[Category, str]] = {
    Category.ASSOCIATIONS: "Associations",
    Category.CUSTOM_CODE: "Custom code",
    Category.DUPLICATES: "Duplicates",
    Category.PERMISSIONS: "Permissions",
    Category.PROPERTY_VALUES: "Property values",
    Category.FIELD_MAPPING: "Field mapping",
    Category.OWNERS: "Owners",
    Category.RECORD_GONE: "Record gone",
    Category.TEMPORARY: "Temporary",
    Category.LIMITS: "Limits",
    Category.CONNECTION: "Connection",
    Category.OTHER: "Other",
}

_BY_CATEGORY: Final[dict[Category, str]] = {
    Category.ASSOCIATIONS: "Sync the record it belongs to first, or check that the connected user may see it; then retry.",
    Category.CUSTOM_CODE: "A rule, flow or trigger of the org or portal refused the record. Change the value so that it "
    "passes, or have whoever looks after that automation change it; the next edit is tried by itself.",
    Category.DUPLICATES: "Merge the two records, or delete the one too many; the next edit is tried by itself.",
    Category.PERMISSIONS: "Give the connected user access to this object and field, then retry.",
    Category.PROPERTY_VALUES: "Correct the value in the record it came from; the next edit is tried by itself.",
    Category.FIELD_MAPPING: "Open Mappings and choose a field and property that exist and can be written.",
    Category.OWNERS: "Choose an owner who is active in both systems and has the same e-mail address in both.",
    Category.RECORD_GONE: "It was deleted, merged or converted. The next pass finds out which and mends the link by itself.",
    Category.TEMPORARY: "Nothing to do: it is tried again by itself.",
    Category.LIMITS: "Nothing to do: it goes on once there is room again. More room: raise the allocation or the org's limit.",
    Category.CONNECTION: "Sign in again under Connections; nothing is lost meanwhile.",
    Category.OTHER: "Read the system's own message. It is tried again every 30 minutes while fewer than 75 % of the "
    "allocated calls are used.",
}

_BY_CODE: Final[dict[str, str]] = {
    # associations
    "MALFORMED_ID": "The id isn't one of that system's record ids: correct it, or set its mapping to Don't sync.",
    "ASSOCIATION_LIMIT_EXCEEDED": "The record has as many associations as HubSpot allows: remove some, then retry.",
    # custom code
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule in Salesforce refused the record; its message says why. Correct "
    "the value, or have the rule let the connected user through.",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "An Apex trigger in Salesforce failed. Show its message to whoever looks after "
    "the trigger.",
    "CANNOT_EXECUTE_FLOW_TRIGGER": "A flow in Salesforce failed. Show its message to whoever looks after the flow.",
    "FIELD_FILTER_VALIDATION_EXCEPTION": "A lookup filter in Salesforce doesn't allow that record: choose another, or change "
    "the filter.",
    "FLAPPING": "An automation changes this field each time it is synced. Let it leave the field alone, or choose an update "
    "rule by which its value counts; then retry.",
    "PROPERTY_VALIDATION_RULE": "A validation rule on the HubSpot property refused the value: correct it, or change the rule.",
    # duplicates
    "DUPLICATES_DETECTED": "A duplicate rule in Salesforce found this record already. Merge the two, or let the rule allow "
    "what the connected user saves.",
    "DUPLICATE_VALUE": "Another record has this value, and it has to be unique: correct one of them.",
    "DUPLICATE_EXTERNAL_ID": "Several Salesforce records carry the same external id: correct all but one.",
    "CONFLICTING_UNIQUE_VALUE": "Another HubSpot record has this value, and it has to be unique: correct or merge one of them.",
    "AMBIGUOUS_MATCH": "Several records share this e-mail address: merge them, or give each its own.",
    "ALREADY_LINKED": "Both records stand for the same one: merge them in the system that has two.",
    # permissions
    "INVALID_FIELD_FOR_INSERT_UPDATE": "The connected user can't write this field: give access to it, or choose a rule that "
    "doesn't write it.",
    "INVALID_FIELD": "The field is gone or hidden from the connected user: give access to it, or change its mapping.",
    "INVALID_TYPE": "The object is gone or hidden from the connected user: give access to it.",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "The connected user may not use the record this one points at: share it "
    "with that user, then retry.",
    "MISSING_SCOPES": "HubSpot's token lacks a scope: add it to the app or service key, sign in again, then retry.",
    # property values
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "Choose a value from the list, add this one to it, or pair the two values in "
    "the mapping.",
    "FIELD_INTEGRITY_EXCEPTION": "The value isn't one that the field accepts, or doesn't agree with another field of the record, "
    "such as a state with its country: correct them together.",
    "REQUIRED_FIELD_MISSING": "Fill in the field on the record, or map a property to it that always has a value.",
    "STRING_TOO_LONG": "Shorten the value, or make the field longer.",
    "INVALID_EMAIL_ADDRESS": "Correct the e-mail address.",
    "NUMBER_OUTSIDE_VALID_RANGE": "Correct the number, or give the field more digits.",
    "JSON_PARSER_ERROR": "The value isn't of the field's type: correct it, or map the field to one of another type.",
    # field mapping
    "PROPERTY_DOESNT_EXIST": "The HubSpot property is gone: create it again, or change the mapping.",
    "READ_ONLY_VALUE": "HubSpot doesn't let this property be written: choose Always use HubSpot, or Don't sync.",
    "STAGE_UNKNOWN": "Nothing to do if it is a new stage: the next pass learns it by itself. Else choose a stage from the list.",
    "STAGE_NOT_MAPPED": "Pair it with a stage of the other system: stages set deals “Pipeline/Stage” “Record type/Stage”.",
    # currencies
    "CURRENCY_DIFFERS": "Give the deal the org's currency, or let other currencies travel as they are (the setting "
    "deals.other_currencies). If the org's one currency isn't the HubSpot account's, name it in deals.org_currency.",
    "CURRENCY_UNKNOWN": "Choose a currency for the deal.",
    # owners
    "INACTIVE_OWNER_OR_USER": "Activate the user in Salesforce, or choose another owner.",
    "OP_WITH_INVALID_USER_TYPE_EXCEPTION": "That kind of user can't own records in Salesforce: choose another owner.",
    "OWNER_NOT_MATCHED": "Give the owner an active user with the same e-mail address in the other system, pair the two by hand "
    "(owners set), or choose another owner.",
    # record gone
    "CANNOT_UPDATE_CONVERTED_LEAD": "The lead was converted: the next pass moves the link to its contact by itself.",
    "NOT_VISIBLE": "Share the record with the connected user, then retry. If it was deleted for good, nothing is to be done.",
    "ERASED": "If the person wants to be in HubSpot again, create the contact there: it is linked by its address.",
    "REPLACED": "Merge the two in HubSpot, or archive the one that isn't wanted.",
    "EDIT_BEATS_DELETE": "Delete the HubSpot contact yourself if it isn't wanted, or restore the Salesforce record.",
    # temporary
    "UNABLE_TO_LOCK_ROW": "Somebody else was saving this record or its account. It is tried again by itself.",
    # other
    "UNDONE": "Nothing to do if it is to stay so. To have it synced again, edit the field on either side, or undo the undo.",
    # limits
    "STORAGE_LIMIT_EXCEEDED": "The Salesforce org is full: free or buy storage, then retry.",
    # connection
    "API_DISABLED_FOR_ORG": "This Salesforce edition, or the connected user, has no API access: have it switched on.",
}

CODES: Final = tuple(_BY_CODE)
"""The codes that have words of their own."""


def hint(category: Category, code: str) -> str:
    """What a person can do about an error on this card with this code, in one or two sentences; never empty."""
    if category is Category.PERMISSIONS and code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":
        return _BY_CATEGORY[category]  # the code is a failing trigger's as well, and those are custom code
    return _BY_CODE.get(code) or _BY_CATEGORY[category]
