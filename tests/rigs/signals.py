"""Sounds that can be found again sample by sample, and the finders.

Samples are 24-bit integers in ``int32`` arrays of shape (frames, channels), from -2**23 to 2**23 - 1.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

FULL_SCALE = 2**23
_SPAN = 2**24


def ramp(frames: int, channels: int = 1, start: int = -FULL_SCALE) -> Samples:
    """Return a ramp that rises by one each frame and wraps, the same in all channels.

    Loss, repetition and order of any piece of it can be read off the samples: see ``breaks``.
    """
    line = (np.arange(start, start + frames, dtype=np.int64) + FULL_SCALE) % _SPAN - FULL_SCALE
    return np.repeat(line.astype(np.int32)[:, None], channels, axis=1)


def noise(frames: int, channels: int = 1, seed: int = 1) -> Samples:
    """Return full-scale white noise, uniform over all 24-bit values; the same seed gives the same noise."""
    generator = np.random.default_rng(seed)
    return generator.integers(-FULL_SCALE, FULL_SCALE, size=(frames, channels), dtype=np.int32)


def tone(frames: int, rate: int, hz: float = 440.0, dbfs: float = -12.0, channels: int = 1) -> Samples:
    """Return a sine with its peak at ``dbfs``."""
    phase = 2 * np.pi * hz / rate * np.arange(frames)
    wave_ = np.rint(np.sin(phase) * 10 ** (dbfs / 20) * (FULL_SCALE - 1)).astype(np.int32)
    return np.repeat(wave_[:, None], channels, axis=1)


def silence(frames: int, channels: int = 1) -> Samples:
    """Return zeros."""
    return np.zeros((frames, channels), np.int32)


def from_float(samples: npt.ArrayLike) -> Samples:
    """Turn float samples as PortAudio gives them (±1) into 24-bit integers without changing any of them.

    2**23 is the factor of JACK and PortAudio; libsndfile's own conversion uses 8388607 and is not exact.
    """
    return np.rint(np.asarray(samples, np.float64) * FULL_SCALE).astype(np.int32)


def write_wav(path: Path, samples: Samples, rate: int) -> Path:
    """Write samples as a 24-bit WAV, bit by bit as they are, and return its path."""
    if samples.ndim != 2 or samples.dtype != np.int32:
        raise ValueError("samples must be int32 of shape (frames, channels)")
    packed = np.ascontiguousarray(samples.astype("<i4")).view(np.uint8).reshape(-1, 4)[:, :3]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(3)
        file.setframerate(rate)
        file.writeframes(packed.tobytes())
    return path


def read_samples(path: Path) -> tuple[Samples, int]:
    """Return the samples of a 24-bit WAV or FLAC, and its rate. Files of fewer bits are scaled up exactly."""
    data, rate = soundfile.read(str(path), dtype="int32", always_2d=True)
    return np.right_shift(data, 8).astype(np.int32), int(rate)


def read_mono(path: Path) -> tuple[Floats, int]:
    """Return any sound file as one float channel (the mean of all), and its rate."""
    data, rate = soundfile.read(str(path), dtype="float64", always_2d=True)
    return data.mean(axis=1), int(rate)


def find_exact(needle: Samples, haystack: Samples) -> int | None:
    """Return the first frame of ``haystack`` where ``needle`` stands, every sample equal; None where it does not."""
    frames = needle.shape[0]
    last = haystack.shape[0] - frames
    if frames == 0 or last < 0 or needle.shape[1] != haystack.shape[1]:
        return None
    for place in np.flatnonzero((haystack[: last + 1] == needle[0]).all(axis=1)):
        if np.array_equal(haystack[place : place + frames], needle):
            return int(place)
    return None


def longest_match(needle: Samples, haystack: Samples, probe: int = 64) -> tuple[int, int]:
    """Return ``(offset, frames)``: where ``needle`` begins in ``haystack`` and how many frames are equal from there.

    For a recording that was cut short: it must be a beginning of what was played. ``(−1, 0)`` when the first
    ``probe`` frames are nowhere to be found.
    """
    offset = find_exact(needle[:probe], haystack)
    if offset is None:
        return -1, 0
    frames = min(needle.shape[0], haystack.shape[0] - offset)
    different = np.flatnonzero((haystack[offset : offset + frames] != needle[:frames]).any(axis=1))
    return offset, int(different[0]) if different.size else frames


@dataclass(frozen=True)
class Break:
    """A place in a recorded ramp where it does not rise by one.

    ``lost`` is how many frames are missing there; negative when that many were repeated.
    """

    frame: int
    lost: int


def breaks(recorded: npt.NDArray[np.int32]) -> list[Break]:
    """Return every discontinuity of one channel of a recorded ramp."""
    steps = np.diff(recorded.astype(np.int64).reshape(-1))
    jumps = (steps - 1 + FULL_SCALE) % _SPAN - FULL_SCALE
    return [Break(int(at) + 1, int(jumps[at])) for at in np.flatnonzero(jumps)]


def correlate(needle: Floats, haystack: Floats) -> tuple[int, float]:
    """Return ``(offset, score)``: the frame where ``needle`` fits best, and how well.

    The score is the normalised cross-correlation there, 1.0 for the same sound at any level. Both must have one
    rate; ``needle`` must be the shorter one.
    """
    if not 0 < needle.size <= haystack.size:
        raise ValueError("the sound that is looked for must be shorter than where it is looked for")
    size = 1 << int(needle.size + haystack.size - 1).bit_length()
    spectrum = np.fft.rfft(haystack, size) * np.conj(np.fft.rfft(needle, size))
    products = np.fft.irfft(spectrum, size)[: haystack.size - needle.size + 1]
    squares = np.concatenate(([0.0], np.cumsum(haystack**2)))
    energy = squares[needle.size :] - squares[: squares.size - needle.size]
    norm = np.sqrt(np.maximum(energy, 1e-12) * float(np.sum(needle**2)))
    scores = products / np.maximum(norm, 1e-12)
    best = int(np.argmax(scores))
    return best, float(scores[best])


def resample(samples: Floats, rate: int, wanted: int) -> Floats:
    """Return ``samples`` at another rate by linear interpolation: good enough to be found, not to be heard."""
    count = int(samples.size * wanted / rate)
    found: Floats = np.interp(np.arange(count) * (rate / wanted), np.arange(samples.size), samples)
    return found
