"""Meters rise at once, fall slowly, hold peaks, and keep the clip light lit."""

from __future__ import annotations

import pytest

from roomtone.gui.presenters.meters import MARKS, Meters, place
from roomtone.studio.snapshot import LevelsView


def levels(peak: float, clipped: bool = False) -> LevelsView:
    return LevelsView([("1", peak, peak - 10, clipped)])


def test_marks_stand_at_equal_distances() -> None:
    assert [place(mark) for mark in MARKS] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert place(-16.0) == pytest.approx(0.5)
    assert place(float("-inf")) == 0.0
    assert place(3.0) == 1.0


def test_a_peak_is_shown_at_once_and_falls_slowly() -> None:
    meters = Meters()
    meters.tell(levels(-6.0), 1.0)
    assert meters.bars(1.0)[0].level == pytest.approx(0.8)
    meters.tell(levels(-60.0), 1.1)
    assert place(-12.0) < meters.bars(1.1)[0].level < place(-6.0)
    assert meters.bars(1.4)[0].hold == pytest.approx(place(-6.0))


def test_with_less_motion_levels_are_shown_as_they_come() -> None:
    meters = Meters()
    meters.smooth = False
    meters.tell(levels(-6.0), 1.0)
    meters.bars(1.0)
    meters.tell(levels(-40.0), 1.1)
    assert meters.bars(1.1)[0].level == pytest.approx(place(-40.0))


def test_the_clip_light_stays_lit_and_can_be_put_out() -> None:
    meters = Meters()
    meters.tell(levels(0.0, clipped=True), 1.0)
    meters.tell(levels(-30.0), 1.1)
    assert meters.bars(2.0)[0].clipped
    assert not meters.bars(4.5)[0].clipped
    meters.tell(levels(0.0, clipped=True), 5.0)
    meters.unclip()
    assert not meters.bars(5.1)[0].clipped


def test_levels_that_stop_coming_fall_to_the_floor() -> None:
    meters = Meters()
    meters.tell(levels(-6.0), 1.0)
    for step in range(1, 300):
        bar = meters.bars(1.0 + step / 60)[0]
    assert (bar.level, bar.hold) == (0.0, 0.0)


def test_another_input_brings_other_bars() -> None:
    meters = Meters()
    meters.tell(levels(0.0), 1.0)
    meters.tell(LevelsView([("1", -20.0, -30.0, False), ("2", -40.0, -50.0, False)]), 1.1)
    assert [(bar.label, round(bar.level, 2)) for bar in meters.bars(1.1)] == [("1", 0.4), ("2", 0.2)]
