"""Counting, adding up and grouping; functions of dates, labels and formats; FIELDS(); what else a query may say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import OrgSetup, SalesforceOrg

from .conftest import FrozenTime, Server, serve

DEALS: list[tuple[str, float | None, str, str]] = [
    ("One", 100.5, "2026-01-15", "Prospecting"),
    ("Two", 200.0, "2026-02-20", "Prospecting"),
    ("Three", None, "2026-02-28", "Closed Won"),
    ("Four", 50.0, "2027-12-31", "Closed Won"),
]
TOPICS = {
    "name": "Topics__c",
    "object": "Contact",
    "type": "multipicklist",
    "values": [{"value": "Red", "label": "Rouge"}, {"value": "Green"}, {"value": "Blue"}],
}
GRADE = {**TOPICS, "name": "Grade__c", "type": "picklist"}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    clock = PracticeClock(source=FrozenTime())
    folder: Path = tmp_path_factory.mktemp("aggregates")
    setup = OrgSetup.from_json({"custom_fields": [TOPICS, GRADE]})
    org = SalesforceOrg(folder / "org.db", clock, setup=setup)
    account = org.insert("Account", {"Name": "Acme"})
    for name, amount, close, stage in DEALS:
        fields = {"Name": name, "Amount": amount, "CloseDate": close, "StageName": stage, "AccountId": account}
        org.insert("Opportunity", fields)
    for last, topics, grade in (("A", "Red;Blue", "Red"), ("B", "Green", None), ("C", None, "Green")):
        org.insert("Contact", {"LastName": last, "Topics__c": topics, "Grade__c": grade, "AccountId": account})
    yield from serve(org, clock)
    org.close()


def rows(server: Server, soql: str) -> list[tuple[Any, ...]]:
    """The values of each record, without its attributes."""
    records = server.query(soql)["records"]
    return [tuple(value for name, value in record.items() if name != "attributes") for record in records]


def built(server: Server, soql: str) -> list[tuple[Any, ...]]:
    """As `rows`, without HTTP: the published schemas don't know aliases."""
    records = server.org.queries.run(soql, "v60.0", with_deleted=False)["records"]
    return [tuple(value for name, value in record.items() if name != "attributes") for record in records]


def refusal(server: Server, soql: str, code: str = "MALFORMED_QUERY") -> str:
    return str(server.refused(server.get("query", params={"q": soql}), 400, code)["message"])


def test_aggregates_leave_blanks_out(seeded: Server) -> None:
    soql = "SELECT COUNT(Id), COUNT(Amount), COUNT_DISTINCT(StageName), SUM(Amount), AVG(Amount), MIN(CloseDate), MAX(Name) x"
    (record,) = seeded.query(f"{soql} FROM Opportunity")["records"]
    assert record == {
        "attributes": {"type": "AggregateResult"},
        "expr0": 4,
        "expr1": 3,
        "expr2": 2,
        "expr3": 350.5,
        "expr4": pytest.approx(350.5 / 3),
        "expr5": "2026-01-15",
        "x": "Two",
    }


