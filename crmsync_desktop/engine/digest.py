"""A fingerprint of what a record says: two observations with the same digest need no second look."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import xxhash

from crmsync_desktop.domain.records import Cell, Observed, Presence

_encode = msgspec.msgpack.Encoder().encode


def digest(
    presence: Presence,
    cells: Sequence[Cell],
    keys: Sequence[str],
    successor: tuple[str, str] | None = None,
    absorbed: Sequence[str] = (),
) -> int:
    """xxh3-64 of everything that can lead to a decision. The version stays out: it says "look", not "changed"."""
    return xxhash.xxh3_64_intdigest(_encode((presence, cells, sorted(keys), successor, absorbed)))


def digest_of(record: Observed) -> int:
    return digest(record.presence, record.cells, record.keys, record.successor, record.absorbed)
