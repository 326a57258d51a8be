from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg

from .conftest import FrozenTime, Server, serve

NOW = int(FrozenTime()())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An org of five contacts, for tests that only read."""
    clock = PracticeClock(source=FrozenTime())
    org = SalesforceOrg(tmp_path_factory.mktemp("shared") / "org.db", clock)
    for first in (None, "bob", "O'Neil", "x_y", "Åsa"):
        more = {"Birthdate": "1980-02-29", "MailingLatitude": 2} if first == "bob" else {}
        org.insert("Contact", {"LastName": "Doe", "FirstName": first, **more})
    yield from serve(org, clock)
    org.close()


def seeded(org: SalesforceOrg, count: int = 10) -> None:
    """Contacts F0 to F9 …, one a minute, the newest last, the last of them now."""
    rows = (
        ("Contact", {"FirstName": f"F{i}", "LastName": "Seed", "SystemModstamp": NOW - 60 * (count - 1 - i)})
        for i in range(count)
    )
    org.load(rows)


def names(answer: dict[str, list[dict[str, str]]], field: str = "FirstName") -> list[str]:
    return [record[field] for record in answer["records"]]


def test_a_record_carries_its_type_its_address_and_the_asked_fields_in_their_own_spelling(server: Server) -> None:
    new_id = server.contact(FirstName="Jane")
    answer = server.query("select id, firstNAME from contact")
    record = {
        "attributes": {"type": "Contact", "url": f"/services/data/v60.0/sobjects/Contact/{new_id}"},
        "Id": new_id,
        "FirstName": "Jane",
    }
    assert answer == {"totalSize": 1, "done": True, "records": [record]}
    assert list(answer["records"][0]) == ["attributes", "Id", "FirstName"]


def test_parents_are_nested_and_null_where_there_is_none(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    server.contact(FirstName="With", AccountId=account)
    server.contact(FirstName="Without")
    answer = server.query("SELECT FirstName, Account.Name, Account.Owner.Email FROM Contact ORDER BY FirstName DESC")
    without, employed = answer["records"]
    assert without["Account"] is None
    assert employed["Account"]["attributes"] == {
        "type": "Account",
        "url": f"/services/data/v60.0/sobjects/Account/{account}",
    }
    assert employed["Account"]["Name"] == "Acme"
    assert employed["Account"]["Owner"]["Email"] == "ada.admin@practice.example"


def test_addresses_are_composed_and_booleans_are_real(server: Server) -> None:
    server.contact(MailingCity="Oslo", MailingCountry="Norge")
    (record,) = server.query("SELECT MailingAddress, OtherAddress, IsDeleted FROM Contact")["records"]
    assert record["OtherAddress"] is None
    assert record["IsDeleted"] is False
    assert record["MailingAddress"] == {
        "city": "Oslo",
        "country": "Norge",
        "geocodeAccuracy": None,
        "latitude": None,
        "longitude": None,
        "postalCode": None,
        "state": None,
        "street": None,
    }


def test_a_timestamp_has_no_colon_in_its_offset(server: Server) -> None:
    server.contact()
    (record,) = server.query("SELECT SystemModstamp FROM Contact")["records"]
    assert record["SystemModstamp"] == "2027-01-15T08:00:00.000+0000"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("FirstName = 'ÅSA'", ["Åsa"]),
        ("FirstName = 'BOB'", ["bob"]),
        ("FirstName IN ('åsa', 'Bob', null)", [None, "bob", "Åsa"]),
        ("FirstName NOT IN ('åsa')", [None, "bob", "O'Neil", "x_y"]),
        ("FirstName != 'bob'", [None, "O'Neil", "x_y", "Åsa"]),
        ("NOT FirstName = 'bob'", [None, "O'Neil", "x_y", "Åsa"]),
        ("FirstName = null", [None]),
        ("FirstName = ''", [None]),
        ("FirstName != null", ["bob", "O'Neil", "x_y", "Åsa"]),
        (r"FirstName = 'O\'Neil'", ["O'Neil"]),
        ("FirstName LIKE '%NEI%'", ["O'Neil"]),
        ("FirstName LIKE 'å%'", ["Åsa"]),
        (r"FirstName LIKE 'x\_%'", ["x_y"]),
        ("FirstName LIKE 'b_b'", ["bob"]),
        ("(NOT FirstName LIKE 'b%') AND FirstName != null", ["O'Neil", "x_y", "Åsa"]),
        ("FirstName > 'c' AND FirstName < 'p'", ["O'Neil"]),
        ("IsDeleted = false AND (FirstName = 'bob' OR FirstName = 'x_y')", ["bob", "x_y"]),
        ("CreatedDate = TODAY AND FirstName = 'bob'", ["bob"]),
        ("CreatedDate = LAST_N_DAYS:3 AND FirstName = 'bob'", ["bob"]),
        ("CreatedDate < TODAY", []),
        ("CreatedDate > 2027-01-15T07:59:59Z AND FirstName = 'bob'", ["bob"]),
        ("CreatedDate >= 2027-01-15T09:00:00+01:00 AND FirstName = 'bob'", ["bob"]),
        ("CreatedDate >= 2027-01-15T08:00:01Z", []),
        ("Birthdate = 1980-02-29", ["bob"]),
        ("MailingLatitude > 1.5", ["bob"]),
        ("OwnerId IN (SELECT Id FROM User WHERE IsActive = true) AND FirstName = 'bob'", ["bob"]),
        ("Owner.Name = 'ada admin' AND FirstName = 'bob'", ["bob"]),
    ],
)
def test_conditions_find_what_salesforce_would_find(shared: Server, where: str, found: list[str | None]) -> None:
    answer = shared.query(f"SELECT FirstName FROM Contact WHERE {where} ORDER BY FirstName")
    assert names(answer) == found


def test_ids_are_taken_with_15_and_with_18_characters(server: Server) -> None:
    new_id = server.contact()
    for given in (new_id, new_id[:15]):
        assert server.query(f"SELECT Id FROM Contact WHERE Id = '{given}'")["totalSize"] == 1
        assert server.query(f"SELECT Id FROM Contact WHERE Id IN ('{given}')")["totalSize"] == 1


def test_order_limit_and_offset(server: Server) -> None:
    seeded(server.org)
    answer = server.query("SELECT FirstName FROM Contact ORDER BY SystemModstamp DESC, Id LIMIT 3 OFFSET 2")
    assert names(answer) == ["F7", "F6", "F5"]
    assert answer["totalSize"] == 3


def test_nulls_come_first_unless_asked_otherwise(server: Server) -> None:
    server.contact(FirstName="A")
    server.contact()
    for direction, wanted in (
        ("ASC", [None, "A"]),
        ("DESC", [None, "A"]),
        ("ASC NULLS LAST", ["A", None]),
        ("DESC NULLS LAST", ["A", None]),
    ):
        assert names(server.query(f"SELECT FirstName FROM Contact ORDER BY FirstName {direction}")) == wanted


def test_a_keyset_page_holds_a_tie_apart_by_id(server: Server) -> None:
    server.org.load(("Contact", {"LastName": f"T{i}", "SystemModstamp": NOW}) for i in range(4))
    soql = "SELECT Id, SystemModstamp FROM Contact {} ORDER BY SystemModstamp, Id LIMIT 2"
    first = server.query(soql.format(""))["records"]
    stamp = first[-1]["SystemModstamp"].replace(".000+0000", "Z")
    after = f"WHERE (SystemModstamp = {stamp} AND Id > '{first[-1]['Id']}') OR SystemModstamp > {stamp}"
    second = server.query(soql.format(after))["records"]
    ids = [record["Id"] for record in first + second]
    assert len(set(ids)) == 4
    assert ids == sorted(ids)


def test_counts(server: Server) -> None:
    seeded(server.org)
    assert server.query("select count() from Contact") == {"totalSize": 10, "done": True, "records": []}
    answer = server.query("SELECT COUNT(Id) FROM Contact")
    assert answer == {
        "totalSize": 1,
        "done": True,
        "records": [{"attributes": {"type": "AggregateResult"}, "expr0": 10}],
    }
    grouped = server.query("SELECT LastName, COUNT(Id) total, MAX(FirstName) FROM Contact GROUP BY LastName")
    (record,) = grouped["records"]
    assert (record["LastName"], record["total"], record["expr0"]) == ("Seed", 10, "F9")


def test_pages_follow_one_another_and_keep_the_order_of_the_first(server: Server) -> None:
    seeded(server.org, 4100)
    answer = server.query("SELECT Id, FirstName FROM Contact WHERE LastName = 'Seed' ORDER BY SystemModstamp, Id")
    assert (answer["totalSize"], answer["done"], len(answer["records"])) == (4100, False, 2000)
    seen = names(answer)
    while not answer["done"]:
        # What is written between two pages neither shifts nor doubles a row.
        server.contact(LastName="Seed", FirstName="Late")
        answer = server.get(answer["nextRecordsUrl"]).json()
        assert answer["totalSize"] == 4100
        seen += names(answer)
    assert seen == [f"F{i}" for i in range(4100)]
    assert "nextRecordsUrl" not in answer


def test_the_page_size_can_be_asked_for_between_200_and_2000(server: Server) -> None:
    seeded(server.org, 500)
    for asked, given in (("200", 200), ("1", 200), ("5000", 500)):
        answer = server.query("SELECT Id FROM Contact", headers={"Sforce-Query-Options": f"batchSize={asked}"})
        assert len(answer["records"]) == given


def test_deleted_records_are_in_query_all_only(server: Server) -> None:
    gone = server.contact()
    assert server.call("DELETE", f"sobjects/Contact/{gone}").status_code == 204
    soql = "SELECT Id, IsDeleted FROM Contact"
    assert server.query(soql)["totalSize"] == 0
    (record,) = server.query(soql, everything=True)["records"]
    assert record["IsDeleted"] is True


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        ("SELECT Id FORM Contact", "MALFORMED_QUERY", "unexpected token: 'Contact'"),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Contact WHERE Name = 'a' AND Id = null OR Id != null", "MALFORMED_QUERY", "'OR'"),
        ("SELECT Id, Id FROM Contact", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Name, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "must be grouped or aggregated"),
        ("SELECT Nope FROM Contact", "INVALID_FIELD", "No such column 'Nope' on entity 'Contact'"),
        ("SELECT Id FROM Contact WHERE Nope = 1", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Id FROM Contact ORDER BY Nope", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Nope.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Nope'"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Contact WHERE FirstName = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Contact WHERE IsDeleted = 'x'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id FROM Contact WHERE CreatedDate > '2020-01-01'", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2020-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Contact WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nonsense"),
        ("SELECT Id FROM Contact WHERE Id LIKE '003%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Nope", "INVALID_TYPE", "sObject type 'Nope' is not supported"),
        ("SELECT Id FROM Contact LIMIT 1 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset"),
    ],
)
def test_a_query_that_does_not_hold_is_refused(shared: Server, soql: str, code: str, message: str) -> None:
    entry = shared.refused(shared.get("query", params={"q": soql}), 400, code)
    assert message in entry["message"]


def test_the_error_points_at_the_place_as_the_real_one_does(server: Server) -> None:
    """The body was recorded from a real org."""
    entry = server.refused(server.get("query", params={"q": "select count() from XYZZY"}), 400, "INVALID_TYPE")
    assert entry["message"] == (
        "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"
        "sObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to append the "
        "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )


def test_a_query_without_text_is_refused(server: Server) -> None:
    server.refused(server.get("query"), 400, "MALFORMED_QUERY")


def test_a_locator_that_is_unknown_or_two_days_old_is_refused(server: Server) -> None:
    seeded(server.org, 2001)
    server.refused(server.get("query/01gNonsense-2000"), 400, "INVALID_QUERY_LOCATOR")
    answer = server.query("SELECT Id FROM Contact")
    assert server.get(answer["nextRecordsUrl"]).status_code == 200
    server.clock.advance(2 * 86_400 + 1)
    server.refused(server.get(answer["nextRecordsUrl"]), 400, "INVALID_QUERY_LOCATOR")


def test_the_eleventh_locator_closes_the_oldest(server: Server) -> None:
    seeded(server.org, 2001)
    first, *_, last = [server.query("SELECT Id FROM Contact")["nextRecordsUrl"] for _ in range(11)]
    server.refused(server.get(first), 400, "INVALID_QUERY_LOCATOR")
    assert server.get(last).status_code == 200


def test_a_locator_does_not_outlive_the_server(tmp_path: Path, clock: PracticeClock) -> None:
    org = SalesforceOrg(tmp_path / "again.db", clock)
    seeded(org, 2001)
    locator = org.queries.run("SELECT Id FROM Contact", "v60.0", with_deleted=False)["nextRecordsUrl"]
    org.close()
    again = SalesforceOrg(tmp_path / "again.db", clock)
    try:
        assert again.count("Contact") == 2001
        with pytest.raises(Exception, match="INVALID_QUERY_LOCATOR"):
            again.queries.more(locator.rsplit("/", 1)[1], "v60.0")
    finally:
        again.close()


def test_an_address_above_16384_bytes_is_414_but_the_same_query_fits_into_a_composite(server: Server) -> None:
    ids = ", ".join(f"'{'003Pr0000000001'}'" for _ in range(1000))
    soql = f"SELECT Id FROM Contact WHERE Id IN ({ids})"
    assert server.get("query", params={"q": soql}).status_code == 414
    body = {"method": "GET", "referenceId": "q", "url": f"/services/data/v60.0/query?q={soql}"}
    (part,) = server.post("composite", {"compositeRequest": [body]}).json()["compositeResponse"]
    assert (part["httpStatusCode"], part["body"]["totalSize"]) == (200, 0)


def test_a_query_that_is_too_deep_is_refused_and_a_long_one_is_not(server: Server) -> None:
    deep = "SELECT Id FROM Contact WHERE " + "NOT " * 900 + "Id = null"
    server.refused(server.get("query", params={"q": deep}), 400, "QUERY_TOO_COMPLICATED")
    long = "SELECT Id FROM Contact WHERE " + " OR ".join(f"LastName='{i}'" for i in range(1500))
    body = {"method": "GET", "referenceId": "q", "url": f"/services/data/v60.0/query?q={long}"}
    (part,) = server.post("composite", {"compositeRequest": [body]}).json()["compositeResponse"]
    assert part["httpStatusCode"] == 200


def test_children_come_with_their_parent_as_recorded(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    server.post("sobjects/Account", {"Name": "Lonely"})
    for first in ("Bo", "Al", "Cy"):
        server.contact(FirstName=first, AccountId=account)
    soql = (
        "SELECT Name, (SELECT FirstName, Owner.Name FROM Contacts WHERE FirstName != 'Cy' ORDER BY FirstName LIMIT 2), "
        "(SELECT Id FROM Opportunities) FROM Account ORDER BY Name"
    )
    acme, lonely = server.query(soql)["records"]
    assert list(acme) == ["attributes", "Name", "Contacts", "Opportunities"]
    assert (lonely["Contacts"], lonely["Opportunities"], acme["Opportunities"]) == (None, None, None)
    assert (acme["Contacts"]["totalSize"], acme["Contacts"]["done"]) == (2, True)
    assert names(acme["Contacts"]) == ["Al", "Bo"]
    assert acme["Contacts"]["records"][0]["Owner"]["Name"] == "Ada Admin"
    (one,) = server.query("SELECT (SELECT FirstName FROM Contacts LIMIT 1) FROM Account WHERE Name = 'Acme'")["records"]
    assert names(one["Contacts"]) == ["Bo"]


def test_children_come_on_every_page(server: Server) -> None:
    server.org.load(("Account", {"Name": f"A{i:04}"}) for i in range(2001))
    server.contact(
        FirstName="Last", AccountId=server.query("SELECT Id FROM Account WHERE Name = 'A2000'")["records"][0]["Id"]
    )
    first = server.query("SELECT Name, (SELECT FirstName FROM Contacts) FROM Account ORDER BY Name")
    (record,) = server.get(first["nextRecordsUrl"]).json()["records"]
    assert names(record["Contacts"]) == ["Last"]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT (SELECT Id FROM Nope) FROM Account", "INVALID_TYPE"),
        ("SELECT (SELECT Id, (SELECT Id FROM Nope) FROM Contacts) FROM Account", "INVALID_TYPE"),
        ("SELECT (SELECT Nope FROM Contacts) FROM Account", "INVALID_FIELD"),
        ("SELECT (SELECT COUNT() FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ("SELECT SUM(Name) FROM Account", "MALFORMED_QUERY"),
        ("SELECT NOPE(Name) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account ORDER BY BillingAddress", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT Id, Name FROM Contact)", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name < null", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Account WHERE Name = TODAY", "INVALID_FIELD"),
    ],
)
def test_more_queries_that_do_not_hold(shared: Server, soql: str, code: str) -> None:
    shared.refused(shared.get("query", params={"q": soql}), 400, code)


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("CreatedDate > TODAY", 0),
        ("CreatedDate <= TODAY", 1),
        ("CreatedDate >= TODAY", 1),
        ("CreatedDate != TODAY", 0),
        ("CreatedDate > LAST_WEEK", 1),
        ("LastActivityDate = TODAY", 0),
        ("LastActivityDate != TODAY", 1),
    ],
)
def test_date_literals_compare_with_whole_ranges(shared: Server, where: str, count: int) -> None:
    assert shared.query(f"SELECT COUNT() FROM Contact WHERE FirstName = 'bob' AND {where}")["totalSize"] == count
