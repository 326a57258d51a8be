"""What a pass needs, put together: the pairs that sync, their schemas, owners and layouts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.domain.close_dates import lent_by
from crmsync_desktop.domain.currencies import Money, read_in
from crmsync_desktop.domain.errors import SetupError, SignInNeeded
from crmsync_desktop.domain.layout import Layout, assigned_by, resolve, with_moments
from crmsync_desktop.domain.mapping import DEALS, Mapping, Pair, PairKind
from crmsync_desktop.domain.owners import Owners, match_owners
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Kind, Owner, Schema
from crmsync_desktop.domain.settings import DealSettings, OtherCurrencies, Settings, active_pairs
from crmsync_desktop.domain.stages import read_by
from crmsync_desktop.domain.state_country import with_addresses
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.context import Context, Report
from crmsync_desktop.engine.mapping_problems import tell_problems
from crmsync_desktop.engine.metadata import OUTDATED, Account, account_of, owners_of, pairings_of, schemas_of
from crmsync_desktop.engine.parents import Parents, parents_of_all
from crmsync_desktop.engine.reckoning import stage_for_backfill
from crmsync_desktop.engine.shut_pairs import is_own_trouble, tell_shut
from crmsync_desktop.engine.stage_watch import begin_watch, with_stage
from crmsync_desktop.engine.stages import stages_of
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import ContactLists, Crm
from crmsync_desktop.ports.store import Store

FIELDS = "layout_fields"
"""By pair: the Salesforce fields of the layout in force."""


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
    as_if: bool = False,
    beside: Sequence[Pair] = (),
) -> list[Context]:
    """A context for each pair that syncs, parents before children. Costs calls for schemas and owners that aren't known or
    old. Raises SetupError where a pair has nothing mapped. `as_if`: not all of this is saved, so nothing that is may be
    forgotten for it. `beside`: pairs that get one whether they sync or not, the last where they don't
    (I1, P2)."""
    active = active_pairs(settings)
    pairs = (*active, *(pair for pair in beside if pair not in active))
    anew = bool(store.document(OUTDATED))
    schemas = await _schemas(pairs, store, crms, clock, anew, alone=not as_if)
    around = await around_layouts(store, active, crms, clock, anew)
    contexts: dict[str, Context] = {}
    clocks: dict[Side, float] = {}
    for pair in pairs:
        own = own_schemas(pair, schemas)
        if len(own) <= len(pair.salesforce):
            continue  # it isn't shown, which was told
        try:
            layout = await layout_of(around, settings, pair, own, mappings[pair.name].usable(own))
        except SetupError as error:
            if as_if or pair in beside or not is_own_trouble(pair, error):
                raise
            tell_shut(store, pair, error, stamp(clock.now()))
            continue
        if as_if and set(store.layout(pair.name)) - set(layout.properties):
            raise SetupError(
                "There is nothing to preview.",
                "",
                "With this, fewer fields would be synced, and nothing would be written.",
            )
        set_layout(store, pair, layout, {each.property: each.salesforce for each in mappings[pair.name].all()})
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
            parents=dict(around.parents),
        )
        stage_for_backfill(contexts[pair.name])
    if not as_if:
        tell_problems(store, {name: context.layout for name, context in contexts.items()}, stamp(clock.now()))
    shown = [context.pair for context in contexts.values()]
    watch = await begin_watch(settings, shown, store, crms, clock, anew)
    for context in contexts.values():
        context.pairs, context.stages = contexts, watch
    return list(contexts.values())


async def _schemas(
    pairs: Sequence[Pair], store: Store, crms: dict[Side, Crm], clock: Clock, anew: bool, alone: bool
) -> dict[str, Schema]:
    """Those of all pairs; where one isn't shown, `alone`: those of each pair that is. Raises SetupError where none is
    without it."""
    try:
        return await schemas_of(pairs, store, crms, clock)
    except SetupError as error:
        if not alone or isinstance(error, SignInNeeded):
            raise
    found: dict[str, Schema] = {}
    for pair in pairs:
        try:
            found.update(await schemas_of([pair], store, crms, clock, anew))
        except SetupError as error:
            if not is_own_trouble(pair, error):
                raise
            tell_shut(store, pair, error, stamp(clock.now()))
    return found


@dataclass(frozen=True, slots=True)
class Around:
    """What layouts are made of beside mappings and schemas: the owners of both sides and who is whose counterpart, and how
    the ids of each pair's records read across. `anew`: what is kept of pipelines and currencies is read anew."""

    store: Store
    crms: Table[Side, Crm]
    clock: Clock
    owners: list[Owner]
    matched: Owners
    parents: dict[str, Parents]
    anew: bool


