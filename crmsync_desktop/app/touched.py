"""How many records a change of mappings would change (M6): counted on the memory, by the planner itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence

from crmsync_desktop.app.preparing import around_layouts, layout_of
from crmsync_desktop.app.runner import Systems
from crmsync_desktop.domain.mapping import Mapping
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import Settings, active_pairs, all_pairs
from crmsync_desktop.engine.reckoning import reckon
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.store import Store


class Touched:
    """Takes a few seconds for a hundred thousand links, with a breath for everybody else after each chunk."""

    def __init__(self, store: Store, clock: Clock, systems: Callable[[], Awaitable[Systems]]) -> None:
        self._store, self._clock, self._systems = store, clock, systems

    async def records(
        self,
        pair: str,
        now: Sequence[Mapping],
        wanted: Sequence[Mapping],
        properties: Collection[str],
        schemas: dict[str, Schema],
        settings: Settings,
    ) -> dict[str, int] | None:
        """By property, how many records would be written once they are next looked at, if the mappings of these properties
        were as in `wanted`, and the others as they are `now`. None where that can't be told: mappings were changed since
        the last pass, so what is known stands in another order. Nothing is written of a pair that is off."""
        of = all_pairs(settings)[pair]
        if of not in active_pairs(settings) or not self._store.link_count(pair):
            return {}
        crms = (await self._systems()).crms
        around = await around_layouts(self._store, active_pairs(settings), crms, self._clock, anew=False)
        other = {mapping.property: mapping for mapping in wanted if mapping.property in properties}
        used = [other.get(mapping.property, mapping) for mapping in now]
        layout = await layout_of(around, settings, of, schemas, used)
        if layout.properties != self._store.layout(pair):
            return None
        found: Counter[str] = Counter()
        for chunk in reckon(self._store, layout, properties, settings):
            found.update({property: len(rows) for property, rows in chunk.rows.items()})
            await asyncio.sleep(0)
        return dict(found)
