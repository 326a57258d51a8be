"""Forms and what people sent through them.

A submission comes from a person, through the portal's own window or a page: it creates the contact with its e-mail address,
or updates it. Shapes: the forms API's own client (`formType: hubspot`, `fieldGroups`), and the older endpoint of submissions
(`conversionId`, `values` of name and value, `submittedAt` in milliseconds, newest first).
Unverified: a submission moves its contact's recent_conversion_date to its own time, and is told of at once.
Unverified: a form submission fills in lifecyclestage, but never moves it backwards.
Unverified: a form without a field for the e-mail address makes no contact, and its submissions are refused here with 400.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from crmsync_desktop.practice.hubspot.bodies import read, shape_of
from crmsync_desktop.practice.hubspot.records import Record
from crmsync_desktop.practice.hubspot.refusals import invalid, invalid_json, not_found
from crmsync_desktop.practice.hubspot.values import iso

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

FORM = shape_of(
    "id formType name createdAt updatedAt archivedAt",
    flags="archived",
    others={
        "fieldGroups": "objects",
        "configuration": "object",
        "displayOptions": "object",
        "legalConsentOptions": "object",
    },
)
GROUP = shape_of("groupType richText richTextType", others={"fields": "objects"})
FIELD = shape_of(
    "name fieldType label objectTypeId description placeholder defaultValue",
    flags="hidden required allowMultipleFiles useCountryCodeSelect",
    others={"defaultValues": "texts", "dependentFields": "objects", "options": "objects", "validation": "object"},
)
PARTS = {
    "configuration": shape_of(
        "language",
        flags="allowLinkToResetKnownValues archivable cloneable createNewContactForNewEmail editable notifyContactOwner "
        "prePopulateKnownValues recaptchaEnabled",
        others={"lifecycleStages": "objects", "notifyRecipients": "texts", "postSubmitAction": "object"},
    ),
    "displayOptions": shape_of("cssClass submitButtonText theme", flags="renderRawHtml", others={"style": "object"}),
    "legalConsentOptions": shape_of(
        "type communicationConsentText consentToProcessCheckboxLabel consentToProcessFooterText consentToProcessText "
        "lawfulBasis privacyText",
        others={"communicationsCheckboxes": "objects", "subscriptionTypeIds": "any"},
    ),
}
WRITTEN_BY_CALLER = ("name", "fieldGroups", "configuration", "displayOptions", "legalConsentOptions")
FIELD_TYPES = {"email", "phone", "mobile_phone", "single_line_text", "multi_line_text", "number", "single_checkbox",
               "multiple_checkboxes", "dropdown", "radio", "datepicker", "file", "payment_link_radio"}  # fmt: skip
CONFIGURATION = {
    "language": "en", "cloneable": True, "editable": True, "archivable": True, "recaptchaEnabled": False,
    "notifyContactOwner": False, "notifyRecipients": [], "createNewContactForNewEmail": False,
    "prePopulateKnownValues": True, "allowLinkToResetKnownValues": False,
    "postSubmitAction": {"type": "thank_you", "value": "Thanks for submitting the form."},
}  # fmt: skip
DISPLAY = {"renderRawHtml": False, "theme": "default_style", "submitButtonText": "Submit"}
Form = dict[str, Any]


class Forms:
    """The portal's forms; the caller holds the transaction for everything that writes."""

    def __init__(self, portal: HubSpotPortal) -> None:
        self._portal = portal

    def all(self, *, archived: bool = False) -> list[Form]:
        rows = self._portal.connection.execute("SELECT definition FROM form ORDER BY id")
        return [form for row in rows if (form := orjson.loads(row[0]))["archived"] == archived]

    def get(self, form_id: str, *, archived: bool = False) -> Form:
        """Raises a 404 Refusal."""
        row = self._portal.connection.execute("SELECT definition FROM form WHERE id = ?", (form_id,)).fetchone()
        if row is None or orjson.loads(row[0])["archived"] != archived:
            raise not_found(f"Form {form_id} does not exist")
        return dict(orjson.loads(row[0]))

    def create(self, given: Mapping[str, Any]) -> Form:
        """Raises a 400 Refusal."""
        if missing := [key for key in ("formType", "name", "fieldGroups") if given.get(key) in (None, "")]:
            raise invalid_json(f"Some required fields were not set: [{', '.join(missing)}]")
        if given["formType"] != "hubspot":
            raise invalid("Forms made by the API are of the type hubspot.")
        stamp = iso(self._portal.now_ms())
        form: Form = {
            "id": str(uuid.uuid4()),
            "formType": "hubspot",
            "name": given["name"],
            "createdAt": stamp,
            "updatedAt": stamp,
            "archived": False,
            "fieldGroups": self._groups(given["fieldGroups"]),
            "configuration": {**CONFIGURATION, **_part(given, "configuration")},
            "displayOptions": {**DISPLAY, **_part(given, "displayOptions")},
            "legalConsentOptions": _part(given, "legalConsentOptions") or {"type": "none"},
        }
        return self._keep(form)

    def update(self, form: Form, given: Mapping[str, Any], *, whole: bool) -> Form:
        """`whole`: PUT, which needs the name and the fields. Raises a 400 Refusal."""
        if whole and (missing := [key for key in ("name", "fieldGroups") if not given.get(key)]):
            raise invalid_json(f"Some required fields were not set: [{', '.join(missing)}]")
        changed = {**form, "updatedAt": iso(self._portal.now_ms())}
        for key in (each for each in WRITTEN_BY_CALLER if each in given):
            if key == "name":
                changed[key] = given[key]
            elif key == "fieldGroups":
                changed[key] = self._groups(given[key])
            else:
                changed[key] = {**form[key], **_part(given, key)}
        return self._keep(changed)

    def archive(self, form: Form) -> None:
        stamp = iso(self._portal.now_ms())
        self._keep({**form, "archived": True, "archivedAt": stamp, "updatedAt": stamp})

    def submit(self, form_id: str, values: Mapping[str, str], page_url: str = "") -> Record:
        """What a person fills in: {property: value}. Gives the contact. Raises a Refusal: 404 for the form, 400 for values."""
        form, portal = self.get(form_id), self._portal
        fields = {field["name"] for group in form["fieldGroups"] for field in group["fields"]}
        if unknown := sorted(set(values) - fields):
            raise invalid(f"The form {form['name']} has no field {unknown[0]}.")
        if not (email := values.get("email", "").strip().lower()):
            raise invalid("A submission needs the e-mail address.")
        kind = portal.catalog.types["contacts"]
        holder = portal.unique.holders(kind, "email", [email]).get(email)
        if holder is None:
            contact = portal.create(kind, dict(values), source="FORM")
        else:
            contact = portal.find(kind, str(holder), None)
            others = {name: value for name, value in values.items() if name != "email" and value}
            portal.update(kind, contact, others, source="FORM")
        now = portal.now_ms()
        converted = str(int(contact.properties.get("num_conversion_events") or 0) + 1)
        told = {
            "num_conversion_events": converted,
            "recent_conversion_date": iso(now),
            "recent_conversion_event_name": form["name"],
        }
        if converted == "1":
            told |= {"first_conversion_date": iso(now), "first_conversion_event_name": form["name"]}
        portal.store_changes(
            contact, {name: (contact.properties.get(name, ""), value) for name, value in told.items()}, "FORM"
        )
        body = {
            "conversionId": str(uuid.uuid4()),
            "submittedAt": now,
            "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in values.items()],
            "pageUrl": page_url,
        }
        insert = "INSERT INTO form_submission (form_id, at_ms, contact, body) VALUES (?, ?, ?, ?)"
        portal.connection.execute(insert, (form_id, now, contact.id, orjson.dumps(body).decode()))
        return contact

    def submissions(self, form_id: str, offset: int, limit: int) -> list[dict[str, Any]]:
        """Newest first, from the offset on. An archived form still has those that it got."""
        query = "SELECT body FROM form_submission WHERE form_id = ? ORDER BY at_ms DESC, id DESC LIMIT ? OFFSET ?"
        return [orjson.loads(row[0]) for row in self._portal.connection.execute(query, (form_id, limit, offset))]

    def _groups(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        groups = []
        for each in given:
            group = read(each, GROUP)
            if "fields" not in group:
                raise invalid_json("a field group must be an object with fields")
            kept = {"groupType": "default_group", "richTextType": "text", **group}
            groups.append({**kept, "fields": [self._field(field) for field in group["fields"]]})
        return groups

    def _field(self, field: dict[str, Any]) -> dict[str, Any]:
        given = read(field, FIELD)
        if not given.get("name") or given.get("fieldType") not in FIELD_TYPES:
            raise invalid_json("a field of a form needs a name and a fieldType that there is")
        kind = self._portal.catalog.types.get(given.get("objectTypeId", "0-1"))
        if given["name"] not in self._portal.catalog.properties(kind.name):
            raise invalid(f"There is no property {given['name']} of {kind.name} for a field.")
        return {"objectTypeId": kind.type_id, "required": False, "hidden": False, "label": given["name"], **given}

    def _keep(self, form: Form) -> Form:
        insert = "INSERT OR REPLACE INTO form (id, definition) VALUES (?, ?)"
        self._portal.connection.execute(insert, (form["id"], orjson.dumps(form).decode()))
        return form


def _part(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    return read(given.get(name, {}), PARTS[name])
