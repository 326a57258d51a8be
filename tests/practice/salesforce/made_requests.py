"""Requests made from the org's own schema: queries that are well formed and fields that exist, put together without sense."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from crmsync_desktop.practice.salesforce import EXTERNAL_ID
from crmsync_desktop.practice.salesforce.schema import TEXT_TYPES, Field, SObject

from .odd_values import ODD
from .ordinary_requests import ROOT, Known, Strange

Schema = Mapping[str, SObject]
OBJECTS = ("Contact", "Account", "Lead", "Opportunity", "Case", "Task", "Event", "Campaign", "CampaignMember", "User",
           "OpportunityContactRole", "RecordType", "OpportunityStage")  # fmt: skip
LITERALS = (
    "'x'", "'A%'", "''", "'é_'", "'003Pr0000000001'", "'a;b'", "5", "-0.5", "1e300", "99999999999999999999", "null", "true", "FALSE", "2027-01-15",
    "0001-01-01", "9999-12-31T23:59:59Z", "2027-01-15T08:00:00+05:30", "TODAY", "LAST_N_DAYS:3", "THIS_FISCAL_QUARTER", "NEXT_N_YEARS:9000",
    "LAST_90_DAYS", "N_DAYS_AGO:0", "'\\u00e9\\n'",
)  # fmt: skip
OPERATORS = ("=", "!=", "<>", "<", ">", "<=", ">=", "LIKE")
FUNCTIONS = ("COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX", "CALENDAR_YEAR", "CALENDAR_MONTH", "DAY_ONLY", "HOUR_IN_DAY", "WEEK_IN_YEAR",
             "FISCAL_QUARTER", "toLabel", "FORMAT", "convertCurrency")  # fmt: skip


def made(schema: Schema, known: Known, dice: random.Random) -> Iterator[Strange]:
    """Without an end."""
    while True:
        if dice.random() < 0.6:
            path = dice.choice(("query", "queryAll"))
            yield Strange("GET", ROOT + path, (("q", query(schema, dice)),), kind="soql", what="made query")
        else:
            yield save(schema, known, dice)


def query(schema: Schema, dice: random.Random, *, of: SObject | None = None, deep: int = 0) -> str:
    """A query of one object; with `of`, of that object's children."""
    if of is not None and of.children:
        child = dice.choice([child for child in of.children if child.relationship] or list(of.children))
        source, sobject = child.relationship or child.sobject, schema.get(child.sobject, of)
    else:
        sobject = schema[dice.choice(OBJECTS)]
        source = sobject.name
    grouped = dice.random() < 0.25 and not deep
    groups = [_path(schema, sobject, dice) for _ in range(dice.choice((0, 1, 1, 2)))] if grouped else []
    selected = [
        _selected(schema, sobject, dice, grouped=grouped, deep=deep) for _ in range(dice.choice((1, 1, 2, 4)))
    ] + groups
    if dice.random() < 0.05:
        selected = [dice.choice(("COUNT()", "FIELDS(ALL)", "FIELDS(STANDARD)", "FIELDS(CUSTOM)"))]
    text = f"SELECT {', '.join(selected)} FROM {source}"
    if dice.random() < 0.1:
        text += f" USING SCOPE {dice.choice(('mine', 'everything', 'team', 'delegated'))}"
    if dice.random() < 0.7:
        text += f" WHERE {_condition(schema, sobject, dice, 2)}"
    if groups:
        text += f" GROUP BY {', '.join(groups)}"
        if dice.random() < 0.4:
            text += f" HAVING {_called(schema, sobject, dice)} {dice.choice(OPERATORS)} {dice.choice(LITERALS)}"
    if dice.random() < 0.4:
        order = dice.choice([*(groups or [_path(schema, sobject, dice)]) * 3, _called(schema, sobject, dice)])
        text += f" ORDER BY {order} {dice.choice(('', 'DESC', 'ASC NULLS LAST', 'NULLS FIRST'))}"
    if dice.random() < 0.3:
        text += f" LIMIT {dice.choice((0, 1, 200, 200, 2000, 99999999999999999999))}"
    if dice.random() < 0.1:
        text += f" OFFSET {dice.choice((0, 1, 1, 2000, 2001, 99999999999999999999))}"
    return text + dice.choice(("",) * 12 + (" FOR VIEW", " FOR REFERENCE", " FOR UPDATE"))


