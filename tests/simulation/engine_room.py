"""A pass's context over simulated systems, put together as app/runner.py does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping as Table

from crmsync_desktop.domain.layout import resolve
from crmsync_desktop.domain.mapping import CONTACTS, Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.kept_plans import drop_unkept
from crmsync_desktop.engine.metadata import owners_of, schemas_of
from tests.simulation.fields import mappings
from tests.simulation.hubspot import FakeHubSpot
from tests.simulation.memory import Memory
from tests.simulation.nature import Nature
from tests.simulation.salesforce import FakeSalesforce

Systems = tuple[FakeSalesforce, FakeHubSpot]


async def prepare(
    memory: Memory,
    nature: Nature,
    systems: Systems,
    settings: Settings,
    rules: Table[str, Rule],
    stop: asyncio.Event,
    preview: bool,
) -> Context:
    """Raises what reading schemas and owners raises."""
    store, crms = memory.store, {system.side: system for system in systems}
    store.save_settings(settings)
    memory.budget.set_allocation(Side.SALESFORCE, settings.allocation)
    schemas = await schemas_of([CONTACTS], store, crms, nature)
    owners = await owners_of(store, crms, nature)
    layout = resolve(CONTACTS, mappings(rules), schemas, owners)
    assert not layout.problems
    store.set_layout(CONTACTS.name, layout.properties)
    drop_unkept(store)
    return Context(
        pair=CONTACTS,
        layout=layout,
        schemas=schemas,
        settings=settings,
        store=store,
        clock=nature,
        crms=dict(crms),
        lists=systems[1],
        report=lambda phase, done, total: None,
        pass_id=0,
        preview=preview,
        stop=stop,
    )
