"""Links: which record of one side is which of the other, and what each side last said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from crmsync_desktop.adapters.store.observations import take_numbers
from crmsync_desktop.adapters.store.packing import LINK_COLUMNS, RECORD_COLUMNS, SIDE_CODE, pack, pack_base
from crmsync_desktop.adapters.store.session import Session, chunks, many, select
from crmsync_desktop.adapters.store.sqlite import LIST
from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.store import Known, Link

_SALESFORCE = SIDE_CODE[Side.SALESFORCE]
_HUBSPOT = SIDE_CODE[Side.HUBSPOT]

_INSERT = f"INSERT INTO link ({LINK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_UPDATE = (
    "UPDATE link SET salesforce_object = ?, salesforce_id = ?, hubspot_id = ?, state = ?, layout = ?, base = ? "
    "WHERE link = ?"
)
_BY_NUMBER = f"SELECT {LINK_COLUMNS} FROM link WHERE link IN {LIST}"  # noqa: S608
_LIVE = (  # by number: through an index of the pair, each chunk would sort all links
    f"SELECT {LINK_COLUMNS} FROM link WHERE link > ? AND +pair = ? AND +state = 0 ORDER BY link LIMIT ?"  # noqa: S608
)
_EXAMPLE = (
    f"SELECT {LINK_COLUMNS} FROM (SELECT * FROM link WHERE pair = ? AND state = 0 LIMIT 200) "  # noqa: S608
    "ORDER BY length(base) DESC LIMIT 1"
)
_IDS = f"SELECT link, salesforce_object, salesforce_id, hubspot_id FROM link WHERE link IN {LIST}"  # noqa: S608
_COUNTERPARTS = {
    _SALESFORCE: f"SELECT salesforce_id, hubspot_id, salesforce_object FROM link WHERE pair = ? AND state = 0 AND salesforce_id IN {LIST}",  # noqa: S608
    _HUBSPOT: f"SELECT hubspot_id, salesforce_id, salesforce_object FROM link WHERE pair = ? AND state = 0 AND hubspot_id IN {LIST}",  # noqa: S608
}
_RECORDS = f"SELECT {RECORD_COLUMNS} FROM record WHERE link IN {LIST}"  # noqa: S608
# Which record is at which end of a link.
_ENDS = {
    _SALESFORCE: "r.side = 0 AND r.id = l.salesforce_id AND r.object = l.salesforce_object",
    _HUBSPOT: "r.side = 1 AND r.id = l.hubspot_id AND r.pair = l.pair",
}
_CONNECT = {
    side: f"UPDATE record AS r SET link = l.link FROM link l WHERE l.link IN {LIST} AND {end}"  # noqa: S608
    for side, end in _ENDS.items()
}
_TAKEN = {
    side: f"SELECT r.link FROM link l JOIN record r ON {end} WHERE r.link <> l.link AND l.link IN {LIST}"  # noqa: S608
    for side, end in _ENDS.items()
}
# Records whose cells are those of a base that they are about to lose.
_RELYING = (
    "SELECT r.row, r.side, l.link, l.layout, l.base FROM record r JOIN link l ON l.link = r.link "  # noqa: S608
    f"WHERE r.cells IS NULL AND l.link IN {LIST}"
)


class Links(Session):
    def links(self, ids: Sequence[int]) -> list[Link]:
        """In the order asked for; unknown ones are left out."""
        with self._reading() as connection:
            found = {row[0]: self._layouts.link(row) for row in select(connection, _BY_NUMBER, ids)}
        return [found[number] for number in ids if number in found]

    def live_links(self, pair: str, after: int, limit: int) -> list[Link]:
        with self._reading() as connection:
            return [self._layouts.link(row) for row in connection.exec_driver_sql(_LIVE, (after, pair, limit)).all()]

    def counterparts(self, links: Sequence[int]) -> dict[int, list[Known]]:
        """An entry for each link asked for, Salesforce's records before HubSpot's."""
        found: dict[int, list[Known]] = {number: [] for number in links}
        with self._reading() as connection:
            for row in select(connection, _RECORDS, links):
                known = found[row[8]]
                # Put in order here: SQLite would sort whole rows, cells and all.
                known.insert(0 if row[1] == _SALESFORCE else len(known), self._layouts.known(row))
        return found

    def counterpart_ids(self, pair: str, side: Side, ids: Sequence[str], object: str | None = None) -> dict[str, str]:
        with self._reading() as connection:
            rows = select(connection, _COUNTERPARTS[SIDE_CODE[side]], ids, pair)
            return {one: other for one, other, there in rows if object in (None, there)}

    def example_link(self, pair: str) -> Link | None:
        """The fullest of the first 200 live links: its base stands in for both records' values."""
        with self._reading() as connection:
            row = connection.exec_driver_sql(_EXAMPLE, (pair,)).fetchone()
            return None if row is None else self._layouts.link(row)

    def link_count(self, pair: str) -> int:
        with self._reading() as connection:
            return int(
                connection.exec_driver_sql(
                    "SELECT count(*) FROM link WHERE pair = ? AND state = 0", (pair,)
                ).scalar_one()
            )

    def add_links(self, links: Sequence[Link]) -> list[int]:
        """A record that belongs to another link leaves it. Raises BugError where a record has a live link already, or
        bases don't fit the pair's layout."""
        if not links:
            return []
        with self._writing() as connection:
            first = take_numbers(connection, "link", len(links))
            numbered = list(zip(range(first, first + len(links)), links, strict=True))
            many(
                connection,
                _INSERT,
                [
                    (number, link.pair, link.salesforce_object, link.salesforce_id, link.hubspot_id, *self._kept(link))
                    for number, link in numbered
                ],
            )
            numbers = [number for number, _ in numbered]
            self._connect(connection, numbers, numbers)
        return numbers

    def update_links(self, links: Sequence[Link]) -> None:
        """Records whose ids a link no longer names lose it and keep their own cells. Links may exchange ids in one call.
        Raises BugError as add_links does."""
        if not links:
            return
        with self._writing() as connection:
            before = {
                number: (object_, salesforce_id, hubspot_id)
                for number, object_, salesforce_id, hubspot_id in select(connection, _IDS, [one.link for one in links])
            }
            present = [link for link in links if link.link in before]
            moved_salesforce = [
                link.link for link in present if before[link.link][:2] != (link.salesforce_object, link.salesforce_id)
            ]
            moved_hubspot = [link.link for link in present if before[link.link][2] != link.hubspot_id]
            if moved_salesforce or moved_hubspot:
                self._disconnect(connection, {(number, _SALESFORCE) for number in moved_salesforce})
                self._disconnect(connection, {(number, _HUBSPOT) for number in moved_hubspot})
                for chunk in chunks(sorted({*moved_salesforce, *moved_hubspot})):
                    # Out of the unique indexes for the moment, so that ids can be exchanged.
                    connection.exec_driver_sql(f"UPDATE link SET state = -1 WHERE link IN {LIST}", (chunk,))  # noqa: S608
            many(
                connection,
                _UPDATE,
                [
                    (link.salesforce_object, link.salesforce_id, link.hubspot_id, *self._kept(link), link.link)
                    for link in present
                ],
            )
            self._connect(connection, moved_salesforce, moved_hubspot)

    def remove_links(self, ids: Sequence[int]) -> None:
        """Their records stay, with their own cells and in their state; held conflicts of the links go."""
        if not ids:
            return
        with self._writing() as connection:
            self._disconnect(connection, {(number, side) for number in ids for side in (_SALESFORCE, _HUBSPOT)})
            for chunk in chunks(ids):
                connection.exec_driver_sql(f"DELETE FROM link WHERE link IN {LIST}", (chunk,))  # noqa: S608

    def _kept(self, link: Link) -> tuple[int, int, bytes]:
        """(state, layout, base)."""
        self._layouts.check(link.pair, link.base_salesforce)
        self._layouts.check(link.pair, link.base_hubspot)
        return int(link.state), self._layouts.number(link.pair), pack_base(link.base_salesforce, link.base_hubspot)

    def _connect(self, connection: Connection, salesforce: Sequence[int], hubspot: Sequence[int]) -> None:
        """The records at these links' ends, as far as they are known, are theirs from now on."""
        ends = ((_SALESFORCE, salesforce), (_HUBSPOT, hubspot))
        # Live links never share a record, so one can be taken only from or by a link that isn't live.
        if connection.exec_driver_sql("SELECT 1 FROM link WHERE state <> 0 LIMIT 1").first() is not None:
            for side, numbers in ends:
                self._disconnect(connection, {(row[0], side) for row in select(connection, _TAKEN[side], numbers)})
        for side, numbers in ends:
            for chunk in chunks(numbers):
                connection.exec_driver_sql(_CONNECT[side], (chunk,))

    def _disconnect(self, connection: Connection, ends: Iterable[tuple[int, int]]) -> None:
        """Part the records at these (link, side) from their links. Cells that were kept as "equal to the base" are
        written out first: without the link nothing would say what they were."""
        leaving = set(ends)
        numbers = sorted({number for number, _ in leaving})
        written_out: list[tuple[Any, ...]] = []
        for row, side, number, layout, base in select(connection, _RELYING, numbers):
            if (number, side) in leaving:
                sides = self._layouts.bases(layout, base)
                written_out.append((self._layouts.upgraded(layout), pack(sides[side]), row))
        many(connection, "UPDATE record SET layout = ?, cells = ? WHERE row = ?", written_out)
        many(connection, "UPDATE record SET link = NULL WHERE link = ? AND side = ?", sorted(leaving))
