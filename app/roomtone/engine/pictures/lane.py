"""A track of pictures being recorded: frames of one camera and the take's sound, encoded on a thread of its own.

The frames wait in the camera's memory, never here; the sound waits here, and is bounded. The thread that captures
sound only appends to a list. When the encoder cannot follow, the picture becomes simpler; when that does not help, the
camera's process lets frames go; the sound track knows nothing of any of it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from roomtone.devices.pictures import messages as cam
from roomtone.devices.streams import Floats
from roomtone.engine import messages as m
from roomtone.engine.pictures.camera import Camera, Ring
from roomtone.engine.pictures.fitting import fit
from roomtone.engine.pictures.movie import MovieTrack
from roomtone.engine.pictures.timing import Taken
from roomtone.foundation.clock import Clock
from roomtone.takes.folder import PictureFacts, PictureGap, TrackStart

log = logging.getLogger(__name__)

# A hole this long is told and marked; shorter ones are a matter of the counts.
GAP_SECONDS: Final = 0.5
# Sound for the film's own track waits here at most this long while the encoder is stuck; the lossless one is elsewhere.
_SOUND_SECONDS: Final = 20.0
_WAKE_SECONDS: Final = 0.1
# Above the one the encoder is made simpler, below the other for a while it may be made better again.
_BUSY: Final = 0.75
_CALM: Final = 0.3
_LATE_FRAMES: Final = 3
# The encoder steps back behind everything that has to do with sound.
_NICE: Final = 5


class Timeline(Protocol):
    """Where in the take a moment lies."""

    @property
    def rate(self) -> int:
        """Frames of sound a second."""

    def seconds_at(self, moment: float) -> float | None:
        """Return the seconds of the take's sound at ``moment`` (monotonic); ``None`` before its first sample."""


@dataclass
class _Waiting:
    ring: Ring
    frame: cam.Frame
    taken: Taken


