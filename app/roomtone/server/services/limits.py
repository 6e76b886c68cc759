"""How often somebody may ask: a bucket of tokens for each address or account, refilled as time goes by."""

from __future__ import annotations

import math
from typing import Final

from roomtone.foundation.clock import Clock
from roomtone.server.problems import RefusedError

_MOST: Final = 10_000


class Buckets:
    """One kind of limit: ``burst`` requests at once, and ``per_second`` for ever. Used on the event loop."""

    def __init__(self, clock: Clock, burst: float, per_second: float) -> None:
        self._clock = clock
        self._burst = burst
        self._rate = per_second
        # How much was left of each bucket, and when.
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, cost: float = 1.0) -> None:
        """Take from a bucket. Raises ``too-many-requests``, which says when to try again."""
        now = self._clock.monotonic()
        left = self._now(key, now)
        # What costs more than a whole bucket holds is let in when that is full.
        need = min(cost, self._burst)
        if left < need:
            seconds = math.ceil((need - left) / self._rate)
            raise RefusedError("too-many-requests", "", [(b"retry-after", str(max(1, seconds)).encode())])
        if key not in self._left and len(self._left) >= _MOST:
            self._forget(now)
        self._left[key] = (left - need, now)

    def _now(self, key: str, now: float) -> float:
        left, at = self._left.get(key, (self._burst, now))
        return min(self._burst, left + (now - at) * self._rate)

    def _forget(self, now: float) -> None:
        """Forget who has a full bucket; and everybody, where that is nobody."""
        self._left = {key: kept for key, kept in self._left.items() if self._now(key, now) < self._burst}
        if len(self._left) >= _MOST:
            self._left.clear()


class Limits:
    """All limits of a server. A whole choir may join from one address; nobody guesses a passphrase by trying."""

    def __init__(self, clock: Clock) -> None:
        # Looking at a link, joining and coming back, by address.
        self.entries = Buckets(clock, 100, 1.0)
        # Coming back under one name, whatever the address.
        self.logins = Buckets(clock, 20, 0.1)
        # What changes something, by account; and edits, each of them.
        self.writes = Buckets(clock, 2000, 100.0)
        self.edits = Buckets(clock, 10_000, 200.0)
