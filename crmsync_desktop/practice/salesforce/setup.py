"""How an admin has set up the practice org: everything in which one Salesforce org differs from another.

Every default is the plain org's, and a plain org pays nothing for what it doesn't have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .automation_rules import DuplicateRule, Trigger, ValidationRule
from .customisation import SUBSCRIPTION, CustomField, CustomObject, StandardPicklist
from .structs import from_json, to_json

EXAMPLES: dict[str, CustomObject] = {SUBSCRIPTION.name: SUBSCRIPTION}
"""Custom objects that a setup may name instead of writing them out."""


@dataclass(frozen=True, slots=True)
class OrgSetup:
    """An org's configuration. Fields are named `Object.Field`, as in `Contact.Phone`; JSON has the same keys.

    `state_country`: State and Country/Territory Picklists; `customised` is on, with edited integration values, a
    country of the org's own and one that is switched off (geography.py). `record_types`: the record types of
    resources/practice/salesforce/record_types.json. `multi_currency`: CurrencyIsoCode on records, and CurrencyType.
    `hidden_fields`, `read_only_fields`, `hidden_objects` and `read_only_objects` are what the API's users are not allowed to see or change;
    `hidden_records` are ids that sharing keeps from them, `read_only_records` ids that they may only read.
    `tracked_fields` are those whose changes the org keeps a history of (field_history.py).
    `removed_fields` are gone from the org for everybody: custom ones, and standard ones that not every org has. `picklists` are standard ones whose
    values an admin has edited. `custom_objects` may hold an example by its name.
    """

    state_country: Literal["off", "on", "customised"] = "off"
    record_types: bool = False
    multi_currency: bool = False
    hidden_fields: tuple[str, ...] = ()
    read_only_fields: tuple[str, ...] = ()
    hidden_objects: tuple[str, ...] = ()
    read_only_objects: tuple[str, ...] = ()
    hidden_records: tuple[str, ...] = ()
    read_only_records: tuple[str, ...] = ()
    removed_fields: tuple[str, ...] = ()
    tracked_fields: tuple[str, ...] = ()
    picklists: tuple[StandardPicklist, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    custom_objects: tuple[CustomObject, ...] = ()
    validation_rules: tuple[ValidationRule, ...] = ()
    duplicate_rules: tuple[DuplicateRule, ...] = ()
    triggers: tuple[Trigger, ...] = ()

    @classmethod
    def from_json(cls, given: object) -> OrgSetup:
        """The setup of a JSON object. Raises ValueError, a sentence that names what is wrong and where."""
        if isinstance(given, dict) and isinstance(given.get("custom_objects"), (list, tuple)):
            given = {**given, "custom_objects": [_example(entry) for entry in given["custom_objects"]]}
        return from_json(cls, given)

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back; what is as in a plain org is left out."""
        written: dict[str, Any] = to_json(self)
        return written

    def changed(self, changes: dict[str, Any]) -> OrgSetup:
        """This setup with some keys replaced (values as in JSON, or as in the dataclass). Raises ValueError."""
        return OrgSetup.from_json({**self.to_json(), **changes})

    @property
    def rules(self) -> tuple[ValidationRule | DuplicateRule | Trigger, ...]:
        return (*self.validation_rules, *self.duplicate_rules, *self.triggers)


def _example(entry: object) -> object:
    if not isinstance(entry, str):
        return entry
    if entry not in EXAMPLES:
        raise ValueError(f"The setup's custom_objects knows no example {entry}; there is {', '.join(EXAMPLES)}.")
    return EXAMPLES[entry]
