"""What a pass needs, put together: the pairs that sync, their schemas, owners and layouts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping as Table
from collections.abc import Sequence

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import Settings, active_pairs
from crmsync_desktop.domain.stages import read_by
from crmsync_desktop.domain.state_country import with_addresses
from crmsync_desktop.engine.context import Context, Report
from crmsync_desktop.engine.metadata import OUTDATED, owners_of, schemas_of
from crmsync_desktop.engine.parents import parents_of_all
from crmsync_desktop.engine.stage_watch import begin_watch, with_stage
from crmsync_desktop.engine.stages import stages_of
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import ContactLists, Crm
from crmsync_desktop.ports.store import Store


async def prepare(
    *,
    store: Store,
    settings: Settings,
    mappings: Table[str, Mappings],
    crms: dict[Side, Crm],
    lists: ContactLists,
    clock: Clock,
    report: Report,
    preview: bool,
    stop: asyncio.Event,
) -> list[Context]:
    """A context for each pair that syncs, parents before children. Costs calls for schemas and owners that aren't known or
    old. Raises SetupError where a pair has nothing mapped."""
    pairs = active_pairs(settings)
    anew = bool(store.document(OUTDATED))
    schemas = await schemas_of(pairs, store, crms, clock)
    owners = await owners_of(store, crms, clock)
    parents = parents_of_all(store, pairs)
    contexts: dict[str, Context] = {}
    clocks: dict[Side, float] = {}
    for pair in pairs:
        own = own_schemas(pair, schemas)
        layout = resolve(pair, mappings[pair.name].usable(own), own, owners, parents)
        if not layout.columns:
            raise SetupError(
                "No field is mapped.", "", f"Map at least one field of {pair.name}, or mend the mappings shown."
            )
        tables = await stages_of(pair, store, crms, clock, anew)
        layout = layout if tables is None else read_by(layout, tables)
        layout = with_addresses(with_stage(settings, pair, layout, own[pair.hubspot]), own, settings)
        set_layout(store, pair, layout)
        contexts[pair.name] = Context(
            pair=pair,
            layout=layout,
            schemas=own,
            settings=settings,
            store=store,
            clock=clock,
            crms=crms,
            lists=lists,
            report=report,
            pass_id=0,
            preview=preview,
            stop=stop,
            clocks=clocks,
            pairs=contexts,
            parents=dict(parents),
        )
    watch = await begin_watch(settings, pairs, store, crms, clock, anew)
    for context in contexts.values():
        context.pairs, context.stages = contexts, watch
    return list(contexts.values())


def own_schemas(pair: Pair, schemas: Table[str, Schema]) -> dict[str, Schema]:
    """Those of the pair's own objects."""
    return {object: schemas[object] for object in (pair.hubspot, *pair.salesforce) if object in schemas}


def set_layout(store: Store, pair: Pair, layout: Layout) -> None:
    """Bring the memory's layout up to date. Where lookups join it (another pair was switched on), everything is read anew:
    whom the records belong to was never asked for."""
    before = store.layout(pair.name)
    joined = [column for column in layout.columns if column.parent and column.property not in before]
    store.set_layout(pair.name, layout.properties)
    if before and joined:
        forget(store, [pair])


def forget(store: Store, pairs: Sequence[Pair]) -> None:
    """The next read of these pairs begins at the beginning."""
    for pair in pairs:
        store.forget_cursor(Side.HUBSPOT, pair.hubspot)
        for object in pair.salesforce:
            store.forget_cursor(Side.SALESFORCE, object)
