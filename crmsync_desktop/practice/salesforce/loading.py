"""Seeding: records put into the database by the thousand, past the field rules, and what a new org begins with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, islice
from operator import itemgetter
from typing import Any

from .address_rules import addresses
from .computed import complete
from .ids import record_id
from .records import Records
from .schema import SObject
from .stamps import stamp
from .store import Row

_CHUNK = 5000


def load(records: Records, rows: Iterable[tuple[str, dict[str, Any]]], now: float) -> int:
    """Insert (object, fields) pairs as SalesforceOrg.load tells, and return how many. Raises KeyError for an unknown
    object or field. To be called inside a transaction."""
    total = 0
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        for name in dict.fromkeys(name for name, _ in chunk):
            given = [fields for other, fields in chunk if other == name]
            total += _load_chunk(records, records.schema[name], given, int(now))
    return total


def _load_chunk(records: Records, sobject: SObject, rows: list[Row], now: int) -> int:
    store = records.store
    first = store.take_numbers(sobject.name, len(rows))
    base = records.blank(sobject, store.meta("admin"))
    if sobject.record_types:
        base["RecordTypeId"] = next((entry.id18 for entry in sobject.record_types if entry.default), None)
    known = {item.name for item in sobject.stored}
    coded = list(addresses(sobject))
    values_of = itemgetter(*(item.name for item in sobject.stored))

    def prepared() -> Iterator[tuple[Any, ...]]:
        for number, given in zip(count(first), rows, strict=False):
            unknown = given.keys() - known
            if unknown:
                raise KeyError(f"{sobject.name} has no field {sorted(unknown)}")
            row = {**base, **_trimmed(given), "Id": record_id(sobject.prefix, number)}
            created = row.get("CreatedDate") or row.get("SystemModstamp") or now
            modified = row.get("SystemModstamp") or row.get("LastModifiedDate") or created
            row["CreatedDate"], row["SystemModstamp"] = _stamped(created), _stamped(modified)
            row["LastModifiedDate"] = _stamped(row.get("LastModifiedDate") or modified)
            records.fill_numbers(sobject, row, number)
            complete(sobject, row, set(given))
            for address in coded:
                address.complete(row)
            yield (number, *values_of(row))

    store.insert_many(sobject, prepared())
    return len(rows)


def _trimmed(fields: Row) -> Row:
    """A real org holds no blanks around a text and no empty text."""
    return {name: value.strip() or None if isinstance(value, str) else value for name, value in fields.items()}


def _stamped(value: Any) -> str:
    return value if isinstance(value, str) else stamp(int(value))


def founders() -> Iterator[tuple[str, Row]]:
    """The rows of a new org: its organization, two active users and one who has left."""
    yield "Organization", _ORGANIZATION
    for first, last, active in (("Ada", "Admin", True), ("Sam", "Seller", True), ("Rita", "Retired", False)):
        yield "User", _user(first, last, active)


_ORGANIZATION: Row = {
    "Name": "Practice Org",
    "Country": "US",
    "PrimaryContact": "Ada Admin",
    "DefaultLocaleSidKey": "en_US",
    "TimeZoneSidKey": "GMT",
    "LanguageLocaleKey": "en_US",
    "FiscalYearStartMonth": 1,
    "OrganizationType": "Developer Edition",
    "InstanceName": "PR0",
    "IsSandbox": True,
}


def _user(first: str, last: str, active: bool) -> Row:
    address = f"{first}.{last}@practice.example".lower()
    return {
        "Username": address,
        "Email": address,
        "FirstName": first,
        "LastName": last,
        "Alias": f"{first[0]}{last}".lower()[:8],
        "CommunityNickname": f"{first}.{last}".lower(),
        "IsActive": active,
        "TimeZoneSidKey": "GMT",
        "LocaleSidKey": "en_US",
        "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US",
        "UserType": "Standard",
    }
