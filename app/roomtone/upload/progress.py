"""From bytes on the server to frames of sound: what the green line shows."""

from __future__ import annotations

from collections import deque


class Progress:
    """Maps the bytes of one growing track to its frames, by what the journal said was synced together."""

    def __init__(self) -> None:
        self._points: deque[tuple[int, int]] = deque()
        self._passed = (0, 0)

    @property
    def frames(self) -> int:
        """How many frames are synced on this computer."""
        return self._points[-1][1] if self._points else self._passed[1]

    def synced(self, size: int, frames: int) -> None:
        """The first ``size`` bytes hold ``frames`` frames."""
        last = self._points[-1] if self._points else self._passed
        if size > last[0]:
            self._points.append((size, frames))

    def frames_in(self, size: int) -> int:
        """Return how many frames the first ``size`` bytes hold, never too many. ``size`` never shrinks for long.

        Between two points the frames are taken to be spread evenly, and rounded down.
        """
        while self._points and self._points[0][0] <= size:
            self._passed = self._points.popleft()
        (size0, frames0) = self._passed
        if size < size0:
            return frames0 * size // size0
        if not self._points:
            return frames0
        (size1, frames1) = self._points[0]
        return frames0 + (frames1 - frames0) * (size - size0) // (size1 - size0)
