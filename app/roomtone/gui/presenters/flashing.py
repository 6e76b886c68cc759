"""When the window is white in the sync self-test. Times are monotonic seconds, given by the caller."""

from __future__ import annotations

from roomtone.studio.flashing import EVERY_SECONDS, FLASH_SECONDS


class FlashRhythm:
    """Flashes once a second from the moment the test began."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def running(self) -> bool:
        """Whether a test runs."""
        return self._since is not None

    def run(self, on: bool, now: float) -> None:
        """Begin at ``now``, or end. What runs already goes on in its rhythm."""
        if not on:
            self._since = None
        elif self._since is None:
            self._since = now

    def white(self, now: float) -> bool:
        """Return whether the window is white at ``now``."""
        return self._since is not None and (now - self._since) % EVERY_SECONDS < FLASH_SECONDS
