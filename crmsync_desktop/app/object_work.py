"""Custom objects: the part of the facade that lists, proposes, adds, updates and removes them (X1)."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable
from collections.abc import Mapping as Table
from math import ceil

import msgspec

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.object_views import (
    ObjectProposalView,
    ObjectRequest,
    ObjectsView,
    ObjectView,
    PortalObjectView,
    ProposedField,
    ProposedLookup,
    ProposedValues,
)
from crmsync_desktop.app.runner import Systems
from crmsync_desktop.app.views import Changed, Event
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.object_fields import KEY_PROPERTY, Wanted
from crmsync_desktop.domain.object_news import News, own_fields, told
from crmsync_desktop.domain.object_proposal import OrgObject, PortalObject, Proposal, propose
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import CustomObject, Settings, active_pairs
from crmsync_desktop.engine.metadata import schemas_of
from crmsync_desktop.engine.object_watch import keep_known, news_of, take_off
from crmsync_desktop.engine.retry import stage_errors
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.objects import OrgObjects, PortalObjects
from crmsync_desktop.ports.store import Store

READ_PAGE = 2_000
"""Records of one page of a query."""
WRITE_BATCH = 100
_WAITED = (Category.PROPERTY_VALUES, Category.FIELD_MAPPING)
"""Errors of values and fields that HubSpot may have a place for by now."""


class ObjectWork:
    """The facade's methods on custom objects (app/facade.py says what each promises)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        mappings: Table[str, Mappings],
        systems: Callable[[], Awaitable[Systems]],
        emit: Callable[[Event], None],
    ) -> None:
        self._objects_in, self._objects_at, self._objects_mapped = store, clock, mappings
        self._object_systems, self._say = systems, emit

    async def custom_objects(self) -> ObjectsView:
        org, portal = await self._both()
        found = await org.custom_objects()
        settings = self._objects_in.settings()
        trouble, there = "", []
        try:
            there = await portal.object_types()
        except SetupError as error:
            trouble = " ".join(filter(None, (error.title, error.detail, error.hint)))
        added = {each.name: each for each in settings.custom_objects}
        hidden = [OrgObject(name, name, name) for name in added if name not in {each.name for each in found}]
        labels = {each.id: each.label for each in there}
        used = {each.hubspot: each.name for each in settings.custom_objects}
        return ObjectsView(
            tuple(self._object_view(each, added.get(each.name), labels) for each in (*found, *hidden)),
            tuple(PortalObjectView(each.id, each.name, each.label, used.get(each.id, "")) for each in there),
            trouble,
        )

    async def portal_objects(self) -> list[PortalObject]:
        """HubSpot's custom objects. One call."""
        _, portal = await self._both()
        return await portal.object_types()

    async def propose_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        settings = self._objects_in.settings()
        if (own := _added(settings, name)) is not None:
            proposal, found, _ = await self._update_of(own, request)
            return _shown(proposal, found, True)
        systems = await self._object_systems()
        proposal, _ = await self._proposal(name, request)
        records = await systems.crms[Side.SALESFORCE].count(proposal.object.name, None)
        there = await systems.crms[Side.HUBSPOT].count(proposal.existing, None) if proposal.existing else None
        return _with_costs(_shown(proposal, News(), False), records, there)

    async def add_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        if _added(self._objects_in.settings(), name) is not None:
            raise SetupError(f"{name} was added already.", "", f"Bring it up to date with: objects update {name}")
        _, portal = await self._both()
        proposal, used = await self._proposal(name, request)
        if used is None:
            used = await portal.make_object(proposal)
        else:
            await portal.make_properties(used.id, proposal.new_properties)
            for lookup in proposal.lookups:
                await self._joined(used, lookup.target)
        self._keep(proposal, used)
        self._say(Changed(("settings", "mappings", "status")))
        return _shown(proposal, News(), False)

    async def update_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        own = self._own(name)
        proposal, found, salesforce = await self._update_of(own, request)
        systems, (_, portal) = await self._object_systems(), await self._both()
        await portal.make_properties(own.hubspot, proposal.new_properties)
        for each in found.values:
            await portal.add_options(own.hubspot, each.property, each.options)
        kind = next((each for each in await portal.object_types() if each.id == own.hubspot), None)
        for lookup in proposal.lookups if kind is not None else ():
            await self._joined(kind, lookup.target)
        self._objects_in.save_schemas((await systems.crms[Side.HUBSPOT].schemas([own.hubspot])).values())
        mappings = self._objects_mapped[name]
        mappings.replace([*mappings.all(), *proposal.mappings])
        keep_known(self._objects_in, name, own_fields(salesforce))
        stage_errors(self._objects_in, _WAITED)
        self._say(Changed(("mappings", "status")))
        return _shown(proposal, found, True)

    async def remove_object(self, name: str) -> None:
        own = self._own(name)
        store = self._objects_in
        settings = store.settings()
        left = tuple(each for each in settings.custom_objects if each.name != name)
        with store.together():
            take_off(store, own)
            store.save_settings(msgspec.structs.replace(settings, custom_objects=left))
        self._say(Changed(("settings", "mappings", "status", "errors")))

    def _own(self, name: str) -> CustomObject:
        own = _added(self._objects_in.settings(), name)
        if own is None:
            there = ", ".join(each.name for each in self._objects_in.settings().custom_objects) or "none yet"
            raise SetupError(f"{name} wasn't added.", f"Added: {there}.", "See them all with: objects list")
        return own

    async def _both(self) -> tuple[OrgObjects, PortalObjects]:
        systems = await self._object_systems()
        assert systems.org_objects is not None
        assert systems.portal_objects is not None
        return systems.org_objects, systems.portal_objects

    def _object_view(self, found: OrgObject, own: CustomObject | None, labels: Table[str, str]) -> ObjectView:
        store = self._objects_in
        if own is None:
            return ObjectView(found.name, found.label, found.plural, False, False, "", 0)
        links = store.link_count(own.name)
        news = told(news_of(store, own.pair, self._objects_mapped[own.name].all()))
        return ObjectView(
            found.name, found.label, found.plural, True, own.enabled, labels.get(own.hubspot, own.hubspot), links, news
        )

    async def _proposal(self, name: str, request: ObjectRequest) -> tuple[Proposal, PortalObject | None]:
        """What adding would do, and the HubSpot object that is used, None where one is made. Raises SetupError where the object isn't
        there, or can't be."""
        org, portal = await self._both()
        systems = await self._object_systems()
        named = {each.name: each for each in await org.custom_objects()}
        found = named.get(name)
        if found is None:
            near = difflib.get_close_matches(name.casefold(), [each.casefold() for each in named], 1)
            meant = next((each for each in named if each.casefold() in near), "")
            raise SetupError(
                f"The org has no custom object {name}, or hides it from the connected user.",
                "",
                f"Did you mean {meant}?" if meant else "See those there are with: objects list",
            )
        there = await portal.object_types()
        settings = self._objects_in.settings()
        used = _named(there, request.hubspot, settings) if request.hubspot else None
        salesforce = (await systems.crms[Side.SALESFORCE].schemas([name]))[name]
        hubspot = (await systems.crms[Side.HUBSPOT].schemas([used.id]))[used.id] if used is not None else None
        proposal = propose(
            found,
            salesforce,
            _wanted(request),
            hubspot=hubspot,
            there=there,
            synced={each.name: each.hubspot for each in settings.custom_objects},
            syncing=_syncing(settings),
        )
        if isinstance(proposal, str):
            raise SetupError(f"{name} can't be added so.", proposal)
        self._objects_in.save_schemas([salesforce])
        return proposal, used

    async def _update_of(self, own: CustomObject, request: ObjectRequest) -> tuple[Proposal, News, Schema]:
        store, systems = self._objects_in, await self._object_systems()
        pair = own.pair
        schemas = await schemas_of([pair], store, systems.crms, self._objects_at, anew=True)
        salesforce = schemas[own.name]
        mappings = self._objects_mapped[own.name].all()
        found = news_of(store, pair, mappings)
        settings = store.settings()
        proposal = propose(
            OrgObject(own.name, salesforce.label, salesforce.label),
            salesforce,
            _wanted(request),
            hubspot=schemas[own.hubspot],
            synced={each.name: each.hubspot for each in settings.custom_objects},
            syncing=_syncing(settings),
            among=found.fields,
            taken=mappings,
        )
        if isinstance(proposal, str):
            raise SetupError(f"{own.name} can't be updated so.", proposal)
        return proposal, found, salesforce

    async def _joined(self, kind: PortalObject | None, target: str) -> None:
        if kind is not None and not kind.reaches(target):
            _, portal = await self._both()
            await portal.join(kind.id, target)

    def _keep(self, proposal: Proposal, used: PortalObject) -> None:
        """The settings and mappings of an object that was added; it stays off until it is turned on."""
        store, name = self._objects_in, proposal.object.name
        label = proposal.label_property or used.label_property
        own = CustomObject(name, used.id, used.label.lower(), label, KEY_PROPERTY, hubspot_name=used.name)
        settings = store.settings()
        salesforce = store.schema(Side.SALESFORCE, name)
        with store.together():
            store.save_settings(
                msgspec.structs.replace(settings, custom_objects=_in_order(store, (*settings.custom_objects, own)))
            )
            store.save_document(f"mappings.{name}", msgspec.to_builtins(proposal.mappings))
            keep_known(store, name, own_fields(salesforce) if salesforce is not None else ())


