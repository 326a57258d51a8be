"""Bulk API 2.0 query jobs over HTTP: states, pages, what they don't take."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Server


def job(server: Server, soql: str, operation: str = "query", **more: Any) -> dict[str, Any]:
    answer = server.post("jobs/query", {"operation": operation, "query": soql, **more})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def done(server: Server, soql: str, operation: str = "query", **more: Any) -> str:
    job_id = str(job(server, soql, operation, **more)["id"])
    server.get(f"jobs/query/{job_id}")
    assert server.get(f"jobs/query/{job_id}").json()["state"] == "JobComplete"
    return job_id


def test_a_query_job_runs_by_itself_and_gives_quoted_csv(server: Server) -> None:
    server.org.load([("Account", {"Name": 'Acme "Inc"', "NumberOfEmployees": 5})])
    (account,) = (record["Id"] for record in server.query("SELECT Id FROM Account")["records"])
    contact = server.contact(AccountId=account, Birthdate="2000-01-31")
    soql = "SELECT id, account.name, Birthdate, IsDeleted, Phone, CreatedDate, Account.NumberOfEmployees FROM Contact"
    made = job(server, soql)
    assert made == {
        "id": made["id"],
        "operation": "query",
        "object": "Contact",
        "createdById": server.org.admin_id,
        "createdDate": "2027-01-15T08:00:00.000+0000",
        "systemModstamp": "2027-01-15T08:00:00.000+0000",
        "state": "UploadComplete",
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": 60.0,
        "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }
    server.refused(server.get(f"jobs/query/{made['id']}/results"), 400, "INVALIDJOBSTATE")
    server.refused(server.call("DELETE", f"jobs/query/{made['id']}"), 400, "INVALIDJOBSTATE")
    assert server.get(f"jobs/query/{made['id']}").json()["state"] == "InProgress"
    finished = server.get(f"jobs/query/{made['id']}").json()
    assert (finished["state"], finished["jobType"], finished["numberRecordsProcessed"]) == ("JobComplete", "V2Query", 1)
    assert finished["isPkChunkingSupported"] is True
    answer = server.get(f"jobs/query/{made['id']}/results")
    assert answer.headers["Content-Type"] == "text/csv;charset=UTF-8"
    assert (answer.headers["Sforce-Locator"], answer.headers["Sforce-NumberOfRecords"]) == ("null", "1")
    assert answer.text == (
        '"Id","Account.Name","Birthdate","IsDeleted","Phone","CreatedDate","Account.NumberOfEmployees"\n'
        f'"{contact}","Acme ""Inc""","2000-01-31","false","","2027-01-15T08:00:00.000Z","5"\n'
    )


def test_results_come_in_pages(server: Server) -> None:
    server.org.load(("Contact", {"LastName": f"L{number}"}) for number in range(12_500))
    job_id = done(server, "SELECT LastName FROM Contact ORDER BY Id", columnDelimiter="TAB", lineEnding="CRLF")
    found: list[str] = []
    locator, pages = "", 0
    while locator != "null":
        params = {"maxRecords": "5001"} | ({"locator": locator} if locator else {})
        answer = server.get(f"jobs/query/{job_id}/results", params=params)
        header, *rows = answer.text.removesuffix("\r\n").split("\r\n")
        assert header == '"LastName"'
        assert int(answer.headers["Sforce-NumberOfRecords"]) == len(rows)
        found += rows
        locator, pages = answer.headers["Sforce-Locator"], pages + 1
    assert pages == 3
    assert found == [f'"L{number}"' for number in range(12_500)]
    server.org.bulk.pace.page_rows = 10_000
    answer = server.get(f"jobs/query/{job_id}/results")
    assert (answer.headers["Sforce-NumberOfRecords"], answer.headers["Sforce-Locator"]) == ("10000", "MTAwMDA")


def test_results_are_read_in_the_version_that_made_the_job(server: Server) -> None:
    job_id = done(server, "SELECT Id FROM Contact")
    server.refused(server.get(f"/services/data/v61.0/jobs/query/{job_id}/results"), 409, "VERSIONMISMATCH")
    assert server.get(f"jobs/query/{job_id}/results").status_code == 200


def test_results_are_what_was_found_then(server: Server) -> None:
    contact = server.contact(FirstName="Before")
    job_id = done(server, "SELECT FirstName FROM Contact")
    server.patch(f"sobjects/Contact/{contact}", {"FirstName": "After"})
    assert '"Before"' in server.get(f"jobs/query/{job_id}/results").text


def test_query_all_has_deleted_records_too(server: Server) -> None:
    server.org.delete([server.contact()])
    assert server.get(f"jobs/query/{done(server, 'SELECT Id FROM Contact')}/results").text == '"Id"\n'
    job_id = done(server, "SELECT c.IsDeleted FROM Contact c", "queryAll")
    assert server.get(f"jobs/query/{job_id}/results").text == '"IsDeleted"\n"true"\n'


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT COUNT() FROM Contact", "API_ERROR"),
        ("SELECT COUNT(Id) FROM Contact", "API_ERROR"),
        ("SELECT LastName FROM Contact GROUP BY LastName", "API_ERROR"),
        ("SELECT Id FROM Contact LIMIT 5 OFFSET 5", "API_ERROR"),
        ("SELECT Id, MailingAddress FROM Contact", "API_ERROR"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "API_ERROR"),
        ("SELECT Id FROM Nope", "INVALIDENTITY"),
        ("SELECT FROM", "MALFORMED_QUERY"),
        ("", "INVALIDJOB"),
    ],
)
def test_queries_that_a_job_does_not_take(shared: Server, soql: str, code: str) -> None:
    shared.refused(shared.post("jobs/query", {"operation": "query", "query": soql}), 400, code)


