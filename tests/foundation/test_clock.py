"""Clocks: the manual one moves when it is told to and only then."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from roomtone.foundation.clock import Clock, ManualClock, Signal, SystemClock


def test_a_manual_clock_moves_by_what_is_waited_and_advanced() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    clock = ManualClock(start)
    event = threading.Event()
    assert not clock.wait(event, 2.5)
    clock.advance(0.5)
    assert clock.monotonic() == 3.0
    assert clock.now() == start + timedelta(seconds=3)
    event.set()
    assert clock.wait(event, 1.0)


def test_a_manual_clock_never_goes_back() -> None:
    clock = ManualClock()
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-0.1)
    assert clock.monotonic() == 0.0


def test_the_system_clock_speaks_utc_and_does_not_wait_for_a_set_event() -> None:
    clock: Clock = SystemClock()
    event = threading.Event()
    event.set()
    before = clock.monotonic()
    assert clock.wait(event, 3600.0)
    assert not clock.wait(threading.Event(), -1.0)
    assert clock.monotonic() >= before
    assert clock.now().tzinfo is UTC


def test_a_signal_is_an_event_that_stays_set_until_it_is_cleared() -> None:
    clock = SystemClock()
    signal = Signal()
    assert not signal.is_set()
    assert not clock.wait(signal, 0.001)
    for _ in range(2):
        signal.set()
        signal.set()
        assert signal.is_set()
        assert clock.wait(signal, 3600.0)
        assert signal.wait()
        signal.clear()
        signal.clear()
        assert not signal.is_set()
        assert not clock.wait(signal, -1.0)


def test_a_signal_wakes_who_waits_for_it() -> None:
    signal, answer = Signal(), threading.Event()

    def answer_all() -> None:
        for _ in range(100):
            signal.wait()
            signal.clear()
            answer.set()

    waiting = threading.Thread(target=answer_all)
    waiting.start()
    for _ in range(100):
        signal.set()
        assert answer.wait(10)
        answer.clear()
    waiting.join()
