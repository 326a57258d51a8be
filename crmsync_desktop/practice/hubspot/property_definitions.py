"""What may be asked for when a property is defined or changed, and the definition that the API then answers.

Shapes: the property models of HubSpot's SDK of 2026. Wording of an existing name, a name with capitals and of missing
fields: answers quoted by users of the API.
Unverified: a property name that starts with a digit or holds anything but letters, digits and underscores is refused with 400.
Unverified: a property of type X with a field type that doesn't fit is refused with 400.
Unverified: an enumeration property without options is refused with 400.
Unverified: a property with more than 5,000 options, which HubSpot's knowledge base sets as the limit, is refused with 400.
Unverified: two options of one property with the same value or the same label are refused with 400.
Unverified: sensitive properties are refused with 403 outside Enterprise accounts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from crmsync_desktop.practice.hubspot.bodies import read, shape_of
from crmsync_desktop.practice.hubspot.formulas import Formula
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid, invalid_json
from crmsync_desktop.practice.hubspot.values import iso

FIELD_TYPES = {
    "string": {"text", "textarea", "phonenumber", "html", "file", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"},
    "phone_number": {"phonenumber"},
}
CREATED = shape_of(
    "name label type fieldType groupName description calculationFormula referencedObjectType dataSensitivity numberDisplayHint "
    "currencyPropertyName textDisplayHint optionSortStrategy externalOptionsReferenceType",
    flags="hasUniqueValue hidden formField externalOptions showCurrencySymbol searchableInGlobalSearch",
    others={"options": "objects", "displayOrder": "whole"},
)
CREATED_KEYS = set(CREATED)
NEVER_CHANGED = ("name", "hasUniqueValue", "externalOptions", "referencedObjectType", "dataSensitivity")
UPDATED = {name: kind for name, kind in CREATED.items() if name not in NEVER_CHANGED}
OPTION = shape_of("label value description", flags="hidden", others={"displayOrder": "whole"})
MOST_OPTIONS = 5_000
NEEDED = ("name", "label", "type", "fieldType", "groupName")
SENSITIVITIES = ("non_sensitive", "sensitive", "highly_sensitive")
KEPT_AS_GIVEN = ("numberDisplayHint", "showCurrencySymbol", "currencyPropertyName", "textDisplayHint", "optionSortStrategy",
                 "referencedObjectType", "calculationFormula")  # fmt: skip


def created(requested: Mapping[str, Any], now_ms: int, *, group: str = "", enterprise: bool = True) -> dict[str, Any]:
    """The definition of a property to create. `group`: the default where the request needs to name none.

    Raises a 400 Refusal for a body that makes no sense, a 403 for a sensitive property that the account hasn't bought.
    """
    given = read(requested, CREATED)
    if group:
        given.setdefault("groupName", group)
    if missing := [key for key in NEEDED if not given.get(key)]:
        raise invalid_json(f"Some required fields were not set: [{', '.join(missing)}]")
    name: str = given["name"]
    if name != name.lower():
        raise invalid(f"Property name must be lowercase, but given: {name}")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name):
        raise invalid(f"Property name must start with a letter and hold letters, digits and underscores only: {name}")
    sensitivity = given.get("dataSensitivity", "non_sensitive")
    if sensitivity not in SENSITIVITIES:
        raise invalid_json(f"dataSensitivity must be one of {', '.join(SENSITIVITIES)}")
    if sensitivity != "non_sensitive" and not enterprise:
        raise Refusal(403, "FORBIDDEN", "This account can't hold sensitive data.")
    stamp = iso(now_ms)
    return _checked({
        "updatedAt": stamp,
        "createdAt": stamp,
        "name": name,
        "label": given["label"],
        "type": given["type"],
        "fieldType": given["fieldType"],
        "description": given.get("description", ""),
        "groupName": given["groupName"],
        "options": _options(given.get("options", [])),
        "displayOrder": given.get("displayOrder", -1),
        "calculated": given["fieldType"] == "calculation_equation",
        "externalOptions": given.get("externalOptions", False),
        "archived": False,
        "hasUniqueValue": given.get("hasUniqueValue", False),
        "hidden": given.get("hidden", False),
        "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": False},
        "formField": given.get("formField", False),
        "dataSensitivity": sensitivity,
        "hubspotDefined": False,
        **{key: given[key] for key in KEPT_AS_GIVEN if key in given},
    })  # fmt: skip


def updated(before: Mapping[str, Any], requested: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """`before` with what the request changes. Raises a 400 Refusal for a body that makes no sense."""
    given = read(requested, UPDATED)
    changed = {**before, **given, "updatedAt": iso(now_ms)}
    if "options" in given:
        changed["options"] = _options(given["options"])
    return _checked(changed)


def _checked(definition: dict[str, Any]) -> dict[str, Any]:
    type_, shown = definition["type"], definition["fieldType"]
    if shown not in FIELD_TYPES.get(type_, set()):
        raise invalid(f"Invalid fieldType {shown} for a property of type {type_}.")
    if type_ == "enumeration" and not definition["options"] and not definition["externalOptions"]:
        raise invalid(f"The enumeration property {definition['name']} needs options.")
    if type_ == "bool" and not definition["options"]:
        definition["options"] = _options([{"label": "Yes", "value": "true"}, {"label": "No", "value": "false"}])
    if shown == "calculation_equation":
        Formula.parse(str(definition.get("calculationFormula") or ""))
        definition["modificationMetadata"] = {**definition["modificationMetadata"], "readOnlyValue": True}
    return definition


def _options(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(given) > MOST_OPTIONS:
        raise invalid(f"A property can have at most {MOST_OPTIONS} options.")
    options: list[dict[str, Any]] = []
    for place, option in enumerate(given):
        each = read(option, OPTION)
        if not each.get("label") or each.get("value") in (None, ""):
            raise invalid_json("Some required fields were not set: [label, value]")
        options.append(
            {
                "label": each["label"],
                "value": each["value"],
                "displayOrder": each.get("displayOrder", place),
                "hidden": each.get("hidden", False),
            }
        )
    keys: tuple[Callable[[dict[str, Any]], str], ...] = (lambda each: each["value"], lambda each: each["label"])
    for key in keys:
        seen = [key(each) for each in options]
        if len(set(seen)) < len(seen):
            repeated = sorted({each for each in seen if seen.count(each) > 1})
            raise invalid(f"Property options must have unique labels and values: {', '.join(repeated)}")
    return options
