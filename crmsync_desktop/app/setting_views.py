"""How a setting becomes a view, and a text that somebody typed becomes a setting."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.app.views import ChoiceView, SettingView
from crmsync_desktop.domain.errors import SetupError

LONGEST_NUMBER = 15
ON, OFF = "on", "off"
CURRENCY = 'a code of three capital letters, such as EUR, or ""'


def choice(
    key: str, section: str, title: str, choices: tuple[ChoiceView, ...], value: str, warning: str = "", help: str = ""
) -> SettingView:
    return SettingView(key, section, title, help, "choice", str(value), choices, warning=warning)


def deletion(name: str, theirs: str, ours: str, value: str) -> SettingView:
    """What a deletion in Salesforce does in HubSpot, for the pair of this name. `theirs`, `ours`: what one record is called
    in each."""
    return choice(
        f"{name}.on_salesforce_delete",
        f"Deleting {name}",
        f"When a Salesforce {theirs} is deleted",
        (
            ChoiceView(
                "delete",
                f"Delete the {ours}",
                f"The HubSpot {ours} goes to HubSpot's recycle bin, unless it was edited.",
            ),
            ChoiceView("nothing", "Do nothing", f"The HubSpot {ours} stays and is no longer synced."),
        ),
        value,
        help=f"Deleting a HubSpot {ours} never deletes anything in Salesforce.",
    )


def number(key: str, section: str, title: str, help: str, value: int, minimum: int, maximum: int) -> SettingView:
    return SettingView(key, section, title, help, "number", str(value), minimum=minimum, maximum=maximum)


def switch(key: str, section: str, title: str, help: str, value: bool, warning: str = "") -> SettingView:
    return SettingView(key, section, title, help, "switch", ON if value else OFF, warning=warning)


def currency(key: str, section: str, title: str, help: str, value: str | None) -> SettingView:
    return SettingView(key, section, title, help, "currency", value or "")


def parsed(view: SettingView, value: str) -> Any:
    """What `value` says, as the settings hold it. Raises SetupError with what would be accepted."""
    if view.kind == "switch":
        if value not in (ON, OFF):
            raise SetupError(f"“{value}” is neither on nor off.", "", f"{view.key} takes one of: {ON}, {OFF}.")
        return value == ON
    if view.kind == "choice":
        accepted = [choice.value for choice in view.choices]
        if value not in accepted:
            raise SetupError(f"“{value}” is not a choice for {view.key}.", "", f"Choose one of: {', '.join(accepted)}.")
        return value
    if view.kind == "list":
        return None if value in ("", "none") else value  # as the command line shows it
    if view.kind == "currency":
        code = value.strip().upper()
        if not is_currency(code):
            raise SetupError(f"“{value}” isn't a currency.", "", f"{view.key} takes {CURRENCY}.")
        return code or None
    low, high = view.minimum or 0, view.maximum or 0
    if not whole_number(value) or not low <= int(value) <= high:
        raise SetupError(f"“{value}” can't be {view.key}.", "", f"It takes a whole number from {low:,} to {high:,}.")
    return int(value)


def is_currency(text: str) -> bool:
    """Whether it is the code of one, or ""."""
    return not text or (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper())


def whole_number(text: str) -> bool:
    """Whether it is one, of a length that a number of calls or seconds can have (Python refuses to read the longest)."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
