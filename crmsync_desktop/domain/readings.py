"""Which fields take more than a table to be read across, by what they are: rich text beside plain text. Pure."""

from __future__ import annotations

from collections.abc import Collection

from crmsync_desktop.domain.bodies import Body
from crmsync_desktop.domain.mapping import Pair, PairKind
from crmsync_desktop.domain.schema import Field, Kind
from crmsync_desktop.domain.translation import BesideTranslation

_PLAIN = frozenset({Kind.TEXT, Kind.LONG_TEXT})


def reading(place: int, pair: Pair, hubspot: Field, salesforce: Collection[Field]) -> BesideTranslation | None:
    """How the column at `place` is read; None where both sides write its values alike."""
    kinds = {field.kind for field in salesforce}
    if hubspot.kind is Kind.HTML and kinds <= _PLAIN:
        limits = [field.length for field in salesforce if field.length is not None]
        return Body(place, min(limits, default=None) if pair.kind is PairKind.ACTIVITY else None)
    return None
