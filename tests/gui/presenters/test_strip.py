"""A waveform that grows column by column is the one that would be drawn at once."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import pytest

from roomtone.gui.presenters.strip import FIRST_SPAN, GrowingStrip, span_for


@dataclass
class Track:
    """Peaks in memory; every pair differs from its neighbours."""

    rate: int = 48_000
    bucket: int = 512
    lows: array[int] = field(default_factory=lambda: array("h"))
    highs: array[int] = field(default_factory=lambda: array("h"))

    def grow_to(self, seconds: float) -> None:
        for number in range(len(self.lows), int(seconds * self.rate / self.bucket)):
            self.lows.append(-(number * 37 % 30000))
            self.highs.append(number * 101 % 32000)


def test_a_span_has_room_and_doubles() -> None:
    assert span_for(0.0) == FIRST_SPAN
    assert span_for(29.0) == 30.0
    assert span_for(30.0) == 60.0
    assert span_for(3600.0) == 3840.0


@pytest.mark.parametrize("width", [97, 300, 331])
def test_growing_equals_drawing_at_once(width: int) -> None:
    track, strip = Track(), GrowingStrip(width)
    seconds = 0.0
    while seconds < 130.0:
        seconds += 0.7
        track.grow_to(seconds)
        strip.update(track, span_for(seconds))
    whole = GrowingStrip(width)
    whole.update(track, span_for(seconds))
    assert strip.columns == whole.columns
    assert len(strip.columns) == pytest.approx(width * seconds / span_for(seconds), abs=2)


def test_only_what_is_new_changes() -> None:
    track, strip = Track(), GrowingStrip(300)
    track.grow_to(10.0)
    assert strip.update(track, 30.0)[0] == 0
    track.grow_to(10.3)
    first, last = strip.update(track, 30.0)
    assert last - first <= 5
    assert last == len(strip.columns)
    assert strip.update(track, 60.0)[0] == 0


def test_an_unknown_waveform_has_nothing() -> None:
    assert GrowingStrip(300).update(Track(rate=0, bucket=0), 30.0) == (0, 0)
    assert GrowingStrip(300).update(Track(), 30.0) == (0, 0)
