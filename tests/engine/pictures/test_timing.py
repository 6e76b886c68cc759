"""The clocks of pictures and sound, on simulated arrivals: what was true is known here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.engine.pictures.timing import ClockMap, FrameClock, SoundClock
from tests.engine.pictures.arrivals import FPS, START, Times, arrivals, captures, follow, numbers

_TEN_MINUTES = 18_000


def _numbered(promised: float = 30.0) -> FrameClock:
    clock = FrameClock()
    clock.describe(promised, numbered=True)
    return clock


def _errors_ms(told: Times, taken: Times) -> Times:
    return (told - taken) * 1000


def _slope(errors: Times, taken: Times) -> float:
    """Return the trend of the errors in milliseconds in 10 minutes."""
    return float(np.polyfit(taken, errors, 1)[0]) * 600


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("fps", "promised"), [(30 * 1.0002, 30.0), (30 * 0.9998, 30.0), (30.0, 25.0)])
def test_ten_minutes_of_a_counting_camera_have_no_trend(seed: int, fps: float, promised: float) -> None:
    taken = captures(_TEN_MINUTES, fps)
    clock = _numbered(promised)
    errors = _errors_ms(follow(clock, numbers(_TEN_MINUTES, promised), arrivals(taken, 0.08, seed)), taken)
    take = slice(90, None)
    assert np.abs(errors[take]).max() < 1000 / fps
    assert np.abs(errors[take]).mean() < 3
    assert np.abs(errors[1800:]).max() < 3
    assert abs(_slope(errors[take], taken[take])) < 1
    assert clock.missed == clock.repeated == 0
    assert clock.fps == pytest.approx(fps, rel=0.02)
    assert 15 < clock.jitter_ms < 30


@pytest.mark.parametrize("ppm", [-200, 0, 200])
def test_a_source_with_times_of_its_own_is_followed(ppm: float) -> None:
    taken = captures(_TEN_MINUTES)
    source = (taken - START) * (1 + ppm * 1e-6) + 77
    clock = FrameClock()
    clock.describe(30.0, numbered=False)
    errors = _errors_ms(follow(clock, source, arrivals(taken, 0.08, 5)), taken)
    assert np.abs(errors[300:]).max() < 8
    assert np.abs(errors[1800:]).max() < 3
    assert abs(_slope(errors[90:], taken[90:])) < 1
    assert clock.drift_ppm == pytest.approx(ppm, abs=5)


def test_a_quiet_line_is_known_after_two_seconds() -> None:
    taken = captures(300)
    clock = _numbered(25.0)
    errors = _errors_ms(follow(clock, numbers(300, 25.0), arrivals(taken, 0.005, 1)), taken)
    assert np.abs(errors[60:]).max() < 3
    assert clock.settled


def test_seconds_of_delay_change_nothing() -> None:
    taken = captures(3000)
    came = arrivals(taken, 0.01, 2)
    came[500::400] += 3.0
    came = np.maximum.accumulate(came)
    clock = ClockMap()
    told = np.array([clock.add(x, y) for x, y in zip((taken - START).tolist(), came.tolist(), strict=True)])
    assert np.abs(_errors_ms(told, taken)[60:]).max() < 3


def test_one_reading_of_a_mad_clock_is_not_believed() -> None:
    taken = captures(900)
    source = taken - START
    source[400] += 5.0
    came = arrivals(taken, 0.01, 3)
    clock = ClockMap()
    told = np.array([clock.add(x, y) for x, y in zip(source.tolist(), came.tolist(), strict=True)])
    errors = np.abs(_errors_ms(told, taken))
    assert errors[60:].max() < 15
    assert errors[405:].max() < 3


@pytest.mark.parametrize("jump", [-7.0, -0.5, 0.5, 7.0])
def test_a_clock_that_jumps_is_followed_from_where_it_is(jump: float) -> None:
    taken = captures(1800)
    source = taken - START
    source[900:] += jump
    came = arrivals(taken, 0.01, 4)
    clock = FrameClock()
    clock.describe(30.0, numbered=False)
    errors = np.abs(_errors_ms(follow(clock, source, came), taken))
    assert errors[1200:].max() < 5


@pytest.mark.parametrize(("jitter", "most"), [(0.001, 4), (0.01, 4), (0.08, 400)])
def test_frames_that_were_never_sent_are_counted_and_leave_a_hole(jitter: float, most: int) -> None:
    taken = np.delete(captures(3600), [600, 1500, 1501, 2400])
    clock = _numbered()
    errors = np.abs(_errors_ms(follow(clock, numbers(len(taken)), arrivals(taken, jitter, 7)), taken))
    wrong = errors[90:] > 1000 / FPS / 2
    assert np.count_nonzero(wrong) <= most
    # Where arrivals jitter by more than two frames, one missing frame more or less cannot be told.
    assert abs(clock.missed - 4) <= (0 if jitter < 0.02 else 2)
    assert errors[90:].max() < 3000 / FPS


@pytest.mark.parametrize("jitter", [0.001, 0.01, 0.08])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_frames_that_were_held_up_keep_their_times(jitter: float, seed: int) -> None:
    taken = captures(3600)
    held = [(START + 40, START + 45)]
    clock = _numbered()
    errors = np.abs(_errors_ms(follow(clock, numbers(3600), arrivals(taken, jitter, seed, held)), taken))
    assert errors[90:].max() < 1000 / FPS
    assert clock.missed == 0


@pytest.mark.parametrize("jitter", [0.001, 0.01, 0.08])
@pytest.mark.parametrize("kept", [0.0, 0.8])
def test_a_pause_of_a_camera_that_drops_is_a_hole(jitter: float, kept: float) -> None:
    """A few stale frames may wait in the line's buffers; they have their own times, and so have those after them."""
    every = captures(3600)
    taken = every[(every <= START + 40 + kept) | (every >= START + 45)]
    clock = _numbered()
    came = arrivals(taken, jitter, 3, [(START + 40, START + 45)])
    errors = np.abs(_errors_ms(follow(clock, numbers(len(taken)), came), taken))
    after = int(np.searchsorted(taken, START + 45))
    assert errors[90 : after - 1].max() < 1000 / FPS
    # It takes a frame or two to know that what comes now is new.
    assert np.count_nonzero(errors[after:] > 100) <= 4
    assert errors[after + 600 :].max() < 1000 / FPS
    assert abs(clock.missed - (len(every) - len(taken))) <= 1


