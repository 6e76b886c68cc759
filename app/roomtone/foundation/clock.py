"""Time is passed in. Nothing else in Roomtone asks the system what time it is."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Signal(threading.Event):
    """An event for a thread that waits many times a second: waiting costs half of what it costs elsewhere.

    One thread waits and clears, any may set.
    """

    def __init__(self) -> None:
        super().__init__()
        # Free while the signal is set.
        self._gate = threading.Lock()
        self._gate.acquire()

    def is_set(self) -> bool:
        return not self._gate.locked()

    def set(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._gate.release()

    def clear(self) -> None:
        self._gate.acquire(blocking=False)

    def wait(self, timeout: float | None = None) -> bool:
        if not self._gate.acquire(timeout=-1 if timeout is None else timeout):
            return False
        self.set()
        return True


class Clock(Protocol):
    """A source of time. The caller keeps one per process and hands it on."""

    def now(self) -> datetime:
        """Return the wall-clock time in UTC. It may jump; never subtract two of them to measure."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go backwards."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until ``event`` is set, at most ``seconds``; return whether it is set."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(max(0.0, seconds))


class ManualClock:
    """A clock that moves when it is told to: for simulators and for repeatable demonstrations."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.advance(seconds)
        return event.is_set()

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        if seconds < 0:
            raise ValueError("a clock cannot go backwards")
        self._elapsed += seconds
