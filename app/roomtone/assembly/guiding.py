"""Guides: what is heard while somebody records, mixed from one take or several, as FLAC in the cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from roomtone.assembly.media import UnreadableFileError, sound_blocks
from roomtone.assembly.messages import Drawn
from roomtone.foundation.files import make_directory
from roomtone.foundation.paths import Home

USUAL_RATE: Final = 48_000


def make_guide(home: Home, files: list[Path], rate: int) -> Drawn:
    """Mix the sound of files from their beginnings on, in stereo at ``rate`` Hz (0: 48 kHz), where the cache misses it.

    A sum that would clip is turned down as a whole. Raises ``UnreadableFileError`` where one has no sound, ``OSError``
    from the disk.
    """
    rate = rate or USUAL_RATE
    final = home.cache / "guides" / f"{_key(files, rate)}.flac"
    if final.exists():
        return Drawn(str(final))
    mix = np.zeros((0, 2), dtype=np.float32)
    for file in files:
        sound = _stereo(file, rate)
        if len(sound) > len(mix):
            mix = np.pad(mix, ((0, len(sound) - len(mix)), (0, 0)))
        mix[: len(sound)] += sound
    peak = float(np.abs(mix).max(initial=0.0))
    if peak > 1.0:
        mix /= peak
    make_directory(final.parent)
    growing = final.with_suffix(".mixing")
    try:
        soundfile.write(growing, mix, rate, "PCM_24", format="FLAC")
        growing.replace(final)
    finally:
        growing.unlink(missing_ok=True)
    return Drawn(str(final))


def _stereo(file: Path, rate: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    blocks = [samples if samples.shape[1] > 1 else np.repeat(samples, 2, 1) for _, samples in sound_blocks(file, rate)]
    if not blocks:
        raise UnreadableFileError(file, "It has no sound")
    return np.concatenate([block[:, :2] for block in blocks]).astype(np.float32)


def _key(files: list[Path], rate: int) -> str:
    """Sealed takes never change, so that their names say what is in them."""
    names = [os.fsencode(file.absolute()) for file in files]
    return hashlib.sha256(b"\0".join([*names, str(rate).encode()])).hexdigest()[:24]
