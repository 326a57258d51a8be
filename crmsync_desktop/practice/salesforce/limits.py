"""`limits` and `limits/recordCount`: what is left of the org's allowances, and how many records it holds."""

from __future__ import annotations

from typing import Any

from .asks import Answer, Ask

_RECORD_KB = 2
"""What Salesforce counts for a record of most objects, whatever is in it."""
_UNUSED = {
    "AnalyticsExternalDataSizeMB": 40_960,
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentSyncReportRuns": 20,
    "DailyAsyncApexExecutions": 250_000,
    "DailyAsyncApexTests": 500,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyDurableGenericStreamingApiEvents": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyGenericStreamingApiEvents": 10_000,
    "DailyStandardVolumePlatformEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 1_000,
    "DurableStreamingApiConcurrentClients": 20,
    "FileStorageMB": 10_240,
    "HourlyAsyncReportRuns": 1_200,
    "HourlyDashboardRefreshes": 200,
    "HourlyDashboardResults": 5_000,
    "HourlyDashboardStatuses": 999_999_999,
    "HourlyLongTermIdMapping": 100_000,
    "HourlyManagedContentPublicRequests": 50_000,
    "HourlyODataCallout": 1_000,
    "HourlyPublishedPlatformEvents": 50_000,
    "HourlyPublishedStandardVolumePlatformEvents": 1_000,
    "HourlyShortTermIdMapping": 100_000,
    "HourlySyncReportRuns": 500,
    "HourlyTimeBasedWorkflow": 1_000,
    "MassEmail": 5_000,
    "SingleEmail": 5_000,
    "StreamingApiConcurrentClients": 20,
}
"""Allowances that nothing here uses; the names are those of the REST guide's list, in its newest stored edition.

Unverified: the limits of reports, streaming, e-mail and files are as high as in a Developer Edition org.
"""
DATA_STORAGE_MB = 10_240


def limits(ask: Ask) -> Answer:
    """Every limit as `{"Max", "Remaining"}`.

    Unverified: the answer of /limits counts the very call that asked for it, where a real org may lag by minutes.
    Unverified: DataStorageMB counts two kilobytes for every record ever made, without subtracting deleted ones.
    """
    usage = ask.org.usage
    found = {name: _entry(most, 0) for name, most in _UNUSED.items()}
    found["DailyApiRequests"] = _entry(usage.limit, usage.used() + 1)
    for name, (used, most) in ask.org.bulk.usage().items():
        found[name] = _entry(most, used)
    found["DataStorageMB"] = _entry(DATA_STORAGE_MB, _records_made(ask) * _RECORD_KB // 1024)
    return Answer(200, dict(sorted(found.items())))


def record_count(ask: Ask) -> Answer:
    """Counts by object: of those asked for by name, and without names of all that hold records.

    Unverified: an object that does not exist is left out of the record counts without a refusal.
    """
    wanted = [name.strip() for name in ask.params.get("sObjects", "").split(",") if name.strip()]
    names = [name for name in wanted or sorted(ask.org.schema) if name in ask.org.schema]
    counts: list[dict[str, Any]] = [{"count": ask.org.count(name), "name": name} for name in names]
    return Answer(200, {"sObjects": [entry for entry in counts if wanted or entry["count"]]})


def _entry(most: int, used: int) -> dict[str, int]:
    return {"Max": most, "Remaining": max(0, most - used)}


def _records_made(ask: Ask) -> int:
    total: int = ask.org.store.db.execute("SELECT coalesce(sum(last), 0) FROM _numbers").fetchone()[0]
    return total
