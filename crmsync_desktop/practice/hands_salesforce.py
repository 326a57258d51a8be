"""A person's hands in the practice Salesforce org."""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync_desktop.practice.hands import Shown, Totals, as_text, search_tests
from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.salesforce.ids import normal
from crmsync_desktop.practice.salesforce.schema import Field, SObject
from crmsync_desktop.practice.salesforce.stamps import seconds
from crmsync_desktop.practice.salesforce.store import quoted

COLUMNS = {
    "Account": ("Name", "Phone", "Website", "Industry", "BillingCity", "BillingCountry"),
    "Campaign": ("Name", "Type", "Status", "StartDate", "EndDate", "IsActive"),
    "CampaignMember": ("CampaignId", "ContactId", "LeadId", "Status", "HasResponded"),
    "Case": ("CaseNumber", "Subject", "Status", "Priority", "Origin", "ContactId"),
    "Contact": ("FirstName", "LastName", "Email", "Phone", "Title", "AccountId", "MailingCity", "MailingCountry"),
    "Event": ("Subject", "StartDateTime", "EndDateTime", "Location", "WhoId", "WhatId"),
    "Lead": ("FirstName", "LastName", "Email", "Phone", "Company", "Title", "Status", "City", "Country"),
    "Opportunity": ("Name", "StageName", "Amount", "CloseDate", "AccountId"),
    "OpportunityContactRole": ("OpportunityId", "ContactId", "Role", "IsPrimary"),
    "Task": ("Subject", "Status", "Priority", "ActivityDate", "WhoId", "WhatId"),
}
_NOT_FOR_HANDS = frozenset({"Organization", "User"})
_TITLES = ("Name", "Subject", "CaseNumber", "Title", "Role")
"""The fields that a record may be called by, best first."""
_SYSTEM = frozenset({"Id", "IsDeleted", "MasterRecordId", "SystemModstamp", "LastModifiedDate"})


