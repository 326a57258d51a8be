"""The mappings of every pair: the part of the facade that the tables of mappings and their commands use (M1–M3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from collections.abc import Mapping as Table

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.runner import Runner, Systems
from crmsync_desktop.app.views import Changed, Event, FieldView, MappingView, NewPropertyView, PassView
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.object_ends import wrong_end
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.ports.store import Store


class MappingWork:
    """The facade's methods on mappings (app/facade.py says what each promises). `mappings` by pair; `schemas` gives those
    of a pair, by object, which may cost calls where they aren't known."""

    def __init__(
        self,
        store: Store,
        mappings: Table[str, Mappings],
        schemas: Callable[[str], Awaitable[dict[str, Schema]]],
        systems: Callable[[], Awaitable[Systems]],
        runner: Runner,
        emit: Callable[[Event], None],
    ) -> None:
        self._memory, self._of_pairs = store, mappings
        self._schemas_of, self._systems_of = schemas, systems
        self._passes, self._tell = runner, emit

    async def mappings(self, pair: str) -> list[MappingView]:
        own = self._of(pair)
        return own.views(await self._schemas_of(pair), self._examples(pair))

    async def unmapped_fields(self, pair: str) -> list[FieldView]:
        return self._of(pair).missing(await self._schemas_of(pair))

    async def set_rule(self, pair: str, property: str, rule: Rule) -> list[MappingView]:
        self._of(pair).set_rule(property, rule)
        return await self._changed(pair)

    async def set_values(self, pair: str, property: str, values: list[tuple[str, str]]) -> list[MappingView]:
        self._of(pair).set_values(property, values, await self._schemas_of(pair))
        return await self._changed(pair)

    async def add_mapping(self, pair: str, property: str, salesforce: dict[str, str], rule: Rule) -> list[MappingView]:
        schemas = await self._schemas_of(pair)
        if problem := self._led_elsewhere(pair, property, salesforce, schemas):
            raise SetupError("This mapping can't be made.", problem)
        self._of(pair).add(property, salesforce, rule, schemas)
        return await self._changed(pair)

    async def backfill(self, pair: str, property: str, preview: bool) -> PassView:
        if preview:
            self._of(pair).as_if_backfilled(property)  # raises what would be wrong with it, before anything waits
            return await self._passes.preview_backfill(pair, property)
        self._of(pair).backfill(property)
        self._tell(Changed(("mappings",)))
        return await self._passes.sync(False, f"backfill of {pair}.{property}")

    async def remove_mapping(self, pair: str, property: str) -> list[MappingView]:
        self._of(pair).remove(property)
        return await self._changed(pair)

    async def mappable_fields(self, pair: str) -> list[FieldView]:
        return self._of(pair).fields(await self._schemas_of(pair))

    async def check_mapping(self, pair: str, property: str, salesforce: dict[str, str]) -> tuple[str, str]:
        schemas = await self._schemas_of(pair)
        problem, warning = self._of(pair).check(property, salesforce, schemas)
        return problem or self._led_elsewhere(pair, property, salesforce, schemas), warning

    def _led_elsewhere(self, pair: str, property: str, salesforce: Table[str, str], schemas: Table[str, Schema]) -> str:
        """Why a lookup isn't this association, where custom objects are at its ends; ""."""
        settings = self._memory.settings()
        kinds = {own.name: own.hubspot for own in settings.custom_objects}
        hubspot = schemas[all_pairs(settings)[pair].hubspot].fields.get(property)
        fields = [schemas[object].fields.get(name) for object, name in salesforce.items() if object in schemas]
        found = [wrong_end(field, hubspot, kinds) for field in fields if field is not None and hubspot is not None]
        return next(filter(None, found), "")

    async def new_property(self, pair: str, salesforce: dict[str, str], name: str) -> NewPropertyView:
        wanted = self._of(pair).new_property(salesforce, name, await self._schemas_of(pair))
        return NewPropertyView(
            wanted.object,
            wanted.name,
            wanted.label,
            f"{wanted.type}/{wanted.field_type}",
            wanted.group,
            tuple((option.value, option.label) for option in wanted.options),
        )

    async def make_property(self, pair: str, salesforce: dict[str, str], name: str, rule: Rule) -> list[MappingView]:
        own = self._of(pair)
        wanted = own.new_property(salesforce, name, await self._schemas_of(pair))
        systems = await self._systems_of()
        await systems.properties.make_property(wanted)
        self._memory.save_schemas((await systems.crms[Side.HUBSPOT].schemas([wanted.object])).values())
        own.add(wanted.name, salesforce, rule, await self._schemas_of(pair))
        return await self._changed(pair)

    async def _changed(self, pair: str) -> list[MappingView]:
        self._tell(Changed(("mappings",)))
        return await self.mappings(pair)

    def _of(self, pair: str) -> Mappings:
        if pair not in self._of_pairs:
            raise SetupError(f"There is no pair “{pair}”.", "", f"Pairs are: {', '.join(self._of_pairs)}.")
        return self._of_pairs[pair]

    def _examples(self, pair: str) -> dict[str, tuple[str, str]]:
        """Both sides' values of a real pair of records, by property."""
        entries = self._memory.example_link(pair)
        if entries is None:
            return {}
        layout = self._memory.layout(pair)
        return {
            name: (entries.base_salesforce[place] or "", entries.base_hubspot[place] or "")
            for place, name in enumerate(layout)
        }
