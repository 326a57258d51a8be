"""Valid requests of every route of the portal, over whatever it holds at the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.routing import Entry

CLIENT = {"client_id": "client-of-the-test", "client_secret": "secret-of-the-test"}
REDIRECT = "http://localhost:1717/back"
OAUTH: tuple[tuple[str, dict[str, str]], ...] = (
    ("oauth/authorize", {"client_id": CLIENT["client_id"], "redirect_uri": REDIRECT, "scope": "oauth", "state": "s", "decision": "allow"}),
    ("oauth/2026-03/token", {**CLIENT, "grant_type": "authorization_code", "code": "x", "redirect_uri": REDIRECT, "code_verifier": "v"}),
    ("oauth/2026-03/token", {**CLIENT, "grant_type": "refresh_token", "refresh_token": "refresh"}),
    ("oauth/2026-03/token/introspect", {**CLIENT, "token": "x"}),
    ("oauth/2026-03/token/revoke", {**CLIENT, "token": "x"}),
    ("oauth/v1/token", {**CLIENT, "grant_type": "refresh_token", "refresh_token": "refresh"}),
)  # fmt: skip
CUSTOM = "p_pet"
RECORD_TYPES = ("contacts", "companies", "deals", "tickets", "notes", CUSTOM)
PIPELINED = ("deals", "tickets")
PAIRS = (
    ("contacts", "companies"),
    ("companies", "contacts"),
    ("deals", "contacts"),
    ("contacts", "deals"),
    ("notes", "contacts"),
)
PLAIN_TYPE = {("contacts", "companies"): 279, ("companies", "contacts"): 280, ("deals", "contacts"): 3,
              ("contacts", "deals"): 4, ("notes", "contacts"): 202}  # fmt: skip
PROPERTY = {"contacts": "firstname", "companies": "name", "deals": "dealname", "tickets": "subject", "notes": "hs_note_body",
            CUSTOM: "name"}  # fmt: skip
OPERATIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("firstname", {"operationType": "STRING", "operator": "CONTAINS", "value": "a"}),
    ("firstname", {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": ["Ada", "Bo"]}),
    ("lifecyclestage", {"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": ["lead", "customer"]}),
    ("hs_email_optout", {"operationType": "BOOL", "operator": "IS_EQUAL_TO", "value": True}),
    ("num_notes", {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": 0}),
    ("num_notes", {"operationType": "NUMBER_RANGED", "operator": "IS_BETWEEN", "lowerBound": 0, "upperBound": 3}),
    ("createdate", {"operationType": "ROLLING_DATE_RANGE", "operator": "IS_LESS_THAN_X_DAYS_AGO", "numberOfDays": 3}),
    ("createdate", {"operationType": "RANGED_DATE", "operator": "IS_BETWEEN", "lowerBound": 1, "upperBound": 1_990_000_000_000}),
    ("createdate", {"operationType": "DATE", "operator": "IS_AFTER", "year": 2024, "month": "MARCH", "day": 3}),
    ("createdate", {"operationType": "TIME_POINT", "operator": "IS_AFTER", "endpointBehavior": "INCLUSIVE",
                    "timePoint": {"timeType": "DATE", "year": 2024, "month": 2, "day": 29, "zoneId": "Europe/Oslo", "hour": 1}}),
    ("createdate", {"operationType": "TIME_RANGED", "operator": "IS_BETWEEN",
                    "lowerBoundTimePoint": {"timeType": "INDEXED", "indexReference": {"referenceType": "TODAY"}, "offset": {"days": -2}},
                    "upperBoundTimePoint": {"timeType": "INDEXED", "indexReference": {"referenceType": "QUARTER", "month": 2, "day": 3},
                                            "offset": {"months": 14, "seconds": 3}}}),
    ("firstname", {"operationType": "ROLLING_PROPERTY_UPDATED", "operator": "IS_UPDATED_IN_LAST_X_DAYS", "numberOfDays": 3}),
    ("createdate", {"operationType": "COMPARATIVE_DATE", "operator": "IS_BEFORE", "comparisonPropertyName": "lastmodifieddate"}),
    ("firstname", {"operationType": "STRING", "operator": "HAS_EVER_CONTAINED", "value": "a"}),
)  # fmt: skip
FILTERS: tuple[dict[str, Any], ...] = (
    {"propertyName": "email", "operator": "EQ", "value": "p1@x.example"},
    {"propertyName": "createdate", "operator": "BETWEEN", "value": "1500000000000", "highValue": "2027-01-01"},
    {"propertyName": "hs_object_id", "operator": "GTE", "value": "1"},
    {"propertyName": "lifecyclestage", "operator": "IN", "values": ["lead", "customer"]},
    {"propertyName": "firstname", "operator": "CONTAINS_TOKEN", "value": "p*"},
    {"propertyName": "num_notes", "operator": "LT", "value": 5},
    {"propertyName": "lastname", "operator": "HAS_PROPERTY"},
    {"propertyName": "associations.company", "operator": "EQ", "value": "1"},
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """What the portal holds: live ids by type, and the ids of what isn't a record."""

    records: dict[str, list[str]]
    lists: list[str]
    forms: list[str]
    labels: dict[tuple[str, str], list[str]]
    deleted_lists: list[str]
    joined_schema: list[str]

    @classmethod
    def of(cls, portal: HubSpotPortal) -> Known:
        found: dict[str, list[str]] = {}
        query = (
            "SELECT type, id FROM record WHERE archived_ms IS NULL AND merged_into IS NULL ORDER BY id DESC LIMIT 200"
        )
        for kind, record_id in portal.connection.execute(query).fetchall():
            found.setdefault(CUSTOM if kind.endswith("_pet") else kind, []).append(str(record_id))

        labels: dict[tuple[str, str], list[str]] = {pair: ["1"] for pair in PAIRS}
        query = "SELECT from_type, to_type, type_id FROM association_label WHERE label IS NOT NULL ORDER BY type_id"
        for source, target, number in portal.connection.execute(query).fetchall():
            labels.setdefault((source, target), []).append(str(number))
        for name in RECORD_TYPES:
            found.setdefault(name, ["99801"])

        def ids(query: str) -> list[str]:
            return [str(row[0]) for row in portal.connection.execute(query).fetchall()] or ["99801"]

        return cls(
            found,
            ids("SELECT id FROM list WHERE deleted_ms IS NULL LIMIT 20"),
            ids("SELECT id FROM form LIMIT 20"),
            labels,
            ids("SELECT id FROM list WHERE deleted_ms IS NOT NULL LIMIT 20"),
            ids("SELECT type_id FROM association_label WHERE label IS NULL AND from_type LIKE '%\\_pet' ESCAPE '\\'"),
        )


