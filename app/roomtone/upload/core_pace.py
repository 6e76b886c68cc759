"""How fast and how often: back-off, body sizes, the bandwidth cap. Pure; the time is passed in."""

from __future__ import annotations

from random import Random
from typing import Final

from roomtone.wire.tus import MAX_CLIENT_BODY

BACKOFF_FIRST: Final = 0.5
BACKOFF_CAP: Final = 30.0
# A server may ask for more patience than our own cap, but not for ever.
RETRY_AFTER_CAP: Final = 600.0

MIN_BODY: Final = 16 << 10
FLOOR: Final = 128 << 10
# Where an answer takes long to come, small bodies would leave the line idle most of the time.
FAR_FLOOR: Final = 1 << 20
FAR_SECONDS: Final = 0.03
# A cut wastes at most one body, so a body is at most this part of what has passed since the last cut.
WASTE: Final = 64
BODY_SECONDS: Final = 1.0
CUT_MEMORY: Final = 60.0


class Backoff:
    """Exponential back-off with full jitter.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.attempts = 0
        self.not_before = 0.0

    def fail(self, now: float, retry_after: float = 0.0, *, first_free: bool = False) -> None:
        """Count a failure and put off the next attempt, at least by ``retry_after`` seconds.

        With ``first_free`` the first failure after a success costs no time: a broken connection is nobody's load.
        """
        ceiling = min(BACKOFF_CAP, BACKOFF_FIRST * 2.0 ** min(self.attempts, 10))
        if first_free and self.attempts == 0:
            ceiling = 0.0
        self.attempts += 1
        asked = min(retry_after, RETRY_AFTER_CAP)
        self.not_before = now + max(asked, self._random.uniform(0.0, ceiling))

    def hurry(self) -> None:
        """Let the next attempt happen at once."""
        self.not_before = 0.0

    def succeed(self) -> None:
        """Forget all failures."""
        self.attempts = 0
        self.not_before = 0.0

    def ready(self, now: float) -> bool:
        """Return whether the next attempt may be made."""
        return now >= self.not_before


class BodySize:
    """How large a body may be: large enough to be fast, small enough to lose little when a connection breaks."""

    def __init__(self) -> None:
        self._passed = 0
        self._bytes_per_second = 0.0
        self._latency = 0.0
        self._last_cut = -CUT_MEMORY
        self._limit = MAX_CLIENT_BODY

    def allowed(self, now: float, cap: int) -> int:
        """Return the most bytes that the next body may have; ``cap`` is the bandwidth cap, 0 for none."""
        far = self._latency > FAR_SECONDS and now - self._last_cut >= CUT_MEMORY
        size = max(FAR_FLOOR if far else FLOOR, self._passed // WASTE)
        if self._bytes_per_second:
            size = min(size, int(self._bytes_per_second * BODY_SECONDS))
        if cap:
            size = min(size, cap // 2)
        return min(max(size, MIN_BODY), self._limit)

    def answered(self, seconds: float) -> None:
        """A request without a large body took ``seconds``."""
        self._latency += (seconds - self._latency) / 4

    def passed(self, size: int, seconds: float) -> None:
        """A body of ``size`` bytes arrived after ``seconds``."""
        self._passed += size
        if size >= MIN_BODY and seconds > 0:
            rate = size / seconds
            self._bytes_per_second += (rate - self._bytes_per_second) / (4 if self._bytes_per_second else 1)

    def lost(self, size: int, now: float) -> None:
        """A connection broke, and ``size`` bytes have to be sent again."""
        if size > 0:
            self._passed = 0
            self._last_cut = now

    def refused(self, size: int) -> bool:
        """The server found ``size`` bytes too many; return whether smaller ones can be tried."""
        if size <= MIN_BODY:
            return False
        self._limit = max(MIN_BODY, min(self._limit, size // 2))
        return True


class Budget:
    """The bandwidth cap as a bucket that fills as time passes and that a body may overdraw once."""

    def __init__(self) -> None:
        self.cap = 0
        self._level = 0.0
        self._at = 0.0

    def set_cap(self, bytes_per_second: int, now: float) -> None:
        """Change the cap; 0 takes it off."""
        self.cap = bytes_per_second
        self._level = 0.0
        self._at = now

    def ready_at(self, now: float) -> float:
        """Return when the next body may be sent: ``now``, or later."""
        if not self.cap:
            return now
        self._level = min(self.cap / 4, self._level + (now - self._at) * self.cap)
        self._at = now
        # Rounding must not let a caller wait for a time that never quite comes.
        return now if self._level >= -1e-6 else now - self._level / self.cap

    def spend(self, size: int) -> None:
        """Count a body that is sent now."""
        if self.cap:
            self._level -= size
