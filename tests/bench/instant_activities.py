"""Two instant systems (tests/bench/instant.py) that hold calls beside contacts: HubSpot's with rich text, Salesforce's plain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.records import Cell, Observed, Outcome, Presence, Side, Write, Written
from crmsync_desktop.domain.schema import Field, Kind, Owner, Schema
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.crm import Page, Want
from tests.bench.instant import PAGES, START, InstantClock, InstantSystem, schema

OBJECT = {Side.SALESFORCE: "Task.Call", Side.HUBSPOT: "calls"}
CALLS = (
    ("hs_call_title", Kind.TEXT, "Subject", Kind.TEXT),
    ("hs_call_body", Kind.HTML, "Description", Kind.LONG_TEXT),
    ("hs_timestamp", Kind.DATETIME, "ActivityDate", Kind.DATE),
    ("hs_call_status", Kind.TEXT, "Status", Kind.TEXT),
    ("hs_call_direction", Kind.TEXT, "CallType", Kind.TEXT),
    ("hubspot_owner_id", Kind.OWNER, "OwnerId", Kind.OWNER),
    ("associations.contacts", Kind.PLACES, "WhoId", Kind.REFERENCE),
)
LENGTHS = {"Subject": 255, "Description": 32_000, "Status": 255, "CallType": 255}
OWNERS = (
    Owner(Side.SALESFORCE, "005000000000001AAA", "ann@example.com", "Ann", True),
    Owner(Side.HUBSPOT, "1001", "ann@example.com", "Ann", True),
)


def call_mappings() -> tuple[Mapping, ...]:
    return tuple(Mapping(name, {OBJECT[Side.SALESFORCE]: field}, Rule.TWO_WAY) for name, _, field, _ in CALLS)


def call_schema(side: Side) -> Schema:
    fields = []
    for property, rich, name, plain in CALLS:
        there = side is Side.HUBSPOT
        refers_to = {"associations.contacts": ("contacts",), "WhoId": ("Contact", "Lead")}
        chosen, kind = (property, rich) if there else (name, plain)
        fields.append(
            Field(
                chosen, chosen, kind, kind.value, length=LENGTHS.get(chosen), refers_to=refers_to.get(chosen, ()),
                required=chosen == "hs_timestamp", nillable=chosen != "OwnerId",
            )
        )  # fmt: skip
    return Schema(side, OBJECT[side], OBJECT[side], {field.name: field for field in fields}, stamp(START))


def body(number: int) -> str:
    """A note of a call as HubSpot's editor writes it, about 900 characters: paragraphs, a list, a link, emphasis."""
    return (
        f'<div style="" dir="auto" data-top-level="true"><p style="margin:0;">Talked to <strong>Kari {number}</strong> about '
        f'the renewal &amp; the open invoice no. {number * 7 % 99_991}.</p><p style="margin:0;">&nbsp;</p>'
        '<p style="margin:0;">She asked for:</p><ul><li><p style="margin:0;">a quote for 25 more seats by Friday</p></li>'
        f'<li><p style="margin:0;">the <a href="https://example.com/docs/{number}" rel="noopener">security paper</a></p></li>'
        '<li><p style="margin:0;">somebody who knows about <em>single sign-on</em></p></li></ul>'
        '<p style="margin:0;">Their budget is set in November; the new head of IT decides, and she isn\'t in yet. '
        "Competitors were there last week and offered a year for nothing. Kari would rather stay, if the import of old "
        'tickets works.</p><p style="margin:0;">Next: <span style="color: #ff0201;">call again on Monday</span>, bring the '
        "figures of last year, ask Per for the contract. Parking is behind the house.</p></div>"
    )


def call_cells(number: int, contact: str) -> list[Cell]:
    return [
        f"Call {number} about the renewal", body(number), f"2027-01-{1 + number % 28:02d}T09:30:00Z", "COMPLETED",
        "OUTBOUND", "1001", f"contacts/{contact}",
    ]  # fmt: skip


class ActivitySystem(InstantSystem):
    """`calls` and `call_news` as `records` and `news` are for contacts."""

    def __init__(self, side: Side, clock: InstantClock) -> None:
        super().__init__(side, clock)
        self.calls: dict[str, Observed] = {}
        self.call_news: Sequence[str] = ()

    def put_call(self, id: str, cells: list[Cell]) -> None:
        keys = (id,) if self.side is Side.SALESFORCE else ()
        version = stamp(self._clock.now())
        self.calls[id] = Observed(self.side, OBJECT[self.side], id, version, Presence.LIVE, cells, keys)

    async def schemas(self, objects: Sequence[str]) -> dict[str, Schema]:
        return {each: call_schema(self.side) if each in OBJECT.values() else schema(each) for each in objects}

    async def owners(self) -> list[Owner]:
        return [owner for owner in OWNERS if owner.side is self.side]

    async def changes(self, wants: Sequence[Want]) -> AsyncIterator[Page]:
        own = OBJECT[self.side]
        async for page in super().changes([want for want in wants if want.object != own]):
            yield page
        if all(want.object != own for want in wants):
            return
        ids, size = self.call_news, PAGES[self.side]
        for begin in range(0, max(len(ids), 1), size):
            with self._mine():
                records = [self.calls[id] for id in ids[begin : begin + size]]
            yield Page(own, records, f"{begin}", begin + size >= len(ids), stamp(self._clock.now()))
        self.call_news = ()

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        if want.object != OBJECT[self.side]:
            return await super().read(want, ids)
        with self._mine():
            return [self.calls[id] for id in ids]

    def _stored(self, write: Write) -> Written:
        if write.object != OBJECT[self.side]:
            return super()._stored(write)
        id = write.id or f"00T{10**12 + len(self.calls):015d}"
        before = self.calls.get(id)
        cells: list[Cell] = list(before.cells) if before is not None else [None] * len(CALLS)
        for place, (property, _, field, _) in enumerate(CALLS):
            name = property if self.side is Side.HUBSPOT else field
            if name in write.values:
                cells[place] = write.values[name]
        self.put_call(id, cells)
        echo = dict(write.values) if self.side is Side.HUBSPOT else None
        return Written(write.key, Outcome.DONE, id, before is None, stamp(self._clock.now()), echo)
