"""Pages that are being written: kept on disk a moment after the writer paused, and while they do not pause."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError, UsageError
from roomtone.studio.queueing import QueueThread
from roomtone.studio.timetable import Timetable

# A pause so long has the page kept; so does writing so long without one.
PAUSE_SECONDS: Final = 0.7
MOST_SECONDS: Final = 1.5
_AGAIN_SECONDS: Final = 10.0


class Pages:
    """Holds the newest text of each page until it is kept. ``keep`` runs on the queue's thread."""

    def __init__(
        self, clock: Clock, timetable: Timetable, queue: QueueThread, keep: Callable[[str, str], None]
    ) -> None:
        self._clock = clock
        self._timetable = timetable
        self._queue = queue
        self._keep = keep
        self._lock = threading.Lock()
        # The newest text of each page, and when the first letter came that is not kept yet.
        self._texts: dict[str, tuple[str, float]] = {}

    def write(self, draft: str, text: str) -> None:
        """Take the text of a page as it is now. Returns at once."""
        now = self._clock.monotonic()
        with self._lock:
            _, since = self._texts.get(draft, ("", now))
            self._texts[draft] = (text, since)
        self._plan(draft, min(now + PAUSE_SECONDS, since + MOST_SECONDS))

    def flush(self, draft: str) -> None:
        """Keep a page now, where it was written on since.

        What the disk refuses is said, and tried again; what nobody can keep (the draft is a take by now) is only said.
        """
        with self._lock:
            waiting = self._texts.pop(draft, None)
        if waiting is None:
            return
        try:
            self._keep(draft, waiting[0])
        except UsageError:
            raise
        except RoomtoneError:
            now = self._clock.monotonic()
            with self._lock:
                self._texts.setdefault(draft, (waiting[0], now))
            self._plan(draft, now + _AGAIN_SECONDS)
            raise

    def forget(self, draft: str) -> None:
        """Keep nothing more of a page."""
        self._timetable.cancel(f"page {draft}")
        with self._lock:
            self._texts.pop(draft, None)

    def _plan(self, draft: str, due: float) -> None:
        self._timetable.at(f"page {draft}", due, lambda: self._queue.put(lambda: self.flush(draft)))

    def unkept(self) -> list[str]:
        """Return the pages that were written on and not kept yet."""
        with self._lock:
            return list(self._texts)
