"""What the org works out itself when a record is saved: full names, stage facts, numbers and closing dates.

Unverified: the probability and the forecast category of each opportunity stage are those that a fresh org has.
"""

from __future__ import annotations

from typing import Any

from .schema import SObject

Row = dict[str, Any]

STAGES: dict[str, tuple[float, str]] = {
    # Probability in percent, and the forecast category.
    "Prospecting": (10.0, "Pipeline"),
    "Qualification": (10.0, "Pipeline"),
    "Needs Analysis": (20.0, "Pipeline"),
    "Value Proposition": (50.0, "Pipeline"),
    "Id. Decision Makers": (60.0, "Pipeline"),
    "Perception Analysis": (70.0, "Pipeline"),
    "Proposal/Price Quote": (75.0, "Pipeline"),
    "Negotiation/Review": (90.0, "Pipeline"),
    "Closed Won": (100.0, "Closed"),
    "Closed Lost": (0.0, "Omitted"),
}


def complete(kind: SObject, row: Row, changed: set[str]) -> None:
    """Fill in the computed fields of `row` (a whole record), given the names of the fields that this save set."""
    sobject = kind.name
    if sobject in ("Contact", "Lead", "User"):
        row["Name"] = " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)
    elif sobject == "Opportunity":
        _opportunity(row, changed)
    elif sobject == "Case":
        closed = row.get("Status") == "Closed"
        if not closed:
            row["ClosedDate"] = None
        elif not row.get("IsClosed"):
            row["ClosedDate"] = row["SystemModstamp"]
        row["IsClosed"] = int(closed)
    elif sobject == "Task":
        closed = row.get("Status") in kind.closed_statuses
        if not closed:
            row["CompletedDateTime"] = None
        elif not row.get("IsClosed") or "Status" in changed:  # a new closed status counts anew (object reference)
            row["CompletedDateTime"] = row["SystemModstamp"]
        row["IsClosed"] = int(closed)
        row["IsHighPriority"] = int(row.get("Priority") == "High")
    elif sobject == "CampaignMember":
        row["LeadOrContactId"] = row.get("ContactId") or row.get("LeadId")
        row["Type"] = "Contact" if row.get("ContactId") else "Lead"
        if row.get("HasResponded") and not row.get("FirstRespondedDate"):
            row["FirstRespondedDate"] = row["SystemModstamp"][:10]


def _opportunity(row: Row, changed: set[str]) -> None:
    stage = row.get("StageName") or ""
    probability, category = STAGES.get(stage, (0.0, "Pipeline"))
    if "StageName" in changed:
        if "Probability" not in changed:
            row["Probability"] = probability
        if "ForecastCategoryName" not in changed:
            row["ForecastCategoryName"] = category
        row["LastStageChangeDate"] = row["SystemModstamp"]
    shown = row.get("ForecastCategoryName") or category
    row["ForecastCategory"] = "Forecast" if shown == "Commit" else shown.replace(" ", "")
    row["IsWon"] = int(stage == "Closed Won")
    row["IsClosed"] = int(stage.startswith("Closed"))
    amount, chance = row.get("Amount"), row.get("Probability")
    row["ExpectedRevenue"] = None if amount is None or chance is None else round(amount * chance / 100, 2)
    close = row.get("CloseDate")
    if close:
        year, month = int(close[:4]), int(close[5:7])
        row["FiscalYear"], row["FiscalQuarter"] = year, (month + 2) // 3
        row["Fiscal"] = f"{year} {(month + 2) // 3}"