def test_groups_have_their_own_names_and_conditions(seeded: Server) -> None:
    soql = (
        "SELECT StageName stage, COUNT(Id) n, SUM(Amount) FROM Opportunity GROUP BY StageName "
        "HAVING COUNT(Amount) > 1 AND StageName LIKE 'P%'"
    )
    assert rows(seeded, soql) == [("Prospecting", 2, 300.5)]
    ordered = "SELECT StageName, MAX(Amount) FROM Opportunity GROUP BY StageName ORDER BY MAX(Amount) DESC NULLS LAST"
    assert rows(seeded, ordered) == [("Prospecting", 200.0), ("Closed Won", 50.0)]
    assert rows(seeded, "SELECT Account.Name, COUNT(Id) FROM Opportunity GROUP BY Account.Name") == [("Acme", 4)]
    assert rows(seeded, "SELECT IsWon, COUNT(Id) FROM Opportunity GROUP BY IsWon ORDER BY IsWon") == [
        (False, 2),
        (True, 2),
    ]
    assert rows(seeded, "SELECT StageName FROM Opportunity GROUP BY StageName LIMIT 1 OFFSET 1") == [("Prospecting",)]


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("CALENDAR_YEAR", [(2026, 3), (2027, 1)]),
        ("CALENDAR_QUARTER", [(1, 3), (4, 1)]),
        ("CALENDAR_MONTH", [(1, 1), (2, 2), (12, 1)]),
        ("FISCAL_YEAR", [(2026, 3), (2027, 1)]),
        ("FISCAL_QUARTER", [(1, 3), (4, 1)]),
        ("FISCAL_MONTH", [(1, 1), (2, 2), (12, 1)]),
        ("DAY_IN_MONTH", [(15, 1), (20, 1), (28, 1), (31, 1)]),
        ("DAY_IN_WEEK", [(5, 1), (6, 2), (7, 1)]),
        ("DAY_IN_YEAR", [(15, 1), (51, 1), (59, 1), (365, 1)]),
        ("WEEK_IN_MONTH", [(3, 2), (4, 1), (5, 1)]),
        ("WEEK_IN_YEAR", [(3, 1), (8, 1), (9, 1), (53, 1)]),
    ],
)
def test_parts_of_dates_group(seeded: Server, function: str, found: list[tuple[int, int]]) -> None:
    call = f"{function}(CloseDate)"
    soql = f"SELECT {call}, COUNT(Id) FROM Opportunity GROUP BY {call} ORDER BY {call}"
    assert rows(seeded, soql) == found


def test_parts_of_moments_group_and_filter(seeded: Server) -> None:
    soql = (
        "SELECT DAY_ONLY(convertTimezone(CreatedDate)) d, HOUR_IN_DAY(CreatedDate) h, COUNT(Id) FROM Opportunity "
        "WHERE CALENDAR_YEAR(CreatedDate) = 2027 AND DAY_ONLY(CreatedDate) = 2027-01-15 "
        "GROUP BY DAY_ONLY(convertTimezone(CreatedDate)), HOUR_IN_DAY(CreatedDate)"
    )
    assert rows(seeded, soql) == [("2027-01-15", 8, 4)]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Topics__c INCLUDES ('red')", ["A"]),
        ("Topics__c INCLUDES ('Red;Blue', 'Green')", ["A", "B"]),
        ("Topics__c INCLUDES ('Red;Green')", []),
        ("Topics__c EXCLUDES ('Green')", ["A", "C"]),
        ("Topics__c INCLUDES ('')", ["C"]),
        ("Topics__c = 'Red;Blue'", ["A"]),
        ("toLabel(Grade__c) = 'rouge'", ["A"]),
        ("toLabel(Grade__c) = 'Green'", ["C"]),
    ],
)
def test_several_picklist_values_and_labels_can_be_asked_for(seeded: Server, where: str, found: list[str]) -> None:
    assert [last for (last,) in rows(seeded, f"SELECT LastName FROM Contact WHERE {where}")] == found


def test_values_can_be_shown_as_labels_and_in_the_form_of_the_locale(seeded: Server) -> None:
    soql = (
        "SELECT toLabel(Grade__c), toLabel(Grade__c) g, FORMAT(CreatedDate) c, FORMAT(toLabel(Grade__c)) f FROM Contact"
    )
    assert built(seeded, f"{soql} ORDER BY LastName")[:2] == [
        ("Rouge", "Rouge", "1/15/2027, 8:00 AM", "Rouge"),
        (None, None, "1/15/2027, 8:00 AM", None),
    ]
    soql = "SELECT FORMAT(Amount), FORMAT(CloseDate) c, FORMAT(Probability) p FROM Opportunity WHERE Name = 'One'"
    assert built(seeded, soql) == [("USD 100.50", "1/15/2026", "10")]
    assert built(seeded, "SELECT toLabel(StageName) FROM Opportunity WHERE Name = 'One'") == [("Prospecting",)]
    soql = "SELECT FORMAT(MAX(CloseDate)) last, FORMAT(SUM(Amount)) s FROM Opportunity"
    assert built(seeded, soql)[0][0] == "12/31/2027"