def test_a_job_that_makes_no_sense_is_refused(shared: Server) -> None:
    soql = "SELECT Id FROM Contact"
    for body, code in (
        ({"operation": "insert", "query": soql}, "INVALIDJOB"),
        ({"query": soql}, "INVALIDJOB"),
        ({"operation": "query", "query": soql, "object": "Contact"}, "JSON_PARSER_ERROR"),
        ({"operation": "query", "query": soql, "lineEnding": "CR"}, "INVALIDJOB"),
    ):
        shared.refused(shared.post("jobs/query", body), 400, code)


def test_a_query_with_an_unknown_field_fails_its_job(server: Server) -> None:
    made = job(server, "SELECT Nope, Owner.Nope, Nope.Name FROM Contact")
    server.get(f"jobs/query/{made['id']}")
    failed = server.get(f"jobs/query/{made['id']}").json()
    assert failed["state"] == "Failed"
    assert failed["errorMessage"].startswith("INVALID_FIELD : ")
    server.refused(server.get(f"jobs/query/{made['id']}/results"), 400, "INVALIDJOBSTATE")
    assert server.call("DELETE", f"jobs/query/{made['id']}").status_code == 204
    server.refused(server.get(f"jobs/query/{made['id']}"), 404, "NOT_FOUND")


def test_a_query_on_an_object_that_is_hidden_since_fails_its_job(server: Server) -> None:
    made = job(server, "SELECT Id FROM Lead")
    del server.org.schema["Lead"]
    server.get(f"jobs/query/{made['id']}")
    assert server.get(f"jobs/query/{made['id']}").json()["state"] == "Failed"


def test_parents_are_selected_by_their_relationship_and_not_by_an_alias(server: Server) -> None:
    server.org.load([("Lead", {"LastName": "Doe", "Company": "Acme"})])
    job_id = done(server, "SELECT owner.name, Lead.company FROM Lead")
    assert server.get(f"jobs/query/{job_id}/results").text == '"Owner.Name","Company"\n"Ada Admin","Acme"\n'
    soql = "SELECT a.Name FROM Contact c, c.Account a"
    server.refused(server.post("jobs/query", {"operation": "query", "query": soql}), 400, "API_ERROR")


def test_a_running_job_may_be_aborted_and_nothing_else(server: Server) -> None:
    made = job(server, "SELECT Id FROM Contact")
    server.refused(server.patch(f"jobs/query/{made['id']}", {"state": "UploadComplete"}), 400, "INVALIDJOB")
    assert server.patch(f"jobs/query/{made['id']}", {"state": "Aborted"}).json()["state"] == "Aborted"
    server.refused(server.patch(f"jobs/query/{made['id']}", {"state": "Aborted"}), 400, "INVALIDJOBSTATE")


def test_ingest_and_query_jobs_are_apart(server: Server) -> None:
    made = job(server, "SELECT Id FROM Contact")
    server.refused(server.get(f"jobs/ingest/{made['id']}"), 404, "NOT_FOUND")
    assert server.get("jobs/ingest").json()["records"] == []
    listed = server.get("jobs/query", params={"concurrencyMode": "Parallel", "jobType": "V2Query"}).json()["records"]
    assert [entry["id"] for entry in listed] == [made["id"]]
    assert server.get("jobs/query", params={"concurrencyMode": "serial"}).json()["records"] == []
    server.refused(server.get("jobs/query", params={"concurrencyMode": "x"}), 400, "INVALID_QUERY_PARAMETER")


def test_bad_pages_are_refused(server: Server) -> None:
    job_id = done(server, "SELECT Id FROM Contact")
    for most in ("0", "-1", "many", ""):
        answer = server.get(f"jobs/query/{job_id}/results", params={"maxRecords": most})
        server.refused(answer, 400, "INVALID_QUERY_PARAMETER")
    for locator in ("MTAwMDA", "nonsense!"):
        answer = server.get(f"jobs/query/{job_id}/results", params={"locator": locator})
        server.refused(answer, 400, "INVALID_QUERY_LOCATOR")


def test_query_jobs_have_a_daily_limit(server: Server) -> None:
    server.org.bulk.pace.daily_query_jobs = 1
    job(server, "SELECT Id FROM Contact")
    assert server.get("limits").json()["DailyBulkV2QueryJobs"] == {"Max": 1, "Remaining": 0}
    body = {"operation": "query", "query": "SELECT Id FROM Contact"}
    server.refused(server.post("jobs/query", body), 400, "EXCEEDEDQUOTA")


def test_jobs_are_not_for_composites(server: Server) -> None:
    part = {"method": "GET", "url": "/services/data/v60.0/jobs/query", "referenceId": "jobs"}
    (answer,) = server.post("composite", {"compositeRequest": [part]}).json()["compositeResponse"]
    assert answer["httpStatusCode"] == 404
