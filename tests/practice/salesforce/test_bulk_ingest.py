"""Bulk API 2.0 ingest over HTTP: the life of a job, its CSV, its results and each of its refusals."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import requests

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

from .conftest import Server

CSV_TYPE = {"Content-Type": "text/csv; charset=UTF-8"}


def job(server: Server, operation: str = "insert", **more: Any) -> dict[str, Any]:
    answer = server.post("jobs/ingest", {"object": "Contact", "operation": operation, "contentType": "CSV", **more})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def put(server: Server, job_id: str, data: str | bytes, **headers: str) -> requests.Response:
    raw = data.encode() if isinstance(data, str) else data
    return server.call("PUT", f"jobs/ingest/{job_id}/batches", data=raw, headers={**CSV_TYPE, **headers})


def close(server: Server, job_id: str, state: str = "UploadComplete") -> requests.Response:
    return server.patch(f"jobs/ingest/{job_id}", {"state": state})


def info(server: Server, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = server.get(f"jobs/ingest/{job_id}").json()
    return found


def rows(server: Server, job_id: str, which: str) -> list[dict[str, str]]:
    answer = server.get(f"jobs/ingest/{job_id}/{which}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv;charset=UTF-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def load(server: Server, operation: str, data: str, **more: Any) -> dict[str, Any]:
    """A whole job, and how it stands at the end."""
    job_id = job(server, operation, **more)["id"]
    assert put(server, job_id, data).status_code == 201
    assert close(server, job_id).status_code == 200
    info(server, job_id)
    return info(server, job_id)


def test_a_job_is_made_filled_closed_and_done(server: Server) -> None:
    made = job(server)
    assert made == {
        "id": made["id"],
        "operation": "insert",
        "object": "Contact",
        "createdById": server.org.admin_id,
        "createdDate": "2027-01-15T08:00:00.000+0000",
        "systemModstamp": "2027-01-15T08:00:00.000+0000",
        "state": "Open",
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": 60.0,
        "contentUrl": f"services/data/v60.0/jobs/ingest/{made['id']}/batches",
        "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }
    assert made["id"].startswith("750")
    uploaded = put(server, made["id"], "LastName,Email\nDoe,doe@example.com\n,nobody@example.com\n")
    assert (uploaded.status_code, uploaded.content) == (201, b"")
    closed = close(server, made["id"])
    assert closed.json()["state"] == "UploadComplete"
    assert "contentUrl" not in closed.json()
    assert info(server, made["id"])["state"] == "InProgress"
    assert server.org.count("Contact") == 0
    done = info(server, made["id"])
    assert (done["state"], done["jobType"]) == ("JobComplete", "V2Ingest")
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"], done["retries"]) == (2, 1, 0)
    (good,) = rows(server, made["id"], "successfulResults")
    assert good == {"sf__Id": good["sf__Id"], "sf__Created": "true", "LastName": "Doe", "Email": "doe@example.com"}
    (bad,) = rows(server, made["id"], "failedResults")
    assert bad == {
        "sf__Id": "",
        "sf__Error": "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
        "LastName": "",
        "Email": "nobody@example.com",
    }
    assert rows(server, made["id"], "unprocessedrecords") == []
    assert server.org.get(good["sf__Id"])["Email"] == "doe@example.com"  # type: ignore[index]


def test_an_update_changes_what_is_said_and_empties_what_is_na(server: Server) -> None:
    kept, other = server.contact(FirstName="Jane", Phone="1"), server.contact()
    done = load(server, "update", f"Id,FirstName,Phone\n{kept},,#N/A\n{other},Ann,2\n003Pr0000000099IAA,X,\n,Y,\n")
    assert (done["state"], done["numberRecordsFailed"]) == ("JobComplete", 2)
    row: Any = server.org.get(kept)
    assert (row["FirstName"], row["Phone"]) == ("Jane", None)
    assert [entry["sf__Created"] for entry in rows(server, done["id"], "successfulResults")] == ["false", "false"]
    gone, missing = rows(server, done["id"], "failedResults")
    assert gone["sf__Id"] == "003Pr0000000099IAA"
    assert missing["sf__Error"].startswith("MISSING_ARGUMENT:Id not specified")


def test_an_upsert_finds_its_records_by_external_id(server: Server) -> None:
    known = server.contact(**{EXTERNAL_ID: "1"})
    data = f"{EXTERNAL_ID},LastName\n1,Old\n2,New\n3,Twice\n3,Twice\n,Nameless\n"
    done = load(server, "upsert", data, externalIdFieldName=EXTERNAL_ID)
    assert done["externalIdFieldName"] == EXTERNAL_ID
    old, new = rows(server, done["id"], "successfulResults")
    assert (old["sf__Id"], old["sf__Created"], new["sf__Created"]) == (known, "false", "true")
    codes = [entry["sf__Error"].partition(":")[0] for entry in rows(server, done["id"], "failedResults")]
    assert codes == ["DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]
    assert server.org.get(new["sf__Id"])[EXTERNAL_ID] == "2"  # type: ignore[index]


def test_an_upsert_by_id_creates_where_no_id_is_given(server: Server) -> None:
    known = server.contact()
    done = load(server, "upsert", f"Id,LastName\n{known},Old\n,New\nnonsense,Bad\n", externalIdFieldName="Id")
    old, new = rows(server, done["id"], "successfulResults")
    assert (old["sf__Id"], new["sf__Created"]) == (known, "true")
    (bad,) = rows(server, done["id"], "failedResults")
    assert bad["sf__Error"].startswith("MALFORMED_ID:")


def test_an_upsert_by_an_address_that_two_records_have_is_refused(server: Server) -> None:
    for _ in range(2):
        server.contact(Email="same@example.com")
    done = load(server, "upsert", "Email,LastName\nsame@example.com,X\n", externalIdFieldName="Email")
    (bad,) = rows(server, done["id"], "failedResults")
    assert bad["sf__Error"].startswith("DUPLICATE_EXTERNAL_ID:More than one record found")


def test_a_delete_takes_ids_alone(server: Server) -> None:
    gone = server.contact()
    done = load(server, "delete", f"Id\n{gone}\n{gone}\n\nnonsense\n")
    assert [entry["sf__Id"] for entry in rows(server, done["id"], "successfulResults")] == [gone]
    assert len(rows(server, done["id"], "failedResults")) == 2
    wrong = load(server, "delete", f"Id,LastName\n{gone},Doe\n")
    assert wrong["state"] == "Failed"
    assert wrong["errorMessage"] == "InvalidBatch : A delete takes the column Id alone"
    empty = load(server, "delete", 'Id\n" "\n')
    assert rows(server, empty["id"], "failedResults")[0]["sf__Error"].startswith("MISSING_ARGUMENT:")


def test_a_hard_delete_needs_its_permission_and_skips_the_recycle_bin(server: Server) -> None:
    gone = server.contact()
    body = {"object": "Contact", "operation": "hardDelete"}
    entry = server.refused(server.post("jobs/ingest", body), 400, "FEATURENOTENABLED")
    assert entry["message"].startswith("hardDelete operation requires special user profile permission")
    server.org.bulk.pace.hard_delete = True
    done = load(server, "hardDelete", f"Id\n{gone}\n")
    assert done["numberRecordsProcessed"] == 1
    assert server.query("SELECT Id FROM Contact", everything=True)["records"] == []
    span = {"start": "2027-01-15T07:00:00Z", "end": "2027-01-15T09:00:00Z"}
    (entry,) = server.get("sobjects/Contact/deleted", params=span).json()["deletedRecords"]
    assert entry["id"] == gone


def test_lookups_may_be_filled_by_the_parents_external_id(server: Server) -> None:
    lead = server.contact(**{EXTERNAL_ID: "boss"})
    seller = server.org.users()[1]
    data = f"LastName,ReportsTo.{EXTERNAL_ID},Owner.Username\nA,boss,{seller['Username']}\nB,nobody,\n"
    done = load(server, "insert", data)
    (good,) = rows(server, done["id"], "successfulResults")
    made: Any = server.org.get(good["sf__Id"])
    assert (made["ReportsToId"], made["OwnerId"]) == (lead, seller["Id"])
    (bad,) = rows(server, done["id"], "failedResults")
    wanted = f"INVALID_FIELD:Foreign key external ID: nobody not found for field {EXTERNAL_ID} in entity Contact:--"
    assert bad["sf__Error"] == wanted


def test_a_parents_address_that_two_records_have_is_refused(server: Server) -> None:
    for _ in range(2):
        server.contact(Email="same@example.com")
    done = load(server, "insert", "LastName,ReportsTo.Email\nA,same@example.com\n")
    assert rows(server, done["id"], "failedResults")[0]["sf__Error"].startswith("DUPLICATE_EXTERNAL_ID:")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("LastName,Nope\nDoe,1\n", "InvalidBatch : Field name not found : Nope"),
        ("LastName,Account.Name\nDoe,1\n", "InvalidBatch : Field name not found : Account.Name"),
        ("LastName|Email\nDoe|1\n", "InvalidBatch : Field name not found : LastName|Email"),
        (
            "LastName\r\nDoe\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
        ("LastName,Email\nDoe\n", "InvalidBatch : Record 1 has 1 columns where the header has 2"),
        ('LastName\n"Doe" x\n', "InvalidBatch : The data can not be read as CSV: ',' expected after '\"'"),
        (
            f"LastName,Description\nDoe,{'x' * 32_001}\n",
            "InvalidBatch : A field of record 1 is longer than 32000 characters",
        ),
        ("\n", "InvalidBatch : The data has no header row"),
        (
            ",".join(["LastName"] * 5001) + "\n",
            "InvalidBatch : The number of fields in a record exceeds the limit of 5000",
        ),
    ],
)
def test_data_that_can_not_be_read_fail_the_whole_job(shared: Server, data: str, message: str) -> None:
    done = load(shared, "insert", data)
    assert (done["state"], done["errorMessage"]) == ("Failed", message)
    assert (done["numberRecordsProcessed"], shared.org.count("Contact")) == (0, 0)
    assert shared.get(f"jobs/ingest/{done['id']}/successfulResults").status_code == 200
    left = shared.get(f"jobs/ingest/{done['id']}/unprocessedrecords")
    assert left.status_code == 200
    assert ("Doe" in left.text) == ("Doe" in data)


def test_data_that_are_not_utf8_fail_the_job(server: Server) -> None:
    job_id = job(server)["id"]
    put(server, job_id, "LastName\nMüller\n".encode("latin-1"))
    close(server, job_id)
    assert info(server, job_id)["errorMessage"] == "InvalidBatch : The data is not encoded in UTF-8"


def test_an_update_without_ids_and_an_upsert_without_its_key_fail(server: Server) -> None:
    assert load(server, "update", "LastName\nDoe\n")["errorMessage"] == "InvalidBatch : Field name not found : Id"
    done = load(server, "upsert", "LastName\nDoe\n", externalIdFieldName=EXTERNAL_ID)
    assert done["errorMessage"] == f"InvalidBatch : Field name not found : {EXTERNAL_ID}"


def test_an_object_that_is_hidden_since_fails_its_waiting_job(server: Server) -> None:
    job_id = job(server)["id"]
    put(server, job_id, "LastName\nDoe\n")
    del server.org.schema["Contact"]
    close(server, job_id)
    assert info(server, job_id)["errorMessage"] == "InvalidBatch : Entity 'Contact' is not supported by the Bulk API."


def test_delimiters_line_endings_and_quotes_are_the_jobs_own(server: Server) -> None:
    data = 'LastName;Description\r\n"Semi;colon";"two\r\nlines ""quoted"""\r\n'
    done = load(server, "insert", data, columnDelimiter="SEMICOLON", lineEnding="CRLF")
    text = server.get(f"jobs/ingest/{done['id']}/successfulResults").text
    (good,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    assert (good["LastName"], good["Description"]) == ("Semi;colon", 'two\r\nlines "quoted"')
    assert text.startswith('"sf__Id";"sf__Created";"LastName";"Description"\r\n')


def test_a_value_of_the_wrong_type_refuses_its_row_alone(server: Server) -> None:
    done = load(server, "insert", "LastName,Birthdate,MailingAddress\nA,yesterday,\nB,2000-01-31,\nC,,x\n")
    assert [entry["LastName"] for entry in rows(server, done["id"], "successfulResults")] == ["B"]
    codes = [entry["sf__Error"].partition(":")[0] for entry in rows(server, done["id"], "failedResults")]
    assert codes == ["INVALID_TYPE_ON_FIELD_IN_RECORD", "INVALID_FIELD_FOR_INSERT_UPDATE"]
    done = load(server, "insert", "Subject,IsReminderSet\nA,1\nB,FALSE\nC,maybe\n", object="Task")
    first, second = rows(server, done["id"], "successfulResults")
    assert [server.org.get(entry["sf__Id"])["IsReminderSet"] for entry in (first, second)] == [True, False]  # type: ignore[index]
    assert done["numberRecordsFailed"] == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Contact", "operation": "merge"}, "INVALIDJOB"),
        ({"object": "Contact"}, "INVALIDJOB"),
        ({"object": "Nope", "operation": "insert"}, "INVALIDENTITY"),
        ({"operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Contact", "operation": "insert", "contentType": "XML"}, "INVALIDJOB"),
        ({"object": "Contact", "operation": "insert", "columnDelimiter": ","}, "INVALIDJOB"),
        ({"object": "Contact", "operation": "insert", "lineEnding": "CR"}, "INVALIDJOB"),
        ({"object": "Contact", "operation": "upsert"}, "INVALIDJOB"),
        ({"object": "Contact", "operation": "upsert", "externalIdFieldName": "FirstName"}, "INVALIDJOB"),
        ({"object": "Contact", "operation": "insert", "externalIdFieldName": "Id"}, "INVALIDJOB"),
        ({"object": "Contact", "operation": "insert", "nope": 1}, "JSON_PARSER_ERROR"),
        ({"object": "Lead", "operation": "insert", "assignmentRuleId": "01QPr0000000001IAA"}, "INVALIDJOB"),
        ([], "JSON_PARSER_ERROR"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(shared: Server, body: Any, code: str) -> None:
    shared.refused(shared.post("jobs/ingest", body), 400, code)


def test_zipped_and_too_large_data_are_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = job(server)["id"]
    zipped = put(server, job_id, "LastName\n", **{"Content-Encoding": "gzip"})
    server.refused(zipped, 415, "UNSUPPORTED_MEDIA_TYPE")
    wrong = put(server, job_id, "LastName\n", **{"Content-Type": "application/json"})
    server.refused(wrong, 415, "UNSUPPORTED_MEDIA_TYPE")
    monkeypatch.setattr("crmsync_desktop.practice.salesforce.bulk_api.LARGEST_UPLOAD", 10)
    server.refused(put(server, job_id, "LastName\nDoe\n"), 413, "REQUEST_TOO_LARGE")


def test_the_orgs_rules_hold_for_bulk_rows(server: Server) -> None:
    lead = server.post("sobjects/Lead", {"LastName": "Doe", "Company": "Acme"}).json()["id"]
    server.org.convert_lead(lead)
    done = load(server, "update", f"Id,City\n{lead},X\n", object="Lead")
    assert rows(server, done["id"], "failedResults")[0]["sf__Error"].startswith("CANNOT_UPDATE_CONVERTED_LEAD:")