def missing(random: Random, known: Known) -> list[tuple[str, Any]]:
    """(path, body) of what to post so that there are a few of everything that a path can name."""
    asked: list[tuple[str, Any]] = []
    for kind in RECORD_TYPES:
        if len(known.records[kind]) < 3:
            maker = _Maker(random, known, kind, PAIRS[0])
            asked.append((f"/crm/objects/2026-03/{kind}/batch/create", {"inputs": [maker.new() for _ in range(3)]}))
    for pair in PAIRS:
        if len(known.labels[pair]) < 2:
            maker = _Maker(random, known, pair[0], pair)
            body = {"name": f"n{maker.number()}", "label": f"L {maker.number()}", "inverseLabel": f"I {maker.number()}"}
            asked.append((f"/crm/associations/2026-03/{pair[0]}/{pair[1]}/labels", body))
    maker = _Maker(random, known, "contacts", PAIRS[0])
    asked += [("/crm/lists/2026-03", maker.list()) for _ in range(3 - len(known.lists))]
    asked += [("/marketing/forms/2026-09", maker.form()) for _ in range(2 - len(known.forms))]
    return asked


def path_values(random: Random, known: Known, entry: Entry) -> dict[str, str]:
    """What the template's names stand for, all of it there."""
    values: dict[str, str] = {}
    kind = random.choice(PIPELINED if entry.area == "pipelines" else RECORD_TYPES)
    source, target = random.choice(PAIRS)
    if "{to}" in entry.template:
        kind = source
    found: dict[str, Callable[[], str]] = {
        "type": lambda: kind,
        "object_type": lambda: "contacts",
        "from": lambda: source,
        "to": lambda: target,
        "to_id": lambda: random.choice(known.records[target]),
        "record": lambda: random.choice(known.records["contacts"]),
        "association": lambda: str(PLAIN_TYPE[source, target]),
        "number": lambda: known.joined_schema[-1] if entry.area == "schemas" else known.labels[source, target][-1],
        "schema": lambda: "p_spare" if entry.method == "DELETE" and "{number}" not in entry.template else CUSTOM,
        "form": lambda: random.choice(known.forms),
        "source": lambda: random.choice(known.lists),
        "name": lambda: "list one" if entry.area == "lists" else "spare" if "/groups" in entry.template else "own_text",
        "stage": lambda: "appointmentscheduled" if kind == "deals" else "1",
    }
    for name, make in found.items():
        if f"{{{name}}}" in entry.template:
            values[name] = make()
    if "{id}" in entry.template:
        values["id"] = random.choice({
            "lists": known.deleted_lists if entry.template.endswith("/restore") else known.lists, "pipelines": ["default" if kind == "deals" else "0"], "owners": ["71001001"],
        }.get(entry.area, known.records[kind]))  # fmt: skip
    return values


