"""Which Salesforce field can be mapped to which HubSpot property, by which rules, and what is lost on the way (M3, semantics 3).

`_TABLE` is the whole of it: what isn't in there can't be mapped.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

import msgspec

from crmsync_desktop.domain.mapping import Rule, pair_of_object
from crmsync_desktop.domain.schema import Field, Kind

ALL_RULES: Final = tuple(Rule)
INBOUND: Final = (Rule.ALWAYS_SALESFORCE, Rule.DONT_SYNC)
"""The Salesforce field is never written."""
OUTBOUND: Final = (Rule.ALWAYS_HUBSPOT, Rule.DONT_SYNC)
"""The HubSpot property is never written."""
OWNER_RULES: Final = (Rule.TWO_WAY, Rule.DONT_SYNC)
"""Owners are two-way whatever is set."""


class Fit(msgspec.Struct, frozen=True):
    """How a field and a property go together. `kind`: how their values compare. With a `problem` they can't be mapped and
    `rules` is empty; a `warning` names what may be lost. `rules` are those that may be chosen, the first being what to
    fall back on when another one stands."""

    kind: Kind
    problem: str = ""
    warning: str = ""
    rules: tuple[Rule, ...] = ALL_RULES


MEMBER_RULES: Final = (Rule.TWO_WAY, Rule.ALWAYS_SALESFORCE, Rule.DONT_SYNC)
"""Members are joined one by one; nothing in them is ever blank."""
PLACING_RULES: Final = (Rule.TWO_WAY, Rule.ALWAYS_HUBSPOT, Rule.ALWAYS_SALESFORCE, Rule.DONT_SYNC)
"""One of several is no value that could be preferred unless it is blank."""


class _Way(Enum):
    """How two kinds go together."""

    FREE = 0
    INBOUND = 1
    """From Salesforce to HubSpot only."""
    OWNER = 2
    PARENT = 3
    """Ids of the two records of one link."""
    MEMBERS = 4
    PLACING = 5
    """One lookup, and all the records that an activity belongs to."""


TEXTS: Final = frozenset(
    {
        Kind.TEXT,
        Kind.LONG_TEXT,
        Kind.HTML,
        Kind.EMAIL,
        Kind.PHONE,
        Kind.URL,
        Kind.PICKLIST,
        Kind.OWNER,
        Kind.ID,
        Kind.REFERENCE,
    }
)
"""Kinds whose canonical text is the same: nothing is converted between them."""
_PLAIN: Final = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)

_ANY_TEXT: Final = (
    "HubSpot may hold text that isn't {kind}; Salesforce refuses such a value and it is listed as an error."
)
_REDUCED: Final = (
    "Formatting is lost in Salesforce. A text that is too long for it is cut off there in activities, and listed as an error "
    "in other records."
)
_DAY: Final = (
    "The time of day is lost: the day is the one in the time zone of the HubSpot account, and a date becomes midnight there, "
    "unless there was a time before."
)

_TABLE: Final[dict[tuple[Kind, Kind], tuple[_Way, str]]] = {
    **{(one, other): (_Way.FREE, "") for one in _PLAIN for other in _PLAIN},
    (Kind.HTML, Kind.HTML): (_Way.FREE, ""),
    **{(text, Kind.HTML): (_Way.FREE, _REDUCED) for text in (Kind.TEXT, Kind.LONG_TEXT)},
    (Kind.NUMBER, Kind.NUMBER): (_Way.FREE, ""),
    (Kind.DATE, Kind.DATE): (_Way.FREE, ""),
    (Kind.DATETIME, Kind.DATETIME): (_Way.FREE, ""),
    (Kind.BOOL, Kind.BOOL): (_Way.FREE, ""),
    (Kind.PICKLIST, Kind.PICKLIST): (_Way.FREE, ""),
    (Kind.MULTIPICKLIST, Kind.MULTIPICKLIST): (_Way.FREE, ""),
    (Kind.OWNER, Kind.OWNER): (_Way.OWNER, ""),
    (Kind.REFERENCE, Kind.REFERENCE): (_Way.PARENT, ""),
    (Kind.MEMBERS, Kind.MEMBERS): (_Way.MEMBERS, ""),
    (Kind.REFERENCE, Kind.PLACES): (
        _Way.PLACING,
        "Salesforce names one record: the first of HubSpot's that has a counterpart there.",
    ),
    (Kind.DATE, Kind.DATETIME): (_Way.FREE, _DAY),
    (Kind.DATETIME, Kind.DATE): (_Way.FREE, _DAY),
    # What Salesforce holds always has a text; the way back depends on what people type.
    **{(Kind.PICKLIST, text): (_Way.FREE, "") for text in (*_PLAIN, Kind.HTML)},
    **{(text, Kind.PICKLIST): (_Way.FREE, "") for text in _PLAIN},
    **{(Kind.MULTIPICKLIST, text): (_Way.FREE, "") for text in (Kind.TEXT, Kind.LONG_TEXT)},
    **{(Kind.NUMBER, text): (_Way.FREE, _ANY_TEXT.format(kind="a number")) for text in (Kind.TEXT, Kind.LONG_TEXT)},
    **{(Kind.DATE, text): (_Way.FREE, _ANY_TEXT.format(kind="a date")) for text in (Kind.TEXT, Kind.LONG_TEXT)},
    **{(Kind.DATETIME, text): (_Way.FREE, _ANY_TEXT.format(kind="a time")) for text in (Kind.TEXT, Kind.LONG_TEXT)},
    (Kind.TEXT, Kind.NUMBER): (
        _Way.FREE,
        "Salesforce may hold text that isn't a number; HubSpot refuses such a value.",
    ),
    # A text can't be turned into a yes or no, an id or a user without guessing.
    **{(kind, text): (_Way.INBOUND, "") for kind in (Kind.BOOL, Kind.ID) for text in (Kind.TEXT, Kind.LONG_TEXT)},
    **{
        (kind, text): (
            _Way.INBOUND,
            "Only the id of the other record travels; what belongs together is carried by associations.",
        )
        for kind in (Kind.REFERENCE, Kind.OWNER)
        for text in (Kind.TEXT, Kind.LONG_TEXT)
    },
}

_NAMES: Final = {
    Kind.TEXT: "text",
    Kind.LONG_TEXT: "long text",
    Kind.HTML: "rich text",
    Kind.EMAIL: "an e-mail address",
    Kind.PHONE: "a phone number",
    Kind.URL: "a web address",
    Kind.NUMBER: "a number",
    Kind.DATE: "a date",
    Kind.DATETIME: "a date with time",
    Kind.BOOL: "a checkbox",
    Kind.PICKLIST: "a picklist",
    Kind.MULTIPICKLIST: "a picklist of several values",
    Kind.OWNER: "an owner",
    Kind.REFERENCE: "a lookup",
    Kind.MEMBERS: "several lookups",
    Kind.PLACES: "the records it belongs to",
    Kind.ID: "a record id",
    Kind.OPAQUE: "compound or binary",
}
_WRITTEN: Final = frozenset({*_PLAIN, Kind.HTML})
"""Kinds whose values people write, at whatever length."""
_UNLIMITED: Final = 65_536
"""The length that HubSpot gives every text property."""
_SAMPLE: Final = 5
"""How many picklist values a warning names."""


def converts(salesforce: Kind, hubspot: Kind) -> bool:
    """Whether a value's canonical text differs between these kinds, so that it is to be read across."""
    return salesforce is not hubspot and not (salesforce in TEXTS and hubspot in TEXTS)


