"""Everything can be read, in light and in dark."""

from __future__ import annotations

import dataclasses

import pytest

from crmsync_desktop.ui.palette import DARK, LIGHT, MARKS_ON, TEXT_ON, Palette, contrast


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_text_has_a_contrast_of_at_least_four_and_a_half(palette: Palette) -> None:
    poor = {
        (ink, ground): round(contrast(getattr(palette, ink), getattr(palette, ground)), 2)
        for ink, ground in TEXT_ON
        if contrast(getattr(palette, ink), getattr(palette, ground)) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_marks_have_a_contrast_of_at_least_three(palette: Palette) -> None:
    poor = [(m, g) for m, g in MARKS_ON if contrast(getattr(palette, m), getattr(palette, g)) < 3]
    assert poor == []


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def test_both_palettes_fill_every_role_differently_for_their_scheme() -> None:
    for field in dataclasses.fields(Palette):
        assert getattr(LIGHT, field.name)
        assert getattr(DARK, field.name)
    assert contrast(LIGHT.canvas, "#ffffff") < 1.2
    assert contrast(DARK.canvas, "#000000") < 1.2
