"""The window is white when the test says so."""

from __future__ import annotations

import pytest

from roomtone.gui.presenters.flashing import FlashRhythm


def test_it_flashes_once_a_second_from_the_start() -> None:
    rhythm = FlashRhythm()
    rhythm.run(True, 40.3)
    white = [at for at in range(4000) if rhythm.white(40.3 + at / 1000)]
    assert [at for at in white if at - 1 not in white] == [0, 1000, 2000, 3000]
    assert len(white) == pytest.approx(400, abs=4)


def test_another_state_of_the_same_test_keeps_the_rhythm() -> None:
    rhythm = FlashRhythm()
    rhythm.run(True, 10.0)
    rhythm.run(True, 10.5)
    assert not rhythm.white(10.5)
    assert rhythm.white(11.05)


def test_without_a_test_it_is_dark() -> None:
    rhythm = FlashRhythm()
    assert not rhythm.white(0.0)
    rhythm.run(True, 0.0)
    rhythm.run(False, 1.0)
    assert not rhythm.white(1.05)
    assert not rhythm.running
