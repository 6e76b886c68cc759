"""A running time that moves between the states that tell it."""

from __future__ import annotations

from typing import Final

# A time that nobody confirms any more must stand still: what is shown was captured.
_TRUST_SECONDS: Final = 0.5


class RunningTime:
    """Shows a time on every frame though it is told only now and then. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._key = ""
        self._told = 0.0
        self._since = 0.0
        self._moving = False
        self._shown = 0.0

    def tell(self, key: str, seconds: float, moving: bool, now: float) -> None:
        """Say that ``key`` stood at ``seconds`` at ``now``; another key starts afresh."""
        if key != self._key or not moving or seconds + _TRUST_SECONDS < self._shown:
            self._key, self._shown = key, seconds
        elif seconds == self._told and self._moving:
            # The same figure again, in a state that tells of something else, is no confirmation.
            return
        self._told, self._since, self._moving = seconds, now, moving

    def at(self, now: float) -> float:
        """Return the time to show; it never runs backwards for one key."""
        if self._moving:
            self._shown = max(self._shown, self._told + min(_TRUST_SECONDS, max(0.0, now - self._since)))
        return self._shown
