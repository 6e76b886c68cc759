"""Recovery of folders made by hand; those of killed recorders are recovered in tests/engine and tests/acceptance."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from roomtone.foundation.clock import ManualClock
from roomtone.foundation.paths import Home
from roomtone.takes import documents as d
from roomtone.takes import folder as f
from roomtone.takes import wave
from roomtone.takes.model import load_take
from roomtone.takes.recovery import recover, recover_all
from tests.takes.making import began


def _growing_wave(home: Home, frames: int) -> Path:
    """Make a mono 24-bit WAV take that nobody sealed, with half a frame at its end."""
    first = began(tracks=[d.TrackStart("mic-1.wav", "audio/wav", 48_000, 1, 24)])
    folder = home.takes / f.folder_name(first.title, first.id)
    folder.mkdir()
    (folder / f.JOURNAL).write_bytes(f.encode_entry(first))
    samples = np.arange(frames, dtype="<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    (folder / "mic-1.wav").write_bytes(wave.header(wave.WaveFormat(48_000, 1, False), None) + samples + b"\x01")
    return folder


@pytest.mark.parametrize("frames", [1000, 1001])
def test_a_recovered_wave_has_chunks_of_even_length(home: Home, frames: int) -> None:
    folder = _growing_wave(home, frames)
    take = recover(load_take(folder), ManualClock())
    raw = (folder / "mic-1.wav").read_bytes()
    assert len(raw) == struct.unpack("<I", raw[4:8])[0] + 8
    assert struct.unpack("<I", raw[wave.HEADER - 4 : wave.HEADER])[0] == frames * 3
    samples, rate = soundfile.read(folder / "mic-1.wav", dtype="int32")
    assert rate == 48_000
    assert np.array_equal(samples >> 8, np.arange(frames))
    assert take.manifest is not None
    assert take.manifest.tracks[0].frames == frames
    assert take.manifest.tracks[0].bytes == len(raw)
    assert (folder / "mic-1.wav.torn").read_bytes() == b"\x01"


def test_recovery_run_twice_changes_nothing(home: Home) -> None:
    folder = _growing_wave(home, 1001)
    recovered, troubles = recover_all(home.takes, ManualClock())
    assert ([take.folder for take in recovered], troubles) == ([folder], [])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert recover_all(home.takes, ManualClock()) == ([], [])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
