"""What can be told offline: a write that a system is sure to refuse costs no call (semantics 6).

The codes are Salesforce's own, since HubSpot has one (VALIDATION_ERROR) for all of these; messages are for an admin.
Lenient where the systems' own checks aren't known to the letter: what passes here may still be refused there.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from crmsync_desktop.domain.records import Category, Fault, Value
from crmsync_desktop.domain.schema import Field, Kind, Schema

_NEAREST: Final = 3
"""How many accepted values a message names."""
_WHOLE: Final = ("int", "long")
"""Salesforce rounds decimals to a field's scale, but can't read them at all for these types."""
_LONGEST_OPTION: Final = 255
"""Characters of a picklist value in Salesforce: what is longer isn't a slip in spelling."""
_SHOWN: Final = 60
"""Characters of a value that a message quotes."""


def check_value(field: Field, value: Value, creating: bool) -> Fault | None:
    """Why `field` would refuse `value` (canonical text) in a create or an update; None where nothing speaks against it."""
    if not (field.createable if creating else field.updateable):
        return _unwritable(field, creating)
    if value is None:
        if field.nillable:
            return None
        return _fault(field, "REQUIRED_FIELD_MISSING", f"{field.label} can't be blank.")
    check = _CHECKS.get(field.kind)
    return (check(field, value) if check else None) or _too_long(field, value)


def missing_required(schema: Schema, values: Mapping[str, Value]) -> list[Fault]:
    """One fault for each field that a create of this object can't do without and `values` doesn't have."""
    return [
        _fault(field, "REQUIRED_FIELD_MISSING", f"{field.label} is required for a new {schema.label}, and it is blank.")
        for field in schema.fields.values()
        if field.required and not values.get(field.name)
    ]


def _unwritable(field: Field, creating: bool) -> Fault:
    if field.calculated:
        why = "is calculated"
    elif not (field.createable or field.updateable):
        why = "is read-only for the connected user"
    else:
        why = "can only be set on existing records" if creating else "can only be set when a record is created"
    return Fault(Category.PERMISSIONS, "INVALID_FIELD_FOR_INSERT_UPDATE", f"{field.label} {why}.", (field.name,))


def _too_long(field: Field, value: str) -> Fault | None:
    if field.length is None or len(value) <= field.length:
        return None
    excess = f"{len(value)} characters; {field.label} holds at most {field.length}"
    return _fault(field, "STRING_TOO_LONG", f"{_quoted(value)} has {excess}.")


def _picklist(field: Field, value: str) -> Fault | None:
    if not field.restricted or any(option.value == value and option.active for option in field.options):
        return None
    return _not_among(field, [value])


def _multipicklist(field: Field, value: str) -> Fault | None:
    if not field.restricted:
        return None
    accepted = {option.value for option in field.options if option.active}
    unknown = [part for part in value.split(";") if part not in accepted]
    return _not_among(field, unknown) if unknown else None


def _not_among(field: Field, unknown: list[str]) -> Fault:
    parts = []
    for value in unknown:
        near = nearest(field, value)
        hint = f" (nearest: {', '.join(near)})" if near else ""
        parts.append(f"{_quoted(value)}{hint}")
    verb = "isn't" if len(parts) == 1 else "aren't"
    message = f"{', '.join(parts)} {verb} among the values that {field.label} accepts."
    return _fault(field, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message)


def nearest(field: Field, value: str) -> list[str]:
    """The active options that `value` may have meant, best first: the same value or label in another case, else what is
    spelt alike."""
    if len(value) > _LONGEST_OPTION:
        return []
    wanted = value.casefold()
    spelt: dict[str, str] = {}
    for option in field.options:
        if option.active:
            spelt.setdefault(option.value.casefold(), option.value)
            spelt.setdefault(option.label.casefold(), option.value)
    if wanted in spelt:
        return [spelt[wanted]]
    found = difflib.get_close_matches(wanted, spelt, _NEAREST)
    return list(dict.fromkeys(spelt[each] for each in found))


def _number(field: Field, value: str) -> Fault | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        return _fault(field, "JSON_PARSER_ERROR", f"{field.label} takes a number, and {_quoted(value)} isn't one.")
    if field.native_type in _WHOLE and number != number.to_integral_value():
        message = f"{field.label} takes whole numbers only, and {_quoted(value)} has decimals."
        return _fault(field, "JSON_PARSER_ERROR", message)
    if field.precision is None:
        return None
    # Salesforce rounds what is beyond the scale; digits before the point have to fit.
    whole = field.precision - (field.scale or 0)
    if number.adjusted() < whole or not number:
        return None
    digits = "digit" if whole == 1 else "digits"
    message = f"{_quoted(value)} is too large: {field.label} holds {whole} {digits} before the decimal point."
    return _fault(field, "NUMBER_OUTSIDE_VALID_RANGE", message)


def _date(field: Field, value: str) -> Fault | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return _fault(field, "JSON_PARSER_ERROR", f"{field.label} takes a date, and {_quoted(value)} isn't one.")
    return None


def _datetime(field: Field, value: str) -> Fault | None:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        message = f"{field.label} takes a date with time, and {_quoted(value)} isn't one."
        return _fault(field, "JSON_PARSER_ERROR", message)
    return None


def _bool(field: Field, value: str) -> Fault | None:
    if value in ("true", "false"):
        return None
    return _fault(
        field, "JSON_PARSER_ERROR", f"{field.label} is a checkbox, and {_quoted(value)} is neither yes nor no."
    )


def _email(field: Field, value: str) -> Fault | None:
    name, _, domain = value.partition("@")
    plausible = name and "@" not in domain and not any(map(str.isspace, value))
    if plausible and "." in domain and all(domain.split(".")):
        return None
    return _fault(field, "INVALID_EMAIL_ADDRESS", f"{_quoted(value)} isn't an e-mail address.")


def _fault(field: Field, code: str, message: str) -> Fault:
    return Fault(Category.PROPERTY_VALUES, code, message, (field.name,))


def _quoted(value: str) -> str:
    return f"“{value}”" if len(value) <= _SHOWN else f"“{value[: _SHOWN - 1]}…”"


_CHECKS: Final[dict[Kind, Callable[[Field, str], Fault | None]]] = {
    Kind.PICKLIST: _picklist,
    Kind.MULTIPICKLIST: _multipicklist,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.BOOL: _bool,
    Kind.EMAIL: _email,
}
