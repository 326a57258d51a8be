"""What is one object in Salesforce and several here: tasks, by what they stand for. And which rows of activities count.

Facts: object reference, Task (TaskSubtype: "This field isn't updateable"; IsRecurrence marks a series, whose occurrences are
tasks of their own) and Event (IsChild: the copy of a group event in an invitee's calendar; GroupEventType 3: the pattern of
a series; IsRecurrence2: an occurrence of one, and to edit that would edit all that are still to come; IsPrivate: only its
owner sees what it is about, and it belongs to nobody); "Archived Activities": only queryAll still has them.

A to-do is a task of subtype Task or of none. Nothing in Salesforce tells the tasks that were made of meetings, notes and form
submissions from to-dos, so these are read by id only. (An external id does, where the org has our field for it: to-dos are
asked for without them.) Other subtypes (ListEmail, Cadence, LinkedIn) are nobody's here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from crmsync_desktop.adapters.salesforce.external_ids import EXTERNAL_ID, OF_VARIANTS
from crmsync_desktop.adapters.salesforce.soql import text
from crmsync_desktop.domain.errors import BugError, SetupError
from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.records import Value, Write
from crmsync_desktop.domain.schema import Field, Schema
from crmsync_desktop.domain.settings import UNTOLD

TASK: Final = "Task"
EVENT: Final = "Event"
SUBTYPE: Final = "TaskSubtype"
STATUS: Final = "Status"
ACTIVITIES: Final = frozenset({TASK, EVENT})
DONE: Final = "Completed"
"""The status that Salesforce itself brings for tasks that are done."""
_SUBTYPES: Final = {"Task.Call": "Call", "Task.Email": "Email"}
_SUBJECTS: Final = {
    "Task.Call": "Call",
    "Task.Email": "Email",
    "Task.Meeting": "Meeting",
    "Task.Note": "Note",
    "Task.Form": "Form submission",
}
"""What a task is called that has no subject of its own. In Salesforce it would be listed without one."""
_KEPT_APART: Final = {
    TASK: ("IsArchived = false", "IsRecurrence = false"),
    EVENT: (
        "IsArchived = false",
        "IsRecurrence = false",
        "IsRecurrence2 = false",
        "IsChild = false",
        "IsPrivate = false",
        "GroupEventType != '3'",
    ),
}
"""By object, what live records have to meet. Deleted ones needn't: they are gone whatever they were."""


def check(objects: Iterable[str]) -> None:
    """Raises BugError for a variant that there isn't."""
    for object in objects:
        if object != plain_object(object) and object not in _SUBJECTS:
            raise BugError("There is no such variant of a Salesforce object.", object)


def subtype_of(object: str) -> str:
    """The subtype that a task is created with."""
    return _SUBTYPES.get(object, "Task")


def is_activity(object: str) -> bool:
    return plain_object(object) in ACTIVITIES


def condition(schemas: Iterable[Schema]) -> str:
    """What a query for these has to ask beside what changed; "" for an object that is read whole. Several are variants of one
    object: rows of any of them.

    Where the user can't see TaskSubtype, all tasks are to-dos. Raises SetupError for calls and emails then, and BugError for
    what can't be told from to-dos.
    """
    schemas = list(schemas)
    told = [part for schema in schemas for part in _subtypes(schema)]
    kinds = [f"({' OR '.join(f'({part})' for part in told)})"] if len(told) > 1 else told
    return " AND ".join([*kinds, *_live_ones(schemas[0])])


def kind_condition(schema: Schema) -> str:
    """What records of this object have to meet that are asked for by a value; "" where nothing can be told."""
    if plain_object(schema.object) != TASK or SUBTYPE not in schema.fields:
        return ""
    return _of_subtype(subtype_of(schema.object))


def variant_of(row: Mapping[str, object]) -> str:
    """Which object here a row of Task is; a name that isn't asked for where it is nobody's."""
    subtype = row.get(SUBTYPE) or TASK
    return TASK if subtype == TASK else f"{TASK}.{subtype}"


def _subtypes(schema: Schema) -> list[str]:
    object = schema.object
    if plain_object(object) != TASK:
        return []
    if object in UNTOLD:
        raise BugError("Tasks that stand for this can't be told from others in Salesforce.", object)
    if SUBTYPE in schema.fields:
        return [" AND ".join([_of_subtype(subtype_of(object)), *_own(schema)])]
    if object == TASK:
        return _own(schema)
    raise SetupError(
        f"The connected Salesforce user can't see the field {SUBTYPE} of tasks, so that {_NOUNS[object]} can't be told from "
        "other tasks.",
        f"{TASK}.{SUBTYPE}",
        f"Give that user read access to {SUBTYPE}, or switch off that Salesforce's {_NOUNS[object]} come to HubSpot.",
    )


def _own(schema: Schema) -> list[str]:
    """To-dos, without those that bear the mark of another variant: so that a memory that was lost doesn't bring them back."""
    if schema.object != TASK or EXTERNAL_ID not in schema.fields:
        return []
    return [f"({EXTERNAL_ID} = null OR (NOT {EXTERNAL_ID} LIKE {text(OF_VARIANTS)}))"]


def _of_subtype(subtype: str) -> str:
    own = f"{SUBTYPE} = {text(subtype)}"
    return f"({own} OR {SUBTYPE} = null)" if subtype == TASK else own


_NOUNS: Final = {"Task.Call": "calls", "Task.Email": "emails"}


def _live_ones(schema: Schema) -> list[str]:
    known = schema.fields
    parts = [part for part in _KEPT_APART.get(plain_object(schema.object), ()) if part.split()[0] in known]
    if not parts:
        return []
    return [f"(IsDeleted = true OR ({' AND '.join(parts)}))"]


def as_variant(schema: Schema, object: str, done: str | None) -> Schema:
    """The schema of Task as that of one of its variants: what a new one gets that isn't said stands as the default of its
    fields. `done` is the org's status of tasks that are done."""
    fields = dict(schema.fields)
    _give(fields, SUBTYPE, subtype_of(object))
    if SUBTYPE in fields:  # decided by the object that a record is created as
        fields[SUBTYPE] = msgspec.structs.replace(fields[SUBTYPE], createable=False)
    if object != TASK:
        _give(fields, STATUS, done)
        _give(fields, "Subject", _SUBJECTS[object])
    label = schema.label if object == TASK else f"{schema.label} ({_SUBJECTS[object].lower()})"
    return msgspec.structs.replace(schema, object=object, label=label, fields=fields)


def _give(fields: dict[str, Field], name: str, value: str | None) -> None:
    field = fields.get(name)
    if field is not None and field.createable and value is not None:
        fields[name] = msgspec.structs.replace(field, default=value)


def completed(write: Write, schema: Schema) -> dict[str, Value]:
    """The values of a create with the defaults for what it leaves out or blank."""
    given = {field.name: field.default for field in schema.fields.values() if field.default is not None}
    if not given:
        return write.values
    return {**given, **{name: value for name, value in write.values.items() if value is not None or name not in given}}
