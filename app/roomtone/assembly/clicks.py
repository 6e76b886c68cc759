"""Clicks: a count-in before a guide, and a metronome by a tempo map where nothing else is heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from roomtone.assembly.media import Floats
from roomtone.wire.project.items import Tempo

# A metronome that nobody stops goes on for so long.
MOST_SECONDS: Final = 900.0
_BLOCK_SECONDS: Final = 10
_CLICK_SECONDS: Final = 0.03
# The first beat of a bar is higher and louder, as on every metronome.
_FIRST: Final = (1500.0, 0.5)
_OTHER: Final = (1000.0, 0.35)
_DECAY: Final = 150.0


def beats(tempo: list[Tempo], until: float) -> Iterator[tuple[float, bool]]:
    """Yield when each beat is, in seconds up to ``until``, and whether a bar begins with it.

    Each entry of the map begins a bar, wherever the one before it was.
    """
    for number, entry in enumerate(tempo):
        end = tempo[number + 1].at if number + 1 < len(tempo) else until
        step = 60.0 / entry.bpm
        count = 0
        while (at := entry.at + count * step) < min(end, until) - 1e-6:
            yield at, count % entry.beats == 0
            count += 1


def count_in_seconds(tempo: list[Tempo], bars: int) -> float:
    """Return how long so many bars before the beginning last; 0 without a tempo."""
    return bars * tempo[0].beats * 60.0 / tempo[0].bpm if tempo else 0.0


def count_in(tempo: list[Tempo], bars: int, rate: int) -> Floats:
    """Return the clicks of so many bars, shape (frames, 2), at ``rate`` Hz."""
    seconds = count_in_seconds(tempo, bars)
    sound = np.zeros((round(seconds * rate), 2), np.float32)
    if tempo:
        _add(sound, 0, [(at, first) for at, first in beats([Tempo(0.0, tempo[0].bpm, tempo[0].beats)], seconds)], rate)
    return sound


def metronome(tempo: list[Tempo], rate: int, seconds: float = MOST_SECONDS) -> Iterator[Floats]:
    """Yield blocks of clicks by the map, shape (frames, 2), at ``rate`` Hz."""
    all_beats = list(beats(tempo, seconds))
    whole = round(seconds * rate)
    for begin in range(0, whole, _BLOCK_SECONDS * rate):
        block = np.zeros((min(_BLOCK_SECONDS * rate, whole - begin), 2), np.float32)
        _add(block, begin, all_beats, rate)
        yield block


def _add(block: Floats, begin: int, all_beats: list[tuple[float, bool]], rate: int) -> None:
    """Add the clicks that lie in a block, which begins with frame ``begin``."""
    time = np.arange(round(_CLICK_SECONDS * rate)) / rate
    for at, first in all_beats:
        place = round(at * rate) - begin
        if place + len(time) <= 0 or place >= len(block):
            continue
        pitch, level = _FIRST if first else _OTHER
        click = (level * np.exp(-_DECAY * time) * np.sin(2 * np.pi * pitch * time)).astype(np.float32)
        inside = slice(max(0, place), min(len(block), place + len(click)))
        block[inside] += click[inside.start - place : inside.stop - place, None]
