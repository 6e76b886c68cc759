"""How the meters move: quick to rise, slow to fall, with a peak that is held and a light that stays lit."""

from __future__ import annotations

from typing import Final

import msgspec

from roomtone.studio.snapshot import LevelsView

FLOOR: Final = -60.0
# The marks stand at equal distances, which gives the loud end, where it matters, more room than a dB scale would.
MARKS: Final = (-60.0, -40.0, -20.0, -12.0, -6.0, 0.0)
LOOK_AT: Final = -12.0
_FALL_PER_SECOND: Final = 26.0
_HOLD_SECONDS: Final = 1.5
_CLIP_SECONDS: Final = 3.0
_STALE_SECONDS: Final = 0.5


def place(decibels: float) -> float:
    """Return where on the meter a level stands, from 0 to 1."""
    if decibels <= FLOOR:
        return 0.0
    for index in range(1, len(MARKS)):
        low, high = MARKS[index - 1], MARKS[index]
        if decibels < high:
            return (index - 1 + (decibels - low) / (high - low)) / (len(MARKS) - 1)
    return 1.0


class Bar(msgspec.Struct, frozen=True):
    """One channel: its level, held peak and loudness (RMS) as places from 0 to 1."""

    label: str
    level: float
    hold: float
    clipped: bool
    decibels: float


class Meters:
    """The moving state of all channels. Times are monotonic seconds; ``smooth`` off shows levels as they come."""

    def __init__(self) -> None:
        self.smooth = True
        self._channels: list[_Channel] = []
        self._told = float("-inf")

    def tell(self, levels: LevelsView, now: float) -> None:
        """Take in the newest levels."""
        labels = [label for label, *_ in levels.channels]
        if labels != [channel.label for channel in self._channels]:
            self._channels = [_Channel(label) for label in labels]
        self._told = now
        for channel, (_, peak, _, clipped) in zip(self._channels, levels.channels, strict=True):
            channel.tell(max(FLOOR, peak), clipped, now)

    def bars(self, now: float) -> tuple[Bar, ...]:
        """Return what to paint at ``now``."""
        stale = now - self._told > _STALE_SECONDS
        return tuple(channel.bar(now, self.smooth, stale) for channel in self._channels)

    def unclip(self) -> None:
        """Put the clip lights out."""
        for channel in self._channels:
            channel.clipped = float("-inf")


class _Channel:
    def __init__(self, label: str) -> None:
        self.label = label
        self.clipped = float("-inf")
        self._peak = self._level = self._hold = FLOOR
        self._held = self._moved = float("-inf")

    def tell(self, peak: float, clipped: bool, now: float) -> None:
        self._peak = peak
        if clipped:
            self.clipped = now
        if peak >= self._hold:
            self._hold, self._held = peak, now

    def bar(self, now: float, smooth: bool, stale: bool) -> Bar:
        target = FLOOR if stale else self._peak
        fall = _FALL_PER_SECOND * (now - self._moved) if self._moved > 0 else 0.0
        self._level = max(target, self._level - fall) if smooth else target
        if now - self._held > _HOLD_SECONDS:
            self._hold = max(self._level, self._hold - fall)
        self._moved = now
        lit = now - self.clipped < _CLIP_SECONDS
        return Bar(self.label, place(self._level), place(self._hold), lit, self._hold)