class PictureLane:
    """Records one camera into one film. ``sound`` and ``finish`` belong to the recorder, ``frame`` to the camera."""

    def __init__(
        self,
        start: TrackStart,
        camera: Camera,
        movie: MovieTrack,
        timeline: Timeline,
        clock: Clock,
        offset_ms: float | None,
        on_gap: Callable[[PictureGap], None],
    ) -> None:
        self.start = start
        self.camera = camera
        self.movie = movie
        self.trouble: Exception | None = None
        self._timeline = timeline
        self._clock = clock
        self._offset_ms = offset_ms or 0.0
        self._on_gap = on_gap
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._frames: deque[_Waiting] = deque()
        # Sound, or how many frames of it were too much to be kept.
        self._sound: deque[Floats | int] = deque()
        self._sound_frames = 0
        self._channels = 1
        self._dropped = 0
        self._why = ""
        self._first: float | None = None
        self._last: float | None = None
        self._gaps: list[PictureGap] = []
        self._busy = 0.0
        clock_now = camera.frames
        self._before = (clock_now.missed, clock_now.repeated)
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="film", daemon=True)

    def begin(self) -> None:
        """Keep every frame from now on."""
        self._thread.start()
        self.camera.take(self)

    # The recorder's side.

    def sound(self, samples: Floats) -> None:
        """Add the take's sound, shape (frames, channels), for the film's own sound track."""
        with self._lock:
            full = self._sound_frames > _SOUND_SECONDS * self._timeline.rate
            self._sound.append(len(samples) if full else samples)
            self._sound_frames += 0 if full else len(samples)
            self._channels = samples.shape[1]
        self._wake.set()

    def finish(self) -> None:
        """Encode what is still there, and collect the film's final header."""
        self.camera.take(None)
        with self._lock:
            self._ending = True
        self._wake.set()
        self._thread.join()

    def rolling(self) -> m.RollingPicture:
        """Return the track as others may see it."""
        clock = self.camera.frames
        return m.RollingPicture(
            track=self.start.name,
            source=self.camera.source.id,
            frames=self.movie.frames,
            dropped=self._dropped,
            missed=clock.missed - self._before[0],
            repeated=clock.repeated - self._before[1],
            gaps=len(self._gaps),
            encoder=self.movie.encoder,
        )

    def facts(self) -> PictureFacts:
        """Return how the pictures came, for the manifest."""
        clock = self.camera.frames
        span = (self._last or 0.0) - (self._first or 0.0)
        hidden = sum(gap.seconds for gap in self._gaps)
        frames = self.movie.frames
        return PictureFacts(
            frames=frames,
            fps=round((frames - 1) / (span - hidden), 3) if frames > 1 and span > hidden else 0.0,
            jitter_ms=round(clock.jitter_ms, 2),
            drift_ppm=round(clock.drift_ppm, 1),
            dropped=self._dropped,
            missed=clock.missed - self._before[0],
            repeated=clock.repeated - self._before[1],
            offset_ms=self._offset_ms,
            first=round(self._first or 0.0, 6),
            encoder=self.movie.encoder,
            gaps=list(self._gaps),
        )

    @property
    def seconds(self) -> float:
        """When the last picture was taken, in seconds of the take."""
        return self._last or 0.0

    # The camera's side.

    def frame(self, ring: Ring, frame: cam.Frame, taken: Taken) -> None:
        with self._lock:
            if self._ending:
                return
            self._frames.append(_Waiting(ring, frame, taken))
        self._wake.set()

    def lost(self, why: str) -> None:
        self._why = why

    def dropped(self, count: int) -> None:
        self._dropped += count
        self.movie.ease()

    # The film's own thread.

    def _run(self) -> None:
        _step_back()
        try:
            while True:
                self._clock.wait(self._wake, _WAKE_SECONDS)
                self._wake.clear()
                ending = self._ending
                self._work()
                if ending:
                    self._close_gap_at_end()
                    self.movie.finish()
                    return
        except Exception as error:
            # The sound goes on; what the film has so far is sealed like a film that was cut off.
            log.exception("the film cannot be written any more")
            self.trouble = error
            self.camera.take(None)

    def _work(self) -> None:
        while True:
            with self._lock:
                waiting = self._frames.popleft() if self._frames else None
                behind = len(self._frames)
                blocks, self._sound = self._sound, deque()
                self._sound_frames = 0
            for block in blocks:
                silent = isinstance(block, int)
                self.movie.sound(np.zeros((block, self._channels), np.float32) if silent else block)
            if waiting is None:
                return
            self._keep(waiting, behind)

    def _keep(self, waiting: _Waiting, behind: int) -> None:
        ring, opened = waiting.ring, waiting.ring.opened
        try:
            at = self._timeline.seconds_at(waiting.taken.moment)
            if at is None:
                return
            at -= self._offset_ms / 1000
            if at < 0 or waiting.taken.repeated:
                return
            began = self._clock.monotonic()
            self._note_gap(at)
            with ring.keeper.frame(waiting.frame.slot) as planes:
                if (opened.width, opened.height) == (self.start.width, self.start.height):
                    self.movie.picture(planes, at, full_range=opened.full_range)
                else:
                    fitted = fit(planes, (opened.width, opened.height), (self.start.width, self.start.height))
                    self.movie.picture(fitted, at, full_range=opened.full_range)
            self._last = at
            self._first = at if self._first is None else self._first
            self._weigh(self._clock.monotonic() - began, opened.fps or self.start.fps or 30.0, behind)
        finally:
            ring.done(waiting.frame.number)

    def _weigh(self, spent: float, fps: float, behind: int) -> None:
        """Make the encoder simpler before a frame is lost, and better again when the machine is calm."""
        self._busy += (spent * fps - self._busy) * 0.05
        if self._busy > _BUSY or behind > _LATE_FRAMES:
            if self.movie.ease():
                self._busy = (_BUSY + _CALM) / 2
        elif self._busy < _CALM and not behind:
            self.movie.recover()

    def _note_gap(self, at: float) -> None:
        last = self._last
        if last is None or at - last < GAP_SECONDS:
            return
        self._add_gap(last, at - last)

    def _close_gap_at_end(self) -> None:
        """A camera that never came back leaves a gap up to the end."""
        end = self._timeline.seconds_at(self._clock.monotonic())
        if self._last is not None and end is not None and end - self._last > 2 * GAP_SECONDS:
            self._add_gap(self._last, end - self._last)

    def _add_gap(self, at: float, seconds: float) -> None:
        gap = PictureGap(self.start.name, round(at, 6), round(seconds, 6), self._why or "No picture arrived")
        self._why = ""
        self._gaps.append(gap)
        self._on_gap(gap)


def _step_back() -> None:
    """Let everything else go first. On Linux niceness belongs to a thread."""
    if hasattr(os, "setpriority") and os.name == "posix":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        except OSError as error:
            log.info("the film's thread keeps its priority: %s", error)