def query_value(random: Random, name: str) -> str:
    if name in ("limit", "after", "before"):
        return random.choice(("1", "2", "10"))
    fixed = {"properties": "firstname,email,name", "propertiesWithHistory": "firstname", "associations": "contacts",
             "idProperty": "hs_object_id", "listIds": "1,2", "email": "a@b.example", "dataSensitivity": "non_sensitive",
             "locale": "en", "formTypes": "hubspot", "listName": "a list"}  # fmt: skip
    return fixed.get(name) or random.choice(("true", "false"))


def body_of(random: Random, known: Known, entry: Entry, values: dict[str, str]) -> Any:
    """The body of a valid request of this route, None where it has none."""
    key = (entry.method, entry.area, entry.template.rstrip("/"))
    kind = values.get("type", "contacts")
    pair = (values.get("from", kind), values.get("to", "companies"))
    make = BODIES.get(key)
    return None if make is None else make(_Maker(random, known, kind, pair))


@dataclass(frozen=True, slots=True)
class _Maker:
    random: Random
    known: Known
    kind: str
    pair: tuple[str, str]

    def id(self, kind: str | None = None) -> str:
        return self.random.choice(self.known.records[kind or self.kind])

    def number(self) -> int:
        return self.random.randrange(10**9)

    def properties(self) -> dict[str, Any]:
        made: dict[str, Any] = {PROPERTY[self.kind]: f"p {self.random.randrange(9)}"}
        if self.kind == "contacts":
            made |= {"email": f"p{self.number()}@x.example", "lifecyclestage": "lead", "hubspot_owner_id": "71001001"}
        elif self.kind == "companies":
            made |= {"domain": "x.example", "numberofemployees": 3}
        elif self.kind == "deals":
            made |= {"amount": "12.5", "closedate": "2026-05-01T00:00:00Z", "dealstage": "appointmentscheduled"}
        elif self.kind == "tickets":
            made |= {"hs_pipeline_stage": "1"}
        elif self.kind == "notes":
            made |= {"hs_timestamp": "1760000000000"}
        return made

    def new(self) -> dict[str, Any]:
        return {"properties": self.properties(), "objectWriteTraceId": str(self.number())}

    def created(self) -> dict[str, Any]:
        body = self.new()
        if self.kind in ("contacts", "deals") and self.random.random() < 0.5:
            target = "companies" if self.kind == "contacts" else "contacts"
            spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": PLAIN_TYPE[self.kind, target]}
            body["associations"] = [{"to": {"id": self.id(target)}, "types": [spec]}]
        return body

    def spec(self) -> dict[str, Any]:
        return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": PLAIN_TYPE[self.pair]}

    def ends(self) -> dict[str, Any]:
        return {"from": {"id": self.id(self.pair[0])}, "to": {"id": self.id(self.pair[1])}}

    def few(self, make: Callable[[], Any]) -> dict[str, Any]:
        return {"inputs": [make() for _ in range(self.random.randrange(1, 4))]}

    def search(self) -> dict[str, Any]:
        filters = [dict(each) for each in self.random.sample(FILTERS, 2)] if self.kind == "contacts" else []
        return {"filterGroups": [{"filters": filters}], "query": "p 1", "limit": 2, "after": "0", "properties": ["email"],
                "sorts": [{"propertyName": "hs_object_id", "direction": "DESCENDING"}]}  # fmt: skip

    def branch(self) -> dict[str, Any]:
        filters = [
            {"filterType": "PROPERTY", "property": name, "operation": dict(operation)}
            for name, operation in self.random.sample(OPERATIONS, 3)
        ]
        associated = {"filterBranchType": "ASSOCIATION", "filterBranchOperator": "AND", "objectTypeId": "0-2", "operator": "IN_LIST",
                      "associationTypeId": 279, "associationCategory": "HUBSPOT_DEFINED", "filterBranches": [],
                      "filters": [{"filterType": "PROPERTY", "property": "name",
                                   "operation": {"operationType": "STRING", "operator": "STARTS_WITH", "value": "p"}}]}  # fmt: skip
        more = [
            {"filterType": "IN_LIST", "listId": self.random.choice(self.known.lists), "operator": "IN_LIST"},
            {"filterType": "FORM_SUBMISSION", "operator": "FILLED_OUT"},
        ]
        inner = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [associated],
                 "filters": [*filters, *self.random.sample(more, 1)]}  # fmt: skip
        return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [inner], "filters": []}

    def list(self) -> dict[str, Any]:
        if self.random.random() < 0.5:
            return {"name": f"list {self.number()}", "objectTypeId": "0-1", "processingType": "MANUAL"}
        return {"name": f"list {self.number()}", "objectTypeId": "0-1", "processingType": self.random.choice(("DYNAMIC", "SNAPSHOT")),
                "filterBranch": self.branch()}  # fmt: skip

    def property(self) -> dict[str, Any]:
        made: dict[str, Any] = {"name": f"own_{self.number()}", "label": f"Own {self.number()}", "groupName": "mine", "type": "string",
                                "fieldType": "text", "description": "x", "displayOrder": 2, "hidden": False}  # fmt: skip
        if self.random.random() < 0.4:
            made |= {
                "type": "enumeration",
                "fieldType": "select",
                "options": [{"label": "A", "value": "a", "displayOrder": 0, "hidden": False}],
            }
        return made

    def stage(self) -> dict[str, Any]:
        metadata = {"probability": "0.3"} if self.kind == "deals" else {"ticketState": "OPEN"}
        return {"label": f"Stage {self.number()}", "displayOrder": 3, "metadata": metadata}

    def pipeline(self) -> dict[str, Any]:
        return {"label": f"Pipeline {self.number()}", "displayOrder": 2, "stages": [self.stage(), self.stage()]}

    def form(self) -> dict[str, Any]:
        fields = [
            {
                "name": "email",
                "fieldType": "email",
                "objectTypeId": "0-1",
                "label": "E-mail",
                "required": True,
                "hidden": False,
            }
        ]
        return {"formType": "hubspot", "name": "A form", "fieldGroups": [{"groupType": "default_group", "richTextType": "text", "fields": fields}],
                "configuration": {"language": "en", "cloneable": True}, "displayOptions": {"theme": "default_style"},
                "legalConsentOptions": {"type": "none"}, "archived": False, "createdAt": "2026-01-01T00:00:00Z"}  # fmt: skip

    def schema(self) -> dict[str, Any]:
        return {"name": f"thing{self.number()}", "labels": {"singular": "Thing", "plural": "Things"}, "requiredProperties": ["name"],
                "searchableProperties": ["name"], "primaryDisplayProperty": "name", "secondaryDisplayProperties": [],
                "properties": [{"name": "name", "label": "Name", "type": "string", "fieldType": "text"}],
                "associatedObjects": ["CONTACT"], "description": "x"}  # fmt: skip