def _added(settings: Settings, name: str) -> CustomObject | None:
    return next((each for each in settings.custom_objects if each.name == name), None)


def _syncing(settings: Settings) -> frozenset[str]:
    return frozenset(object for pair in active_pairs(settings) for object in pair.salesforce)


def _wanted(request: ObjectRequest) -> Wanted:
    return Wanted(frozenset(request.without), dict(request.names), request.object_name)


def _named(there: list[PortalObject], wanted: str, settings: Settings) -> PortalObject:
    """The HubSpot object that is named by its type id, name or label. Raises SetupError for none, several, or one in use."""
    text = wanted.casefold()
    found = [each for each in there if text in (each.id, each.name.casefold())] or [
        each for each in there if text in (each.label.casefold(), each.plural.casefold())
    ]
    known = ", ".join(f"{each.name} ({each.id})" for each in there) or "none"
    if len(found) != 1:
        title = (
            f"HubSpot has several custom objects “{wanted}”." if found else f"HubSpot has no custom object “{wanted}”."
        )
        raise SetupError(title, "", f"Custom objects are: {known}.")
    if user := next((each.name for each in settings.custom_objects if each.hubspot == found[0].id), None):
        raise SetupError(
            f"HubSpot's {found[0].label} syncs with {user} already.", "", "Choose another, or make a new one."
        )
    return found[0]