async def around_layouts(
    store: Store, pairs: Sequence[Pair], crms: Table[Side, Crm], clock: Clock, anew: bool
) -> Around:
    owners = await owners_of(store, crms, clock)
    matched = match_owners(owners, pairings_of(store))
    return Around(store, crms, clock, owners, matched, parents_of_all(store, pairs), anew)


async def layout_of(
    around: Around, settings: Settings, pair: Pair, own: dict[str, Schema], used: Sequence[Mapping]
) -> Layout:
    """The columns that these mappings come to. May cost calls, for pipelines and currencies that aren't known. Raises
    SetupError where they come to none."""
    store, crms, clock = around.store, around.crms, around.clock
    minds_days = any(_is_day_of_moment(mapping, pair, own) for mapping in used)
    account = await account_of(store, crms[Side.HUBSPOT], clock) if minds_days or pair is DEALS else Account()
    layout = resolve(pair, used, own, around.owners, around.parents, account.zone)
    if not layout.columns:
        raise SetupError(
            "No field is mapped.", "", f"Map at least one field of {pair.name}, or mend the mappings shown."
        )
    layout = assigned_by(layout, around.matched)
    tables = await stages_of(pair, store, crms, clock, around.anew)
    layout = layout if tables is None else read_by(layout, tables)
    if pair is DEALS:
        layout = _with_money_and_dates(layout, own[pair.hubspot], settings.deals, account.currency, clock)
    if pair.kind is PairKind.ACTIVITY:
        layout = with_moments(layout, stamp(clock.now()))
    return with_addresses(with_stage(settings, pair, layout, own[pair.hubspot]), own, settings)


def _is_day_of_moment(mapping: Mapping, pair: Pair, own: Table[str, Schema]) -> bool:
    """Whether one side holds days and the other moments, so that the account's time zone matters."""
    hubspot = own[pair.hubspot].fields.get(mapping.property)
    theirs = {
        field.kind
        for object, name in mapping.salesforce.items()
        if object in own and (field := own[object].fields.get(name)) is not None
    }
    return hubspot is not None and {hubspot.kind, *theirs} == {Kind.DATE, Kind.DATETIME}


def _with_money_and_dates(
    layout: Layout, hubspot: Schema, settings: DealSettings, company: str, clock: Clock
) -> Layout:
    money = Money(company, settings.org_currency or "", settings.other_currencies is OtherCurrencies.SEND)
    return lent_by(read_in(layout, hubspot, money), stamp(clock.now())[:10], settings.close_date_days)


def own_schemas(pair: Pair, schemas: Table[str, Schema]) -> dict[str, Schema]:
    """Those of the pair's own objects."""
    return {object: schemas[object] for object in (pair.hubspot, *pair.salesforce) if object in schemas}


def set_layout(store: Store, pair: Pair, layout: Layout, fields: Table[str, dict[str, str]]) -> None:
    """Bring the memory's layout up to date. `fields`: what the mappings name in Salesforce, by property, there or not.
    Where lookups join the layout (another pair was switched on) or a mapping is new (M4), everything is read anew: what
    the records hold there was never asked for."""
    before, name = store.layout(pair.name), f"{FIELDS}.{pair.name}"
    former = store.document(name) or {}
    renamed = {each for each in before if former.get(each, fields.get(each)) != fields.get(each)}
    if renamed:  # the same property, but of another field: what was known of it says nothing now
        store.set_layout(pair.name, [each for each in before if each not in renamed])
    left = [each for each in before if each not in renamed]
    joined = [column for column in layout.columns if (column.parent or column.unread) and column.property not in left]
    store.set_layout(pair.name, layout.properties)
    store.save_document(name, {each: fields[each] for each in layout.properties if each in fields})
    if before and joined and pair.kind is not PairKind.ACTIVITY:  # past activities are read only on demand
        forget(store, [pair])


def forget(store: Store, pairs: Sequence[Pair]) -> None:
    """The next read of these pairs begins at the beginning."""
    for pair in pairs:
        store.forget_cursor(Side.HUBSPOT, pair.hubspot)
        for object in pair.salesforce:
            store.forget_cursor(Side.SALESFORCE, object)
