"""The capture thread: levels that are right, a device that falls silent, and one that is gone."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
import pytest

from roomtone.devices.practice import PracticeToneStream
from roomtone.devices.streams import Chunk, Floats, InputStream
from roomtone.engine.capture import FLAC_SECONDS, GONE_SECONDS, NOTICE_SECONDS, Capture
from roomtone.engine.messages import Levels
from roomtone.foundation.clock import SystemClock
from roomtone.foundation.errors import RoomtoneError
from roomtone.takes.documents import Ending
from roomtone.takes.measure import decibels
from tests.rigs import signals
from tests.rigs.processes import until


class SteppedClock:
    """A clock whose owner says how late each waking is, and ends the thread after the last one."""

    def __init__(self, steps: list[float]) -> None:
        self._system = SystemClock()
        self._steps = deque(steps)
        self._now = 0.0
        self.now = self._system.now

    def monotonic(self) -> float:
        return self._now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if not self._steps:
            # Everything was seen; until the thread is ended, time stands still.
            event.wait(10)
            return True
        self._now += max(seconds, self._steps.popleft())
        return event.is_set()


class Script:
    """An input that delivers what was written for it, one entry a read, and then nothing any more."""

    rate = 48_000

    def __init__(self, chunks: list[Floats], *, active: bool = True) -> None:
        self._chunks = deque(chunks)
        self._arrived = 0
        self._active = active
        self.channels = chunks[0].shape[1]
        self.closed = False

    def read(self) -> Chunk:
        if not self._chunks:
            return Chunk(np.zeros((0, self.channels), np.float32))
        chunk = self._chunks.popleft()
        self._arrived += len(chunk)
        return Chunk(chunk)

    def arrived(self) -> int:
        return self._arrived

    def active(self) -> bool:
        return self._active or bool(self._chunks)

    def close(self) -> None:
        self.closed = True


class Told:
    """Everything that a capture tells, with the moment."""

    def __init__(self, clock: SteppedClock | SystemClock) -> None:
        self._clock = clock
        self.heard: list[Levels] = []
        self.silences: list[tuple[bool, float]] = []
        self.gone: list[float] = []
        self.problems: list[RoomtoneError] = []

    def levels(self, moments: list[Levels]) -> None:
        self.heard.extend(moments)

    def silent(self, on: bool) -> None:
        self.silences.append((on, self._clock.monotonic()))

    def device_gone(self) -> None:
        self.gone.append(self._clock.monotonic())

    def disk_full(self) -> None:
        raise AssertionError("no take is recorded here")

    def take_must_end(self, ending: Ending) -> None:
        del ending
        raise AssertionError("no take is recorded here")

    def failed(self, error: RoomtoneError) -> None:
        self.problems.append(error)


def _run(stream: InputStream, steps: list[float]) -> Told:
    clock = SteppedClock(steps)
    told = Told(clock)
    capture = Capture(stream, clock, FLAC_SECONDS, told)
    capture.start()
    until(lambda: not clock._steps or told.gone, 10, "the script to be played")
    capture.close()
    assert not told.problems
    return told


def _noise(count: int, seed: int = 1) -> list[Floats]:
    sound = (signals.noise(count * 1600, 2, seed) / signals.FULL_SCALE).astype(np.float32) * np.float32(0.5)
    return list(sound.reshape(count, 1600, 2))


def test_silence_is_said_within_200_ms_and_the_device_taken_for_gone_later() -> None:
    told = _run(Script(_noise(10)), [0.0] * 120)
    last = 10 * FLAC_SECONDS
    (said, at), *more = told.silences
    assert (said, more) == (True, [])
    assert at - last <= 0.2
    assert told.gone[0] - last == pytest.approx(GONE_SECONDS, abs=0.1)


def test_a_driver_that_says_that_it_ended_is_believed_at_once() -> None:
    told = _run(Script(_noise(10), active=False), [0.0] * 40)
    assert told.gone[0] - 10 * FLAC_SECONDS <= 0.2


def test_a_thread_that_was_held_up_does_not_take_the_device_for_gone() -> None:
    told = _run(Script(_noise(30)), [0.0] * 10 + [20.0] + [0.0] * 10 + [3.0] + [0.0] * 5)
    assert told.silences == []
    assert told.gone == []


def test_a_device_that_comes_back_is_welcome() -> None:
    chunks = _noise(20)
    for place in range(5, 12):
        chunks[place] = np.zeros((0, 2), np.float32)
    told = _run(Script(chunks), [0.0] * 20)
    assert [on for on, _ in told.silences] == [True, False]
    assert told.silences[0][1] > NOTICE_SECONDS


def test_levels_come_thirty_times_a_second_and_are_those_of_numpy() -> None:
    chunks = _noise(30)
    told = _run(Script(chunks), [0.0] * 30)
    assert len(told.heard) == 30
    for levels, chunk in zip(told.heard, chunks, strict=True):
        for channel, (peak, rms, clipped) in enumerate(levels.channels):
            sound = chunk[:, channel].astype(np.float64)
            assert peak == pytest.approx(decibels(float(np.abs(sound).max())), abs=0.06)
            assert rms == pytest.approx(decibels(float(np.sqrt(np.mean(sound**2)))), abs=0.06)
            assert clipped == 0


@pytest.mark.parametrize("block", [256, 686, 2352, 48_000])
def test_levels_come_thirty_times_a_second_of_sound_however_it_arrives(block: int) -> None:
    sound = np.concatenate(_noise(60))
    sound[70_000] = 0.9
    chunks = [sound[at : at + block] for at in range(0, len(sound), block)]
    told = _run(Script(chunks), [0.0] * (len(chunks) + 1))
    # Whoever reads a second at once is told fewer, longer moments.
    assert len(told.heard) == (4 if block == 48_000 else 60)
    peaks = [levels.channels[0][0] for levels in told.heard]
    assert sum(peak == round(decibels(0.9), 1) for peak in peaks) == 1


def test_only_runs_of_full_scale_samples_count_as_clipped() -> None:
    full = np.float32(1 - 2.0**-23)
    chunk = np.zeros((1600, 1), np.float32)
    chunk[100] = full
    chunk[200:202] = -1.0
    chunk[300:310] = full
    chunk[1598:] = full
    following = np.zeros((1600, 1), np.float32)
    following[0] = full
    told = _run(Script([chunk, following]), [0.0] * 2)
    # Ten in a run, and three across the border of two blocks.
    assert sum(levels.channels[0][2] for levels in told.heard) == 13


def test_the_practice_tone_arrives_in_real_time() -> None:
    clock = SystemClock()
    told = Told(clock)
    stream = PracticeToneStream(48_000, 1, clock)
    capture = Capture(stream, clock, FLAC_SECONDS, told)
    capture.start()
    until(lambda: len(told.heard) >= 10, 10, "levels of the practice tone")
    capture.close()
    assert told.silences == []
    assert max(levels.channels[0][0] for levels in told.heard) > -60
