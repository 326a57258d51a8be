"""A person who fills in a form of the practice portal."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.hubspot.forms import Form, Forms

FIELD_TYPES = {"email": "email", "phone": "phone"}


def fill_in(portal: HubSpotPortal, form: str, values: Mapping[str, str], page: str) -> str:
    """`form`: its id or its name. Where no form has that name, one with these fields is made first, as an editor of the
    website would. Gives the id of the contact with the e-mail address. Raises ValueError for a name that several forms
    have, and a Refusal for values that the portal doesn't take."""
    forms = Forms(portal)
    with portal.database.transaction():
        chosen = _chosen(forms, form) or _made(forms, portal, form, values)
        return str(forms.submit(str(chosen["id"]), values, page).id)


def _chosen(forms: Forms, wanted: str) -> Form | None:
    every = forms.all()
    found = [each for each in every if each["id"] == wanted] or [each for each in every if each["name"] == wanted]
    if len(found) > 1:
        raise ValueError(f"Several forms are called {wanted}; give an id: {', '.join(each['id'] for each in found)}.")
    return found[0] if found else None


def _made(forms: Forms, portal: HubSpotPortal, name: str, values: Mapping[str, str]) -> Form:
    known = portal.catalog.properties("contacts")
    fields = [
        {
            "name": each,
            "fieldType": FIELD_TYPES.get(each, "single_line_text"),
            "objectTypeId": "0-1",
            "label": known[each].json["label"] if each in known else each,
            "required": each == "email",
        }
        for each in dict.fromkeys(("email", *values))
    ]
    return forms.create({"formType": "hubspot", "name": name, "fieldGroups": [{"fields": fields}]})
