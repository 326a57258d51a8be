"""Where a record has its page in either CRM (S5). Pure.

An address is made of the connection's own host, checked here, and an id that has the form of that system's ids: nothing that
stands in a record can lead anywhere else.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

import msgspec

from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.reference import CUSTOM_TYPE, HUBSPOT_APP, HUBSPOT_TYPES
from crmsync_desktop.domain.values import long_id

HUBSPOT_UI: Final = "app.hubspot.com"
"""Sends a browser on to the region of the account."""
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
_LONGEST_HOST: Final = 253
_SALESFORCE_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?", re.ASCII)
_SALESFORCE_OBJECT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}", re.ASCII)
_HUBSPOT_ID: Final = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_TYPES: Final = {name: type_id for type_id, name in HUBSPOT_TYPES.items()}


class Page(msgspec.Struct, frozen=True):
    """A record and its address; where there is none, `url` is "" and `why` says so in a sentence."""

    side: Side
    object: str
    id: str
    url: str = ""
    why: str = ""


class Hosts(msgspec.Struct, frozen=True):
    """A connection's own: Salesforce's address, the host of HubSpot's window ("" where HubSpot hasn't said it), and the id of
    the portal ("" where it isn't known)."""

    salesforce_url: str
    hubspot_ui: str = ""
    portal: str = ""


def page_of(side: Side, object: str, id: str, hosts: Hosts) -> Page:
    """Where this record is shown."""
    page = _salesforce(object, id, hosts) if side is Side.SALESFORCE else _hubspot(object, id, hosts)
    return Page(side, object, id, page) if page.startswith("https://") else Page(side, object, id, why=page)


def _salesforce(object: str, id: str, hosts: Hosts) -> str:
    """The address, or why there is none. Lightning sends a browser on from the org's own host (Salesforce: My Domain)."""
    host = host_of(hosts.salesforce_url)
    if not host:
        return f"“{_short(hosts.salesforce_url)}” isn't an address that a record can be opened at."
    name = plain_object(object)
    if not is_salesforce_id(id) or not _SALESFORCE_OBJECT.fullmatch(name):
        return f"“{_short(id)}” isn't a Salesforce record's id."
    return f"https://{host}/lightning/r/{quote(name, safe='')}/{quote(id, safe='')}/view"


def _hubspot(object: str, id: str, hosts: Hosts) -> str:
    """The address, or why there is none."""
    host = hosts.hubspot_ui or HUBSPOT_UI
    if not HUBSPOT_APP.fullmatch(host):
        return f"“{_short(host)}” isn't where HubSpot shows records."
    if not _HUBSPOT_ID.fullmatch(hosts.portal):
        return "The id of the HubSpot account isn't known."
    kind = _TYPES.get(object) or (object if CUSTOM_TYPE.fullmatch(object) else "")
    if not kind:
        return f"HubSpot has no page for single {_short(object)}."
    if not _HUBSPOT_ID.fullmatch(id):
        return f"“{_short(id)}” isn't a HubSpot record's id."
    return f"https://{host}/contacts/{quote(hosts.portal, safe='')}/record/{quote(kind, safe='')}/{quote(id, safe='')}"


def host_of(url: str) -> str:
    """The host of an https address that is nothing but a host, in lower case; "" for any other."""
    scheme, found, rest = url.partition("://")
    host = rest.removesuffix("/").lower()
    if scheme != "https" or not found or len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        return ""
    return host


def is_salesforce_id(id: str) -> bool:
    """15 characters, or 18 of which the last three fit the others."""
    return bool(_SALESFORCE_ID.fullmatch(id)) and (len(id) == 15 or long_id(id[:15]) == id)


def _short(text: str) -> str:
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"
