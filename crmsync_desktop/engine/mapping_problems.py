"""Mappings that can't sync as things are (a field is gone, hidden, or of a type that doesn't fit any more): one error each,
for as long as it is so (semantics 6, Field mapping)."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.records import Category, Fault, Side
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.ports.store import NewError, Store

TOLD = "mapping_problems"
"""The document that holds what was told, by pair and property."""
OBJECT = "mapping"


def tell_problems(store: Store, layouts: Mapping[str, Layout], now: str) -> None:
    """Tell of new problems, once, and take back those that are mended. `now`: ISO 8601 UTC."""
    before: dict[str, dict[str, str]] = store.document(TOLD) or {}
    after = {pair: dict(layout.problems) for pair, layout in layouts.items() if layout.problems}
    if after == before:
        return
    mended = [
        _id(pair, name) for pair, told in before.items() for name in told if after.get(pair, {}).get(name) != told[name]
    ]
    store.clear_errors([(Side.HUBSPOT, OBJECT, id) for id in mended])
    store.open_errors(
        [
            _error(pair, name, message)
            for pair, found in after.items()
            for name, message in found.items()
            if before.get(pair, {}).get(name) != message
        ],
        now,
    )
    store.save_document(TOLD, after)


def _id(pair: str, property: str) -> str:
    return f"{pair}.{property}"


def _error(pair: str, property: str, message: str) -> NewError:
    fault = Fault(Category.FIELD_MAPPING, "MAPPING_BROKEN", message, (property,))
    told = hint(fault.category, fault.code)
    return NewError(pair, Side.HUBSPOT, OBJECT, _id(pair, property), f"Mapping of {property} ({pair})", fault, told)
