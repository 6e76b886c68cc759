"""The running time runs smoothly, and never claims what nobody confirmed."""

from __future__ import annotations

import pytest

from roomtone.gui.presenters.elapsed import RunningTime


def test_it_moves_between_states() -> None:
    time = RunningTime()
    time.tell("a", 3.0, True, 100.0)
    assert time.at(100.02) == pytest.approx(3.02)
    time.tell("a", 3.03, True, 100.033)
    assert time.at(100.05) == pytest.approx(3.047)


def test_it_stands_still_when_nobody_confirms_it() -> None:
    time = RunningTime()
    time.tell("a", 3.0, True, 100.0)
    time.tell("a", 3.0, True, 101.0)
    assert time.at(200.0) == pytest.approx(3.5)


def test_it_never_runs_backwards() -> None:
    time = RunningTime()
    time.tell("a", 3.0, True, 100.0)
    ahead = time.at(100.2)
    time.tell("a", 3.1, True, 100.2)
    assert time.at(100.2) == ahead


def test_another_take_starts_afresh_and_a_seek_goes_back() -> None:
    time = RunningTime()
    time.tell("a", 30.0, True, 100.0)
    time.at(100.1)
    time.tell("b", 0.1, True, 100.2)
    assert time.at(100.2) == pytest.approx(0.1)
    time.tell("b", 20.0, True, 100.3)
    time.at(100.4)
    time.tell("b", 5.0, True, 100.5)
    assert time.at(100.5) == pytest.approx(5.0)


def test_a_pause_stands_where_it_is_told() -> None:
    time = RunningTime()
    time.tell("a", 3.0, True, 100.0)
    time.at(100.3)
    time.tell("a", 3.2, False, 100.3)
    assert time.at(105.0) == pytest.approx(3.2)
