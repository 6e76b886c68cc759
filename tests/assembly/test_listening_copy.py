"""Listening copies: the sound of any format, at any rate, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from roomtone.assembly.listening import make_listening_copy
from roomtone.assembly.media import UnreadableFileError
from roomtone.foundation.paths import Home
from tests.assembly.samples import make_sample

_TAKE = "ab" * 16


@pytest.mark.parametrize("name", ["song.m4a", "film.mp4", "film.mov", "film.mkv", "song.mp3", "24.wav"])
@pytest.mark.parametrize("rate", [0, 48_000])
def test_the_copy_sounds_like_the_track(home: Home, tmp_path: Path, name: str, rate: int) -> None:
    copy = Path(make_listening_copy(home, _TAKE, make_sample(tmp_path, name), rate).file)
    samples, found = soundfile.read(copy, always_2d=True)
    assert found == (rate or 44_100)
    assert len(samples) / found == pytest.approx(2.0, abs=0.08)
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    assert np.argmax(spectrum) * found / len(samples) == pytest.approx(440, abs=2)


def test_a_copy_is_made_once(home: Home, tmp_path: Path) -> None:
    sample = make_sample(tmp_path, "song.m4a")
    first = Path(make_listening_copy(home, _TAKE, sample, 0).file)
    made = first.stat().st_mtime_ns
    assert Path(make_listening_copy(home, _TAKE, sample, 0).file) == first
    assert first.stat().st_mtime_ns == made


def test_what_has_no_sound_is_refused_and_leaves_nothing(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no sound"):
        make_listening_copy(home, _TAKE, make_sample(tmp_path, "silent.mp4"), 0)
    assert [path for path in (home.cache / "listening").rglob("*") if path.is_file()] == []
