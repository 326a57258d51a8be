"""Custom objects in a configuration file (X1, M6): a table each, called after the Salesforce object, with what it syncs with.

HubSpot's type ids are an account's own. So a file also has the object's internal name there, by which it is found where the
file is imported."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import tomlkit
from tomlkit.items import Table

from crmsync_desktop.app.object_words import object_settings
from crmsync_desktop.app.views import SettingView
from crmsync_desktop.domain.configuration import Plain
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.object_proposal import PortalObject
from crmsync_desktop.domain.settings import CustomObject

WIDTH: Final = 118
IDENTITY: Final = ("hubspot_name", "hubspot", "noun", "label_property", "key_property")
NEEDED: Final = ("hubspot", "noun", "label_property", "key_property")
_ABOUT: Final = (
    "Salesforce's {name} with a custom object of HubSpot: its internal name and type id there, what one record is called, the "
    "property that names a record, and the unique one that carries the Salesforce id. Where the file is imported, the object "
    "is found by its name, then by its type id. Without this table, the object is taken off."
)
Refuse = Callable[[tuple[str | int, ...], str, str], None]


def is_custom(section: str) -> bool:
    """Whether a table of the file is called after a custom object."""
    return section.endswith("__c")


def setting_names(own: CustomObject) -> dict[str, SettingView]:
    """Its settings by their names in the table."""
    return {view.key.rpartition(".")[2]: view for view in object_settings(own)}


def default_of(name: str) -> Plain:
    """What a setting of a custom object is at first."""
    plain: dict[str, Any] = msgspec.to_builtins(CustomObject("", "", "", "", ""))
    found: Plain = plain[name]
    return found


def object_table(own: CustomObject, explained: Callable[[SettingView, Plain], Sequence[str]]) -> Table:
    """The table of one custom object, without its mappings."""
    table, values = tomlkit.table(), msgspec.to_builtins(own)
    for line in textwrap.wrap(_ABOUT.format(name=own.name), WIDTH, break_on_hyphens=False):
        table.add(tomlkit.comment(line))
    for key in IDENTITY:
        table.add(key, values[key])
    table.add(tomlkit.nl())
    for name, view in setting_names(own).items():
        for line in explained(view, default_of(name)):
            for part in textwrap.wrap(line, WIDTH, break_on_hyphens=False):
                table.add(tomlkit.comment(part))
        table.add(name, values[name])
        table.add(tomlkit.nl())
    return table


def read_identity(section: str, table: dict[str, Any], refuse: Refuse) -> CustomObject:
    """The object of a table, with settings as they are at first; what is wrong is refused."""
    texts = {key: table.get(key, "") for key in IDENTITY}
    for key, value in texts.items():
        if not isinstance(value, str):
            refuse((section, key), "It isn't a text.", "It takes a text, as an export writes it.")
        elif not value and key in NEEDED:
            refuse((section, key), f"[{section}] doesn't say its {key}.", "Export anew, or add it with: objects add")
    plain = {key: value if isinstance(value, str) else "" for key, value in texts.items()}
    return CustomObject(
        section,
        plain["hubspot"],
        plain["noun"],
        plain["label_property"],
        plain["key_property"],
        hubspot_name=plain["hubspot_name"],
    )


def placed(own: CustomObject, former: CustomObject | None, there: Sequence[PortalObject]) -> CustomObject:
    """The object as it is in this account. Raises SetupError where HubSpot has none of that name or type id."""
    if former is not None and (former.hubspot, former.hubspot_name) == (own.hubspot, own.hubspot_name):
        return own
    found = next((each for each in there if own.hubspot_name and each.name == own.hubspot_name), None)
    found = found or next((each for each in there if each.id == own.hubspot), None)
    if found is None:
        known = ", ".join(f"{each.name} ({each.id})" for each in there) or "none"
        raise SetupError(
            f"HubSpot has no custom object “{own.hubspot_name or own.hubspot}” here.",
            f"It has: {known}.",
            f"Make it first with: objects add {own.name}",
        )
    return msgspec.structs.replace(own, hubspot=found.id, hubspot_name=found.name)


def associations_placed(property: str, types: dict[str, str]) -> str:
    """A mapping's property with the type ids of this account: `types` goes from the file's to these."""
    head, dot, target = property.partition(".")
    return f"{head}.{types[target]}" if head == "associations" and dot and target in types else property
