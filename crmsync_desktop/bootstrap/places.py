"""Where things are: this user's folder, and what the product ships."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmsync_desktop.adapters.profiles import FolderProfiles
    from crmsync_desktop.domain.mapping import Mapping

DATA_VARIABLE = "CRMSYNC_DATA_DIR"
_NOT_OBJECTS = ("property", "rule", "builtin", "values")


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of this user's lives."""

    root: Path

    @property
    def connections(self) -> Path:
        return self.root / "connections"

    @property
    def practice_orgs(self) -> Path:
        return self.root / "practice"

    def profiles(self) -> FolderProfiles:
        from crmsync_desktop.adapters.profiles import FolderProfiles

        return FolderProfiles(self.connections)


def home() -> Home:
    """The platform's own folder for user data, or the one that CRMSYNC_DATA_DIR names."""
    if named := os.environ.get(DATA_VARIABLE):
        return Home(Path(named))
    from platformdirs import user_data_path

    return Home(user_data_path("crmsync-desktop", appauthor=False))


def resources() -> Path:
    """The resources folder: beside the package in a checkout, inside it once installed."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"


def default_mappings(pair: str) -> list[Mapping]:
    """The default mappings of a pair, from resources/default_mappings."""
    from crmsync_desktop.domain.mapping import Mapping, Rule

    document = tomllib.loads((resources() / "default_mappings" / f"{pair}.toml").read_text(encoding="utf-8"))
    return [
        Mapping(
            property=row["property"],
            salesforce={name: row[name] for name in row if name not in _NOT_OBJECTS},
            rule=Rule(row["rule"]),
            values=tuple((ours, theirs) for ours, theirs in row.get("values", [])),
            builtin=row.get("builtin", True),
        )
        for row in document["mapping"]
    ]
