"""Which picture is shown at each tick of a constant rate, by the times at which the pictures were taken.

The nearest picture is never further away than half a tick. When a camera's clock and the ticks differ, how far away it
is makes a saw: it rises until a picture is left out, or shown twice, and falls back. A few teeth of a saw have a mean
and a slope that depend on where the first one happens to begin, so that picture and sound would seem to drift apart by
some milliseconds. Looking for the picture nearest to a moment beside the tick, by a little more or less as time goes
on, takes both away, and costs none of the teeth more than a fraction of its height.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from roomtone.takes.opening import opened

Times = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

# A saw with fewer teeth than this has no trend that could be told from its one tooth.
_TEETH: Final = 2
_ROUNDS: Final = 8
# As far beside a tick, in parts of it, may the moment be whose picture is shown.
_MOST_BESIDE: Final = 1 / 8


def picture_times(path: Path) -> Times:
    """Return when each picture of a film is shown, in seconds of the file, rising. Raises like ``opened``."""
    with opened(path) as film:
        stream = film.streams.video[0]
        base = float(stream.time_base or 0)
        stamps = [packet.pts for packet in film.demux(stream) if packet.size and not packet.is_discard]
    return np.sort(np.array([stamp * base for stamp in stamps if stamp is not None], np.float64))


def shown_at(times: Times, fps: int, length: float) -> Numbers:
    """Return which of ``times`` is shown at each tick of ``fps`` a second up to ``length`` seconds; -1 before any."""
    count = max(1, round(length * fps))
    shown = np.full(count, -1, np.int64)
    if not len(times):
        return shown
    ticks = np.arange(count) / fps
    first = int(np.searchsorted(ticks, times[0] - 0.5 / fps))
    ticks = ticks[first:]
    if len(ticks):
        shown[first:] = _without_trend(times, ticks, 1 / fps)
    return shown


def _nearest(times: Times, moments: Times) -> Numbers:
    """Return which of ``times`` is nearest to each of ``moments``, the later one where two are as near; both rise."""
    if len(times) == 1:
        return np.zeros(len(moments), np.int64)
    after = np.clip(np.searchsorted(times, moments), 1, len(times) - 1)
    return (after - (moments - times[after - 1] < times[after] - moments)).astype(np.int64)


def _without_trend(times: Times, ticks: Times, step: float) -> Numbers:
    plain = _nearest(times, ticks)
    moves = np.diff(plain)
    if int(np.count_nonzero(moves != 1)) < _TEETH:
        return plain
    middle = ticks.mean()
    chosen = best = plain
    least, beside, slope = np.inf, 0.0, 0.0
    for _ in range(_ROUNDS):
        # What is seen of a picture is when it appears; how long it stays is another matter.
        appears = np.flatnonzero(np.diff(chosen, prepend=-1) > 0)
        late = ticks[appears] - times[chosen[appears]]
        away = ticks[appears] - middle
        spread = float(np.square(away).sum())
        mean, trend = float(late.mean()), float((away * late).sum()) / spread
        error = abs(mean) + abs(trend) * (ticks[-1] - ticks[0])
        if error < least:
            best, least = chosen, error
        beside, slope = beside + mean, slope + trend
        moved = beside + slope * (ticks - middle)
        if float(np.abs(moved).max()) > _MOST_BESIDE * step:
            break
        # A film may not run backwards, whatever is done to the moments.
        chosen = np.maximum.accumulate(_nearest(times, ticks + moved))
    return best
