"""The pairs and their switches: the part of the facade that turns them on and off (O1, O4)."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence

from crmsync_desktop.app import words
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.pair_words import objects_of, switch_warning
from crmsync_desktop.app.runner import Runner
from crmsync_desktop.app.views import PairView, PassView
from crmsync_desktop.domain.mapping import CONTACTS, Pair, PairKind, Rule
from crmsync_desktop.domain.object_fields import OBJECTS
from crmsync_desktop.domain.object_news import told
from crmsync_desktop.domain.settings import active_pairs, all_pairs
from crmsync_desktop.engine.metadata import kept_schemas
from crmsync_desktop.engine.object_watch import news_of
from crmsync_desktop.ports.store import Store


class PairWork:
    """The facade's methods on pairs (app/facade.py says what each promises)."""

    def __init__(self, store: Store, mappings: Table[str, Mappings], runner: Runner) -> None:
        self._links_in, self._rules_of_pairs, self._passes_by = store, mappings, runner

    async def pairs(self) -> list[PairView]:
        settings = self._links_in.settings()
        on = active_pairs(settings)
        return [
            self._pair_view(pair, pair in on, switch_warning(settings, pair) or self._remarks(pair, on))
            for pair in all_pairs(settings).values()
        ]

    async def preview_setting(self, key: str, value: str) -> PassView:
        settings = words.changed(self._links_in.settings(), key, value)
        return await self._passes_by.preview_with(settings, f"{key} = {value}")

    def _remarks(self, pair: Pair, on: Sequence[Pair]) -> str:
        """What Salesforce's schema of a custom object has got that HubSpot lacks; else what it does without."""
        if pair.kind is not PairKind.CUSTOM:
            return ""
        mappings = self._rules_of_pairs[pair.name].all()
        if found := told(news_of(self._links_in, pair, mappings)):
            return f"{found} in Salesforce: objects update {pair.name}"
        mapped = {each.property for each in mappings if each.rule is not Rule.DONT_SYNC}
        off = [
            each for each in OBJECTS.values() if f"associations.{each}" in mapped and each not in {p.name for p in on}
        ]
        return f"Associations with {' and '.join(off)} wait until these sync." if off else ""

    def _pair_view(self, pair: Pair, on: bool, needs: str) -> PairView:
        schemas = kept_schemas(pair, self._links_in)
        return PairView(
            name=pair.name,
            objects=objects_of(pair),
            on=on,
            always=pair.name == CONTACTS.name,
            links=self._links_in.link_count(pair.name),
            mappings=len(self._rules_of_pairs[pair.name].syncing(schemas)),
            needs=needs,
            kind=pair.kind,
        )
