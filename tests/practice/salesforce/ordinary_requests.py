"""What a client may send: a request for every route of the org, which is taken."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

ROOT = "/services/data/v60.0/"


@dataclass(frozen=True)
class Strange:
    """`refuse`: it names something that isn't there, so that it must not be taken as if it were."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    body: bytes | None = None
    kind: str = ""
    refuse: bool = False
    what: str = ""

    @property
    def target(self) -> str:
        return self.path + (f"?{urlencode(self.params, errors='surrogatepass')}" if self.params else "")

    @property
    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        return b"" if self.json is None else json.dumps(self.json).encode("utf-8", "surrogatepass")


@dataclass
class Known:
    """Ids of records, jobs and locators that the org has."""

    contact: str
    account: str
    lead: str
    opportunity: str
    locator: str
    ingest: str
    done: str
    asked: str
    refresh: str
    key: str
    """The external ids k1 and k2 begin with it."""


QUERIES = [
    "SELECT Id, Name, Email FROM Contact WHERE LastName = 'Doe' AND Email != null ORDER BY Name DESC NULLS LAST LIMIT 5",
    "SELECT Id, Account.Name, Owner.Name FROM Contact WHERE Account.Name LIKE 'A%' OR (NOT LastName IN ('x', 'é'))",
    "SELECT Name, (SELECT Id, LastName FROM Contacts WHERE Email = null LIMIT 2) FROM Account WHERE AnnualRevenue >= 1.5e3",
    "SELECT COUNT(Id) n, StageName, MAX(CloseDate) FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 0 ORDER BY COUNT(Id)",
    "SELECT COUNT() FROM Lead WHERE CreatedDate = LAST_N_DAYS:30 AND IsConverted = false",
    "SELECT Subject, TYPEOF What WHEN Account THEN Phone WHEN Opportunity THEN Amount ELSE Name END FROM Task",
    "SELECT Id FROM Contact WHERE SystemModstamp >= 2020-01-01T00:00:00Z AND SystemModstamp < 2099-01-01T00:00:00+02:00",
    "SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Name = 'Acme') AND Birthdate < 2001-02-03",
    "SELECT FIELDS(STANDARD) FROM Contact USING SCOPE mine WHERE Id = '003Pr0000000001' LIMIT 20 OFFSET 1 FOR VIEW",
    "SELECT CALENDAR_YEAR(CloseDate) y, SUM(Amount) FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate) LIMIT 10",
    "SELECT c.Id, a.Name FROM Contact c, c.Account a WHERE a.Industry = 'Energy' AND c.MailingCity LIKE '_o\\%'",
]
CSVS = [
    b"LastName,Email\nDoe,a@b.co\nRoe,\n", b"Id,LastName\n003Pr0000000001,Doe\n", b"LastName,Account.Name\nDoe,Acme\n", b"Id\n003Pr0000000001\n",
    b"LastName,MailingLatitude,Birthdate\nDoe,1.5,2001-02-03\n", f"{EXTERNAL_ID},LastName\nk1,Doe\nk2,Roe\n".encode(),
]  # fmt: skip


