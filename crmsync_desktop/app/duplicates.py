"""Likely duplicates among the records that the memory knows (P6): a report, before the first sync or at any time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import msgspec

from crmsync_desktop.app.views import DuplicatesView, DuplicateView, LikeView, PassView
from crmsync_desktop.domain.duplicates import Compared, Duplicate, find_duplicates
from crmsync_desktop.domain.errors import Cancelled, SetupError
from crmsync_desktop.domain.foresight import foretell
from crmsync_desktop.domain.likeness import TRAITS, traits_of
from crmsync_desktop.domain.mapping import PAIRS, MatchedBy, Pair
from crmsync_desktop.domain.matching import Candidate, Doubt
from crmsync_desktop.domain.records import Cell, Side
from crmsync_desktop.domain.settings import Settings, active_pairs
from crmsync_desktop.ports.store import Known, Store

CHUNK = 2_000
MOST_SHOWN = 100_000
MOST_AT_ONCE = 20_000
"""Records among which duplicates are looked for beside something else: a few seconds."""
_ADDRESSES = {"contacts": ("email",), "companies": ("domain", "website")}


class Reading(msgspec.Struct):
    """All live records of a pair, in as little as comparing them takes."""

    compared: list[Compared]
    candidates: list[Candidate]


class Duplicates:
    """`look` runs a preview with these settings, which reads both systems and writes nothing."""

    def __init__(self, store: Store, look: Callable[[Settings], Awaitable[PassView]]) -> None:
        self._store, self._look = store, look

    async def report(self, pair_name: str, limit: int) -> DuplicatesView:
        """Raises SetupError for a pair whose records can't be duplicates, and whatever keeps the systems from being read."""
        pair = _comparable(pair_name)
        notice = await self._look_first(pair)
        reading = await self._read(pair)
        if not reading.compared and not notice:
            notice = f"Neither system has any {pair.name}, or this user may not see them."
        found = await _off_the_loop(self._comparison(pair, reading))
        shown = self._views(pair, found[: max(0, min(limit, MOST_SHOWN))])
        return DuplicatesView(pair.name, len(reading.compared), len(found), shown, notice)

    async def about(self, pair_name: str, rows: Collection[int], limit: int) -> tuple[int, tuple[DuplicateView, ...]]:
        """Those that one of these rows has a part in: how many, and the first of them. By what is known: nothing is read. None are
        looked for where a pair's records can't be duplicates, or are more than MOST_AT_ONCE."""
        if pair_name not in TRAITS or pair_name not in PAIRS or not rows:
            return 0, ()
        pair = PAIRS[pair_name]
        reading = await self._read(pair, MOST_AT_ONCE)
        if len(reading.compared) > MOST_AT_ONCE:
            return 0, ()
        wanted = frozenset(rows)
        found = [
            each
            for each in await _off_the_loop(self._comparison(pair, reading))
            if each.one in wanted or each.other in wanted
        ]
        return len(found), self._views(pair, found[:limit])

    async def _look_first(self, pair: Pair) -> str:
        """Read both systems if no pass does, or none has yet; gives what kept it from being done in full."""
        cursors, settings = self._store.cursors(), self._store.settings()
        wanted = [(Side.HUBSPOT, pair.hubspot), *((Side.SALESFORCE, object) for object in pair.salesforce)]
        if pair in active_pairs(settings) and any(place in cursors for place in wanted):
            return ""
        looked = await self._look(_switched_on(settings, pair))
        return "" if looked.state == "done" else f"Not everything could be read: {looked.message}"

    async def _read(self, pair: Pair, most: int | None = None) -> Reading:
        """All of them; beyond `most`, no more than tells that there are."""
        reading, row = Reading([], []), 0
        layout = self._store.layout(pair.name)
        while chunk := self._store.live(pair.name, row, CHUNK):
            row = chunk[-1].row
            for record, cells in self._with_cells(chunk):
                traits = traits_of(pair.name, layout, cells, record.keys)
                thing = record.row if record.link is None else -record.link
                reading.compared.append(Compared(record.row, thing, record.side is Side.HUBSPOT, traits))
                if pair.matched_by is MatchedBy.KEYS:
                    reading.candidates.append(_candidate(record))
            await asyncio.sleep(0)
            if most is not None and len(reading.compared) > most:
                break
        return reading

    def _with_cells(self, chunk: Sequence[Known]) -> list[tuple[Known, Sequence[Cell]]]:
        """Records with what they hold: their own cells where those were kept, else the base of their link."""
        numbers = sorted({record.link for record in chunk if record.cells is None and record.link is not None})
        links = {link.link: link for link in self._store.links(numbers)}
        found: list[tuple[Known, Sequence[Cell]]] = []
        for record in chunk:
            cells: Sequence[Cell] = record.cells or ()
            if record.cells is None and record.link in links:
                link = links[record.link]
                cells = link.base_hubspot if record.side is Side.HUBSPOT else link.base_salesforce
            found.append((record, cells))
        return found

    def _comparison(self, pair: Pair, reading: Reading) -> Callable[[Callable[[], None]], list[Duplicate]]:
        ambiguous = self._store.settings().contacts.on_ambiguous_match

        def compare(beat: Callable[[], None]) -> list[Duplicate]:
            told = foretell(reading.candidates, pair.salesforce, ambiguous)
            things = {match.hubspot: match.salesforce for match in told.matches}
            compared = [
                msgspec.structs.replace(each, thing=things[each.row]) if each.row in things else each
                for each in reading.compared
            ]
            return find_duplicates(pair.name, compared, _doubts(told.doubts), beat=beat)

        return compare

    def _views(self, pair: Pair, found: Sequence[Duplicate]) -> tuple[DuplicateView, ...]:
        rows = sorted({row for each in found for row in (each.one, each.other)})
        layout = self._store.layout(pair.name)
        likes: dict[int, LikeView] = {}
        for start in range(0, len(rows), CHUNK):
            for record, cells in self._with_cells(self._store.records(rows[start : start + CHUNK])):
                likes[record.row] = _like(pair, record, dict(zip(layout, cells, strict=False)))
        return tuple(
            DuplicateView(each.score, each.reason, likes[each.one], likes[each.other], each.doubt)
            for each in found
            if each.one in likes and each.other in likes
        )


