"""A clock that is only seen through delays, mapped onto this machine's monotonic clock.

The quickest arrivals tell (``envelope``), over the whole time that a source is open, in constant time and memory.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import Final

from roomtone.engine.pictures.envelope import Line, LowerEnvelope

# No quartz is further off, warm or cold.
CRYSTAL: Final = 1000e-6
# What an ordinary one is off by: one standard deviation.
_ORDINARY: Final = 100e-6
# How far a promised frame rate may be from the real one, as a factor either way.
_FREE: Final = 3.0
# The line is found again this often, and whenever a quicker arrival shows that it was too late.
_REFIT_SECONDS: Final = 0.25
# Sooner than the quickest way by this much, and so many times in a row: the source's clock has jumped.
_SOONER: Final = 0.15
_JUMP_COUNT: Final = 4
# Later than the quickest way by as much for so long, without coming closer: it has jumped the other way.
_LATER: Final = 0.25
_LATER_SECONDS: Final = 3.0
_LATER_SPREAD: Final = 0.12
# From how many arrivals, and from how many spacings of the quickest of them, it is told how near these can be.
_LATELY: Final = 256
_SPACINGS: Final = 6
# A line through fewer arrivals than this says nothing about its slope.
_FEW: Final = 8
_SETTLED_COUNT: Final = 30
_SETTLED_SECONDS: Final = 2.0
# What is told rises by at least this, whatever is learnt meanwhile.
_RISE: Final = 1e-3


class ClockMap:
    """Maps a clock ``x`` onto the monotonic clock ``y``, both in seconds, from pairs (x, arrival).

    An arrival is the true time and a delay that is never negative. ``free`` means that ``x`` may run at another rate
    by tens of per cent, because it only counts; otherwise it is taken for a quartz.
    """

    def __init__(self, *, free: bool = False, after: ClockMap | None = None) -> None:
        """What is told begins ``after`` what another map told last."""
        self._free = free
        self._paced = False
        # What the slope is held for as long as little is known.
        self._centre = 1.0
        self._last: float = after._last if after is not None else -math.inf
        self._jitter = 0.0
        self._mean = 0.0
        self._start(Line(1.0, 0.0))

    def _start(self, line: Line) -> None:
        self._envelope = LowerEnvelope()
        self._line = line
        self._origin: tuple[float, float] | None = None
        self._newest = -math.inf
        self._fitted = -math.inf
        self._sooner: list[tuple[float, float]] = []
        self._later_since: float | None = None
        self._later_low = math.inf
        self._later_high = 0.0
        self._seen = 0
        self._lately: deque[tuple[float, float]] = deque(maxlen=_LATELY)

    @property
    def settled(self) -> bool:
        """Whether enough arrived to trust it."""
        return self._envelope.count >= _SETTLED_COUNT and self._envelope.span >= _SETTLED_SECONDS

    @property
    def slope(self) -> float:
        """How many seconds of ``y`` one second of ``x`` takes."""
        return self._line.slope

    @property
    def drift_ppm(self) -> float:
        """How fast ``x`` runs against ``y``, in millionths."""
        return (1.0 / self._line.slope - 1.0) * 1e6

    @property
    def jitter_ms(self) -> float:
        """The standard deviation of the arrivals around the line, over the last minute or so."""
        return math.sqrt(self._jitter) * 1000

    @property
    def count(self) -> int:
        """How many arrivals it was told of since it began, or began anew."""
        return self._seen

    @property
    def mean_delay(self) -> float:
        """How long arrivals take on average, in seconds, more than the quickest."""
        return self._mean

    def restart(self, slope: float | None = None) -> None:
        """Forget where ``x`` began, because it begins anew; what is told goes on rising.

        ``slope`` is its new pace, where it has changed.
        """
        self._paced = slope is not None
        if slope is not None or self.settled:
            self._centre = slope or self._line.slope
        self._start(Line(self._centre, 0.0))

    def at(self, x: float) -> float:
        """Return when ``x`` was."""
        ox, oy = self._origin or (0.0, 0.0)
        return oy + self._line.at(x - ox)

    def x_at(self, y: float) -> float:
        """Return what ``x`` was at ``y``."""
        ox, oy = self._origin or (0.0, 0.0)
        return ox + (y - oy - self._line.base) / self._line.slope

    def add(self, x: float, arrival: float) -> float:
        """Take one pair; return when ``x`` truly was. What is returned rises from call to call."""
        if x <= self._newest:
            # Told twice, or out of order: it teaches nothing.
            return self.tell(x, arrival)
        late = arrival - self.at(x) if self._origin else 0.0
        if self._seen and self._has_jumped(x, late, arrival):
            self.restart()
        if not self._sooner:
            self.learn(x, arrival)
        return self.tell(x, arrival)

    def tell(self, x: float, arrival: float) -> float:
        """Return when ``x`` was, which was not after ``arrival``, without learning from it."""
        moment = arrival if self._origin is None or self._sooner else min(self.at(x), arrival)
        self._last = max(moment, self._last + _RISE)
        return self._last

    def learn(self, x: float, arrival: float) -> None:
        """Take a pair in, without telling or doubting. ``x`` rises from pair to pair."""
        if self._origin is None:
            self._origin = (x, arrival)
        late = arrival - self.at(x)
        self._newest = x
        self._seen += 1
        point = (x - self._origin[0], arrival - self._origin[1])
        self._envelope.add(*point)
        self._lately.append(point)
        if late < 0 or arrival - self._fitted >= _REFIT_SECONDS:
            self._fitted = arrival
            line = self._fit()
            self._line = Line(line.slope, line.base - self._gap(line))
            late = arrival - self.at(x)
        weight = max(1.0 / self._seen, 1e-3)
        apart = late - self._mean
        self._mean += weight * apart
        self._jitter += weight * (apart * (late - self._mean) - self._jitter)

    def _fit(self) -> Line:
        edge = self._envelope.edge()
        if edge is None or self._envelope.count < _FEW:
            return self._envelope.below(self._centre)
        off = edge.slope / self._centre - 1
        doubt = self._slope_doubt(edge) / self._centre
        if self._paced or (self._free and abs(off) > CRYSTAL + 2 * doubt):
            # It counts, and the rate that was promised for its counting is not the real one.
            return edge if 1 / _FREE <= edge.slope <= _FREE else self._envelope.below(self._centre)
        # The less was seen, the more it is held for an ordinary quartz.
        known = _ORDINARY**2 / (_ORDINARY**2 + doubt**2)
        return self._envelope.below(self._centre * (1 + max(-CRYSTAL, min(CRYSTAL, known * off))))

    def _gap(self, line: Line) -> float:
        """Return how far even the quickest arrival is expected to be above the true line.

        That is as far as the quickest arrivals are apart from each other: the spacings of the smallest of many
        independent values have the same mean as the first of them has from its bound.
        """
        late = heapq.nsmallest(_SPACINGS + 1, (y - line.at(x) for x, y in self._lately))
        if len(late) <= _SPACINGS:
            return 0.0
        return (late[-1] - late[0]) / _SPACINGS * len(self._lately) / self._envelope.count

    def _slope_doubt(self, edge: Line) -> float:
        """Return how wrong the slope of the edge may be: its corners lie above the true line by chance."""
        delay = sum(y - edge.at(x) for x, y in self._lately) / len(self._lately)
        return 16 * delay / self._envelope.count / max(self._envelope.span / 2, 1e-3)

    def _has_jumped(self, x: float, late: float, arrival: float) -> bool:
        """Whether the source's clock is another one now. One odd reading is put aside, not believed."""
        if late < -_SOONER and self._seen >= _SETTLED_COUNT:
            self._sooner.append((x, arrival))
            return len(self._sooner) >= _JUMP_COUNT
        self._sooner.clear()
        if late < _LATER:
            self._later_since = None
            return False
        if self._later_since is None:
            self._later_since, self._later_low, self._later_high = arrival, math.inf, 0.0
        self._later_low = min(self._later_low, late)
        self._later_high = max(self._later_high, late)
        lasting = arrival - self._later_since >= _LATER_SECONDS
        if lasting and self._later_high - self._later_low > max(_LATER_SPREAD, 6 * math.sqrt(self._jitter)):
            # It comes closer, or wanders: a line that is held up. Look again from here.
            self._later_since = None
            return False
        return lasting