def valid(known: Known) -> list[Strange]:
    """A request that is taken, for every route of the org."""
    contact = {
        "LastName": "Doe",
        "FirstName": "Jo",
        "Email": "jo@doe.example",
        "AccountId": known.account,
        "MailingLatitude": 1.5,
    }
    typed = [
        {"attributes": {"type": "Contact"}, **contact},
        {"attributes": {"type": "Account"}, "Name": "Acme", "AnnualRevenue": 5.5},
    ]
    parts = [
        {"method": "POST", "url": f"{ROOT}sobjects/Contact", "referenceId": "a", "body": contact},
        {"method": "GET", "url": f"{ROOT}sobjects/Contact/@{{a.id}}?fields=Name", "referenceId": "b", "httpHeaders": {"If-Modified-Since": "x"}},
        {"method": "PATCH", "url": f"{ROOT}sobjects/Contact/{known.contact}", "referenceId": "c", "body": {"Title": "@{b.Name}"}},
        {"method": "GET", "url": f"{ROOT}query?q=SELECT+Id+FROM+Contact+LIMIT+1", "referenceId": "d"},
    ]  # fmt: skip
    tree = {"attributes": {"type": "Account", "referenceId": "r1"}, "Name": "Acme", "Contacts": {"records": [
        {"attributes": {"type": "Contact", "referenceId": "r2"}, "LastName": "Doe"}]}}  # fmt: skip
    job = {
        "object": "Contact",
        "operation": "upsert",
        "externalIdFieldName": EXTERNAL_ID,
        "contentType": "CSV",
        "lineEnding": "LF",
    }
    found: list[tuple[str, str, dict[str, str] | None, Any]] = [
        ("GET", "", None, None), ("GET", "limits", None, None), ("GET", "limits/recordCount", {"sObjects": "Contact,Lead"}, None),
        ("GET", "sobjects", None, None), ("GET", "sobjects/Contact", None, None), ("GET", "sobjects/Contact/describe", None, None),
        ("POST", "sobjects/Contact", None, contact), ("POST", "sobjects/Lead", None, {"LastName": "Roe", "Company": "Acme"}),
        ("POST", "sobjects/Opportunity", None, {"Name": "x", "StageName": "Prospecting", "CloseDate": "2027-01-31", "Amount": 5.25}),
        ("POST", "sobjects/Task", None, {"Subject": "Call", "WhoId": known.contact, "ActivityDate": "2027-01-31", "IsReminderSet": False}),
        ("GET", "sobjects/Contact/updated", {"start": "2027-01-01T00:00:00Z", "end": "2027-01-15T00:00:00Z"}, None),
        ("GET", "sobjects/Contact/deleted", {"start": "2027-01-10T00:00:00Z", "end": "2027-01-15T00:00:00Z"}, None),
        ("GET", f"sobjects/Contact/{known.contact}", {"fields": "Name,Email"}, None), ("PATCH", f"sobjects/Contact/{known.contact}", None, contact),
        ("PATCH", f"sobjects/Account/{known.account}", None, {"Name": "Acme", "NumberOfEmployees": 7}),
        ("DELETE", f"sobjects/Lead/{known.lead}", None, None), ("GET", f"sobjects/Contact/{EXTERNAL_ID}/{known.key}k1", {"fields": "Name"}, None),
        ("GET", f"sobjects/Contact/{known.contact}/Account", None, None), ("GET", f"sobjects/Account/{known.account}/Contacts", {"fields": "Name"}, None),
        ("PATCH", f"sobjects/Contact/{EXTERNAL_ID}/{known.key}k1", {"updateOnly": "true"}, {"LastName": "Doe"}), ("PATCH", f"sobjects/Contact/{EXTERNAL_ID}/{known.key}k3", None, contact),
        ("DELETE", f"sobjects/Contact/{EXTERNAL_ID}/{known.key}k2", None, None), ("POST", "composite", None, {"allOrNone": True, "compositeRequest": parts}),
        ("POST", "composite/batch", None, {"haltOnError": True, "batchRequests": [
            {"method": "GET", "url": "v60.0/limits"}, {"method": "POST", "url": "v60.0/sobjects/Contact", "richInput": contact}]}),
        ("POST", "composite/graph", None, {"graphs": [{"graphId": "g1", "compositeRequest": parts[:3]}]}), ("POST", "composite/tree/Account", None, {"records": [tree]}),
        ("POST", "composite/sobjects", None, {"allOrNone": True, "records": typed}),
        ("PATCH", "composite/sobjects", None, {"allOrNone": False, "records": [{**typed[0], "Id": known.contact}, {**typed[1], "Id": known.account}]}),
        ("DELETE", "composite/sobjects", {"ids": f"{known.lead},{known.contact}", "allOrNone": "true"}, None),
        ("POST", "composite/sobjects/Contact", None, {"ids": [known.contact], "fields": ["Name", "Email"]}),
        ("GET", "composite/sobjects/Contact", {"ids": known.contact, "fields": "Name"}, None),
        ("PATCH", f"composite/sobjects/Contact/{EXTERNAL_ID}", None, {"allOrNone": True, "records": [{**typed[0], EXTERNAL_ID: f"{known.key}k1"}]}),
        ("GET", f"query/{known.locator}", None, None), ("GET", "jobs/ingest", {"jobType": "V2Ingest"}, None), ("POST", "jobs/ingest", None, job),
        ("GET", f"jobs/ingest/{known.done}", None, None), ("PATCH", f"jobs/ingest/{known.ingest}", None, {"state": "Aborted"}),
        ("DELETE", f"jobs/ingest/{known.done}", None, None), ("GET", f"jobs/ingest/{known.done}/successfulResults", None, None),
        ("GET", f"jobs/ingest/{known.done}/failedResults", None, None), ("GET", f"jobs/ingest/{known.done}/unprocessedrecords", None, None),
        ("GET", "jobs/query", {"concurrencyMode": "parallel"}, None), ("POST", "jobs/query", None, {"operation": "query", "query": QUERIES[0]}),
        ("GET", f"jobs/query/{known.asked}", None, None), ("PATCH", f"jobs/query/{known.asked}", None, {"state": "Aborted"}),
        ("DELETE", f"jobs/query/{known.asked}", None, None), ("GET", f"jobs/query/{known.asked}/results", {"maxRecords": "2", "locator": "MQ"}, None),
    ]  # fmt: skip
    made = [
        Strange(method, ROOT + path, tuple((params or {}).items()), (), body) for method, path, params, body in found
    ]
    made += [
        Strange("GET", f"{ROOT}query{more}", (("q", soql),), kind="soql") for soql in QUERIES for more in ("", "All")
    ]
    made += [
        Strange(
            "PUT",
            f"{ROOT}jobs/ingest/{known.ingest}/batches",
            headers=(("Content-Type", "text/csv"),),
            body=csv,
            kind="csv",
        )
        for csv in CSVS
    ]
    forms = [
        ("token", {"grant_type": "refresh_token", "client_id": "practice-client", "refresh_token": known.refresh}),
        ("token", {"grant_type": "authorization_code", "client_id": "practice-client", "code": "x", "redirect_uri": "http://localhost:1717/OauthRedirect"}),
        ("revoke", {"token": "x"}),
    ]  # fmt: skip
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    made += [
        Strange("POST", f"/services/oauth2/{path}", headers=form, body=urlencode(given).encode(), kind="form")
        for path, given in forms
    ]
    made += [Strange("GET", "/services/data/"), Strange("GET", "/services/oauth2/userinfo", kind="form"), Strange("GET", "/services/oauth2/authorize", (
        ("response_type", "code"), ("client_id", "practice-client"), ("redirect_uri", "http://localhost:1717/OauthRedirect"),
        ("code_challenge", "x" * 43), ("code_challenge_method", "S256")), kind="form")]  # fmt: skip
    return made
