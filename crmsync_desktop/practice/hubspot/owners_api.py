"""Handlers of owners."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.hubspot.portal import HubSpotPortal
from crmsync_desktop.practice.hubspot.records import numeric_id
from crmsync_desktop.practice.hubspot.refusals import invalid
from crmsync_desktop.practice.hubspot.routing import Answer, Ask, Entry


def list_owners(portal: HubSpotPortal, ask: Ask) -> Answer:
    """Pages by id; `email` narrows to one."""
    limit, after = ask.whole("limit", 100, most=500), numeric_id(ask.query.get("after", "0"))
    if after is None:
        raise invalid("after must be the cursor of an earlier page.")
    owners = portal.directory.owners(archived=ask.flag("archived"), email=ask.query.get("email"))
    rest = sorted((owner for owner in owners if int(owner["id"]) >= after), key=lambda owner: int(owner["id"]))
    body: dict[str, Any] = {"results": rest[:limit]}
    if len(rest) > limit:
        body["paging"] = {"next": {"after": rest[limit]["id"], "link": f"?after={rest[limit]['id']}"}}
    return 200, body


def get_owner(portal: HubSpotPortal, ask: Ask) -> Answer:
    id_property = ask.query.get("idProperty", "id")
    if id_property not in ("id", "userId"):
        raise invalid(f"idProperty must be id or userId, not {id_property}.")
    return 200, portal.directory.owner(ask.path["id"], id_property, archived=ask.flag("archived"))


ENTRIES = [
    Entry("GET", "owners", "", list_owners, "email after limit archived"),
    Entry("GET", "owners", "/{id}", get_owner, "idProperty archived"),
]
