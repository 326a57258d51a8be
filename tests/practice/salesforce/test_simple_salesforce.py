"""The org seen through simple-salesforce, a client that we did not write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

from .conftest import TOKEN, FrozenTime, Server


class PlainHTTP(HTTPAdapter):
    """simple-salesforce always says https; the practice org speaks plain HTTP on loopback."""

    def send(self, request: requests.PreparedRequest, **kw: Any) -> requests.Response:  # type: ignore[override]
        request.url = "http://" + str(request.url).removeprefix("https://")
        kw["timeout"] = 20
        return super().send(request, **kw)


@pytest.fixture
def client(server: Server) -> Iterator[Any]:
    with requests.Session() as session:
        session.mount(server.url.replace("http://", "https://"), PlainHTTP())
        yield Salesforce(
            session_id=TOKEN, instance_url=server.url, session=session, version="67.0", object_pairs_hook=dict
        )


def test_records_are_created_read_changed_and_deleted(client: Any) -> None:
    made = client.Contact.create({"LastName": "Doe", "Email": "doe@example.com"})
    assert made["success"]
    assert client.Contact.get(made["id"])["Email"] == "doe@example.com"
    assert client.Contact.update(made["id"], {"FirstName": "Jane"}) == 204
    assert client.Contact.upsert(f"{EXTERNAL_ID}/42", {"LastName": "New"}) == 201
    assert client.Contact.get_by_custom_id(EXTERNAL_ID, "42")["LastName"] == "New"
    assert client.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Contact.get(made["id"])


def test_queries_page_through_everything(client: Any, server: Server) -> None:
    server.org.load(("Contact", {"LastName": f"L{i}"}) for i in range(4500))
    names = [record["LastName"] for record in client.query_all_iter("SELECT LastName FROM Contact ORDER BY Id")]
    assert names == [f"L{i}" for i in range(4500)]
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 4500
    server.org.delete([client.query("SELECT Id FROM Contact LIMIT 1")["records"][0]["Id"]])
    assert client.query_all("SELECT Id FROM Contact", include_deleted=True)["totalSize"] == 4500


def test_describe_limits_and_lists_of_changes(client: Any, server: Server) -> None:
    assert client.describe()["maxBatchSize"] == 200
    assert client.Contact.describe()["keyPrefix"] == "003"
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000
    new_id = server.contact()
    end = datetime.fromtimestamp(FrozenTime()(), UTC) + timedelta(minutes=1)
    assert client.Contact.updated(end - timedelta(hours=1), end)["ids"] == [new_id]
    assert client.Contact.deleted(end - timedelta(hours=1), end)["deletedRecords"] == []


def test_collections_and_composite_through_restful(client: Any) -> None:
    records = [{"attributes": {"type": "Contact"}, "LastName": f"L{i}"} for i in range(3)]
    results = client.restful("composite/sobjects", method="POST", json={"records": records})
    ids = [result["id"] for result in results]
    changed = [{"attributes": {"type": "Contact"}, "Id": found, "FirstName": "F"} for found in ids]
    assert all(
        result["success"] for result in client.restful("composite/sobjects", method="PATCH", json={"records": changed})
    )
    found = client.restful("composite/sobjects/Contact", method="POST", json={"ids": ids, "fields": ["Name"]})
    assert [record["Name"] for record in found] == ["F L0", "F L1", "F L2"]
    url = "/services/data/v67.0/query?q=SELECT Id FROM Contact"
    body = {"compositeRequest": [{"method": "GET", "referenceId": "q", "url": url}]}
    (part,) = client.restful("composite", method="POST", json=body)["compositeResponse"]
    assert part["body"]["totalSize"] == 3


def test_refusals_become_the_clients_own_errors(client: Any, server: Server) -> None:
    with pytest.raises(SalesforceMalformedRequest) as malformed:
        client.query("SELECT Nope FROM Contact")
    assert malformed.value.content[0]["errorCode"] == "INVALID_FIELD"
    for _ in range(2):
        server.contact(Email="same@example.com")
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Contact.get_by_custom_id("Email", "same@example.com")
    new_id = server.contact()
    with pytest.raises(SalesforceGeneralError) as late:
        client.Contact.update(new_id, {"Title": "x"}, headers={"If-Unmodified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"})
    assert late.value.status == 412
    server.org.usage.limit = 1
    with pytest.raises(SalesforceRefusedRequest) as over:
        client.limits()
    assert over.value.content[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


def test_a_wrong_session_is_an_expired_session(client: Any) -> None:
    client.session_id = "wrong"
    client._generate_headers()
    with pytest.raises(SalesforceExpiredSession) as expired:
        client.query("SELECT Id FROM Contact")
    assert expired.value.content == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