@pytest.mark.parametrize(("jitter", "worst", "wrong"), [(0.001, 75, 4), (0.01, 75, 4), (0.08, 200, 90)])
def test_a_rate_that_is_halved_for_a_while_is_followed(jitter: float, worst: float, wrong: int) -> None:
    bright, dark = captures(900), START + 30 + np.arange(600) / 15.003
    taken = np.concatenate([bright, dark, START + 70 + np.arange(900) / FPS])
    clock = _numbered()
    came = arrivals(taken, jitter, 1)
    source = numbers(len(taken))
    told = follow(clock, source[:1500], came[:1500])
    assert clock.fps == pytest.approx(15, rel=0.02)
    errors = np.abs(_errors_ms(np.concatenate([told, follow(clock, source[1500:], came[1500:])]), taken))
    assert errors[90:].max() < worst
    assert np.count_nonzero(errors[90:] > 1000 / FPS) <= wrong
    assert clock.fps == pytest.approx(30, rel=0.02)
    assert clock.missed <= (0 if jitter < 0.02 else 8)


def test_after_a_reconnect_the_count_begins_anew() -> None:
    clock = _numbered()
    first, second = captures(900), captures(900, start=START + 60)
    follow(clock, numbers(900), arrivals(first, 0.01, 1))
    clock.restart()
    errors = np.abs(_errors_ms(follow(clock, numbers(900), arrivals(second, 0.01, 2)), second))
    assert errors[3:].max() < 15
    assert errors[60:].max() < 3
    assert clock.missed == 0


def test_a_picture_of_another_size_that_is_late_keeps_its_time() -> None:
    taken = captures(900)
    clock = _numbered(0.0)
    first = follow(clock, numbers(450), arrivals(taken[:450], 0.005, 1))
    clock.describe(0.0, numbered=True)
    came = arrivals(taken[450:], 0.005, 2)
    came[:6] += np.linspace(0.2, 0.0, 6)
    second = follow(clock, numbers(900)[450:], came)
    assert np.abs(_errors_ms(np.concatenate([first, second]), taken))[60:].max() < 3


