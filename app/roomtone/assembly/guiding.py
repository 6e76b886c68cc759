"""Guides: what is heard while somebody records, takes or clicks, as FLAC in the cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import soundfile

from roomtone.assembly.clicks import count_in, metronome
from roomtone.assembly.media import Floats, UnreadableFileError, sound_blocks
from roomtone.assembly.messages import Drawn, MakeGuide
from roomtone.foundation.files import make_directory
from roomtone.foundation.paths import Home

USUAL_RATE: Final = 48_000


def make_guide(home: Home, command: MakeGuide) -> Drawn:
    """Make what is heard while somebody records, in stereo (``rate`` 0: 48 kHz), where the cache misses it.

    A sum that would clip is turned down as a whole. Raises ``UnreadableFileError`` where a file has no sound,
    ``OSError`` from the disk.
    """
    rate = command.rate or USUAL_RATE
    final = home.cache / "guides" / f"{_key(command, rate)}.flac"
    if final.exists():
        return Drawn(str(final))
    before = count_in(command.tempo, command.count_in, rate)
    body = iter([_mix([Path(file) for file in command.files], rate)]) if command.files else None
    make_directory(final.parent)
    growing = final.with_suffix(".mixing")
    try:
        with soundfile.SoundFile(growing, "w", rate, 2, "PCM_24", format="FLAC") as file:
            file.write(before)
            for block in body if body is not None else metronome(command.tempo, rate):
                file.write(block)
        growing.replace(final)
    finally:
        growing.unlink(missing_ok=True)
    return Drawn(str(final))


def _mix(files: list[Path], rate: int) -> Floats:
    mix = np.zeros((0, 2), dtype=np.float32)
    for file in files:
        sound = _stereo(file, rate)
        if len(sound) > len(mix):
            mix = np.pad(mix, ((0, len(sound) - len(mix)), (0, 0)))
        mix[: len(sound)] += sound
    peak = float(np.abs(mix).max(initial=0.0))
    return mix / np.float32(peak) if peak > 1.0 else mix


def _stereo(file: Path, rate: int) -> Floats:
    blocks = [samples if samples.shape[1] > 1 else np.repeat(samples, 2, 1) for _, samples in sound_blocks(file, rate)]
    if not blocks:
        raise UnreadableFileError(file, "It has no sound")
    return np.concatenate([block[:, :2] for block in blocks]).astype(np.float32)


def _key(command: MakeGuide, rate: int) -> str:
    """Sealed takes never change, so that their names say what is in them."""
    names = [os.fsencode(Path(file).absolute()) for file in command.files]
    beat = msgspec.json.encode((command.tempo, command.count_in)) if command.tempo else b""
    return hashlib.sha256(b"\0".join([*names, str(rate).encode(), beat])).hexdigest()[:24]
