"""Formula fields: worked out when they are read, from the record and those above it, and never a change of the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg

from .conftest import FrozenTime, Server, serve


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    clock = PracticeClock(source=FrozenTime())
    org = SalesforceOrg(tmp_path_factory.mktemp("org") / "org.db", clock)
    yield from serve(org, clock)
    org.close()


def formula(text: str, kind: str = "string") -> dict[str, Any]:
    return {"object": "Contact", "name": "F__c", "type": kind, "formula": text}


FORMULAS: list[tuple[str, str, object]] = [
    ('FirstName & " " & LastName', "string", "Jane O'Doe"),
    ("'Ms ' + UPPER(LastName)", "string", "Ms O'DOE"),
    ("Account.Name & '/' & Account.Owner.Name", "string", "Acme/Ada Admin"),
    ("IF(ISBLANK(Title), 'none', Title)", "string", "none"),
    ("BLANKVALUE(Title, LEFT(FirstName, 2))", "string", "Ja"),
    ("Title", "string", None),
    ("IF(ISPICKVAL(LeadSource, 'Web') && NOT(IsEmailBounced) || FALSE, 1, 0)", "double", 1.0),
    ("AND(LEN(LastName) = 5, !IsDeleted)", "boolean", True),
    ("OR(LEN(LastName) <> 5, LEN(LastName) >= 6)", "boolean", False),
    ("-(2 + 3) * 4 / 8", "double", -2.5),
    ("ROUND(10 / 3, 2) - MailingLatitude", "double", 3.33),
    ("1 / 0", "double", None),
    ("YEAR(Birthdate) + MONTH(Birthdate)", "double", 1995.0),
    ("TODAY() - 10", "date", "2027-01-05"),
    ("TODAY() - DATEVALUE(CreatedDate)", "double", 0.0),
    ("LOWER(TEXT(LEN(LastName)))", "string", "5"),
    ("LastName = 'o\\'doe'", "boolean", False),
]


@pytest.mark.parametrize(("text", "kind", "result"), FORMULAS)
def test_a_formula_gives_what_it_says(shared: Server, text: str, kind: str, result: object) -> None:
    shared.org.change_setup(custom_fields=[formula(text, kind)])
    account = shared.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    record = shared.contact(
        FirstName="Jane", LastName="O'Doe", AccountId=account, LeadSource="Web", Birthdate="1990-05-06"
    )
    assert shared.get(f"sobjects/Contact/{record}").json()["F__c"] == result


def test_a_formula_follows_the_record_above_without_a_change_of_its_own_record(server: Server) -> None:
    server.org.change_setup(custom_fields=[formula("Account.Name")])
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    record = server.contact(AccountId=account)
    before = server.get(f"sobjects/Contact/{record}").json()
    server.clock.advance(60)
    server.patch(f"sobjects/Account/{account}", {"Name": "Apex"})
    (row,) = server.query("SELECT F__c, SystemModstamp FROM Contact WHERE F__c = 'apex' ORDER BY F__c")["records"]
    assert (row["F__c"], row["SystemModstamp"]) == ("Apex", before["SystemModstamp"])


def test_a_formula_field_is_described_as_calculated_and_can_not_be_written(server: Server) -> None:
    server.org.change_setup(custom_fields=[formula("FirstName")])
    (entry,) = [found for found in server.get("sobjects/Contact/describe").json()["fields"] if found["name"] == "F__c"]
    assert (entry["calculated"], entry["calculatedFormula"], entry["createable"], entry["updateable"]) == (
        True, "FirstName", False, False,
    )  # fmt: skip
    assert entry["length"] == 1300
    answer = server.post("sobjects/Contact", {"LastName": "Doe", "F__c": "x"})
    assert server.refused(answer, 400, "INVALID_FIELD_FOR_INSERT_UPDATE")["fields"] == ["F__c"]


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("Nope", "string", "Contact has no field Nope"),
        ("MailingAddress", "string", "Contact has no field MailingAddress"),
        ("Nope.Name", "string", "Contact has no relationship Nope"),
        ("WHATEVER(1)", "string", "there is no function WHATEVER"),
        ("UPPER(LastName, 1)", "string", "UPPER has 2 arguments"),
        ("IF(TRUE, 1)", "double", "IF has 2 arguments"),
        ("UPPER(1)", "string", "a text is needed where there is a number"),
        ("LastName * 2", "double", "a number is needed where there is a text"),
        ("LastName", "double", "it gives a text, not a number"),
        ("(1 + 2", "double", ") is missing"),
        ("1 +", "double", "something is missing at its end"),
        ("1 2", "double", "2 is not expected"),
        (", 1", "double", ", is not expected"),
        ("1 # 2", "double", "# 2 can't be read"),
    ],
)
def test_a_formula_that_makes_no_sense_is_refused(org: SalesforceOrg, text: str, kind: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"The formula of Contact.F__c doesn't work: {reason}.")):
        org.change_setup(custom_fields=[formula(text, kind)])
