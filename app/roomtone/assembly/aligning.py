"""Aligning by sound: where in a take another recording of the same moment belongs.

Both sounds become envelopes of their onsets, a hundred values a second in several bands, whose cross-correlation finds
the place whatever microphones and rooms did to them; the waveforms themselves then refine it to a fraction of a
millisecond where they are alike enough. Source of the idea: generalised cross-correlation with phase transform
(Knapp and Carter, 1976).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from roomtone.assembly.importing import bring_in
from roomtone.assembly.media import Floats, sound_blocks
from roomtone.assembly.messages import Align, Aligned, BringIn, Drawn, Nudge
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import UsageError, WorldError
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Placed
from roomtone.takes.folder import read_manifest
from roomtone.takes.journal import append_entry
from roomtone.takes.library import Library
from roomtone.takes.model import load_take

_RATE: Final = 8_000
_HOP: Final = 80
_WINDOW: Final = 256
_BANDS: Final = 6
# Around the coarse place, so far is it looked for in the waveforms.
_FINE_SECONDS: Final = 0.12
_FINE_SPAN: Final = 20.0
_LONGEST_SECONDS: Final = 6 * 3600
# A peak this many standard deviations above the rest is as good as certain.
_CERTAIN: Final = 12.0
_CHANCE: Final = 5.5
# The waveforms agree only when their own peak stands out by as much.
_FINE_CHANCE: Final = 5.0
_MOST_NUDGE: Final = 24 * 3600.0

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Where a recording belongs: ``offset`` seconds after the other begins; ``confidence`` is from 0 to 1."""

    offset: float
    confidence: float


def align(home: Home, clock: Clock, library: Library, command: Align) -> Aligned:
    """Bring a file in and place it. Raises ``RoomtoneError`` with nothing changed."""
    folder, file = Path(command.folder), Path(command.file)
    take = load_take(folder)
    if take.manifest is None:
        raise UsageError("not-sealed", "Nothing was aligned", "The take is still being recorded", "Stop it first")
    reference = next((t for t in take.manifest.tracks if t.media.startswith("audio/") and t.frames), None)
    reference = reference or next((t for t in take.manifest.tracks if t.media.startswith("video/")), None)
    if reference is None:
        raise UsageError("no-sound", "Nothing was aligned", "The take has no sound", "Choose a take with sound")
    ours, theirs = _mono(folder / reference.name), _mono(file)
    if not len(theirs) or not len(ours):
        raise WorldError(
            "no-sound",
            f"“{file.name}” was not aligned",
            "It has no sound" if not len(theirs) else "The take has no sound",
            "Bring it in as a take of its own; a clap in both makes aligning by hand easy",
        )
    place = find_place(ours, theirs)
    began = take.began
    brought = bring_in(
        home,
        clock,
        library,
        BringIn(str(file), began.project, began.project_title, began.part, began.person),
    )
    placed = Placed(take.id, place.offset, place.confidence, by_hand=False, at=clock.now().isoformat())
    append_entry(Path(brought.folder), placed)
    return Aligned(brought.folder, brought.manifest, place.offset, place.confidence)


def nudge(clock: Clock, command: Nudge) -> Drawn:
    """Place a take by hand. Raises ``UsageError``."""
    folder = Path(command.folder)
    take = load_take(folder)
    if take.placed is None or read_manifest(folder) is None:
        raise UsageError(
            "not-placed", "Nothing was moved", "The take belongs to no other one", "Align it with a take first"
        )
    if not abs(command.offset) <= _MOST_NUDGE:
        raise UsageError("bad-offset", "Nothing was moved", "The offset makes no sense", "Give it in seconds")
    append_entry(folder, Placed(take.placed.against, command.offset, 1.0, by_hand=True, at=clock.now().isoformat()))
    return Drawn(str(folder))


def find_place(ours: Floats, theirs: Floats) -> Place:
    """Return where ``theirs`` belongs in ``ours``; both are mono at 8 kHz."""
    coarse, strength = _peak(_onsets(ours), _onsets(theirs))
    confidence = float(np.clip((strength - _CHANCE) / (_CERTAIN - _CHANCE), 0.0, 1.0))
    offset = coarse * _HOP / _RATE
    fine = _refine(ours, theirs, offset)
    return Place(round(offset if fine is None else fine, 5), round(confidence, 3))


def _mono(path: Path) -> Floats:
    parts, seconds = [np.empty(0, np.float32)], 0.0
    for _, samples in sound_blocks(path, _RATE):
        parts.append(samples.mean(axis=1))
        seconds += len(samples) / _RATE
        if seconds > _LONGEST_SECONDS:
            raise WorldError(
                "too-long", f"“{path.name}” was not aligned", "It is longer than six hours", "Cut it into parts first"
            )
    return np.concatenate(parts)


def _onsets(sound: Floats) -> Values:
    """Return how much louder each band became, shape (bands, hops): what two microphones agree upon."""
    bands = np.concatenate(list(_band_levels(sound)), axis=1)
    level = np.log(bands + 1e-4 * max(float(bands.max()), 1e-9))
    rise = np.maximum(np.diff(level, axis=1, prepend=level[:, :1]), 0.0)
    smooth = (rise + np.roll(rise, 1, axis=1) + np.roll(rise, -1, axis=1)) / 3
    onsets: Values = smooth - smooth.mean(axis=1, keepdims=True)
    return onsets


