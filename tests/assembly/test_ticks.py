"""Which picture is shown when: never far from its tick, in order, and without a trend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.assembly.ticks import picture_times, shown_at
from tests.engine.projector.film import FPS, SECONDS, write_film

Times = npt.NDArray[np.float64]


def _camera(seconds: float, ppm: float, first: float, fps: float = 30.0) -> Times:
    count = round(seconds * fps * (1 + ppm * 1e-6))
    jitter = np.random.default_rng(1).normal(0, 0.0002, count)
    return np.sort(first + np.arange(count) / (fps * (1 + ppm * 1e-6)) + jitter)


def _late(times: Times, shown: npt.NDArray[np.int64], fps: int) -> tuple[Times, Times]:
    """Return when each picture appears, and by how much later than it was taken."""
    appears = np.flatnonzero((np.diff(shown, prepend=-1) > 0) & (shown >= 0))
    ticks = appears / fps
    return ticks, ticks - times[shown[appears]]


@pytest.mark.parametrize("first", [0.001, 0.007, 0.014, 0.021, 0.029])
@pytest.mark.parametrize("ppm", [-1000.0, -200.0, 200.0, 1000.0])
def test_a_camera_with_another_clock_has_neither_mean_nor_trend(ppm: float, first: float) -> None:
    times = _camera(600, ppm, first)
    ticks, late = _late(times, shown_at(times, 30, 600), 30)
    slope = np.polyfit(ticks, late, 1)[0]
    assert abs(slope * 600) < 0.0003
    assert abs(late.mean()) < 0.0003
    assert np.abs(late).max() < 0.5 / 30 + 1 / 8 / 30 + 0.001


@pytest.mark.parametrize("fps", [24, 25, 50, 60])
def test_another_rate_has_no_trend_either(fps: int) -> None:
    times = _camera(60, 30, 0.01)
    ticks, late = _late(times, shown_at(times, fps, 60), fps)
    # Its clock gains 1.8 ms in this minute; that is no tooth yet, and stays.
    assert abs(np.polyfit(ticks, late, 1)[0] * 60) < 0.002
    assert np.abs(late).max() < 0.5 / min(fps, 30) + 1 / 8 / fps + 0.001


def test_a_camera_that_keeps_the_time_is_shown_picture_by_picture() -> None:
    times = _camera(60, 0, 0.012)
    shown = shown_at(times, 30, 60)
    assert np.array_equal(shown[:1800], np.arange(1800))


@given(
    st.lists(st.floats(0, 20), max_size=60).map(sorted),
    st.sampled_from([24, 25, 30, 50, 60]),
    st.floats(0.01, 25),
)
@settings(max_examples=150, deadline=None)
def test_any_times_are_shown_in_order_and_near_their_ticks(times: list[float], fps: int, length: float) -> None:
    taken = np.array(times, np.float64)
    shown = shown_at(taken, fps, length)
    assert len(shown) == max(1, round(length * fps))
    assert (np.diff(shown) >= 0).all()
    for number, picture in enumerate(shown):
        at = number / fps
        if picture < 0:
            assert not times or times[0] > at
        else:
            nearest = np.abs(taken - at).min()
            assert abs(taken[picture] - at) <= nearest + 2 / 8 / fps + 1e-9


def test_times_are_those_of_the_file(tmp_path: Path) -> None:
    times = picture_times(write_film(tmp_path / "film.mp4"))
    assert np.allclose(times, np.arange(len(times)) / FPS, atol=0.001)
    assert len(times) == round(SECONDS * FPS)
