"""Where a film is, between two times that it is told."""

from __future__ import annotations

from typing import Final

# Where the sound is said to be moves by its device's blocks; as little as this is smoothed, more is a jump.
_JUMP_SECONDS: Final = 0.25
_TRUST: Final = 0.2


class Pace:
    """The position of a film, in seconds, that goes on by itself. Moments are ``time.monotonic``."""

    def __init__(self) -> None:
        self._at = 0.0
        self._moment = 0.0
        # Whether it is known at all where it is.
        self.told = False
        self.paused = True

    def follow(self, at: float, moment: float, *, paused: bool) -> bool:
        """Take where the sound is; return whether that is elsewhere than it would have come to by itself."""
        apart = at - self.at(moment)
        jumped = not self.told or abs(apart) > _JUMP_SECONDS or (paused and apart != 0.0)
        self._at = at if jumped else at - (1.0 - _TRUST) * apart
        self._moment, self.paused, self.told = moment, paused, True
        return jumped

    def at(self, moment: float) -> float:
        """Return where the film is."""
        return self._at if self.paused else self._at + max(0.0, moment - self._moment)
