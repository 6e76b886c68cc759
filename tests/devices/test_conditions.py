"""What is wrong with pictures is told after a while, and nothing is told of pictures that are right."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from roomtone.devices.pictures.conditions import Judge
from roomtone.devices.pictures.messages import Condition
from roomtone.devices.pictures.sources import Promise

Luma = npt.NDArray[np.uint8]


def _noise(level: int, spread: int, seed: int) -> Luma:
    noise = np.random.default_rng(seed).integers(-spread, spread + 1, (360, 640)) + level
    return np.clip(noise, 0, 255).astype(np.uint8)


def _shown(
    judge: Judge, level: int, seconds: float, begin: float = 0.0, fps: float = 30.0, promise: Promise | None = None
) -> Condition:
    """Show pictures with noise, one after the other, and return what the judge says at their end."""
    now = begin
    for number in range(int(seconds * fps)):
        now = begin + number / fps
        picture = _noise(level, 6, seed=int(begin * 1000) + number)
        judge.frame(picture, full_range=True, arrival=now, promise=promise or Promise(30.0))
    return judge.verdict(now)


def test_a_picture_that_is_right_is_fine() -> None:
    assert _shown(Judge(0.0), 90, 5.0) is Condition.FINE


def test_a_cap_on_the_lens_is_black_after_two_seconds_and_a_dark_room_is_not() -> None:
    assert _shown(Judge(0.0), 2, 1.9) is Condition.FINE
    judge = Judge(0.0)
    assert _shown(judge, 2, 2.2) is Condition.BLACK
    assert _shown(judge, 60, 1.0, begin=2.2) is Condition.FINE
    assert _shown(Judge(0.0), 16, 4.0) is Condition.FINE


def test_the_very_same_picture_is_frozen_unless_it_is_a_screen() -> None:
    still = _noise(90, 6, seed=1)
    for promise, wanted in (
        (Promise(30.0), Condition.FROZEN),
        (Promise(30.0, still_seconds=0.0), Condition.FINE),
        (Promise(30.0, still_seconds=15.0), Condition.FINE),
    ):
        judge = Judge(0.0)
        for number in range(75):
            judge.frame(still, full_range=True, arrival=number / 30, promise=promise)
        assert judge.verdict(74 / 30) is wanted


def test_half_the_promised_rate_is_slow_and_so_is_half_of_the_best_where_nothing_is_promised() -> None:
    assert _shown(Judge(0.0), 90, 4.0, fps=15.0) is Condition.SLOW
    assert _shown(Judge(0.0), 90, 4.0, fps=24.0) is Condition.FINE
    judge = Judge(0.0)
    nothing = Promise(0.0)
    assert _shown(judge, 90, 4.0, promise=nothing) is Condition.FINE
    assert _shown(judge, 90, 4.0, begin=4.0, fps=15.0, promise=nothing) is Condition.SLOW
    assert 14 < judge.fps < 16


def test_pictures_that_were_held_up_do_not_make_the_usual_rate_slow() -> None:
    judge = Judge(0.0)
    nothing = Promise(0.0)
    assert _shown(judge, 90, 4.0, fps=15.0, promise=nothing) is Condition.FINE
    for number in range(75):
        judge.frame(_noise(90, 6, number), full_range=True, arrival=9.0 + number / 1000, promise=nothing)
    assert _shown(judge, 90, 12.0, begin=9.1, fps=15.0, promise=nothing) is Condition.FINE
    assert _shown(judge, 90, 4.0, begin=21.1, fps=7.0, promise=nothing) is Condition.SLOW


def test_nothing_for_a_second_is_silent() -> None:
    judge = Judge(0.0)
    _shown(judge, 90, 1.0)
    assert judge.verdict(1.9) is Condition.FINE
    assert judge.verdict(2.1) is Condition.SILENT
