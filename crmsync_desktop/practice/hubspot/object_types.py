"""Object types: those that every portal has, and the custom ones that a portal has defined since.

Numbers of the types: HubSpot's list of object type ids. `singular` is how associations and refusals name a type.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmsync_desktop.practice.hubspot.refusals import unknown_type


@dataclass(frozen=True, slots=True)
class ObjectType:
    """`name` is the plural in paths, `type_id` HubSpot's number for it, `defaults` what a read answers unasked.

    `searched`: the properties that a search's `query` looks through. `required`: without which none can be created.
    `pipeline`: the properties that hold a record's pipeline and its stage. `group`: where its own properties stand.
    """

    name: str
    type_id: str
    singular: str
    created: str
    modified: str
    defaults: tuple[str, ...]
    searched: tuple[str, ...]
    required: tuple[str, ...] = ()
    pipeline: tuple[str, str] | None = None
    group: str = ""
    custom: bool = False


STAMPS = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")


def _activity(name: str, type_id: str, singular: str, searched: tuple[str, ...]) -> ObjectType:
    """Calls, e-mails, meetings, notes and tasks: they stand in the timeline at `hs_timestamp`, which is required."""
    return ObjectType(
        name,
        type_id,
        singular,
        "hs_createdate",
        "hs_lastmodifieddate",
        STAMPS,
        searched,
        ("hs_timestamp",),
        group=singular,
    )


OBJECT_TYPES = {
    kind.name: kind
    for kind in (
        ObjectType(
            "contacts", "0-1", "contact", "createdate", "lastmodifieddate",
            ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
            ("firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company",
             "hs_marketable_until_renewal"), group="contactinformation",
        ),
        ObjectType(
            "companies", "0-2", "company", "createdate", "hs_lastmodifieddate",
            ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"), ("name", "domain", "phone", "website"),
            group="companyinformation",
        ),
        ObjectType(
            "deals", "0-3", "deal", "createdate", "hs_lastmodifieddate",
            ("amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline"),
            ("dealname", "pipeline", "dealstage", "description", "dealtype"), (), ("pipeline", "dealstage"), "dealinformation",
        ),
        ObjectType(
            "tickets", "0-5", "ticket", "createdate", "hs_lastmodifieddate",
            ("content", "createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline", "hs_pipeline_stage",
             "hs_ticket_priority", "subject"),
            ("subject", "content", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_id"), ("hs_pipeline_stage",), ("hs_pipeline", "hs_pipeline_stage"),
            "ticketinformation",
        ),
        _activity("calls", "0-48", "call", ("hs_call_title", "hs_body_preview")),
        _activity("emails", "0-49", "email", ("hs_email_subject",)),
        _activity("meetings", "0-47", "meeting", ("hs_meeting_title", "hs_meeting_body")),
        _activity("notes", "0-46", "note", ("hs_note_body",)),
        _activity("tasks", "0-27", "task", ("hs_task_subject", "hs_task_body")),
    )
}  # fmt: skip
ACTIVITIES = ("calls", "emails", "meetings", "notes", "tasks")


class ObjectTypes:
    """The object types of one portal."""

    def __init__(self) -> None:
        self._by_name = dict(OBJECT_TYPES)
        self._aliases = {alias: kind for kind in OBJECT_TYPES.values() for alias in _aliases(kind)}

    def __iter__(self) -> Iterator[ObjectType]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> ObjectType:
        """By the name that records are kept under. Raises KeyError."""
        return self._by_name[name]

    def get(self, name: str) -> ObjectType:
        """The object type that a path names: plural, singular, number, or a custom type's names. Raises a 400 Refusal."""
        kind = self._aliases.get(name.lower())
        if kind is None:
            raise unknown_type(name)
        return kind

    def known(self, name: str) -> bool:
        """Whether `get` would find it."""
        return name.lower() in self._aliases

    def add(self, kind: ObjectType) -> None:
        """A custom type, or a changed one in the place of what it was."""
        self._by_name[kind.name] = kind
        self._aliases.update(dict.fromkeys(_aliases(kind), kind))

    def remove(self, kind: ObjectType) -> None:
        del self._by_name[kind.name]
        for alias in _aliases(kind):
            del self._aliases[alias]


def _aliases(kind: ObjectType) -> tuple[str, ...]:
    """A custom type also answers to its short name and to `p_` and its short name, as HubSpot's schema guide has it."""
    if not kind.custom:
        return (kind.name, kind.singular, kind.type_id)
    return (kind.name, kind.singular, f"p_{kind.singular}", kind.type_id)


_SHIPPED = ObjectTypes()


def object_type(name: str) -> ObjectType:
    """An object type that every portal has: plural, singular or number, in any case. Raises a 400 Refusal."""
    return _SHIPPED.get(name)