class SalesforceHands:
    """See `Hands`. Done as the org's admin, without the API's permissions and limits."""

    def __init__(self, org: SalesforceOrg) -> None:
        self._org = org
        self._totals = Totals(org.store.db)

    def types(self) -> list[Shown]:
        return [
            {
                "system": "salesforce",
                "name": sobject.name,
                "label": sobject.label,
                "plural": sobject.label_plural,
                "count": self._total(sobject, deleted=False),
                "columns": list(_columns(sobject)),
                "fields": [_field(item) for item in sobject.stored],
            }
            for sobject in self._org.schema.values()
            if _for_hands(sobject)
        ]

    def page(self, kind: str, *, search: str, deleted: bool, offset: int, limit: int) -> Shown:
        sobject = self._sobject(kind)
        if deleted and not sobject.soft_deletes:
            return {"total": 0, "records": []}
        table = quoted(sobject.name)
        with self._org.lock:
            if search.strip():
                matching = " || ' ' || ".join(f"coalesce({quoted(name)}, '')" for name in ("Id", *_columns(sobject)))
                tests, given = search_tests(search, f"({matching})", "folded", f"({matching})")
                if sobject.soft_deletes:
                    tests.append(f"IsDeleted = {int(deleted)}")
                where = f"WHERE {' AND '.join(tests)}"
                total = self._totals.count(f"{table} {where}", given)
            else:
                given = []
                where = "WHERE IsDeleted = 1" if deleted else self._living(sobject)
                total = self._total(sobject, deleted=deleted)
            # The inner query goes along the index of the stamps alone, however far the page is from the newest change.
            newest = f"SELECT _n FROM {table} {where} ORDER BY SystemModstamp DESC, Id DESC LIMIT ? OFFSET ?"
            ids = [
                found
                for (found,) in self._org.store.db.execute(
                    f"SELECT Id FROM {table} WHERE _n IN ({newest}) ORDER BY SystemModstamp DESC, Id DESC",
                    (*given, limit, offset),
                )
            ]
            return {"total": total, "records": self._shown(sobject, ids, _columns(sobject))}

    def get(self, kind: str, reference: str) -> Shown:
        sobject = self._sobject(kind)
        with self._org.lock:
            return self._shown(sobject, [self._found(sobject, reference)], None)[0]

    def create(self, kind: str, values: Mapping[str, str]) -> Shown:
        return self.get(kind, self._org.insert(self._sobject(kind).name, dict(values)))

    def change(self, kind: str, reference: str, values: Mapping[str, str]) -> Shown:
        record = self._found(self._sobject(kind), reference)
        self._org.update(record, dict(values))
        return self.get(kind, record)

    def delete(self, kind: str, references: Sequence[str]) -> None:
        sobject = self._sobject(kind)
        self._org.delete([self._found(sobject, each) for each in references])

    def undelete(self, kind: str, references: Sequence[str]) -> None:
        sobject = self._sobject(kind)
        self._org.undelete([self._found(sobject, each, deleted=True) for each in references])

    def merge(self, kind: str, master: str, losers: Sequence[str]) -> str:
        sobject = self._sobject(kind)
        kept = self._found(sobject, master)
        self._org.merge(kept, [self._found(sobject, each) for each in losers])
        return kept

    def convert(self, lead: str, opportunity: str) -> dict[str, str]:
        """The ids of what a lead became, by kind; an `opportunity` of that name too, unless it is empty."""
        found = self._found(self._sobject("Lead"), lead)
        return dict(self._org.convert_lead(found, opportunity=opportunity or None))

    # Inside ------------------------------------------------------------------------------------------------------

    def _sobject(self, kind: str) -> SObject:
        for name, sobject in self._org.schema.items():
            if name.lower() == kind.lower() and _for_hands(sobject):
                return sobject
        known = ", ".join(name for name, sobject in self._org.schema.items() if _for_hands(sobject))
        raise ValueError(f"The practice Salesforce org has no object “{kind}”. It has: {known}.")

    def _found(self, sobject: SObject, reference: str, *, deleted: bool = False) -> str:
        """The 18-character id of an existing record, in the recycle bin or not."""
        if "@" in reference:
            return self._by_email(sobject, reference.strip(), deleted=deleted)
        id18 = normal(reference)
        if id18 is None or not id18.startswith(sobject.prefix):
            raise ValueError(f"“{reference}” is no id of a {sobject.label} (those begin with {sobject.prefix}).")
        if self._org.store.get(sobject, id18) is None:
            raise ValueError(f"There is no {sobject.label} with the id {reference}.")
        return id18

    def _by_email(self, sobject: SObject, address: str, *, deleted: bool) -> str:
        emails = [item.name for item in sobject.stored if item.type == "email"]
        if not emails:
            raise ValueError(f"A {sobject.label} has no e-mail address; give its id.")
        condition = f"({' OR '.join(f'{quoted(name)} = ?' for name in emails)}) AND IsDeleted = {int(deleted)}"
        sql = f"SELECT Id FROM {quoted(sobject.name)} WHERE {condition} ORDER BY _n LIMIT 4"
        with self._org.lock:
            ids = [found for (found,) in self._org.store.db.execute(sql, [address] * len(emails))]
        if not ids:
            raise ValueError(f"No {sobject.label} has the e-mail address {address}.")
        if len(ids) > 1:
            raise ValueError(f"More than one {sobject.label} has the e-mail address {address}: {', '.join(ids[:3])}.")
        return str(ids[0])

    def _living(self, sobject: SObject) -> str:
        """Told apart by the few that are deleted, so that the index of the stamps alone serves the many."""
        if not sobject.soft_deletes:
            return ""
        return f"WHERE _n NOT IN (SELECT _n FROM {quoted(sobject.name)} WHERE IsDeleted = 1)"

    def _total(self, sobject: SObject, *, deleted: bool) -> int:
        with self._org.lock:
            table = quoted(sobject.name)
            gone = self._totals.count(f"{table} WHERE IsDeleted = 1") if sobject.soft_deletes else 0
            return gone if deleted else self._totals.count(table) - gone

    def _shown(self, sobject: SObject, ids: list[str], names: Sequence[str] | None) -> list[Shown]:
        """`names`: the fields to show, None for all that have a value."""
        actors = self._org.changed_by(sobject.name, ids)
        booleans = {item.name for item in sobject.stored if item.type == "boolean"}
        pointing = [item.name for item in sobject.stored if item.type == "reference"]
        called: dict[str, str] = {}
        records = []
        for id18 in ids:
            row = self._org.store.get(sobject, id18)
            assert row is not None
            texts = {name: as_text(bool(value) if name in booleans else value) for name, value in row.items()}
            state, successor = _state(row)
            if names is None:
                values: dict[str, str | None] = {name: text for name, text in texts.items() if text is not None}
            else:
                values = {name: texts[name] for name in names}
            records.append(
                {
                    "system": "salesforce",
                    "type": sobject.name,
                    "id": id18,
                    "name": _title(sobject, texts),
                    "values": values,
                    "changed_by": actors[id18],
                    "changed_at": float(seconds(row["SystemModstamp"])),
                    "state": state,
                    "successor": successor,
                    "names": {
                        name: told
                        for name in pointing
                        if name in values and (told := self._called(texts[name], called))
                    },
                }
            )
        return records

    def _called(self, id18: str | None, known: dict[str, str]) -> str:
        """What a record is called that another points at, "" for none; `known`: those looked up already."""
        if id18 is None:
            return ""
        if id18 not in known:
            sobject = next((each for each in self._org.schema.values() if id18.startswith(each.prefix)), None)
            row = self._org.store.get(sobject, id18) if sobject is not None else None
            known[id18] = "" if sobject is None or row is None else _title(sobject, {**row, "Id": ""})
        return known[id18]


def _for_hands(sobject: SObject) -> bool:
    return bool(sobject.flags["createable"]) and sobject.name not in _NOT_FOR_HANDS


def _columns(sobject: SObject) -> tuple[str, ...]:
    """Those chosen above that the org has; of an object of the org's own, its name and its first fields."""
    stored = {item.name for item in sobject.stored}
    chosen = COLUMNS.get(sobject.name)
    if chosen is None:
        own = (item.name for item in sobject.stored if item.flags["updateable"] and item.name not in _SYSTEM)
        chosen = tuple(dict.fromkeys(("Name", *own)))[:7]
    return tuple(name for name in chosen if name in stored)


def _field(item: Field) -> Shown:
    return {
        "name": item.name,
        "label": item.label,
        "kind": item.type,
        "editable": bool(item.flags["updateable"]),
        "options": [[option.value, option.label] for option in item.values],
    }


def _state(row: dict[str, Any]) -> tuple[str, str]:
    if row.get("MasterRecordId"):
        return "merged", row["MasterRecordId"]
    if row.get("IsDeleted"):
        return "deleted", ""
    if row.get("IsConverted"):
        return "converted", row.get("ConvertedContactId") or ""
    return "live", ""


def _title(sobject: SObject, texts: Mapping[str, str | None]) -> str:
    return next((texts[name] or "" for name in _TITLES if texts.get(name)), str(texts["Id"]))