def fit(salesforce: Field, hubspot: Field) -> Fit:
    """How one Salesforce field and one HubSpot property go together."""
    found = _TABLE.get((salesforce.kind, hubspot.kind))
    if found is None:
        return Fit(salesforce.kind, problem=_problem(salesforce, hubspot), rules=())
    way, warning = found
    if way in (_Way.PARENT, _Way.MEMBERS) and not parent_pair(salesforce, hubspot):
        return Fit(salesforce.kind, problem=_STRANGERS, rules=())
    if way is _Way.PLACING and not place_pairs(salesforce, hubspot):
        return Fit(salesforce.kind, problem=_STRANGERS, rules=())
    rules = _RULES.get(way, ALL_RULES)
    warnings = [warning] if warning else []
    if not salesforce.writable and way is not _Way.INBOUND:
        rules = INBOUND
        warnings.append(f"“{salesforce.label}” can't be written in Salesforce, so it only goes to HubSpot.")
    if not hubspot.writable:
        if rules == INBOUND:
            return Fit(salesforce.kind, problem="Neither side can be written.", rules=())
        rules = OUTBOUND
        warnings.append(f"“{hubspot.label}” can't be written in HubSpot, so it only goes to Salesforce.")
    inward, outward = rules is not OUTBOUND, rules is not INBOUND
    warnings += _losses(salesforce, hubspot, inward, outward)
    if salesforce.calculated and inward:
        warnings.append(
            "Salesforce doesn't report changes of a formula by itself: they travel with the record's next edit."
        )
    return Fit(_kind(salesforce.kind, hubspot.kind), warning=" ".join(warnings), rules=rules)


