"""The colours, light and dark, and the grid.

One accent for links, focus and the primary button; amber and red only for what needs a person. Every pair of text and
ground in `TEXT_ON` has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3), every mark in `MARKS_ON` at least 3:1 (1.4.11).
"""

from __future__ import annotations

from dataclasses import dataclass

GRID = 8
"""Every distance is a multiple of this, or half of it, in device-independent pixels."""


@dataclass(frozen=True)
class Palette:
    name: str
    canvas: str
    """Behind everything."""
    surface: str
    """Cards, tables, the header."""
    sunken: str
    """Hovered rows, table headings, fields that can't be edited."""
    border: str
    control: str
    """The outline of a control that can be operated."""
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    link: str
    """The accent as text."""
    accent_soft: str
    """Selected rows and chips."""
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    track: str
    """The unused part of a meter."""
    second: str
    """The second series of a chart (HubSpot; the first is the accent)."""


LIGHT = Palette(
    name="light",
    canvas="#f6f7f9",
    surface="#ffffff",
    sunken="#f1f3f6",
    border="#e2e5ea",
    control="#858d9c",
    text="#171b22",
    muted="#59616e",
    accent="#4353d6",
    accent_hover="#3644bd",
    on_accent="#ffffff",
    link="#3f4ecb",
    accent_soft="#eceefc",
    good="#0f7350",
    good_soft="#e7f5ef",
    warn="#8a5200",
    warn_soft="#fef5e3",
    bad="#b8262f",
    bad_soft="#fdeeee",
    track="#e6e9ee",
    second="#0d8a8a",
)

DARK = Palette(
    name="dark",
    canvas="#0f1115",
    surface="#171a20",
    sunken="#1f232b",
    border="#2a2f39",
    control="#6d7686",
    text="#e9ecf1",
    muted="#a0a8b6",
    accent="#5a69ea",
    accent_hover="#4b5ad9",
    on_accent="#ffffff",
    link="#9aa6ff",
    accent_soft="#242a4a",
    good="#5fd0a3",
    good_soft="#13291f",
    warn="#f0b35a",
    warn_soft="#2e2413",
    bad="#ff8b8b",
    bad_soft="#35191c",
    track="#272c35",
    second="#45b8b8",
)

_GROUNDS = ("canvas", "surface", "sunken")
TEXT_ON = (
    *((ink, ground) for ink in ("text", "muted", "link") for ground in (*_GROUNDS, "accent_soft")),
    *((ink, ground) for ink in ("good", "warn", "bad") for ground in ("canvas", "surface", f"{ink}_soft")),
    *(("text", f"{tone}_soft") for tone in ("good", "warn", "bad")),
    *(("muted", f"{tone}_soft") for tone in ("good", "warn", "bad")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
)
MARKS_ON = (
    *((mark, ground) for mark in ("control", "accent", "second") for ground in ("canvas", "surface")),
    ("accent", "track"),
    ("second", "track"),
    ("warn", "track"),
    ("bad", "track"),
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two "#rrggbb" colours, 1–21, as WCAG defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
