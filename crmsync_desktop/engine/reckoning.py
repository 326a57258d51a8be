"""Which links a mapping would change, told from the memory alone: for the difference that an import makes (M6) and for a
backfill (M4). What counts is what the planner would write; a record that wasn't read yet counts for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.mapping import Existing, Pair
from crmsync_desktop.domain.planner import Doors, Look, plan_link
from crmsync_desktop.domain.records import Presence, Side
from crmsync_desktop.domain.settings import Settings, rules_of
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Couple, couple_cells
from crmsync_desktop.engine.stamps import edited_at
from crmsync_desktop.ports.store import LinkState, Store

CHUNK = 2_000


class Reckoned(msgspec.Struct, frozen=True):
    """One chunk of links: how many were looked at, and the rows of the HubSpot records whose link would be written."""

    links: int
    rows: tuple[int, ...]


def reckon(store: Store, pair: Pair, column: Column, settings: Settings) -> Iterator[Reckoned]:
    """All live links, a chunk at a time: a fixed number of queries each. `column` stands at the place that its property has
    in the memory's layout."""
    rules = rules_of(settings, pair)
    layout = Layout(pair, (column,))
    after = 0
    while chunk := store.live(pair.name, after, CHUNK):
        after = chunk[-1].row
        ours = {known.link: known for known in chunk if known.side is Side.HUBSPOT and known.link is not None}
        listed = None
        if rules.inclusion_list is not None:
            listed = store.members(rules.inclusion_list, [known.id for known in ours.values()])
        theirs = store.counterparts(list(ours))
        changed: list[int] = []
        for link in store.links(list(ours)):
            hubspot = ours[link.link]
            salesforce = next((each for each in theirs[link.link] if each.side is Side.SALESFORCE), None)
            if link.state is not LinkState.LIVE or salesforce is None or salesforce.presence is not Presence.LIVE:
                continue
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
            if plan.to_salesforce or plan.to_hubspot:
                changed.append(hubspot.row)
        yield Reckoned(len(ours), tuple(changed))


def stage_for_backfill(context: Context) -> None:
    """The records of links that a backfill would change, so that this pass looks at them. Those whose values haven't been
    read yet come by themselves: they are read anew."""
    for column in context.layout.columns:
        if column.existing is Existing.BACKFILL:
            for found in reckon(context.store, context.pair, column, context.settings):
                context.store.stage_again(None, found.rows)