_RULES: Final = {
    _Way.OWNER: OWNER_RULES,
    _Way.INBOUND: INBOUND,
    _Way.MEMBERS: MEMBER_RULES,
    _Way.PLACING: PLACING_RULES,
}
_STRANGERS: Final = "They point at records that aren't each other's counterparts."


def parent_pair(salesforce: Field, hubspot: Field) -> str:
    """The name of the pair whose records both fields point at; "" where there is none."""
    pairs = {pair_of_object(object) for object in salesforce.refers_to}
    found = next((name for object in hubspot.refers_to if (name := pair_of_object(object)) in pairs and name), "")
    return found or _custom_parent(salesforce, hubspot)


def _custom_parent(salesforce: Field, hubspot: Field) -> str:
    """Lookups between custom objects: a pair of them is called after Salesforce's object. Which of HubSpot's that is with only
    the settings tell; where the association leads to another, nothing is ever linked and the lookup waits."""
    if not any(object.startswith("2-") for object in hubspot.refers_to):
        return ""
    return next((object for object in salesforce.refers_to if object.endswith("__c")), "")


def place_pairs(salesforce: Field, hubspot: Field) -> tuple[str, ...]:
    """The names of the pairs whose records an activity may belong to on both sides, in HubSpot's order."""
    there = {pair_of_object(object) for object in salesforce.refers_to}
    return tuple(name for object in hubspot.refers_to if (name := pair_of_object(object)) in there and name)


def fit_all(salesforce: Mapping[str, Field], hubspot: Field) -> Fit:
    """How the fields of several Salesforce objects (object → field, at least one) go together with one property: as the
    most restricted of them does. They have to compare alike."""
    fits = {object: fit(field, hubspot) for object, field in salesforce.items()}
    for object, each in fits.items():
        if each.problem:
            return each if len(fits) == 1 else msgspec.structs.replace(each, problem=f"{object}: {each.problem}")
    first, *others = fits.values()
    plain = {field.kind in (Kind.TEXT, Kind.LONG_TEXT) for field in salesforce.values()}
    for other in others:
        alike = first.kind is other.kind or (first.kind in TEXTS and other.kind in TEXTS)
        if not alike or (hubspot.kind is Kind.HTML and len(plain) > 1):
            named = ", ".join(f"{object}.{field.name} is {_NAMES[field.kind]}" for object, field in salesforce.items())
            return Fit(first.kind, problem=f"The fields are of different kinds: {named}.", rules=())
    rules = tuple(rule for rule in first.rules if all(rule in other.rules for other in others))
    kind = first.kind if all(other.kind is first.kind for other in others) else hubspot.kind
    warning = " ".join(_said_once(fits))
    return Fit(kind, warning=warning, rules=rules)


