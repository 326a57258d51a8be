"""What waits for a person's decision: plans that reach too far (P7), and conflicts that are held (P4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmsync_desktop.app.runner import Runner
from crmsync_desktop.app.views import Changed, ConflictView, Event, PassView, SettledView
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Cell, Side
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.domain.settlements import Settlement, Use
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.settling import find, keep_settlements, name_of, settlements_of
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.store import Conflict, Known, Link, Store

MOST = 10_000
"""Links whose conflicts are looked at."""
RULES = "To have it always settled like this, change the field's rule: mappings rule {} {} prefer_salesforce (or prefer_hubspot)."


class Decisions:
    """The facade's methods for what waits for a person."""

    def __init__(self, store: Store, clock: Clock, runner: Runner, emit: Callable[[Event], None]) -> None:
        self.__store, self.__clock, self.__runner, self.__emit = store, clock, runner, emit

    async def approve(self, plan: int) -> PassView:
        return await self.__runner.approve(plan)

    async def conflicts(self, limit: int, after: int) -> list[ConflictView]:
        return conflict_views(self.__store, limit, after)

    async def settle_conflicts(self, ids: list[str], use: Use, value: str | None, property: str | None) -> SettledView:
        if (use is Use.VALUE) is (value is None):
            raise SetupError("Say whose value to use, or the value itself.", "", "Not both, and one of them.")
        settled = settle_conflicts(self.__store, ids, use, value, property, stamp(self.__clock.now()))
        self.__emit(Changed(("status", "conflicts")))
        return settled


def conflict_views(store: Store, limit: int, after: int) -> list[ConflictView]:
    """Held conflicts of the next `limit` links after the link `after`."""
    found = store.conflicts(limit, after)
    numbers = list(dict.fromkeys(conflict.link for conflict in found))
    links = {link.link: link for link in store.links(numbers)}
    records = store.counterparts(numbers)
    chosen = settlements_of(store)
    return [
        _view(store, conflict, links[conflict.link], records[conflict.link], chosen.get(name_of(conflict)))
        for conflict in found
        if conflict.link in links
    ]


def _view(
    store: Store, conflict: Conflict, link: Link, records: Sequence[Known], settled: Settlement | None
) -> ConflictView:
    hubspot = next((record for record in records if record.side is Side.HUBSPOT), None)
    return ConflictView(
        id=name_of(conflict),
        pair=link.pair,
        property=conflict.property,
        label=_label(store, link, hubspot),
        salesforce_object=link.salesforce_object,
        salesforce_id=link.salesforce_id,
        hubspot_id=link.hubspot_id,
        salesforce=_text(conflict.salesforce),
        hubspot=_text(conflict.hubspot),
        base_salesforce=_text(conflict.base_salesforce),
        base_hubspot=_text(conflict.base_hubspot),
        since=conflict.since,
        newer=conflict.newer,
        why=conflict.why,
        settled=settled is not None and settled.fits(conflict.salesforce, conflict.hubspot),
    )


def _label(store: Store, link: Link, hubspot: Known | None) -> str:
    """What a person calls the record: its name, else its e-mail address, else its id."""
    cells = hubspot.cells if hubspot is not None and hubspot.cells else link.base_hubspot
    held = dict(zip(store.layout(link.pair), cells, strict=False))
    pair = all_pairs(store.settings()).get(link.pair)
    names = pair.label_properties if pair is not None else ()
    name = " ".join(str(held[part]) for part in names if held.get(part))
    return name or (hubspot.keys[0] if hubspot is not None and hubspot.keys else link.hubspot_id)


def _text(cell: Cell) -> str:
    return cell or ""


def settle_conflicts(
    store: Store,
    ids: Sequence[str],
    use: Use,
    value: str | None,
    property: str | None,
    now: str,
) -> SettledView:
    """Decide held conflicts; the next pass writes it. `ids`: as they are listed, or a link's number for all of its own;
    none: every conflict there is. Raises SetupError for an id that nothing is held under, and where nothing is held."""
    held = store.conflicts(MOST)
    chosen = find(held, ids) if ids else list(held)
    if property is not None:
        chosen = [conflict for conflict in chosen if conflict.property == property]
    if not chosen:
        about = f" of “{property}”" if property is not None else ""
        raise SetupError(f"No conflict{about} is held.", "", "See what is: conflicts")
    keep_settlements(store, chosen, use, value, now)
    pairs = {link.link: link.pair for link in store.links(sorted({conflict.link for conflict in chosen}))}
    fields = {(pairs[conflict.link], conflict.property) for conflict in chosen}
    offer = RULES.format(*fields.pop()) if len(fields) == 1 else RULES.format("PAIR", "PROPERTY")
    return SettledView(tuple(name_of(conflict) for conflict in chosen), "" if use is Use.VALUE else offer)