def test_amounts_are_converted_where_the_org_has_several_currencies(seeded: Server) -> None:
    assert "several currencies" in refusal(seeded, "SELECT convertCurrency(Amount) FROM Opportunity")
    seeded.org.change_setup(multi_currency=True)
    try:
        assert built(seeded, "SELECT convertCurrency(Amount) a FROM Opportunity WHERE Name = 'One'") == [(100.5,)]
        soql = "SELECT FORMAT(convertCurrency(Amount)) a FROM Opportunity WHERE Name = 'One'"
        assert built(seeded, soql) == [("USD 100.50",)]
    finally:
        seeded.org.change_setup(multi_currency=False)


def test_fields_stand_for_all_of_an_object(seeded: Server) -> None:
    (record, *_) = seeded.query("SELECT FIELDS(ALL) FROM Contact LIMIT 200")["records"]
    named = [item.name for item in seeded.org.schema["Contact"].fields]
    assert sorted(record) == sorted(["attributes", *named])
    (custom, *_) = seeded.query("SELECT LastName, FIELDS(CUSTOM) FROM Contact LIMIT 1")["records"]
    assert all(name.endswith("__c") or name in ("attributes", "LastName") for name in custom)
    assert "Topics__c" in custom
    (standard, *_) = seeded.query("SELECT FIELDS(STANDARD), Topics__c FROM Contact")["records"]
    assert "MailingAddress" in standard


def test_a_scope_narrows_a_query_to_its_user(seeded: Server) -> None:
    assert seeded.query("SELECT COUNT() FROM Account USING SCOPE everything")["totalSize"] == 1
    assert seeded.query("SELECT COUNT() FROM Account USING SCOPE mine WHERE Name != null")["totalSize"] == 1
    assert seeded.query("SELECT COUNT() FROM Account USING SCOPE team")["totalSize"] == 0


def test_clauses_about_access_change_nothing(seeded: Server) -> None:
    for mode in ("SECURITY_ENFORCED", "USER_MODE"):
        assert seeded.query(f"SELECT Id FROM Account WHERE Name = 'Acme' WITH {mode}")["totalSize"] == 1
    assert seeded.query("SELECT Id FROM Account FOR UPDATE")["totalSize"] == 1


def test_for_view_leaves_a_trace_but_no_stamp(seeded: Server) -> None:
    (before,) = seeded.query("SELECT SystemModstamp, LastViewedDate FROM Account")["records"]
    assert before["LastViewedDate"] is None
    seeded.query("SELECT Id FROM Account FOR REFERENCE")
    (referred,) = seeded.query("SELECT LastReferencedDate, LastViewedDate FROM Account")["records"]
    assert (referred["LastReferencedDate"], referred["LastViewedDate"]) == ("2027-01-15T08:00:00.000+0000", None)
    seeded.query("SELECT Id FROM Account FOR VIEW")
    (after,) = seeded.query("SELECT SystemModstamp, LastViewedDate FROM Account")["records"]
    assert after["LastViewedDate"] == "2027-01-15T08:00:00.000+0000"
    assert after["SystemModstamp"] == before["SystemModstamp"]
    assert seeded.query("SELECT Id FROM OpportunityContactRole FOR VIEW")["totalSize"] == 0


