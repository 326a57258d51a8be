"""Which result of a batch answers which write: HubSpot answers in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from crmsync_desktop.domain.records import Write

TRACE: Final = "objectWriteTraceId"
Record = dict[str, Any]
Match = tuple[Write, Record]


class Joiner:
    """Joins by trace id first (2026-03 answers with it), then by what else names a record without doubt."""

    def __init__(self, writes: Sequence[Write]) -> None:
        self._by_key = {each.key: each for each in writes}

    def created(self, writes: Sequence[Write], results: Sequence[Record], link: str | None) -> Iterator[Match]:
        """By trace id, the link property, the e-mail address; then, where one of each is left over, those."""
        left = {each.key: each for each in writes}
        rest = list(results)
        for write_name, record_name in (
            (lambda write: write.key, lambda record: record.get(TRACE)),
            (lambda write: write.origin_id, lambda record: record["properties"].get(link or "")),
            (
                lambda write: _folded(write.values.get("email")),
                lambda record: _folded(record["properties"].get("email")),
            ),
        ):
            matches = list(_joined(list(left.values()), rest, write_name, record_name))
            for write, record in matches:
                left.pop(write.key)
                rest.remove(record)
            yield from matches
        if len(left) == len(rest) == 1:
            yield next(iter(left.values())), rest[0]

    def updated(self, writes: Sequence[Write], results: Sequence[Record]) -> Iterator[Match]:
        """By trace id or id; where one of each is left over, HubSpot answered for the survivor of a merge."""
        left = {each.key: each for each in writes}
        rest = []
        by_id = {each.id: each for each in writes}
        for record in results:
            write = self._by_key.get(str(record.get(TRACE))) or by_id.get(record["id"])
            if write is not None and left.pop(write.key, None) is not None:
                yield write, record
            else:
                rest.append(record)
        if len(left) == len(rest) == 1:
            yield next(iter(left.values())), rest[0]


def _joined(
    writes: Sequence[Write],
    results: Sequence[Record],
    write_name: Callable[[Write], str | None],
    record_name: Callable[[Record], str | None],
) -> Iterator[Match]:
    """Pairs whose names are equal and borne by one write only."""
    named: dict[str, list[Write]] = {}
    for write in writes:
        if name := write_name(write):
            named.setdefault(name, []).append(write)
    for record in results:
        bearers = named.pop(record_name(record) or "", [])
        if len(bearers) == 1:
            yield bearers[0], record


def _folded(value: str | None) -> str | None:
    return value.strip().lower() if value else None
