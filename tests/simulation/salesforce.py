"""A Salesforce org in memory: seconds as stamps, commits that come late, a recycle bin, answers without an echo."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import ClassVar

from crmsync_desktop.domain.records import (
    UNSEEN,
    Category,
    Observed,
    Op,
    Outcome,
    Presence,
    Side,
    Value,
    Write,
    Written,
)
from crmsync_desktop.domain.values import close, stamp
from crmsync_desktop.ports.budget import Budget
from crmsync_desktop.ports.crm import Page, Want
from tests.simulation.fields import DEFAULT_OWNER, MAPPED, kind_of, mapped_of, stored_by_salesforce
from tests.simulation.nature import Nature
from tests.simulation.sides import FakeSide, Landed, Row, refused

PREFIX = {"Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "Task": "00T", "Task.Call": "00T"}
AUTOMATED = {
    "Account": "AnnualRevenue",
    "Opportunity": "Amount",
    "Task": "Description",
    "Task.Call": "Description",
}
"""The field that automation sets, by object."""
OVERLAP = 600.0
LATEST_COMMIT = 90.0
"""Seconds by which a row may become visible after the stamp that it bears; within the overlap."""


class FakeSalesforce(FakeSide):
    """Contact and Lead. `external_id`: whether creates carry the origin's id, so that a lost one can be found by it."""

    side = Side.SALESFORCE
    batches: ClassVar = {Op.CREATE: 6, Op.UPDATE: 6, Op.DELETE: 6}
    page = 7

    def __init__(self, nature: Nature, budget: Budget, external_id: bool) -> None:
        super().__init__(nature, budget)
        self.external_id = external_id

    def version(self, row: Row) -> str:
        return stamp(int(row.modified))

    def moment(self, at: float) -> str:
        return stamp(int(at))

    def keys(self, want: Want, row: Row) -> tuple[str, ...]:
        found = {**row.values, "Id": row.id}
        return tuple(value for name in want.keys if (value := found.get(name)))

    def place_at(self, moment: float) -> dict[str, object]:
        return {"since": moment}

    def tombstone(self, want: Want, row: Row) -> Observed:
        cells = [UNSEEN for _ in want.fields]
        return Observed(
            self.side, want.object, row.id, self.version(row), Presence.DELETED, list(cells), (), row.successor
        )

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        await self.call("read", tuple(want.object for want in wants))
        started = self.nature.now()
        found = []
        for want in wants:
            since = None if want.cursor is None else float(json.loads(want.cursor)["since"])
            rows = [
                row.copy()
                for row in self.rows.values()
                if self.is_a(row, want.object) and (row.live if since is None else int(row.modified) >= since)
            ]
            found.append((want, since or 0.0, sorted(rows, key=lambda row: (int(row.modified), row.id))))
        for want, since, rows in found:
            reached = since
            for begin in range(0, max(len(rows), 1), self.page):
                if begin:
                    await self.call("read", (want.object, begin))
                part = rows[begin : begin + self.page]
                last = begin + self.page >= len(rows)
                safe = int(started - OVERLAP)
                reached = max(reached, safe if last else min(safe, int(part[-1].modified)))
                records = [self._changed(want, row) for row in part]
                yield Page(want.object, records, json.dumps({"since": reached}), last, stamp(started))

    def _changed(self, want: Want, row: Row) -> Observed:
        seen = self.observed(want, row)
        if row.live:
            return seen
        return Observed(
            seen.side, seen.object, seen.id, seen.version, Presence.DELETED, seen.cells, seen.keys, row.successor
        )

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        await self.call("recover", tuple(write.key for write in creates))
        taken: set[str] = set()
        answers = []
        for write in creates:
            row = next((row for row in self.rows.values() if row.id not in taken and self._made_by(row, write)), None)
            if row is None:
                answers.append(Written(write.key, Outcome.UNKNOWN if self.lost_for(write) else Outcome.FAILED))
            else:
                taken.add(row.id)
                answers.append(Written(write.key, Outcome.DONE, row.id, True, self.version(row)))
        return answers

    def _made_by(self, row: Row, write: Write) -> bool:
        if not self.is_a(row, write.object):
            return False
        if self.external_id and write.origin_id is not None:
            return row.origin == write.origin_id
        if not row.ours or stamp(row.created) < write.journaled_at:
            return False
        named = [
            name
            for name in ("Email", "LastName", "FirstName", "Name", "Subject", "Description")
            if name in write.values
        ]
        return bool(named) and all(
            close(kind_of(self.side, row.object, name) or _TEXT, write.values[name], row.values[name]) for name in named
        )

    # writes

    def create(self, write: Write) -> Written:
        if self.poisoned(write.values):
            return refused(write, Category.CUSTOM_CODE, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "a rule says no")
        if self.external_id and write.origin_id is not None:
            twin = next((row for row in self.live() if row.origin == write.origin_id), None)
            if twin is not None and self.is_a(twin, write.object):
                return refused(write, Category.DUPLICATES, "DUPLICATE_VALUE", "external id", twin.id)
        row = self.insert(write.object, write.values)
        row.ours, row.stands_for = True, write.origin_id
        # A default is this system's own word.
        row.touched = {name for name, value in row.values.items() if value is not None} - write.values.keys()
        row.origin = write.origin_id if self.external_id else None
        self.landed.append(Landed(write))
        return Written(write.key, Outcome.DONE, row.id, True)

    def update(self, write: Write) -> Written:
        row = self.rows.get(write.id or "")
        if (
            row is not None
            and row.live
            and not row.locked
            and self.nature.chance(0.04, "deleted just before our write")
        ):
            self.remove(row.id)
        if row is None or not row.live:
            return refused(write, Category.RECORD_GONE, "ENTITY_IS_DELETED", "gone")
        if row.locked:
            return refused(write, Category.TEMPORARY, "UNABLE_TO_LOCK_ROW", "somebody saves it")
        if self.poisoned({**row.values, **write.values}):
            return refused(write, Category.CUSTOM_CODE, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "a rule says no")
        self.landed.append(Landed(write, {name: row.values[name] for name in write.values}))
        self._put(row, write.values)
        return Written(write.key, Outcome.DONE, row.id)

    def delete(self, write: Write) -> Written:
        raise AssertionError("nothing is ever deleted in Salesforce")

    def automate(self, id: str) -> None:
        row = self.rows[id]
        name = AUTOMATED.get(row.object, "Score__c")
        if row.live and not row.locked:
            self._put(row, {name: str(self.nature.random.randrange(100))})
            row.touched.add(name)

    # people

    def insert(self, object: str, values: dict[str, Value]) -> Row:
        id = PREFIX[object] + self.new_id().rjust(15, "0")
        names = [mapped.salesforce[object] for mapped in mapped_of(object, self.families)]
        blank: dict[str, Value] = dict.fromkeys(names)
        if object in ("Contact", "Lead"):
            blank |= {"HasOptedOutOfEmail": "false", "OwnerId": DEFAULT_OWNER}
        now = self.nature.now()
        row = Row(id, object, blank, now, now)
        self._put(row, values)
        row.touched.update(values)
        self.rows[id] = row
        return row

    def edit(self, id: str, values: dict[str, Value]) -> None:
        """A person's edit, visible at once or, now and then, some time after the stamp that it bears."""
        row = self.rows[id]
        if row.locked:
            return
        row.touched.update(values)
        began = self.nature.now()
        if not self.nature.chance(0.25, "late commit"):
            self._put(row, values)
            return
        row.locked += 1
        self.nature.later(self.nature.random.uniform(5, LATEST_COMMIT), self._committed(row, values, began))

    def _committed(self, row: Row, values: dict[str, Value], began: float) -> Callable[[], None]:
        def commit() -> None:
            row.locked -= 1
            if row.live:
                self._put(row, values, began)

        return commit

    def _put(self, row: Row, values: dict[str, Value], at: float | None = None) -> None:
        formats, before = row.id.endswith(("1", "4", "7")), dict(row.values)
        for name, value in values.items():
            if name in row.values or row.id not in self.rows:
                row.values[name] = stored_by_salesforce(row.object, name, value, formats)
        at = self.nature.now() if at is None else at
        row.note(before, at, self.author)
        row.modified = max(row.modified, at)

    def remove(self, id: str, successor: tuple[str, str] | None = None) -> None:
        row = self.rows[id]
        row.live, row.successor, row.modified = False, successor, self.nature.now()

    def undelete(self, id: str) -> None:
        row = self.rows[id]
        row.live, row.restored, row.stands_for, row.modified = True, True, None, self.nature.now()

    def merge(self, master: str, loser: str) -> None:
        kept, lost = self.rows[master], self.rows[loser]
        self._put(kept, {name: lost.values[name] for name, value in kept.values.items() if value is None})
        kept.touched.update(kept.values)
        self.remove(loser, (kept.object, master))

    def convert(self, lead: str) -> None:
        """A lead becomes a contact."""
        row = self.rows[lead]
        values = {
            mapped.salesforce["Contact"]: row.values[mapped.salesforce["Lead"]]
            for mapped in MAPPED
            if {"Contact", "Lead"} <= mapped.salesforce.keys()
        }
        contact = self.insert("Contact", values)
        self.remove(lead, ("Contact", contact.id))


_TEXT = kind_of(Side.HUBSPOT, "contacts", "lastname")
assert _TEXT is not None
