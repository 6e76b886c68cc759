"""The practice tone: an input for machines that have none, and for trying things out.

A soft A that swells and fades every four seconds, so that one hears and sees that something goes by.
"""

from __future__ import annotations

import numpy as np

from roomtone.devices.streams import Chunk
from roomtone.foundation.clock import Clock

_PERIOD = 4.0
_PITCH = 220.0


class PracticeToneStream:
    """An input stream paced by a clock."""

    def __init__(self, rate: int, channels: int, clock: Clock) -> None:
        self._rate = rate
        self._channels = channels
        self._clock = clock
        self._start = clock.monotonic()
        self._read = 0
        self._closed = False

    @property
    def rate(self) -> int:
        return self._rate

    @property
    def channels(self) -> int:
        return self._channels

    def read(self) -> Chunk:
        end = self.arrived()
        time = np.arange(self._read, end, dtype=np.float64) / self._rate
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * time / _PERIOD)
        tone = (np.sin(2 * np.pi * _PITCH * time) + 0.3 * np.sin(4 * np.pi * _PITCH * time)) * swell * 0.25
        self._read = end
        return Chunk(np.repeat(tone.astype(np.float32)[:, np.newaxis], self._channels, axis=1))

    def arrived(self) -> int:
        return int((self._clock.monotonic() - self._start) * self._rate)

    def active(self) -> bool:
        return not self._closed

    def close(self) -> None:
        self._closed = True
