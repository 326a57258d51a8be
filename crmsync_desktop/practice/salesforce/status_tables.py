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
    ("CaseStatus", "Case", "Status", "IsClosed", frozenset({"Closed"})),
    ("TaskStatus", "Task", "Status", "IsClosed", frozenset({"Completed"})),
    ("TaskPriority", "Task", "Priority", "IsHighPriority", frozenset({"High"})),
    ("LeadStatus", "Lead", "Status", "IsConverted", frozenset({"Closed - Converted"})),
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
        yield from _values(schema, table, sobject, field, flag, flagged)


def _values(
    schema: dict[str, SObject], table: str, sobject: str, field: str, flag: str, flagged: frozenset[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
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


def new_task_statuses(store: Store, schema: dict[str, SObject]) -> list[tuple[str, dict[str, Any]]]:
    """The rows of TaskStatus where the admin has edited them since they were loaded, the table emptied for them; none where
    they stand."""
    task = schema["Task"]
    wanted = list(_values(schema, "TaskStatus", "Task", "Status", "IsClosed", task.closed_statuses))
    held = store.db.execute("SELECT ApiName, IsClosed FROM TaskStatus ORDER BY SortOrder").fetchall()
    if [(row["ApiName"], int(row["IsClosed"])) for _, row in wanted] == held:
        return []
    store.db.execute("DELETE FROM TaskStatus")
    return wanted


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
