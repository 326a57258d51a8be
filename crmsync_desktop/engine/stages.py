"""Pipelines, record types and stages of both sides as they were last read, and what an admin chose (O3).

Kept in the memory for a day, like schemas; read anew when something speaks against what is kept. Stages that have come or gone
are then learnt, and records that wait in error for a stage are tried again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.pipelines import Pipeline
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.domain.stages import PROPERTIES, Choice, Tables, changes, tables_of
from crmsync_desktop.engine.metadata import SCHEMA_SECONDS
from crmsync_desktop.engine.retry import stage_errors
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Crm
from crmsync_desktop.ports.store import Store

_WAITING = (Category.FIELD_MAPPING, Category.PROPERTY_VALUES)


class _Kept(msgspec.Struct):
    """`news`: what came or went when they were last found changed."""

    read_at: float
    salesforce: tuple[Pipeline, ...]
    hubspot: tuple[Pipeline, ...]
    news: tuple[str, ...] = ()


async def stages_of(
    pair: Pair, store: Store, crms: Mapping[Side, Crm], clock: Clock, anew: bool = False
) -> Tables | None:
    """The tables of a pair; None where it has no stages. From the memory where it is younger than a day and nothing spoke
    against it (`anew`), else for a call or two. Raises SetupError where a side doesn't show its pipelines."""
    if pair.name not in PROPERTIES:
        return None
    before = _kept(store, pair.name)
    kept = before
    if kept is None or anew or abs(clock.now() - kept.read_at) >= SCHEMA_SECONDS:
        if (schema := store.schema(Side.SALESFORCE, pair.salesforce[0])) is not None:
            crms[Side.SALESFORCE].use_schemas([schema])
        salesforce = await crms[Side.SALESFORCE].pipelines(pair.salesforce[0])
        hubspot = await crms[Side.HUBSPOT].pipelines(pair.hubspot)
        kept = _Kept(clock.now(), tuple(salesforce), tuple(hubspot), before.news if before else ())
        changed = before is not None and (before.salesforce, before.hubspot) != (kept.salesforce, kept.hubspot)
        if before is not None and changed:
            kept.news = tuple(changes(before.salesforce, salesforce, before.hubspot, hubspot))
        store.save_document(_name(pair.name), msgspec.to_builtins(kept))
        if changed:
            stage_errors(store, _WAITING)
    return tables_of(kept.salesforce, kept.hubspot, choices_of(store, pair.name))


def kept_stages(pair: Pair, store: Store) -> Tables | None:
    """What the memory has, however old, without a call."""
    kept = _kept(store, pair.name) if pair.name in PROPERTIES else None
    return tables_of(kept.salesforce, kept.hubspot, choices_of(store, pair.name)) if kept is not None else None


def choices_of(store: Store, pair: str) -> tuple[Choice, ...]:
    """What an admin chose, in the order of choosing."""
    return msgspec.convert(store.document(f"stages.{pair}") or [], tuple[Choice, ...])


def save_choices(store: Store, pair: str, choices: Sequence[Choice]) -> None:
    """Save these in place of all, and try again what waited for a stage."""
    store.save_document(f"stages.{pair}", msgspec.to_builtins(choices))
    stage_errors(store, _WAITING)


def news_of(store: Store, pair: str) -> tuple[str, ...]:
    """What came or went when the stages were last found changed, in words."""
    kept = _kept(store, pair)
    return () if kept is None else kept.news


def _kept(store: Store, pair: str) -> _Kept | None:
    document = store.document(_name(pair))
    return None if document is None else msgspec.convert(document, _Kept)


def _name(pair: str) -> str:
    return f"pipelines.{pair}"
