"""Canonical text as the JSON that Salesforce takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from crmsync_desktop.domain.records import Value
from crmsync_desktop.domain.schema import Kind, Schema

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def fields_of(values: Mapping[str, Value], schema: Schema | None) -> dict[str, Any]:
    """JSON values by field name. A number travels digit by digit, never through a float. A text that isn't of its field's
    kind goes as it is, so that Salesforce's refusal names it; so does a field that the schema doesn't know."""
    known = schema.fields if schema is not None else {}
    return {name: _json(known[name].kind if name in known else None, value) for name, value in values.items()}


def _json(kind: Kind | None, value: Value) -> Any:
    if kind is Kind.BOOL:
        # A checkbox is never null (INVALID_TYPE_ON_FIELD_IN_RECORD); blank is unchecked.
        return {None: False, "true": True, "false": False}.get(value, value)
    if value is None:
        return None
    if kind is Kind.NUMBER and _JSON_NUMBER.fullmatch(value):
        return orjson.Fragment(value)
    return value