def _item(schema: Schema, sobject: SObject, dice: random.Random) -> tuple[str, Field]:
    """A field's path, and the field."""
    steps = ""
    while dice.random() < 0.3:
        lookups = [item for item in sobject.fields if item.relationship and set(item.reference_to) & schema.keys()]
        if not lookups:
            break
        lookup = dice.choice(lookups)
        steps += f"{lookup.relationship}."
        sobject = schema[dice.choice([name for name in lookup.reference_to if name in schema])]
    item = dice.choice(sobject.fields)
    return steps + item.name, item


def _path(schema: Schema, sobject: SObject, dice: random.Random) -> str:
    return _item(schema, sobject, dice)[0]


def _literal(item: Field, dice: random.Random) -> str:
    """One that fits the field, mostly."""
    if dice.random() < 0.1:
        return dice.choice(LITERALS)
    kinds = {"boolean": "true FALSE", "date": "2027-01-15 0001-01-01 TODAY LAST_N_DAYS:3 null", "reference": "'003Pr0000000001' null '' '001Pr000000000AIAQ'",
             "datetime": "9999-12-31T23:59:59Z 2027-01-15T08:00:00+05:30 THIS_FISCAL_QUARTER LAST_90_DAYS NEXT_N_YEARS:5 N_DAYS_AGO:0 null"}  # fmt: skip
    kinds["id"] = kinds["reference"]
    kinds |= dict.fromkeys(("int", "double", "currency", "percent"), "5 -0.5 1e300 99999999999999999999 null")
    return dice.choice(kinds.get(item.type, "'x' 'A%' '' 'é_' 'a;b' '\\u00e9\\n' '\\%' null 'DOE'").split())


def _called(schema: Schema, sobject: SObject, dice: random.Random) -> str:
    return f"{dice.choice(FUNCTIONS)}({_path(schema, sobject, dice)})"


def _selected(schema: Schema, sobject: SObject, dice: random.Random, *, grouped: bool, deep: int) -> str:
    chance = dice.random()
    if chance < (0.6 if grouped else 0.15):
        return _called(schema, sobject, dice) + dice.choice(("", " n"))
    if chance > 0.9 and deep < 2 and not grouped:
        return f"({query(schema, dice, of=sobject, deep=deep + 1)})"
    lookups = [item for item in sobject.fields if item.flags["polymorphicForeignKey"]]
    if chance > 0.8 and lookups:
        lookup = dice.choice(lookups)
        kind = dice.choice(list(lookup.reference_to))
        fields = schema[kind].fields if kind in schema else sobject.fields
        return f"TYPEOF {lookup.relationship} WHEN {kind} THEN {dice.choice(fields).name} ELSE {dice.choice(('Id', 'Name', 'Email'))} END"
    return _path(schema, sobject, dice)


def _condition(schema: Schema, sobject: SObject, dice: random.Random, deep: int) -> str:
    if deep and dice.random() < 0.4:
        word = dice.choice((" AND ", " OR "))
        return "(" + word.join(_condition(schema, sobject, dice, deep - 1) for _ in range(dice.choice((2, 3)))) + ")"
    left, item = _item(schema, sobject, dice)
    if dice.random() < 0.1:
        left = _called(schema, sobject, dice)
    match dice.randrange(8):
        case 0 | 1:
            listed = ", ".join(_literal(item, dice) for _ in range(dice.choice((1, 3, 3, 300))))
            return f"{left} {dice.choice(('', 'NOT '))}IN ({listed})"
        case 2 if item.type in ("id", "reference"):
            return (
                f"{left} {dice.choice(('', 'NOT '))}IN (SELECT {_path(schema, schema['Contact'], dice)} FROM Contact)"
            )
        case 3 if item.type == "multipicklist" or dice.random() < 0.1:
            return f"{left} {dice.choice(('INCLUDES', 'EXCLUDES'))} ({_literal(item, dice)}, {_literal(item, dice)})"
        case 4 if item.type in TEXT_TYPES:
            return f"(NOT {left} LIKE 'x%\\_é')"
        case _:
            return f"{left} {dice.choice(OPERATORS[:2] if item.type == 'boolean' else OPERATORS[:7])} {_literal(item, dice)}"


