"""What can be turned on a running org besides its setup: Bulk's pace, late commits, the limits, and who may use
the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .org import SalesforceOrg


@dataclass(frozen=True, slots=True)
class Dial:
    """`owner` finds the object whose attribute `name` is set; the value must have the type of what is there."""

    owner: Callable[[SalesforceOrg], Any]
    name: str
    least: float = 0


DIALS: dict[str, Dial] = {
    "bulk_polls": Dial(lambda org: org.bulk.pace, "polls"),
    "bulk_seconds": Dial(lambda org: org.bulk.pace, "seconds"),
    "bulk_batch_rows": Dial(lambda org: org.bulk.pace, "batch_rows", 1),
    "bulk_page_rows": Dial(lambda org: org.bulk.pace, "page_rows", 1),
    "bulk_daily_batches": Dial(lambda org: org.bulk.pace, "daily_batches"),
    "bulk_daily_query_jobs": Dial(lambda org: org.bulk.pace, "daily_query_jobs"),
    "bulk_hard_delete": Dial(lambda org: org.bulk.pace, "hard_delete"),
    "long_running_limit": Dial(lambda org: org.long_running, "limit", 1),
    "commit_lag_seconds": Dial(lambda org: org.commits, "lag_seconds"),
    "commits_held": Dial(lambda org: org.commits, "held"),
    "most_replicated": Dial(lambda org: org, "most_replicated"),
    "session_seconds": Dial(lambda org: org.tokens, "session_seconds"),
    "api_enabled": Dial(lambda org: org.access, "api_enabled"),
    "app_installed": Dial(lambda org: org.access, "app_installed"),
    "users_without_api": Dial(lambda org: org.access, "users_without_api"),
}


def shown(org: SalesforceOrg) -> dict[str, Any]:
    """Every dial as it stands, in JSON's types."""
    found = {name: getattr(dial.owner(org), dial.name) for name, dial in DIALS.items()}
    return {name: sorted(value) if isinstance(value, set) else value for name, value in found.items()}


def turn(org: SalesforceOrg, given: dict[str, Any]) -> None:
    """Set those that are given. Raises ValueError, with one sentence, before anything is changed."""
    values = {name: _checked(org, name, value) for name, value in given.items()}
    for name, value in values.items():
        setattr(DIALS[name].owner(org), DIALS[name].name, value)


def _checked(org: SalesforceOrg, name: str, value: Any) -> Any:
    dial = DIALS.get(name)
    if dial is None:
        raise ValueError(f"{name} is no dial of the Salesforce org; it has {', '.join(DIALS)}.")
    present = getattr(dial.owner(org), dial.name)
    if isinstance(present, bool):
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false.")
        return value
    if isinstance(present, set):
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError(f"{name} must be a list of texts.")
        return set(value)
    kinds = (int, float) if isinstance(present, float) else (int,)
    if not isinstance(value, kinds) or isinstance(value, bool) or value < dial.least:
        raise ValueError(f"{name} must be a {'number' if float in kinds else 'whole number'}, {dial.least:g} or more.")
    return float(value) if float in kinds else value
