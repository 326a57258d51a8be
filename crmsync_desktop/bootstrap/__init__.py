"""The composition root: the one room that knows every class.

Imports stand inside the functions: the window's process must not load the database or the clients, and a command that
only prints help should load nothing.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from crmsync_desktop.bootstrap.places import DATA_VARIABLE as DATA_VARIABLE
from crmsync_desktop.bootstrap.places import Home as Home
from crmsync_desktop.bootstrap.places import default_mappings as default_mappings
from crmsync_desktop.bootstrap.places import home as home
from crmsync_desktop.bootstrap.places import resources as resources
from crmsync_desktop.bootstrap.practice_orgs import PRACTICE as PRACTICE
from crmsync_desktop.bootstrap.practice_orgs import hands_in as hands_in
from crmsync_desktop.bootstrap.practice_orgs import practice_profile as practice_profile
from crmsync_desktop.bootstrap.practice_orgs import practice_records as practice_records
from crmsync_desktop.bootstrap.practice_orgs import practice_serving as practice_serving
from crmsync_desktop.bootstrap.practice_orgs import practice_traffic as practice_traffic
from crmsync_desktop.bootstrap.practice_orgs import serve_practice as serve_practice
from crmsync_desktop.domain.errors import SetupError

if TYPE_CHECKING:
    from crmsync_desktop.adapters.secrets import KeyringSecrets
    from crmsync_desktop.app.runner import Systems
    from crmsync_desktop.app.service import Service
    from crmsync_desktop.app.status import Gauge
    from crmsync_desktop.engine.metered import Metered
    from crmsync_desktop.ports.budget import Budget
    from crmsync_desktop.ports.practice import PracticeRecords
    from crmsync_desktop.ports.profiles import Profile
    from crmsync_desktop.ports.sheets import Sheets


def sheets() -> Sheets:
    """Tables in files."""
    from crmsync_desktop.adapters.sheets import FileSheets

    return FileSheets()


# one connection's engine


@contextlib.asynccontextmanager
async def opened(where: Home, name: str | None, *, practice: bool) -> AsyncIterator[Service]:
    """The facade of a connection, in this process. Raises SetupError where there is none, or it is in use."""
    async with contextlib.AsyncExitStack() as stack:
        if practice or name == PRACTICE:
            announced = stack.enter_context(practice_serving(where))
            profile = practice_profile(where, announced)
            tokens = (announced["salesforce"]["access_token"], announced["hubspot"]["access_token"])
            service = await open_service(where, profile, tokens, stack.enter_context(hands_in(announced)))
        else:
            service = await open_service(where, chosen_profile(where, name), None)
        try:
            yield service
        finally:
            await service.close()


def chosen_profile(where: Home, name: str | None) -> Profile:
    """The named connection; without a name, the only one there is."""
    profiles = where.profiles()
    profile = profiles.get(name) if name is not None else None  # first, whatever state the others' files are in
    if profile is not None:
        return profile
    real = [each for each in profiles.all() if not each.practice]
    if name is not None:
        known = ", ".join(f"“{each.name}”" for each in real) or "none yet"
        raise SetupError(f"There is no connection “{name}”.", f"Connections: {known}.", "Make one with: connect NAME")
    if not real:
        raise SetupError(
            "Nothing is connected yet.",
            "",
            "Try it on the practice orgs (--practice), or connect your own: connect NAME",
        )
    if len(real) > 1:
        names = ", ".join(f"“{each.name}”" for each in real)
        raise SetupError("There are several connections.", names, "Name the one you mean.")
    return real[0]


async def open_service(
    where: Home, profile: Profile, tokens: tuple[str, str] | None, practice: PracticeRecords | None = None
) -> Service:
    """Build the engine of one connection. `tokens`: (Salesforce, HubSpot) of practice orgs; others are in the keyring."""
    from crmsync_desktop.adapters.limits import RollingBudget, SystemClock
    from crmsync_desktop.adapters.store import ConnectionLock, SqliteStore
    from crmsync_desktop.app.service import Service
    from crmsync_desktop.app.words import moved_aside
    from crmsync_desktop.domain.mapping import PAIRS
    from crmsync_desktop.domain.settings import pair_named
    from crmsync_desktop.engine.metered import Metered

    folder = where.connections / profile.name
    lock = ConnectionLock(folder / "engine.lock")
    lock.acquire()
    closing: list[Callable[[], None]] = [lock.release]
    try:
        clock = SystemClock()
        store = SqliteStore(folder / "memory.sqlite", clock.now)
        budget = RollingBudget(folder / "calls.sqlite", clock)
        closing.insert(0, budget.close)
        secrets = None if tokens else _keyring()

        async def sign_in(metered: Metered, gauge: Gauge) -> Systems:
            pair = tokens if secrets is None else await _tokens(secrets, profile.name)
            assert pair is not None
            return systems_of(profile, pair, metered, gauge, lambda object: pair_named(store.settings(), object))

        async def close_all() -> None:
            if secrets is not None:
                secrets.close()
            for close in closing:
                close()

        return Service(
            profile=profile,
            profiles=where.profiles(),
            store=store,
            budget=Metered(budget, clock),
            clock=clock,
            sign_in=sign_in,
            defaults={pair: default_mappings(pair) for pair in PAIRS},
            notice=moved_aside(store.moved_aside),
            on_close=close_all,
            practice=practice,
            sheets=sheets(),
        )
    except BaseException:
        lock.release()
        raise


def _keyring() -> KeyringSecrets:
    from crmsync_desktop.adapters.secrets import KeyringSecrets

    return KeyringSecrets()


async def _tokens(secrets: KeyringSecrets, name: str) -> tuple[str, str]:
    from crmsync_desktop.app.connect import HUBSPOT_TOKEN, SALESFORCE_TOKEN

    salesforce, hubspot = await secrets.get(name, SALESFORCE_TOKEN), await secrets.get(name, HUBSPOT_TOKEN)
    if not salesforce or not hubspot:
        raise SetupError(
            f"The keyring has no tokens for “{name}”.", "", "Connect it again under a new name to sign in anew."
        )
    return salesforce, hubspot


def systems_of(
    profile: Profile, tokens: tuple[str, str], budget: Budget, gauge: Gauge, pair_of: Callable[[str], str] | None = None
) -> Systems:
    """Both CRMs' clients. `pair_of`: the pair that calls for an object are booked under; that of those that ship without it."""
    from crmsync_desktop.adapters.hubspot import HubSpotCrm
    from crmsync_desktop.adapters.limits import SystemClock
    from crmsync_desktop.adapters.salesforce import SalesforceCrm
    from crmsync_desktop.app.runner import Systems
    from crmsync_desktop.domain.mapping import pair_of_object
    from crmsync_desktop.domain.records import Side
    from crmsync_desktop.domain.schema import Allowance
    from crmsync_desktop.domain.values import stamp

    clock = SystemClock()

    def heard_salesforce(used: int, limit: int) -> None:
        gauge.salesforce = Allowance(Side.SALESFORCE, limit, used, stamp(clock.now()))

    def heard_hubspot(allowance: Allowance) -> None:
        gauge.hubspot = allowance

    salesforce = SalesforceCrm(
        instance_url=profile.salesforce_url,
        access_token=tokens[0],
        budget=budget,
        clock=clock,
        pair_of=pair_of or pair_of_object,
        on_usage=heard_salesforce,
    )
    hubspot = HubSpotCrm(
        base_url=profile.hubspot_url,
        access_token=tokens[1],
        budget=budget,
        clock=clock,
        on_usage=heard_hubspot,
        pair_of=pair_of or pair_of_object,
    )
    return Systems(
        {Side.SALESFORCE: salesforce, Side.HUBSPOT: hubspot},
        hubspot,
        hubspot,
        hubspot.happenings,
        salesforce,
        hubspot.objects,
        salesforce,
    )


