"""The window is white when the test says so."""

from __future__ import annotations

import pytest

from roomtone.gui.presenters.flashing import FlashRhythm


def test_it_flashes_once_a_second_from_the_named_moment_on() -> None:
    rhythm = FlashRhythm()
    rhythm.run(40.5)
    white = [at for at in range(-2000, 4000) if rhythm.white(40.5 + at / 1000)]
    assert [at for at in white if at - 1 not in white] == [0, 1000, 2000, 3000]
    assert len(white) == pytest.approx(400, abs=4)


def test_without_a_test_it_is_dark() -> None:
    rhythm = FlashRhythm()
    assert not rhythm.white(0.0)
    rhythm.run(0.0)
    assert rhythm.running
    rhythm.run(None)
    assert not rhythm.white(1.05)
