"""Where the token goes, what is never followed, and what ends when the adapter ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.adapters.salesforce.transport import Transport, origin_of
from crmsync_desktop.domain.errors import CrmSyncError, SetupError, SignInNeeded, Unreachable
from crmsync_desktop.ports.crm import Want
from tests.adapters.doubles import ManualClock, MemoryBudget
from tests.adapters.salesforce.conftest import TOKEN, Site, serve

pytestmark = pytest.mark.http


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        (" acme.my.salesforce.com/ ", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com/lightning/page/home", "https://acme.my.salesforce.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed: str, origin: str) -> None:
    assert origin_of(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "http://acme.my.salesforce.com",
        "http://10.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "ftp://acme.my.salesforce.com",
        "https://",
        "",
        "https://user:secret@acme.my.salesforce.com",
        "https://acme.my.salesforce.com:99999",
    ],
)
def test_an_address_that_must_not_get_the_token_is_refused(typed: str) -> None:
    with pytest.raises(SetupError):
        SalesforceCrm(instance_url=typed, access_token=TOKEN, budget=MemoryBudget(), clock=ManualClock())


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/services/data/v67.0/query/01g-2000",
        "//evil.example/services/data/v67.0/query/01g-2000",
        "/services/data/v67.0/../../x/query/01g",
        "/services/data/v67.0/sobjects/Contact",
        "/services/apexrest/x",
        "@evil.example/services/data/v67.0/query/01g-2000",
        None,
    ],
)
def test_a_next_page_is_only_followed_inside_the_query_resource(url: object) -> None:
    transport = Transport("http://127.0.0.1:1", TOKEN, "67.0", 1)
    with pytest.raises(ValueError, match="next page"):
        transport.next_page(url)
    good = "/services/data/v67.0/query/01gJ0000006LTKqIAO-2000"
    assert transport.next_page(good) == good
    transport.close()


def test_requests_carry_the_token_and_no_pretty_print(site: Site, tmp_path: Path, monkeypatch: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    site.use(lambda crm: crm.identity())
    assert {headers["authorization"] for headers in site.faults.headers} == {f"Bearer {TOKEN}"}
    assert not any("x-prettyprint" in headers or "cookie" in headers for headers in site.faults.headers)


def test_an_entry_in_netrc_never_replaces_the_token() -> None:
    transport = Transport("https://acme.my.salesforce.com", TOKEN, "67.0", 1)
    # What requests does before it asks netrc: a session with an auth of its own doesn't.
    assert transport._session.auth is not None
    assert transport._session.trust_env
    transport.close()


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Another server on this machine, and the requests that reached it."""
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    url, stop = serve(app)
    yield url, seen
    stop()


