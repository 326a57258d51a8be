"""Pages: how large they are, how locators end, and that a page written by SQLite is the page built in Python."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.salesforce.queries import page_size

from .conftest import FrozenTime, Server

NOW = int(FrozenTime()())
LONG = {"name": "Notes__c", "object": "Contact", "type": "longtextarea", "length": 32_768}


def load(org: SalesforceOrg, count: int, **fields: Any) -> None:
    org.load(("Contact", {"LastName": f"N{at:05}", "SystemModstamp": NOW, **fields}) for at in range(count))


def follow(server: Server, answer: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """All pages of an answer."""
    pages = [answer["records"]]
    while not answer["done"]:
        answer = server.get(answer["nextRecordsUrl"]).json()
        pages.append(answer["records"])
    return pages


@pytest.mark.parametrize(
    ("options", "size"),
    [("", 2000), ("batchSize=250", 250), ("batchsize = 199", 200), ("other=1, batchSize=2001", 2000), ("other", 2000)],
)
def test_a_batch_size_is_between_200_and_2000(options: str, size: int) -> None:
    assert page_size(options) == size


def test_a_batch_size_that_is_no_number_is_refused(server: Server) -> None:
    answer = server.get(
        "query", params={"q": "SELECT Id FROM Contact"}, headers={"Sforce-Query-Options": "batchSize=all"}
    )
    assert server.refused(answer, 400, "INVALID_BATCH_SIZE")["message"] == "Invalid batch size: all"


def test_pages_of_two_long_text_areas_hold_200(server: Server) -> None:
    server.org.change_setup(custom_fields=[LONG])
    load(server.org, 450)
    one = server.query("SELECT Description FROM Contact")
    assert (len(one["records"]), one["done"]) == (450, True)
    both = server.query("SELECT LastName, Description, Notes__c FROM Contact ORDER BY LastName")
    pages = follow(server, both)
    assert [len(page) for page in pages] == [200, 200, 50]
    assert [record["LastName"] for page in pages for record in page] == [f"N{at:05}" for at in range(450)]


def test_children_count_towards_the_page_and_a_long_list_of_them_has_its_own_locator(server: Server) -> None:
    few, many = (server.post("sobjects/Account", {"Name": name}).json()["id"] for name in ("Few", "Many"))
    load(server.org, 150, AccountId=few)
    load(server.org, 450, AccountId=many, FirstName="M")
    soql = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account ORDER BY Name"
    small = {"Sforce-Query-Options": "batchSize=200"}
    first = server.query(soql, headers=small)
    assert (first["totalSize"], first["done"], len(first["records"])) == (2, False, 1)
    assert first["records"][0]["Contacts"]["done"] is True
    second = server.get(first["nextRecordsUrl"], headers=small).json()
    (record,) = second["records"]
    assert (record["Name"], second["done"]) == ("Many", True)
    children = record["Contacts"]
    assert (children["totalSize"], children["done"], len(children["records"])) == (450, False, 200)
    pages = follow(server, children)
    names = [child["LastName"] for page in pages for child in page]
    assert names == [f"N{at:05}" for at in range(450)]


def test_a_limit_is_the_total_of_all_pages(server: Server) -> None:
    load(server.org, 700)
    small = {"Sforce-Query-Options": "batchSize=200"}
    answer = server.query("SELECT LastName FROM Contact ORDER BY LastName LIMIT 450 OFFSET 100", headers=small)
    assert answer["totalSize"] == 450
    pages = follow(server, answer)
    assert [record["LastName"] for page in pages for record in page] == [f"N{at:05}" for at in range(100, 550)]
    assert server.query("SELECT COUNT() FROM Contact LIMIT 50")["totalSize"] == 50


def test_a_record_deleted_between_two_pages_still_comes_and_one_gone_for_good_does_not(server: Server) -> None:
    load(server.org, 2003)
    answer = server.query("SELECT Id, LastName, IsDeleted FROM Contact ORDER BY LastName")
    ids = {
        record["LastName"]: record["Id"]
        for record in server.query("SELECT Id, LastName FROM Contact WHERE LastName >= 'N02000'")["records"]
    }
    server.org.delete([ids["N02001"], ids["N02002"]])
    server.org.store.db.execute('DELETE FROM "Contact" WHERE Id = ?', (ids["N02002"],))
    last = server.get(answer["nextRecordsUrl"]).json()
    assert (last["totalSize"], last["done"]) == (2003, True)
    assert [(record["LastName"], record["IsDeleted"]) for record in last["records"]] == [
        ("N02000", False),
        ("N02001", True),
    ]


def test_locators_are_counted_by_user(server: Server) -> None:
    load(server.org, 2001)
    queries = server.org.queries
    mine = server.query("SELECT Id FROM Contact")["nextRecordsUrl"]
    assert mine.startswith("/services/data/v60.0/query/0r8")
    theirs = [
        queries.run("SELECT Id FROM Contact", "v60.0", with_deleted=False, user_id="other")["nextRecordsUrl"]
        for _ in range(11)
    ]
    assert server.get(mine).status_code == 200
    server.refused(server.get(theirs[-1]), 400, "INVALID_QUERY_LOCATOR")
    for wrong in (mine + "x", mine.replace("-2000", "-2001"), mine.replace("-2000", "-٣"), mine.replace("-2000", "")):
        assert server.refused(server.get(wrong), 400, "INVALID_QUERY_LOCATOR")["message"] == "invalid query locator"


def test_merged_and_deleted_records_are_in_query_all_with_what_became_of_them(server: Server) -> None:
    kept, lost, gone = (server.contact(LastName=name) for name in ("Kept", "Lost", "Gone"))
    server.org.merge(kept, [lost])
    server.org.delete([gone])
    soql = "SELECT Id, IsDeleted, MasterRecordId FROM Contact ORDER BY Id"
    answer = server.query(soql, everything=True)
    assert [(r["Id"], r["IsDeleted"], r["MasterRecordId"]) for r in answer["records"]] == [
        (kept, False, None),
        (lost, True, kept),
        (gone, True, None),
    ]
    assert server.query("SELECT COUNT() FROM Contact WHERE IsDeleted = true", everything=True)["totalSize"] == 2
    assert server.query("SELECT COUNT() FROM Contact WHERE IsDeleted = true")["totalSize"] == 0
    server.org.undelete([gone])
    assert server.query(soql)["totalSize"] == 2


def test_a_query_longer_than_100000_characters_is_refused_where_it_fits_into_a_request(server: Server) -> None:
    soql = "SELECT Id FROM Contact WHERE LastName = 'x'" + " " * 100_000
    body = {"method": "GET", "referenceId": "q", "url": f"/services/data/v60.0/query?q={soql}x"}
    (part,) = server.post("composite", {"compositeRequest": [body]}).json()["compositeResponse"]
    (entry,) = part["body"]
    assert (part["httpStatusCode"], entry["errorCode"]) == (400, "MALFORMED_QUERY")
    assert entry["message"] == "SOQL statements cannot be longer than 100000 characters."


def test_what_is_hidden_from_the_user_is_in_no_query(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Secret"}).json()["id"]
    contact, other = server.contact(AccountId=account, Fax="1"), server.contact()
    server.org.change_setup(hidden_fields=["Contact.Fax"], hidden_records=[account, other])
    assert server.query("SELECT Id, Account.Name FROM Contact")["records"] == [
        {
            "attributes": {"type": "Contact", "url": f"/services/data/v60.0/sobjects/Contact/{contact}"},
            "Id": contact,
            "Account": None,
        }
    ]
    for soql in (
        "SELECT Fax FROM Contact",
        "SELECT Id FROM Contact WHERE Fax = '1'",
        "SELECT Id FROM Contact ORDER BY Fax",
    ):
        server.refused(server.get("query", params={"q": soql}), 400, "INVALID_FIELD")
    server.org.change_setup(hidden_objects=["Account"])
    server.refused(server.get("query", params={"q": "SELECT Id FROM Account"}), 400, "INVALID_TYPE")
    server.refused(server.get("query", params={"q": "SELECT Account.Name FROM Contact"}), 400, "INVALID_FIELD")


@pytest.fixture(scope="module")
def employed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesforceOrg]:
    """An org with one account."""
    made = SalesforceOrg(tmp_path_factory.mktemp("pages") / "org.db", PracticeClock(source=FrozenTime()))
    made.load([("Account", {"Name": 'Åse \\ "Co"'})])
    yield made
    made.close()


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
REALS = st.floats(allow_nan=False, allow_infinity=False) | st.decimals(-180, 180, places=15).map(float)
ROWS = st.lists(st.tuples(TEXTS, st.none() | REALS, st.booleans(), st.none() | TEXTS), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_what_sqlite_writes_is_what_python_builds(
    employed: SalesforceOrg, rows: list[tuple[str, float | None, bool, str | None]]
) -> None:
    org = employed
    soql = (
        "SELECT Id, LastName, MailingLatitude, IsEmailBounced, MailingAddress, OtherAddress, Account.Name, "
        "Account.IsDeleted, Account.Owner.Name, SystemModstamp FROM Contact ORDER BY Id"
    )
    org.store.db.execute("BEGIN")
    try:
        account = org.store.db.execute('SELECT Id FROM "Account"').fetchone()[0]
        for at, (last, latitude, bounced, street) in enumerate(rows):
            given = {"LastName": last, "MailingLatitude": latitude, "IsEmailBounced": bounced, "MailingStreet": street}
            columns = ", ".join(f'"{name}"' for name in ("_n", "Id", "IsDeleted", "AccountId", *given))
            values = [at + 1, f"003{at:015}", 0, account if at % 2 else None, *given.values()]
            org.store.db.execute(f'INSERT INTO "Contact" ({columns}) VALUES ({", ".join("?" * len(values))})', values)
        built = org.queries.run(soql, "v60.0", with_deleted=False)
        written = org.queries.run(soql, "v60.0", with_deleted=False, written=True)
    finally:
        org.store.db.execute("ROLLBACK")
    assert isinstance(written["records"], orjson.Fragment)
    assert orjson.loads(orjson.dumps(written)) == orjson.loads(orjson.dumps(built))
    for (_, latitude, *_), record in zip(rows, orjson.loads(orjson.dumps(written))["records"], strict=True):
        found = record["MailingLatitude"]
        assert found == latitude
        assert latitude is None or math.copysign(1, found) == math.copysign(1, latitude) or latitude == 0


def test_what_python_has_to_build_is_no_fragment(org: SalesforceOrg) -> None:
    load(org, 1)
    for soql in (
        "SELECT Id, (SELECT Id FROM Tasks) FROM Contact",
        "SELECT FORMAT(CreatedDate) c FROM Contact",
        "SELECT FIELDS(ALL) FROM Account LIMIT 200",
        "SELECT Id FROM Contact FOR VIEW",
    ):
        assert isinstance(org.queries.run(soql, "v60.0", with_deleted=False, written=True)["records"], list)
