"""The capture thread: drains the open input, measures it, hands it to the take, and watches over both.

Metering and recording are the same stream, opened once. Nothing here is real-time: the input's own buffer
holds many seconds, so a busy machine or a slow disk delays this thread without losing a sample.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from roomtone.devices.streams import Chunk, Floats, InputStream
from roomtone.engine.messages import Levels
from roomtone.engine.pictures.timing import SoundClock
from roomtone.engine.recording import TakeRecorder
from roomtone.foundation.clock import Clock, Signal
from roomtone.foundation.errors import RoomtoneError, from_os_error, unexpected
from roomtone.takes.documents import Ending
from roomtone.takes.measure import Level, Meter

log = logging.getLogger(__name__)

# Each wake-up costs as much as the work that is done then. FLAC comes in blocks of 24 ms, so one every 48 ms keeps
# what a killed process loses below 80 ms. WAV has no blocks; waking more often keeps it below 30 ms.
FLAC_SECONDS: Final = 1 / 21
WAVE_SECONDS: Final = 1 / 70
LEVELS_A_SECOND: Final = 30
# After this thread was held up, what was missed is told in few, long moments: nobody wants to see the past.
_MOST_MOMENTS: Final = 2
# A device that delivers nothing for this long is said to be silent; PortAudio itself tells nobody.
NOTICE_SECONDS: Final = 0.12
# A look at the device that comes late counts as if it had come on time: then this process was held up, not the device.
_LOOK_SECONDS: Final = 0.05
# A look that is meant for a moment comes this much later.
_SLACK_SECONDS: Final = 0.002
# One that stays silent this long is taken for gone, and its take is closed and kept.
GONE_SECONDS: Final = 2.0
_RETRY_SECONDS: Final = 0.2


class CaptureEvents(Protocol):
    """What the capture thread tells. Called on that thread; must return soon."""

    def levels(self, moments: list[Levels]) -> None:
        """New levels, 30 moments a second."""

    def silent(self, on: bool) -> None:
        """The device stopped delivering, or delivers again."""

    def device_gone(self) -> None:
        """The device is gone for good; whatever it delivered has been handed over."""

    def disk_full(self) -> None:
        """The disk refused bytes of the rolling take for the first time."""

    def take_must_end(self, ending: Ending) -> None:
        """No more can be kept of the rolling take, or it is as long as it was to be."""

    def failed(self, error: RoomtoneError) -> None:
        """The take cannot be written any more; it is as far as it got."""


@dataclass
class _Watch:
    """How long the device has delivered nothing, as far as somebody was looking."""

    looked: float
    quiet: float = 0.0
    silent: bool = False


@dataclass
class _Rolling:
    """The rolling take as the thread sees it, and what was said about it."""

    recorder: TakeRecorder
    # How many frames it is to have, 0 for as many as come.
    frames: int = 0
    said_full: bool = False
    retried: float = 0.0
    said_end: bool = False


class Capture:
    """Owns an open input stream and the thread that reads it."""

    def __init__(self, stream: InputStream, clock: Clock, period: float, events: CaptureEvents) -> None:
        self._stream = stream
        self._clock = clock
        self._period = period
        self._events = events
        self._meter = Meter(stream.channels)
        self._watch = _Watch(clock.monotonic())
        self._lock = threading.Lock()
        self._rolling: _Rolling | None = None
        self._position = 0
        self._gone = False
        self._ending = Signal()
        self._unmeasured: list[Floats] = []
        # Frames that arrived since the last moment told, times moments a second: one is due when it reaches the rate.
        self._due = 0
        self._ear: Callable[[Floats, int], None] | None = None
        self.sound_clock = SoundClock(stream.rate)
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    @property
    def rate(self) -> int:
        """Frames a second."""
        return self._stream.rate

    def listen(self, ear: Callable[[Floats, int], None] | None) -> None:
        """Hand every block and the stream position of its first frame to ``ear`` as well; ``None`` ends it."""
        with self._lock:
            self._ear = ear

    def start(self) -> None:
        """Read the stream from now on."""
        self._thread.start()

    def record_into(self, recorder: TakeRecorder, seconds: float = 0.0) -> None:
        """Hand everything that is read from now on to ``recorder``, and say when these are ``seconds``, 0 for never."""
        with self._lock:
            # What arrived before belongs to no take.
            self._measure(1)
            self._rolling = _Rolling(recorder, round(seconds * self._stream.rate))

    def release(self) -> TakeRecorder | None:
        """Hand over what has arrived until this moment, then stop recording; return the recorder."""
        with self._lock:
            if self._rolling is not None and not self._gone:
                self._drain()
                self._measure(1)
            rolling, self._rolling = self._rolling, None
            return rolling.recorder if rolling else None

    def close(self) -> None:
        """Stop reading and close the stream."""
        self._ending.set()
        self._thread.join()
        self._stream.close()

    def _run(self) -> None:
        try:
            while not self._clock.wait(self._ending, self._pause()):
                with self._lock:
                    arrived = self._drain()
                    moments = self._measure(self._moments())
                    self._look_after_take()
                if moments:
                    self._events.levels(moments)
                if self._device_is_gone(arrived):
                    self._gone = True
                    self._events.device_gone()
                    return
        except Exception as error:
            log.exception("the capture thread failed")
            trouble = error if isinstance(error, RoomtoneError) else unexpected("recording")
            self._events.failed(trouble)

    def _pause(self) -> float:
        """Return how long to wait: a device that fell silent is looked at in time to say so."""
        if self._watch.silent:
            return self._period
        return min(self._period, max(NOTICE_SECONDS - self._watch.quiet, 0.0) + _SLACK_SECONDS)

    def _drain(self) -> bool:
        """Read and hand over; return whether there was anything. Called with the lock held."""
        chunk = self._stream.read()
        if chunk.gaps:
            log.warning("the input lost samples: %s", chunk.gaps)
        if self._rolling is not None:
            self._feed(self._rolling, chunk)
        count = len(chunk.samples)
        if not count:
            return False
        if self._ear is not None:
            self._ear(chunk.samples, self._position)
        self._position += count
        self.sound_clock.add(self._position, self._clock.monotonic(), lost=bool(chunk.gaps))
        self._unmeasured.append(chunk.samples)
        self._due += count * LEVELS_A_SECOND
        return True

    def _moments(self) -> int:
        """Return how many moments are due."""
        count, self._due = divmod(self._due, self._stream.rate)
        return min(count, _MOST_MOMENTS)

    def _measure(self, count: int) -> list[Levels]:
        """Measure what arrived since the last time as ``count`` moments. Called with the lock held."""
        if not count or not self._unmeasured:
            return []
        block = self._unmeasured[0] if len(self._unmeasured) == 1 else np.concatenate(self._unmeasured)
        self._unmeasured.clear()
        moments = self._meter.moments(block, min(count, len(block)))
        if self._rolling is None:
            return [_told(levels, -1) for levels in moments]
        recorder = self._rolling.recorder
        recorder.measured(moments, len(block))
        first, step = recorder.frames - len(block), len(block) // len(moments)
        return [_told(levels, first + step * number) for number, levels in enumerate(moments, 1)]

    def _feed(self, rolling: _Rolling, chunk: Chunk) -> None:
        try:
            rolling.recorder.feed(chunk, self._position)
        except OSError as error:
            log.exception("the take cannot be written")
            self._rolling = None
            self._events.failed(from_os_error(error, "recording"))

    def _look_after_take(self) -> None:
        rolling = self._rolling
        if rolling is None:
            return
        if rolling.frames and rolling.recorder.frames >= rolling.frames:
            self._end(rolling, Ending.STOPPED)
        if not rolling.recorder.disk_was_full:
            return
        if not rolling.said_full:
            rolling.said_full = True
            self._events.disk_full()
        now = self._clock.monotonic()
        if rolling.recorder.waiting and now - rolling.retried > _RETRY_SECONDS:
            rolling.retried = now
            rolling.recorder.retry_waiting()
        if rolling.recorder.must_end:
            self._end(rolling, Ending.DISK_FULL)

    def _end(self, rolling: _Rolling, ending: Ending) -> None:
        if not rolling.said_end:
            rolling.said_end = True
            self._events.take_must_end(ending)

    def _device_is_gone(self, heard: bool) -> bool:
        """Watch the device, of which something was ``heard`` or not; return whether it is gone for good."""
        now = self._clock.monotonic()
        watch = self._watch
        passed, watch.looked = now - watch.looked, now
        if heard:
            watch.quiet = 0.0
            if watch.silent:
                watch.silent = False
                self._events.silent(False)
            return False
        watch.quiet += min(passed, _LOOK_SECONDS)
        if watch.quiet > NOTICE_SECONDS and not watch.silent:
            watch.silent = True
            self._events.silent(True)
        return watch.quiet > GONE_SECONDS or (watch.silent and not self._stream.active())


def _told(levels: list[Level], frames: int) -> Levels:
    return Levels([(round(level.peak, 1), round(level.rms, 1), level.clipped) for level in levels], frames)
