"""Connect a Salesforce org with a HubSpot portal: check both tokens, then keep them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from crmsync_desktop.app.runner import Systems
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import CONTACTS
from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.profiles import Profile, Profiles
from crmsync_desktop.ports.secrets import Secrets

SALESFORCE_TOKEN = "salesforce_token"  # noqa: S105 - the name under which it is kept
HUBSPOT_TOKEN = "hubspot_token"  # noqa: S105
RESERVED = "practice"
"""Starting the practice orgs over forgets what its folder remembers."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}")


def check_name(name: str) -> str:
    """A connection's name is also its folder's. Raises SetupError."""
    if not NAME.fullmatch(name) or name.endswith((".", " ")):
        raise SetupError(
            f"“{name}” can't be the name of a connection.",
            "",
            "Use up to 60 letters, digits, spaces, dots, hyphens and underscores, beginning with a letter or digit.",
        )
    if name.lower() == RESERVED:
        raise SetupError(f"“{name}” is the name of the connection to the practice orgs.", "", "Choose another name.")
    return name


def check_url(system: str, url: str) -> str:
    """https, or plain http for this machine only. Raises SetupError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SetupError(f"“{url}” isn't an address of {system}.", "", "It looks like https://acme.my.salesforce.com.")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise SetupError(
            f"{system} must be reached over https.", url, "Plain http is accepted only for an address of this machine."
        )
    return url.rstrip("/")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def connect(
    profiles: Profiles,
    secrets: Secrets,
    sign_in: Callable[[Profile, str, str], Awaitable[Systems]],
    *,
    name: str,
    salesforce_url: str,
    hubspot_url: str,
    salesforce_token: str,
    hubspot_token: str,
    now: str,
) -> Profile:
    """Sign in to both, see that the objects of the contacts pair are there, then keep tokens (in the keyring) and profile.
    Raises SetupError for a name or address that can't be, a token that isn't accepted, or a missing keyring."""
    check_name(name)
    if profiles.get(name) is not None:
        raise SetupError(f"There is a connection “{name}” already.", "", "Choose another name.")
    profile = Profile(
        name=name,
        salesforce_url=check_url("Salesforce", salesforce_url),
        hubspot_url=check_url("HubSpot", hubspot_url),
        created_at=now,
    )
    for system, token in (("Salesforce", salesforce_token), ("HubSpot", hubspot_token)):
        if not token.strip():
            raise SetupError(f"There is no access token for {system}.", "", "Give one line for each, Salesforce first.")
    systems = await sign_in(profile, salesforce_token.strip(), hubspot_token.strip())
    try:
        identities = {side: await systems.crms[side].identity() for side in Side}
        await systems.crms[Side.SALESFORCE].schemas(CONTACTS.salesforce)
        await systems.crms[Side.HUBSPOT].schemas((CONTACTS.hubspot,))
    finally:
        for crm in systems.crms.values():
            await crm.close()
    await secrets.put(name, SALESFORCE_TOKEN, salesforce_token.strip())
    await secrets.put(name, HUBSPOT_TOKEN, hubspot_token.strip())
    profile = Profile(
        name=profile.name,
        salesforce_url=profile.salesforce_url,
        hubspot_url=profile.hubspot_url,
        salesforce=identities[Side.SALESFORCE],
        hubspot=identities[Side.HUBSPOT],
        created_at=now,
    )
    profiles.save(profile)
    return profile
