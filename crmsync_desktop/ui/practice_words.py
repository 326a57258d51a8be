"""How the records of the practice orgs read: values in this locale, who changed one last, and what belongs to what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from crmsync_desktop.app.views import PassView
from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ports.practice import ChangedBy, Place, PracticeField, PracticeRecord, PracticeType
from crmsync_desktop.ui.words import Words

SYSTEMS: Final[dict[Place, str]] = {"salesforce": "Salesforce", "hubspot": "HubSpot"}
CHANGED_BY: Final[dict[ChangedBy, tuple[str, str, str]]] = {
    "person": ("user", "Person", "muted"),
    "sync": ("refresh-cw", "Sync", "link"),
    "automation": ("zap", "Automation", "warn"),
}
"""Icon, word and colour."""
WHO: Final[dict[ChangedBy, str]] = {
    "person": "Last changed by a person",
    "sync": "Last changed by the sync",
    "automation": "Last changed by automation in the system itself",
}
COUNTERPARTS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "Contact": (("contacts", "Email", "email"),),
    "Lead": (("contacts", "Email", "email"),),
    "Account": (("companies", "Name", "name"),),
    "contacts": (("Contact", "email", "Email"), ("Lead", "email", "Email")),
    "companies": (("Account", "name", "Name"),),
}
"""By object: where its counterpart is looked for (object, our field, theirs), first place first."""
MOST_MERGED: Final[dict[Place, int]] = {"salesforce": 3, "hubspot": 2}
"""How many records each system's own window merges at once."""
LEAD: Final = "Lead"
_NUMBERS = frozenset({"int", "long", "double", "currency", "percent", "number"})
_YES_NO = (("true", "Yes"), ("false", "No"))


def options(field: PracticeField) -> tuple[tuple[str, str], ...]:
    """(value, label) of what can be chosen, none for a field that takes any text."""
    return field.options or (_YES_NO if field.kind in ("boolean", "bool") else ())


def shown(field: PracticeField, value: str | None, words: Words) -> str:
    """A value as a person of this locale reads it; one that can't be read so stays as its system writes it."""
    if not value:
        return ""
    if choices := options(field):
        labels = dict(choices)
        return "; ".join(labels.get(part, part) for part in value.split(";"))
    try:
        if field.kind == "date":
            return words.date(value[:10])
        if field.kind == "datetime":
            return words.moment(value)
        if field.editable and field.kind in _NUMBERS:
            return words.locale.toString(float(value), "f", len(value.partition(".")[2]))
    except ValueError:
        return value
    return value


def pointed(field: PracticeField, record: PracticeRecord, *, id_too: bool) -> str | None:
    """What the record is called that a field's value points at, with its id if asked; None where it points at none."""
    name, value = record.names.get(field.name), record.values.get(field.name)
    if not name or not value or name == value:
        return None
    return f"{name} · {value.replace(';', ', ')}" if id_too else name


def changed_iso(record: PracticeRecord) -> str:
    return datetime.fromtimestamp(record.changed_at, UTC).isoformat()


def state_words(record: PracticeRecord) -> str:
    """ "" for a record that simply lives."""
    if record.state == "live":
        return ""
    return f"{record.state} into {record.successor}" if record.successor else record.state


def one_of(kind: PracticeType) -> str:
    """ "contact", "opportunity contact role": an object's label inside a sentence."""
    return kind.label[:1].lower() + kind.label[1:]


def many_of(kind: PracticeType) -> str:
    return kind.plural[:1].lower() + kind.plural[1:]


def title_of(record: PracticeRecord) -> str:
    return record.name or record.id


def short(text: str, most: int = 40) -> str:
    """A name inside a sentence or on a button, which a very long one would fill alone."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def refused_words(error: CrmSyncError) -> tuple[str, str]:
    """What an org said of a change: its sentence and what to do, and for a hover its code and fields."""
    return f"{error.title} {error.hint}".strip(), error.detail.strip("()")


def outcome(result: PassView, words: Words) -> str:
    """What a pass did, by system: "2 created, 1 updated in HubSpot"; "nothing to do"; of one that wasn't done its state."""
    if result.state != "done":
        return f"{result.state}: {result.message}" if result.message else result.state
    told = []
    for system in ("salesforce", "hubspot"):
        tallies = [tally for tally in result.tallies if tally.side == system]
        counts = {word: sum(getattr(tally, word) for tally in tallies) for word in ("created", "updated", "deleted")}
        if done := ", ".join(f"{words.number(count)} {word}" for word, count in counts.items() if count):
            told.append(f"{done} in {SYSTEMS[system]}")
    if failed := sum(tally.failed for tally in result.tallies):
        told.append(f"{words.number(failed)} failed")
    return "; ".join(told) or "nothing to do"


def ordered_fields(kind: PracticeType) -> list[PracticeField]:
    """All fields, those worth a column first, the others by their label."""
    by_name = {field.name: field for field in kind.fields}
    first = [by_name[name] for name in kind.columns if name in by_name]
    rest = [field for field in kind.fields if field.name not in kind.columns]
    return first + sorted(rest, key=lambda field: (field.label.casefold(), field.name))
