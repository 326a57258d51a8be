"""Holds one exchange with the practice org against the OpenAPI description of its sObjects (API 59)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "schemas"
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": (int, float),
    "number": (int, float),
    "object": dict,
    "array": list,
}


@cache
def schemas() -> dict[str, Any]:
    """The description's schemas by name; empty where it is absent."""
    path = FOLDER / "salesforce-sobjects-v59.trim.json"
    if not path.is_file():
        return {}
    found: dict[str, Any] = orjson.loads(path.read_bytes())["components"]["schemas"]
    return found


@cache
def described() -> dict[str, dict[str, Any]]:
    """The fields of each described object with their JSON types; empty where the description is absent."""
    return {
        name.removesuffix("SObject"): {field: KINDS.get(kind.get("type", "object"), dict) for field, kind in each["properties"].items()}
        for name, each in schemas().items()
        if name.endswith("SObject") and each.get("properties")
    }  # fmt: skip


def judge(method: str, path: str, query: str, asked: bytes, status: int, answered: bytes) -> list[str] | None:
    """Complaints about a request and its answer; None where nothing of it is described."""
    if not path.startswith("/services/data/") or not described():
        return None
    found: set[str] = set()
    if status >= 400:
        return [f"refusal: {each}" for each in _refusal(orjson.loads(answered))] if answered else []
    judged = False
    if asked and method in ("POST", "PATCH") and "/jobs/" not in path:
        results = orjson.loads(answered) if answered else None
        for number, (kind, record) in enumerate(_sent(path, orjson.loads(asked))):
            result = results[number] if isinstance(results, list) and number < len(results) else None
            if isinstance(result, dict) and result["success"] is False:
                continue  # the org has refused it itself
            judged = True
            found.update(f"question: {each}" for each in _record(kind, record))
    if answered and (named := _named(path)):
        judged = True
        found.update(f"answer: {each}" for each in _whole(named, answered))
    elif answered:
        told = orjson.loads(answered)
        for record in _records(told):
            judged = True
            found.update(f"answer: {each}" for each in _record(record["attributes"].get("type", ""), record))
        for result in told if isinstance(told, list) else [told]:
            if isinstance(result, dict) and "success" in result:
                judged = True
                found.update(f"answer: {each}" for each in _saved(result))
    return sorted(found)[:8] if judged else None


def _named(path: str) -> str | None:
    """The schema of an answer that isn't made of records."""
    parts = path.strip("/").split("/")[3:]
    if parts == ["sobjects"]:
        return "DescribeGlobalResult"
    named = {"describe": "DescribeSObjectResult", "deleted": "GetDeletedResult"}
    return named.get(parts[2]) if parts[:1] == ["sobjects"] and len(parts) == 3 else None


@lru_cache(maxsize=64)
def _whole(schema: str, answered: bytes) -> list[str]:
    """A describe is long and asked for often: each is looked through once."""
    return sorted(set(_against(schemas()[schema], orjson.loads(answered), "$")))[:5]


def _against(schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    """Null is taken anywhere: the description was generated from classes, where all may be null."""
    kind = schema.get("type", "object")
    if value is None:
        return
    if not isinstance(value, KINDS[kind]) or isinstance(value, bool) is not (kind == "boolean"):
        yield f"{where}: {type(value).__name__} instead of {kind}"
    elif isinstance(value, list):
        for each in value:
            yield from _against(schema.get("items", {}), each, f"{where}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name, each in value.items():
            if name in schema["properties"]:
                yield from _against(schema["properties"][name], each, f"{where}.{name}")
            else:
                yield f"{where}.{name} is unknown"


def _sent(path: str, body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    parts = path.strip("/").split("/")
    if isinstance(body, dict) and isinstance(body.get("records"), list):
        for record in body["records"]:
            if isinstance(record, dict):
                yield record.get("attributes", {}).get("type", parts[5] if len(parts) > 5 else ""), record
    elif len(parts) > 4 and parts[3] == "sobjects" and isinstance(body, dict):
        yield parts[4], body


def _records(told: Any) -> Iterator[dict[str, Any]]:
    """Every record in an answer, those inside others too."""
    if isinstance(told, list):
        for each in told:
            yield from _records(each)
    elif isinstance(told, dict):
        if isinstance(told.get("attributes"), dict):
            yield told
        for each in told.values():
            if isinstance(each, (dict, list)):
                yield from _records(each)


def _record(kind: str, record: dict[str, Any]) -> Iterator[str]:
    known = described().get(kind)
    if known is None:
        return
    proper = {name.lower(): name for name in known}  # the API takes names in any case
    for given, value in record.items():
        name = proper.get(given.lower(), given)
        if name == "attributes" or name.endswith(("__c", "__r")) or value is None:
            continue
        if name not in known:
            if not isinstance(value, dict):  # else a parent record or its children, under the relationship's name
                yield f"{kind}.{name} is no field"
        elif not isinstance(value, known[name]) or isinstance(value, bool) is not (known[name] is bool):
            yield f"{kind}.{name}: {type(value).__name__}"


def _saved(result: dict[str, Any]) -> Iterator[str]:
    yield from (f"{name} is no key of a save result" for name in result.keys() - {"id", "success", "errors", "created"})
    yield from (f"{name} is missing" for name in ("success", "errors") if name not in result)
    for error in result.get("errors", ()):
        if not {"statusCode", "message", "fields"} <= error.keys():
            yield f"an error of a record has {sorted(error)}"


def _refusal(told: Any) -> Iterator[str]:
    if not isinstance(told, list):
        return  # a composite's or a graph's own form
    for each in told:
        if not isinstance(each, dict) or not {"message", "errorCode"} <= each.keys():
            yield f"{each} is no error"
