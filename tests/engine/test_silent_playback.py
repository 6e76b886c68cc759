"""Playing what has no sound: the time goes on by the clock, from where it is told."""

from __future__ import annotations

import threading

import pytest

from roomtone.engine.messages import Playing
from roomtone.engine.silent_playback import SilentPlayer
from roomtone.foundation.clock import ManualClock, SystemClock
from tests.rigs.processes import until


def player(clock: ManualClock, at: float = 0.0) -> SilentPlayer:
    told: list[Playing | None] = []
    return SilentPlayer("t", at, 10.0, clock, told.append)


def test_time_goes_on_stands_still_and_is_where_it_is_put() -> None:
    clock = ManualClock()
    silent = player(clock, 2.0)
    clock.advance(1.5)
    assert silent.playing().at == pytest.approx(3.5)
    assert not silent.playing().paused
    silent.pause(True)
    clock.advance(4.0)
    assert silent.playing().at == pytest.approx(3.5)
    assert silent.playing().paused
    silent.seek(7.0)
    assert silent.playing().at == pytest.approx(7.0)
    silent.pause(False)
    clock.advance(1.0)
    assert silent.playing().at == pytest.approx(8.0)
    silent.seek(-3.0)
    assert silent.playing().at == 0.0
    clock.advance(99.0)
    assert silent.playing().at == 10.0


def test_at_the_end_it_says_so_once() -> None:
    told: list[Playing | None] = []
    silent = SilentPlayer("t", 0.0, 2.0, ManualClock(), told.append)
    silent.start()
    until(lambda: told and told[-1] is None, 10, "the end")
    silent.stop()
    assert told.count(None) == 1
    places = [playing.at for playing in told if playing is not None]
    assert places == sorted(places)
    assert 1.5 < places[-1] < 2.0


def test_one_that_is_stopped_ends_at_once() -> None:
    ended = threading.Event()
    silent = SilentPlayer("t", 0.0, 1000.0, SystemClock(), lambda playing: ended.set() if playing is None else None)
    silent.start()
    silent.stop()
    assert ended.is_set()
