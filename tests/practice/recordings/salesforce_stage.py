"""Puts a practice org into the state that a recording was made in, as far as the recording tells.

The records that the answer shows are made, with the values it shows; the ones that the request names by id, too. Ids
are ours: `Stage.said` turns the recorded ones into them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from crmsync_desktop.practice.salesforce import SalesforceOrg
from crmsync_desktop.practice.salesforce.customisation import CustomField, CustomObject

from .tapes import Tape

_ID = re.compile(r"\b([0-9a-zA-Z]{3}[0-9a-zA-Z]{15}|[0-9a-zA-Z]{3}[0-9a-zA-Z]*0x[0-9a-zA-Z]+)\b")
_NEEDED: dict[str, dict[str, Any]] = {
    "Account": {"Name": "Sitwell-Bluth"},
    "Contact": {"LastName": "Bluth"},
    "Lead": {"LastName": "Bluth", "Company": "Sitwell-Bluth"},
    "Opportunity": {"Name": "Espionage", "StageName": "Prospecting", "CloseDate": "2021-10-03"},
    "Event": {"DurationInMinutes": 30, "ActivityDateTime": "2024-11-07T07:00:00.000+0000"},
}
_COUNT = re.compile(r"select\s+count\(\w*\)\s+from\s+(\w+)", re.IGNORECASE)


class Stage:
    """One org and the ids that stand for recorded ones."""

    def __init__(self, org: SalesforceOrg) -> None:
        self._org = org
        self.ids: dict[str, str] = {}

    def said(self, text: str) -> str:
        """A recorded text with our ids in it."""
        return _ID.sub(lambda found: self.ids.get(found[1], found[1]), text)

    def set(self, tape: Tape) -> None:
        if tape.path.startswith("/services/data/v60.0/sobjects/Organization/"):
            self.ids[tape.answer["Id"]] = self._org.organization_id
            self._founded(tape.answer)
        if "/Custom__c/" in tape.path:
            field = CustomField("CustomField__c", "string", label="Custom Field", length=255)
            custom = CustomObject("Custom__c", "My Custom Object", "My Custom Objects", (field,))
            self._org.change_setup(custom_objects=(custom,))
        answers = [(tape.path, tape.answer)]
        if tape.path.endswith("/composite"):
            inner = zip(tape.body["compositeRequest"], tape.answer["compositeResponse"], strict=True)
            answers = [(asked["url"], got["body"]) for asked, got in inner]
        for path, answer in answers:
            self._answered(path, answer)
        for record, result in zip(_records(tape.body), tape.answer if _records(tape.body) else (), strict=True):
            if result.get("created") is False and not record.get("Id"):
                self._make(record["attributes"]["type"], {"Email": record["Email"]})
        for recorded in _ID.findall(json.dumps([record_ids(record) for record in _records(tape.body)])):
            self._named(recorded)

    def _founded(self, answer: dict[str, Any]) -> None:
        """The org as the recorded one was founded: what it says of itself is its own."""
        sobject = self._org.schema["Organization"]
        told = {item.name: answer[item.name] for item in sobject.stored if item.type in ("string", "datetime")}
        self._org.store.update(sobject, self._org.organization_id, told)

    def _answered(self, path: str, answer: Any) -> None:
        if isinstance(answer, dict) and "sObjects" in answer:
            for entry in answer["sObjects"]:
                self._counted(entry["name"], entry["count"])
        if not isinstance(answer, dict) or "totalSize" not in answer:
            return
        if found := _COUNT.search(path.replace("+", " ").replace("%28", "(").replace("%29", ")")):
            shown = answer["records"][0]["expr0"] if answer["records"] else answer["totalSize"]
            self._counted(found[1], shown)
        have = self._org.count("Account")
        for record in answer["records"]:
            kind = record["attributes"]["type"]
            if kind in _NEEDED and not (kind == "Account" and have):
                self._shown(kind, record)

    def _shown(self, kind: str, record: dict[str, Any]) -> str:
        """Make a record with what the answer shows of it, and those that hang on it."""
        sobject = self._org.schema[kind]
        fields, children = dict(_NEEDED[kind]), []
        for name, value in record.items():
            item = sobject.by_name.get(name.lower())
            if isinstance(value, dict) and "records" in value:
                children += value["records"]
            elif item is not None and item.stored and item.name != "Id" and value is not None:
                fields[item.name] = value
        made = self._make(kind, {name: value for name, value in fields.items() if not name.endswith("Id")})
        self.ids[record["attributes"]["url"].rpartition("/")[2]] = made
        for child in children:
            self._make(child["attributes"]["type"], {"Name": child["Name"], f"{kind}Id": made})
        return made

    def _counted(self, kind: str, count: int) -> None:
        """An object that is counted as empty has had records; one that never had any isn't counted at all."""
        made = [self._make(kind, {}) for _ in range(max(count, 1))]
        if not count:
            self._org.delete(made)

    def _named(self, recorded: str) -> None:
        sobject = self._org.records.sobject_of(recorded)
        if sobject is not None and recorded not in self.ids:
            self.ids[recorded] = self._make(sobject.name, {})

    def _make(self, kind: str, fields: dict[str, Any]) -> str:
        self._org.load([(kind, {**_NEEDED[kind], **fields})])
        newest = self._org.store.db.execute(f'SELECT Id FROM "{kind}" ORDER BY _n DESC LIMIT 1')
        return str(newest.fetchone()[0])


def record_ids(record: dict[str, Any]) -> list[str]:
    """The ids that a record of a request names."""
    return [value for name, value in record.items() if name.endswith("Id") and isinstance(value, str)]


def _records(body: Any) -> list[dict[str, Any]]:
    return body.get("records", []) if isinstance(body, dict) else []
