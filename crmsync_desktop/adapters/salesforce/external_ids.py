"""The external-id field that an admin may add to an object: with it, a create whose answer was lost finds its record for
certain, and no record is made twice."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from crmsync_desktop.domain.records import Write
from crmsync_desktop.domain.schema import Schema

EXTERNAL_ID: Final = "CRMSync_HubSpot_Id__c"
_MARK: Final = "-"
"""Between the variant of a task and the id; HubSpot's own ids are digits."""
OF_VARIANTS: Final = f"%{_MARK}%"
"""What SOQL's LIKE finds the external ids of variants by."""


def external_id_of(schema: Schema) -> str | None:
    """The field's name, where creates may fill it."""
    field = schema.fields.get(EXTERNAL_ID)
    return EXTERNAL_ID if field is not None and field.external_id and field.createable else None


def origin_of(write: Write, schema: Schema) -> str | None:
    """What the external id of a create holds. HubSpot numbers the records of each of its objects by themselves; here several
    of these become tasks. An id that the field can't hold (a form submission's) is replaced by what stands for it alone."""
    _, _, variant = write.object.partition(".")
    field = schema.fields.get(EXTERNAL_ID)
    if not variant or write.origin_id is None or field is None:
        return write.origin_id
    whole = f"{variant}{_MARK}{write.origin_id}"
    if field.length is None or len(whole) <= field.length:
        return whole
    room = field.length - len(variant) - len(_MARK)
    return f"{variant}{_MARK}{sha256(write.origin_id.encode()).hexdigest()[:room]}"
