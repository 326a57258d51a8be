"""Pipelines of deals and tickets, with their stages.

Source: HubSpot's pipelines guide. A deal stage's metadata has `probability` as a text between 0.0 (lost) and 1.0 (won), a ticket
stage's `ticketState` (OPEN or CLOSED); both have `isClosed`. The first pipeline is the default one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.errors import Refused, lost
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.pipelines import Pipeline, Stage

_WITH_PIPELINES = ("deals", "tickets")


async def read_pipelines(transport: Transport, object_name: str) -> list[Pipeline]:
    """One call; none, and none found, for an object without pipelines. Raises SetupError where the key may not see them."""
    if object_name not in _WITH_PIPELINES:
        return []
    try:
        answer = await transport.send(paths.PIPELINES, "schema", places={"object": object_name})
    except Refused as refused:
        raise SetupError(
            f"HubSpot doesn't show the pipelines of {object_name}.",
            refused.detail,
            "The key may lack the scope to read this object.",
        ) from None
    try:
        given = sorted(answer.data["results"], key=_place)
        found = [_pipeline(each, place == 0) for place, each in enumerate(given)]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise lost(f"HTTP {answer.status} with pipelines that aren't of the form they should have.") from None
    if not found:  # kept for a day, it would leave every deal without a counterpart
        raise lost(f"HTTP {answer.status} without a single pipeline of {object_name}.")
    return found


def _pipeline(given: Mapping[str, Any], default: bool) -> Pipeline:
    stages = tuple(map(_stage, sorted(given["stages"], key=_place)))
    return Pipeline(str(given["id"]), str(given["label"]), stages, default, not given.get("archived"))


def _stage(given: Mapping[str, Any]) -> Stage:
    metadata = given.get("metadata") or {}
    share = metadata.get("probability")
    probability = None if share is None else float(share)
    closed = str(metadata.get("isClosed")).lower() == "true" or metadata.get("ticketState") == "CLOSED"
    won = closed and probability is not None and probability > 0
    return Stage(str(given["id"]), str(given["label"]), closed, won, probability, not given.get("archived"))


def _place(given: Mapping[str, Any]) -> int:
    return int(given.get("displayOrder") or 0)
