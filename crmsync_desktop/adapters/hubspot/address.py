"""Where a key may be sent: https anywhere, plain http to this machine alone."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from crmsync_desktop.domain.errors import SetupError


def checked_address(base_url: str) -> str:
    """The address without a trailing slash. Raises SetupError for one that a key must not be sent to."""
    try:
        parts = urlsplit(base_url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("https", "http") or not host:
        raise SetupError("The HubSpot address isn't one.", base_url, "It looks like https://api.hubapi.com.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SetupError(
            "The HubSpot address holds more than a host.", host, "Leave out user names, questions and fragments."
        )
    if parts.scheme == "http" and not _loopback(host):
        raise SetupError(
            "The HubSpot address isn't encrypted.",
            host,
            "Plain http is for practice portals on this machine; use https.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def checked_token(access_token: str) -> str:
    """The token without blanks around it. Raises SetupError, which never shows it, for one that can't be sent."""
    token = access_token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SetupError(
            "The HubSpot access key can't be right.",
            "It is empty or holds blanks, line ends or signs outside ASCII.",
            "Copy it again from HubSpot under Settings, Integrations.",
        )
    return token


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
