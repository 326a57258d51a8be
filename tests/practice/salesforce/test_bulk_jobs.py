"""The life of Bulk API 2.0 ingest jobs over HTTP: states, pace, restarts, lists and limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.salesforce.automation_rules import Condition, ValidationRule

from .conftest import Server, serve
from .test_bulk_ingest import close, info, job, load, put, rows


def test_one_multipart_request_makes_fills_and_closes_a_job(server: Server) -> None:
    body = (
        '--BOUNDARY\r\nContent-Type: application/json\r\nContent-Disposition: form-data; name="job"\r\n\r\n'
        '{"object": "Contact", "operation": "insert", "lineEnding": "LF"}\r\n'
        '--BOUNDARY\r\nContent-Type: text/csv\r\nContent-Disposition: form-data; name="content"; filename="content"\r\n\r\n'
        "LastName\nDoe\nRoe\r\n--BOUNDARY--\r\n"
    )
    kind = {"Content-Type": 'multipart/form-data; boundary="BOUNDARY"'}
    made = server.call("POST", "jobs/ingest/", data=body.encode(), headers=kind).json()
    assert made["state"] == "UploadComplete"
    assert "contentUrl" not in made
    info(server, made["id"])
    assert info(server, made["id"])["numberRecordsProcessed"] == 2
    assert [entry["LastName"] for entry in rows(server, made["id"], "successfulResults")] == ["Doe", "Roe"]
    for broken, code in (
        (body.replace('name="content"', 'name="data"'), "INVALIDJOB"),
        (body.replace("Doe", "x" * 100_001), "INVALIDJOB"),
        (body.replace('{"object"', '{object"'), "JSON_PARSER_ERROR"),
        (body.replace('{"object": "Contact", "operation": "insert", "lineEnding": "LF"}', "[]"), "JSON_PARSER_ERROR"),
    ):
        server.refused(server.call("POST", "jobs/ingest", data=broken.encode(), headers=kind), 400, code)


def test_states_that_do_not_follow_are_refused(server: Server) -> None:
    job_id = job(server)["id"]
    for which in ("successfulResults", "failedResults", "unprocessedrecords"):
        server.refused(server.get(f"jobs/ingest/{job_id}/{which}"), 400, "INVALIDJOBSTATE")
    server.refused(server.call("DELETE", f"jobs/ingest/{job_id}"), 400, "INVALIDJOBSTATE")
    server.refused(close(server, job_id, "Failed"), 400, "INVALIDJOB")
    server.refused(server.patch(f"jobs/ingest/{job_id}", {"state": "Aborted", "x": 1}), 400, "JSON_PARSER_ERROR")
    put(server, job_id, "LastName\nDoe\n")
    entry = server.refused(put(server, job_id, "LastName\nRoe\n"), 400, "CLIENTINPUTERROR")
    assert entry["message"].startswith(f"Found multiple contents for job: <{job_id}>")
    close(server, job_id)
    server.refused(put(server, job_id, "LastName\nRoe\n"), 400, "INVALIDJOBSTATE")
    server.refused(close(server, job_id), 400, "INVALIDJOBSTATE")
    info(server, job_id)
    info(server, job_id)
    entry = server.refused(close(server, job_id, "Aborted"), 400, "INVALIDJOBSTATE")
    assert entry["message"] == "Aborting already Completed Job not allowed"
    assert server.call("DELETE", f"jobs/ingest/{job_id}").status_code == 204
    for method in ("GET", "DELETE"):
        server.refused(server.call(method, f"jobs/ingest/{job_id}"), 404, "NOT_FOUND")


def test_a_large_job_goes_batch_by_batch_and_an_aborted_one_keeps_what_was_done(server: Server) -> None:
    server.org.bulk.pace.polls, server.org.bulk.pace.batch_rows = 4, 10
    job_id = job(server)["id"]
    put(server, job_id, "LastName\n" + "".join(f"L{number}\n" for number in range(40)))
    close(server, job_id)
    assert [info(server, job_id)["numberRecordsProcessed"] for _ in range(2)] == [10, 20]
    assert close(server, job_id, "Aborted").json()["state"] == "Aborted"
    assert info(server, job_id)["state"] == "Aborted"
    assert len(rows(server, job_id, "successfulResults")) == 20
    left = rows(server, job_id, "unprocessedrecords")
    assert [entry["LastName"] for entry in left] == [f"L{number}" for number in range(20, 40)]
    assert server.org.count("Contact") == 20


def test_nobody_has_to_look_for_a_job_to_be_done(server: Server) -> None:
    server.org.bulk.pace.polls, server.org.bulk.pace.seconds = 0, 60
    job_id = job(server)["id"]
    put(server, job_id, "LastName\nDoe\n")
    close(server, job_id)
    for _ in range(3):
        assert info(server, job_id)["state"] == "InProgress"
    server.clock.advance(61)
    assert server.query("SELECT COUNT() FROM Contact")["totalSize"] == 1
    done = info(server, job_id)
    assert (done["state"], done["totalProcessingTime"]) == ("JobComplete", 61_000)


def test_a_job_without_data_ends_without_records(server: Server) -> None:
    job_id = job(server)["id"]
    close(server, job_id)
    assert info(server, job_id)["state"] == "Failed"


def test_jobs_survive_a_restart_and_go_after_seven_days(tmp_path: Path, clock: PracticeClock) -> None:
    first = SalesforceOrg(tmp_path / "jobs.db", clock)
    for server in serve(first, clock):
        waiting, opened = job(server)["id"], job(server)["id"]
        put(server, waiting, "LastName\nDoe\n")
        close(server, waiting)
    first.close()
    again = SalesforceOrg(tmp_path / "jobs.db", clock)
    for server in serve(again, clock):
        clock.advance(10)
        assert server.query("SELECT COUNT() FROM Contact")["totalSize"] == 1
        assert rows(server, waiting, "successfulResults")[0]["LastName"] == "Doe"
        assert info(server, opened)["state"] == "Open"
        clock.advance(7 * 86_400)
        server.get("limits")
        server.refused(server.get(f"jobs/ingest/{waiting}"), 404, "NOT_FOUND")
        server.refused(server.get(f"jobs/ingest/{opened}"), 404, "NOT_FOUND")
    again.close()


@pytest.fixture
def many(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("crmsync_desktop.practice.salesforce.bulk_api._PAGE", 2)
    return [job(server)["id"] for _ in range(3)]


def test_jobs_are_listed_newest_first_page_by_page(server: Server, many: list[str]) -> None:
    first = server.get("jobs/ingest").json()
    assert first["done"] is False
    assert [entry["id"] for entry in first["records"]] == many[:0:-1]
    assert first["records"][0]["jobType"] == "V2Ingest"
    second = server.get(first["nextRecordsUrl"]).json()
    assert (second["done"], second["nextRecordsUrl"]) == (True, None)
    assert [entry["id"] for entry in second["records"]] == many[:1]
    assert server.get("jobs/ingest", params={"jobType": "Classic"}).json()["records"] == []
    assert server.get("jobs/ingest", params={"isPkChunkingEnabled": "true"}).json()["records"] == []
    for params in ({"jobType": "Nope"}, {"isPkChunkingEnabled": "perhaps"}):
        server.refused(server.get("jobs/ingest", params=params), 400, "INVALID_QUERY_PARAMETER")
    server.refused(server.get("jobs/ingest", params={"queryLocator": "!!"}), 400, "INVALID_QUERY_LOCATOR")


def test_batches_count_against_their_daily_limit(server: Server) -> None:
    server.org.bulk.pace.daily_batches = 1
    load(server, "insert", "LastName\nDoe\n")
    assert server.get("limits").json()["DailyBulkApiBatches"] == {"Max": 1, "Remaining": 0}
    job_id = job(server)["id"]
    put(server, job_id, "LastName\nDoe\n")
    server.refused(close(server, job_id), 400, "EXCEEDEDQUOTA")
    server.clock.advance(86_401)
    assert close(server, job_id).status_code == 200


def test_a_field_that_is_hidden_from_the_apis_users_is_not_found(server: Server) -> None:
    server.org.change_setup(hidden_fields=("Contact.Phone",), read_only_fields=("Contact.Title",))
    assert (
        load(server, "insert", "LastName,Phone\nDoe,1\n")["errorMessage"]
        == "InvalidBatch : Field name not found : Phone"
    )
    done = load(server, "insert", "LastName,Title\nDoe,Boss\n")
    (bad,) = rows(server, done["id"], "failedResults")
    assert bad["sf__Error"].startswith("INVALID_FIELD_FOR_INSERT_UPDATE:")
    assert bad["sf__Error"].endswith(":Title --")


def test_validation_rules_refuse_bulk_rows(server: Server) -> None:
    rule = ValidationRule("Contact", "No_Boss", (Condition("Title", "equals", "Boss"),), "No bosses")
    server.org.change_setup(validation_rules=(rule,))
    done = load(server, "insert", "LastName,Title\nDoe,Boss\nRoe,Clerk\n")
    (bad,) = rows(server, done["id"], "failedResults")
    assert bad["sf__Error"].startswith("FIELD_CUSTOM_VALIDATION_EXCEPTION:No bosses:")
    assert done["numberRecordsProcessed"] == 2
