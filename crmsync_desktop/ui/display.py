"""Whether a window can be opened here: where it can't, Qt would abort the program instead of saying so."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from pathlib import Path

from crmsync_desktop.domain.errors import SetupError

_WITHOUT = "Without one, everything works in the terminal: crmsync-desktop sync --practice"


def require_display(environment: Mapping[str, str]) -> None:
    """On Linux, see that the display which Qt is going to use answers. Raises SetupError with what to do where none does.

    A Qt that was told to use another platform (offscreen, vnc …) by QT_QPA_PLATFORM is left to it.
    """
    asked = environment.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if not sys.platform.startswith("linux") or not (asked in ("", "xcb") or asked.startswith("wayland")):
        return
    if asked != "xcb" and _wayland(environment):
        return
    display = environment.get("DISPLAY", "")
    if not display:
        raise SetupError("There is no display to open the window on.", "", _WITHOUT)
    if not _x_answers(display):
        raise SetupError(f"The display “{display}” can't be reached.", "", _WITHOUT)


def _wayland(environment: Mapping[str, str]) -> bool:
    """Whether the compositor's socket is there (wl_display_connect: an absolute path, or a name in XDG_RUNTIME_DIR)."""
    name = environment.get("WAYLAND_DISPLAY", "")
    return bool(name) and Path(environment.get("XDG_RUNTIME_DIR", "/"), name).is_socket()


def _x_answers(display: str) -> bool:
    """Whether the X server lets us in, asked with the library that Qt uses. Raises SetupError where that is missing."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise SetupError("A library that the window needs is missing.", str(error)) from None
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)
