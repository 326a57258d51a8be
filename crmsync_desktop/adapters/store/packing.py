"""How values lie in the tables: small integers for enumerations, msgpack for cells, and layouts that say their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence, Side
from crmsync_desktop.ports.store import Known, Link, LinkState, RecordState

SIDES = (Side.SALESFORCE, Side.HUBSPOT)
SIDE_CODE = {side: code for code, side in enumerate(SIDES)}
PRESENCES = (Presence.LIVE, Presence.DELETED, Presence.UNSEEN)
PRESENCE_CODE = {presence: code for code, presence in enumerate(PRESENCES)}
_STATES = tuple(RecordState)
_LINK_STATES = tuple(LinkState)
_MASK = (1 << 64) - 1
LARGEST = (1 << 63) - 1
"""The largest number that SQLite stores as an integer."""

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder().decode

RECORD_COLUMNS = "row, side, object, id, version, presence, state, digest, link, layout, cells, keys, kin"
LINK_COLUMNS = "link, pair, salesforce_object, salesforce_id, hubspot_id, state, layout, base"


def signed(digest: int) -> int:
    """An unsigned 64-bit number as SQLite's signed one."""
    return digest if digest <= LARGEST else digest - (1 << 64)


def unsigned(digest: int) -> int:
    return digest & _MASK


_unpack_keys = msgspec.msgpack.Decoder(tuple[str, ...]).decode


def unpack_keys(stored: bytes | None) -> tuple[str, ...]:
    return _unpack_keys(stored) if stored else ()


def pack_kin(successor: tuple[str, str] | None, absorbed: tuple[str, ...]) -> bytes | None:
    return pack((successor, absorbed)) if successor or absorbed else None


def pack_base(salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bytes:
    """Both sides' bases; equal ones, the usual case, once."""
    return pack((salesforce,)) if salesforce == hubspot else pack((salesforce, hubspot))


class Layouts:
    """The layouts of all pairs, and the way from a stored one to the one in force.

    A property is carried over only if no layout in between lacked it: one that left and came back begins without a base,
    since what was last reported before it left says nothing about now.
    """

    def __init__(self, rows: Iterable[tuple[int, str, Sequence[str]]] = ()) -> None:
        self._by_pair: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self._pairs: dict[int, str] = {}
        self._routes: dict[int, tuple[int, ...] | None] = {}
        for layout, pair, properties in sorted(rows):
            self._by_pair.setdefault(pair, []).append((layout, tuple(properties)))
            self._pairs[layout] = pair

    def current(self, pair: str) -> tuple[str, ...]:
        chain = self._by_pair.get(pair)
        return chain[-1][1] if chain else ()

    def number(self, pair: str) -> int:
        """The number of the layout in force. Raises BugError before the first."""
        chain = self._by_pair.get(pair)
        if not chain:
            raise BugError(f"The pair {pair} has no layout yet.", hint="set_layout comes before the first record.")
        return chain[-1][0]

    def upgraded(self, layout: int) -> int:
        """The number in force for the pair that `layout` is of."""
        return self._by_pair[self._pairs[layout]][-1][0]

    def check(self, pair: str, cells: Sequence[Cell], tombstone: bool = False) -> None:
        """Cells are as long as the layout in force, or empty if they may be a tombstone's. Raises BugError."""
        if len(cells) != len(self.current(pair)) and not (tombstone and not cells):
            raise BugError(f"{len(cells)} cells for a layout of {len(self.current(pair))} properties ({pair}).")

    def arrange(self, layout: int, cells: list[Cell]) -> list[Cell]:
        """Stored cells in the order in force; UNSEEN where the stored layout has nothing to carry over."""
        try:
            route = self._routes[layout]
        except KeyError:
            route = self._routes[layout] = self._route(layout)
        if route is None or not cells:
            return cells
        return [cells[place] if place >= 0 else UNSEEN for place in route]

    def _route(self, layout: int) -> tuple[int, ...] | None:
        """For each place in force, the place in `layout` or -1; None where they are the same."""
        chain = [properties for number, properties in self._by_pair[self._pairs[layout]] if number >= layout]
        surviving = set(chain[0]).intersection(*chain[1:])
        place = {name: number for number, name in enumerate(chain[0]) if name in surviving}
        route = tuple(place.get(name, -1) for name in chain[-1])
        return None if route == tuple(range(len(chain[0]))) else route

    def known(self, stored: Sequence[Any]) -> Known:
        """A row of RECORD_COLUMNS."""
        row, side, object_, id_, version, presence, state, digest, link, layout, cells, keys, kin = stored
        if kin is not None:
            successor, absorbed = unpack(kin)
            successor, absorbed = tuple(successor) if successor else None, tuple(absorbed)
        else:
            successor, absorbed = None, ()
        return Known(
            row,
            SIDES[side],
            object_,
            id_,
            version,
            PRESENCES[presence],
            _STATES[state],
            digest & _MASK,
            link,
            None if cells is None else self.arrange(layout, unpack(cells)),
            _unpack_keys(keys) if keys else (),
            successor,
            absorbed,
        )

    def link(self, stored: Sequence[Any]) -> Link:
        """A row of LINK_COLUMNS."""
        link, pair, salesforce_object, salesforce_id, hubspot_id, state, layout, base = stored
        salesforce, hubspot = self.bases(layout, base)
        return Link(link, pair, salesforce_object, salesforce_id, hubspot_id, _LINK_STATES[state], salesforce, hubspot)

    def bases(self, layout: int, base: bytes) -> tuple[list[Cell], list[Cell]]:
        sides = unpack(base)
        return self.arrange(layout, sides[0]), self.arrange(layout, list(sides[-1]))