def _band_levels(sound: Floats) -> Iterator[Values]:
    """Yield the levels of bands in pieces, so that hours of sound take little memory at a time."""
    padded = np.concatenate([sound, np.zeros(_WINDOW, np.float32)])
    edges = np.geomspace(3, _WINDOW // 2, _BANDS + 1).astype(int)
    shape = np.hanning(_WINDOW).astype(np.float32)
    hops = max(1, len(sound) // _HOP)
    for first in range(0, hops, 4096):
        starts = np.arange(first, min(first + 4096, hops)) * _HOP
        windows = padded[starts[:, None] + np.arange(_WINDOW)] * shape
        power = np.abs(np.fft.rfft(windows, axis=1)) ** 2
        yield np.stack([power[:, low:high].sum(axis=1) for low, high in pairwise(edges)])


def _peak(ours: Values, theirs: Values) -> tuple[float, float]:
    """Return the lag in hops at which two sets of onsets agree best, and how far that stands out."""
    size = 1 << (ours.shape[1] + theirs.shape[1] - 1).bit_length()
    total = np.zeros(size)
    for mine, yours in zip(ours, theirs, strict=True):
        spectrum = np.fft.rfft(mine, size) * np.conj(np.fft.rfft(yours, size))
        scale = np.sqrt(float((mine**2).sum()) * float((yours**2).sum())) or 1.0
        total += np.fft.irfft(spectrum, size) / scale
    lags = np.concatenate([total[-theirs.shape[1] + 1 :], total[: ours.shape[1]]])
    best = int(lags.argmax())
    # Silence agrees with nothing: beside lags that lay sound over silence any other would stand out.
    sounding = lags[_sounding(ours, theirs)]
    middle = float(np.median(sounding))
    spread = float(np.median(np.abs(sounding - middle))) * 1.4826 or 1e-12
    strength = (float(lags[best]) - middle) / spread
    return best - theirs.shape[1] + 1 + _between(lags, best), strength


def _sounding(ours: Values, theirs: Values) -> npt.NDArray[np.bool_]:
    """Return at which lags, in the order of ``_peak``, much of both sounds lies over each other."""
    mine, yours = (np.concatenate([[0.0], np.cumsum((onsets**2).sum(axis=0))]) for onsets in (ours, theirs))
    lags = np.arange(1 - theirs.shape[1], ours.shape[1])
    first, last = np.maximum(lags, 0), np.minimum(lags + theirs.shape[1], ours.shape[1])
    both = (mine[last] - mine[first]) * (yours[last - lags] - yours[first - lags])
    found: npt.NDArray[np.bool_] = both >= both.max() / 4
    return found


def _refine(ours: Floats, theirs: Floats, offset: float) -> float | None:
    """Return the offset by the waveforms around a coarse one; ``None`` where these are too different."""
    begin = max(0.0, offset)
    end = min(len(ours) / _RATE, offset + len(theirs) / _RATE)
    if end - begin < 1.0:
        return None
    middle = _loudest(ours, begin, end)
    span = min(_FINE_SPAN, end - begin)
    first = min(max(begin, middle - span / 2), end - span)
    reach = int(_FINE_SECONDS * _RATE)
    count = int(span * _RATE)
    mine = ours[int(first * _RATE) :][:count].astype(np.float64)
    start = round((first - offset) * _RATE)
    yours = theirs[max(0, start) :][:count].astype(np.float64)
    lost = min(0, start)
    size = 1 << (len(mine) + len(yours) + 2 * reach).bit_length()
    spectrum = np.fft.rfft(mine, size) * np.conj(np.fft.rfft(yours, size))
    # The phase alone: rooms colour a sound, they do not move it.
    spectrum /= np.abs(spectrum) + 1e-3 * float(np.abs(spectrum).mean()) + 1e-20
    found = np.fft.irfft(spectrum, size)
    lags = np.concatenate([found[-reach:], found[: reach + 1]])
    best = int(lags.argmax())
    strength = (lags[best] - lags.mean()) / (lags.std() or 1.0)
    if strength < _FINE_CHANCE:
        return None
    lag = best - reach + _between(lags, best)
    return float((int(first * _RATE) - max(0, start) + lag) / _RATE) if not lost else offset + lag / _RATE


def _loudest(sound: Floats, begin: float, end: float) -> float:
    part = sound[int(begin * _RATE) : int(end * _RATE)]
    seconds = max(1, len(part) // _RATE)
    energy = (part[: seconds * _RATE].reshape(seconds, -1) ** 2).sum(axis=1) if len(part) >= _RATE else np.ones(1)
    return begin + float(energy.argmax()) + 0.5


def _between(values: Values, best: int) -> float:
    """Return where a peak lies between its neighbours, by a parabola, from -0.5 to 0.5."""
    if not 0 < best < len(values) - 1:
        return 0.0
    left, top, right = values[best - 1], values[best], values[best + 1]
    bend = left - 2 * top + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
