"""Masks and lines lie where the picture is."""

from __future__ import annotations

import pytest

from roomtone.gui.presenters.framing import ASPECTS, Area, fit, outside, ratio_of

ROOM: Area = (10.0, 20.0, 320.0, 180.0)


@pytest.mark.parametrize(("aspect", "ratio"), [
    ("16:9", 16 / 9), ("9:16", 9 / 16), ("2.39:1", 2.39), ("1:1", 1.0), ("", 0.0), ("wide", 0.0), ("4:0", 0.0),
])  # fmt: skip
def test_an_aspect_is_read_as_people_write_it(aspect: str, ratio: float) -> None:
    assert ratio_of(aspect) == pytest.approx(ratio)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_what_is_kept_lies_in_the_middle_and_is_as_large_as_can_be(aspect: str) -> None:
    left, top, width, height = fit(ratio_of(aspect), ROOM)
    assert left - 10 == pytest.approx(330 - left - width)
    assert top - 20 == pytest.approx(200 - top - height)
    assert width == pytest.approx(320) or height == pytest.approx(180)
    if aspect:
        assert width / height == pytest.approx(ratio_of(aspect))


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_mask_and_what_it_keeps_are_the_whole_picture(aspect: str) -> None:
    kept = fit(ratio_of(aspect), ROOM)
    covered = sum(side[2] * side[3] for side in outside(kept, ROOM))
    assert covered + kept[2] * kept[3] == pytest.approx(320 * 180)
