"""From the definitions of a setup to fields and objects as describe and the database know them.

Flags are those that describes of custom fields have (general knowledge: the recorded orgs hold hardly any).

Unverified: a custom object's describe has the flags of a standard object without feeds, merging and recent items.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .customisation import CustomField, CustomObject, PicklistValue
from .geography import bitmap
from .ids import DIGITS
from .schema import Field, Option, SObject, load_object, make_field

_NAME = re.compile(r"(?:[A-Za-z][A-Za-z0-9]{0,14}__)?[A-Za-z](?:_?[A-Za-z0-9])*__c")
"""A managed package puts its namespace in front."""
_FORMAT = re.compile(r"[^{}]{0,20}\{0{1,10}\}[^{}]{0,10}")
_LENGTHS = {"string": 255, "textarea": 255, "longtextarea": 32_768, "richtextarea": 32_768, "phone": 40, "email": 80,
            "url": 255, "picklist": 255, "multipicklist": 4099, "autonumber": 30, "reference": 18}  # fmt: skip
_LONGEST = {"string": 255, "longtextarea": 131_072, "richtextarea": 131_072}
_LONG = {"filterable": False, "groupable": False, "sortable": False, "aggregatable": False}
_TYPE_FLAGS: dict[str, dict[str, Any]] = {
    "textarea": {"filterable": True, "groupable": True},
    "longtextarea": _LONG,
    "richtextarea": {**_LONG, "extraTypeInfo": "richtextarea", "htmlFormatted": True},
    "url": {"extraTypeInfo": None},
    "percent": {"defaultedOnCreate": False},
    "datetime": {"nillable": True, "defaultedOnCreate": False},
    "multipicklist": {"groupable": False, "sortable": False, "aggregatable": False, "precision": 4},
    "autonumber": {"autoNumber": True, "createable": False, "updateable": False, "defaultedOnCreate": True,
                   "nillable": False, "permissionable": True},
}  # fmt: skip
_PLAIN_TYPES = {"longtextarea": "textarea", "richtextarea": "textarea", "autonumber": "string"}
_FORMULA_TYPES = frozenset({"string", "boolean", "double", "currency", "percent", "date", "datetime"})


def field_of(custom: CustomField, on: str, schema: Mapping[str, SObject], siblings: Iterable[Field]) -> Field:
    """The field of a definition. Raises ValueError for a definition that doesn't hold."""
    name = f"{on}.{custom.name}"
    if not _NAME.fullmatch(custom.name):
        raise ValueError(f"{name} is no name for a custom field; it must be letters and digits and end in __c.")
    most = _LONGEST.get(custom.type, 0)
    if not 0 <= custom.length <= most:
        raise ValueError(f"{name} can't be {custom.length} long; its type has {most or 'no length of its own'}.")
    if custom.formula and custom.type not in _FORMULA_TYPES:
        raise ValueError(f"{name} can't be a formula: a formula gives {', '.join(sorted(_FORMULA_TYPES))}.")
    flags: dict[str, Any] = {"createable": True, "updateable": True, "permissionable": not custom.required}
    flags |= _TYPE_FLAGS.get(custom.type, {})
    flags |= {"custom": True, "inlineHelpText": custom.help or None}
    if custom.type != "autonumber":
        flags["nillable"] = not custom.required and custom.type != "boolean"
    if custom.unique or custom.external_id:
        flags |= {"unique": custom.unique, "externalId": custom.external_id, "idLookup": custom.external_id}
        flags["caseSensitive"] = custom.unique and custom.case_sensitive
    if custom.type in ("double", "currency", "percent"):
        flags |= {"precision": custom.precision, "scale": custom.scale}
    if custom.formula:
        flags |= {"calculated": True, "calculatedFormula": custom.formula, "createable": False, "updateable": False}
        flags |= {
            "formulaTreatNullNumberAsZero": True,
            "nillable": custom.type != "boolean",
            "defaultedOnCreate": False,
        }
    values, more = picklist(custom, name, siblings)
    flags |= more
    if custom.type == "reference":
        if custom.reference_to not in schema:
            raise ValueError(f"{name} must refer to an object of the org, not to {custom.reference_to or 'nothing'}.")
        flags |= {"referenceTo": [custom.reference_to], "relationshipName": custom.name[:-1] + "r"}
    if custom.default is not None:
        flags |= {"defaultValue": custom.default, "defaultedOnCreate": True}
    if custom.type == "autonumber" and not _FORMAT.fullmatch(custom.format):
        raise ValueError(f"{name} needs a format such as SUB-{{0000}}.")
    made = make_field(
        name=custom.name,
        type=_PLAIN_TYPES.get(custom.type, custom.type),
        label=custom.label or custom.name[:-3].replace("_", " "),
        length=1300 if custom.formula and custom.type == "string" else custom.length or _LENGTHS.get(custom.type, 0),
        **flags,
    )
    default = next((entry.value for entry in custom.values if entry.default), None)
    return made.with_values(values, default, custom.format)


