"""The connections that exist, without their secrets."""

from __future__ import annotations

from typing import Protocol

import msgspec

from crmsync_desktop.domain.schema import Identity


class Profile(msgspec.Struct, frozen=True):
    """One Salesforce org with one HubSpot portal. `name` is also the name of its folder."""

    name: str
    salesforce_url: str
    hubspot_url: str
    practice: bool = False
    salesforce: Identity | None = None
    hubspot: Identity | None = None
    created_at: str = ""


class Profiles(Protocol):
    def all(self) -> list[Profile]:
        """By name."""
        ...

    def get(self, name: str) -> Profile | None: ...

    def save(self, profile: Profile) -> None:
        """Raises SetupError where the folder can't be written."""
        ...
