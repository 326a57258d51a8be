"""Converting a lead, as a person does in the org (REST has no resource for it)."""

from __future__ import annotations

from .errors import RowError
from .records import Records
from .store import Row

_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
_CONTACT = ("FirstName", "LastName", "Salutation", "Title", "Phone", "MobilePhone", "Fax", "Email", "LeadSource")
_ACCOUNT = ("Phone", "Fax", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees")
_CONVERTED = "Closed - Converted"


def convert_lead(records: Records, lead_id: str, opportunity: str | None, user_id: str) -> dict[str, str]:
    """Make the account, the contact and (if a name is given) the opportunity, and mark the lead as converted.

    The standard lead fields go where a fresh org maps them; custom fields aren't carried. Returns the new ids under
    `account`, `contact` and `opportunity`. Raises RowError.
    """
    schema = records.schema
    lead = records.live(schema["Lead"], lead_id)
    if lead["IsConverted"]:
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    account = _some(lead, _ACCOUNT) | _address(lead, "Billing") | {"Name": lead["Company"], "OwnerId": lead["OwnerId"]}
    account_id = records.create(schema["Account"], account, user_id)
    contact = _some(lead, _CONTACT) | _address(lead, "Mailing")
    contact |= {"AccountId": account_id, "OwnerId": lead["OwnerId"], "Description": lead["Description"]}
    made = {"account": account_id, "contact": records.create(schema["Contact"], contact, user_id)}
    if opportunity is not None:
        deal = {"Name": opportunity, "AccountId": account_id, "OwnerId": lead["OwnerId"], "StageName": "Prospecting"}
        this_month = int(records.stamp()[5:7])
        month = (this_month + 2) // 3 * 3
        deal["CloseDate"] = f"{records.stamp()[:4]}-{month:02d}-{31 if month in (3, 12) else 30}"
        made["opportunity"] = records.create(schema["Opportunity"], deal, user_id)
        role = {"OpportunityId": made["opportunity"], "ContactId": made["contact"], "IsPrimary": 1}
        records.create(schema["OpportunityContactRole"], role, user_id)
    changes: Row = {
        "IsConverted": 1,
        "Status": _CONVERTED,
        "ConvertedDate": records.stamp()[:10],
        "ConvertedAccountId": account_id,
        "ConvertedContactId": made["contact"],
        "ConvertedOpportunityId": made.get("opportunity"),
    }
    records.touch(schema["Lead"], lead_id, changes, user_id)
    return made


def _some(lead: Row, names: tuple[str, ...]) -> Row:
    return {name: lead[name] for name in names}


def _address(lead: Row, prefix: str) -> Row:
    return {prefix + part: lead[part] for part in _ADDRESS}
