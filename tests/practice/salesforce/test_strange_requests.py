"""Whatever is sent, the org answers with a status and a JSON body of its own, and never fails."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import EXTERNAL_ID, SalesforceOrg
from crmsync_desktop.practice.salesforce.asks import Ask
from crmsync_desktop.practice.salesforce.resources import handle

BASE = "/services/data/v60.0/"
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8))
NAMES = st.sampled_from(
    ["Id", "LastName", "Email", "Birthdate", "AccountId", "OwnerId", "MailingLatitude", "IsDeleted", "Account", "Nope"]
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.text(max_size=3), SCALARS, max_size=2))
KIND = st.sampled_from(["Contact", "Lead", "Account", "Case", "Task", "Nope", "", None, 5, ["Contact"]])
RECORD = st.one_of(
    SCALARS,
    st.builds(
        lambda fields, kind: {**fields, "attributes": {"type": kind}}, st.dictionaries(NAMES, VALUES, max_size=4), KIND
    ),
    st.builds(lambda value: {"attributes": value}, VALUES),
)
RECORDS = st.fixed_dictionaries({"records": st.lists(RECORD, max_size=3)}, optional={"allOrNone": VALUES})
IDS = st.fixed_dictionaries({"ids": st.lists(SCALARS, max_size=3), "fields": st.lists(SCALARS, max_size=3)})
PART = st.fixed_dictionaries(
    {},
    optional={
        "referenceId": st.sampled_from(["a", "b", "", 5, None]),
        "method": st.sampled_from(["GET", "POST", "PATCH", "DELETE", 5, None]),
        "url": st.sampled_from(
            [
                BASE + "limits",
                BASE + "sobjects/Contact",
                BASE + "query?q=SELECT Id FROM Contact",
                "@{a.id}",
                "@{a",
                5,
                None,
            ]
        ),
        "body": VALUES,
        "richInput": VALUES,
        "httpHeaders": VALUES,
    },
)
PARTS = st.builds(
    lambda name, parts, more: {name: parts, "allOrNone": more},
    st.sampled_from(["compositeRequest", "batchRequests"]),
    st.lists(st.one_of(PART, SCALARS), max_size=3),
    VALUES,
)
BODY = st.one_of(VALUES, RECORD, RECORDS, IDS, PARTS)
PATH = st.sampled_from(
    [
        "sobjects/Contact",
        "sobjects/Contact/003Pr0000000001",
        f"sobjects/Contact/{EXTERNAL_ID}/1",
        "sobjects/Lead/Email/x",
        "composite/sobjects",
        f"composite/sobjects/Contact/{EXTERNAL_ID}",
        "composite/sobjects/Contact/Id",
        "composite/sobjects/Contact",
        "composite",
        "composite/batch",
        "sobjects/Contact/updated",
        "query",
    ]
)
WORDS = (
    "SELECT FROM WHERE AND OR NOT IN LIKE ORDER BY LIMIT OFFSET GROUP COUNT ( ) , . = != < 'x' 'é%' 5 99999999999999999999 "
    "null true TODAY 2027-01-15 2027-01-15T08:00:00Z Id Name Email Account Owner Contact User IsDeleted DESC"
)
SOQL = st.lists(
    st.sampled_from(WORDS.split()),
    max_size=14,
).map(" ".join)


@pytest.fixture(scope="module")
def strange() -> Iterator[SalesforceOrg]:
    with tempfile.TemporaryDirectory() as folder:
        org = SalesforceOrg(Path(folder) / "strange.db", PracticeClock())
        org.load([("Contact", {"LastName": "A", EXTERNAL_ID: "1"}), ("Lead", {"LastName": "B", "Company": "C"})])
        yield org
        org.close()


def answered(org: SalesforceOrg, method: str, path: str, params: dict[str, str], body: Any) -> int:
    ask = Ask(org, org.admin_id, "v60.0", method, path.split("/"), params, {}, json.dumps(body).encode())
    answer = handle(ask)
    orjson.dumps(answer.body)
    if answer.status >= 400:
        assert {"message", "errorCode"} <= answer.body[0].keys()
    return answer.status


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), PATH, BODY)
@example("POST", "composite", {"compositeRequest": [{"referenceId": "a", "url": 5}]})
def test_strange_bodies_are_answered(strange: SalesforceOrg, method: str, path: str, body: Any) -> None:
    assert answered(strange, method, path, {}, body) < 500


@settings(max_examples=600)
@given(SOQL)
@example("SELECT Id FROM Contact WHERE Name = 'x' AND Owner.Name LIKE '%' ORDER BY Account.Name LIMIT 5")
def test_strange_queries_are_answered(strange: SalesforceOrg, soql: str) -> None:
    assert answered(strange, "GET", "query", {"q": soql}, None) in (200, 400)
    assert answered(strange, "GET", "query", {"q": f"SELECT Id FROM Contact WHERE {soql}"}, None) in (200, 400)