def _in_order(store: Store, objects: tuple[CustomObject, ...]) -> tuple[CustomObject, ...]:
    """Those that others point at come before these."""
    names = {each.name: each for each in objects}
    placed: dict[str, CustomObject] = {}

    def place(own: CustomObject, above: frozenset[str]) -> None:
        schema = store.schema(Side.SALESFORCE, own.name)
        fields = schema.fields.values() if schema is not None else ()
        for parent in {target for field in fields for target in field.refers_to}:
            if parent in names and parent not in above:
                place(names[parent], above | {parent})
        placed.setdefault(own.name, own)

    for each in objects:
        place(each, frozenset({each.name}))
    return tuple(placed.values())


def _shown(proposal: Proposal, found: News, added: bool) -> ObjectProposalView:
    kinds = {row.property: f"{row.new.type}/{row.new.field_type}" if row.new else "" for row in proposal.rows}
    return ObjectProposalView(
        name=proposal.object.name,
        label=proposal.object.label,
        hubspot=proposal.existing or proposal.name,
        hubspot_label=proposal.label,
        made=not proposal.existing,
        added=added,
        name_property=proposal.label_property,
        fields=tuple(
            ProposedField(
                row.field.name,
                row.field.label,
                row.property,
                kinds[row.property],
                row.new is not None,
                row.property in proposal.required,
                len(row.new.options) if row.new is not None and row.new.type == "enumeration" else 0,
            )
            for row in proposal.rows
        ),
        lookups=tuple(
            ProposedLookup(each.field.name, each.field.label, each.target, _WAITS if each.waits else "")
            for each in proposal.lookups
        ),
        left_out=tuple((each.field, each.label, each.reason) for each in proposal.left_out),
        values=tuple(
            ProposedValues(each.field, each.property, tuple(option.value for option in each.options))
            for each in found.values
        ),
        gone=found.gone,
        unfilled=proposal.unfilled,
    )


_WAITS = "These don't sync now, so nothing is associated until they do."


def _with_costs(view: ObjectProposalView, records: int, there: int | None) -> ObjectProposalView:
    """About what a first pass takes: pages of records, their writes, and on HubSpot the looks at what is there."""
    salesforce = max(1, ceil(records / READ_PAGE))
    hubspot = max(1, ceil((there or 0) / 200)) * (1 + len(view.lookups)) + ceil(records / WRITE_BATCH)
    return msgspec.structs.replace(
        view, records=records, there=there, salesforce_calls=salesforce, hubspot_calls=hubspot
    )
