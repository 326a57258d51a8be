"""Field types in the words of each system's own setup pages, which is where an admin knows them from."""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    # Salesforce: the types of a describe
    "string": "Text",
    "textarea": "Text area",
    "picklist": "Picklist",
    "multipicklist": "Picklist (multi-select)",
    "combobox": "Combo box",
    "reference": "Lookup",
    "boolean": "Checkbox",
    "double": "Number",
    "int": "Number",
    "long": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "date": "Date",
    "datetime": "Date/time",
    "time": "Time",
    "email": "Email",
    "phone": "Phone",
    "url": "URL",
    "id": "Record ID",
    "encryptedstring": "Text (encrypted)",
    # HubSpot: type/fieldType of a property
    "string/text": "Single-line text",
    "string/textarea": "Multi-line text",
    "string/html": "Rich text",
    "string/phonenumber": "Phone number",
    "string/file": "File",
    "string/calculation_equation": "Calculation",
    "phone_number/phonenumber": "Phone number",
    "number/number": "Number",
    "number/calculation_equation": "Calculation",
    "number/calculation_rollup": "Rollup",
    "number/calculation_score": "Score",
    "date/date": "Date",
    "datetime/date": "Date and time",
    "datetime/calculation_read_time": "Date and time",
    "bool/booleancheckbox": "Single checkbox",
    "bool/calculation_equation": "Calculation",
    "enumeration/booleancheckbox": "Single checkbox",
    "enumeration/checkbox": "Multiple checkboxes",
    "enumeration/radio": "Radio select",
    "enumeration/select": "Dropdown select",
    "enumeration/calculation_equation": "Calculation",
}


def type_words(native: str) -> str:
    """ "string/phonenumber" → "Phone number"; a type unknown here stays as its system calls it."""
    return _WORDS.get(native, native)
