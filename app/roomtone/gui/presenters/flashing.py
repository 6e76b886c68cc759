"""When the window is white in the sync self-test. Times are monotonic seconds, given by the caller."""

from __future__ import annotations

from roomtone.studio.flashing import EVERY_SECONDS, FLASH_SECONDS


class FlashRhythm:
    """Flashes once a second from the moment that the studio names, which may lie a little ahead."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def running(self) -> bool:
        """Whether there is anything to flash for."""
        return self._since is not None

    def run(self, since: float | None) -> None:
        """Flash from ``since`` on; ``None`` ends it."""
        self._since = since

    def white(self, now: float) -> bool:
        """Return whether the window is white at ``now``."""
        return self._since is not None and now >= self._since and (now - self._since) % EVERY_SECONDS < FLASH_SECONDS
