"""Where in a take a moment lies: the sound is the master clock, and begins at zero."""

from __future__ import annotations

from roomtone.engine.pictures.timing import SoundClock


class Timeline:
    """Maps moments of this machine onto the seconds of a take. ``begin`` comes on the thread that captures sound."""

    def __init__(self, clock: SoundClock, rate: int) -> None:
        self.rate = rate
        self._clock = clock
        self._origin: int | None = None

    def begin(self, position: int) -> None:
        """The take's first sample is this one of the stream; later calls change nothing."""
        if self._origin is None:
            self._origin = position

    def seconds_at(self, moment: float) -> float | None:
        """Return the seconds of the take's sound at ``moment`` (monotonic); ``None`` before its first sample came."""
        if self._origin is None:
            return None
        return (self._clock.position(moment) - self._origin) / self.rate
