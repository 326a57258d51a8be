"""Handlers of forms, and of the older endpoint that reads what was sent through them."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.bodies import read
from crmsync_desktop.practice.hubspot.forms import FORM, Forms
from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry

CHANGED = {name: kind for name, kind in FORM.items() if name != "id"}
MAX_FORMS, MAX_SUBMISSIONS = 100, 50


def _offset(ask: Ask) -> int:
    after = numeric_id(ask.query.get("after") or 0)
    if after is None:
        raise invalid("after must be the cursor of an earlier page.")
    return after


def list_forms(portal: HubSpotPortal, ask: Ask) -> Answer:
    limit, offset, kinds = ask.whole("limit", 20, most=MAX_FORMS), _offset(ask), ask.names("formTypes")
    found = Forms(portal).all(archived=ask.flag("archived"))
    found = [each for each in found if not kinds or "all" in kinds or each["formType"] in kinds]
    body: dict[str, Any] = {"results": found[offset : offset + limit]}
    if len(found) > offset + limit:
        body["paging"] = {"next": {"after": str(offset + limit), "link": f"?after={offset + limit}"}}
    return 200, body


def create_form(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 201, Forms(portal).create(read(ask.body, CHANGED))


def get_form(portal: HubSpotPortal, ask: Ask) -> Answer:
    return 200, Forms(portal).get(ask.path["form"], archived=ask.flag("archived"))


def update_form(portal: HubSpotPortal, ask: Ask) -> Answer:
    forms = Forms(portal)
    return 200, forms.update(forms.get(ask.path["form"]), read(ask.body, CHANGED), whole=False)


def replace_form(portal: HubSpotPortal, ask: Ask) -> Answer:
    forms = Forms(portal)
    return 200, forms.update(forms.get(ask.path["form"]), read(ask.body, FORM), whole=True)


def archive_form(portal: HubSpotPortal, ask: Ask) -> Answer:
    forms = Forms(portal)
    forms.archive(forms.get(ask.path["form"]))
    return 204, None


def list_submissions(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Newest first, at most 50 at once. Raises a 404 Refusal for a form that there never was."""
    limit, offset, forms = ask.whole("limit", 20, most=MAX_SUBMISSIONS), _offset(ask), Forms(portal)
    form_id = ask.path["form"]
    if form_id not in {each["id"] for each in forms.all(archived=True)}:
        forms.get(form_id)
    rows = forms.submissions(form_id, offset, limit + 1)
    body: dict[str, Any] = {"results": rows[:limit]}
    if len(rows) > limit:
        after = str(offset + limit)
        body["paging"] = {"next": {"after": after, "link": f"?after={after}"}}
    return 200, body


ENTRIES = [
    Entry("GET", "forms", "", list_forms, "after limit archived formTypes"),
    Entry("POST", "forms", "", create_form),
    Entry("GET", "forms", "/{form}", get_form, "archived"),
    Entry("PATCH", "forms", "/{form}", update_form),
    Entry("PUT", "forms", "/{form}", replace_form),
    Entry("DELETE", "forms", "/{form}", archive_form),
    Entry("GET", "submissions", "/{form}", list_submissions, "after limit"),
]
