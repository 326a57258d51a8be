"""Whether the mappings of a file can be, as the org and the portal are: fields there, types that fit, nothing taken twice.

Only what the file changes is looked at: a mapping that stands already keeps its trouble, which the table of mappings shows.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from crmsync_desktop.app.configuration_reading import Reading
from crmsync_desktop.domain.compat import fit_all
from crmsync_desktop.domain.configuration import MappingChange, MappingPart, clashes
from crmsync_desktop.domain.mapping import Mapping, Pair, Rule
from crmsync_desktop.domain.schema import Field, Schema

_FIELDS = (MappingPart.ADDED, MappingPart.FIELDS)
_NEAR = 3


class MappingChecks:
    """`warnings` tell, by property, what would be lost on the way; what can't be goes to the reading's problems."""

    def __init__(self, reading: Reading, pair: Pair, schemas: dict[str, Schema], defaults: Sequence[Mapping]) -> None:
        self._reading, self._pair, self.schemas = reading, pair, schemas
        self._defaults = {mapping.property: mapping.salesforce for mapping in defaults if mapping.builtin}
        self.warnings: dict[str, str] = {}

    def check(self, changes: Sequence[MappingChange], wanted: Sequence[Mapping]) -> None:
        moved = {change.new.property for change in changes if change.part in _FIELDS}
        ruled = {change.new.property for change in changes if change.part is MappingPart.RULE}
        for mapping in wanted:
            if mapping.property in moved | ruled:
                self._check(mapping, mapping.property in moved)
        self._taken_twice([each for each in wanted if self._property(each) is not None], moved)

    def label(self, property: str) -> str:
        """What people call it, with its name where that is another."""
        schema = self.schemas.get(self._pair.hubspot)
        field = schema.fields.get(property) if schema else None
        return property if field is None or field.label == property else f"{field.label} ({property})"

    def _check(self, mapping: Mapping, moved: bool) -> None:
        place = self._reading.place(self._pair.name, mapping.property)
        native = self._defaults.get(mapping.property) == mapping.salesforce
        hubspot, fields = self._property(mapping), self._fields(mapping)
        if moved and not native:
            if hubspot is None:
                message = f"HubSpot has no property “{mapping.property}”."
                self._reading.refuse((*place, "property"), message, self._near(self._pair.hubspot, mapping.property))
            for object, name in mapping.salesforce.items():
                if object not in fields:
                    self._reading.refuse(
                        (*place, object), f"Salesforce has no field {object}.{name}.", self._near(object, name)
                    )
        if hubspot is None or not fields:
            return
        fit = fit_all(fields, hubspot)
        if fit.problem and (mapping.rule is not Rule.DONT_SYNC or (moved and not native)):
            self._reading.refuse(place, f"“{mapping.property}” can't be mapped with these fields: {fit.problem}")
        elif mapping.rule not in (*fit.rules, Rule.DONT_SYNC):
            accepted = ", ".join(dict.fromkeys([*fit.rules, Rule.DONT_SYNC]))
            message = f"“{mapping.rule.label}” isn't possible for these fields."
            self._reading.refuse((*place, "rule"), message, f"It takes one of: {accepted}.")
        elif mapping.rule is not Rule.DONT_SYNC:
            self.warnings[mapping.property] = fit.warning

    def _taken_twice(self, mappings: Sequence[Mapping], moved: set[str]) -> None:
        for clash in clashes(mappings):
            one, other = mappings[clash.place].property, mappings[clash.earlier].property
            if clash.object and {one, other} & moved:
                place = self._reading.place(self._pair.name, one)
                self._reading.refuse(
                    (*place, clash.object),
                    f"{clash.object}.{clash.name} is mapped already, to “{other}”.",
                    "Keep one of the two.",
                )

    def _property(self, mapping: Mapping) -> Field | None:
        schema = self.schemas.get(self._pair.hubspot)
        return schema.fields.get(mapping.property) if schema else None

    def _fields(self, mapping: Mapping) -> dict[str, Field]:
        return {
            object: self.schemas[object].fields[name]
            for object, name in mapping.salesforce.items()
            if object in self.schemas and name in self.schemas[object].fields
        }

    def _near(self, object: str, name: str) -> str:
        found = difflib.get_close_matches(name[:100], self.schemas[object].fields, _NEAR)
        return f"Did you mean {' or '.join(f'“{each}”' for each in found)}?" if found else ""
