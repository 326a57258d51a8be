"""A pair's layout as the memory knows it, without a call: for explaining, not for writing."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.domain.layout import Layout, assigned_by, resolve
from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.owners import match_owners
from crmsync_desktop.domain.records import UNSEEN, Cell
from crmsync_desktop.domain.settings import active_pairs
from crmsync_desktop.domain.stages import read_by
from crmsync_desktop.domain.state_country import with_addresses
from crmsync_desktop.engine.metadata import kept_account, kept_owners, kept_schemas, pairings_of
from crmsync_desktop.engine.parents import parents_of_all
from crmsync_desktop.engine.stages import kept_stages
from crmsync_desktop.ports.store import Store


def known_layout(store: Store, mappings: Mappings, pair: Pair) -> Layout | None:
    """As the next pass would have it, if schemas and owners are still what they were. None before the first pass."""
    settings = store.settings()
    schemas = kept_schemas(pair, store)
    if pair.hubspot not in schemas or not store.layout(pair.name):
        return None
    owners = kept_owners(store)
    parents = parents_of_all(store, active_pairs(settings))
    layout = assigned_by(
        resolve(pair, mappings.usable(schemas), schemas, owners, parents, kept_account(store).zone),
        match_owners(owners, pairings_of(store)),
    )
    tables = kept_stages(pair, store)
    layout = layout if tables is None else read_by(layout, tables)
    return with_addresses(layout, schemas, settings)


def arranged(layout: Layout, stored: Sequence[str], cells: Sequence[Cell] | None) -> list[Cell]:
    """Cells in the order that the memory keeps (`stored` properties) in the layout's; UNSEEN where it keeps none."""
    by_property = dict(zip(stored, cells or (), strict=False))
    return [by_property.get(column.property, UNSEEN) for column in layout.columns]
