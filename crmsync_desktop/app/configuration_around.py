"""What a configuration file is held against: the org, the portal, and what the memory holds (M6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

import msgspec

from crmsync_desktop.domain.action_rules import ActionRule
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Mapping, Pair
from crmsync_desktop.domain.object_proposal import PortalObject
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import CustomObject, Settings


async def no_objects() -> list[PortalObject]:
    """An account without custom objects."""
    return []


async def no_schemas(pair: Pair) -> dict[str, Schema]:
    """An org without custom objects."""
    raise SetupError(f"The org has no {pair.name}.")


async def nothing_against(own: CustomObject, mappings: Sequence[Mapping], schemas: dict[str, Schema]) -> None:
    """Both systems allow everything."""


class Surroundings(msgspec.Struct, frozen=True):
    """What only the org and the portal know; each may cost calls and is asked for only where the file makes it matter."""

    schemas: Callable[[str], Awaitable[dict[str, Schema]]]
    """Of a pair, by object."""
    lists: Callable[[], Awaitable[list[tuple[str, str]]]]
    """(id, name) of the active lists."""
    limit: Callable[[], Awaitable[int | None]]
    """The org's own limit of calls, where it can be had."""
    touched: Callable[
        [str, Sequence[Mapping], Sequence[Mapping], Collection[str], dict[str, Schema], Settings],
        Awaitable[dict[str, int] | None],
    ]
    """How many records a change of mappings would change: see Touched.records."""
    rule: Callable[[ActionRule], Awaitable[ActionRule]]
    """A rule of a workflow action with ids for names; raises SetupError for one that can't be."""
    now: Callable[[], Awaitable[str]]
    """HubSpot's time: what happened before doesn't count for a new rule."""
    objects: Callable[[], Awaitable[list[PortalObject]]] = no_objects
    """HubSpot's custom objects."""
    schemas_of: Callable[[Pair], Awaitable[dict[str, Schema]]] = no_schemas
    """Of a custom object, which may not be one of the pairs yet."""
    two_way: Callable[[CustomObject, Sequence[Mapping], dict[str, Schema]], Awaitable[None]] = nothing_against
    """Raises SetupError where its records can't travel from HubSpot to Salesforce."""
