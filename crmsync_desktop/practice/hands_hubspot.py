"""A person's hands in the practice HubSpot portal.

Associated records show as fields of their own, `associations.companies` and so on: ids with semicolons, a primary one
first. To set one is to replace what was associated; the first becomes the primary one.
"""

# ruff: noqa: S608  (names come from our own catalogue, values are always parameters)

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmsync_desktop.practice.hands import Shown, Totals, as_text, search_tests
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.hubspot.association_types import AssociationType
from crmsync_desktop.practice.hubspot.associations import Associations, Link
from crmsync_desktop.practice.hubspot.catalog import ObjectType
from crmsync_desktop.practice.hubspot.merging import merge
from crmsync_desktop.practice.hubspot.records import COLUMNS as ROW
from crmsync_desktop.practice.hubspot.records import Record, chunks, numeric_id
from crmsync_desktop.practice.hubspot.values import PropertyDefinition, iso

COLUMNS = {
    "calls": ("hs_call_title", "hs_call_direction", "hs_call_status", "hs_timestamp"),
    "companies": ("name", "domain", "phone", "industry", "city", "country"),
    "contacts": ("firstname", "lastname", "email", "phone", "jobtitle", "company", "lifecyclestage", "city", "country"),
    "deals": ("dealname", "dealstage", "amount", "closedate", "pipeline"),
    "emails": ("hs_email_subject", "hs_email_direction", "hs_email_status", "hs_timestamp"),
    "meetings": ("hs_meeting_title", "hs_meeting_outcome", "hs_meeting_start_time", "hs_timestamp"),
    "notes": ("hs_note_body", "hs_timestamp"),
    "tasks": ("hs_task_subject", "hs_task_status", "hs_task_priority", "hs_timestamp"),
    "tickets": ("subject", "hs_pipeline_stage", "hs_ticket_priority", "content"),
}
_TITLES = (
    "name", "dealname", "subject", "hs_task_subject", "hs_call_title", "hs_email_subject", "hs_meeting_title",
    "hs_note_body", "email",
)  # fmt: skip
"""The properties that a record may be called by, best first, where it has no first and last name."""
ASSOCIATED = "associations."
_LIVE = "archived_ms IS NULL AND merged_into IS NULL"
_BINNED = "archived_ms IS NOT NULL AND merged_into IS NULL"

MOST_CALLED = 5
"""Of the records that one is associated with, so many are told by name."""