def save(schema: Schema, known: Known, dice: random.Random) -> Strange:
    """A record written in one of the ways in, or several of them at once."""
    ids = {"Contact": known.contact, "Account": known.account, "Lead": known.lead, "Opportunity": known.opportunity}
    name = dice.choice(OBJECTS if dice.random() < 0.3 else list(ids))
    own = ids.get(name, known.contact)

    def fields() -> dict[str, Any]:
        writable = [item for item in schema[name].fields if item.flags["createable"] and item.flags["updateable"]]
        chosen = dice.sample(
            writable if dice.random() < 0.9 and len(writable) > 5 else schema[name].fields, dice.choice((1, 2, 5))
        )
        needed = {item.name: "x" for item in schema[name].stored if item.required and dice.random() < 0.9}
        return needed | {
            item.name: dice.choice([*ODD, *ids.values()]) if dice.random() < 0.4 else _value(item, dice)
            for item in chosen
        }

    records = [{"attributes": {"type": name}, **fields()} for _ in range(dice.choice((1, 2, 12)))]
    together = {"allOrNone": dice.random() < 0.5, "records": records}
    match dice.randrange(6):
        case 0:
            return Strange("POST", f"{ROOT}sobjects/{name}", json=fields(), what="made create")
        case 1:
            return Strange("PATCH", f"{ROOT}sobjects/{name}/{own}", json=fields(), what="made update")
        case 2:
            return Strange(
                "PATCH",
                f"{ROOT}sobjects/{name}/{EXTERNAL_ID}/{dice.choice(('z%2F', '%C3%A9', known.key + 'k1', '%00', 'x' * 300))}",
                json=fields(),
                what="made upsert",
            )
        case 3:
            return Strange("POST", f"{ROOT}composite/sobjects", json=together, what="made creates")
        case 4:
            for record in records:
                record["Id"] = own
            return Strange("PATCH", f"{ROOT}composite/sobjects", json=together, what="made updates")
        case _:
            key = dice.choice(
                [item.name for item in schema[name].fields if item.flags["idLookup"] or item.flags["externalId"]]
                or ["Id"]
            )
            return Strange("PATCH", f"{ROOT}composite/sobjects/{name}/{key}", json=together, what="made upserts")


def _value(item: Field, dice: random.Random) -> Any:
    """One that fits the field, mostly."""
    kinds: dict[str, list[Any]] = {
        "boolean": [True, False, "true"], "date": ["2027-01-15", "2027-01-15T23:30:00-0500", None], "datetime": ["2027-01-15T08:00:00Z", "2027-01-15", None],
        "int": [5, "7", -3, 5.5, 10**9], "email": ["a@b.co", "A@B.CO ", "a@b"], "reference": [None, "005Pr000000000AIAQ", "001Pr000000000B"],
        "multipicklist": ["a;b", ";"], "url": ["http://x", "x"],
    }  # fmt: skip
    numbers: list[Any] = [5, 0.005, "1.255", -1e17, 89.99999]
    kinds |= {"double": numbers, "currency": numbers, "percent": numbers}
    picks = [option.value for option in item.values]
    return dice.choice(
        kinds.get(item.type) or picks or ["x", " é ", "x" * (item.length or 5), "x" * 256, "<b>&amp;", "a\r\nb"]
    )
