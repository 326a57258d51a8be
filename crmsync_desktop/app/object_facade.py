"""What a person can ask for about custom objects (X1): a part of the facade."""

from __future__ import annotations

from typing import Protocol

from crmsync_desktop.app.object_views import ObjectProposalView, ObjectRequest, ObjectsView


class ObjectFacade(Protocol):
    """As app/facade.py has it."""

    async def custom_objects(self) -> ObjectsView:
        """The org's custom objects and HubSpot's (X1). Two calls."""
        ...

    async def propose_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        """What adding an object would make in HubSpot, and about what it costs; of one that was added, what its schema in
        Salesforce has that HubSpot lacks. Five calls or so; makes nothing. Raises SetupError where it can't be."""
        ...

    async def add_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        """Make that in HubSpot, and the pair here, which stays off until it is turned on. Raises SetupError in HubSpot's own
        words where it refuses."""
        ...

    async def update_object(self, name: str, request: ObjectRequest) -> ObjectProposalView:
        """Make in HubSpot what a proposal for an added object names, and map it; what was left out isn't proposed again."""
        ...

    async def remove_object(self, name: str) -> None:
        """Take a pair off: its settings, mappings and links go; both systems keep all they have."""
        ...
