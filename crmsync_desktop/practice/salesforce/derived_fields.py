"""Standard fields that show what stands elsewhere: a campaign's numbers, and whom a campaign member is.

They are worked out when they are read, so that they are always right and never a change of the record.

Unverified: a campaign's numbers and a member's personal data change no stamps of the campaign or the member.
"""

# ruff: noqa: S608  (identifiers come from the tables below)

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .schema import Field, SObject, make_field

_READ_ONLY = {"createable": False, "updateable": False, "permissionable": False}
_MEMBERS = "(SELECT count(*) FROM CampaignMember m WHERE m.CampaignId = {t}.Id AND m.IsDeleted = 0 AND %s)"
_DEALS = "(SELECT %s FROM Opportunity d WHERE d.CampaignId = {t}.Id AND d.IsDeleted = 0 AND %s)"
_CONVERTED = "m.LeadId IN (SELECT Id FROM Lead WHERE IsConverted = 1)"
_CAMPAIGN: tuple[tuple[str, str, str, str], ...] = (
    ("NumberOfLeads", "int", "Leads in Campaign", _MEMBERS % "m.LeadId IS NOT NULL AND m.ContactId IS NULL"),
    ("NumberOfConvertedLeads", "int", "Converted Leads in Campaign", _MEMBERS % _CONVERTED),
    ("NumberOfContacts", "int", "Contacts in Campaign", _MEMBERS % "m.ContactId IS NOT NULL"),
    ("NumberOfResponses", "int", "Responses in Campaign", _MEMBERS % "m.HasResponded = 1"),
    ("NumberOfOpportunities", "int", "Opportunities in Campaign", _DEALS % ("count(*)", "1")),
    ("NumberOfWonOpportunities", "int", "Won Opportunities in Campaign", _DEALS % ("count(*)", "d.IsWon = 1")),
    (
        "AmountAllOpportunities",
        "currency",
        "Value Opportunities in Campaign",
        _DEALS % ("coalesce(sum(d.Amount), 0.0)", "1"),
    ),
    (
        "AmountWonOpportunities",
        "currency",
        "Value Won Opportunities in Campaign",
        _DEALS % ("coalesce(sum(d.Amount), 0.0)", "d.IsWon = 1"),
    ),
)
_MEMBER: tuple[tuple[str, str, str, int, str, str], ...] = (
    # Name, type, label, length, and where it stands in a contact and in a lead.
    ("Salutation", "picklist", "Salutation", 40, "Salutation", "Salutation"),
    ("Name", "string", "Name", 121, "Name", "Name"),
    ("FirstName", "string", "First Name", 40, "FirstName", "FirstName"),
    ("LastName", "string", "Last Name", 80, "LastName", "LastName"),
    ("Title", "string", "Title", 128, "Title", "Title"),
    ("Street", "string", "Street", 255, "MailingStreet", "Street"),
    ("City", "string", "City", 40, "MailingCity", "City"),
    ("State", "string", "State/Province", 80, "MailingState", "State"),
    ("PostalCode", "string", "Zip/Postal Code", 20, "MailingPostalCode", "PostalCode"),
    ("Country", "string", "Country", 80, "MailingCountry", "Country"),
    ("Email", "email", "Email", 80, "Email", "Email"),
    ("Phone", "phone", "Phone", 40, "Phone", "Phone"),
    ("Fax", "phone", "Fax", 40, "Fax", "Fax"),
    ("MobilePhone", "phone", "Mobile", 40, "MobilePhone", "MobilePhone"),
    ("LeadSource", "picklist", "Lead Source", 255, "LeadSource", "LeadSource"),
    ("LeadOrContactOwnerId", "reference", "Related Record Owner ID", 18, "OwnerId", "OwnerId"),
)


def with_derived_fields(schema: dict[str, SObject]) -> None:
    """Add them to Campaign and CampaignMember."""
    campaign, member = schema["Campaign"], schema["CampaignMember"]
    numbers = [_derived(sql, name=name, type=kind, label=label) for name, kind, label, sql in _CAMPAIGN]
    schema["Campaign"] = replace(campaign, fields=(*campaign.fields, *numbers))
    people = [_person(*entry) for entry in _MEMBER]
    company = _derived(
        "coalesce((SELECT a.Name FROM Contact c JOIN Account a ON a.Id = c.AccountId WHERE c.Id = {t}.ContactId), "
        "(SELECT l.Company FROM Lead l WHERE l.Id = {t}.LeadId))",
        name="CompanyOrAccount",
        type="string",
        label="Company (Account)",
        length=255,
    )
    schema["CampaignMember"] = replace(member, fields=(*member.fields, *people, company))


def _person(name: str, kind: str, label: str, length: int, contact: str, lead: str) -> Field:
    sql = (
        f'coalesce((SELECT c."{contact}" FROM Contact c WHERE c.Id = {{t}}.ContactId), '
        f'(SELECT l."{lead}" FROM Lead l WHERE l.Id = {{t}}.LeadId))'
    )
    more: dict[str, Any] = {"nameField": True} if name == "Name" else {}
    if kind == "reference":
        more = {"referenceTo": ["Group", "User"], "relationshipName": "LeadOrContactOwner"}
    return _derived(sql, name=name, type=kind, label=label, length=length, **more)


def _derived(sql: str, **entry: Any) -> Field:
    return replace(make_field(**{**_READ_ONLY, **entry}), formula=sql)
