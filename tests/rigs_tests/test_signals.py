"""The finders find what is there, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.rigs import signals
from tests.rigs.signals import Break


def test_a_wav_holds_exactly_what_was_written(tmp_path: Path) -> None:
    sound = signals.noise(5_000, channels=2, seed=3)
    sound[:2] = [[-signals.FULL_SCALE, signals.FULL_SCALE - 1], [0, -1]]
    path = signals.write_wav(tmp_path / "sound.wav", sound, 44_100)
    back, rate = signals.read_samples(path)
    assert rate == 44_100
    assert np.array_equal(back, sound)


def test_only_24_bit_samples_are_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="int32"):
        signals.write_wav(tmp_path / "sound.wav", np.zeros(10, np.int32), 44_100)


def test_floats_of_portaudio_become_the_integers_they_were() -> None:
    sound = signals.noise(10_000)
    as_float = (sound / signals.FULL_SCALE).astype(np.float32)
    assert np.array_equal(signals.from_float(as_float), sound)


def test_noise_is_repeatable_and_full_scale() -> None:
    assert np.array_equal(signals.noise(100, 2, seed=5), signals.noise(100, 2, seed=5))
    assert not np.array_equal(signals.noise(100, seed=5), signals.noise(100, seed=6))
    loud = signals.noise(200_000)
    assert loud.max() > 0.999 * signals.FULL_SCALE
    assert loud.min() < -0.999 * signals.FULL_SCALE


def test_a_tone_has_its_level() -> None:
    assert np.abs(signals.tone(48_000, 48_000, dbfs=-20)).max() == pytest.approx(0.1 * signals.FULL_SCALE, rel=1e-3)


def test_an_exact_copy_is_found_and_a_changed_bit_is_not() -> None:
    sound = signals.noise(2_000, channels=2)
    recorded = np.concatenate([signals.silence(777, 2), sound, signals.silence(50, 2)])
    assert signals.find_exact(sound, recorded) == 777
    recorded[1_500, 1] ^= 1
    assert signals.find_exact(sound, recorded) is None
    assert signals.longest_match(sound, recorded) == (777, 723)
    assert signals.longest_match(signals.noise(100, 2, seed=9), recorded) == (-1, 0)


def test_a_recording_that_was_cut_matches_up_to_its_end() -> None:
    sound = signals.noise(2_000)
    recorded = np.concatenate([signals.silence(10), sound[:1_200]])
    assert signals.longest_match(sound, recorded) == (10, 1_200)


def test_breaks_of_a_ramp_tell_where_and_how_much() -> None:
    line = signals.ramp(10_000)[:, 0]
    assert signals.breaks(line) == []
    lost = np.concatenate([line[:100], line[150:]])
    assert signals.breaks(lost) == [Break(100, 50)]
    repeated = np.concatenate([line[:100], line[80:]])
    assert signals.breaks(repeated) == [Break(100, -20)]


def test_a_ramp_wraps_without_a_break() -> None:
    line = signals.ramp(1_000, start=signals.FULL_SCALE - 500)[:, 0]
    assert line.min() == -signals.FULL_SCALE
    assert signals.breaks(line) == []


def test_a_quiet_copy_in_noise_is_found_by_correlation() -> None:
    sound = signals.noise(4_000, seed=1)[:, 0] / signals.FULL_SCALE
    around = signals.noise(20_000, seed=2)[:, 0] / signals.FULL_SCALE * 0.01
    around[9_000:13_000] += 0.1 * sound
    offset, score = signals.correlate(sound, around)
    assert offset == 9_000
    assert score > 0.95
    assert signals.correlate(signals.noise(4_000, seed=3)[:, 0] / signals.FULL_SCALE, around)[1] < 0.2
