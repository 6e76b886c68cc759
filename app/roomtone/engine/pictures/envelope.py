"""The lower envelope of arrivals: when things really happened, seen through delays that are never negative.

Whatever tells of an event late tells of it by a delay of its own, and the quickest tellings lie on one line: that of
the two clocks. The line is the one below all points that is nearest to them on the whole, which is an edge of their
lower convex hull (S. Moon, P. Skelly, D. Towsley: *Estimation and removal of clock skew from network delay
measurements*, INFOCOM 1999). Late points, however late, change nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# Clocks wander with their temperature, so that only the last minutes count.
SEGMENT_SECONDS: Final = 20.0
SEGMENTS: Final = 13
# A hull of random points has a dozen corners; more come only from points that lie on a curve.
_MAX_CORNERS: Final = 48

Point = tuple[float, float]


class Line(NamedTuple):
    """``y = base + slope * x``."""

    slope: float
    base: float

    def at(self, x: float) -> float:
        return self.base + self.slope * x


@dataclass
class _Segment:
    begins: float
    count: int = 0
    total: float = 0.0
    hull: list[Point] = field(default_factory=list)


def _push(hull: list[Point], point: Point) -> None:
    """Add a point to the right of a lower convex hull."""
    x, y = point
    while len(hull) >= 2:
        (ax, ay), (bx, by) = hull[-2], hull[-1]
        if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
            break
        hull.pop()
    hull.append(point)


class LowerEnvelope:
    """The hull of the points of the last minutes. Constant memory; points come with rising ``x``."""

    def __init__(self) -> None:
        self._segments: deque[_Segment] = deque(maxlen=SEGMENTS)

    @property
    def count(self) -> int:
        """How many points count."""
        return sum(segment.count for segment in self._segments)

    @property
    def span(self) -> float:
        """From the first to the last ``x`` that counts."""
        if not self._segments:
            return 0.0
        return self._segments[-1].hull[-1][0] - self._segments[0].hull[0][0]

    def add(self, x: float, y: float) -> None:
        """Add a point."""
        if not self._segments or not 0 <= y - self._segments[-1].begins < SEGMENT_SECONDS:
            self._segments.append(_Segment(y))
        segment = self._segments[-1]
        segment.count += 1
        segment.total += x
        _push(segment.hull, (x, y))
        if len(segment.hull) > _MAX_CORNERS:
            del segment.hull[1:-1:2]

    def edge(self) -> Line | None:
        """Return the edge below the middle of all points; ``None`` where there is none yet."""
        hull = self._hull()
        if len(hull) < 2:
            return None
        middle = sum(segment.total for segment in self._segments) / self.count
        number = next((i for i, (x, _) in enumerate(hull) if x >= middle), len(hull) - 1)
        (ax, ay), (bx, by) = hull[max(0, number - 1)], hull[max(1, number)]
        slope = (by - ay) / (bx - ax)
        return Line(slope, ay - slope * ax)

    def below(self, slope: float) -> Line:
        """Return the highest line with this slope that lies above no point."""
        corners = (corner for segment in self._segments for corner in segment.hull)
        return Line(slope, min(y - slope * x for x, y in corners))

    def _hull(self) -> list[Point]:
        hull: list[Point] = []
        for segment in self._segments:
            for point in segment.hull:
                _push(hull, point)
        return hull
