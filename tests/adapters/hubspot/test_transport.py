"""Requests over real HTTP: paid for, tried again only where that can do no harm, and nothing left behind."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import threading
import traceback
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crmsync_desktop.adapters.hubspot import HubSpotCrm, paths
from crmsync_desktop.adapters.hubspot.address import checked_address
from crmsync_desktop.adapters.hubspot.errors import ReplyLost
from crmsync_desktop.adapters.hubspot.exchange import LARGEST_ANSWER
from crmsync_desktop.domain.errors import (
    AllocationReached,
    BugError,
    CrmSyncError,
    LimitReached,
    SetupError,
    SignInNeeded,
    Unreachable,
)
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Allowance
from crmsync_desktop.ports.crm import Want
from tests.adapters.doubles import ManualClock, MemoryBudget
from tests.adapters.hubspot.conftest import TOKEN, Site
from tests.practice.servers import running

pytestmark = pytest.mark.http


async def identity(crm: HubSpotCrm) -> str:
    return (await crm.identity()).account_id


@pytest.mark.parametrize(
    ("how", "waits"),
    [
        ({"status": 429, "body": '{"policyName":"SECONDLY","message":"Slow."}'}, [1.0]),
        ({"status": 429, "body": '{"policyName":"TEN_SECONDLY_ROLLING"}'}, [10.0]),
        ({"status": 423}, [2.0]),
        ({"status": 477, "headers": {"Retry-After": "7"}}, [7.0]),
        ({"status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"}, [1.0]),
        ({"status": 503}, [1.0]),
        ({"status": 521}, [1.0]),
        ({"drop_before": True}, [1.0]),
        ({"drop_after_commit": True}, [1.0]),
        ({"status": 200, "body": "<html>Hello</html>", "content_type": "text/html"}, [1.0]),
        ({"status": 200, "body": '{"portalId": 25'}, [1.0]),
        ({"status": 500, "body": "\ufffd", "content_type": "text/plain"}, [1.0]),
    ],
)
def test_a_read_survives_one_fault_and_pays_for_both_tries(site: Site, how: dict[str, Any], waits: list[float]) -> None:
    site.fault(path="/details", **how)
    assert site.use(identity) == "25081959"
    assert site.local_clock.slept == waits
    assert site.calls() == len(site.budget.spent) == 2


@pytest.mark.parametrize(
    ("how", "error", "calls"),
    [
        ({"status": 503}, Unreachable, 5),
        ({"status": 429, "body": '{"policyName":"SECONDLY"}'}, LimitReached, 5),
        ({"status": 429, "body": '{"policyName":"DAILY","message":"You have reached your daily limit."}'}, LimitReached, 1),
        ({"status": 477, "headers": {"Retry-After": "86400"}}, LimitReached, 1),
        ({"status": 401}, SignInNeeded, 1),
        ({"status": 403}, SetupError, 1),
        ({"drop_before": True}, Unreachable, 5),
        ({"status": 200, "body": "[]"}, Unreachable, 5),
        ({"status": 301, "headers": {"Location": "http://127.0.0.1:9/"}}, CrmSyncError, 1),
    ],
)  # fmt: skip
def test_a_standing_fault_ends_in_a_known_error_after_bounded_tries(
    site: Site, how: dict[str, Any], error: type[CrmSyncError], calls: int
) -> None:
    site.fault(path="/details", count=0, **how)
    with pytest.raises(error) as caught:
        site.use(identity)
    assert site.calls() == len(site.budget.spent) == calls
    assert caught.value.title
    assert caught.value.hint


def test_a_daily_limit_says_when_the_account_s_day_ends(site: Site) -> None:
    async def work(crm: HubSpotCrm) -> str | None:
        await crm.identity()
        site.fault(path="/owners", count=0, status=429, body='{"policyName":"DAILY"}')
        with pytest.raises(LimitReached) as caught:
            await crm.owners()
        return caught.value.resume_at

    # 1,800,000,000 is 15 January 2027, 08:00 UTC; the portal is in Oslo, an hour ahead.
    assert site.use(work) == "2027-01-15T23:00:00.000Z"


def test_a_create_is_sent_again_only_when_it_surely_did_not_arrive(site: Site) -> None:
    async def send(crm: HubSpotCrm) -> None:
        inputs = [{"properties": {"email": "one@example.com"}}]
        await crm._transport.send(
            paths.BATCH_CREATE, "write", places={"object": "contacts"}, body={"inputs": inputs}, repeatable=False
        )

    site.fault(path="/batch/create", drop_after_commit=True)
    with pytest.raises(ReplyLost):
        site.use(send)
    assert site.portal.count("contacts") == 1
    assert site.calls() == 1
    site.fault(path="/batch/create", status=423)
    with pytest.raises(CrmSyncError):
        site.use(send)  # 423, then sent again: the address is taken
    assert site.calls() == 3


def test_nothing_is_sent_once_the_allocation_is_used_up(site: Site) -> None:
    site.budget.set_allocation(Side.HUBSPOT, 2)
    site.fault(path="/details", count=0, status=503)
    with pytest.raises(AllocationReached):
        site.use(identity)
    assert site.calls() == 2


def test_an_address_where_nobody_listens_is_unreachable(site: Site) -> None:
    with pytest.raises(Unreachable) as caught:
        site.use(identity, base_url="http://127.0.0.1:9")
    assert not isinstance(caught.value, ReplyLost)
    assert site.budget.calls(Side.HUBSPOT) == 5


@pytest.mark.parametrize(
    "address",
    [
        "http://api.hubapi.com", "http://10.0.0.1", "ftp://127.0.0.1", "api.hubapi.com", "", "https://",
        "https://user:pw@api.hubapi.com", "https://api.hubapi.com?x=1", "http://127.0.0.1.example.com", "http://[::1",
        "http://127.0.0.1:99999",
    ],
)  # fmt: skip
def test_addresses_that_a_key_must_not_go_to_are_refused(address: str) -> None:
    with pytest.raises(SetupError):
        checked_address(address)


@pytest.mark.parametrize(
    "address", ["https://api.hubapi.com", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1"]
)
def test_https_and_loopback_are_taken(address: str) -> None:
    assert checked_address(address + "/") == address


@pytest.mark.parametrize("token", ["", "  ", "a b", "a\nb", "ключ"])
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(SetupError) as caught:
        HubSpotCrm(access_token=token, budget=MemoryBudget(), clock=ManualClock())
    assert not token.strip() or token not in str(caught.value)


def test_the_token_is_in_no_error_log_or_repr(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def work(crm: HubSpotCrm) -> None:
        shown.append(repr(crm) + repr(vars(crm)) + repr(crm._transport))
        for how in (
            {"status": 401},
            {"status": 403},
            {"status": 400},
            {"status": 429, "body": '{"policyName":"DAILY"}'},
        ):
            site.fault(path="/details", **how)
            try:
                await crm.identity()
            except CrmSyncError as error:
                shown.append(str(error) + repr(error) + "".join(traceback.format_exception(error)))

    site.use(work)
    assert len(shown) == 5
    assert TOKEN not in "".join(shown)
    assert TOKEN not in caplog.text


def test_redirects_are_not_followed(site: Site) -> None:
    arrived: list[str] = []

    async def elsewhere(request: Request) -> Response:
        arrived.append(request.headers.get("authorization", ""))
        return Response("{}")

    async def away(request: Request) -> Response:
        return RedirectResponse("/elsewhere")

    app = Starlette(routes=[Route("/elsewhere", elsewhere), Route("/{rest:path}", away)])
    with running(app) as url, pytest.raises(CrmSyncError):
        site.use(identity, base_url=url)
    assert arrived == []


def test_an_answer_that_unpacks_beyond_all_bounds_is_given_up(site: Site) -> None:
    bomb = gzip.compress(b'{"portalId":"' + b"9" * (LARGEST_ANSWER + 1) + b'"}', 9)

    async def answer(request: Request) -> Response:
        return Response(bomb, headers={"content-encoding": "gzip", "content-type": "application/json"})

    with running(Starlette(routes=[Route("/{rest:path}", answer)])) as url, pytest.raises(ReplyLost):
        site.use(identity, base_url=url)


def test_calls_share_few_connections_and_closing_leaves_nothing(site: Site) -> None:
    ids = site.load(900)
    before = set(threading.enumerate())

    async def work(crm: HubSpotCrm) -> None:
        want = Want("contacts", ("email",))
        for _ in range(3):
            async for _page in crm.changes([want]):
                pass
            await crm.read(want, ids)

    site.use(work)
    assert len(site.arrivals.peers) <= 4
    assert {thread for thread in set(threading.enumerate()) - before if "hubspot" in thread.name} == set()


def test_a_closed_adapter_sends_nothing_more(site: Site) -> None:
    async def work() -> None:
        crm = site.crm()
        await crm.close()
        await crm.close()
        with pytest.raises(BugError):
            await crm.identity()

    asyncio.run(work())
    assert site.calls() == 0


def test_closing_waits_for_a_request_under_way(site: Site) -> None:
    site.fault(path="/details", latency_ms=200)

    async def work() -> str:
        crm = site.crm()
        under_way = asyncio.ensure_future(crm.identity())
        while not site.calls():
            await asyncio.sleep(0.01)
        await crm.close()
        return (await under_way).account_id

    assert asyncio.run(work()) == "25081959"


def test_closing_cuts_a_request_that_gets_no_answer(site: Site) -> None:
    async def work(silent: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        crm = site.crm(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        under_way = asyncio.ensure_future(crm.identity())
        connection, _ = await loop.sock_accept(silent)
        with connection:
            connection.setblocking(False)
            assert await loop.sock_recv(connection, 10)
            await crm.close()
            with pytest.raises(ReplyLost):
                await under_way

    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        asyncio.run(work(silent))
    assert site.budget.calls(Side.HUBSPOT) == 1


def test_a_cancelled_call_ends_at_once_and_its_slot_and_payment_stay_counted(site: Site) -> None:
    site.fault(path="/details", latency_ms=400)

    async def work() -> None:
        crm = site.crm()
        under_way = asyncio.ensure_future(crm.identity())
        while not site.calls():
            await asyncio.sleep(0.01)
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        assert (await crm.identity()).account_id == "25081959"
        await crm.close()

    asyncio.run(work())
    assert site.calls() == len(site.budget.spent) == 2


def test_daily_figures_reach_whoever_listens(site: Site) -> None:
    heard: list[Allowance] = []

    async def work(crm: HubSpotCrm) -> Allowance:
        await crm.identity()
        return await crm.allowance()

    told = site.use(work, on_usage=heard.append)
    assert told == heard[-1]
    assert (told.limit, told.used) == (625_000, 1)
    assert site.calls() == 1


def test_an_error_of_one_parallel_read_ends_the_others(site: Site) -> None:
    ids = site.load(900)

    async def work(crm: HubSpotCrm) -> None:
        await crm.schemas(["contacts"])
        site.fault(path="/batch/read", status=401)
        await crm.read(Want("contacts", ("email",)), ids)

    with pytest.raises(SignInNeeded):
        site.use(work)
    assert site.calls() < 9
