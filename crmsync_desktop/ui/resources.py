"""Where the bundled files are: in the package when it is installed, beside it in the repository."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def resource(*parts: str) -> Path:
    """The path of a bundled file: `resource("icons", "pause.svg")`."""
    installed = _PACKAGE / "_resources"
    return (installed if installed.is_dir() else _PACKAGE.parent / "resources").joinpath(*parts)
