"""Both themes can be read by everybody."""

from __future__ import annotations

from itertools import combinations

import pytest

from roomtone.gui.theme import SHAPE_PAIRS, TEXT_PAIRS, Colours, contrast, load_tokens

THEMES = {"dark": load_tokens().themes.dark, "light": load_tokens().themes.light}


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    # The grey that WCAG's own examples give as the lightest one that passes on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ffffff", "#767676") == contrast("#767676", "#ffffff")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_stands_out(theme: str, text: str, ground: str) -> None:
    colours = THEMES[theme]
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_shapes_stand_out(theme: str, shape: str, ground: str) -> None:
    colours = THEMES[theme]
    assert contrast(getattr(colours, shape), getattr(colours, ground)) >= 3.0


@pytest.mark.parametrize("theme", THEMES)
def test_no_meaning_shares_its_colour(theme: str) -> None:
    colours: Colours = THEMES[theme]
    for one, other in combinations(("record", "safe", "look", "person", "focus"), 2):
        assert getattr(colours, one) != getattr(colours, other)
