"""What an import of a configuration would change, or why it can't be: frozen values, as those of app/views.py."""

from __future__ import annotations

import msgspec


class ConfigurationChangeView(msgspec.Struct, frozen=True):
    """One line of the difference. `kind`: setting, added, removed, fields, rule, values. `old` and `new` are in words;
    "" where there is none. `records`: how many linked records a mapping's change would change, each as it is next looked
    at; None where that can't be told, as for a setting."""

    kind: str
    key: str
    """As the file has it: "allocation", "contacts.jobtitle"."""
    title: str
    old: str
    new: str
    records: int | None = None
    warning: str = ""


class ConfigurationProblemView(msgspec.Struct, frozen=True):
    """Why a file can't be imported. `line` 0: the file as a whole. `accepted` says what would be."""

    line: int
    key: str
    message: str
    accepted: str = ""


class ConfigurationDiffView(msgspec.Struct, frozen=True):
    """What an import would change, or has changed. With a problem there are no changes and nothing is written."""

    changes: tuple[ConfigurationChangeView, ...]
    problems: tuple[ConfigurationProblemView, ...] = ()