async def connect(where: Home, name: str, salesforce_url: str, hubspot_url: str, tokens: tuple[str, str]) -> Profile:
    """Check and keep a new connection (app/connect.py). Its calls count from the first."""
    from crmsync_desktop.adapters.limits import RollingBudget, SystemClock
    from crmsync_desktop.app import connect as use_case
    from crmsync_desktop.app.status import Gauge
    from crmsync_desktop.domain.values import stamp

    clock = SystemClock()
    use_case.check_name(name)
    use_case.check_url("Salesforce", salesforce_url)
    use_case.check_url("HubSpot", hubspot_url)
    budgets: list[RollingBudget] = []
    secrets = _keyring()

    async def sign_in(profile: Profile, salesforce: str, hubspot: str) -> Systems:
        budgets.append(RollingBudget(where.connections / profile.name / "calls.sqlite", clock))
        return systems_of(profile, (salesforce, hubspot), budgets[0], Gauge())

    try:
        return await use_case.connect(
            where.profiles(),
            secrets,
            sign_in,
            name=name,
            salesforce_url=salesforce_url,
            hubspot_url=hubspot_url,
            salesforce_token=tokens[0],
            hubspot_token=tokens[1],
            now=stamp(clock.now()),
        )
    finally:
        for budget in budgets:
            budget.close()
        secrets.close()


# the window and its engine


def run_engine(pipe: Connection, name: str) -> None:
    """The engine's process: serves the facade to the window until the window is gone. `name` "practice" brings the
    practice orgs up with it."""
    import logging

    from crmsync_desktop.adapters.ipc import serve

    logging.basicConfig(level=logging.WARNING)
    with contextlib.ExitStack() as stack:
        where = home()

        async def make() -> Service:
            if name == PRACTICE:
                announced = stack.enter_context(practice_serving(where))
                tokens = (announced["salesforce"]["access_token"], announced["hubspot"]["access_token"])
                hands = stack.enter_context(hands_in(announced))
                service = await open_service(where, practice_profile(where, announced), tokens, hands)
            else:
                service = await open_service(where, chosen_profile(where, name), None)
            service.start_schedule()
            return service

        serve(pipe, make)


def run_window(name: str | None) -> int:
    """Open the window on a connection; on the practice orgs when nothing is connected. Gives the exit status."""
    from crmsync_desktop.adapters.ipc import start_engine
    from crmsync_desktop.ui.application import run_window as run

    where = home()
    if name is None:
        real = [profile for profile in where.profiles().all() if not profile.practice]
        name = real[0].name if real else PRACTICE
    elif name != PRACTICE:
        name = chosen_profile(where, name).name
    chosen = name
    return run(lambda: start_engine(run_engine, chosen), argv=sys.argv[:1], settings_file=where.root / "window.ini")
