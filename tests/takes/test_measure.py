"""What is said of a sound: peak, RMS, clipping, noise floor and waveform, against plain numpy."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.foundation.paths import Home
from roomtone.takes.measure import BUCKET, SILENCE, Floats, Meter, Summary, Waveform, decibels
from roomtone.takes.peaks import PeaksReader, begin_peaks, peaks_file

_RATE = 48_000
_FULL = np.float32(1 - 2**-23)


def _sine(amplitude: float, frames: int = _RATE) -> Floats:
    time = np.arange(frames) / _RATE
    return (amplitude * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)


def _noise(frames: int, channels: int) -> Floats:
    made: npt.NDArray[np.float32] = np.random.default_rng(3).uniform(-0.7, 0.7, (frames, channels)).astype(np.float32)
    return made


def test_peak_and_rms_are_those_of_numpy() -> None:
    block = np.stack([_sine(0.5), _sine(0.01), np.zeros(_RATE, np.float32)], axis=1)
    loud, quiet, silent = Meter(3).update(block)
    assert abs(loud.peak - 20 * math.log10(0.5)) < 0.01
    assert abs(loud.rms - 20 * math.log10(0.5 / math.sqrt(2))) < 0.01
    assert abs(quiet.peak + 40) < 0.01
    assert (silent.peak, silent.rms) == (SILENCE, SILENCE)
    noise = _noise(5000, 1)
    level = Meter(1).update(noise)[0]
    assert abs(level.peak - 20 * np.log10(np.abs(noise).max())) < 0.001
    assert abs(level.rms - 10 * np.log10(np.mean(noise.astype(np.float64) ** 2))) < 0.001


def test_the_lowest_sample_counts_as_much_as_the_highest() -> None:
    block = np.zeros((10, 1), np.float32)
    block[4] = -1.0
    assert Meter(1).update(block)[0].peak == 0.0
    assert decibels(0.0) == decibels(1e-30) == SILENCE


def _clipped_by_the_book(full: list[bool]) -> int:
    total = run = 0
    for value in [*full, False]:
        if value:
            run += 1
        else:
            total += run if run >= 3 else 0
            run = 0
    return total


@given(st.lists(st.booleans(), max_size=120), st.lists(st.integers(1, 120), max_size=10))
def test_clipped_samples_are_those_in_runs_of_three_wherever_the_blocks_end(full: list[bool], cuts: list[int]) -> None:
    samples = np.where(np.array(full, bool), -_FULL, np.float32(0.5)).astype(np.float32)[:, np.newaxis]
    meter = Meter(1)
    edges = sorted({0, len(full), *(cut for cut in cuts if cut < len(full))})
    counted = sum(meter.update(samples[start:end])[0].clipped for start, end in itertools.pairwise(edges))
    assert counted == _clipped_by_the_book(full)


def test_the_noise_floor_is_that_of_the_quiet_moments() -> None:
    summary = Summary(_RATE)
    meter = Meter(1)
    rng = np.random.default_rng(5)
    quiet = (10 ** (-60 / 20) * rng.standard_normal((2 * _RATE, 1))).astype(np.float32)
    loud = (0.3 * rng.standard_normal((8 * _RATE, 1))).clip(-0.9, 0.9).astype(np.float32)
    both = np.concatenate([loud[: 4 * _RATE], quiet, loud[4 * _RATE :]])
    for start in range(0, len(both), 1600):
        block = both[start : start + 1600]
        summary.update(meter.update(block), len(block))
    assert summary.noise_floor is not None
    assert abs(summary.noise_floor + 60) < 1
    assert abs(summary.peak - 20 * math.log10(float(np.abs(both).max()))) < 0.01
    assert summary.clipped == 0


def test_a_track_shorter_than_a_moment_has_no_noise_floor() -> None:
    summary = Summary(_RATE)
    summary.update(Meter(1).update(_noise(100, 1)), 100)
    summary.update([], 0)
    assert summary.noise_floor is None
    assert Summary(_RATE).peak == SILENCE


def test_silence_has_the_floor_of_silence() -> None:
    summary = Summary(_RATE)
    block = np.zeros((_RATE, 1), np.float32)
    summary.update(Meter(1).update(block), len(block))
    assert (summary.noise_floor, summary.peak) == (SILENCE, SILENCE)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("block", [1, 100, 511, 512, 513, 4096])
def test_a_waveform_does_not_depend_on_the_blocks(channels: int, block: int) -> None:
    samples = _noise(3000, channels)
    waveform = Waveform(channels)
    raw = b"".join(waveform.update(samples[at : at + block]) for at in range(0, len(samples), block))
    raw += waveform.finish()
    pairs = np.frombuffer(raw, "<i2").reshape(-1, 2)
    expected = []
    for at in range(0, 3000, BUCKET):
        part = samples[at : at + BUCKET]
        expected.append([round(float(part.min()) * 32767), round(float(part.max()) * 32767)])
    assert np.abs(pairs - np.array(expected)).max() <= 1
    assert waveform.finish() == b""


def test_a_waveform_is_read_while_it_grows(home: Home) -> None:
    path = peaks_file(home, "a" * 32, "mic-1.flac")
    reader = PeaksReader(path)
    assert not reader.update()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"RTP1")
    assert not reader.update()
    begin_peaks(path, _RATE, BUCKET)
    assert not reader.update()
    with path.open("ab") as file:
        # Half a pair is none yet.
        file.write(b"\x01\x00\x02\x00\x03\x00")
        file.flush()
        assert reader.update()
        assert (list(reader.lows), list(reader.highs)) == ([1], [2])
        file.write(b"\x04\x00")
        file.flush()
        assert reader.update()
        assert not reader.update()
    assert (list(reader.lows), list(reader.highs)) == ([1, 3], [2, 4])
    assert (reader.rate, reader.bucket) == (_RATE, BUCKET)


def test_a_foreign_file_has_no_waveform(tmp_path: Path) -> None:
    for raw in (b"", b"RIFF" + bytes(100), b"RTP1" + bytes(8) + b"\x01\x00" * 10):
        (tmp_path / "x").write_bytes(raw)
        reader = PeaksReader(tmp_path / "x")
        assert not reader.update()
        assert reader.envelope(0, 10, 5) == []


@given(st.integers(0, 40), st.floats(-50, 100), st.floats(-50, 100), st.integers(0, 30))
def test_an_envelope_stays_within_its_waveform(pairs: int, first: float, last: float, columns: int) -> None:
    reader = PeaksReader(Path("nowhere"))
    reader.lows.extend([-3000] * pairs)
    reader.highs.extend([5000] * pairs)
    found = reader.envelope(first, last, columns)
    assert len(found) <= columns
    assert all(low == -3000 / 32767 and high == 5000 / 32767 for low, high in found)
    if 0 <= first < last <= pairs:
        assert len(found) == columns
