"""A timetable: a thread that has things carried out when they are due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from roomtone.foundation.clock import Clock

# Nothing is due: look again so rarely that it costs nothing.
_LONG_SECONDS: Final = 3600.0


class Timetable:
    """Tasks run on the timetable's own thread, so they must only hand over: to a ``QueueThread``."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._due: dict[str, tuple[float, Callable[[], None]]] = {}
        self._changed = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to carry out what is due."""
        self._thread.start()

    def at(self, key: str, due: float, task: Callable[[], None]) -> None:
        """Carry out ``task`` once at the monotonic time ``due``; what stood under ``key`` before is forgotten."""
        with self._lock:
            self._due[key] = (due, task)
        self._changed.set()

    def cancel(self, key: str) -> None:
        """Forget what stands under ``key``."""
        with self._lock:
            self._due.pop(key, None)

    def end(self) -> None:
        """Carry out nothing more."""
        self._ended = True
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended:
            now = self._clock.monotonic()
            with self._lock:
                ready = sorted((due, key) for key, (due, _) in self._due.items() if due <= now)
                tasks = [self._due.pop(key)[1] for _, key in ready]
                next_due = min((due for due, _ in self._due.values()), default=now + _LONG_SECONDS)
            for task in tasks:
                task()
            self._clock.wait(self._changed, next_due - now)
            self._changed.clear()
