"""The self-test finds what it is shown and played, says how sure it is, and refuses what does not fit together."""

from __future__ import annotations

import numpy as np
import pytest

from roomtone.devices.streams import Floats
from roomtone.engine.pictures import selftest
from roomtone.foundation.errors import WorldError

_RATE = 48_000
_CELLS = 144


def _filmed(starts: list[float], seconds: float, *, fps: float, part: int, seed: int) -> tuple[selftest.Values, ...]:
    """Film flashes that fill ``part`` cells of a picture that moves and is noisy, as a sensor that exposes a frame."""
    random = np.random.default_rng(seed)
    moments = 100 + random.uniform(0, 1 / fps) + np.arange(int(seconds * fps)) / fps
    exposure = 1 / fps
    lit = np.zeros(len(moments))
    for start in starts:
        overlap = np.minimum(moments + exposure / 2, start + selftest.FLASH_SECONDS) - np.maximum(
            moments - exposure / 2, start
        )
        lit += np.clip(overlap, 0, None) / exposure
    cells = 60 + 5 * np.sin(moments[:, None] * 1.3 + np.arange(_CELLS)) + random.normal(0, 1, (len(moments), _CELLS))
    cells[:, 20 : 20 + part] += 120 * lit[:, None]
    return moments, cells


def _beeps(starts: list[float], seconds: float, *, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    sound = random.normal(0, 0.003, int(seconds * _RATE))
    time = np.arange(int(0.05 * _RATE)) / _RATE
    for start in starts:
        at = int((start - 100) * _RATE)
        sound[at : at + len(time)] += 0.3 * np.sin(2 * np.pi * selftest.BEEP_HZ * time)
    heard: Floats = sound.astype(np.float32)
    return heard


@pytest.mark.parametrize("late_ms", [-180.0, 0.0, 35.0, 240.0])
@pytest.mark.parametrize(("fps", "part"), [(30.0, _CELLS - 20), (29.4, 12), (60.0, 40)])
def test_flashes_and_beeps_tell_how_late_the_picture_is(late_ms: float, fps: float, part: int) -> None:
    beeps = [101.2 + second for second in range(7)]
    moments, cells = _filmed([at + late_ms / 1000 for at in beeps], 9, fps=fps, part=part, seed=4)
    seen = selftest.find_flashes(moments, cells)
    heard = 100 + selftest.find_beeps(_beeps(beeps, 9, seed=5), _RATE)
    found = selftest.compare(seen, heard, claps=False)
    assert found.events == len(beeps)
    assert abs(found.offset_ms - late_ms) < 8
    assert found.spread_ms < 10


def test_claps_are_found_where_hands_stop_and_the_noise_begins() -> None:
    fps, random = 30.0, np.random.default_rng(8)
    claps = [101.13 + 1.37 * number for number in range(5)]
    moments = 100 + np.arange(int(9 * fps)) / fps
    cells = 80 + random.normal(0, 0.5, (len(moments), _CELLS))
    for clap in claps:
        # Hands come together within 150 ms, then rest.
        closing = np.clip((moments - (clap + 0.05 - 0.15)) / 0.15, 0, 1)
        cells[:, 60] += 90 * closing - 90 * np.clip((moments - clap - 0.4) / 0.6, 0, 1)
    sound = random.normal(0, 0.002, int(9 * _RATE))
    for clap in claps:
        at = int((clap - 100) * _RATE)
        sound[at : at + 900] += random.normal(0, 0.4, 900) * np.exp(-np.arange(900) / 200)
    seen = selftest.find_motion_ends(moments, cells)
    heard = 100 + selftest.find_claps(sound.astype(np.float32), _RATE)
    found = selftest.compare(seen, heard, claps=True)
    assert found.events >= 4
    # Claps tell it to within a frame, not better.
    assert abs(found.offset_ms - 50) < 1000 / fps


def test_what_cannot_be_told_is_refused_with_the_reason() -> None:
    beeps = [101.2 + second for second in range(7)]
    moments, cells = _filmed([], 9, fps=30.0, part=20, seed=1)
    heard = 100 + selftest.find_beeps(_beeps(beeps, 9, seed=2), _RATE)
    with pytest.raises(WorldError, match="No flash was seen"):
        selftest.compare(selftest.find_flashes(moments, cells), heard, claps=False)
    moments, cells = _filmed(beeps, 9, fps=30.0, part=20, seed=1)
    silence = selftest.find_beeps(_beeps([], 9, seed=3), _RATE)
    with pytest.raises(WorldError, match="No beep was heard"):
        selftest.compare(selftest.find_flashes(moments, cells), silence, claps=False)
    random = np.random.default_rng(3)
    scattered = np.array([at + random.uniform(-0.4, 0.4) for at in beeps])
    with pytest.raises(WorldError, match="differ too much"):
        selftest.compare(scattered, np.array(beeps), claps=False)
