"""Waveforms of tracks that the cache misses: brought-in files, and takes whose cache was emptied."""

from __future__ import annotations

from pathlib import Path

from roomtone.assembly.media import sound_blocks
from roomtone.assembly.messages import Drawn
from roomtone.foundation.paths import Home
from roomtone.takes.measure import BUCKET, Waveform
from roomtone.takes.peaks import begin_peaks, peaks_file


def draw_peaks(home: Home, take: str, file: Path) -> Drawn:
    """Make the waveform of a track, whole or not at all. Raises ``UnreadableFileError`` or ``OSError``."""
    final = peaks_file(home, take, file.name)
    if final.exists():
        return Drawn(str(final))
    growing = final.with_suffix(".drawing")
    try:
        if not _draw(growing, file):
            return Drawn("")
        growing.replace(final)
    finally:
        growing.unlink(missing_ok=True)
    return Drawn(str(final))


def _draw(growing: Path, file: Path) -> bool:
    """Write the waveform of a track; return whether it has any sound."""
    waveform: Waveform | None = None
    for rate, samples in sound_blocks(file):
        if waveform is None:
            waveform = Waveform(samples.shape[1])
            begin_peaks(growing, rate, BUCKET)
        with growing.open("ab") as out:
            out.write(waveform.update(samples))
    if waveform is None:
        return False
    with growing.open("ab") as out:
        out.write(waveform.finish())
    return True
