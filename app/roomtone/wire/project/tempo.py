"""Tempo maps as people write them: 92, or 92/3, or 92/4@0, 104/4@31.5."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from roomtone.wire.project.items import Tempo

# A comma is between two tempos where the second one says when it begins; elsewhere it is that of a number.
_NEXT: Final = re.compile(r",(?=[0-9./ ]*@)|;")
USUAL_BEATS: Final = 4
SLOWEST: Final = 10.0
QUICKEST: Final = 400.0
MOST_BEATS: Final = 32


def read_tempo(text: str) -> list[Tempo]:
    """Read a tempo, or a map of them that begins at 0 and goes on; "" is none. Raises ``ValueError``."""
    found: list[Tempo] = []
    for part in _NEXT.split(text) if text.strip() else ():
        speed, _, at = part.strip().replace(",", ".").partition("@")
        bpm, _, beats = speed.partition("/")
        entry = Tempo(float(at or 0), float(bpm), int(beats or USUAL_BEATS))
        if not (SLOWEST <= entry.bpm <= QUICKEST and 1 <= entry.beats <= MOST_BEATS and 0 <= entry.at < 1e7):
            raise ValueError(f"“{part.strip()}” is no tempo")
        found.append(entry)
    if found and found[0].at:
        raise ValueError("the first tempo begins at 0")
    if any(later.at <= earlier.at for earlier, later in pairwise(found)):
        raise ValueError("each tempo begins after the one before it")
    return found


def write_tempo(tempo: list[Tempo]) -> str:
    """Return a map as it is read; what is usual is left out."""
    return ", ".join(
        f"{entry.bpm:g}"
        + (f"/{entry.beats}" if entry.beats != USUAL_BEATS else "")
        + (f"@{entry.at:g}" if entry.at else "")
        for entry in tempo
    )
