"""The pages that a person sees in a browser: allow or deny the app, and why it can't be allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from starlette.responses import HTMLResponse

_STYLE = (
    "body{font:16px sans-serif;max-width:34em;margin:4em auto;padding:0 1em;color:#16325c}"
    "button{font:inherit;padding:.5em 1.5em;margin-right:1em}label{display:block;margin:1.5em 0}"
)


def wants_page(accept: str) -> bool:
    """Whether the one who asks is a browser."""
    return "text/html" in accept


def allow_page(action: str, hidden: Mapping[str, str], people: Sequence[tuple[str, str]], scope: str) -> HTMLResponse:
    """`people` are (user id, name); whoever is chosen there is who the app acts for."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    options = "".join(f'<option value="{escape(user)}">{escape(name)}</option>' for user, name in people)
    wanted = "".join(f"<li>{escape(name)}</li>" for name in scope.split())
    return _page(
        "Allow Access?",
        f"<p>The app <b>{escape(hidden['client_id'])}</b> is asking to:</p><ul>{wanted}</ul>"
        f'<form method="post" action="{escape(action)}">{fields}'
        f'<label>Practice user <select name="user">{options}</select></label>'
        '<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>',
        200,
    )


def error_page(code: str, description: str, status: int = 400) -> HTMLResponse:
    """`error=…&error_description=…` under a heading, as Salesforce shows it."""
    text = f"error={escape(code)}&amp;error_description={escape(description)}"
    return _page("We can't authorize you because of an OAuth error.", f"<p><code>{text}</code></p>", status)


def _page(title: str, content: str, status: int) -> HTMLResponse:
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{content}"
        "<p><small>A practice org on this computer.</small></p></body></html>"
    )
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(html, status, headers)