def picklist(custom: CustomField, name: str, siblings: Iterable[Field]) -> tuple[tuple[Option, ...], dict[str, Any]]:
    """Values and flags of a picklist, nothing for another type. Raises ValueError for values that don't hold."""
    if custom.type not in ("picklist", "multipicklist"):
        if custom.values or custom.controller:
            raise ValueError(f"{name} is no picklist and can have neither values nor a controlling field.")
        return (), {}
    if not custom.values:
        raise ValueError(f"{name} needs values.")
    default = next((entry.value for entry in custom.values if entry.default), None)
    flags: dict[str, Any] = {"restrictedPicklist": custom.restricted, "defaultValue": default}
    flags["defaultedOnCreate"] = default is not None
    controlling: list[str] = []
    if custom.controller:
        found = next((item for item in siblings if item.name == custom.controller), None)
        if found is None or found.type not in ("picklist", "boolean"):
            raise ValueError(f"{name} needs a picklist or a checkbox of its object as its controlling field.")
        controlling = ["false", "true"] if found.type == "boolean" else [option.value for option in found.values]
        flags |= {"controllerName": found.name, "dependentPicklist": True}
    return tuple(_option(entry, controlling, name) for entry in custom.values if entry.active), flags


def _option(entry: PicklistValue, controlling: list[str], name: str) -> Option:
    """Unverified: describe leaves inactive picklist values out."""
    unknown = [value for value in entry.valid_for if value not in controlling]
    if unknown:
        raise ValueError(f"{name} has a value that depends on {unknown[0]}, which its controlling field doesn't have.")
    where = [controlling.index(value) for value in entry.valid_for]
    bits = bitmap(where, len(controlling)) if controlling else None
    return Option(entry.value, entry.label or entry.value, bits, entry.closed)


def object_of(custom: CustomObject, schema: Mapping[str, SObject]) -> SObject:
    """The object of a definition that has a key prefix, without its custom fields. Raises ValueError for a definition that doesn't hold."""
    if not _NAME.fullmatch(custom.name):
        raise ValueError(f"{custom.name} is no name for a custom object; it must be letters and digits and end in __c.")
    taken = {sobject.prefix for sobject in schema.values()}
    if custom.prefix in taken or len(custom.prefix) != 3 or not set(custom.prefix) <= set(DIGITS):
        raise ValueError(f"{custom.name} can't have the key prefix {custom.prefix}.")
    if custom.name_format and not _FORMAT.fullmatch(custom.name_format):
        raise ValueError(f"{custom.name} needs a name_format such as SUB-{{0000}}.")
    home = load_object("CustomObject")
    automatic = _TYPE_FLAGS["autonumber"] if custom.name_format else {}
    name = make_field(
        name="Name",
        type="string",
        label=custom.name_label,
        length=80,
        **{"nameField": True, "idLookup": True, "defaultedOnCreate": True, **automatic, "permissionable": False},
    ).with_values((), None, custom.name_format or "{Id}")
    fields = [name if item.name == "Name" else item for item in home.fields]
    return SObject(
        name=custom.name,
        label=custom.label,
        label_plural=custom.label_plural,
        prefix=custom.prefix,
        source="the org's setup",
        flags=home.flags,
        scopes=(("everything", f"All {custom.label_plural.lower()}"), ("mine", f"My {custom.label_plural.lower()}")),
        children=(),
        fields=tuple(fields),
    )


def prefixes() -> Iterable[str]:
    """Key prefixes of custom objects, as a real org gives them: `a00`, `a01`, …"""
    return (f"a{first}{second}" for first in DIGITS for second in DIGITS)
