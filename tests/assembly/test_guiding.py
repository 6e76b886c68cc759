"""Guides mixed from takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from roomtone.assembly.clicks import MOST_SECONDS
from roomtone.assembly.guiding import make_guide
from roomtone.assembly.media import UnreadableFileError
from roomtone.assembly.messages import MakeGuide
from roomtone.foundation.paths import Home
from roomtone.wire.project.items import Tempo


def _tone(path: Path, level: float, seconds: float, rate: int = 48_000) -> Path:
    soundfile.write(path, np.full(int(rate * seconds), level, dtype=np.float32), rate, "PCM_24")
    return path


def _asked(files: list[Path], rate: int = 0, tempo: Sequence[Tempo] = (), count_in: int = 0) -> MakeGuide:
    return MakeGuide([str(file) for file in files], rate, list(tempo), count_in)


def _clicks(sound: npt.NDArray[np.float64], rate: int) -> list[float]:
    """Return when clicks begin, in seconds."""
    loud = np.flatnonzero(np.abs(sound) > 0.05) / rate
    return [float(at) for at, before in zip(loud, [-1.0, *loud[:-1]], strict=True) if at - before > 0.1]


def test_a_count_in_comes_before_the_guide(home: Home, tmp_path: Path) -> None:
    tempo = [Tempo(0.0, 120.0, 3), Tempo(10.0, 60.0, 4)]
    made = make_guide(home, _asked([_tone(tmp_path / "a.flac", 0.25, 1.0)], 48_000, tempo, 2))
    sound, rate = soundfile.read(made.file)
    # Two bars of three beats at 120 a minute.
    assert len(sound) == 4 * 48_000
    assert np.allclose(_clicks(sound[: 3 * rate, 0], rate), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5], atol=0.001)
    assert np.allclose(sound[3 * rate :, 0], 0.25, atol=1e-3)
    firsts = [float(np.abs(sound[round(at * rate) :][:1000]).max()) for at in (0.0, 0.5, 1.0, 1.5)]
    assert firsts[0] == pytest.approx(firsts[3])
    assert firsts[0] > firsts[1] == pytest.approx(firsts[2])
    plain = make_guide(home, _asked([tmp_path / "a.flac"], 48_000))
    assert plain.file != made.file


def test_without_a_take_the_clicks_go_on_by_the_map(home: Home) -> None:
    tempo = [Tempo(0.0, 120.0, 4), Tempo(4.9, 60.0, 4)]
    sound, rate = soundfile.read(make_guide(home, _asked([], 8_000, tempo, 1)).file)
    assert len(sound) == round((2 + MOST_SECONDS) * rate)
    heard = _clicks(sound[: 20 * rate, 0], rate)
    before = [2 + 0.5 * beat for beat in range(10)]
    assert np.allclose(heard, [0.0, 0.5, 1.0, 1.5, *before, *(6.9 + beat for beat in range(14))], atol=0.002)
    # Where one block ends and the next one begins, nothing is lost.
    assert len(_clicks(sound[:, 0], rate)) == 4 + 10 + len([at for at in range(900) if 4.9 + at < MOST_SECONDS])


def test_takes_are_heard_together_from_their_beginnings(home: Home, tmp_path: Path) -> None:
    files = [_tone(tmp_path / "a.flac", 0.25, 1.0), _tone(tmp_path / "b.flac", 0.5, 2.0)]
    made = make_guide(home, _asked(files, 48_000))
    sound, rate = soundfile.read(made.file)
    assert (rate, sound.shape) == (48_000, (96_000, 2))
    assert abs(sound[1000, 0] - 0.75) < 1e-3
    assert abs(sound[-1, 1] - 0.5) < 1e-3
    before = Path(made.file).stat().st_mtime_ns
    assert make_guide(home, _asked(files, 48_000)).file == made.file
    assert Path(made.file).stat().st_mtime_ns == before


def test_a_sum_that_would_clip_is_turned_down(home: Home, tmp_path: Path) -> None:
    files = [_tone(tmp_path / "a.flac", 0.9, 0.5), _tone(tmp_path / "b.flac", 0.9, 0.5)]
    sound, _ = soundfile.read(make_guide(home, _asked(files)).file)
    assert 0.99 < abs(sound).max() <= 1.0


def test_every_rate_is_played_at_the_outputs(home: Home, tmp_path: Path) -> None:
    made = make_guide(home, _asked([_tone(tmp_path / "a.wav", 0.5, 1.0, 44_100)], 48_000))
    sound, rate = soundfile.read(made.file)
    assert rate == 48_000
    assert abs(len(sound) - 48_000) < 200


def test_what_has_no_sound_is_no_guide(home: Home, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("la la")
    with pytest.raises(UnreadableFileError):
        make_guide(home, _asked([tmp_path / "page.txt"]))
    assert not list((home.cache).glob("guides/*"))
