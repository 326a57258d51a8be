"""Custom objects of both systems (X1): which there are, and the making of those of HubSpot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from crmsync_desktop.domain.new_property import NewProperty
from crmsync_desktop.domain.object_proposal import OrgObject, PortalObject, Proposal
from crmsync_desktop.domain.schema import Option


class OrgObjects(Protocol):
    """Salesforce's."""

    async def custom_objects(self) -> list[OrgObject]:
        """Those whose records the connected user may read, by label. One call."""
        ...


class PortalObjects(Protocol):
    """HubSpot's. Every method raises SetupError in HubSpot's own words where it refuses: an account without Enterprise, a key
    without the scope, a name that is taken, one object or property too many."""

    async def object_types(self) -> list[PortalObject]:
        """The account's custom objects. One call."""
        ...

    async def make_object(self, wanted: Proposal) -> PortalObject:
        """Make a custom object with all its properties and what it can be associated with. One call; another one where the
        answer was lost, to see whether it was made."""
        ...

    async def make_properties(self, object: str, wanted: Sequence[NewProperty]) -> None:
        """Add properties to an object: one call for 100, and one for the group that they stand in. Those that are there
        already, by this name, are left as they are."""
        ...

    async def add_options(self, object: str, property: str, options: Sequence[Option]) -> None:
        """Add values to the list of a property, after those it has. Two calls."""
        ...

    async def join(self, object: str, target: str) -> None:
        """Let records of a custom object be associated with those of another object, where they can't be yet. One call."""
        ...
