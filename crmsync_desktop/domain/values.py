"""Values in canonical text, in which both systems' values can be compared (semantics 3).

Two values that are equal in canonical form are equal: no write, no conflict, no history.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation

from crmsync_desktop.domain.records import Value
from crmsync_desktop.domain.schema import Kind

Raw = str | bool | int | float | Decimal | None

_DIGITS = 400
"""More than any field of either system holds: what is longer isn't read as a number."""
_WIDE = Context(prec=_DIGITS)
_CASELESS = frozenset({Kind.EMAIL})
_SHORT_ID = 15
_ID_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_TRUE = frozenset({"true", "1", "yes"})


def canonical(kind: Kind, raw: Raw, scale: int | None = None) -> Value:
    """The canonical text of a value as a system's JSON carries it; None is blank.

    Text: NFC, trimmed, line ends as \\n. Number: plain decimal notation at the field's scale, without trailing zeros.
    Date: YYYY-MM-DD. Datetime: UTC to the second, with Z. Bool: "true" or "false", blank counts as "false" (Salesforce
    never stores null in a checkbox). Multipicklist: the set, sorted. A text that isn't of its kind is kept as it is, so
    that nothing is lost and the other system's refusal names it.
    """
    if raw is None:
        return "false" if kind is Kind.BOOL else None
    if kind is Kind.BOOL:
        return _bool(raw)
    if kind is Kind.NUMBER:
        return _number(raw, scale)
    text = raw if isinstance(raw, str) else _plain(raw)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = text.strip()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        return None
    if kind is Kind.MULTIPICKLIST:
        return ";".join(sorted({part.strip() for part in text.split(";")} - {""})) or None
    if kind is Kind.DATETIME:
        return _datetime(text)
    if kind is Kind.DATE:
        return _date(text)
    return text


def same(kind: Kind, one: Value, other: Value) -> bool:
    """Canonical equality. E-mail addresses compare without case (HubSpot stores them in lower case)."""
    if one == other:
        return True
    if kind in _CASELESS and one is not None and other is not None:
        return one.lower() == other.lower()
    return False


def key_of(text: str) -> str:
    """The form in which e-mail addresses and ids match (semantics 2): trimmed and without case.

    Lower case rather than Unicode's case folding, which takes groß@ and gross@ for the same: they are two people's. A
    Salesforce id of 15 characters, whose case tells it from others, becomes the one of 18 first.
    """
    key = text.strip()
    if len(key) == _SHORT_ID and key.isascii() and key.isalnum():
        key = long_id(key)
    return key.lower()


def long_id(id: str) -> str:
    """The 18-character form of a Salesforce id of 15 characters: the three more hold, for each five of them, which are
    upper case (apis.md 4.6)."""
    groups = (id[start : start + 5] for start in range(0, _SHORT_ID, 5))
    upper = (sum(1 << place for place, letter in enumerate(group) if "A" <= letter <= "Z") for group in groups)
    return id + "".join(_ID_SUFFIX[bits] for bits in upper)


def keys_of(values: tuple[str, ...]) -> tuple[str, ...]:
    """Match keys from key fields, in order, each once. HubSpot's additional addresses come in one text with semicolons."""
    found: dict[str, None] = {}
    for value in values:
        for part in value.split(";"):
            if key := key_of(part):
                found[key] = None
    return tuple(found)


def close(kind: Kind, sent: Value, stored: Value) -> bool:
    """Whether `stored` is what a system makes of `sent` when it stores it: trimmed inside, cut off, rounded, another case,
    a phone number written otherwise. Such a pair is settled and must not bounce (semantics 3)."""
    if same(kind, sent, stored):
        return True
    if sent is None or stored is None:
        return False
    if kind is Kind.PHONE:
        return _phone_digits(sent) == _phone_digits(stored) != ""
    if kind is Kind.NUMBER:
        return _rounded(sent, stored)
    if kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.HTML, Kind.EMAIL, Kind.URL, Kind.PICKLIST):
        return _loose(kind, sent) == _loose(kind, stored)
    return False


def _loose(kind: Kind, text: str) -> str:
    loose = " ".join(text.split()).lower()
    if kind is Kind.URL:
        return loose.removeprefix("https://").removeprefix("http://").rstrip("/")
    return loose


def _bool(raw: Raw) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return "true" if str(raw).strip().lower() in _TRUE else "false"


def _plain(raw: bool | int | float | Decimal) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return _number(raw, None) or ""


def _number(raw: Raw, scale: int | None) -> Value:
    text = str(raw).strip()
    if not text:
        return None
    if text.isdecimal() and text.isascii() and (len(text) == 1 or text[0] != "0") and scale is None:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS:
        return text  # written out, 1e999999999 would fill the memory
    if scale is not None:
        number = _at(number, scale)
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("", "-0") else plain


def _datetime(text: str) -> str:
    try:
        moment = _since_epoch(text) or datetime.fromisoformat(text)
        return _stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return text


def _since_epoch(text: str) -> datetime | None:
    """A moment that HubSpot gives in milliseconds, or None where the text isn't one. Raises ValueError or OverflowError
    past the year 9999."""
    if text.isascii() and text.isdecimal() and 12 <= len(text) <= 15:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return None


def stamp(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 UTC, to the second."""
    return _stamp(datetime.fromtimestamp(seconds, UTC))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _date(text: str) -> str:
    try:
        moment = _since_epoch(text)
        return (moment.date() if moment else date.fromisoformat(text[:10])).isoformat()
    except (ValueError, OverflowError):
        return text


def _at(number: Decimal, scale: int) -> Decimal:
    """Rounded to `scale` places, whatever its size: decimal's own context gives up past 28 digits. A number of more digits
    than any field holds is left as it is."""
    try:
        return number.quantize(Decimal(1).scaleb(-scale), context=_WIDE)
    except InvalidOperation:
        return number


def _phone_digits(text: str) -> str:
    digits = "".join(character for character in text if character.isdecimal())
    return digits.lstrip("0")


def _rounded(sent: str, stored: str) -> bool:
    try:
        a, b = Decimal(sent), Decimal(stored)
    except InvalidOperation:
        return False
    places = -min(int(b.as_tuple().exponent), 0)
    return _at(a, places) == b


def version_order(older: str, newer: str) -> int:
    """Compare two versions (ISO 8601 UTC, with or without fractions): -1, 0 or 1; 0 also where either can't be read."""
    try:
        a, b = datetime.fromisoformat(older), datetime.fromisoformat(newer)
    except ValueError:
        return 0
    return (a > b) - (a < b)