def _follow_held_back(clock: FrameClock, source: Times, came: Times) -> tuple[Times, int]:
    """Return the moments that ``clock`` tells of frames that are held back until they are known, and how many were."""
    told: list[float] = []
    held: list[tuple[float, float]] = []
    longest = 0
    for frame in zip(source.tolist(), came.tolist(), strict=True):
        held.append(frame)
        ready = clock.ready(held)
        told += [clock.add(*each).moment for each in held[:ready]]
        del held[:ready]
        longest = max(longest, len(held))
    assert not held
    return np.array(told), longest


@pytest.mark.parametrize("jitter", [0.0, 0.02])
@pytest.mark.parametrize("queued", [0, 1, 5, 90])
def test_the_first_frames_after_a_pause_are_held_back_until_their_times_are_known(queued: int, jitter: float) -> None:
    taken = captures(900)
    came = arrivals(taken, jitter, 1)
    # Of 90 frames some are held up, the others are never sent.
    came[450 : 450 + queued] = came[540] - 0.01 + np.arange(queued) * 1e-4
    kept = np.delete(np.arange(900), np.arange(450 + queued, 540))
    clock = _numbered()
    told, longest = _follow_held_back(clock, numbers(len(kept)), came[kept])
    assert 0 < longest < 3
    assert np.abs(_errors_ms(told, taken[kept]))[90:].max() < 1000 / FPS
    assert clock.missed == 900 - len(kept)


def test_a_stale_first_picture_spoils_nothing() -> None:
    taken = captures(900)
    came = arrivals(taken, 0.005, 1)
    came[0] -= 0.7
    clock = _numbered()
    assert np.abs(_errors_ms(follow(clock, numbers(900), came), taken))[60:].max() < 3


def test_repeated_frames_are_counted_and_told() -> None:
    clock = FrameClock()
    clock.describe(30.0, numbered=False)
    taken = captures(120)
    for index, moment in enumerate(taken.tolist()):
        assert not clock.add(moment - START, moment + 0.001).repeated
        if index % 10 == 5:
            assert clock.add(moment - START, moment + 0.002).repeated
        if index % 10 == 7:
            assert clock.add(moment - START + 0.01, moment + 0.011, same=True).repeated
    assert clock.repeated == 24


def test_holes_in_real_times_are_counted() -> None:
    taken = np.delete(captures(600), [100, 200, 201])
    clock = FrameClock()
    clock.describe(30.0, numbered=False)
    errors = np.abs(_errors_ms(follow(clock, taken - START, arrivals(taken, 0.005, 1)), taken))
    assert clock.missed == 3
    assert errors[60:].max() < 3


@given(
    st.lists(
        st.tuples(
            st.floats(-1e6, 1e6, allow_nan=False), st.floats(0, 1e4, allow_nan=False), st.booleans(), st.booleans()
        ),
        max_size=300,
    ),
    st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_whatever_a_source_says_moments_rise(frames: list[tuple[float, float, bool, bool]], numbered: bool) -> None:
    clock = FrameClock()
    clock.describe(30.0, numbered=numbered)
    last, now = -1.0, 0.0
    for source, wait, same, restart in frames:
        now += wait
        if restart and same:
            clock.restart()
        taken = clock.add(source, now, same=same).moment
        assert taken > last
        last = taken


@pytest.mark.parametrize("period", [256, 1024])
def test_the_place_in_the_sound_is_known_between_its_blocks(period: int) -> None:
    rate, ppm = 48_000, 150e-6
    polls = START + np.arange(0, 120, 1 / 30) + np.random.default_rng(1).uniform(0, 0.01, 3600)
    clock = SoundClock(rate)
    for now in polls.tolist():
        clock.add(int((now - START) * rate * (1 + ppm)) // period * period, now)
        if now > START + 5:
            wanted = (now - 0.1 - START) * rate * (1 + ppm)
            assert abs(clock.position(now - 0.1) - wanted) < rate * 0.003


@pytest.mark.parametrize("told", [True, False])
def test_a_sound_that_lost_time_is_followed_at_once_when_it_says_so_and_else_within_seconds(told: bool) -> None:
    rate, clock = 48_000, SoundClock(48_000)
    lost = 0.0
    for now in (START + np.arange(0, 20, 1 / 21)).tolist():
        slipped = now > START + 8 and lost == 0.0
        lost = 0.04 if slipped else lost
        clock.add(int((now - START - lost) * rate) // 256 * 256, now, lost=slipped and told)
        since = now - (START + 8)
        if now - START > 1 and (since < 0 or since > (0.5 if told else 3.1)):
            assert abs(clock.position(now) - (now - START - lost) * rate) < rate * 0.004