REFUSED = [
    ("SELECT SUM(Name) FROM Opportunity", "field Name does not support aggregate operator SUM"),
    ("SELECT COUNT(BillingAddress) FROM Account", "field BillingAddress does not support aggregate operator COUNT"),
    ("SELECT MAX(IsWon) FROM Opportunity", "field IsWon does not support aggregate operator MAX"),
    ("SELECT MEDIAN(Amount) FROM Opportunity", "unexpected token: 'MEDIAN'"),
    ("SELECT SUM(MIN(Amount)) FROM Opportunity", "unexpected token: 'SUM'"),
    ("SELECT COUNT(), Id FROM Opportunity", "COUNT() must be the only element"),
    ("SELECT COUNT() FROM Opportunity ORDER BY Name", "COUNT() must be the only element"),
    ("SELECT COUNT() FROM Opportunity GROUP BY Name", "COUNT() must be the only element"),
    ("SELECT Name, COUNT(Id) FROM Opportunity", "Field must be grouped or aggregated: Name"),
    ("SELECT CALENDAR_YEAR(CloseDate) FROM Opportunity", "Field must be grouped or aggregated: CloseDate"),
    ("SELECT COUNT(Id) FROM Opportunity GROUP BY Amount", "field 'Amount' can not be grouped in a query call"),
    (
        "SELECT COUNT(Id) FROM Opportunity GROUP BY CreatedDate",
        "field 'CreatedDate' can not be grouped in a query call",
    ),
    ("SELECT COUNT(Id) FROM Account GROUP BY BillingAddress", "field 'BillingAddress' can not be grouped"),
    (
        "SELECT StageName FROM Opportunity GROUP BY StageName ORDER BY Name",
        "Ordered field must be grouped or aggregated: Name",
    ),
    ("SELECT COUNT(Id) FROM Opportunity HAVING COUNT(Id) > 1", "unexpected token: 'HAVING'"),
    (
        "SELECT StageName FROM Opportunity GROUP BY StageName HAVING Name = 'x'",
        "Field must be grouped or aggregated: Name",
    ),
    (
        "SELECT StageName FROM Opportunity GROUP BY StageName HAVING Id IN (SELECT Id FROM Account)",
        "Field must be grouped",
    ),
    (
        "SELECT StageName FROM Opportunity GROUP BY StageName HAVING COUNT(Id) IN (SELECT Id FROM Account)",
        "Nesting of semi",
    ),
    ("SELECT MAX(Amount) FROM Opportunity LIMIT 1", "overall aggregate functions cannot also use LIMIT"),
    ("SELECT MAX(Amount) FROM Opportunity OFFSET 1", "overall aggregate functions cannot also use OFFSET"),
    ("SELECT COUNT(Id) n, MAX(Amount) N FROM Opportunity", "duplicate alias: N"),
    ("SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account", "can not have child queries"),
    (
        "SELECT HOUR_IN_DAY(CloseDate), COUNT(Id) FROM Opportunity GROUP BY HOUR_IN_DAY(CloseDate)",
        "does not support function",
    ),
    (
        "SELECT CALENDAR_YEAR(Name), COUNT(Id) FROM Opportunity GROUP BY CALENDAR_YEAR(Name)",
        "does not support function",
    ),
    ("SELECT COUNT(Id) FROM Opportunity GROUP BY CALENDAR_YEAR()", "unexpected token: 'CALENDAR_YEAR'"),
    ("SELECT Id FROM Opportunity WHERE COUNT(Id) > 1", "unexpected token: 'COUNT'"),
    ("SELECT Name n FROM Opportunity", "only aggregate expressions use field aliasing"),
    ("SELECT FIELDS(ALL) FROM Opportunity", "The SOQL FIELDS function must have a LIMIT of at most 200"),
    ("SELECT FIELDS(CUSTOM) FROM Opportunity LIMIT 201", "The SOQL FIELDS function must have a LIMIT of at most 200"),
    ("SELECT FIELDS(SOME) FROM Opportunity LIMIT 200", "unexpected token: 'FIELDS'"),
    ("SELECT toLabel(toLabel(StageName)) FROM Opportunity", "unexpected token: 'TOLABEL'"),
    ("SELECT FORMAT() FROM Opportunity", "unexpected token: 'FORMAT'"),
    ("SELECT FORMAT(UPPER(Name)) FROM Opportunity", "unexpected token: 'UPPER'"),
    ("SELECT UPPER(Name) FROM Opportunity", "unexpected token: 'UPPER'"),
    ("SELECT Id FROM Opportunity WHERE Id = :id", "Bind variables only allowed in Apex code"),
    ("SELECT Id FROM Opportunity WHERE Id IN :ids", "Bind variables only allowed in Apex code"),
    ("SELECT Id FROM Opportunity LIMIT :n", "Bind variables only allowed in Apex code"),
    ("SELECT Id FROM Opportunity ORDER BY Name FOR UPDATE", "ORDER BY is not allowed with FOR UPDATE"),
    ("SELECT Id FROM Opportunity ORDER BY " + ", ".join(["Name"] * 33), "more than 32 fields"),
    ("SELECT Id FROM Opportunity ORDER BY Description", "field 'Description' can not be sorted in a query call"),
    (f"SELECT Id FROM Opportunity WHERE Name = '{'x' * 4001}'", "cannot be longer than 4000 characters"),
    ("SELECT StageName, COUNT(Id) FROM Opportunity GROUP BY ROLLUP(StageName)", "unexpected token: 'ROLLUP'"),
    ("SELECT Id FROM Account WHERE DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'km') < 5", "unexpected token: ','"),
    ("SELECT Id FROM Opportunity WHERE Amount > USD5000", "unexpected token: 'USD5000'"),
    ("SELECT Id FROM Opportunity UPDATE TRACKING", "unexpected token: 'TRACKING'"),
    ("SELECT Id FROM Opportunity WHERE Name = #", "unexpected token: '#'"),
    ("SELECT Id FROM Opportunity ALL ROWS", "unexpected token: 'ROWS'"),
    ("SELECT Id FROM Opportunity WITH DATA CATEGORY x", "unexpected token: 'DATA'"),
    ("SELECT Id FROM Opportunity WHERE CreatedDate < LastModifiedDate", "unexpected token: 'LastModifiedDate'"),
]


