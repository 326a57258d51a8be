"""Two simulated systems in calm weather and the real engine between them: for tests that tell one story each."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Mapping as Table
from types import TracebackType

import msgspec

from crmsync_desktop.domain.mapping import CONTACTS, Rule
from crmsync_desktop.domain.records import Side, Value
from crmsync_desktop.domain.settings import ContactSettings, Settings
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.cycle import run_pass
from crmsync_desktop.ports.store import ErrorRow, Known, Link, PassRow
from tests.simulation.engine_room import prepare
from tests.simulation.fields import MAPPED
from tests.simulation.hubspot import FakeHubSpot
from tests.simulation.memory import Memory, fast_folder
from tests.simulation.nature import Crash, Nature
from tests.simulation.salesforce import FakeSalesforce
from tests.simulation.sides import Row


class Desk:
    """Everything is two-way unless `rules` say otherwise, and nothing goes wrong unless a test makes it so."""

    def __init__(self, rules: Table[str, Rule] | None = None, **settings: object) -> None:
        self.folder = fast_folder()
        self.nature = Nature(0)
        self.memory = Memory(self.folder, self.nature)
        self.salesforce = FakeSalesforce(self.nature, self.memory.budget, external_id=True)
        self.hubspot = FakeHubSpot(self.nature, self.memory.budget, link_property=True)
        self.rules = {mapped.property: Rule.TWO_WAY for mapped in MAPPED} | dict(rules or {})
        contact_fields = ContactSettings.__struct_fields__
        contacts = {name: settings.pop(name) for name in list(settings) if name in contact_fields}
        self.settings = msgspec.convert({**settings, "contacts": contacts}, Settings)
        self._numbers = itertools.count(1)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.memory.close()
        shutil.rmtree(self.folder)

    # people

    def in_salesforce(self, object: str = "Contact", **values: Value) -> Row:
        number = next(self._numbers)
        company = {"Company": "Acme"} if object == "Lead" else {}
        filled = {"LastName": f"Person {number}", "Email": f"s{number}@example.com", **company, **values}
        return self.salesforce.insert(object, filled)

    def in_hubspot(self, **values: Value) -> Row:
        number = next(self._numbers)
        return self.hubspot.insert({"lastname": f"Person {number}", "email": f"h{number}@example.com", **values})

    def in_both(self, **values: Value) -> tuple[Row, Row]:
        """One person in both systems, e-mail address included; `values` by HubSpot property."""
        number = next(self._numbers)
        known = {"lastname": f"Person {number}", "email": f"b{number}@example.com", **values}
        names = {mapped.property: mapped.salesforce.get("Contact") for mapped in MAPPED}
        filled = {name: value for key, value in known.items() if (name := names[key])}
        return self.salesforce.insert("Contact", filled), self.hubspot.insert(known)

    # passes

    def sync(self, *, preview: bool = False, after: float = 1_000.0) -> PassRow:
        """Let `after` seconds go by, so that the index has caught up, and run a pass."""
        self.nature.advance(after)
        return asyncio.run(self._pass(preview))

    def sync_until_death(self, crash_in: int) -> None:
        """A pass that dies at so many awaits and statements; the next one finds what it left."""
        self.nature.advance(1_000)
        self.nature.crash_in = crash_in
        try:
            asyncio.run(self._pass(False))
        except Crash:
            pass
        else:
            raise AssertionError("the pass ended before it could die")
        self.memory.die()
        self.salesforce.budget = self.hubspot.budget = self.memory.budget

    async def _pass(self, preview: bool) -> PassRow:
        context = await self.context(preview)
        return await run_pass([context], "test", self.memory.budget.calls)

    async def context(self, preview: bool = False) -> Context:
        systems = (self.salesforce, self.hubspot)
        return await prepare(self.memory, self.nature, systems, self.settings, self.rules, asyncio.Event(), preview)

    # what is so

    def links(self) -> list[Link]:
        return self.memory.store.links(range(1, 10_000))

    def link(self, row: Row) -> Link | None:
        return next((link for link in self.links() if row.id in (link.salesforce_id, link.hubspot_id)), None)

    def partner(self, row: Row) -> Row:
        """The record on the other side."""
        link = self.link(row)
        assert link is not None, f"{row.id} isn't linked"
        if row.object == CONTACTS.hubspot:
            return self.salesforce.rows[link.salesforce_id]
        return self.hubspot.rows[link.hubspot_id]

    def known(self, row: Row) -> Known:
        side = Side.HUBSPOT if row.object == CONTACTS.hubspot else Side.SALESFORCE
        (known,) = self.memory.store.records_by_id(side, row.object, [row.id])
        return known

    def errors(self) -> list[ErrorRow]:
        return self.memory.store.errors()

    def writes(self) -> list[tuple[Side, str]]:
        """(side, op) of each write call."""
        return [(side, detail[0]) for _, side, purpose, detail in self.nature.log if purpose == "write"]

    def calls(self) -> list[tuple[Side, str]]:
        return [(side, purpose) for _, side, purpose, _ in self.nature.log]
