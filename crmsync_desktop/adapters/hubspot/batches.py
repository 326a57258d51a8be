"""HubSpot's batch and search requests, as small steps that reading, writing and recovering share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from crmsync_desktop.adapters.hubspot import paths
from crmsync_desktop.adapters.hubspot.errors import Refused, lost, subjects_of
from crmsync_desktop.adapters.hubspot.transport import Transport

BATCH: Final = 100
"""Inputs of one batch request (objects guide)."""
PAGE: Final = 200
"""Records of one search page (search guide)."""
MOST_VALUES: Final = 100
"""Values of one IN filter (search guide)."""
LONGEST_BODY: Final = 3_000
"""Characters of a search request's body (search guide)."""

T = TypeVar("T")


class Batch:
    """The answer to one or more batch reads: records found, and the inputs that HubSpot says stand for nothing."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.missing: set[str] = set()


def pieces(items: Sequence[T], size: int = BATCH) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def fits(body: Mapping[str, Any]) -> bool:
    """Whether a search body is short enough, written as the client writes it."""
    return len(json.dumps(body)) <= LONGEST_BODY


async def batch_read(
    transport: Transport,
    object_name: str,
    ids: Sequence[str],
    properties: Sequence[str],
    purpose: str,
    *,
    id_property: str | None = None,
    archived: bool = False,
) -> Batch:
    """Records by id, or by the values of a unique property: 100 a request, several at once. A value that makes HubSpot
    refuse a request of many (an e-mail that isn't one) is found by halving, and counts as missing."""
    found = Batch()

    async def read(inputs: Sequence[str]) -> None:
        body: dict[str, Any] = {"properties": list(properties), "inputs": [{"id": each} for each in inputs]}
        if id_property is not None:
            body["idProperty"] = id_property
        try:
            answer = await transport.send(
                paths.BATCH_READ,
                purpose,
                places={"object": object_name},
                query={"archived": "true"} if archived else {},
                body=body,
            )
        except Refused as refused:
            if id_property is None or refused.status != 400:
                raise
            if len(inputs) == 1:
                found.missing.update(inputs)
                return
            middle = len(inputs) // 2
            await read(inputs[:middle])
            await read(inputs[middle:])
            return
        found.records.extend(results_of(told(answer.data)))
        for error in answer.data.get("errors") or ():
            found.missing.update(subjects_of(error, "ids"))

    await transport.together([lambda part=part: read(part) for part in pieces(ids)])  # type: ignore[misc]
    return found


async def search(
    transport: Transport, object_name: str, body: dict[str, Any], purpose: str
) -> tuple[list[dict[str, Any]], str, bool]:
    """One page of a search, the id past which the next begins, and whether it was the last. Raises ReplyLost for a page
    that leads nowhere: without it a search that forgets its filter would be read for ever."""
    answer = await transport.send(paths.SEARCH, purpose, places={"object": object_name}, body=body)
    records, total = results_of(told(answer.data)), answer.data.get("total")
    rows = len(answer.data.get("results") or ())
    last = rows < body["limit"] or (isinstance(total, int) and total <= rows)
    before = int(body["filterGroups"][0]["filters"][-1]["value"])
    beyond = max([before, *(int(record["id"]) for record in records)])
    if not last and beyond == before:
        raise lost("A search page that is full and holds no further record.")
    return records, str(beyond), last


def search_body(filters: Iterable[Mapping[str, Any]], properties: Sequence[str], last_id: str) -> dict[str, Any]:
    """A page of the records that pass all filters, in order of id, past `last_id`: an order that no edit disturbs and
    that goes on beyond the 10,000 results at which paging stops."""
    beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": last_id}
    return {
        "filterGroups": [{"filters": [*filters, beyond]}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": PAGE,
    }


def told(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer to a question, which has results, be they none. Raises ReplyLost for any other JSON object: taken for "there
    is nothing", it would move a watermark past records, or let one be created a second time."""
    if not isinstance(data.get("results"), list):
        raise lost("HTTP 200 without results.")
    return data


def results_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The records of an answer: objects with a numeric id and properties; anything else among them is left out."""
    return [
        each
        for each in data.get("results") or ()
        if isinstance(each, dict) and str(each.get("id")).isdecimal() and isinstance(each.get("properties"), dict)
    ]
