"""Custom objects as a person sees them (X1): frozen values, as those of app/views.py."""

from __future__ import annotations

import msgspec


class ObjectView(msgspec.Struct, frozen=True):
    """A custom object of the org. `hubspot`: what it syncs with, "" while it wasn't added. `news`: what its schema has that HubSpot
    lacks."""

    name: str
    label: str
    plural: str
    added: bool
    on: bool
    hubspot: str
    links: int
    news: str = ""


class PortalObjectView(msgspec.Struct, frozen=True):
    """A custom object of HubSpot. `used_by`: the Salesforce object that it syncs with, "" for none."""

    id: str
    name: str
    label: str
    used_by: str


class ObjectsView(msgspec.Struct, frozen=True):
    """`trouble`: why HubSpot's can't be listed, "" where they are."""

    salesforce: tuple[ObjectView, ...]
    hubspot: tuple[PortalObjectView, ...]
    trouble: str = ""


class ObjectRequest(msgspec.Struct, frozen=True):
    """How an object is to be added. `hubspot`: an existing custom object (type id, name or label), "" to make one. `without`:
    fields to leave out; `names`: field → name of its property; `object_name`: the new object's internal name."""

    hubspot: str = ""
    without: tuple[str, ...] = ()
    names: dict[str, str] = {}
    object_name: str = ""


class ProposedField(msgspec.Struct, frozen=True):
    """`kind`: HubSpot's type of property. `made`: it is to be made. `options`: how many values its list has."""

    field: str
    label: str
    property: str
    kind: str
    made: bool
    required: bool
    options: int = 0


class ProposedLookup(msgspec.Struct, frozen=True):
    """`note`: what keeps it from travelling now."""

    field: str
    label: str
    target: str
    note: str = ""


class ProposedValues(msgspec.Struct, frozen=True):
    """Values that Salesforce's list of a field has and the property's hasn't."""

    field: str
    property: str
    values: tuple[str, ...]


class ObjectProposalView(msgspec.Struct, frozen=True):
    """What adding an object (or bringing it up to date: `added`) would do. `records`: how many Salesforce has, and
    `there` how many the HubSpot object that is used; None where they weren't counted. `salesforce_calls` and
    `hubspot_calls`: about what the first pass costs."""

    name: str
    label: str
    hubspot: str
    hubspot_label: str
    made: bool
    added: bool
    name_property: str
    fields: tuple[ProposedField, ...]
    lookups: tuple[ProposedLookup, ...]
    left_out: tuple[tuple[str, str, str], ...]
    """(field, label, reason)."""
    values: tuple[ProposedValues, ...] = ()
    gone: tuple[str, ...] = ()
    """Mapped fields that Salesforce doesn't have any more."""
    unfilled: tuple[str, ...] = ()
    """Properties that HubSpot requires of each new record, and that nothing fills."""
    records: int | None = None
    there: int | None = None
    salesforce_calls: int = 0
    hubspot_calls: int = 0

    @property
    def nothing_to_do(self) -> bool:
        """Whether an object that was added is up to date."""
        return self.added and not (
            any(field.made for field in self.fields) or self.fields or self.lookups or self.values
        )
