"""Without a display the window says so in one line, instead of Qt aborting the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ui.display import require_display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a display")
NOBODY = ":65432"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "no display"),
        ({"DISPLAY": NOBODY}, NOBODY),
        ({"DISPLAY": NOBODY, "QT_QPA_PLATFORM": "xcb"}, NOBODY),
        ({"WAYLAND_DISPLAY": "wayland-none", "XDG_RUNTIME_DIR": "/nowhere"}, "no display"),
        ({"DISPLAY": NOBODY, "QT_QPA_PLATFORM": "wayland;xcb"}, NOBODY),
    ],
)
def test_a_display_that_cannot_be_reached_is_refused_with_what_to_do(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SetupError) as refusal:
        require_display(environment)
    assert said in refusal.value.title
    assert "sync --practice" in refusal.value.hint


def test_a_platform_without_a_display_is_left_to_qt() -> None:
    require_display({"QT_QPA_PLATFORM": "offscreen"})
    require_display({"QT_QPA_PLATFORM": "vnc:size=800x600"})


@pytest.mark.parametrize("displays", [{}, {"DISPLAY": NOBODY}])
def test_the_command_without_arguments_ends_with_one_line_and_status_2(
    displays: dict[str, str], tmp_path: Path
) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"CRMSYNC_DATA_DIR": str(tmp_path), **displays}
    command = [sys.executable, "-m", "crmsync_desktop"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "sync --practice" in done.stderr
    assert done.stdout == ""
