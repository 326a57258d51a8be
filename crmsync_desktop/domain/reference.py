"""What a person pastes to name a record (P3): its address in either CRM, its id, or an e-mail address. Pure.

Addresses are recognised on the connection's own hosts only: another org's record of the same id is another record.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import msgspec

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.values import key_of, long_id

MOST: Final = 2_000
"""Characters that are read of what is pasted: more is no address."""
HUBSPOT_APP: Final = re.compile(r"app(-[a-z0-9]+)?\.hubspot\.com")
_SALESFORCE_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_PREFIXES: Final = {"001": "Account", "003": "Contact", "00Q": "Lead", "006": "Opportunity", "500": "Case"}
"""The first three characters of an id say whose it is (Salesforce: Object Key Prefixes)."""
HUBSPOT_TYPES: Final = {
    "0-1": "contacts",
    "0-2": "companies",
    "0-3": "deals",
    "0-5": "tickets",
    "0-27": "tasks",
    "0-46": "notes",
    "0-47": "meetings",
    "0-48": "calls",
    "0-49": "emails",
}
"""HubSpot's object type ids (Understanding the CRM). A form submission is no record of that kind."""
CUSTOM_TYPE: Final = re.compile(r"2-[1-9][0-9]{0,19}", re.ASCII)
"""The id of a custom object's type, by which its records are named here, too."""
_OLD_TYPES: Final = {"contact": "contacts", "company": "companies", "deal": "deals", "ticket": "tickets"}
_HINT: Final = "Paste the record's address from the browser, its id, or an e-mail address."


class Addresses(msgspec.Struct, frozen=True):
    """Where a connection's records have their pages: both APIs' addresses and the portal's id ("" where it isn't known)."""

    salesforce_url: str
    hubspot_url: str
    portal: str = ""


class Reference(msgspec.Struct, frozen=True):
    """What was pasted. Either `id` (of `side`, unless that can't be told, and of `object`, where its form says so) or an
    `email` in matching form."""

    id: str = ""
    side: Side | None = None
    object: str = ""
    email: str = ""


def parse_reference(text: str, addresses: Addresses) -> Reference:
    """Raises SetupError for what names no record of this connection, with what would."""
    pasted = text[: MOST + 1].strip().strip("<>\"'“”").strip()
    if not pasted or len(pasted) > MOST or not pasted.isprintable():
        raise SetupError("That names no record.", "", _HINT)
    if "://" in pasted:
        return _of_address(pasted, addresses)
    if "@" in pasted:
        return Reference(email=key_of(pasted.removeprefix("mailto:")))
    return _of_id(pasted)


def _of_id(text: str) -> Reference:
    if text.isascii() and text.isdecimal() and not text.startswith("0"):
        # Digits alone are HubSpot's; in a Salesforce id's length they might be that, too.
        return Reference(id=text, side=None if len(text) in (15, 18) else Side.HUBSPOT)
    found = _salesforce(text)
    if found is None:
        raise SetupError(f"“{_short(text)}” is no record's id.", "", _HINT)
    return found


def _salesforce(text: str) -> Reference | None:
    if not _SALESFORCE_ID.fullmatch(text):
        return None
    id = long_id(text[:15])
    if len(text) == 18 and text.upper() != id.upper():
        raise SetupError(
            f"“{text}” isn't a Salesforce id.",
            "Its last three characters don't fit the others: is a letter wrong?",
            _HINT,
        )
    return Reference(id=id, side=Side.SALESFORCE, object=_PREFIXES.get(id[:3], ""))


def _of_address(text: str, addresses: Addresses) -> Reference:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SetupError(f"“{_short(text)}” is no address.", "", _HINT) from None
    steps = [step for step in parts.path.split("/") if step]
    netloc = f"{host}:{port}" if port is not None else host
    if parts.scheme in ("https", "http"):
        if netloc in _salesforce_hosts(addresses.salesforce_url):
            return _of_salesforce(text, steps)
        if HUBSPOT_APP.fullmatch(netloc) or netloc == _netloc(addresses.hubspot_url):
            return _of_hubspot(text, steps, addresses.portal)
    raise SetupError(
        f"{_short(netloc) or 'That'} isn't where this connection's records are.",
        "",
        f"Its Salesforce org is {addresses.salesforce_url}. {_HINT}",
    )


def _of_salesforce(text: str, steps: list[str]) -> Reference:
    """/lightning/r/Contact/003…/view, /lightning/r/003…/view, and the classic /003…"""
    places = steps[2:4] if steps[:2] == ["lightning", "r"] else steps[:1]
    for step in reversed(places):
        found = _salesforce(step) if len(step) in (15, 18) else None
        if found is not None:
            return found
    raise SetupError("That page isn't a record's.", _short(text), _HINT)


def _of_hubspot(text: str, steps: list[str], portal: str) -> Reference:
    """/contacts/PORTAL/record/0-1/ID, and the older /contacts/PORTAL/contact/ID"""
    if len(steps) >= 2 and steps[0] == "contacts" and steps[1].isdecimal():
        if portal and steps[1] != portal:
            raise SetupError(
                f"That is a record of HubSpot account {steps[1]}.", f"This connection's is {portal}.", _HINT
            )
        kind = ""
        if len(steps) >= 5 and steps[2] == "record":
            kind, id = steps[3] if CUSTOM_TYPE.fullmatch(steps[3]) else HUBSPOT_TYPES.get(steps[3], "?"), steps[4]
        elif len(steps) >= 4:
            kind, id = _OLD_TYPES.get(steps[2], ""), steps[3]
        if kind and id.isascii() and id.isdecimal():
            return Reference(id=id, side=Side.HUBSPOT, object=kind.strip("?"))
    raise SetupError("That page isn't a record's.", _short(text), _HINT)


def _salesforce_hosts(url: str) -> set[str]:
    """The org's own host, and the one that Lightning shows its pages on (Salesforce: My Domain URL Formats)."""
    own = _netloc(url)
    return {own, own.replace(".my.salesforce.com", ".lightning.force.com")}


def _netloc(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port is not None else parts.hostname or ""


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
