"""Which links a mapping would change, told from the memory alone: for the difference that an import makes (M6) and for a
backfill (M4). What counts is what the planner would write; a record that wasn't read yet counts for nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Existing
from crmsync_desktop.domain.planner import Doors, Look, plan_link
from crmsync_desktop.domain.records import Presence, Side
from crmsync_desktop.domain.settings import Settings, rules_of
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Couple, couple_cells
from crmsync_desktop.engine.stamps import edited_at
from crmsync_desktop.ports.store import Store

CHUNK = 1_000


class Reckoned(msgspec.Struct, frozen=True):
    """One chunk of links: `links` were looked at; `rows`: by property, the HubSpot records whose link would be written."""

    links: int
    rows: dict[str, list[int]]


def reckon(store: Store, layout: Layout, properties: Collection[str], settings: Settings) -> Iterator[Reckoned]:
    """What would be written of these properties, over all live links, a chunk at a time: a fixed number of queries each.
    `layout` is the one in force, be it with other rules."""
    pair, rules = layout.pair, rules_of(settings, layout.pair)
    after = 0
    while links := store.live_links(pair.name, after, CHUNK):
        after = links[-1].link
        known = store.counterparts([link.link for link in links])
        listed = None
        if rules.inclusion_list is not None:
            listed = store.members(rules.inclusion_list, [link.hubspot_id for link in links])
        rows: dict[str, list[int]] = {}
        for link in links:
            ends = {record.side: record for record in known[link.link] if record.presence is Presence.LIVE}
            if len(ends) < len(Side):
                continue
            salesforce, hubspot = ends[Side.SALESFORCE], ends[Side.HUBSPOT]
            on_list = listed is None or hubspot.id in listed
            doors = Doors(on_list and rules.to_salesforce, on_list and rules.to_hubspot)
            s_cells, h_cells = couple_cells(Couple(link, salesforce, hubspot))
            plan = plan_link(
                layout,
                Look(link.salesforce_object, edited_at(salesforce.version), s_cells, link.base_salesforce),
                Look(pair.hubspot, edited_at(hubspot.version), h_cells, link.base_hubspot),
                doors,
                settings.on_conflict,
            )
            written = {change.property for change in (*plan.to_salesforce, *plan.to_hubspot)}
            for property in written.intersection(properties):
                rows.setdefault(property, []).append(hubspot.row)
        yield Reckoned(len(links), rows)


def stage_for_backfill(context: Context) -> None:
    """The records of links that a backfill would change, so that this pass looks at them. Those whose values haven't been
    read yet come by themselves: they are read anew."""
    asked = [column.property for column in context.layout.columns if column.existing is Existing.BACKFILL]
    if asked:
        for found in reckon(context.store, context.layout, asked, context.settings):
            context.store.stage_again(None, [row for rows in found.rows.values() for row in rows])
