"""What is particular about calls, e-mails, meetings, notes and tasks.

Source: HubSpot's guides to each. `hs_timestamp` is required of all of them, and is where they stand in the timeline (of a
task: when it is due). An e-mail has its body in `hs_email_html` where it was sent or logged with one, and else only as plain
text in `hs_email_text`: such an e-mail shows its text here as the HTML of it, so that one property always has the body.
Only reading does so; what is written to the body goes into `hs_email_html`, and the text stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from crmsync_desktop.domain.schema import Schema

TITLES: Final = {
    "calls": "hs_call_title",
    "emails": "hs_email_subject",
    "meetings": "hs_meeting_title",
    "notes": "",
    "tasks": "hs_task_subject",
}
ENGAGEMENTS: Final = frozenset(TITLES)
BODIES: Final = {
    "calls": "hs_call_body",
    "emails": "hs_email_html",
    "meetings": "hs_meeting_body",
    "notes": "hs_note_body",
    "tasks": "hs_task_body",
}
PLAIN_BODY: Final = "hs_email_text"
TIMESTAMP: Final = "hs_timestamp"
_START: Final = "hs_meeting_start_time"
_NEW: Final = {"emails": {"hs_email_direction": "EMAIL", "hs_email_status": "SENT"}}
"""What a new record says of itself unless something else is mapped: an e-mail that stands in Salesforce was sent from a
CRM, and has arrived."""


def completed(object_name: str, properties: Mapping[str, str], schema: Schema) -> dict[str, str]:
    """The properties of a new record with what HubSpot needs besides: a meeting stands in the timeline at its start."""
    more = {name: text for name, text in _NEW.get(object_name, {}).items() if name in schema.fields}
    if object_name == "meetings" and not properties.get(TIMESTAMP) and properties.get(_START):
        more[TIMESTAMP] = properties[_START]
    return {**more, **{name: text for name, text in properties.items() if text or name not in more}}


def read_along(object_name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Properties that have to be read for those that are wanted."""
    return (PLAIN_BODY,) if object_name == "emails" and BODIES["emails"] in names else ()


def show_plain_body(properties: dict[str, Any]) -> None:
    """Put an e-mail's text in the place of HTML that it doesn't have. A body that the answer leaves out stays unseen."""
    body = BODIES["emails"]
    if body in properties and not (properties[body] or "").strip() and (text := properties.get(PLAIN_BODY)):
        properties[body] = escape(text.strip(), quote=False).replace("\r\n", "\n").replace("\n", "<br>")
