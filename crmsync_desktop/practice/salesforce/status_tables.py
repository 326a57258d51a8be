"""The tables behind status picklists, which sync tools read for stages: OpportunityStage, CaseStatus and their like.

Unverified: CaseStatus, TaskStatus, TaskPriority and LeadStatus tell the values of a fresh org and what they stand for.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .computed import STAGES
from .schema import SObject
from .store import Store, quoted

if TYPE_CHECKING:
    from .records import Records

_STATUSES = (
    ("CaseStatus", "Case", "Status", "IsClosed", {"Closed"}),
    ("TaskStatus", "Task", "Status", "IsClosed", {"Completed"}),
    ("TaskPriority", "Task", "Priority", "IsHighPriority", {"High"}),
    ("LeadStatus", "Lead", "Status", "IsConverted", {"Closed - Converted"}),
)
_MEMBER_STATUSES = (("Sent", True, False), ("Responded", False, True))


def rows(schema: dict[str, SObject]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of every table, to be loaded into a new org."""
    for number, (stage, (probability, category)) in enumerate(STAGES.items(), 1):
        closed = stage.startswith("Closed")
        yield (
            "OpportunityStage",
            {
                "MasterLabel": stage,
                "ApiName": stage,
                "IsActive": True,
                "SortOrder": number,
                "IsClosed": closed,
                "IsWon": stage == "Closed Won",
                "ForecastCategory": category.replace(" ", ""),
                "ForecastCategoryName": category,
                "DefaultProbability": probability,
            },
        )
    for table, sobject, field, flag, flagged in _STATUSES:
        picklist = schema[sobject].by_name[field.lower()]
        for number, option in enumerate(picklist.values, 1):
            yield (
                table,
                {
                    "MasterLabel": option.label,
                    "ApiName": option.value,
                    "SortOrder": number,
                    "IsDefault": option.value == picklist.default,
                    flag: option.value in flagged,
                },
            )


def add_member_statuses(records: Records, campaigns: list[str], user_id: str) -> None:
    """Give new campaigns the two statuses that their members can have until somebody changes them."""
    given = [
        {
            "CampaignId": campaign,
            "Label": label,
            "SortOrder": number,
            "IsDefault": int(default),
            "HasResponded": int(responded),
        }
        for campaign in campaigns
        for number, (label, default, responded) in enumerate(_MEMBER_STATUSES, 1)
    ]
    records.create_many(records.schema["CampaignMemberStatus"], given, user_id)


def member_status(store: Store, campaign: str, wanted: str | None) -> tuple[str | None, int]:
    """The status that a campaign member gets, and whether it counts as a response.

    Unverified: a status that the campaign doesn't have is replaced by the campaign's default status.
    """
    sql = (
        f"SELECT Label, HasResponded FROM {quoted('CampaignMemberStatus')} WHERE CampaignId = ? AND IsDeleted = 0 "
        "ORDER BY Label = ? DESC, IsDefault DESC, _n LIMIT 1"
    )
    found: tuple[str, int] | None = store.db.execute(sql, (campaign, wanted)).fetchone()
    return (wanted, 0) if found is None else found
