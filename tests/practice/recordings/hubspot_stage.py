"""Puts a practice portal into the state that a recording was made in, as far as the recording tells."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import pairwise
from typing import Any

from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.hubspot.catalog import object_type

from .tapes import Tape

UNKNOWN = {"1234"}
"""An id that the recorded calls use for a record that isn't there."""
_NUMBER = re.compile(r"\b\d{4,}\b")
_READ_ONLY = {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}


class Stage:
    """One portal and the ids that stand for recorded ones. `ask` sends a request to it and gives the decoded answer."""

    def __init__(self, portal: HubSpotPortal, ask: Any) -> None:
        self._portal = portal
        self._ask = ask
        self.ids: dict[str, str] = {}

    def said(self, text: str) -> str:
        """A recorded text with our ids in it."""
        return _NUMBER.sub(lambda found: self.ids.get(found[0], found[0]), text)

    def set(self, tape: Tape) -> None:
        self._owners(tape)
        parts = tape.path.partition("?")[0].split("/")
        for kind, recorded in pairwise(parts):
            if recorded.isdigit() and (kind != "meetings" or tape.method != "GET"):
                self._named(kind, recorded)
        if "/batch/" in tape.path:
            self._batch(parts[-4], parts[-3], tape.body["inputs"])
        if "/associations/" in tape.path and tape.method == "GET":
            self._associated(parts[-4], parts[-3], parts[-1], tape.answer["results"])
        if "/meetings" in tape.path and tape.method != "PUT":
            self._meetings(tape)
        after = re.search(r"after=(\d+)", tape.path)
        if after:
            # The cursor is the id that the next page begins at: one more than the last id of the page before.
            self.ids[after[1]] = str(int(self.ids[tape.answer["results"][0]["id"]]) - 1)

    def _owners(self, tape: Tape) -> None:
        owners = [owner["id"] for owner in self._portal.directory.owners(archived=False, email=None)]
        for recorded in re.findall(r'"hubspot_owner_id": "?(\d+)', json.dumps([tape.body, tape.answer])):
            self.ids[recorded] = owners[0]

    def _batch(self, source: str, target: str, inputs: list[dict[str, Any]]) -> None:
        for given in inputs:
            self._named(source, str(given["from"]["id"]))
            for end in given["to"] if isinstance(given["to"], list) else [given["to"]]:
                self._named(target, str(end["id"]))

    def _associated(self, source: str, recorded: str, target: str, results: list[dict[str, Any]]) -> None:
        for result in results:
            other = str(result["toObjectId"])
            self._named(target, other)
            place = f"/crm/v4/objects/{source}/{self.ids[recorded]}/associations/{target}/{self.ids[other]}"
            types = [
                {"associationCategory": each["category"], "associationTypeId": each["typeId"]}
                for each in result["associationTypes"]
            ]
            self._ask("PUT", place, types)

    def _meetings(self, tape: Tape) -> None:
        shown = tape.answer or {}
        rows = shown.get("results", [shown] if tape.method == "GET" else [])
        for row in sorted(rows, key=lambda each: int(each["id"])):
            self._meeting(row)
        if "paging" in shown:
            self._portal.load([("meetings", {})])
        contact = re.search(r'"associations.contact", "operator": "EQ", "value": (\d+)', json.dumps(tape.body))
        if contact:
            self._named("contacts", contact[1])
            for row in rows:
                place = f"/crm/v4/objects/meetings/{self.ids[row['id']]}/associations/default/contact/"
                self._ask("PUT", place + self.ids[contact[1]], None)

    def _meeting(self, row: dict[str, Any]) -> None:
        properties = {name: value for name, value in row["properties"].items() if name not in _READ_ONLY}
        stamps = {"hs_createdate": row["createdAt"], "hs_lastmodifieddate": row["updatedAt"]}
        seconds = {name: datetime.fromisoformat(value).timestamp() for name, value in stamps.items()}
        self._load("meetings", row["id"], {**properties, **seconds})

    def _named(self, kind: str, recorded: str) -> None:
        if recorded not in self.ids and recorded not in UNKNOWN:
            self._load(object_type(kind).name, recorded, {})

    def _load(self, kind: str, recorded: str, properties: dict[str, Any]) -> None:
        if recorded in self.ids:
            return
        owner = properties.get("hubspot_owner_id")
        self._portal.load([(kind, {**properties, **({"hubspot_owner_id": self.ids[owner]} if owner else {})})])
        newest = self._portal.connection.execute("SELECT max(id) FROM record WHERE type = ?", (kind,)).fetchone()[0]
        self.ids[recorded] = str(newest)