@pytest.mark.parametrize(("soql", "message"), REFUSED)
def test_a_combination_that_does_not_hold_is_malformed(seeded: Server, soql: str, message: str) -> None:
    assert message in refusal(seeded, soql)


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        ("SELECT Id, FIELDS(STANDARD) FROM Opportunity", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT toLabel(Name) FROM Opportunity", "INVALID_FIELD", "cannot use toLabel() on field 'Name'"),
        ("SELECT FORMAT(BillingAddress) FROM Account", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Account USING SCOPE nobody", "INVALID_QUERY_SCOPE", "The scope nobody is not supported"),
        ("SELECT Id FROM Account WHERE BillingAddress = 'x'", "INVALID_FIELD", "'BillingAddress' can not be filtered"),
        ("SELECT Id FROM Contact WHERE LastName INCLUDES ('x')", "INVALID_QUERY_FILTER_OPERATOR", "on string field"),
        ("SELECT Id FROM Contact WHERE Topics__c > 'x'", "INVALID_QUERY_FILTER_OPERATOR", "on multipicklist field"),
        ("SELECT Id FROM Contact WHERE IsDeleted > false", "INVALID_QUERY_FILTER_OPERATOR", "on boolean field"),
        (
            "SELECT Id FROM Contact WHERE CreatedDate = LAST_N_YEARS:9999",
            "INVALID_QUERY_FILTER_OPERATOR",
            "date literal",
        ),
        ("SELECT Id FROM Opportunity WHERE Amount = '5'", "INVALID_FIELD", "type currency and should not be enclosed"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = '2026-01-01'", "INVALID_FIELD", "type date and should not be"),
        ("SELECT Id FROM Opportunity WHERE AccountId = 5", "INVALID_FIELD", "type ID and should be enclosed in quotes"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = 2026-02-30", "INVALID_FIELD", "must be of type date"),
    ],
)
def test_a_value_or_field_that_does_not_fit_is_refused(seeded: Server, soql: str, code: str, message: str) -> None:
    assert message in refusal(seeded, soql, code)


def test_more_than_2000_groups_have_no_second_page(seeded: Server) -> None:
    seeded.org.load(("Account", {"Name": f"G{i}"}) for i in range(2001))
    soql = "SELECT Name, COUNT(Id) FROM Account WHERE Name LIKE 'G%' GROUP BY Name"
    assert "does not support queryMore()" in refusal(seeded, soql, "EXCEEDED_ID_LIMIT")
    assert seeded.query(f"{soql} LIMIT 2000")["totalSize"] == 2000
