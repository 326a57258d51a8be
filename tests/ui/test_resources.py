"""What the window draws with is there, is used, and has its licence beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import crmsync_desktop.ui
from crmsync_desktop.ui.look import Look
from crmsync_desktop.ui.resources import resource

SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(crmsync_desktop.ui.__file__).parent.glob("*.py"))


def test_every_bundled_icon_is_used_and_tinted_by_its_palette() -> None:
    icons = sorted(resource("icons").glob("*.svg"))
    assert len(icons) > 20
    assert [icon.name for icon in icons if f'"{icon.stem}"' not in SOURCES] == []
    assert [icon.name for icon in icons if 'stroke="currentColor"' not in icon.read_text()] == []


def test_the_licences_stand_beside_what_they_license() -> None:
    assert "ISC License" in resource("icons", "LICENSE").read_text()
    assert "SIL Open Font License" in resource("fonts", "OFL.txt").read_text()
    assert {path.suffix for path in resource("fonts").iterdir()} == {".ttf", ".txt"}


@pytest.mark.window
def test_the_font_is_the_bundled_one_in_all_its_weights(look: Look) -> None:
    from PySide6.QtGui import QFont, QFontInfo
    from PySide6.QtWidgets import QApplication

    font = QFont(QApplication.font())
    assert QFontInfo(font).family() == "Inter"
    for weight, style in ((400, "Regular"), (500, "Medium"), (600, "SemiBold")):
        font.setWeight(QFont.Weight(weight))
        assert QFontInfo(font).styleName() == style


@pytest.mark.window
def test_every_icon_named_in_the_sources_can_be_drawn(look: Look) -> None:
    named = set(re.findall(r'(?:Glyph\([^,]+, |tint\([^,]+, |pixmap\(|show_icon\()"([a-z0-9-]+)"', SOURCES))
    assert len(named) > 10
    for name in named:
        assert not look.pixmap(name).isNull()