class HubSpotHands:
    """See `Hands`. Everything is written with the source CRM_UI, as HubSpot's own window does."""

    def __init__(self, portal: HubSpotPortal) -> None:
        self._portal = portal
        self._totals = Totals(portal.connection)

    def types(self) -> list[Shown]:
        return [self._type(kind) for kind in self._portal.catalog.types]

    def page(self, kind: str, *, search: str, deleted: bool, offset: int, limit: int) -> Shown:
        chosen = self._kind(kind)
        where, given = f"type = ? AND {_BINNED if deleted else _LIVE}", [chosen.name]
        if search.strip():
            names = dict.fromkeys((*self._columns(chosen), *chosen.searched))
            matching = " || ' ' || ".join(f"""coalesce(json_extract(properties, '$."{name}"'), '')""" for name in names)
            matching = f"(id || ' ' || {matching})"
            tests, words = search_tests(search, matching, "fold", "(id || properties)")
            where, given = " AND ".join((where, *tests)), [*given, *words]
        execute = self._portal.connection.execute
        total = self._totals.count(f"record WHERE {where}", given)
        # To archive a record leaves its modified date alone.
        changed = "max(modified_ms, archived_ms)" if deleted else "modified_ms"
        newest = f"SELECT id FROM record WHERE {where} ORDER BY {changed} DESC, id DESC LIMIT ? OFFSET ?"
        ids = [found for (found,) in execute(newest, (*given, limit, offset))]
        return {"total": total, "records": self._shown(chosen, ids, self._columns(chosen))}

    def get(self, kind: str, reference: str) -> Shown:
        chosen = self._kind(kind)
        return self._shown(chosen, [self._found(chosen, reference).id], None)[0]

    def create(self, kind: str, values: Mapping[str, str]) -> Shown:
        chosen = self._kind(kind)
        with self._portal.database.transaction():
            own, associated = self._split(chosen, values)
            record = self._portal.create(chosen, own, "CRM_UI")
            self._associate(chosen, record.id, associated)
        return self.get(kind, str(record.id))

    def change(self, kind: str, reference: str, values: Mapping[str, str]) -> Shown:
        chosen = self._kind(kind)
        record = self._living(chosen, reference)
        with self._portal.database.transaction():
            own, associated = self._split(chosen, values)
            self._portal.update(chosen, record, own, "CRM_UI")
            self._associate(chosen, record.id, associated)
        return self.get(kind, str(record.id))

    def delete(self, kind: str, references: Sequence[str]) -> None:
        chosen = self._kind(kind)
        with self._portal.database.transaction():
            for each in references:
                self._portal.archive(self._living(chosen, each), "CRM_UI")

    def undelete(self, kind: str, references: Sequence[str]) -> None:
        chosen = self._kind(kind)
        with self._portal.database.transaction():
            for each in references:
                record = self._found(chosen, each, deleted=True)
                if record.archived_ms is None:
                    raise ValueError(f"{chosen.singular.capitalize()} {record.id} is not in the recycle bin.")
                self._portal.restore(chosen, record.id)

    def merge(self, kind: str, master: str, losers: Sequence[str]) -> str:
        chosen = self._kind(kind)
        if not losers:
            raise ValueError("Name the record that is merged into the first one.")
        with self._portal.database.transaction():
            kept = self._living(chosen, master)
            for each in losers:
                kept = merge(self._portal, chosen, kept, self._living(chosen, each), "CRM_UI")
        return str(kept.id)

    # Inside ------------------------------------------------------------------------------------------------------

    def _kind(self, name: str) -> ObjectType:
        types = self._portal.catalog.types
        if types.known(name):
            return types.get(name)
        known = ", ".join(kind.name for kind in types)
        raise ValueError(f"The practice HubSpot portal has no object “{name}”. It has: {known}.")

    def _type(self, kind: ObjectType) -> Shown:
        known = self._portal.catalog.properties(kind.name)
        associated = [
            {"name": ASSOCIATED + other.name, "label": f"Associated {other.name}", "kind": "association",
             "editable": True, "options": []}
            for other in self._portal.catalog.types if self._between(kind, other)
        ]  # fmt: skip
        return {
            "system": "hubspot",
            "name": kind.name,
            "label": kind.singular.capitalize(),
            "plural": kind.name.capitalize(),
            "count": self._totals.count(f"record WHERE type = ? AND {_LIVE}", (kind.name,)),
            "columns": list(self._columns(kind)),
            "fields": [_field(each) for each in known.values()] + associated,
        }

    def _columns(self, kind: ObjectType) -> tuple[str, ...]:
        known = self._portal.catalog.properties(kind.name)
        stamps = {kind.created, kind.modified, "hs_object_id"}
        chosen = COLUMNS.get(kind.name) or tuple(dict.fromkeys((*kind.defaults, *kind.searched)))
        return tuple(name for name in chosen if name in known and name not in stamps)[:9]

    def _row(self, kind: ObjectType, record_id: int) -> Record | None:
        sql = f"SELECT {ROW} FROM record WHERE id = ? AND type = ?"
        row = self._portal.connection.execute(sql, (record_id, kind.name)).fetchone()
        return None if row is None else Record.of(row)

    def _found(self, kind: ObjectType, reference: str, *, deleted: bool = False) -> Record:
        """The very record, whatever has become of it."""
        if "@" in reference:
            number = self._by_email(kind, reference.strip().lower(), deleted=deleted)
        else:
            number = numeric_id(reference)
        record = None if number is None else self._row(kind, number)
        if record is None:
            what = "with the e-mail address" if "@" in reference else "with the id"
            raise ValueError(f"There is no {kind.singular} {what} {reference}.")
        return record

    def _living(self, kind: ObjectType, reference: str) -> Record:
        record = self._found(kind, reference)
        if record.merged_into is not None:
            raise ValueError(f"{kind.singular.capitalize()} {record.id} was merged into {record.merged_into}.")
        if record.archived_ms is not None:
            raise ValueError(f"{kind.singular.capitalize()} {record.id} is in the recycle bin.")
        return record

    def _by_email(self, kind: ObjectType, address: str, *, deleted: bool) -> int | None:
        if kind.name != "contacts":
            raise ValueError(f"Only contacts are known by their e-mail address; give the id of the {kind.singular}.")
        if not deleted:
            return self._portal.unique.holders(kind, "email", [address]).get(address)
        sql = f"SELECT id FROM record WHERE type = ? AND {_BINNED} AND json_extract(properties, '$.email') = ? LIMIT 2"
        ids = [found for (found,) in self._portal.connection.execute(sql, (kind.name, address))]
        if len(ids) > 1:
            raise ValueError(f"More than one deleted contact has the e-mail address {address}; give an id.")
        return ids[0] if ids else None

    def _split(
        self, kind: ObjectType, values: Mapping[str, str]
    ) -> tuple[dict[str, object], dict[ObjectType, list[int]]]:
        """Properties, and the ids to associate by their type."""
        own: dict[str, object] = {}
        associated: dict[ObjectType, list[int]] = {}
        for name, text in values.items():
            types, wanted = self._portal.catalog.types, name.removeprefix(ASSOCIATED)
            if wanted == name or not types.known(wanted):
                own[name] = text
                continue
            other = types.get(wanted)
            if not self._between(kind, other):
                raise ValueError(f"{kind.name.capitalize()} and {other.name} can't be associated.")
            parts = [part.strip() for part in text.split(";") if part.strip()]
            associated[other] = [self._living(other, part).id for part in parts]
        return own, associated

    def _between(self, kind: ObjectType, other: ObjectType) -> list[AssociationType]:
        """The plain type first."""
        return self._portal.association_types.between(kind.name, other.name)

    def _associate(self, kind: ObjectType, record_id: int, associated: Mapping[ObjectType, list[int]]) -> None:
        associations = Associations(self._portal)
        for other, wanted in associated.items():
            between = self._between(kind, other)
            plain = tuple(each for each in between if not each.primary)[:1]
            primary = tuple(each for each in between if each.primary)[:1]
            for held in associations.of(kind, [record_id], other).get(record_id, {}):
                associations.remove(kind, record_id, Link(other, held, ()))
            for place, each in enumerate(wanted):
                associations.add(kind, record_id, Link(other, each, primary if primary and place == 0 else plain))

    def _shown(self, kind: ObjectType, ids: list[int], names: Sequence[str] | None) -> list[Shown]:
        rows: dict[int, Record] = {}
        for marks, piece in chunks(ids):
            query = f"SELECT {ROW} FROM record WHERE id IN ({marks})"
            rows |= {row[0]: Record.of(row) for row in self._portal.connection.execute(query, piece)}
        actors = self._portal.changed_by(kind.name, ids)
        records = []
        for number in ids:
            record = rows[number]
            texts: dict[str, str | None] = {name: as_text(value) for name, value in record.properties.items()}
            associated, called = self._associated(kind, number) if names is None else ({}, {})
            if names is None:
                texts |= {
                    "hs_object_id": str(number),
                    kind.created: iso(record.created_ms),
                    kind.modified: iso(record.modified_ms),
                    **associated,
                }
            state = "live" if record.archived_ms is None else "deleted"
            records.append(
                {
                    "system": "hubspot",
                    "type": kind.name,
                    "id": str(number),
                    "name": _title(record),
                    "values": {name: texts.get(name) for name in names} if names is not None else texts,
                    "changed_by": actors[number],
                    "changed_at": max(record.modified_ms, record.archived_ms or 0) / 1000,
                    "state": state if record.merged_into is None else "merged",
                    "successor": "" if record.merged_into is None else str(record.merged_into),
                    "names": called,
                }
            )
        return records

    def _associated(self, kind: ObjectType, record_id: int) -> tuple[dict[str, str], dict[str, str]]:
        """By field: the ids, and what those records are called."""
        shown: dict[str, str] = {}
        called: dict[str, str] = {}
        associations = Associations(self._portal)
        for other in self._portal.catalog.types:
            if not self._between(kind, other):
                continue
            held = associations.of(kind, [record_id], other).get(record_id, {})
            ordered = sorted(held, key=lambda number: (not any(each.primary for each in held[number]), number))
            if ordered:
                shown[ASSOCIATED + other.name] = ";".join(str(each) for each in ordered)
                rows = (self._row(other, each) for each in ordered[:MOST_CALLED])
                called[ASSOCIATED + other.name] = "; ".join(_title(row) for row in rows if row is not None)
        return shown, called


def _field(definition: PropertyDefinition) -> Shown:
    options = [[option["value"], option["label"]] for option in definition.json["options"] if not option.get("hidden")]
    return {
        "name": definition.name,
        "label": definition.json["label"],
        "kind": definition.type,
        "editable": not definition.read_only,
        "options": options,
    }


def _title(record: Record) -> str:
    held = record.properties
    full = " ".join(part for part in (held.get("firstname"), held.get("lastname")) if part)
    return full or next((held[name] for name in _TITLES if held.get(name)), str(record.id))
