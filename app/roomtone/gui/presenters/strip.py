"""The waveform of a take that grows: columns on a span of time that doubles when it is full."""

from __future__ import annotations

from array import array
from typing import Final, Protocol

FIRST_SPAN: Final = 30.0


class Peaks(Protocol):
    """What a waveform offers: pairs of int16, one for each ``bucket`` frames at ``rate``."""

    rate: int
    bucket: int

    @property
    def lows(self) -> array[int]: ...

    @property
    def highs(self) -> array[int]: ...


def span_for(seconds: float) -> float:
    """Return the shortest span, 30 s doubled as often as needed, that holds ``seconds`` with some room."""
    span = FIRST_SPAN
    while seconds > span * 0.98:
        span *= 2
    return span


class GrowingStrip:
    """Columns of (low, high) in -1…1 for a growing track; only what is new is computed.

    ``columns`` maps to ``span`` seconds; ``update`` returns the columns that changed as a half-open range.
    """

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.span = FIRST_SPAN
        self.columns: list[tuple[float, float]] = []

    def update(self, peaks: Peaks, span: float) -> tuple[int, int]:
        """Read what was added to ``peaks``, for a lane of ``span`` seconds."""
        if peaks.rate <= 0 or peaks.bucket <= 0:
            return (0, 0)
        first = max(0, len(self.columns) - 1)
        if span == self.span * 2:
            first = self._halve()
        elif span != self.span:
            self.columns, first = [], 0
        rescaled, self.span = span != self.span, span
        step = span * peaks.rate / peaks.bucket / self.width
        count = len(peaks.lows)
        last = min(self.width, int(count / step) + 1) if count else 0
        del self.columns[first:]
        for column in range(first, last):
            start = int(column * step)
            end = min(count, max(start + 1, int((column + 1) * step)))
            if start >= count:
                break
            self.columns.append((min(peaks.lows[start:end]) / 32767, max(peaks.highs[start:end]) / 32767))
        return (0 if rescaled else min(first, len(self.columns)), len(self.columns))

    def _halve(self) -> int:
        """Merge columns two by two; return the first that must be computed again."""
        old = self.columns
        whole = max(0, (len(old) - 1) // 2)
        self.columns = [
            (min(old[2 * at][0], old[2 * at + 1][0]), max(old[2 * at][1], old[2 * at + 1][1])) for at in range(whole)
        ]
        return whole
