"""Time-lapses: a picture each so many seconds, for as long as the window lives."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.queueing import QueueThread
from roomtone.studio.timetable import Timetable

LEAST_SECONDS: Final = 0.2
MOST_SECONDS: Final = 24 * 3600.0


class Lapses:
    """``snap`` (draft, source) takes the picture, on the thread of the cameras; ``failed`` hears why it could not."""

    def __init__(
        self,
        clock: Clock,
        timetable: Timetable,
        cameras: QueueThread,
        snap: Callable[[str, str], None],
        failed: Callable[[str, RoomtoneError], None],
    ) -> None:
        self._clock = clock
        self._timetable = timetable
        self._cameras = cameras
        self._snap = snap
        self._failed = failed
        self._lock = threading.Lock()
        self._running: dict[str, tuple[str, float]] = {}

    def every(self, draft: str) -> float:
        """Return how many seconds lie between two pictures of a draft; 0 while none are taken."""
        with self._lock:
            return self._running.get(draft, ("", 0.0))[1]

    def run(self, draft: str, source: str, every: float) -> None:
        """Take the first picture now, and one each ``every`` seconds. Raises ``UsageError``."""
        if not (math.isfinite(every) and LEAST_SECONDS <= every <= MOST_SECONDS):
            raise UsageError(
                "bad-pace",
                "The time-lapse was not begun",
                f"A picture each {every:g} s cannot be taken",
                f"Choose from {LEAST_SECONDS:g} seconds to a day",
            )
        with self._lock:
            self._running[draft] = (source, every)
        self._plan(draft, self._clock.monotonic())

    def stop(self, draft: str) -> None:
        """Take no more pictures."""
        with self._lock:
            self._running.pop(draft, None)
        self._timetable.cancel(f"lapse {draft}")

    def _plan(self, draft: str, due: float) -> None:
        self._timetable.at(f"lapse {draft}", due, lambda: self._cameras.put(lambda: self._take(draft, due)))

    def _take(self, draft: str, due: float) -> None:
        with self._lock:
            source, every = self._running.get(draft, ("", 0.0))
        if not every:
            return
        try:
            self._snap(draft, source)
        except RoomtoneError as error:
            # The camera may be back for the next one.
            self._failed(draft, error)
        # The rhythm is that of the clock, not of how long a picture took; pictures that were missed are not made up.
        late = self._clock.monotonic() - due
        if self.every(draft):
            self._plan(draft, due + every * max(1, math.ceil(late / every)))
