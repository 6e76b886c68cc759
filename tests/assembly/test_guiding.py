"""Guides mixed from takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from roomtone.assembly.guiding import make_guide
from roomtone.assembly.media import UnreadableFileError
from roomtone.foundation.paths import Home


def _tone(path: Path, level: float, seconds: float, rate: int = 48_000) -> Path:
    soundfile.write(path, np.full(int(rate * seconds), level, dtype=np.float32), rate, "PCM_24")
    return path


def test_takes_are_heard_together_from_their_beginnings(home: Home, tmp_path: Path) -> None:
    files = [_tone(tmp_path / "a.flac", 0.25, 1.0), _tone(tmp_path / "b.flac", 0.5, 2.0)]
    made = make_guide(home, files, 48_000)
    sound, rate = soundfile.read(made.file)
    assert (rate, sound.shape) == (48_000, (96_000, 2))
    assert abs(sound[1000, 0] - 0.75) < 1e-3
    assert abs(sound[-1, 1] - 0.5) < 1e-3
    before = Path(made.file).stat().st_mtime_ns
    assert make_guide(home, files, 48_000).file == made.file
    assert Path(made.file).stat().st_mtime_ns == before


def test_a_sum_that_would_clip_is_turned_down(home: Home, tmp_path: Path) -> None:
    files = [_tone(tmp_path / "a.flac", 0.9, 0.5), _tone(tmp_path / "b.flac", 0.9, 0.5)]
    sound, _ = soundfile.read(make_guide(home, files, 0).file)
    assert 0.99 < abs(sound).max() <= 1.0


def test_every_rate_is_played_at_the_outputs(home: Home, tmp_path: Path) -> None:
    made = make_guide(home, [_tone(tmp_path / "a.wav", 0.5, 1.0, 44_100)], 48_000)
    sound, rate = soundfile.read(made.file)
    assert rate == 48_000
    assert abs(len(sound) - 48_000) < 200


def test_what_has_no_sound_is_no_guide(home: Home, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("la la")
    with pytest.raises(UnreadableFileError):
        make_guide(home, [tmp_path / "page.txt"], 0)
    assert not list((home.cache).glob("guides/*"))
