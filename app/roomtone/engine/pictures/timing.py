"""When pictures were taken, and where the sound was at that moment. The clocks behind it are in ``clockmap``."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from roomtone.engine.pictures.clockmap import CRYSTAL, ClockMap

__all__ = ["ClockMap", "FrameClock", "SoundClock", "Taken"]

# A server may begin with a picture that it had kept; the first ones teach nothing.
_FIRST: Final = 2
# From this share of a frame on, an arrival is out of step.
_STEP: Final = 0.6
# Arrivals closer together than this share of a frame are a queue being emptied, and say nothing about what is missing.
_QUEUE: Final = 0.5
# How strange arrivals must be, one after the other, before frames are held for missing. Strangeness is the negative
# logarithm of how often arrivals were as late as that; what is usual for it is taken off each (Page's CUSUM test).
_STRANGE: Final = 9.0
_USUAL: Final = 3.0
_KNOWN: Final = 30
_SOON: Final = 3
# For so many frames after some were held for missing it is doubted how many these were.
_PROBATION: Final = 300
_LITTLE: Final = 0.15
_EARLY: Final = 5
# If in so many frames not one came in step, frames are missing however much arrivals jitter.
_FLOOR: Final = 150
# The pace has changed, not a frame gone missing, if it is off by this share of a frame and more than chance has it.
_PACE: Final = 0.2
_RUN: Final = 64
# So many slips the same way, shortly after each other, are a change of pace.
_SLIPS: Final = 3
_RATE: Final = 128
# How long the clock of the sound remembers, and in which steps it forgets.
_STRETCH_SECONDS: Final = 0.25
_STRETCHES: Final = 12
# Later than this, in seconds, frames are held back until so many tell by their pace whether others are missing.
_PAUSE: Final = 0.75
_WITNESSES: Final = 3
# A hole in real times this many frames long means that frames are missing.
_HOLE: Final = 1.6


class Taken(NamedTuple):
    """When a picture was taken, by ``time.monotonic``; ``repeated`` if it is one that came before."""

    moment: float
    repeated: bool


class _Lateness:
    """How often arrivals were how late, in quarters of a frame. Old ones count less and less."""

    def __init__(self) -> None:
        self._bins = [0.0] * 64
        self.total = 0.0

    def add(self, periods: float) -> None:
        self._bins[min(len(self._bins) - 1, max(0, int(periods * 4)))] += 1
        self.total += 1
        if self.total >= 4096:
            self._bins = [count / 2 for count in self._bins]
            self.total /= 2

    def strangeness(self, periods: float) -> float:
        """Return the negative logarithm of the share of arrivals that were as late."""
        later = sum(self._bins[min(len(self._bins) - 1, max(0, int(periods * 4))) :])
        return -math.log((later + 0.5) / (self.total + 1))


def _pace(run: deque[tuple[float, float]]) -> float:
    """Return the slope of the straight line that is nearest to all points."""
    middle_x = sum(x for x, _ in run) / len(run)
    middle_y = sum(y for _, y in run) / len(run)
    return sum((x - middle_x) * (y - middle_y) for x, y in run) / sum((x - middle_x) ** 2 for x, _ in run)


class FrameClock:
    """When each frame of a source was taken.

    Sources that tell times are believed, by their own clock. Where they are only ``numbered``, frames that were never
    sent are noticed by those after them coming late for good, and a change of pace by their coming later and later;
    frames that were only held up keep their times.
    """

    def __init__(self) -> None:
        self._missed = 0
        self.repeated = 0
        self._map = ClockMap()
        self._numbered = False
        self._moments: deque[float] = deque(maxlen=_RATE)
        self._step = 0.0
        self._described: tuple[float, bool] | None = None
        self._begin()

    def _begin(self) -> None:
        self._source = -math.inf
        self._previous = -math.inf
        self._back: list[tuple[float, float]] = []
        self._arrival = -math.inf
        self._count = 0
        self._slips = 0
        self._lateness = _Lateness()
        self._clear_runs()
        self._floor = math.inf
        self._floor_count = 0
        self._probation = 0
        self._slipped: deque[tuple[int, bool]] = deque(maxlen=_SLIPS)
        self._recent: deque[tuple[float, float]] = deque(maxlen=_RUN)

    def _clear_runs(self) -> None:
        self._late: deque[tuple[float, float]] = deque(maxlen=_RUN)
        self._soon: deque[tuple[float, float]] = deque(maxlen=_RUN)
        self._strange: deque[float] = deque(maxlen=_RUN)
        self._score = 0.0
        self._early = 0

    @property
    def missed(self) -> int:
        """How many frames were never sent."""
        return max(0, self._missed)

    @property
    def fps(self) -> float:
        """The true mean rate of the last few seconds; 0 before anything is known."""
        if len(self._moments) < 2:
            return 0.0
        return (len(self._moments) - 1) / (self._moments[-1] - self._moments[0])

    @property
    def jitter_ms(self) -> float:
        """The standard deviation of the arrivals around the source's own clock."""
        return self._map.jitter_ms

    @property
    def drift_ppm(self) -> float:
        """How fast the source's clock runs against this machine's; 0 where it only counts, at a rate of its own."""
        drift = self._map.drift_ppm
        return drift if abs(drift) <= CRYSTAL * 1e6 else 0.0

    @property
    def settled(self) -> bool:
        """Whether enough arrived to trust it."""
        return self._map.settled

    def describe(self, fps: float, *, numbered: bool) -> None:
        """Say what kind of source it is: its promised frames a second, and whether its times only count frames."""
        if self._described == (fps, numbered):
            return
        self._described = (fps, numbered)
        step = 1 / fps if fps else 0.0
        if numbered != self._numbered or (numbered and step != self._step):
            self._map = ClockMap(free=numbered, after=self._map)
            self._begin()
        self._numbered = numbered
        self._step = step

    def restart(self) -> None:
        """The source was away; its times begin anew."""
        self._map.restart()
        self._begin()

    def ready(self, frames: Sequence[tuple[float, float]]) -> int:
        """Return of how many of these frames (source time, arrival), to be added next, the times can be known.

        After a pause, a source that only counts may go on with what was held up, at once, or with what it takes from
        then on, at its usual pace; those between were never sent. The rest is to be shown again, with the next frame.
        """
        if not self._numbered or not self._map.settled:
            return len(frames)
        period = self._step * self._map.slope
        shift = self._slips * self._step
        late = [arrival - self._map.at(source_time + shift) for source_time, arrival in frames]
        if late[-1] < _PAUSE:
            return len(frames)
        for index in range(len(frames) - 1, 0, -1):
            if frames[index][1] - frames[index - 1][1] < _QUEUE * period:
                # It waited in a queue, right before the next one; whether that one did is not known yet.
                return index
        if len(frames) < _WITNESSES:
            return 0
        self._slip(max(1, round((min(late) - self._map.mean_delay) / period)))
        return len(frames)

    def add(self, source_time: float, arrival: float, *, same: bool = False) -> Taken:
        """Take a frame's own time and its arrival; return when it was taken. Moments rise from frame to frame.

        ``same`` says that its picture is that of the frame before.
        """
        again = same or source_time == self._previous
        self._previous = source_time
        self.repeated += again
        taken = self._moment(source_time, arrival)
        self._arrival = arrival
        self._source = max(source_time, self._source)
        if not again:
            self._moments.append(taken)
        return Taken(taken, again)

    def _moment(self, source_time: float, arrival: float) -> float:
        if source_time <= self._source:
            if not self._went_back(source_time, arrival):
                return self._map.tell(self._source + self._slips * self._step, arrival)
            self.restart()
        self._back.clear()
        self._count += 1
        step = source_time - self._source
        if self._count <= _FIRST:
            return self._map.tell(source_time, arrival)
        if not self._numbered:
            self._count_holes(step)
            return self._map.add(source_time, arrival)
        self._step = self._step or step
        return self._numbered_moment(source_time, arrival)

    def _went_back(self, source_time: float, arrival: float) -> bool:
        """Whether the source's times began anew. One odd reading is no beginning."""
        if self._back and source_time <= self._back[-1][0]:
            self._back.clear()
        if source_time < self._source:
            self._back.append((source_time, arrival))
        return len(self._back) >= _SOON

    def _count_holes(self, step: float) -> None:
        if self._step and step > _HOLE * self._step and step < 60:
            self._missed += round(step / self._step) - 1
        else:
            self._step += (step - self._step) * (0.05 if self._step else 1.0)

    def _numbered_moment(self, source_time: float, arrival: float) -> float:
        at = source_time + self._slips * self._step
        self._recent.append((source_time, arrival))
        if not self._map.settled:
            return self._map.add(at, arrival)
        period = self._step * self._map.slope
        periods = (arrival - self._map.at(at)) / period
        self._probation = max(0, self._probation - 1)
        if periods <= -_STEP:
            self._take_soon(at, arrival)
        elif periods < -_LITTLE and self._probation:
            self._take_early()
        else:
            if not self._probation:
                self._soon.clear()
            self._take_late(at, arrival, periods, queued=arrival - self._arrival < _QUEUE * period)
        self._watch_floor(periods)
        # A slip may have been found.
        return self._map.tell(source_time + self._slips * self._step, arrival)

    def _take_soon(self, at: float, arrival: float) -> None:
        """Take a frame that is out of step because it came too soon, which no delay explains."""
        self._soon.append((at, arrival))
        if len(self._soon) < _SOON or self._changed_pace(self._soon):
            return
        period = self._step * self._map.slope
        self._slip(min(-1, math.ceil(max(late for late in self._periods(self._soon, period)) - 0.4)))

    def _take_early(self) -> None:
        """Take a frame that is a little too soon, after some were held for missing: they may have been too many."""
        self._early += 1
        if self._early >= _EARLY:
            self._slip(-1)

    def _periods(self, run: deque[tuple[float, float]], period: float) -> list[float]:
        return [(arrival - self._map.at(at)) / period for at, arrival in run]

    def _take_late(self, at: float, arrival: float, periods: float, *, queued: bool) -> None:
        if queued and self._score > 0:
            # What was held up arrives now. If the next one is late after that, it is for another reason.
            self._late.clear()
            return
        if self._lateness.total >= _KNOWN and not queued:
            strange = self._lateness.strangeness(periods)
            self._score = max(0.0, self._score + strange - _USUAL)
            if self._score > 0:
                self._late.append((at, arrival))
                self._strange.append(periods)
                if self._score >= _STRANGE:
                    self._explain_late()
                return
        for earlier in self._strange:
            self._lateness.add(earlier)
        self._late.clear()
        self._strange.clear()
        if not queued:
            self._lateness.add(periods)
        self._map.learn(at, arrival)

    def _explain_late(self) -> None:
        """Arrivals are stranger than chance has it: frames are missing, or come at another pace."""
        if self._changed_pace(self._late):
            return
        period = self._step * self._map.slope
        late = sorted(self._periods(self._late, period))
        usual = self._map.mean_delay / period
        self._slip(max(0, min(round(late[len(late) // 2] - usual), int(late[0] + 0.4))))

    def _changed_pace(self, run: deque[tuple[float, float]]) -> bool:
        if len(run) < 2:
            return False
        slope = self._map.slope
        pace = _pace(run)
        chance = 4 * self._map.jitter_ms / 1000 / (self._step * math.sqrt(len(run) ** 3 / 12))
        if abs(pace - slope) <= max(_PACE * slope, chance) or pace <= 0:
            return False
        self._begin_pace(run, pace)
        return True

    def _begin_pace(self, run: deque[tuple[float, float]], pace: float) -> None:
        self._map.restart(pace)
        for at, arrival in run:
            self._map.learn(at, arrival)
        self._lateness = _Lateness()
        self._clear_runs()
        self._slipped.clear()

    def _slip(self, frames: int) -> None:
        self._slipped.append((self._count, frames > 0))
        first, more = self._slipped[0]
        if len(self._slipped) == _SLIPS and self._count - first < _RUN and all(s[1] == more for s in self._slipped):
            # One after the other, and always the same way: that is another pace.
            since = min(_RUN, self._count - first + _SOON)
            shift = self._slips * self._step
            run = deque((at + shift, arrival) for at, arrival in list(self._recent)[-since:])
            if (pace := _pace(run)) > 0:
                self._begin_pace(run, pace)
                return
        self._slips += frames
        self._missed += frames
        self._clear_runs()
        self._floor, self._floor_count = math.inf, 0
        self._probation = _PROBATION

    def _watch_floor(self, periods: float) -> None:
        self._floor = min(self._floor, periods)
        self._floor_count += 1
        if self._floor_count < (_FLOOR // 3 if self._probation else _FLOOR):
            return
        frames = int(self._floor + 1 - _STEP)
        self._floor, self._floor_count = math.inf, 0
        if frames > 0:
            self._slip(frames)


class SoundClock:
    """Where the sound is at a moment, from how much of it had arrived at others. Blocks arrive when they are whole.

    Only the last few seconds count: an input that loses sound, as every one does on a machine that stands still, is
    behind from then on, and the pictures have to follow it. Within so short a time no quartz is far off.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        # For each stretch of time its number and the shortest time by which sound arrived after it began.
        self._lags: tuple[tuple[int, float], ...] = ()

    def add(self, position: int, now: float, *, lost: bool = False) -> None:
        """At ``now`` (monotonic) ``position`` frames of the stream had arrived; ``lost`` where some did not."""
        lag = now - position / self._rate
        stretch = int(now / _STRETCH_SECONDS)
        before = () if lost else self._lags
        if before and before[-1][0] == stretch:
            lag, before = min(lag, before[-1][1]), before[:-1]
        # Replaced as a whole: others look at it from their own threads.
        self._lags = (*(old for old in before if old[0] > stretch - _STRETCHES), (stretch, lag))

    def position(self, moment: float) -> float:
        """Return the position of the stream, in frames, at ``moment`` (monotonic); 0 before anything arrived."""
        lags = self._lags
        if not lags:
            return 0.0
        return (moment - min(lag for _, lag in lags)) * self._rate
