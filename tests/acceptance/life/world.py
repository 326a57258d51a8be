"""One pair of served practice orgs for all life events, and the product's own service beside it in this process:
real HTTP, real adapters, a real memory, without a process for each command.

People's deeds go through the practice orgs' own hands, which cost no calls. What happens *during* a pass happens when the
pass has read both sides and is about to plan: nothing it has read is true any more where the deed has changed it.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from crmsync_desktop.adapters.limits import SystemClock
from crmsync_desktop.app.service import Service
from crmsync_desktop.app.views import Event, PassProgress, PassView
from crmsync_desktop.bootstrap import Home, open_service, practice_profile
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.ports.store import Entry, ErrorRow, JournalState, Store
from tests.acceptance.desk import HubSpot, Salesforce
from tests.practice.servers import Admin, Orgs, practice_orgs

T = TypeVar("T")
Deed = Callable[[], object]
_FAR = 10**9
_SHORT = 0.005


class World:
    """`number` makes names and addresses that no other test of the file uses."""

    def __init__(self, orgs: Orgs, service: Service, runner: asyncio.Runner) -> None:
        self.orgs, self.service, self._runner = orgs, service, runner
        self.admin: Admin = orgs.admin
        self.salesforce, self.hubspot = Salesforce(orgs), HubSpot(orgs)
        self._numbers = itertools.count(1)

    @property
    def store(self) -> Store:
        return self.service._store

    # people's deeds

    def number(self) -> int:
        return next(self._numbers)

    def make(self, system: str, type: str, **values: str) -> str:
        return str(self.admin.post("/practice/create", system=system, type=type, values=values)["id"])

    def edit(self, system: str, type: str, id: str, **values: str) -> None:
        self.admin.post("/practice/set", system=system, type=type, id=id, values=values)

    def delete(self, system: str, type: str, *ids: str) -> None:
        self.admin.post("/practice/delete", system=system, type=type, ids=list(ids))

    def undelete(self, system: str, type: str, *ids: str) -> None:
        self.admin.post("/practice/undelete", system=system, type=type, ids=list(ids))

    def merge(self, system: str, type: str, master: str, *losers: str) -> str:
        answer = self.admin.post("/practice/merge", system=system, type=type, master=master, losers=list(losers))
        return str(answer["id"])

    def erase(self, contact: str) -> None:
        """GDPR: through the portal's API, as its window does."""
        url = f"{self.orgs.announced['hubspot']['url']}/crm/objects/2026-03/contacts/gdpr-delete"
        self.hubspot.session.post(url, json={"objectId": contact}, timeout=30).raise_for_status()

    def convert(self, lead: str, **how: str) -> dict[str, str]:
        return dict(self.admin.post("/salesforce/convert-lead", lead=lead, **how))

    def record(self, system: str, type: str, id: str) -> dict[str, Any]:
        """Its values, with `state` (live, deleted, merged) among them."""
        found = self.admin.get("/practice/record", system=system, type=type, id=id)
        return {**found["values"], "state": found["state"]}

    def named(self, system: str, type: str, text: str) -> list[str]:
        """Ids of the live records that a search for `text` finds."""
        found = self.admin.get("/practice/records", system=system, type=type, search=text, limit=50)
        return sorted(each["id"] for each in found["records"])

    # the product

    def settings(self, **changes: Mapping[str, object] | object) -> None:
        """Replace settings: contacts={"lifecycle_stage": "update"}, guard_share=50."""
        document: dict[str, Any] = msgspec.to_builtins(self.store.settings())
        for name, value in changes.items():
            document[name] = {**document[name], **value} if isinstance(value, Mapping) else value
        self.store.save_settings(msgspec.convert(document, Settings))

    def plain_settings(self, **changes: Mapping[str, object] | object) -> None:
        self.store.save_settings(Settings())
        self.settings(**changes)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Something else of the service's."""
        return self._runner.run(work)

    def rule(self, pair: str, property: str, rule: Rule) -> None:
        self._runner.run(self.service.set_rule(pair, property, rule))

    def sync(self, *, during: Deed | None = None, preview: bool = False) -> PassView:
        """A pass; `during` is done once, as soon as it has read both sides."""
        deeds = [during] if during is not None else []

        def heard(event: Event) -> None:
            if deeds and isinstance(event, PassProgress) and event.progress.phase == "planning":
                deeds.pop()()

        stop = self.service.subscribe(heard)
        try:
            done = self._runner.run(self.service.sync(preview))
        finally:
            stop()
        assert not deeds, "the pass had nothing to plan, so nothing could happen during it"
        return done

    def settled(self, passes: int = 4) -> None:
        """Sync until nothing is written any more."""
        assert any(written(self.sync()) == 0 for _ in range(passes)), "it never comes to rest"

    def calls(self) -> dict[str, int]:
        self.admin.reset_calls()
        self.sync()
        return self.admin.calls()

    def errors(self, *ids: str) -> list[ErrorRow]:
        """What is told about these records."""
        return [row for row in self.store.errors(None, 0, 10_000) if row.record_id in ids]

    def codes(self, *ids: str) -> list[str]:
        return sorted({row.code for row in self.errors(*ids)})

    def journal(self, side: Side, id: str) -> list[Entry]:
        """What was done to a record, oldest first."""
        entries = self.store.history([id], [], None, 1000)
        return [entry for entry in reversed(entries) if entry.side is side and entry.state is JournalState.DONE]

    def partner(self, pair: str, side: Side, id: str) -> str | None:
        """The other side's record that this one is linked to."""
        return self.store.counterpart_ids(pair, side, [id]).get(id)

    def reopened(self, service: Service) -> None:
        self.service = service


def written(done: PassView) -> int:
    return sum(tally.created + tally.updated + tally.deleted for tally in done.tallies)


@contextmanager
def world(folder: Path, **options: object) -> Iterator[World]:
    """Empty practice orgs and a new connection to them. The product's waits are left out."""
    patch = pytest.MonkeyPatch()

    async def soon(clock: SystemClock, seconds: float) -> None:
        await asyncio.sleep(min(seconds, _SHORT))

    patch.setattr(SystemClock, "sleep", soon)
    patch.setattr("crmsync_desktop.adapters.hubspot.pace.SEARCH_LIMIT", _FAR)  # as the portal's, below
    with practice_orgs(folder / "practice", **{"contacts": 0, **options}) as orgs, asyncio.Runner() as runner:
        orgs.admin.post("/hubspot/limits", burst=_FAR, searches=_FAR)
        told = orgs.announced
        tokens = (told["salesforce"]["access_token"], told["hubspot"]["access_token"])
        where = Home(folder)
        service = runner.run(open_service(where, practice_profile(where, dict(told)), tokens))
        opened = World(orgs, service, runner)
        try:
            opened.sync()
            _start_threads(service)
            yield opened
        finally:
            runner.run(opened.service.close())
            opened.salesforce.session.close()
            opened.hubspot.session.close()
            patch.undo()


def _start_threads(service: Service) -> None:
    """All that the clients will ever have: one that began within a test would count as left running by it."""
    assert service._ready is not None
    for crm in service._ready.crms.values():
        clients: Any = crm
        pool = clients._transport._workers if clients.side is Side.HUBSPOT else clients._calls._threads
        together = threading.Barrier(pool._max_workers)
        for each in [pool.submit(together.wait) for _ in range(pool._max_workers)]:
            each.result()
