"""A place for whoever wants to see each exchange with the practice orgs: a tool that holds them against a schema, say."""

from __future__ import annotations

import importlib
import os

from starlette.types import ASGIApp

from crmsync_desktop.practice.calls import System

WATCHER = "CRMSYNC_PRACTICE_WATCHER"
"""Names a function, as `module:function`, that gets an org's app and its system and gives the app to serve instead."""


def watched(app: ASGIApp, system: System) -> ASGIApp:
    """The app as the watcher wants it, or as it is where the environment names none. What faults do is outside of it.

    Raises ImportError or AttributeError for a watcher that isn't there.
    """
    named = os.environ.get(WATCHER)
    if not named:
        return app
    module, _, function = named.partition(":")
    wrapped: ASGIApp = getattr(importlib.import_module(module), function)(app, system)
    return wrapped
