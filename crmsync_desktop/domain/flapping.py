"""Fields that somebody's automation changes back each time that they are written (semantics 3: flapping).

A rule with a master puts its value back whatever the other side holds. Where a trigger or workflow over there does the same,
the two would go on for ever, so after a few times in short order the field is left alone and reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side, Value
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.values import same

MOST: Final = 3
"""How often a value is put back before the field is left alone."""
SECONDS: Final = 3_600.0
"""Within which time; afterwards the counting begins anew."""


class Bounce(msgspec.Struct, array_like=True):
    """How often `value` was put back since `since` (seconds since the epoch)."""

    value: Value
    times: int
    since: float


class Bounces:
    """Counts by link, side and property. `kept` is what an earlier pass left in `all`."""

    def __init__(self, kept: Mapping[str, Bounce], now: float) -> None:
        self._now = now
        self.all = {name: bounce for name, bounce in kept.items() if 0 <= now - bounce.since < SECONDS}
        self.changed = len(self.all) != len(kept)

    def frozen(self, link: int, side: Side, property: str, value: Value) -> bool:
        """Count one more time that `value` is to be put back; true where that was done often enough."""
        name = f"{link} {side.value} {property}"
        bounce = self.all.get(name)
        if bounce is None or bounce.value != value:
            bounce = self.all[name] = Bounce(value, 0, self._now)
        if bounce.times >= MOST:
            return True
        bounce.times += 1
        self.changed = True
        return False


def is_put_back(kind: Kind, base: Cell, value: Value) -> bool:
    """Whether writing `value` restores what the side last agreed to."""
    return base is not UNSEEN and same(kind, base or None, value)


def fault_of(side: Side, property: str, label: str, wanted: Value, found: Cell) -> Fault:
    """What a person is told of a field that is left alone."""
    message = (
        f"{label} was set to {_shown(wanted)} {MOST} times within an hour, and {side.label} made {_shown(found)} of it "
        "each time. It is left alone."
    )
    return Fault(Category.CUSTOM_CODE, "FLAPPING", message, (property,))


def _shown(value: Cell) -> str:
    return f"“{value}”" if value else "blank"