def test_a_redirect_is_not_followed(site: Site, elsewhere: tuple[str, list[str]], monkeypatch: Any) -> None:
    url, seen = elsewhere

    async def redirecting(scope: Any, receive: Any, send: Any) -> None:
        location = (b"location", f"{url}/services/data/v67.0/limits".encode())
        await send({"type": "http.response.start", "status": 302, "headers": [location, (b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(site.faults, "app", redirecting)
    with pytest.raises(SetupError) as caught:
        site.use(lambda crm: crm.allowance())
    assert "another address" in caught.value.title
    assert seen == []
    assert site.budget.calls() == 1


def test_a_redirect_on_the_same_host_would_be_a_call_nobody_counted(site: Site) -> None:
    app = site.faults.app

    async def redirecting(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("/elsewhere"):
            await app(scope, receive, send)
            return
        location = (b"location", b"/services/data/v67.0/elsewhere")
        await send({"type": "http.response.start", "status": 307, "headers": [location, (b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    site.faults.app = redirecting
    with pytest.raises(SetupError):
        site.use(lambda crm: crm.allowance())
    assert site.faults.seen == ["GET /services/data/v67.0/limits"]


def test_another_host_can_not_be_reached_at_all(elsewhere: tuple[str, list[str]]) -> None:
    url, seen = elsewhere
    transport = Transport("http://127.0.0.1:1", TOKEN, "67.0", 1)
    with pytest.raises(Exception, match="No connection adapters"):
        transport._session.get(f"{url}/x")
    assert seen == []
    transport.close()


def everything_of(error: BaseException | None) -> str:
    """All that a traceback, a log or a dump of the exception can show, its causes included."""
    parts = []
    while error is not None:
        parts += [str(error), repr(error), repr(getattr(error, "args", "")), repr(vars(error))]
        request = getattr(error, "request", None)
        parts.append(repr(getattr(request, "headers", "")))
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


@pytest.mark.parametrize(
    "fault",
    [
        "cut",
        "lose",
        (500, "application/json", b'[{"errorCode":"UNKNOWN_EXCEPTION","message":"x"}]'),
        (401, "application/json", b'[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]'),
        (200, "text/html", b"<html>Maintenance</html>"),
    ],
)
def test_no_exception_shows_the_token(site: Site, fault: Any) -> None:
    site.faults.plan = [("", "limits", fault)] * 4
    with pytest.raises(CrmSyncError) as caught:
        site.use(lambda crm: crm.allowance())
    assert TOKEN not in everything_of(caught.value)
    crm = site.crm()
    assert TOKEN not in repr(crm) + repr(vars(crm))
    asyncio.run(crm.close())


def test_an_unreachable_host_is_said_so_after_four_tries() -> None:
    clock = ManualClock()
    budget = MemoryBudget(clock)

    async def body() -> None:
        crm = SalesforceCrm(instance_url="http://127.0.0.1:9", access_token=TOKEN, budget=budget, clock=clock)
        try:
            await crm.identity()
        finally:
            await crm.close()

    with pytest.raises(Unreachable):
        asyncio.run(body())
    assert budget.calls() == 4
    assert len(clock.slept) == 3
    assert all(0 < pause <= 30 for pause in clock.slept)


def test_an_address_that_is_not_salesforce_is_said_so(elsewhere: tuple[str, list[str]]) -> None:
    async def body() -> None:
        clock = ManualClock()
        crm = SalesforceCrm(instance_url=elsewhere[0], access_token=TOKEN, budget=MemoryBudget(), clock=clock)
        try:
            await crm.identity()
        finally:
            await crm.close()

    with pytest.raises(SetupError, match="doesn't answer as Salesforce"):
        asyncio.run(body())


def test_close_ends_the_threads_even_with_a_request_under_way(site: Site) -> None:
    started, release = threading.Event(), threading.Event()
    app = site.faults.app

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        started.set()
        while not release.is_set():
            await asyncio.sleep(0.01)
        await app(scope, receive, send)

    site.faults.app = slow

    async def body() -> None:
        crm = site.crm()
        asked = asyncio.create_task(crm.allowance())
        while not started.is_set():
            await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        release.set()
        await crm.close()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("salesforce")]

    asyncio.run(body())


def test_a_refused_token_is_not_tried_again(site: Site) -> None:
    with pytest.raises(SignInNeeded):
        site.use(lambda crm: crm.owners(), access_token="wrong")
    assert site.requests() == 1


def test_usage_is_heard_from_answers_of_every_status(site: Site) -> None:
    heard: list[tuple[int, int]] = []
    site.faults.plan = [("", "query", (400, "application/json", b'[{"errorCode":"MALFORMED_QUERY","message":"x"}]'))]
    site.faults.plan += [("", "composite", (503, "text/html", b"<html>down</html>"))]

    async def body(crm: SalesforceCrm) -> None:
        async for _ in crm.changes([Want("Contact", ("Email",))]):
            pass

    site.use(body, on_usage=lambda used, limit: heard.append((used, limit)))
    assert heard[0] == (1, 100_000)  # the describe
    assert heard[1] == (77, 5_000)  # the 503
    assert heard[2] == (2, 100_000)
