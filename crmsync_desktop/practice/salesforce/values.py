"""From the JSON of a request to stored values, refusing what Salesforce refuses.

Two steps, as the real API has them: `decode` reads JSON types (a wrong one refuses the whole request), `check` applies
a field's own rules (a broken one refuses that record).
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .errors import ApiError, RowError, json_error
from .ids import normal
from .schema import NUMBER_TYPES, TEXT_TYPES, Field, SObject
from .stamps import parse_date, parse_datetime

Decoded = dict[str, Any]

_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_JSON_KINDS = {
    "bool": "VALUE_BOOLEAN",
    "int": "VALUE_NUMBER_INT",
    "float": "VALUE_NUMBER_FLOAT",
    "str": "VALUE_STRING",
    "list": "START_ARRAY",
    "dict": "START_OBJECT",
}


def _mismatch(item: Field, value: Any) -> ApiError:
    kind = _JSON_KINDS[type(value).__name__]
    wanted = {"reference": "id", "datetime": "datetime", "textarea": "string"}.get(item.type, item.type)
    wanted = "string" if item.type in TEXT_TYPES else wanted
    shown = "" if isinstance(value, (list, dict)) else f" value {str(value).lower() if value is True else value}"
    return json_error(
        f"Cannot deserialize instance of {wanted} from {kind}{shown} or request may be missing a required field "
        "at [line:1, column:1]"
    )


def _number(item: Field, value: Any) -> float | int:
    """Unverified: a whole number of more than eighteen digits is refused as one that can't be read."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _mismatch(item, value)
    if item.type == "int":
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip()):
            return int(value)
        if isinstance(value, int) and abs(value) < 10**18:
            return value
        raise _mismatch(item, value)
    if isinstance(value, str) and not _DECIMAL.fullmatch(value.strip()):
        raise _mismatch(item, value)
    number = float(value)
    if not math.isfinite(number):
        raise _mismatch(item, value)
    return number


def decode(item: Field, value: Any) -> Any:
    """A JSON value in stored form. Raises ApiError (400 JSON_PARSER_ERROR) where its JSON type doesn't fit."""
    if value is None:
        return None
    if item.type == "boolean":
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return int(value.strip().lower() == "true")
        raise _mismatch(item, value)
    if isinstance(value, str) and not value.strip():
        return None
    if item.type in NUMBER_TYPES:
        return _number(item, value)
    if not isinstance(value, str):
        raise _mismatch(item, value)
    text = value.strip()
    if item.type in ("date", "datetime"):
        parsed = parse_date(text) if item.type == "date" else parse_datetime(text) or _midnight(text)
        if parsed is None:
            raise _mismatch(item, value)
        return parsed
    return text


def _midnight(text: str) -> str | None:
    day = parse_date(text)
    return None if day is None else f"{day}T00:00:00.000+0000"


def decode_record(sobject: SObject, record: dict[str, Any]) -> Decoded | RowError:
    """The fields of a request's record by API name, without `attributes`; a RowError for an unknown field.

    Raises ApiError as `decode` does.
    """
    decoded: Decoded = {}
    for name, value in record.items():
        item = sobject.by_name.get(name.lower())
        if item is None:
            if name != "attributes":
                return RowError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        elif not item.stored:
            decoded[item.name] = value
        else:
            decoded[item.name] = decode(item, value)
    return decoded


def check(item: Field, value: Any) -> Any:
    """The value as it will be stored. Raises RowError where the field's own rules refuse it.

    Unverified: a null for a checkbox is refused as INVALID_TYPE_ON_FIELD_IN_RECORD.

    Unverified: the API takes a value of a dependent picklist whatever its controlling field holds.

    Unverified: a restricted picklist's values are compared letter by letter, case included.

    Unverified: a restricted picklist refuses a value that was switched off also where the record holds it already.
    """
    if value is None:
        if item.type == "boolean":
            raise RowError(
                "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{item.label}: value not of required type: ", [item.name]
            )
        return None
    if item.type in NUMBER_TYPES:
        return _check_number(item, value)
    if item.type in ("id", "reference"):
        mended = normal(value)
        if mended is None:
            raise RowError("MALFORMED_ID", f"{item.label}: id value of incorrect type: {value}", [item.name])
        return mended
    if item.type in TEXT_TYPES:
        if item.length and len(value) > item.length:
            message = f"{item.label}: data value too large: {value} (max length={item.length})"
            raise RowError("STRING_TOO_LONG", message, [item.name])
        if item.type == "multipicklist":
            return _check_choices(item, value)
        if item.type == "email" and not _is_email(value):
            raise RowError("INVALID_EMAIL_ADDRESS", f"{item.label}: invalid email address: {value}", [item.name])
        if item.flags["restrictedPicklist"] and value not in item.allowed and not item.ruled:
            raise _bad_choice(item, value)
    return value


def _bad_choice(item: Field, value: str) -> RowError:
    message = f"{item.label}: bad value for restricted picklist field: {value}"
    return RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [item.name])


def _check_choices(item: Field, value: str) -> str | None:
    """`b;a;b` as `a;b`.

    Unverified: the values of a multi-select picklist come back in the order in which the picklist has them.
    """
    chosen = dict.fromkeys(part.strip() for part in value.split(";") if part.strip())
    if item.flags["restrictedPicklist"]:
        for part in chosen:
            if part not in item.allowed:
                raise _bad_choice(item, part)
    known = [option.value for option in item.values if option.value in chosen]
    return ";".join([*known, *(part for part in chosen if part not in item.allowed)]) or None


def _is_email(value: str) -> bool:
    local = value.partition("@")[0]
    return bool(_EMAIL.fullmatch(value)) and not (local.startswith(".") or local.endswith(".") or ".." in value)


def _check_number(item: Field, value: float | int) -> float | int:
    """Unverified: a number with more decimals than its field has is rounded, and halves are rounded up."""
    flags = item.flags
    whole_digits = flags["digits"] if item.type == "int" else flags["precision"] - flags["scale"]
    limit = 10.0**whole_digits if whole_digits else 10.0**18
    if item.type == "int" and not flags["digits"]:
        limit = 2.0**31
    if item.type == "double" and flags["compoundFieldName"]:
        limit = 90.000001 if item.name.endswith("Latitude") else 180.000001
    if abs(value) >= limit:
        shown = f"{value:.0f}" if float(value).is_integer() else f"{value}"
        message = f"{item.label}: value outside of valid range on numeric field: {shown}"
        raise RowError("NUMBER_OUTSIDE_VALID_RANGE", message, [item.name])
    if item.type == "int":
        return value
    if float(value).is_integer():
        return float(value)
    return float(Decimal(str(value)).quantize(Decimal(1).scaleb(-flags["scale"]), ROUND_HALF_UP))
