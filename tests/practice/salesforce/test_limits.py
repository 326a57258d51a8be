from __future__ import annotations

import gzip
from email.utils import formatdate
from pathlib import Path

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg

from .conftest import FrozenTime, Server


def test_every_authenticated_answer_says_how_much_is_used(server: Server) -> None:
    for used, path in enumerate(("limits", "sobjects/Nope", "query"), 1):
        assert server.get(path).headers["Sforce-Limit-Info"] == f"api-usage={used}/100000"
    assert server.get("limits").json()["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_996}


def test_the_list_of_versions_needs_no_token_and_costs_nothing(server: Server) -> None:
    answer = server.session.get(f"{server.url}/services/data/", timeout=5)
    assert [entry["version"] for entry in answer.json()] == [f"{version}.0" for version in range(59, 68)]
    assert "Sforce-Limit-Info" not in answer.headers
    assert server.org.usage.used() == 0


def test_every_listed_version_answers(server: Server) -> None:
    for entry in server.get("/services/data").json():
        assert server.get(f"{entry['url']}/").json()["query"] == f"{entry['url']}/query"


def test_above_the_limit_every_call_is_refused_until_the_window_frees(server: Server) -> None:
    server.org.usage.limit = 3
    server.get("limits")
    server.org.add_foreign_usage(1)
    assert server.get("limits").headers["Sforce-Limit-Info"] == "api-usage=3/3"
    answer = server.get("limits")
    entry = server.refused(answer, 403, "REQUEST_LIMIT_EXCEEDED")
    assert entry["message"] == "TotalRequests Limit exceeded."
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=3/3"
    server.clock.advance(24 * 3600 - 60)
    server.refused(server.get("limits"), 403, "REQUEST_LIMIT_EXCEEDED")
    server.clock.advance(120)
    assert server.get("limits").headers["Sforce-Limit-Info"] == "api-usage=1/3"


def test_usage_survives_a_restart(tmp_path: Path, clock: PracticeClock) -> None:
    org = SalesforceOrg(tmp_path / "again.db", clock)
    org.add_foreign_usage(7)
    clock.advance(60)
    org.add_foreign_usage(5)
    org.close()
    again = SalesforceOrg(tmp_path / "again.db", clock, daily_limit=50)
    try:
        assert (again.usage.used(), again.usage.limit) == (12, 50)
    finally:
        again.close()


def test_record_counts(server: Server) -> None:
    server.contact()
    answer = server.get("limits/recordCount", params={"sObjects": "Contact,Account,Nope"}).json()
    assert answer == {"sObjects": [{"count": 1, "name": "Contact"}, {"count": 0, "name": "Account"}]}


def test_the_date_header_is_the_practice_clock(server: Server) -> None:
    server.clock.advance(86_400)
    for path in ("limits", "/services/oauth2/userinfo"):
        answer = server.get(path)
        assert answer.headers["Date"] == formatdate(FrozenTime()() + 86_400, usegmt=True)


def test_answers_are_zipped_when_asked_and_zipped_requests_are_read(server: Server) -> None:
    zipped = server.get("sobjects/Contact/describe")
    plain = server.get("sobjects/Contact/describe", headers={"Accept-Encoding": "identity"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert zipped.json() == plain.json()
    body = gzip.compress(b'{"LastName": "Zip"}')
    answer = server.call("POST", "sobjects/Contact", data=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 201
    broken = server.call("POST", "sobjects/Contact", data=b"no gzip", headers={"Content-Encoding": "gzip"})
    server.refused(broken, 400, "JSON_PARSER_ERROR")


def test_the_call_log_names_endpoints_and_costs(server: Server) -> None:
    new_id = server.contact()
    server.get(f"sobjects/Contact/{new_id}")
    server.get("/services/data/")
    server.get("limits", headers={"Authorization": "Bearer wrong"})
    calls = [(call["endpoint"], call["status"], call["cost"]) for call in server.calls.recent()]
    assert calls == [
        ("sobjects/{sobject}", 201, 1),
        ("sobjects/{sobject}/{id}", 200, 1),
        ("versions", 200, 0),
        ("unknown", 401, 0),
    ]
