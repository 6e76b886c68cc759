"""A track of pictures being recorded: frames of one camera and the take's sound, encoded on a thread of its own.

The frames wait in the camera's memory, never here; the sound waits here, and is bounded. The thread that captures
sound only appends to a list. When the encoder cannot follow, the picture becomes simpler; when that does not help, the
camera's process lets frames go; the sound track knows nothing of any of it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from roomtone.devices.pictures import messages as cam
from roomtone.devices.streams import Floats
from roomtone.engine import messages as m
from roomtone.engine.growing import GrowingFile
from roomtone.engine.lanes import Patches
from roomtone.engine.pictures.camera import Camera
from roomtone.engine.pictures.fitting import fit
from roomtone.engine.pictures.movie import MovieTrack
from roomtone.engine.pictures.proof import MovieProof
from roomtone.engine.pictures.taking import Ring
from roomtone.engine.pictures.timeline import Timeline
from roomtone.engine.pictures.timing import Taken
from roomtone.engine.pictures.troubles import film_broke
from roomtone.engine.verify import VerifyError
from roomtone.foundation.clock import Clock
from roomtone.foundation.errors import RoomtoneError
from roomtone.takes.documents import PictureFacts, PictureGap, TrackSeal, TrackStart
from roomtone.takes.measure import Level
from roomtone.takes.recovery import digest_file

log = logging.getLogger(__name__)

# A hole this long is told and marked; shorter ones are a matter of the counts.
GAP_SECONDS: Final = 0.5
# Sound for the film's own track waits here at most this long while the encoder is stuck; the lossless one is elsewhere.
_SOUND_SECONDS: Final = 20.0
_WAKE_SECONDS: Final = 0.1
# Above the one the encoder is made simpler, below the other for a while it may be made better again.
_BUSY: Final = 0.75
_CALM: Final = 0.3
_LATE_FRAMES: Final = 8


@dataclass
class _Waiting:
    ring: Ring
    frame: cam.Frame
    taken: Taken


class PictureLane:
    """Records one camera into one film: an ``engine.lanes.Lane`` for the recorder, a ``FrameTaker`` for the camera."""

    def __init__(
        self,
        start: TrackStart,
        camera: Camera,
        movie: MovieTrack,
        proof: MovieProof,
        timeline: Timeline,
        clock: Clock,
        offset_ms: float | None,
        on_gap: Callable[[PictureGap], None],
        on_trouble: Callable[[RoomtoneError], None],
    ) -> None:
        self.start = start
        self.camera = camera
        self._movie = movie
        self._proof = proof
        self._broken = False
        self._timeline = timeline
        self._clock = clock
        self._offset_ms = offset_ms or 0.0
        self._on_gap = on_gap
        self._on_trouble = on_trouble
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._frames: deque[_Waiting] = deque()
        # Sound, or how many frames of it were too much to be kept.
        self._sound: deque[Floats | int] = deque()
        self._sound_frames = 0
        self._heard = 0
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

    @property
    def file(self) -> GrowingFile:
        return self._movie.file

    @property
    def frames(self) -> int:
        # What a film that broke had not written yet is not in it.
        return self._movie.kept()[0] if self._broken else self._movie.frames

    @property
    def clipped(self) -> int:
        """Pictures clip as well, but that is looked at in the preview."""
        return 0

    def feed(self, samples: Floats) -> None:
        if self._broken:
            return
        with self._lock:
            self._heard += len(samples)
            full = self._sound_frames > _SOUND_SECONDS * self._timeline.rate
            self._sound.append(len(samples) if full else samples)
            self._sound_frames += 0 if full else len(samples)
            self._channels = samples.shape[1]
        self._wake.set()

    def measured(self, moments: list[list[Level]], frames: int) -> None:
        """The levels belong to the lossless tracks."""

    def mark(self, *, spilled: bool) -> tuple[int, int]:
        frames, length = self._movie.kept() if spilled else self._movie.whole()
        return length, frames

    def draw(self) -> None:
        """The render worker draws what there is to see."""

    def verify(self) -> None:
        frames, length = self._movie.whole()
        self._proof.advance(length, frames)

    def end(self) -> None:
        with self._lock:
            self._ending = True
        self._wake.set()

    def stop(self) -> None:
        self.end()
        self._thread.join()
        # Not before: the camera would write over the frames that still waited.
        self.camera.take(None)

    def seal(self, patches: Patches) -> TrackSeal:
        start = self.start
        return TrackSeal(
            name=start.name,
            media=start.media,
            bytes=self.file.length,
            digest=self.file.digest(),
            patches=patches,
            frames=self.frames,
            device=start.device,
            width=start.width,
            height=start.height,
            seconds=round(self._movie.seconds, 6),
            picture=self._facts(),
        )

    def check(self, digest: str) -> None:
        if self._broken:
            if digest_file(self.file.path) != digest:
                raise VerifyError(self.file.path, "The bytes read back are not those that were written")
            return
        self._proof.finish(self.frames, self._movie.crc, digest)

    def close(self) -> None:
        self.file.close()

    def rolling(self) -> m.RollingPicture:
        """Return the track as others may see it."""
        clock = self.camera.frames
        return m.RollingPicture(
            track=self.start.name,
            source=self.camera.source.id,
            frames=self._movie.frames,
            dropped=self._dropped,
            missed=clock.missed - self._before[0],
            repeated=clock.repeated - self._before[1],
            gaps=len(self._gaps),
            encoder=self._movie.encoder,
        )

    @property
    def _end(self) -> float:
        """Where the take's sound ends so far, in seconds; writing what is left may take much longer than that."""
        return self._heard / self._timeline.rate

    def _facts(self) -> PictureFacts:
        clock = self.camera.frames
        span = (self._last or 0.0) - (self._first or 0.0)
        # A gap at the end lies behind the last picture.
        hidden = sum(gap.seconds for gap in self._gaps if gap.at + gap.seconds < (self._last or 0.0) + GAP_SECONDS)
        frames = self._movie.frames
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
            encoder=self._movie.encoder,
            gaps=list(self._gaps),
        )

    # The camera's side.

    def frame(self, ring: Ring, frame: cam.Frame, taken: Taken) -> None:
        with self._lock:
            if self._ending or self._broken:
                return
            self._frames.append(_Waiting(ring, frame, taken))
        self._wake.set()

    def lost(self, why: str) -> None:
        self._why = why

    def dropped(self, count: int) -> None:
        if self._ending:
            return
        self._dropped += count
        self._movie.ease()

    # The film's own thread.

    def _run(self) -> None:
        try:
            while True:
                self._clock.wait(self._wake, _WAKE_SECONDS)
                self._wake.clear()
                ending = self._ending
                self._work()
                if ending:
                    self._close_gap_at_end()
                    self._movie.finish()
                    return
        except Exception as error:
            # The sound goes on. What the film has so far ends with its last whole part.
            log.exception("the film cannot be written any more")
            self._broken = True
            self.camera.take(None)
            self._movie.abandon()
            self._on_trouble(film_broke(self.camera.source.name, error))

    def _work(self) -> None:
        while True:
            with self._lock:
                waiting = self._frames.popleft() if self._frames else None
                behind = len(self._frames)
                blocks, self._sound = self._sound, deque()
                self._sound_frames = 0
            for block in blocks:
                kept = np.zeros((block, self._channels), np.float32) if isinstance(block, int) else block
                self._movie.sound(kept)
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
            if at < 0 or waiting.taken.repeated or (self._ending and at > self._end):
                return
            began = self._clock.monotonic()
            self._note_gap(at)
            with ring.keeper.frame(waiting.frame.slot) as planes:
                if (opened.width, opened.height) == (self.start.width, self.start.height):
                    self._movie.picture(planes, at, full_range=opened.full_range)
                else:
                    fitted = fit(planes, (opened.width, opened.height), (self.start.width, self.start.height))
                    self._movie.picture(fitted, at, full_range=opened.full_range)
            self._last = at
            self._first = at if self._first is None else self._first
            self._weigh(self._clock.monotonic() - began, opened.fps or self.start.fps or 30.0, behind)
        finally:
            ring.done(waiting.frame.number)

    def _weigh(self, spent: float, fps: float, behind: int) -> None:
        """Make the encoder simpler before a frame is lost, and better again when the machine is calm."""
        self._busy += (spent * fps - self._busy) * 0.05
        if self._busy > _BUSY or behind > _LATE_FRAMES:
            if self._movie.ease():
                self._busy = (_BUSY + _CALM) / 2
        elif self._busy < _CALM and not behind:
            self._movie.recover()

    def _note_gap(self, at: float) -> None:
        last = self._last
        if last is None or at - last < GAP_SECONDS:
            return
        self._add_gap(last, at - last)

    def _close_gap_at_end(self) -> None:
        """A camera that never came back leaves a gap up to the end."""
        if self._last is not None and self._end - self._last > 2 * GAP_SECONDS:
            self._add_gap(self._last, self._end - self._last)

    def _add_gap(self, at: float, seconds: float) -> None:
        gap = PictureGap(self.start.name, round(at, 6), round(seconds, 6), self._why or "No picture arrived")
        self._why = ""
        self._gaps.append(gap)
        self._on_gap(gap)
