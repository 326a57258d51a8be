"""The mappings of a pair: the defaults, what the admin made of them, and how the table shows them (M1–M3)."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence

import msgspec

from crmsync_desktop.app.views import FieldView, MappingView
from crmsync_desktop.domain.compat import Fit, fit_all
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Existing, Mapping, Pair, Rule, as_made, carries_association, once_synced
from crmsync_desktop.domain.new_property import NewProperty, property_for
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.ports.store import Store

MOST_SHOWN = 30
"""Values that a message names."""
NO_FIT = Fit(kind=Kind.TEXT, problem="", warning="", rules=tuple(Rule))


class Mappings:
    """Stored as a whole, as one document per pair; until something is changed, the defaults count."""

    def __init__(self, store: Store, pair: Pair, defaults: Sequence[Mapping]) -> None:
        self._store = store
        self.pair = pair
        self._defaults = tuple(defaults)
        self._as_if: tuple[Mapping, ...] | None = None

    @property
    def defaults(self) -> tuple[Mapping, ...]:
        """As the product ships them, in its order."""
        return self._defaults

    def all(self) -> tuple[Mapping, ...]:
        if self._as_if is not None:
            return self._as_if
        document = self._store.document(self._name)
        return self._defaults if document is None else msgspec.convert(document, tuple[Mapping, ...])

    def usable(self, schemas: Table[str, Schema]) -> tuple[Mapping, ...]:
        """All but those defaults that this org or portal doesn't have: they are offered only where they exist, and so are
        the values that a default pairs."""
        there = [
            mapping
            for mapping in self.all()
            if not mapping.builtin or (self._fields(mapping, schemas) and self._hubspot(mapping.property, schemas))
        ]
        shipped = {mapping.property: mapping.values for mapping in self._defaults if mapping.values}
        return tuple(
            self._with_known_values(mapping, schemas) if mapping.values == shipped.get(mapping.property) else mapping
            for mapping in there
        )

    def syncing(self, schemas: Table[str, Schema]) -> tuple[Mapping, ...]:
        """Those that move values as things are; all that could, as long as the schemas aren't known."""
        there = self.usable(schemas) if schemas else self.all()
        return tuple(each for each in there if each.rule is not Rule.DONT_SYNC and not self._fit(each, schemas).problem)

    def missing(self, schemas: Table[str, Schema]) -> list[FieldView]:
        """Fields without which Salesforce refuses a new record, and that no mapping fills (M3)."""
        filled = {(object, name) for each in self.syncing(schemas) for object, name in each.salesforce.items()}
        return [
            _field_view(schemas[object], field)
            for object in self.pair.salesforce
            if object in schemas
            for field in schemas[object].fields.values()
            if field.required and field.createable and (object, field.name) not in filled
        ]

    def set_rule(self, property: str, rule: Rule) -> None:
        """Raises SetupError for a property that isn't mapped."""
        self._find(property)
        self._save([msgspec.structs.replace(m, rule=rule) if m.property == property else m for m in self.all()])

    def add(self, property: str, salesforce: dict[str, str], rule: Rule, schemas: Table[str, Schema]) -> None:
        """Raises SetupError with the reason where the two don't fit or one is taken."""
        problem, _ = self.check(property, salesforce, schemas)
        if problem:
            raise SetupError("This mapping can't be made.", problem)
        mapping = Mapping(property, dict(salesforce), rule)
        rules = self._fit(mapping, schemas).rules
        if rule not in rules:
            accepted = ", ".join(f"“{each.label}”" for each in rules)
            raise SetupError(f"“{rule.label}” isn't possible for these fields.", "", f"Choose one of: {accepted}.")
        self._save([*self.all(), mapping])

    def set_values(self, property: str, values: Sequence[tuple[str, str]], schemas: Table[str, Schema]) -> None:
        """Pair the values that the two sides name differently; none takes all pairs away. Raises SetupError for a value
        that isn't in the list of its side, and for one that is paired twice."""
        mapping = self._find(property)
        hubspot = self._hubspot(property, schemas)
        fields = self._fields(mapping, schemas)
        if hubspot is None or not fields:
            raise SetupError(f"“{property}” can't be looked up.", "", "Mend the mapping first: mappings list")
        for system, place, lists in (("HubSpot", 0, [hubspot]), ("Salesforce", 1, list(fields.values()))):
            named = [pair[place] for pair in values]
            for value in named:
                if named.count(value) > 1:
                    raise SetupError(f"{system}'s “{value}” is paired twice.", property, "Pair each value once.")
                for field in lists:
                    _check_option(system, field, value)
        self._save([msgspec.structs.replace(m, values=tuple(values)) if m == mapping else m for m in self.all()])

    def remove(self, property: str) -> None:
        if self._find(property).builtin:
            raise SetupError(
                f"“{property}” is a default mapping, and can't be removed.",
                "",
                f"Set its rule to “{Rule.DONT_SYNC.label}” instead.",
            )
        self._save([m for m in self.all() if m.property != property])

    def replace(self, mappings: Sequence[Mapping]) -> None:
        """Save these in place of all; whether they can be is the caller's to know."""
        self._save(mappings)

    def check(self, property: str, salesforce: Table[str, str], schemas: Table[str, Schema]) -> tuple[str, str]:
        """(problem, warning) of a mapping that might be made."""
        for mapping in self.usable(schemas):
            if mapping.property == property:
                return f"HubSpot's property “{property}” is mapped already.", ""
            for object, name in salesforce.items():
                # As an association and as the text of its id, a lookup may be mapped once each (see clashes).
                alike = carries_association(mapping.property) is carries_association(property)
                if alike and mapping.salesforce.get(object) == name:
                    return f"{object}.{name} is mapped already, to “{mapping.property}”.", ""
        mapping = Mapping(property, dict(salesforce))
        if self._hubspot(property, schemas) is None:
            return f"HubSpot has no property “{property}”.", ""
        for object, name in salesforce.items():
            if object not in schemas or name not in schemas[object].fields:
                return f"Salesforce has no field {object}.{name}.", ""
        if not salesforce:
            return "Choose a Salesforce field.", ""
        fit = self._fit(mapping, schemas)
        return fit.problem, fit.warning

    def new_property(self, salesforce: Table[str, str], name: str, schemas: Table[str, Schema]) -> NewProperty:
        """The HubSpot property for these fields, made after the first. Raises SetupError where there can be none."""
        if not salesforce:
            raise SetupError("No Salesforce field is named.", "", "Name one: Contact.Customer_Tier__c")
        for object, field in salesforce.items():
            if object not in schemas or field not in schemas[object].fields:
                raise SetupError(f"Salesforce has no field {object}.{field}.")
        object, field = next(iter(salesforce.items()))
        found = property_for(schemas[object].fields[field], f"{object}.{field}", self.pair.hubspot, name)
        if isinstance(found, str):
            raise SetupError("This property can't be made.", found)
        if found.name in schemas[self.pair.hubspot].fields:
            raise SetupError(
                f"HubSpot has a property “{found.name}” already.",
                "",
                f"Map that one, or give another name: mappings add {self.pair.name} {found.name} --field {object}.{field}",
            )
        return found

    def views(self, schemas: Table[str, Schema], examples: Table[str, tuple[str, str]]) -> list[MappingView]:
        """The table's rows. `examples`: property → (Salesforce value, HubSpot value) of a real record."""
        return [self._view(mapping, schemas, examples) for mapping in self.usable(schemas)]

    def fields(self, schemas: Table[str, Schema]) -> list[FieldView]:
        """What can be chosen in a new mapping, by object and label."""
        choices = [
            _field_view(schema, field)
            for schema in schemas.values()
            for field in schema.fields.values()
            if field.kind not in (Kind.OPAQUE, Kind.REFERENCE)
        ]
        return sorted(choices, key=lambda view: (view.object, view.label.casefold()))

    @property
    def _name(self) -> str:
        return f"mappings.{self.pair.name}"

    def backfill(self, property: str) -> None:
        """What both sides hold already is to travel in the next pass. Raises SetupError for a property that isn't mapped,
        or doesn't sync."""
        self._keep(self._backfilled(property))

    def as_if_backfilled(self, property: str) -> Mappings:
        """These mappings as `backfill` would leave them, without a word of it being saved."""
        other = Mappings(self._store, self.pair, self._defaults)
        other._as_if = tuple(self._backfilled(property))
        return other

    def synced(self, begun: Sequence[Mapping]) -> None:
        """A pass that began with these mappings has dealt with all there was to deal with."""
        now = [once_synced(each) if each in begun else each for each in self.all()]
        if now != list(self.all()):
            self._keep(now)

    def _backfilled(self, property: str) -> list[Mapping]:
        if self._find(property).rule is Rule.DONT_SYNC:
            raise SetupError(f"“{property}” isn't synced.", "", "Give it another rule first: mappings rule")
        return [
            msgspec.structs.replace(m, existing=Existing.BACKFILL) if m.property == property else m for m in self.all()
        ]

    def _save(self, mappings: Sequence[Mapping]) -> None:
        before = {mapping.property: mapping for mapping in self.all()}
        self._keep([as_made(mapping, before.get(mapping.property)) for mapping in mappings])

    def _keep(self, mappings: Sequence[Mapping]) -> None:
        self._store.save_document(self._name, msgspec.to_builtins(mappings))

    def _find(self, property: str) -> Mapping:
        for mapping in self.all():
            if mapping.property == property:
                return mapping
        raise SetupError(f"“{property}” isn't mapped.")

    def _hubspot(self, property: str, schemas: Table[str, Schema]) -> Field | None:
        schema = schemas.get(self.pair.hubspot)
        return schema.fields.get(property) if schema else None

    def _fields(self, mapping: Mapping, schemas: Table[str, Schema]) -> dict[str, Field]:
        return {
            object: field
            for object, name in mapping.salesforce.items()
            if object in schemas and (field := schemas[object].fields.get(name)) is not None
        }

    def _with_known_values(self, mapping: Mapping, schemas: Table[str, Schema]) -> Mapping:
        """What the product pairs by itself is only offered where both lists have it; what a person pairs stays."""
        hubspot = self._hubspot(mapping.property, schemas)
        theirs = {option.value for option in hubspot.options} if hubspot is not None else set()
        ours = {option.value for field in self._fields(mapping, schemas).values() for option in field.options}
        known = tuple((h, s) for h, s in mapping.values if h in theirs and s in ours)
        return msgspec.structs.replace(mapping, values=known)

    def _fit(self, mapping: Mapping, schemas: Table[str, Schema]) -> Fit:
        fields, hubspot = self._fields(mapping, schemas), self._hubspot(mapping.property, schemas)
        if not fields or hubspot is None:
            return NO_FIT
        theirs, ours = {h for h, _ in mapping.values}, {s for _, s in mapping.values}
        return fit_all({object: _without(field, ours) for object, field in fields.items()}, _without(hubspot, theirs))

    def _view(
        self, mapping: Mapping, schemas: Table[str, Schema], examples: Table[str, tuple[str, str]]
    ) -> MappingView:
        fields, hubspot = self._fields(mapping, schemas), self._hubspot(mapping.property, schemas)
        fit = self._fit(mapping, schemas)
        problem = fit.problem
        if hubspot is None and schemas:
            problem = "HubSpot doesn't have this property any more, or hides it."
        elif not fields and schemas:
            problem = "Salesforce doesn't have this field any more, or hides it from this user."
        labels = dict.fromkeys(field.label for field in fields.values())
        types = dict.fromkeys(field.native_type for field in fields.values())
        return MappingView(
            property=mapping.property,
            property_label=hubspot.label if hubspot else mapping.property,
            property_type=hubspot.native_type if hubspot else "",
            salesforce=mapping.salesforce,
            salesforce_label=" / ".join(labels) or ", ".join(mapping.salesforce.values()),
            salesforce_type=" / ".join(types),
            rule=mapping.rule,
            rules=tuple(dict.fromkeys((*fit.rules, Rule.DONT_SYNC))),
            builtin=mapping.builtin,
            problem=problem,
            warning=fit.warning,
            examples=examples.get(mapping.property, ("", "")),
            values=mapping.values,
        )


def _without(field: Field, paired: set[str]) -> Field:
    """The field as far as its values have no pair: of those that have one nothing is missing on the other side."""
    if not paired:
        return field
    left = tuple(option for option in field.options if option.value not in paired)
    return msgspec.structs.replace(field, options=left)


def _field_view(schema: Schema, field: Field) -> FieldView:
    return FieldView(schema.object, field.name, field.label, field.native_type)


def _check_option(system: str, field: Field, value: str) -> None:
    """Raises SetupError for a value that this field's list doesn't have. A field without a list takes any."""
    known = {option.value for option in field.options if option.active}
    if known and value not in known:
        shown = ", ".join(f"“{each}”" for each in sorted(known)[:MOST_SHOWN])
        more = f" and {len(known) - MOST_SHOWN} more" if len(known) > MOST_SHOWN else ""
        raise SetupError(f"{system}'s “{field.label}” has no value “{value}”.", "", f"Its list has: {shown}{more}.")
