"""Duplicate rules: records that look like one that is there.

Matching is simpler than Salesforce's and stays within what can be explained in a sentence. By e-mail: the addresses are
equal but for case. By name and company: after folding case and accents, dropping everything but letters and digits,
and dropping the legal form at the end of a company's name (Inc, Ltd, GmbH, AS …), both the names (of a person: the last
name, and the first letter of the first name) and the companies are equal; a contact's company is its account's name.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from .automation_rules import DuplicateRule
from .errors import DuplicateError
from .saves import Save
from .store import Row, Store, quoted

_LEGAL_FORMS = frozenset(
    [
        "inc",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "ag",
        "as",
        "asa",
        "ab",
        "oy",
        "sa",
        "sas",
        "sarl",
        "bv",
        "nv",
        "plc",
    ]
)
_PERSONS = frozenset({"Contact", "Lead"})
_MOST = 100


def find_duplicates(store: Store, rules: Sequence[DuplicateRule], save: Save, *, allow: bool, base: str) -> None:
    """Raises DuplicateError for the first rule that finds records like this one; `allow`: the request says
    `allowSave=true`, which passes the rules that only warn. `base` is the address that record links begin with.

    Unverified: a duplicate rule looks only at updates that change one of the fields it compares, and not at other records of the
    same request.
    """
    event = "insert" if save.before is None else "update"
    for rule in rules:
        if event not in rule.on or (allow and rule.action == "allow"):
            continue
        if not _compared(rule).isdisjoint(save.changed):
            found = _matches(store, rule, save)
            if found:
                raise _refusal(rule, found, base)


def _compared(rule: DuplicateRule) -> frozenset[str]:
    if rule.by == "email":
        return frozenset({"Email"})
    return frozenset({"FirstName", "LastName", "Name", "Company", "AccountId"})


def _matches(store: Store, rule: DuplicateRule, save: Save) -> list[str]:
    other = store.schema[rule.against or rule.sobject]
    table = quoted(other.name)
    if rule.by == "email":
        address = save.row.get("Email")
        if address is None or "email" not in other.by_name:
            return []
        sql = f"SELECT Id FROM {table} WHERE Email = ? AND IsDeleted = 0 AND Id != ? ORDER BY _n LIMIT {_MOST}"
        return [found for (found,) in store.db.execute(sql, (address, save.id18))]
    wanted = _signature(rule.sobject, save.row, _company(store, rule.sobject, save.row))
    if not all(wanted):
        return []
    name = "LastName" if other.name in _PERSONS else "Name"
    # What begins with a letter beyond ASCII may fold to any.
    alike = f"({name} LIKE ? OR unicode({name}) > 127) AND IsDeleted = 0"
    if other.name in _PERSONS:
        company = "Company" if other.name == "Lead" else '(SELECT Name FROM "Account" WHERE Id = AccountId)'
        sql = f"SELECT Id, FirstName, LastName, {company} FROM {table} WHERE {alike}"
    else:
        sql = f"SELECT Id, NULL, NULL, Name FROM {table} WHERE {alike}"
    found = []
    for id18, first, last, company in store.db.execute(f"{sql} ORDER BY _n", (f"{wanted[0][0]}%",)):
        row = {"FirstName": first, "LastName": last, "Name": company}
        if id18 != save.id18 and _signature(other.name, row, company) == wanted:
            found.append(id18)
    return found[:_MOST]


def _company(store: Store, sobject: str, row: Row) -> str | None:
    if sobject != "Contact":
        return row.get("Company") if sobject == "Lead" else row.get("Name")
    account = store.db.execute('SELECT Name FROM "Account" WHERE Id = ?', (row.get("AccountId"),)).fetchone()
    return None if account is None else account[0]


def _signature(sobject: str, row: Row, company: str | None) -> tuple[str, ...]:
    if sobject not in _PERSONS:
        return (_folded_company(company),)
    return (_folded(row.get("LastName")), _folded(row.get("FirstName"))[:1], _folded_company(company))


def _folded(text: str | None) -> str:
    plain = unicodedata.normalize("NFKD", (text or "").casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _folded_company(text: str | None) -> str:
    words = [_folded(word) for word in (text or "").split()]
    while len(words) > 1 and (not words[-1] or words[-1] in _LEGAL_FORMS):
        words.pop()
    return "".join(words)


def _refusal(rule: DuplicateRule, found: list[str], base: str) -> DuplicateError:
    entity = rule.against or rule.sobject
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": entity, "url": f"{base}/sobjects/{entity}/{id18}"}, "Id": id18},
        }
        for id18 in found
    ]
    exact = rule.by == "email"
    result: dict[str, Any] = {
        "allowSave": rule.action == "allow",
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": rule.sobject,
        "errorMessage": rule.message,
        "matchResults": [
            {
                "entityType": entity,
                "errors": [],
                "matchEngine": "ExactMatchEngine" if exact else "FuzzyMatchEngine",
                "matchRecords": records,
                "rule": rule.matching_rule or f"Standard_{entity}_Match_Rule_v1_1",
                "size": len(records),
                "success": True,
            }
        ],
    }
    return DuplicateError(rule.message, result)
