"""The columns of a pair: its mappings, resolved against what both systems' fields really are.

A layout is what the hot path works with: a place for each mapped property, how its values compare, how a value of one
side reads on the other, and what may be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from crmsync_desktop.domain.compat import Fit, converts, fit_all, parent_pair, place_pairs
from crmsync_desktop.domain.days import Day, is_known
from crmsync_desktop.domain.mapping import Existing, Pair, Rule
from crmsync_desktop.domain.mapping import Mapping as FieldMapping
from crmsync_desktop.domain.owners import Owners, match_owners
from crmsync_desktop.domain.placing import WHAT, WHO, placing
from crmsync_desktop.domain.readings import reading
from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.schema import Field, Kind, Owner, Schema
from crmsync_desktop.domain.translation import Translation
from crmsync_desktop.domain.values import canonical


class Column(msgspec.Struct, frozen=True):
    """One mapped property at its place. `salesforce` holds the field of each object that has one. `to_hubspot` and
    `to_salesforce` translate values that the systems name differently; with `strict`, a value without a translation
    can't travel (an owner nobody matches). `converts`: the two sides write the same value differently (date and datetime, a
    number with decimals that Salesforce's field rounds to `scale` places). `translation` takes the tables' place; with
    `beside` it also looks at the record that the value is to come to (BesideTranslation). `parent` is the pair whose records
    a reference or members point at; `parents` are those whose records an activity may belong to. With `mindful` the
    translation also asks what was agreed on last (MindfulTranslation). `existing` and `unread` are its mapping's (M4);
    members, which are joined one by one, don't heed them. `plain` is worked out: a value is the same text on both sides, so that nothing has to be asked to compare
    them; and `untouched` is the side that the rule never writes."""

    place: int
    property: str
    rule: Rule
    kind: Kind
    hubspot: Field
    salesforce: dict[str, Field]
    to_hubspot: dict[str, str] = {}
    to_salesforce: dict[str, str] = {}
    strict: bool = False
    converts: bool = False
    scale: int | None = None
    translation: Any = None
    parent: str = ""
    parents: tuple[str, ...] = ()
    beside: bool = False
    mindful: bool = False
    existing: Existing = Existing.TRAVEL
    unread: bool = False
    plain: bool = False
    untouched: Side | None = None

    def __post_init__(self) -> None:
        translated = self.translation is not None or self.strict or self.to_hubspot or self.to_salesforce
        plain = not (translated or self.beside or self.converts or self.kind is Kind.MEMBERS)
        msgspec.structs.force_setattr(self, "plain", plain)
        msgspec.structs.force_setattr(self, "untouched", self.rule.master if self.rule.always else None)

    def waits(self) -> bool:
        """Whether a value without a counterpart stays undecided until there is one."""
        return self.translation is not None and bool(self.translation.waits)

    def since(self, salesforce: Cell, hubspot: Cell) -> Column:
        """The column as it reads a link with these bases."""
        return msgspec.structs.replace(self, translation=self.translation.since(salesforce, hubspot))

    def as_hubspot(self, cell: Cell, cells: Sequence[Cell] = (), target: Sequence[Cell] = ()) -> Cell:
        """A Salesforce cell as HubSpot would hold it; UNSEEN where it has no counterpart there. `cells` and `target`: the
        whole records that it comes from and goes to."""
        if self.beside and cell is not UNSEEN:
            beside: Cell = self.translation.to_hubspot(cell or "", cells, target)
            return beside
        if not cell:
            return cell
        if self.translation is not None:
            there: Cell = self.translation.to_hubspot(cell, cells)
            return there
        if self.strict:
            return self.to_hubspot.get(cell, UNSEEN)
        if self.to_hubspot:
            cell = self.to_hubspot.get(cell, cell)
        return canonical(self.hubspot.kind, cell) if self.converts else cell

    def as_salesforce(self, cell: Cell, cells: Sequence[Cell] = (), target: Sequence[Cell] = ()) -> Cell:
        """A HubSpot cell as Salesforce would hold it; UNSEEN where it has no counterpart there. As `as_hubspot`."""
        if self.beside and cell is not UNSEEN:
            beside: Cell = self.translation.to_salesforce(cell or "", cells, target)
            return beside
        if not cell:
            return cell
        if self.translation is not None:
            here: Cell = self.translation.to_salesforce(cell, cells)
            return here
        if self.strict:
            return self.to_salesforce.get(cell, UNSEEN)
        if self.to_salesforce:
            cell = self.to_salesforce.get(cell, cell)
        return canonical(self.kind, cell, self.scale) if self.converts else cell

    def field(self, side: Side, object: str) -> Field | None:
        return self.hubspot if side is Side.HUBSPOT else self.salesforce.get(object)


class Layout(msgspec.Struct, frozen=True):
    """`columns` in order of place. `problems` are (property, reason) of mappings that can't sync as things are. `groups`:
    places of columns that travel together, and in one direction, the leading one first (domain/companions.py)."""

    pair: Pair
    columns: tuple[Column, ...]
    problems: tuple[tuple[str, str], ...] = ()
    addresses: tuple[Any, ...] = ()
    """domain/addresses.py: countries and states that are written as their codes, and checked against each other."""
    groups: tuple[tuple[int, ...], ...] = ()
    naming: tuple[int, ...] = ()
    """Worked out: the places of what a person calls a record by."""
    who_and_what: tuple[int, int] | None = None
    """Worked out: the places of the person and the thing that an activity belongs to, where both travel."""

    def __post_init__(self) -> None:
        places = {column.property: column.place for column in self.columns}
        naming = tuple(places[name] for name in self.pair.label_properties if name in places)
        msgspec.structs.force_setattr(self, "naming", naming)
        lookups = {next(iter(c.salesforce.values())).name: c.place for c in self.columns if c.kind is Kind.PLACES}
        both = (lookups[WHO], lookups[WHAT]) if WHO in lookups and WHAT in lookups else None
        msgspec.structs.force_setattr(self, "who_and_what", both)

    @property
    def properties(self) -> tuple[str, ...]:
        return tuple(column.property for column in self.columns)

    def fields(self, side: Side, object: str) -> tuple[str, ...]:
        """The field names to ask for, in order of place; "" where this object has none."""
        if side is Side.HUBSPOT:
            return self.properties
        return tuple(column.salesforce[object].name if object in column.salesforce else "" for column in self.columns)

    def label(self, cells: Sequence[Cell], keys: Sequence[str], id: str) -> str:
        """What a person calls this record: its name, else its e-mail address, else its id."""
        name = " ".join([str(cells[place]) for place in self.naming if place < len(cells) and cells[place]])
        return name or (keys[0] if keys else id)


def resolve(
    pair: Pair,
    mappings: Iterable[FieldMapping],
    schemas: Mapping[str, Schema],
    owners: Iterable[Owner] = (),
    parents: Mapping[str, Translation] | None = None,
    zone: str = "UTC",
) -> Layout:
    """Turn mappings into columns. `schemas` by object name of either side. `parents`: by pair, how ids of its records read
    across; a lookup of a pair that isn't among them (its switch is off) becomes neither column nor problem. `zone`: the HubSpot
    account's time zone (IANA), in which a moment falls on a day. A mapping
    whose property, or all of whose fields, are gone or don't fit becomes a problem instead of a column; Don't sync becomes
    neither."""
    columns: list[Column] = []
    problems: list[tuple[str, str]] = []
    matched = match_owners(owners)
    for mapping in mappings:
        if mapping.rule is Rule.DONT_SYNC:
            continue
        hubspot = schemas[pair.hubspot].fields.get(mapping.property)
        if hubspot is None:
            problems.append((mapping.property, f"HubSpot has no property “{mapping.property}” any more, or hides it."))
            continue
        salesforce = {
            object: field
            for object, name in mapping.salesforce.items()
            if object in schemas and (field := schemas[object].fields.get(name)) is not None
        }
        if not salesforce:
            named = ", ".join(f"{object}.{name}" for object, name in mapping.salesforce.items())
            problems.append(
                (mapping.property, f"Salesforce has no field {named} any more, or hides it from this user.")
            )
            continue
        fit = fit_all(salesforce, hubspot)
        if fit.problem:
            problems.append((mapping.property, fit.problem))
            continue
        column = _column(len(columns), mapping, fit, hubspot, salesforce, matched)
        if column.kind in (Kind.REFERENCE, Kind.MEMBERS):
            name = parent_pair(next(iter(salesforce.values())), hubspot)
            if parents is None or name not in parents:
                continue
            column = msgspec.structs.replace(column, parent=name, strict=True, translation=parents[name])
        special = reading(column.place, pair, hubspot, salesforce.values(), zone)
        if isinstance(special, Day) and not is_known(zone):
            problems.append((mapping.property, f"This computer doesn't know HubSpot's time zone “{zone}”."))
            continue
        if special is not None:
            mindful = isinstance(special, Day)
            column = msgspec.structs.replace(column, translation=special, beside=True, mindful=mindful)
        if column.kind is Kind.PLACES:
            pairs = tuple(
                name for name in place_pairs(next(iter(salesforce.values())), hubspot) if name in (parents or ())
            )
            if not pairs:
                continue
            column = msgspec.structs.replace(
                column,
                parents=pairs,
                translation=placing(column.place, pairs, parents or {}),
                strict=True,
                beside=True,
                mindful=True,
            )
        columns.append(column)
    return Layout(pair=pair, columns=tuple(columns), problems=tuple(problems))


def with_moments(layout: Layout, now: str) -> Layout:
    """The layout of activities in which a new one in HubSpot that has no day in Salesforce gets this moment."""
    columns = tuple(
        msgspec.structs.replace(column, translation=msgspec.structs.replace(column.translation, lent=now))
        if isinstance(column.translation, Day) and column.translation.moment is Side.HUBSPOT and column.hubspot.required
        else column
        for column in layout.columns
    )
    return msgspec.structs.replace(layout, columns=columns)


def assigned_by(layout: Layout, owners: Owners) -> Layout:
    """The layout with owners read by this table, which knows of queues and of what an admin paired."""
    columns = tuple(
        msgspec.structs.replace(
            column,
            translation=msgspec.structs.replace(owners, place=column.place, name=column.property),
            beside=True,
        )
        if column.kind is Kind.OWNER
        else column
        for column in layout.columns
    )
    return msgspec.structs.replace(layout, columns=columns)


def _column(
    place: int,
    mapping: FieldMapping,
    fit: Fit,
    hubspot: Field,
    salesforce: dict[str, Field],
    owners: Owners,
) -> Column:
    owner = fit.kind is Kind.OWNER
    scales = {field.scale for field in salesforce.values()} if fit.kind is Kind.NUMBER else {None}
    scale = next(iter(scales)) if len(scales) == 1 else None
    return Column(
        place=place,
        property=mapping.property,
        rule=mapping.rule if mapping.rule in fit.rules else fit.rules[0],
        kind=fit.kind,
        hubspot=hubspot,
        salesforce=salesforce,
        to_hubspot=owners.across_to_hubspot if owner else {theirs: ours for ours, theirs in mapping.values},
        to_salesforce=owners.across_to_salesforce if owner else dict(mapping.values),
        strict=owner,
        converts=converts(fit.kind, hubspot.kind) or scale is not None,
        scale=scale,
        existing=mapping.existing,
        unread=mapping.unread,
    )
