"""A HubSpot portal in memory: an index that lags, e-mail addresses that are unique, merges with new ids, lists."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from crmsync_desktop.domain.records import Category, Observed, Op, Outcome, Presence, Side, Value, Write, Written
from crmsync_desktop.domain.schema import ContactList
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.budget import Budget
from crmsync_desktop.ports.crm import Page, Want
from tests.simulation.fields import ACTIVITIES, mapped_of, stored_by_hubspot
from tests.simulation.nature import Nature
from tests.simulation.sides import FakeSide, Landed, Row, refused

AUTOMATED = {
    "companies": "annualrevenue",
    "deals": "amount",
    "tasks": "hs_task_body",
    "calls": "hs_call_body",
    "notes": "hs_note_body",
}
"""The property that automation sets, by object."""
OVERLAP = 300.0
LONGEST_LAG = 120.0
"""Seconds after which the index shows a change; within the overlap."""
LIST = "7"
NAMING = (
    "lastname",
    "firstname",
    "phone",
    "name",
    "dealname",
    "amount",
    "hs_task_subject",
    "hs_call_title",
    "hs_note_body",
)


class FakeHubSpot(FakeSide):
    """contacts, and one active list. `link_property`: whether creates carry the origin's id in a unique property."""

    side = Side.HUBSPOT
    batches: ClassVar = {Op.CREATE: 5, Op.UPDATE: 5, Op.DELETE: 5}
    page = 6

    def __init__(self, nature: Nature, budget: Budget, link_property: bool) -> None:
        super().__init__(nature, budget)
        self.link_property = link_property
        self.calm_lag = 2.0
        """Seconds after which the index shows a change while there is no storm."""
        self.index: dict[str, Row] = {}
        self.members_since: dict[str, float] = {}

    def version(self, row: Row) -> str:
        return self.moment(row.modified)

    def moment(self, at: float) -> str:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def keys(self, want: Want, row: Row) -> tuple[str, ...]:
        found = {**row.values, "hs_additional_emails": ";".join(row.more_emails)}
        return tuple(value for name in want.keys if (value := found.get(name)))

    def tombstone(self, want: Want, row: Row) -> Observed:
        return Observed(self.side, row.object, row.id, self.version(row), Presence.DELETED, [], successor=row.successor)

    def place_at(self, moment: float) -> dict[str, object]:
        return {"since": moment, "after": 0, "began": None}

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        for want in wants:
            place = json.loads(want.cursor) if want.cursor else {"since": None, "after": 0, "began": None}
            last = False
            while not last:
                await self.call("read", (want.object, place["after"]))
                if place["began"] is None:
                    place["began"] = self.nature.now()
                since = place["since"]
                rows = [
                    row
                    for row in self.index.values()
                    if row.object == want.object
                    and (since is None or row.modified >= since)
                    and int(row.id) > place["after"]
                ]
                rows.sort(key=lambda row: int(row.id))
                part, last = rows[: self.page], len(rows) <= self.page
                if last:
                    began = place["began"] - OVERLAP
                    place = {"since": began if since is None else max(since, began), "after": 0, "began": None}
                else:
                    place["after"] = int(part[-1].id)
                records = [self.observed(want, row) for row in part]
                yield Page(want.object, records, json.dumps(place), last, stamp(self.nature.now()))

    async def recover(self, creates: Sequence[Write]) -> list[Written]:
        await self.call("recover", tuple(write.key for write in creates))
        return [self._recovered(write) for write in creates]

    def _recovered(self, write: Write) -> Written:
        if self.link_property and write.origin_id is not None and write.object not in ACTIVITIES:
            return self._told(write, [row for row in self.live(write.object) if row.origin == write.origin_id])
        if email := write.values.get("email"):
            return self._told(
                write, [row for row in self.live() if email.lower() in (row.values.get("email"), *row.more_emails)]
            )
        named = {name: value for name, value in write.values.items() if name in NAMING and value}
        alike = [
            row
            for row in self.index.values()
            if row.object == write.object
            and stamp(row.created) >= write.journaled_at
            and all(row.values[name] == value for name, value in named.items())
        ]
        if not named or len(alike) > 1:
            self.beyond_finding.add(write.origin_id or "")
            return Written(write.key, Outcome.UNKNOWN)
        if not alike and self.nature.now() < datetime.fromisoformat(write.journaled_at).timestamp() + LONGEST_LAG + 5:
            self.nature.seen["recover can't tell yet"] += 1
            return Written(write.key, Outcome.UNKNOWN)
        return self._told(write, alike)

    def _told(self, write: Write, rows: list[Row]) -> Written:
        made = [row for row in rows if stamp(row.created) >= write.journaled_at]
        if not made:
            return Written(write.key, Outcome.UNKNOWN if self.lost_for(write) else Outcome.FAILED)
        return self._done(write, made[0], True)

    def _done(self, write: Write, row: Row, created: bool) -> Written:
        echo = {name: row.values[name] for name in write.values if name in row.values}
        return Written(write.key, Outcome.DONE, row.id, created, self.version(row), echo)

    # writes

    def create(self, write: Write) -> Written:
        if self.poisoned(write.values):
            return refused(write, Category.CUSTOM_CODE, "VALIDATION_ERROR", "a rule says no")
        if (twin := self._holder(write.values.get("email"))) is not None:
            return refused(write, Category.DUPLICATES, "CONFLICT", "e-mail taken", twin.id)
        if self.link_property and write.origin_id is not None and write.object not in ACTIVITIES:
            twin = next((row for row in self.live(write.object) if row.origin == write.origin_id), None)
            if twin is not None:
                return refused(write, Category.DUPLICATES, "CONFLICT", "link taken", twin.id)
        row = self.insert(write.values, object=write.object)
        row.ours, row.stands_for = True, write.origin_id
        # A default is this system's own word.
        row.touched = {name for name, value in row.values.items() if value is not None} - write.values.keys()
        row.origin = write.origin_id if self.link_property else None
        self.landed.append(Landed(write))
        return self._done(write, row, True)

    def update(self, write: Write) -> Written:
        row = self.rows.get(write.id or "")
        if row is None:
            return refused(write, Category.RECORD_GONE, "NOT_FOUND", "no such record")
        if row.successor is not None:
            survivor = self.rows[row.successor[1]]
            if survivor.live:
                self._put(survivor, write.values)
            return refused(write, Category.RECORD_GONE, "MERGED", "merged", survivor.id)
        if not row.live:
            return refused(write, Category.RECORD_GONE, "NOT_FOUND", "archived")
        if self.poisoned({**row.values, **write.values}):
            return refused(write, Category.CUSTOM_CODE, "VALIDATION_ERROR", "a rule says no")
        twin = self._holder(write.values.get("email"))
        if twin is not None and twin is not row:
            return refused(write, Category.DUPLICATES, "CONFLICT", "e-mail taken", twin.id)
        self.landed.append(Landed(write, {name: row.values[name] for name in write.values}))
        self._put(row, write.values)
        return self._done(write, row, False)

    def delete(self, write: Write) -> Written:
        row = self.rows.get(write.id or "")
        if row is not None and row.live:
            self.landed.append(Landed(write, dict(row.values)))
            self.archive(row.id)
        return Written(write.key, Outcome.DONE, write.id)

    def automate(self, id: str) -> None:
        row = self.rows[id]
        name = AUTOMATED.get(row.object, "score")
        if row.live:
            self._put(row, {name: str(self.nature.random.randrange(100))})
            row.touched.add(name)

    def _holder(self, email: Value) -> Row | None:
        if not email:
            return None
        wanted = email.lower()
        return next((row for row in self.live() if wanted in (row.values.get("email"), *row.more_emails)), None)

    # people

    def insert(self, values: dict[str, Value], more_emails: tuple[str, ...] = (), object: str = "contacts") -> Row:
        now = self.nature.now()
        names: dict[str, Value] = dict.fromkeys(mapped.property for mapped in mapped_of(object, self.families))
        if object == "contacts":
            names |= {"salesforcecontactid": None, "optout": "false"}
        row = Row(self.new_id(), object, names, now, now, more_emails=more_emails)
        self.rows[row.id] = row
        self._put(row, values)
        row.touched.update(values)
        return row

    def edit(self, id: str, values: dict[str, Value]) -> None:
        """A person's edit; an e-mail address that is taken is refused, as HubSpot does."""
        holder = self._holder(values.get("email"))
        if holder is not None and holder.id != id:
            return
        self._put(self.rows[id], values)
        self.rows[id].touched.update(values)

    def _put(self, row: Row, values: dict[str, Value]) -> None:
        before = dict(row.values)
        row.values.update(
            {name: stored_by_hubspot(name, value, row.object) for name, value in values.items() if name in row.values}
        )
        if row.more_emails and row.values["email"] in row.more_emails:
            row.more_emails = tuple(email for email in row.more_emails if email != row.values["email"])
        self._touch(row)
        row.note(before, row.modified, self.author)

    def _touch(self, row: Row) -> None:
        # Two changes never share a stamp: HubSpot's has milliseconds, and the clock stands still between awaits.
        row.modified = max(self.nature.now(), row.modified + 0.001)
        lag = self.nature.random.uniform(0, LONGEST_LAG) if self.nature.storm else self.calm_lag
        if lag > 60:
            self.nature.seen["the index lags"] += 1
        self.nature.later(lag, lambda: self._reindex(row.id))

    def _reindex(self, id: str) -> None:
        row = self.rows[id]
        if row.live:
            self.index[id] = row.copy()
        else:
            self.index.pop(id, None)

    def archive(self, id: str) -> None:
        self.rows[id].live = False
        self._touch(self.rows[id])

    def restore(self, id: str) -> None:
        row = self.rows[id]
        if self._holder(row.values.get("email")) is None:
            row.live, row.restored, row.stands_for = True, True, None  # it stands for itself from now on
            self._touch(row)
            if id in self.members_since:  # an active list takes it in anew
                self.members_since[id] = self.nature.now()

    def merge(self, first: str, second: str) -> Row:
        """The product has a new id and takes both in; addresses are kept, the first record's values win."""
        one, two = self.rows[first], self.rows[second]
        emails = [email for row in (one, two) for email in (row.values.get("email"), *row.more_emails) if email]
        values = {name: value if value is not None else two.values[name] for name, value in one.values.items()}
        for row in (one, two):
            row.live = False
        product = self.insert(values, tuple(dict.fromkeys(emails[1:])), one.object)
        product.absorbed = (first, second, *one.absorbed, *two.absorbed)
        for row in (one, two):
            row.successor = (one.object, product.id)
            self._touch(row)
        if LIST and (first in self.members_since or second in self.members_since):
            self.join(product.id)
        return product

    # ports.crm.ContactLists

    async def lists(self) -> list[ContactList]:
        await self.call("lists", "all")
        return [ContactList(LIST, "In", True, len(self.members_since))]

    async def members(self, list_id: str) -> AsyncIterator[list[str]]:
        ids = self.listed()
        for begin in range(0, max(len(ids), 1), 10):
            await self.call("lists", ("members", begin))
            yield ids[begin : begin + 10]

    async def joined(self, list_id: str, since: str) -> list[str]:
        await self.call("lists", ("joined", since))
        return [id for id in self.listed() if stamp(self.members_since[id]) >= since]

    def listed(self) -> list[str]:
        return sorted(id for id in self.members_since if self.rows[id].live)

    def join(self, id: str) -> None:
        self.members_since.setdefault(id, self.nature.now())

    def leave(self, id: str) -> None:
        self.members_since.pop(id, None)
