"""Listening copies, as FLAC in the cache: for formats that the player does not decode, and for outputs that do not
take a track's sample rate, as JACK's never take another one than its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from roomtone.assembly.media import UnreadableFileError, sound_blocks
from roomtone.assembly.messages import Drawn
from roomtone.foundation.files import make_directory
from roomtone.foundation.paths import Home


def make_listening_copy(home: Home, take: str, file: Path, rate: int) -> Drawn:
    """Make the copy at ``rate`` Hz (0 keeps the track's own), whole or not at all, where the cache misses it.

    Raises ``UnreadableFileError`` when the track has no sound, ``OSError`` from the disk.
    """
    final = home.cache / "listening" / take / (f"{file.name}.{rate}.flac" if rate else f"{file.name}.flac")
    if final.exists():
        return Drawn(str(final))
    make_directory(final.parent)
    growing = final.with_suffix(".copying")
    try:
        _copy(file, growing, rate)
        growing.replace(final)
    finally:
        growing.unlink(missing_ok=True)
    return Drawn(str(final))


def _copy(file: Path, growing: Path, wanted: int) -> None:
    copy: soundfile.SoundFile | None = None
    try:
        for rate, samples in sound_blocks(file, wanted):
            if copy is None:
                copy = soundfile.SoundFile(growing, "w", rate, samples.shape[1], "PCM_24", format="FLAC")
            copy.write(np.clip(samples, -1.0, 1.0))
    finally:
        if copy is not None:
            copy.close()
    if copy is None:
        raise UnreadableFileError(file, "It has no sound")
