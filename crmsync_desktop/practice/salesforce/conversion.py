"""Converting a lead, as a person does in the org (REST has no resource for it)."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import RowError
from .records import Records
from .schema import SObject
from .store import Row

_ADDRESS = ("Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode", "Latitude", "Longitude")
_CONTACT = ("FirstName", "LastName", "Salutation", "Title", "Phone", "MobilePhone", "Fax", "Email", "LeadSource")
_ACCOUNT = ("Phone", "Fax", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees")
_CONVERTED = "Closed - Converted"


@dataclass(frozen=True, slots=True)
class Conversion:
    """`opportunity`: the name of one to make; `account`, `contact`: ids of existing records; `owner`: a user's id."""

    opportunity: str | None = None
    account: str | None = None
    contact: str | None = None
    owner: str | None = None
    status: str | None = None


def convert_lead(records: Records, lead_id: str, how: Conversion, user_id: str) -> dict[str, str]:
    """Make the account, the contact and (if a name is given) the opportunity, and mark the lead as converted.

    The standard lead fields go where a fresh org maps them, and custom fields to those of the same name where the
    target has them. An existing account or contact gets only what it lacks. The lead's tasks, events and campaign
    memberships go over to the contact. Returns the ids under `account`, `contact` and `opportunity`. Raises RowError.

    Unverified: a lead's custom fields are carried over at a conversion to fields of the same name without a mapping.
    """
    schema = records.schema
    lead = records.live(schema["Lead"], lead_id)
    if lead["IsConverted"]:
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    records.locks.check(schema["Lead"], lead_id, lead)
    known = _converted_statuses(records)
    status = how.status or known[0]
    if status not in known:
        raise RowError("INVALID_STATUS", f"invalid convertedStatus: {status}", ["Status"])
    owner = how.owner or lead["OwnerId"]
    account_id = _account(records, lead, how, owner, user_id)
    contact_id = _contact(records, lead, how, account_id, owner, user_id)
    made = {"account": account_id, "contact": contact_id}
    if how.opportunity is not None:
        made["opportunity"] = _opportunity(records, lead, how.opportunity, made, owner, user_id)
    _hand_over(records, lead_id, made, user_id)
    changes: Row = {
        "IsConverted": 1,
        "Status": status,
        "ConvertedDate": records.stamp()[:10],
        "ConvertedAccountId": account_id,
        "ConvertedContactId": contact_id,
        "ConvertedOpportunityId": made.get("opportunity"),
    }
    if "IsUnreadByOwner" in lead:
        changes["IsUnreadByOwner"] = 0
    records.touch(schema["Lead"], lead_id, changes, user_id)
    return made


def _converted_statuses(records: Records) -> list[str]:
    """The lead statuses that count as converted, as the org's LeadStatus records say."""
    statuses = records.schema["LeadStatus"]
    ids = [found for _, found in records.store.holders(statuses, "IsConverted", [1])]
    facts = records.store.facts(statuses, ids, ("ApiName",))
    return [str(facts[found]["ApiName"]) for found in ids] or [_CONVERTED]


def _account(records: Records, lead: Row, how: Conversion, owner: str, user_id: str) -> str:
    sobject = records.schema["Account"]
    values = _some(lead, _ACCOUNT) | _address(lead, sobject, "Billing") | _custom(records, lead, sobject)
    if how.account is not None:
        _fill(records, sobject, how.account, values, user_id)
        return how.account
    return records.create(sobject, _fitting(sobject, {**values, "Name": lead["Company"], "OwnerId": owner}), user_id)


def _contact(records: Records, lead: Row, how: Conversion, account_id: str, owner: str, user_id: str) -> str:
    """Unverified: converting a lead into a contact of another account is refused as INVALID_CROSS_REFERENCE_KEY."""
    sobject = records.schema["Contact"]
    values = _some(lead, _CONTACT) | _address(lead, sobject, "Mailing") | _custom(records, lead, sobject)
    values["Description"] = lead["Description"]
    if how.contact is None:
        values |= {"AccountId": account_id, "OwnerId": owner}
        return records.create(sobject, _fitting(sobject, values), user_id)
    if records.live(sobject, how.contact)["AccountId"] != account_id:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "the contact does not belong to the account", ["contactId"])
    _fill(records, sobject, how.contact, values, user_id)
    return how.contact


def _opportunity(records: Records, lead: Row, name: str, made: dict[str, str], owner: str, user_id: str) -> str:
    """Unverified: the opportunity of a lead conversion closes at the end of the quarter and is in the first stage."""
    sobject = records.schema["Opportunity"]
    month = (int(records.stamp()[5:7]) + 2) // 3 * 3
    values = _custom(records, lead, sobject) | {
        "Name": name,
        "AccountId": made["account"],
        "OwnerId": owner,
        "StageName": "Prospecting",
        "LeadSource": lead.get("LeadSource"),
        "CloseDate": f"{records.stamp()[:4]}-{month:02d}-{31 if month in (3, 12) else 30}",
    }
    new_id = records.create(sobject, _fitting(sobject, values), user_id)
    role = {"OpportunityId": new_id, "ContactId": made["contact"], "IsPrimary": 1}
    records.create(records.schema["OpportunityContactRole"], role, user_id)
    return new_id


def _hand_over(records: Records, lead_id: str, made: dict[str, str], user_id: str) -> None:
    """Tasks and events of the lead become the contact's, about its account or opportunity; campaign members keep the
    lead and get the contact."""
    about = {"WhoId": made["contact"], "WhatId": made.get("opportunity"), "AccountId": made["account"]}
    for name in ("Task", "Event"):
        sobject = records.schema.get(name)
        if sobject is not None:
            for _, child in records.store.holders(sobject, "WhoId", [lead_id]):
                records.touch(sobject, child, about, user_id)
    members = records.schema.get("CampaignMember")
    if members is not None:
        for _, child in records.store.holders(members, "LeadId", [lead_id]):
            records.touch(members, child, {"ContactId": made["contact"]}, user_id)


def _fill(records: Records, sobject: SObject, id18: str, values: Row, user_id: str) -> None:
    """Give an existing record what it lacks."""
    row = records.live(sobject, id18)
    lacking = {name: value for name, value in _fitting(sobject, values).items() if row.get(name) is None}
    records.update(sobject, id18, lacking, user_id)


def _fitting(sobject: SObject, values: Row) -> Row:
    """Without what is empty and what the object doesn't have."""
    return {name: value for name, value in values.items() if value is not None and name.lower() in sobject.by_name}


def _custom(records: Records, lead: Row, sobject: SObject) -> Row:
    """The lead's custom values whose field the target has too; unique ones stay where they are."""
    own = {item.name for item in records.schema["Lead"].fields if item.flags["custom"] and not item.flags["unique"]}
    return {
        item.name: lead[item.name]
        for item in sobject.stored
        if item.name in own and item.flags["createable"] and item.flags["updateable"]
    }


def _some(lead: Row, names: tuple[str, ...]) -> Row:
    return {name: lead[name] for name in names}


def _address(lead: Row, sobject: SObject, prefix: str) -> Row:
    parts = {prefix + part: lead[part] for part in _ADDRESS if part in lead}
    return {name: value for name, value in parts.items() if name.lower() in sobject.by_name}