def _said_once(fits: Mapping[str, Fit]) -> list[str]:
    """Each warning with the objects that it is about, unless it is about all."""
    by_warning: dict[str, list[str]] = {}
    for object, each in fits.items():
        if each.warning:
            by_warning.setdefault(each.warning, []).append(object)
    return [
        warning if len(objects) == len(fits) else f"{' and '.join(objects)}: {warning}"
        for warning, objects in by_warning.items()
    ]


def _kind(salesforce: Kind, hubspot: Kind) -> Kind:
    """How the values compare: as Salesforce's kind, but a side that says more than “text” is believed."""
    if hubspot is Kind.PLACES:
        return Kind.PLACES
    if salesforce in (Kind.REFERENCE, Kind.OWNER) and hubspot not in (Kind.REFERENCE, Kind.OWNER):
        return Kind.ID
    if salesforce in (Kind.TEXT, Kind.LONG_TEXT, Kind.PICKLIST) and hubspot in TEXTS:
        return hubspot
    return salesforce


def _problem(salesforce: Field, hubspot: Field) -> str:
    if Kind.OPAQUE in (salesforce.kind, hubspot.kind):
        return "Compound and binary fields can't be mapped; map their parts instead."
    if salesforce.kind is Kind.REFERENCE:
        return "A lookup can't be mapped to this: associations carry it."
    if salesforce.kind is Kind.HTML:
        return "Rich text in Salesforce only goes together with rich text."
    if hubspot.kind is Kind.HTML:
        return "Rich text in HubSpot only goes together with text."
    return f"“{salesforce.label}” is {_NAMES[salesforce.kind]} and “{hubspot.label}” is {_NAMES[hubspot.kind]}: they don't go together."


def _losses(salesforce: Field, hubspot: Field, inward: bool, outward: bool) -> list[str]:
    warnings: list[str] = []
    for source, target, system, travels in (
        (salesforce, hubspot, "HubSpot", inward),
        (hubspot, salesforce, "Salesforce", outward),
    ):
        if not travels:
            continue
        if _longer(source, target):
            warnings.append(f"{system} takes at most {target.length} characters; a longer value is listed as an error.")
        if _finer(source, target):
            warnings.append(f"{system} keeps {target.scale} decimals; the rest is rounded off.")
        if missing := _missing(source, target):
            shown = ", ".join(f"“{value}”" for value in missing[:_SAMPLE])
            more = f" and {len(missing) - _SAMPLE} more" if len(missing) > _SAMPLE else ""
            warnings.append(
                f"{system}'s list doesn't have {shown}{more}: pair the values, or such a value is an error."
            )
        if target.restricted and target.options and source.kind not in (Kind.PICKLIST, Kind.MULTIPICKLIST):
            warnings.append(f"{system} accepts only the values of its list.")
    return warnings


def _longer(source: Field, target: Field) -> bool:
    """Whether people do write longer values there. HubSpot lets any text have 65,536 characters: only of those that are meant
    for long texts is it worth a warning."""
    if target.length is None or source.kind not in _WRITTEN or (source.kind is Kind.HTML is not target.kind):
        return False
    if source.length is None or source.length >= _UNLIMITED:
        return source.kind in (Kind.LONG_TEXT, Kind.HTML) and (source.length is None or source.length > target.length)
    return source.length > target.length


def _finer(source: Field, target: Field) -> bool:
    if source.kind is not Kind.NUMBER or target.kind is not Kind.NUMBER or target.scale is None:
        return False
    return source.scale is None or source.scale > target.scale


def _missing(source: Field, target: Field) -> list[str]:
    """Active options of the source that the target's restricted list lacks."""
    if not target.restricted:
        return []
    there = {option.value for option in target.options if option.active}
    return [option.value for option in source.options if option.active and option.value not in there]
