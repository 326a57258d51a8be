"""Bulk API 2.0 as simple-salesforce uses it, in its plain form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceOperationError

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

from .conftest import TOKEN, Server
from .test_simple_salesforce import PlainHTTP

QUICK = 0.01


@pytest.fixture
def bulk(server: Server) -> Iterator[Any]:
    with requests.Session() as session:
        session.mount(server.url.replace("http://", "https://"), PlainHTTP())
        client = Salesforce(
            session_id=TOKEN, instance_url=server.url, session=session, version="67.0", object_pairs_hook=dict
        )
        yield client.bulk2


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_rows_are_inserted_updated_upserted_and_deleted(server: Server, bulk: Any) -> None:
    records = [{"LastName": f"L{number}", EXTERNAL_ID: str(number)} for number in range(20)]
    (made,) = bulk.Contact.insert(records=records, wait=QUICK)
    assert (made["numberRecordsProcessed"], made["numberRecordsFailed"]) == (20, 0)
    good = rows(bulk.Contact.get_successful_records(made["job_id"]))
    ids = [row["sf__Id"] for row in good]
    assert server.org.count("Contact") == 20
    bulk.Contact.update(records=[{"Id": found, "FirstName": "Jane"} for found in ids[:5]], wait=QUICK)
    assert server.query("SELECT COUNT() FROM Contact WHERE FirstName = 'Jane'")["totalSize"] == 5
    upserts = [{EXTERNAL_ID: "1", "LastName": "Old"}, {EXTERNAL_ID: "99", "LastName": "New"}]
    (done,) = bulk.Contact.upsert(records=upserts, external_id_field=EXTERNAL_ID, wait=QUICK)
    assert [row["sf__Created"] for row in rows(bulk.Contact.get_successful_records(done["job_id"]))] == [
        "false",
        "true",
    ]
    bulk.Contact.delete(records=[{"Id": found} for found in ids], wait=QUICK)
    assert server.org.count("Contact") == 1


def test_failures_are_told_row_by_row(bulk: Any) -> None:
    (done,) = bulk.Contact.insert(records=[{"LastName": "", "Email": "a@example.com"}], wait=QUICK)
    assert done["numberRecordsFailed"] == 1
    found = bulk.Contact.get_all_ingest_records(done["job_id"])
    assert found["successfulRecords"] == []
    assert found["failedRecords"][0]["sf__Error"].startswith("REQUIRED_FIELD_MISSING:")
    with pytest.raises(SalesforceOperationError, match="Field name not found : Nope"):
        bulk.Contact.insert(records=[{"Nope": "x"}], wait=QUICK)


def test_queries_come_page_by_page(server: Server, bulk: Any, tmp_path: Path) -> None:
    server.org.load(("Contact", {"LastName": f"L{number}"}) for number in range(2500))
    server.org.delete([server.query("SELECT Id FROM Contact LIMIT 1")["records"][0]["Id"]])
    soql = "SELECT Id, LastName FROM Contact"
    pages = list(bulk.Contact.query(soql, max_records=1000, wait=QUICK))
    assert [len(rows(page)) for page in pages] == [1000, 1000, 499]
    assert len({row["Id"] for page in pages for row in rows(page)}) == 2499
    assert sum(len(rows(page)) for page in bulk.Contact.query_all(soql, wait=QUICK)) == 2500
    (file,) = bulk.Contact.download(soql, path=str(tmp_path), wait=QUICK)
    assert file["number_of_records"] == 2499
    assert len(rows(Path(file["file"]).read_text("utf-8"))) == 2499
