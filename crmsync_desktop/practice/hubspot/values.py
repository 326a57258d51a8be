"""Property values as the portal stores them: always text, checked against the property's type on the way in.

Sources: recorded traffic (epoch milliseconds go in, ISO 8601 comes out; a whole second has no fraction); answers quoted by
users of the API (`X was not one of the allowed options: […]`, `X is at 22:18:55.865 UTC, not midnight!`); HubSpot's
changes of January 2025 (`"X" includes leading or trailing whitespace.`); its properties guide (a leading semicolon adds to
a multiple checkbox, text holds at most 65,536 characters).
Unverified: a value that is no number is refused with the code INVALID_INTEGER.
Unverified: a value that is neither true nor false is refused with the code INVALID_BOOLEAN.
Unverified: a text of more than 65,536 characters is refused with the code INVALID_LENGTH.
Unverified: a value that is no date at all is refused with the code INVALID_DATE and the words "was not a valid date".
Unverified: an e-mail address that is none is refused with the words "Email address X is invalid".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any

from crmsync_desktop.practice.hubspot.refusals import ValueProblem

MAX_TEXT = 65_536
EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@(?:[\w](?:[\w-]{0,61}[\w])?\.)+[^\W\d_][\w-]*[\w]", re.UNICODE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = re.compile(r"-?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}[0-9:.,]*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?", re.IGNORECASE
)
DOMAIN = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?([^/?#:\s]+)", re.IGNORECASE)
LOOKED_AT = frozenset(("email", "hs_additional_emails", "domain", "hubspot_owner_id"))
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters that str.strip leaves alone, and HubSpot counts among the white space around a value."""


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """One property of an object type. `json` is what the properties API answers for it.

    `plain`: a text that is kept as it comes, so that most values of a batch need no further look.
    """

    name: str
    type: str
    field_type: str
    read_only: bool
    unique: bool
    options: frozenset[str] | None
    json: dict[str, Any] = field(repr=False)
    plain: bool = False

    @classmethod
    def from_json(cls, definition: dict[str, Any]) -> PropertyDefinition:
        restricted = definition["type"] == "enumeration" and not definition.get("externalOptions")
        return cls(
            definition["name"],
            definition["type"],
            definition["fieldType"],
            bool(definition["modificationMetadata"]["readOnlyValue"]),
            bool(definition["hasUniqueValue"]),
            frozenset(option["value"] for option in definition["options"]) if restricted else None,
            definition,
            definition["type"] == "string" and definition["name"] not in LOOKED_AT,
        )

    @property
    def multiple(self) -> bool:
        return self.type == "enumeration" and self.field_type == "checkbox"


def iso(milliseconds: int) -> str:
    """1659970342036 → 2022-08-08T14:52:22.036Z; a whole second is written without a fraction, as recorded."""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds" if milliseconds % 1000 else "seconds")[:-6] + "Z"


def epoch_ms(text: str) -> int:
    """Milliseconds since the epoch from a number or an ISO 8601 date or datetime. Raises ValueError."""
    if DIGITS.fullmatch(text):
        return int(text)
    if not MOMENT.fullmatch(text):
        raise ValueError(f"{text!r} is no moment")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(milliseconds=1)


def fold(text: str) -> str:
    """How the portal compares text: without case or surrounding space."""
    return text.strip().lower()


def as_text(value: object) -> str:
    """What a JSON value means as a property value: the portal takes numbers and booleans, and stores text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def domain_of(text: str) -> str:
    """`https://www.Firma.example/about` → `firma.example`, as a company's domain is kept. "" for what has none."""
    found = DOMAIN.match(text.strip())
    return found[1].lower().rstrip(".") if found else ""


def parts_of(text: str) -> list[str]:
    """The values of a multiple checkbox, each once."""
    return list(dict.fromkeys(part for part in text.split(";") if part))


def _number(definition: PropertyDefinition, text: str) -> str | ValueProblem:
    if not NUMBER.fullmatch(text) or not isfinite(float(text)):
        return ValueProblem(definition.name, "INVALID_INTEGER", f"{text} was not a valid number.")
    return text


def _date(definition: PropertyDefinition, text: str) -> str | ValueProblem:
    try:
        if not DIGITS.fullmatch(text):
            if DAY.fullmatch(text):
                return date.fromisoformat(text).isoformat()
            moment = EPOCH + timedelta(milliseconds=epoch_ms(text))
        else:
            moment = EPOCH + timedelta(milliseconds=int(text))
    except (ValueError, OverflowError):
        return ValueProblem(definition.name, "INVALID_DATE", f"{text} was not a valid date.")
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return moment.date().isoformat()
    shown = moment.time().isoformat(timespec="milliseconds")
    return ValueProblem(definition.name, "INVALID_DATE", f"{text} is at {shown} UTC, not midnight!")


def _datetime(definition: PropertyDefinition, text: str) -> str | ValueProblem:
    try:
        return iso(epoch_ms(text))
    except (ValueError, OverflowError):
        return ValueProblem(definition.name, "INVALID_DATE", f"{text} was not a valid date.")


def _boolean(definition: PropertyDefinition, text: str) -> str | ValueProblem:
    if text.lower() in ("true", "false"):
        return text.lower()
    return ValueProblem(definition.name, "INVALID_BOOLEAN", f"{text} was not a valid boolean.")


def _enumeration(definition: PropertyDefinition, text: str) -> str | ValueProblem:
    options = definition.options
    chosen = parts_of(text) if definition.multiple else [text]
    for part in chosen:
        if part != part.strip():
            return _padded(definition, part)
        if options is not None and part not in options:
            allowed = ", ".join(option["value"] for option in definition.json["options"])
            return invalid_option(definition.name, part, allowed)
    return ";".join(chosen)


def invalid_option(name: str, value: str, allowed: str) -> ValueProblem:
    return ValueProblem(name, "INVALID_OPTION", f"{value} was not one of the allowed options: [{allowed}]")


def _padded(definition: PropertyDefinition, text: str) -> ValueProblem:
    message = f'"{text}" includes leading or trailing whitespace.'
    return ValueProblem(definition.name, "LEADING_TRAILING_WHITESPACE", message)


CHECKS = {"number": _number, "date": _date, "datetime": _datetime, "bool": _boolean, "enumeration": _enumeration}


def stored(definition: PropertyDefinition, value: object) -> str | ValueProblem:
    """The text that the portal keeps for `value` ("" clears the property), or why it refuses it."""
    text = as_text(value)
    if not text:
        return ""
    if check := CHECKS.get(definition.type):
        return check(definition, text) if text == text.strip().strip(INVISIBLE) else _padded(definition, text)
    if definition.name == "email":
        address = text.strip().lower()
        if address and (len(address) > 254 or not EMAIL.fullmatch(address)):
            return ValueProblem("email", "INVALID_EMAIL", f"Email address {text} is invalid")
        return address
    if definition.name == "domain":
        return domain_of(text)
    if len(text) > MAX_TEXT:
        message = f"The value of {definition.name} is longer than {MAX_TEXT} characters."
        return ValueProblem(definition.name, "INVALID_LENGTH", message)
    return text
