"""Asking a person before something is changed."""

from __future__ import annotations

import signal

import typer

from crmsync_desktop.domain.errors import SetupError


def agreed(question: str, asking: bool) -> bool:
    """Whether a person says yes. Raises SetupError where nobody can be asked."""
    if not asking:
        raise SetupError(
            "Nothing was changed: there is nobody to ask.", "", "Say --yes to change it, or --preview only to look."
        )
    # An event loop's own handler waits for the end of what runs, which here waits for a key.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return typer.confirm(question, default=False)
    except typer.Abort:
        print()
        return False
    finally:
        signal.signal(signal.SIGINT, former)
