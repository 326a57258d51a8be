"""What every route refuses before it works: parameters, media types, versions, keys, sizes; and who may come in."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from crmsync_desktop.practice.calls import CallLog
from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.interference import FaultMiddleware
from crmsync_desktop.practice.salesforce import SalesforceOrg, create_salesforce_app
from crmsync_desktop.practice.salesforce.resources import _TABLE
from tests.practice.servers import running

from .conftest import CLIENT, TOKEN, Server

EVERY = [("/".join(pattern), method) for pattern, routes in _TABLE.items() for method in routes]
VERBS = {"GET", "POST", "PATCH", "PUT", "DELETE"}
MISSING = [("/".join(pattern), method) for pattern, routes in _TABLE.items() for method in VERBS - routes.keys()]


def filled(path: str) -> str:
    return path.replace("{sobject}", "Contact").replace("{field}", "Email").replace("{value}", "a@example.com")


def test_every_route_refuses_a_parameter_that_it_does_not_know(server: Server) -> None:
    assert len(EVERY) > 40
    for path, method in EVERY:
        answer = server.call(
            method, filled(path), params={"nope": "1"}, json={} if method in ("POST", "PATCH") else None
        )
        entry = server.refused(answer, 400, "INVALID_QUERY_PARAMETER")
        assert "'nope'" in entry["message"], (path, method)


def test_every_route_refuses_the_methods_that_it_does_not_have(server: Server) -> None:
    for path, method in MISSING:
        entry = server.refused(server.call(method, filled(path)), 405, "METHOD_NOT_ALLOWED")
        assert entry["message"].startswith(f"HTTP Method '{method}' not allowed. Allowed are "), (path, method)
    for method in ("OPTIONS", "TRACE", "BREW"):
        server.refused(server.call(method, "limits"), 405, "METHOD_NOT_ALLOWED")
    server.refused(server.call("POST", "/services/data/"), 405, "METHOD_NOT_ALLOWED")
    # As real orgs have worded it, in public reports.
    entry = server.refused(
        server.call("POST", f"sobjects/Contact/{server.contact()}", json={}), 405, "METHOD_NOT_ALLOWED"
    )
    assert entry["message"] == "HTTP Method 'POST' not allowed. Allowed are HEAD,GET,PATCH,DELETE"


def test_the_list_of_versions_takes_no_parameters(server: Server) -> None:
    server.refused(server.get("/services/data/", params={"nope": "1"}), 400, "INVALID_QUERY_PARAMETER")


def test_json_too_deep_to_be_read_is_refused_and_the_server_goes_on(server: Server) -> None:
    for levels in (300, 600, 900, 5_000):
        deep = f'{{"records":{"[" * levels}{"]" * levels}}}'
        body = f'{{"compositeRequest":[{{"method":"POST","referenceId":"a","url":"/services/data/v60.0/sobjects/Contact","body":{deep}}}]}}'
        answer = server.call("POST", "composite", data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 400)
        assert "JSON_PARSER_ERROR" in answer.text or "INVALID_FIELD" in answer.text
    assert server.get("limits").status_code == 200


def test_every_route_that_takes_a_body_wants_one_of_its_own_kind(server: Server) -> None:
    for pattern, routes in _TABLE.items():
        for method, route in routes.items():
            if not route.takes:
                continue
            path = filled("/".join(pattern))
            server.refused(server.call(method, path), 400, "JSON_PARSER_ERROR")
            xml = server.call(method, path, data=b"<x/>", headers={"Content-Type": "application/xml"})
            server.refused(xml, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_head_answers_as_get_without_a_body(server: Server) -> None:
    answer = server.call("HEAD", f"sobjects/Contact/{server.contact()}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=")


def test_paths_of_apis_that_are_not_here_do_not_exist(server: Server) -> None:
    for path in (
        "tooling/query",
        "search",
        "parameterizedSearch",
        "analytics/reports",
        "chatter",
        "ui-api/object-info",
    ):
        server.refused(server.get(path), 404, "NOT_FOUND")


def test_retired_versions_are_gone_and_unknown_ones_not_found(server: Server) -> None:
    server.refused(server.get("/services/data/v30.0/limits"), 410, "UNSUPPORTED_API_VERSION")
    for version in ("v31.0", "v58.0", "v60", "60.0", "v99.0"):
        server.refused(server.get(f"/services/data/{version}/limits"), 404, "NOT_FOUND")


def test_only_xml_is_not_to_be_had(server: Server) -> None:
    server.refused(server.get("limits", headers={"Accept": "application/xml"}), 406, "NOT_ACCEPTABLE")
    assert server.get("limits", headers={"Accept": "application/xml, */*;q=0.1"}).status_code == 200


def test_a_parameter_given_twice_is_refused(server: Server) -> None:
    soql = ("q", "SELECT Id FROM Contact")
    server.refused(server.get("query", params=[soql, soql]), 400, "INVALID_QUERY_PARAMETER")


def test_too_long_addresses_and_headers_are_refused_by_the_web_server(server: Server) -> None:
    for answer, status, reason in (
        (server.get("query", params={"q": "x" * 16_384}), 414, "URI Too Long"),
        (server.get("limits", headers={"X-Long": "x" * 16_384}), 431, "Request Header Fields Too Large"),
        (server.get("query", params={"q": "x" * 16_300}), 431, "Request Header Fields Too Large"),
    ):
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text == f"<h1>Bad Message {status}</h1><pre>reason: {reason}</pre>"
        assert "Sforce-Limit-Info" not in answer.headers


def test_too_large_bodies_are_413(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsync_desktop.practice.salesforce.app.LARGEST_BODY", 1000)
    plain = server.post("sobjects/Contact", {"LastName": "x" * 1000})
    server.refused(plain, 413, "REQUEST_TOO_LARGE")
    zipped = gzip.compress(b'{"LastName": "' + b"x" * 1000 + b'"}')
    headers = {"Content-Encoding": "gzip"}
    server.refused(server.call("POST", "sobjects/Contact", data=zipped, headers=headers), 413, "REQUEST_TOO_LARGE")
    cut = server.call("POST", "sobjects/Contact", data=gzip.compress(b"{}")[:-4], headers=headers)
    server.refused(cut, 400, "JSON_PARSER_ERROR")


def test_answers_are_pretty_when_asked(server: Server) -> None:
    plain = server.get("limits")
    pretty = server.get("limits", headers={"X-PrettyPrint": "1"})
    assert "\n" not in plain.text
    assert '\n  "DailyApiRequests"' in pretty.text
    assert pretty.json().keys() == plain.json().keys()


def test_limits_have_the_names_of_a_real_org(server: Server) -> None:
    found = server.get("limits").json()
    assert all(entry.keys() == {"Max", "Remaining"} for entry in found.values())
    assert {"DailyApiRequests", "DailyBulkApiBatches", "DailyBulkV2QueryJobs", "DataStorageMB", "FileStorageMB"} <= set(
        found
    )
    assert {"HourlyAsyncReportRuns", "DailyWorkflowEmails", "SingleEmail"} <= set(found)


def test_an_org_or_a_user_without_the_api_is_403(server: Server) -> None:
    server.org.access.users_without_api = {server.org.users()[1]["Id"]}
    seller = server.oauth.new_access_token(server.org.users()[1]["Id"])
    own = {"Authorization": f"Bearer {seller}"}
    server.refused(server.get("limits", headers=own), 403, "API_CURRENTLY_DISABLED")
    assert server.get("limits").status_code == 200
    server.org.access.api_enabled = False
    server.refused(server.get("limits"), 403, "API_DISABLED_FOR_ORG")


def test_another_users_token_writes_in_that_users_name(server: Server) -> None:
    seller = server.org.users()[1]["Id"]
    own = {"Authorization": f"Bearer {server.oauth.new_access_token(seller)}"}
    new_id = server.post("sobjects/Contact", {"LastName": "Doe"}, headers=own).json()["id"]
    row: Any = server.org.get(new_id)
    assert (row["CreatedById"], row["OwnerId"]) == (seller, seller)


def test_above_the_concurrent_limit_a_request_is_refused(tmp_path: Path) -> None:
    clock, calls, faults = PracticeClock(), CallLog(), Faults()
    org = SalesforceOrg(tmp_path / "busy.db", clock)
    org.long_running.limit = 2
    app = create_salesforce_app(org, calls, access_token=TOKEN, client_id=CLIENT)
    layer = FaultMiddleware(app, "salesforce", faults, calls, clock.now, held=org.long_running.request)
    answers: list[requests.Response] = []

    def ask(url: str) -> None:
        with requests.Session() as session:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            answers.append(session.get(f"{url}/services/data/v60.0/limits", headers=headers, timeout=20))

    with running(layer) as url:
        faults.order({"system": "salesforce", "latency_ms": 300, "count": 2})
        threads = [threading.Thread(target=ask, args=(url,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        while len(org.long_running._started) < 2:
            threading.Event().wait(0.005)
        ask(url)
        clock.advance(20)
        ask(url)
        for thread in threads:
            thread.join()
        ask(url)
    org.close()
    assert [answer.status_code for answer in answers] == [200, 403, 200, 200, 200]
    (entry,) = answers[1].json()
    assert entry == {
        "errorCode": "REQUEST_LIMIT_EXCEEDED",
        "message": "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    }
    assert answers[1].headers["Sforce-Limit-Info"].startswith("api-usage=")