def _comparable(name: str) -> Pair:
    if name in TRAITS and name in PAIRS:
        return PAIRS[name]
    able = ", ".join(TRAITS)
    if name in PAIRS:
        raise SetupError(
            f"{PAIRS[name].label} aren't looked through for duplicates.",
            f"Two {name} that look alike are still two {name}.",
            f"Look through: {able}.",
        )
    raise SetupError(f"There is no pair “{name}”.", "", f"Pairs to look through: {able}.")


async def _off_the_loop(compare: Callable[[Callable[[], None]], list[Duplicate]]) -> list[Duplicate]:
    """Compare in a thread, so that whatever else is asked is answered meanwhile; it ends soon after its caller is."""
    ended = threading.Event()

    def beat() -> None:
        if ended.is_set():
            raise Cancelled("The comparison was stopped.", "Nothing was changed by it.")

    try:
        return await asyncio.to_thread(compare, beat)
    finally:
        ended.set()


def _switched_on(settings: Settings, pair: Pair) -> Settings:
    """The settings under which a pass reads this pair."""
    if pair in active_pairs(settings):
        return settings
    switched = msgspec.structs.replace(getattr(settings, pair.name), enabled=True)
    return msgspec.structs.replace(settings, **{pair.name: switched})


def _candidate(record: Known) -> Candidate:
    return Candidate(record.row, record.side, record.object, record.version, record.keys, record.link is not None)


def _doubts(doubts: Sequence[Doubt]) -> dict[tuple[int, int], str]:
    return {
        (min(doubt.row, doubt.rival), max(doubt.row, doubt.rival)): f"ambiguous match: both have {doubt.key}"
        for doubt in doubts
    }


def _like(pair: Pair, record: Known, told: Mapping[str, Cell]) -> LikeView:
    address = next((str(cell) for name in _ADDRESSES[pair.name] if (cell := told.get(name))), "")
    address = address or next((key for key in record.keys if "@" in key), "")
    name = " ".join(str(told[part]) for part in pair.label_properties if told.get(part))
    return LikeView(
        record.side, record.object, record.id, name or address or record.id, address, record.link is not None
    )
