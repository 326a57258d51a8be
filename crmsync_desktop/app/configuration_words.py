"""The changes of a configuration in words (M6)."""

from __future__ import annotations

from crmsync_desktop.app.configuration_text import shown
from crmsync_desktop.app.configuration_views import ConfigurationChangeView
from crmsync_desktop.app.views import SettingView
from crmsync_desktop.domain.configuration import MappingChange, MappingPart, ObjectChange
from crmsync_desktop.domain.mapping import Mapping


def object_change(
    change: ObjectChange, settings: dict[str, SettingView], lists: dict[str, str]
) -> ConfigurationChangeView:
    key = f"{change.name}.{change.key}"
    if view := settings.get(key):
        old, new = shown(view, change.old, lists), shown(view, change.new, lists)
        return ConfigurationChangeView("setting", key, view.title, old, new, None, view.warning)
    if change.key:
        return ConfigurationChangeView("object", key, f"{change.name}: {change.key}", str(change.old), str(change.new))
    title = f"Custom object {change.name}"
    warning = "" if change.new else "Its links are forgotten here; nothing is deleted in either system."
    return ConfigurationChangeView("object", change.name, title, str(change.old), str(change.new), None, warning)


def in_words(change: MappingChange) -> tuple[str, str]:
    """(old, new) of what changes of a mapping."""
    match change.part:
        case MappingPart.ADDED:
            return "", f"{_fields(change.new)}, {change.new.rule.label}"
        case MappingPart.REMOVED:
            return f"{_fields(change.old)}, {change.old.rule.label}", ""
        case MappingPart.RULE:
            return change.old.rule.label, change.new.rule.label
        case MappingPart.FIELDS:
            return _fields(change.old), _fields(change.new)
        case MappingPart.VALUES:
            return _values(change.old), _values(change.new)


def _fields(mapping: Mapping) -> str:
    return " / ".join(f"{object}.{name}" for object, name in mapping.salesforce.items())


def _values(mapping: Mapping) -> str:
    return ", ".join(f"{hubspot} = {salesforce}" for hubspot, salesforce in mapping.values) or "no paired values"