BODIES: dict[tuple[str, str, str], Callable[[_Maker], Any]] = {
    ("POST", "objects", "/{type}/batch/read"): lambda m: {**m.few(lambda: {"id": m.id()}), "properties": ["email"], "propertiesWithHistory": []},
    ("POST", "objects", "/{type}/batch/create"): lambda m: m.few(m.created),
    ("POST", "objects", "/{type}/batch/update"): lambda m: m.few(lambda: {"id": m.id(), **m.new()}),
    ("POST", "objects", "/{type}/batch/upsert"): lambda m: m.few(lambda: {"id": m.id(), "idProperty": "hs_object_id", **m.new()}),
    ("POST", "objects", "/{type}/batch/archive"): lambda m: {"inputs": [{"id": m.id()}]},
    ("POST", "objects", "/{type}/search"): _Maker.search,
    ("POST", "objects", "/contacts/gdpr-delete"): lambda m: {"objectId": f"p{m.number()}@x.example", "idProperty": "email"},
    ("POST", "objects", "/{type}/merge"): lambda m: {"primaryObjectId": m.id(), "objectIdToMerge": m.id()},
    ("POST", "objects", "/{type}"): _Maker.created,
    ("PATCH", "objects", "/{type}/{id}"): _Maker.new,
    ("PUT", "object-associations", "/{type}/{id}/associations/{to}/{to_id}"): lambda m: [m.spec()],
    ("POST", "associations", "/{from}/{to}/batch/create"): lambda m: m.few(lambda: {**m.ends(), "types": [m.spec()]}),
    ("POST", "associations", "/{from}/{to}/batch/associate/default"): lambda m: m.few(m.ends),
    ("POST", "associations", "/{from}/{to}/batch/read"): lambda m: m.few(lambda: {"id": m.id(m.pair[0])}),
    ("POST", "associations", "/{from}/{to}/batch/archive"): lambda m: m.few(lambda: {**m.ends(), "to": [m.ends()["to"]]}),
    ("POST", "associations", "/{from}/{to}/batch/labels/archive"): lambda m: m.few(lambda: {**m.ends(), "types": [m.spec()]}),
    ("POST", "associations", "/{from}/{to}/labels"): lambda m: {"name": f"n{m.number()}", "label": f"L {m.number()}", "inverseLabel": f"I {m.number()}"},
    ("PUT", "associations", "/{from}/{to}/labels"): lambda m: {"associationTypeId": int(m.known.labels[m.pair][-1]), "label": f"L {m.number()}"},
    ("POST", "properties", "/{type}/groups"): lambda m: {"name": f"g{m.number()}", "label": "G", "displayOrder": 1},
    ("PATCH", "properties", "/{type}/groups/{name}"): lambda m: {"label": f"G {m.number()}", "displayOrder": 2},
    ("POST", "properties", "/{type}/batch/read"): lambda m: {"inputs": [{"name": "own_text"}], "archived": False, "dataSensitivity": "non_sensitive"},
    ("POST", "properties", "/{type}/batch/create"): lambda m: m.few(m.property),
    ("POST", "properties", "/{type}/batch/archive"): lambda m: {"inputs": [{"name": f"own_{m.number()}"}]},
    ("POST", "properties", "/{type}"): _Maker.property,
    ("PATCH", "properties", "/{type}/{name}"): lambda m: {key: value for key, value in m.property().items() if key in ("label", "groupName", "description", "displayOrder")},
    ("POST", "pipelines", "/{type}"): _Maker.pipeline,
    ("PATCH", "pipelines", "/{type}/{id}"): lambda m: {"label": f"P {m.number()}", "displayOrder": 1},
    ("PUT", "pipelines", "/{type}/{id}"): lambda m: {**m.pipeline(), "stages": [{**m.stage(), "stageId": "appointmentscheduled" if m.kind == "deals" else "1"}]},
    ("POST", "pipelines", "/{type}/{id}/stages"): _Maker.stage,
    ("PATCH", "pipelines", "/{type}/{id}/stages/{stage}"): lambda m: {"label": f"S {m.number()}"},
    ("PUT", "pipelines", "/{type}/{id}/stages/{stage}"): _Maker.stage,
    ("POST", "lists", ""): _Maker.list,
    ("POST", "lists", "/search"): lambda m: {"query": "list", "count": 3, "offset": 0, "processingTypes": ["MANUAL"], "listIds": m.known.lists},
    ("POST", "lists", "/records/memberships/batch/read"): lambda m: m.few(lambda: {"objectTypeId": "0-1", "recordId": m.id("contacts")}),
    ("PUT", "lists", "/{id}/memberships/add-and-remove"): lambda m: {"recordIdsToAdd": [m.id("contacts")], "recordIdsToRemove": [m.id("contacts")]},
    ("PUT", "lists", "/{id}/memberships/add"): lambda m: [m.id("contacts")],
    ("PUT", "lists", "/{id}/memberships/remove"): lambda m: [m.id("contacts")],
    ("PUT", "lists", "/{id}/update-list-filters"): lambda m: {"filterBranch": m.branch()},
    ("POST", "forms", ""): _Maker.form,
    ("PATCH", "forms", "/{form}"): lambda m: {"name": "Changed", "configuration": {"language": "de"}},
    ("PUT", "forms", "/{form}"): _Maker.form,
    ("POST", "schemas", ""): _Maker.schema,
    ("POST", "schemas", "/batch/read"): lambda m: {"inputs": ["p_pet"], "includeAuditMetadata": False},
    ("PATCH", "schemas", "/{schema}"): lambda m: {"labels": {"singular": "Pet", "plural": "Pets"}, "description": "y"},
    ("POST", "schemas", "/{schema}/associations"): lambda m: {"fromObjectTypeId": "p_pet", "toObjectTypeId": "deals", "name": "pet_to_deal"},
}  # fmt: skip
"""By method, area and template. Routes without a body aren't here."""
