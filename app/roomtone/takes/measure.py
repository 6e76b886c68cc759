"""What can be said of a sound while it goes by: peak, RMS, clipping, noise floor, waveform.

Levels are dBFS with a full-scale square wave at 0 dB; RMS levels follow AES17 without its 3 dB for sines.
"""

from __future__ import annotations

import itertools
import math
from array import array
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SILENCE: Final = -144.0
# The largest 24-bit sample; floats beyond it are clipped as well.
_FULL_SCALE: Final = 1.0 - 2.0**-23
_CLIP_RUN: Final = 3
_FLOOR_SECONDS: Final = 0.1
_FLOOR_SHARE: Final = 0.1
# Frames in one pair of waveform peaks.
BUCKET: Final = 512


def decibels(amplitude: float) -> float:
    """Return ``amplitude`` (1.0 is full scale) in dBFS, never below ``SILENCE``."""
    return max(SILENCE, 20 * math.log10(amplitude)) if amplitude > 0 else SILENCE


class Level(NamedTuple):
    """One channel over a short time: peak and RMS in dBFS, and samples that are part of a clipped run."""

    peak: float
    rms: float
    clipped: int


class ClipCounter:
    """Counts samples in runs of three or more at full scale; a single full-scale sample is no clipping."""

    def __init__(self) -> None:
        self._run = 0
        self.total = 0

    def update(self, samples: Floats, peak: float) -> int:
        """Count over the next samples of one channel, shape (frames,); return the clipped ones among them."""
        if peak < _FULL_SCALE:
            self._run = 0
            return 0
        before = self.total
        full = np.abs(samples) >= _FULL_SCALE
        edges = np.flatnonzero(np.diff(full.astype(np.int8), prepend=0, append=0))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            carried = self._run if start == 0 else 0
            length = int(end - start) + carried
            if length >= _CLIP_RUN:
                self.total += length - (carried if carried >= _CLIP_RUN else 0)
            self._run = length if end == len(samples) else 0
        if not full[-1]:
            self._run = 0
        return self.total - before


class Meter:
    """Levels of a stream as it goes by."""

    def __init__(self, channels: int) -> None:
        self._clips = [ClipCounter() for _ in range(channels)]

    def update(self, block: Floats) -> list[Level]:
        """Return the level of each channel of ``block``, shape (frames, channels)."""
        return self.moments(block, 1)[0]

    def moments(self, block: Floats, count: int) -> list[list[Level]]:
        """Return the levels of each of ``count`` equal parts of ``block``, which has at least as many frames."""
        # One channel after the other in memory: numpy is several times as fast along them.
        samples = np.ascontiguousarray(block.T)
        if len(block) % count == 0:
            return self._levels(samples, count)
        edges = [len(block) * part // count for part in range(count + 1)]
        return [
            self._levels(np.ascontiguousarray(samples[:, start:end]), 1)[0] for start, end in itertools.pairwise(edges)
        ]

    def _levels(self, samples: Floats, count: int) -> list[list[Level]]:
        channels = samples.shape[0]
        # The parts of a channel follow each other.
        parts = samples.reshape(channels * count, -1)
        highs = np.maximum.reduce(parts, axis=1).tolist()
        lows = np.minimum.reduce(parts, axis=1).tolist()
        powers = np.vecdot(parts, parts).tolist()
        frames = parts.shape[1]
        moments: list[list[Level]] = [[] for _ in range(count)]
        for row, power in enumerate(powers):
            channel, moment = divmod(row, count)
            peak = max(highs[row], -lows[row])
            clipped = self._clips[channel].update(parts[row], peak)
            moments[moment].append(Level(decibels(peak), decibels(math.sqrt(power / frames)), clipped))
        return moments


class Summary:
    """Peak, clipping and noise floor of a whole track, gathered from its blocks.

    The noise floor is the level below which the quietest tenth of the take's moments (100 ms each) lies.
    """

    def __init__(self, rate: int) -> None:
        self._window = max(1, int(rate * _FLOOR_SECONDS))
        self._peak = 0.0
        self._power = 0.0
        self._filled = 0
        self._moments = array("f")
        self.clipped = 0

    def update(self, levels: list[Level], frames: int) -> None:
        """Add a block of ``frames`` frames with these levels of its channels."""
        if not frames:
            return
        self._peak = max(self._peak, *(10 ** (level.peak / 20) for level in levels))
        self.clipped += sum(level.clipped for level in levels)
        self._power += max(10 ** (level.rms / 10) for level in levels) * frames
        self._filled += frames
        if self._filled >= self._window:
            self._moments.append(10 * math.log10(max(self._power / self._filled, 1e-15)))
            self._power, self._filled = 0.0, 0

    @property
    def peak(self) -> float:
        """The highest sample in dBFS."""
        return round(decibels(self._peak), 2)

    @property
    def noise_floor(self) -> float | None:
        """The noise floor in dBFS, or ``None`` where the track is shorter than a moment."""
        if not self._moments:
            return None
        quiet = sorted(self._moments)[int(len(self._moments) * _FLOOR_SHARE)]
        return round(max(quiet, SILENCE), 2)


class Waveform:
    """Reduces samples to pairs of lowest and highest value, one pair for each ``BUCKET`` frames."""

    def __init__(self, channels: int) -> None:
        self._rest: Floats = np.zeros((0, channels), dtype=np.float32)

    def update(self, block: Floats) -> bytes:
        """Return the pairs that ``block``, shape (frames, channels), completes: int16 little-endian."""
        data = np.concatenate([self._rest, block]) if len(self._rest) else block
        whole = len(data) // BUCKET
        self._rest = data[whole * BUCKET :].copy()
        return _pairs(data[: whole * BUCKET].reshape(whole, -1)) if whole else b""

    def finish(self) -> bytes:
        """Return the pair of what is left over."""
        rest, self._rest = self._rest, self._rest[:0]
        return _pairs(rest.reshape(1, -1)) if len(rest) else b""


def _pairs(buckets: Floats) -> bytes:
    pairs = np.empty((len(buckets), 2), dtype=np.float32)
    np.minimum.reduce(buckets, axis=1, out=pairs[:, 0])
    np.maximum.reduce(buckets, axis=1, out=pairs[:, 1])
    pairs *= 32767
    np.rint(pairs, out=pairs)
    np.minimum(pairs, 32767, out=pairs)
    np.maximum(pairs, -32767, out=pairs)
    return pairs.astype("<i2").tobytes()
