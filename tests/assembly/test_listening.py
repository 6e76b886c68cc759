"""Loudness and waveforms of foreign files, against FFmpeg's own program and numpy."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from roomtone.assembly.drawing import draw_peaks
from roomtone.assembly.loudness import loudness_of
from roomtone.assembly.media import UnreadableFileError
from roomtone.foundation.paths import Home
from roomtone.takes.measure import BUCKET
from roomtone.takes.peaks import PeaksReader, peaks_file
from tests.assembly.samples import make_covered, make_sample
from tests.rigs.processes import need

_TAKE = "ab" * 16


def _by_ffmpeg(path: Path) -> tuple[float, float]:
    need("ffmpeg")
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path), "-map", "0:a"]
    done = subprocess.run(
        [*command, "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    summary = done.stderr[done.stderr.rindex("Summary:") :]
    integrated = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)
    assert integrated is not None
    assert peak is not None
    return float(integrated.group(1)), float(peak.group(1))


def _write(path: Path, samples: np.ndarray[tuple[int, ...], np.dtype[np.float64]], rate: int = 48_000) -> Path:
    soundfile.write(path, samples, rate, subtype="PCM_24")
    return path


def test_loudness_is_that_of_ffmpegs_own_meter(samples: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = _write(tmp_path / "noise.wav", 0.2 * rng.uniform(-1, 1, (5 * 48_000, 2)))
    steps = _write(tmp_path / "steps.flac", np.repeat([0.5, 0.01, 0.1], 96_000) * rng.uniform(-1, 1, 288_000))
    for file in (noise, steps, make_sample(samples, "song.m4a"), make_covered(samples, "song.mp3")):
        lufs, peak = _by_ffmpeg(file)
        found = loudness_of(file)
        assert found.lufs is not None
        assert found.true_peak is not None
        assert abs(found.lufs - lufs) <= 0.1
        assert abs(found.true_peak - peak) <= 0.1


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    found = loudness_of(_write(tmp_path / "silence.wav", np.zeros(96_000)))
    assert (found.lufs, found.true_peak) == (None, None)


@pytest.mark.parametrize("name", ["silent.mp4", "drawing.png"])
def test_what_has_no_sound_has_no_loudness(samples: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError):
        loudness_of(make_sample(samples, name))


def test_peaks_are_the_extremes_of_the_decoded_sound(home: Home, tmp_path: Path) -> None:
    sound = np.random.default_rng(2).uniform(-0.8, 0.8, (10_000, 2))
    sound[5000:] *= 0.1
    file = _write(tmp_path / "x.flac", sound)
    drawn = draw_peaks(home, _TAKE, file)
    reader = PeaksReader(Path(drawn.file))
    assert reader.update()
    assert (reader.rate, reader.bucket) == (48_000, BUCKET)
    lows = [float(sound[at : at + BUCKET].min()) for at in range(0, 10_000, BUCKET)]
    highs = [float(sound[at : at + BUCKET].max()) for at in range(0, 10_000, BUCKET)]
    assert np.abs(np.array(reader.lows) / 32767 - lows).max() < 0.001
    assert np.abs(np.array(reader.highs) / 32767 - highs).max() < 0.001


def test_peaks_are_drawn_once_and_again_when_the_cache_is_emptied(home: Home, samples: Path) -> None:
    file = make_sample(samples, "film.mp4")
    path = Path(draw_peaks(home, _TAKE, file).file)
    assert path == peaks_file(home, _TAKE, file.name)
    first, inode = path.read_bytes(), path.stat().st_ino
    draw_peaks(home, _TAKE, file)
    assert path.stat().st_ino == inode
    path.unlink()
    draw_peaks(home, _TAKE, file)
    assert path.read_bytes() == first


def test_a_waveform_is_drawn_whole_or_not_at_all(home: Home, samples: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.flac"
    raw = make_sample(samples, "song.flac").read_bytes()
    broken.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(UnreadableFileError):
        draw_peaks(home, _TAKE, broken)
    assert list(peaks_file(home, _TAKE, "x").parent.glob("*")) == []
    assert draw_peaks(home, _TAKE, make_sample(samples, "drawing.png")).file == ""
