"""The sync self-test as a use case: the window flashes, the speaker beeps, the engine finds both."""

from __future__ import annotations

import math
import threading
import wave
from array import array
from io import BytesIO
from pathlib import Path
from typing import Final

from roomtone.engine.messages import SelfTested
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import Problem, UsageError, from_os_error
from roomtone.foundation.files import atomic_write
from roomtone.foundation.paths import Home
from roomtone.studio.board import Board
from roomtone.studio.flashing import BEEP_HZ, BEEP_SECONDS, BEEPS, EVERY_SECONDS, TEST_SECONDS
from roomtone.studio.lines import Tone
from roomtone.studio.workshop import Workshop

# The beeps begin so late, because only what is heard already says when the next sample will be.
LEAD_SECONDS: Final = 1.5
# Playing is watched for so long to find out when it began, of which some time is left to tell the face.
_WATCHED_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 0.03
_TAIL_SECONDS: Final = 2.0
_LEVEL: Final = 0.5
_USUAL_RATE: Final = 48_000
FOUND_CODE: Final = "sync-found"


class SyncTest:
    """One test at a time. ``run`` takes as long as the test."""

    def __init__(self, board: Board, workshop: Workshop, clock: Clock) -> None:
        self._board = board
        self._workshop = workshop
        self._clock = clock
        self._ending = threading.Event()

    def end(self) -> None:
        """Do not wait any longer for when playing began; the engine's part ends with the connection."""
        self._ending.set()

    def run(self, source: str, claps: bool) -> None:
        """Find how late the picture of ``source`` is, have it kept, and say it."""
        with self._board.looking() as model:
            rolling = model.rolling
            name = next((camera.label for camera in model.cameras if camera.id == source), "The camera")
        if rolling is not None:
            raise UsageError("still-recording", "The sync test was not begun", "A take is rolling", "Stop it first")
        try:
            found = self._clapping(source) if claps else self._beeping(source)
        finally:
            with self._board.changing() as model:
                model.testing, model.testing_since = "", None
        self._board.notice(found_problem(name, found, claps), tone=Tone.QUIET)

    def _clapping(self, source: str) -> SelfTested:
        with self._board.changing() as model:
            model.testing, model.testing_since = source, None
        return self._workshop.cameras().self_test(source, TEST_SECONDS, claps=True)

    def _beeping(self, source: str) -> SelfTested:
        beeps = beeps_file(self._workshop.home, self._workshop.playback.output_rate() or _USUAL_RATE)
        engine = self._workshop.engine()
        engine.play(BEEPS, str(beeps), 0.0, self._workshop.settings.output)
        try:
            began = self._when_begun()
            with self._board.changing() as model:
                model.testing, model.testing_since = source, began + LEAD_SECONDS
            return self._workshop.cameras().self_test(source, TEST_SECONDS)
        finally:
            engine.stop_playing()

    def _when_begun(self) -> float:
        """Return the monotonic time at which the first sample was heard.

        Where playing is comes in steps and a moment late, but never early: the earliest of many answers is right.
        """
        began = math.inf
        asked = self._clock.monotonic()
        while (now := self._clock.monotonic()) - asked < _WATCHED_SECONDS and not self._ending.is_set():
            playing = self._workshop.engine().status().playing
            if playing is not None and playing.take == BEEPS and playing.at > 0:
                began = min(began, now - playing.at)
            self._clock.wait(self._ending, _LOOK_SECONDS)
        if began == math.inf:
            raise UsageError(
                "no-beep",
                "The sync test was not begun",
                "The beeps are not heard: the output does not play",
                "Choose another output, or clap instead",
            )
        return began


def found_problem(name: str, found: SelfTested, claps: bool) -> Problem:
    """Return how to say what the test found."""
    late = abs(found.offset_ms)
    what = "claps" if claps else "flashes and beeps"
    where = "in time with the sound" if late < 1 else f"{late:.0f} ms {'late' if found.offset_ms > 0 else 'early'}"
    detail = f"{found.events} {what} agreed within {found.spread_ms:.0f} ms; it is taken off from now on"
    return Problem(FOUND_CODE, f"“{name}” is {where}", detail)


def beeps_file(home: Home, rate: int) -> Path:
    """Return the sound of the test as a file that the player reads, made where the cache misses it.

    Mono, 16 bits: ``LEAD_SECONDS`` of silence, then a beep each ``EVERY_SECONDS``. Raises ``RoomtoneError``.
    """
    path = home.cache / f"sync-test-{rate}.wav"
    if path.exists():
        return path
    buffer = BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(_samples(rate).tobytes())
    try:
        atomic_write(path, buffer.getvalue())
    except OSError as error:
        raise from_os_error(error, "making the beeps of the sync test") from error
    return path


def _samples(rate: int) -> array[int]:
    samples = array("h", bytes(2 * round((LEAD_SECONDS + TEST_SECONDS + _TAIL_SECONDS) * rate)))
    beep = [
        round(32_767 * _LEVEL * math.sin(2 * math.pi * BEEP_HZ * frame / rate))
        for frame in range(round(BEEP_SECONDS * rate))
    ]
    at = LEAD_SECONDS
    while at + BEEP_SECONDS < LEAD_SECONDS + TEST_SECONDS + _TAIL_SECONDS:
        first = round(at * rate)
        samples[first : first + len(beep)] = array("h", beep)
        at += EVERY_SECONDS
    return samples
