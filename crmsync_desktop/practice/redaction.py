"""What the log of requests may hold: no token, code or secret, wherever a request carries one."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

HIDDEN = "***"
_OPEN = frozenset({"grant_type", "redirect_uri", "response_type", "scope", "prompt", "token_type_hint"})
"""The parameters of an OAuth request that aren't secret."""
_SECRET = frozenset(
    {
        "token",
        "access_token",
        "refresh_token",
        "oauth_token",
        "id_token",
        "code",
        "code_verifier",
        "client_secret",
        "sid",
    }
)
_NAMES = _OPEN | _SECRET | {"client_id", "assertion", "username", "password", "state"}
_TOKEN_PATH = re.compile(r"(/oauth/[^?]*/(?:access|refresh)-tokens/)[^/?]+")


def about_oauth(path: str) -> bool:
    return "/oauth" in path


def plain_path(path: str) -> str:
    """Without the token that an OAuth path may name."""
    return _TOKEN_PATH.sub(rf"\g<1>{HIDDEN}", path) if path.startswith("/oauth/") else path


def plain_query(query: str) -> str:
    """With the values of secret parameters hidden; everything else as it came."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(name.lower() in _SECRET for name, _ in pairs):
        return query
    shown = [(name, HIDDEN if name.lower() in _SECRET else value) for name, value in pairs]
    return urlencode(shown, safe="*")


def plain_body(path: str, body: str) -> str:
    """A body as it may be kept. Of OAuth requests only what isn't secret; of their answers nothing but that there was
    one."""
    if not about_oauth(path) or not body:
        return body
    if body.lstrip().startswith(("{", "[", "<")):
        return HIDDEN
    shown = [
        (name if name in _NAMES else HIDDEN, value if name in _OPEN else HIDDEN)
        for name, value in parse_qsl(body, keep_blank_values=True)
    ]
    return urlencode(shown, safe="*:/") if shown else HIDDEN
