"""Simulated sources of pictures: what was true, and when it arrived."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from roomtone.engine.pictures.timing import FrameClock

Times = npt.NDArray[np.float64]
START = 1000.0
FPS = 30.006


def captures(count: int, fps: float = FPS, start: float = START) -> Times:
    """Return when ``count`` frames were taken."""
    return start + np.arange(count) / fps


def arrivals(taken: Times, jitter: float, seed: int, held: Sequence[tuple[float, float]] = ()) -> Times:
    """Return when frames arrived: up to ``jitter`` seconds late, in order; nothing during the spans ``held``.

    What was held up comes in a burst, 4 ms apart.
    """
    late = taken + np.random.default_rng(seed).uniform(0, jitter, len(taken))
    came: list[float] = []
    for moment in late.tolist():
        at = next((end for begin, end in held if begin <= moment < end), moment)
        came.append(max(at, came[-1] + 0.004) if came and at < came[-1] + 0.004 else at)
    return np.array(came)


def follow(clock: FrameClock, source: Times, came: Times) -> Times:
    """Return the moments that ``clock`` tells, checked to rise."""
    told = np.array([clock.add(x, y).moment for x, y in zip(source.tolist(), came.tolist(), strict=True)])
    assert np.all(np.diff(told) > 0)
    return told


def numbers(count: int, promised: float = 30.0) -> Times:
    """Return the times of a source that only counts its frames."""
    return np.arange(count) / promised
