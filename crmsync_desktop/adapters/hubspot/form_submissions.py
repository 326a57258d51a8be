"""What people filled in, as records of an object of this adapter's own, which is only read.

Source: HubSpot's reference of the submissions of a form (`conversionId`, `submittedAt` in milliseconds, `values` of name and
value, `pageUrl`; recorded answers have an `objectTypeId` with each value) and of forms (the fields' labels). A page's title
isn't among what HubSpot tells. A submission never changes, and can't be deleted by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from crmsync_desktop.adapters.hubspot.associations import CONTACTS
from crmsync_desktop.adapters.hubspot.form_cursor import Form
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Presence, Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.values import canonical, key_of
from crmsync_desktop.ports.crm import Want

FORM_SUBMISSIONS: Final = "form_submissions"
_CONTACT_TYPE: Final = "0-1"
_LONGEST_LABEL: Final = 100
_FIELDS: Final = (
    ("subject", "Form", Kind.TEXT),
    ("body", "What was filled in", Kind.LONG_TEXT),
    ("submitted_at", "Submitted at", Kind.DATETIME),
    ("form_id", "Form id", Kind.ID),
    ("page_url", "Page", Kind.URL),
    (CONTACTS, "Contact", Kind.PLACES),
)


def submissions_schema(read_at: str) -> Schema:
    """HubSpot has no definitions of these: nothing of them can be written."""
    fields = {
        name: Field(
            name,
            label,
            kind,
            "association" if kind is Kind.PLACES else "form submission",
            createable=False,
            updateable=False,
            calculated=True,
            refers_to=("contacts",) if kind is Kind.PLACES else (),
        )
        for name, label, kind in _FIELDS
    }
    return Schema(Side.HUBSPOT, FORM_SUBMISSIONS, "Form submissions", fields, read_at)


def form_of(given: Mapping[str, Any]) -> Form:
    """From the definition of a form: its name, and what each field is called on the page."""
    labels: dict[str, str] = {}
    for group in _objects(given.get("fieldGroups")):
        for field in _objects(group.get("fields")):
            name, label = str(field.get("name") or ""), " ".join(str(field.get("label") or "").split())
            if label and label != name:
                labels.setdefault(_field_of(field, name), label[:_LONGEST_LABEL])
    return Form(str(given.get("name") or given.get("id")), labels)


def id_of(form_id: str, row: Mapping[str, Any]) -> str:
    """HubSpot's own id of it; where it has none, a digest of all that it holds."""
    if own := str(row.get("conversionId") or ""):
        return own
    told = json.dumps([form_id, row.get("submittedAt"), row.get("values"), row.get("pageUrl")], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def submitted_ms(row: Mapping[str, Any]) -> int:
    """Milliseconds since the epoch; 0 for a row without a time."""
    at = row.get("submittedAt")
    return int(at) if isinstance(at, int | float) else 0


def email_of(row: Mapping[str, Any]) -> str:
    """The address that was filled in, "" for none and for what can't be one: it would have HubSpot refuse those beside it."""
    for each in _objects(row.get("values")):
        if each.get("name") == "email" and str(each.get("objectTypeId") or _CONTACT_TYPE) == _CONTACT_TYPE:
            email = key_of(str(each.get("value") or ""))
            return email if email.count("@") == 1 and not any(map(str.isspace, email)) else ""
    return ""


def observed(want: Want, form_id: str, form: Form, row: Mapping[str, Any], contact: Cell) -> Observed:
    """`contact`: the id of the contact with that address, None where there is none, UNSEEN where that can't be seen."""
    moment = canonical(Kind.DATETIME, str(submitted_ms(row))) if submitted_ms(row) else None
    cells: dict[str, Cell] = {
        "subject": canonical(Kind.TEXT, f"Form submission: {form.name}"),
        "body": canonical(Kind.LONG_TEXT, _body(form, row)),
        "submitted_at": moment,
        "form_id": form_id,
        "page_url": canonical(Kind.URL, str(row.get("pageUrl") or "")),
        CONTACTS: f"contacts/{contact}" if contact else contact,
    }
    shown = [cells.get(name, UNSEEN) for name in want.fields]
    return Observed(Side.HUBSPOT, FORM_SUBMISSIONS, id_of(form_id, row), moment or "", Presence.LIVE, shown)


def _body(form: Form, row: Mapping[str, Any]) -> str:
    """A line for each field that was filled in, several values of one in its line; then the page."""
    filled: dict[str, list[str]] = {}
    for each in _objects(row.get("values")):
        if value := str(each.get("value") if each.get("value") is not None else "").strip():
            name = str(each.get("name"))
            filled.setdefault(form.labels.get(_field_of(each, name), name), []).append(value)
    lines = [f"{label}: {'; '.join(values)}" for label, values in filled.items()]
    if url := str(row.get("pageUrl") or "").strip():
        lines += ["", f"Page: {url}"] if lines else [f"Page: {url}"]
    return "\n".join(lines)


def _field_of(given: Mapping[str, Any], name: str) -> str:
    kind = str(given.get("objectTypeId") or _CONTACT_TYPE)
    return name if kind == _CONTACT_TYPE else f"{kind}/{name}"


def _objects(given: object) -> list[dict[str, Any]]:
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
