"""What is wrong with pictures, as far as they show it themselves: black, frozen, slow, silent."""

from __future__ import annotations

import math
import zlib
from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from roomtone.devices.pictures.messages import Condition
from roomtone.devices.pictures.sources import Promise

_BLACK_SECONDS: Final = 2.0
_SILENT_SECONDS: Final = 1.0
_RATE_SECONDS: Final = 3.0
_SLOW_SHARE: Final = 0.7
# After a pause like this arrives what was held up meanwhile, faster than the camera ever sends.
_PAUSE_SECONDS: Final = 0.5
# A cap on the lens leaves about 2 % of the brightness as noise; the darkest room with a face in it has 6 %.
_BLACK_SHARE: Final = 0.035
# Every so many rows are looked at. Noise makes every row of a live picture differ from that of the last one.
_EVERY: Final = 16


class Judge:
    """Judges the frames of one source. Times are arrivals by the monotonic clock, in seconds."""

    def __init__(self, now: float) -> None:
        self._arrivals: deque[float] = deque()
        self._last = now
        self._dark_since: float | None = None
        self._print = 0
        self._same_since = now
        self._still_seconds = 0.0
        self._usual = 0.0
        self._paused = -math.inf
        self._promised = 0.0

    @property
    def fps(self) -> float:
        """How many frames a second came during the last three, 0 before there are two."""
        if len(self._arrivals) < 2 or self._arrivals[-1] <= self._arrivals[0]:
            return 0.0
        return (len(self._arrivals) - 1) / (self._arrivals[-1] - self._arrivals[0])

    def frame(self, luma: npt.NDArray[np.uint8], *, full_range: bool, arrival: float, promise: Promise) -> None:
        """Look at a frame's brightness, shape (height, width)."""
        if arrival - self._last > _PAUSE_SECONDS:
            self._paused = arrival
        self._last = arrival
        self._promised, self._still_seconds = promise.fps, promise.still_seconds
        self._arrivals.append(arrival)
        while arrival - self._arrivals[0] > _RATE_SECONDS:
            self._arrivals.popleft()
        if self._measured and arrival - self._paused > 2 * _RATE_SECONDS:
            self._usual = max(self._usual, self.fps)
        rows = np.ascontiguousarray(luma[_EVERY // 2 :: _EVERY] if luma.shape[0] > _EVERY else luma)
        if not _dark(rows, full_range=full_range, screen=not promise.still_seconds):
            self._dark_since = None
        elif self._dark_since is None:
            self._dark_since = arrival
        fingerprint = zlib.crc32(rows.data)
        if fingerprint != self._print:
            self._print, self._same_since = fingerprint, arrival

    def verdict(self, now: float) -> Condition:
        """Return what is wrong now."""
        if now - self._last > _SILENT_SECONDS:
            return Condition.SILENT
        if self._dark_since is not None and now - self._dark_since >= _BLACK_SECONDS:
            return Condition.BLACK
        if self._still_seconds and now - self._same_since >= self._still_seconds:
            return Condition.FROZEN
        # A source that promises nothing is held to the best that it did.
        if self._measured and self.fps < _SLOW_SHARE * (self._promised or self._usual):
            return Condition.SLOW
        return Condition.FINE

    @property
    def _measured(self) -> bool:
        """Whether the last three seconds are full of frames."""
        return len(self._arrivals) > 2 and self._arrivals[-1] - self._arrivals[0] > _RATE_SECONDS * 0.9


def _dark(rows: npt.NDArray[np.uint8], *, full_range: bool, screen: bool) -> bool:
    """Return whether a picture is black. A screen may be dark, but not all of it, the mouse aside."""
    if screen:
        return bool(np.count_nonzero(rows > 20) < rows.size / 1000)
    black, span = (0.0, 255.0) if full_range else (16.0, 219.0)
    return bool((float(rows.mean()) - black) / span < _BLACK_SHARE)
