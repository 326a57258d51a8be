"""Stages and owners that are each other's: the part of the facade that shows and changes these tables (O3, C10)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from crmsync_desktop.app.match_views import OwnersView, StagesView
from crmsync_desktop.app.match_words import chosen_by, one_of, owners_view, stages_view
from crmsync_desktop.app.runner import Systems
from crmsync_desktop.app.views import Changed, Event
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import PAIRS
from crmsync_desktop.domain.owners import Owners, Pairing, match_owners
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.stages import PROPERTIES, Tables
from crmsync_desktop.engine.metadata import owners_of, pairings_of, save_pairings
from crmsync_desktop.engine.stages import choices_of, news_of, save_choices, stages_of
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.store import Store


class MatchWork:
    """The facade's methods on stages and owners (app/facade.py says what each promises)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        systems: Callable[[], Awaitable[Systems]],
        emit: Callable[[Event], None],
    ) -> None:
        self._matches_in, self._matches_at = store, clock
        self._matched_systems, self._tell_matches = systems, emit

    async def stages(self, pair: str, anew: bool) -> StagesView:
        return stages_view(pair, await self._tables(pair, anew), news_of(self._matches_in, pair))

    async def choose_stage(self, pair: str, hubspot: str, salesforce: str, only: Side | None) -> StagesView:
        made = chosen_by(await self._tables(pair, False), hubspot, salesforce, only)
        about = {choice.about for choice in made}
        kept = [choice for choice in choices_of(self._matches_in, pair) if choice.about not in about]
        save_choices(self._matches_in, pair, [*kept, *made])
        self._tell_matches(Changed(("mappings", "errors")))
        return await self.stages(pair, False)

    async def reset_stages(self, pair: str) -> StagesView:
        await self._tables(pair, False)
        save_choices(self._matches_in, pair, [])
        self._tell_matches(Changed(("mappings", "errors")))
        return await self.stages(pair, False)

    async def owners(self) -> OwnersView:
        return owners_view(await self._owners())

    async def pair_owner(self, salesforce: str, hubspot: str) -> OwnersView:
        known = (await self._owners()).known
        user = one_of(known[Side.SALESFORCE].values(), salesforce, Side.SALESFORCE)
        owner = one_of(known[Side.HUBSPOT].values(), hubspot, Side.HUBSPOT)
        if not (user.active or owner.active):
            raise SetupError(
                f"Neither {user.name} nor {owner.name} is active.", "", "Nothing could be assigned to them."
            )
        kept = [each for each in pairings_of(self._matches_in) if each.salesforce != user.id]
        return await self._paired([*kept, Pairing(user.id, owner.id)])

    async def part_owner(self, salesforce: str | None) -> OwnersView:
        if salesforce is None:
            return await self._paired([])
        user = one_of((await self._owners()).known[Side.SALESFORCE].values(), salesforce, Side.SALESFORCE)
        return await self._paired([each for each in pairings_of(self._matches_in) if each.salesforce != user.id])

    async def _paired(self, pairings: list[Pairing]) -> OwnersView:
        save_pairings(self._matches_in, pairings)
        self._tell_matches(Changed(("mappings", "errors")))
        return await self.owners()

    async def _owners(self) -> Owners:
        systems = await self._matched_systems()
        owners = await owners_of(self._matches_in, systems.crms, self._matches_at)
        return match_owners(owners, pairings_of(self._matches_in))

    async def _tables(self, pair: str, anew: bool) -> Tables:
        if pair not in PROPERTIES:
            raise SetupError(f"There are no stages of “{pair}”.", "", f"There are those of: {', '.join(PROPERTIES)}.")
        systems = await self._matched_systems()
        tables = await stages_of(PAIRS[pair], self._matches_in, systems.crms, self._matches_at, anew)
        assert tables is not None
        return tables
