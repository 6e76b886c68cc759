"""Playing what has no sound: nothing is heard, and the time goes on, with seek and pause."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from roomtone.engine.messages import Playing
from roomtone.foundation.clock import Clock

_TELL_SECONDS: Final = 0.1


class SilentPlayer:
    """As ``playback.Player``, for something ``seconds`` long of which nothing is heard."""

    def __init__(
        self, take: str, at: float, seconds: float, clock: Clock, on_change: Callable[[Playing | None], None]
    ) -> None:
        self._take = take
        self._seconds = seconds
        self._clock = clock
        self._on_change = on_change
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._paused = False
        self._at = self._bounded(at)
        self._since = clock.monotonic()
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def playing(self) -> Playing:
        """Return where playing is."""
        with self._lock:
            return Playing(self._take, self._now(), self._seconds, self._paused)

    def seek(self, at: float) -> None:
        """Go on at ``at`` seconds."""
        with self._lock:
            self._at, self._since = self._bounded(at), self._clock.monotonic()

    def pause(self, on: bool) -> None:
        """Pause, or go on where playing was paused."""
        with self._lock:
            self._at, self._since, self._paused = self._now(), self._clock.monotonic(), on

    def stop(self) -> None:
        """Stop."""
        self._ending.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _now(self) -> float:
        if self._paused:
            return self._at
        return self._bounded(self._at + self._clock.monotonic() - self._since)

    def _bounded(self, at: float) -> float:
        return min(max(0.0, at), self._seconds)

    def _run(self) -> None:
        while not self._clock.wait(self._ending, _TELL_SECONDS):
            playing = self.playing()
            if playing.at >= self._seconds and not playing.paused:
                break
            self._on_change(playing)
        self._on_change(None)
