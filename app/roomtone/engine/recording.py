"""Recording one take: from blocks of samples to a sealed folder."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, Protocol

from roomtone.devices.streams import Chunk
from roomtone.engine.lanes import Lane, Room, open_sound
from roomtone.engine.messages import Input, Rolling, RollingPicture
from roomtone.engine.space import SEAL_RESERVE, Reserve, filling_speed
from roomtone.engine.spill import FULL, Ledger, Overflow
from roomtone.engine.tracks import bytes_a_second
from roomtone.engine.verify import VerifyError
from roomtone.foundation.clock import Clock, Signal
from roomtone.foundation.errors import RoomtoneError, from_os_error
from roomtone.foundation.files import make_directory, sync_directory
from roomtone.foundation.paths import Home
from roomtone.takes.documents import (
    Began,
    Dropout,
    Ending,
    GapCause,
    Manifest,
    PictureGap,
    Sealing,
    Synced,
    TrackSeal,
    TrackStart,
    sealed_manifest,
)
from roomtone.takes.folder import folder_name, write_manifest
from roomtone.takes.measure import Level
from roomtone.takes.model import load_take
from roomtone.takes.recovery import recover

log = logging.getLogger(__name__)

# How much sound is synced at once, as soon as it was written: at least five times a second, and often enough that a
# power cut costs less than a quarter of a second.
SYNC_SECONDS: Final = 0.19
# A disk is looked after this often where no sound arrives at all.
_IDLE_SECONDS: Final = 1.0
_VERIFY_SECONDS: Final = 4.0
# A full disk ends a take no sooner than this after it was noticed.
FULL_SECONDS: Final = 60
# How often room is looked for when a take was stopped with sound still in memory.
_ROOM_SECONDS: Final = 0.2
# How much sound may wait in memory when the disk is full and somebody else took the reserve.
MEMORY_SECONDS: Final = 600


class Beginning(Protocol):
    """What waits for the first sample of a take."""

    def begin(self, position: int) -> None:
        """The take's sound begins at this frame of the stream; later calls change nothing."""


class Films(Protocol):
    """The cameras that a take records."""

    @property
    def bytes_a_second(self) -> int:
        """How fast their films can grow at most."""

    @property
    def timeline(self) -> Beginning:
        """Told where the take begins in the sound."""

    def open(self, room: Room, tracks: list[TrackStart], on_gap: Callable[[PictureGap], None]) -> list[Lane]:
        """Begin to record into ``tracks``. Raises ``OSError``."""

    def rolling(self) -> list[RollingPicture]:
        """Return the films as others may see them."""


class TakeRecorder:
    """Writes one take. ``feed`` and ``finish`` belong to the capture thread; a thread of its own syncs to disk."""

    def __init__(
        self,
        home: Home,
        clock: Clock,
        began: Began,
        source: Input,
        on_trouble: Callable[[RoomtoneError], None],
        films: Films | None = None,
    ) -> None:
        """Create the folder and its first files, durable when this returns. Raises ``OSError``."""
        self._clock = clock
        self._began = began
        self._rate = source.rate
        self._on_trouble = on_trouble
        self._frames = 0
        self._dropouts: list[Dropout] = []
        self._clipped = 0
        self._full_since: float | None = None
        self._speed = bytes_a_second(source.format, source.rate, sum(map(len, source.tracks)))
        self._speed += films.bytes_a_second if films is not None else 0
        self._verify_trouble: VerifyError | None = None
        self.folder = home.takes / folder_name(began.title, began.id)
        make_directory(self.folder)
        self._reserve = Reserve(self.folder, filling_speed(home, self._speed))
        self._overflow = Overflow(self.folder)
        self._journal = Ledger(self.folder, self._overflow)
        self._manifest: Manifest | None = None
        room = Room(self.folder, self._full, self._overflow)
        self._lanes = open_sound(room, home, began.id, began.tracks, source)
        self._films = films
        if films is not None:
            self._lanes += films.open(room, began.tracks[len(self._lanes) :], self._add_gap)
        self._journal.append(began)
        for lane in self._lanes:
            lane.file.sync()
        sync_directory(self.folder)
        self._ending = False
        self._sync_due = Signal()
        self._unsynced = 0
        self._syncer = threading.Thread(target=self._keep_synced, name="take-sync", daemon=True)
        self._syncer.start()

    @property
    def id(self) -> str:
        return self._began.id

    @property
    def frames(self) -> int:
        """How many frames were captured."""
        return self._frames

    @property
    def waiting(self) -> int:
        """How many bytes are in memory because the disk is full."""
        return sum(lane.file.waiting for lane in self._lanes)

    @property
    def disk_was_full(self) -> bool:
        """Whether the disk was full at least once during this take."""
        return self._reserve.given_back

    @property
    def must_end(self) -> bool:
        """Whether no more can be kept: the disk is full and so is the memory set aside for that."""
        waiting = self.waiting
        if not waiting or self._full_since is None:
            return False
        # What waits now still fits into the room that was set aside for sealing: nothing at all is lost.
        fits = waiting < SEAL_RESERVE // 2
        late = self._clock.monotonic() - self._full_since > FULL_SECONDS
        return (fits and late) or waiting > self._speed * MEMORY_SECONDS

    def rolling(self) -> Rolling:
        """Return the take as others may see it."""
        return Rolling(
            id=self._began.id,
            folder=str(self.folder),
            title=self._began.title,
            started=self._began.started,
            rate=self._rate,
            frames=self._frames,
            files=[lane.start.name for lane in self._lanes],
            dropouts=len(self._dropouts),
            clipped=self._clipped,
            in_memory=self.waiting,
            pictures=self._films.rolling() if self._films is not None else [],
        )

    def feed(self, chunk: Chunk, first: int) -> None:
        """Add a block. ``first`` is the stream position of its first frame."""
        for gap in chunk.gaps:
            cause = GapCause.OVERFLOW if gap.overflow else GapCause.DEVICE
            self._add_dropout(Dropout(self._frames + gap.at - first, gap.frames, cause))
        count = len(chunk.samples)
        if not count:
            return
        if self._films is not None:
            self._films.timeline.begin(first)
        self._frames += count
        for lane in self._lanes:
            lane.feed(chunk.samples)
        self._unsynced += count
        if self._unsynced >= self._rate * SYNC_SECONDS:
            self._unsynced = 0
            self._sync_due.set()

    def measured(self, moments: list[list[Level]], frames: int) -> None:
        """Take in the levels of all channels over the ``frames`` that were fed since the last call."""
        for lane in self._lanes:
            lane.measured(moments, frames)

    def retry_waiting(self) -> None:
        """Try again to write what waits in memory."""
        for lane in self._lanes:
            lane.file.flush_waiting()

    def finish(self, ending: Ending) -> Manifest:
        """Seal the take, read it back, and return its manifest.

        Where not even the reserve leaves room for everything, the take is sealed in its overflow and waits there for
        room; without an overflow it ends with what the disk took.
        Raises ``VerifyError`` or ``OSError`` with the folder recoverable.
        """
        self._ending = True
        self._sync_due.set()
        self._syncer.join()
        try:
            # All of them first: one may take long to write what is left, and the others would record on meanwhile.
            for lane in self._lanes:
                lane.end()
            for lane in self._lanes:
                lane.stop()
            self._reserve.give_back_sound()
            self.retry_waiting()
            sealed_there = self._overflow.active and self._seal_in_overflow(ending)
            self._write_what_waits()
            if not self.waiting:
                return self._seal(ending)
            return self._promise(ending) if sealed_there else self._end_with_what_is_there()
        finally:
            self._journal.close()
            for lane in self._lanes:
                lane.close()

    def _write_what_waits(self) -> None:
        """Write what is in memory, waiting for room; give back the last reserve only for the seal."""
        since = self._clock.monotonic() if self._full_since is None else self._full_since
        never = threading.Event()
        while self.waiting >= SEAL_RESERVE // 2 and self._clock.monotonic() - since < FULL_SECONDS:
            self._clock.wait(never, _ROOM_SECONDS)
            self.retry_waiting()
        fits = self.waiting < SEAL_RESERVE // 2
        self._reserve.give_back_all()
        if fits:
            self.retry_waiting()

    def _end_with_what_is_there(self) -> Manifest:
        log.warning("the disk is full: %d bytes of the take could not be kept", self.waiting)
        for lane in self._lanes:
            lane.file.close()
        manifest = recover(load_take(self.folder), self._clock, Ending.DISK_FULL).manifest
        assert manifest is not None
        self._overflow.remove()
        return manifest

    def _seal_in_overflow(self, ending: Ending) -> bool:
        """Say how the take ends where others read it, so that it can be safe before there is room for it here."""
        if any(lane.file.kept < lane.file.length for lane in self._lanes):
            return False
        return self._overflow.write_manifest(self._promise(ending))

    def _promise(self, ending: Ending) -> Manifest:
        """Say in the journal how each track ends, once, and return the manifest of the take."""
        if self._manifest is None:
            # A track without a sample is none: the take was stopped before the device delivered anything.
            seals = [self._end_track(lane) for lane in self._lanes if lane.frames]
            now = self._clock.now().isoformat()
            self._manifest = sealed_manifest(self._began, ending, now, seals, self._dropouts)
        return self._manifest

    def _end_track(self, lane: Lane) -> TrackSeal:
        lane.draw()
        patches = [(offset, data.hex()) for offset, data in lane.file.patches()]
        lane.file.sync()
        self._journal.append(Sealing(lane.start.name, lane.file.length, lane.frames, patches))
        return lane.seal(patches)

    def _seal(self, ending: Ending) -> Manifest:
        manifest = self._promise(ending)
        digests = {track.name: track.digest for track in manifest.tracks}
        for lane in self._lanes:
            if lane.frames:
                if self._overflow.active:
                    # What waited there was written after the last time.
                    lane.file.sync()
                lane.file.apply_patches()
                lane.check(digests[lane.start.name])
        if self._verify_trouble is not None:
            raise self._verify_trouble
        try:
            write_manifest(self.folder, manifest)
        except OSError as error:
            if error.errno not in FULL or not self._overflow.write_manifest(manifest):
                raise
            return manifest
        if self._overflow.active:
            self._journal.come_home()
        return manifest

    def _add_dropout(self, dropout: Dropout) -> None:
        self._dropouts.append(dropout)
        try:
            self._journal.append(dropout, durable=False)
        except OSError as error:
            # The manifest tells of it as well.
            log.info("a dropout was not journalled: %s", error)

    def _add_gap(self, gap: PictureGap) -> None:
        try:
            self._journal.append(gap, durable=False)
        except OSError as error:
            # The manifest tells of it as well.
            log.info("a gap was not journalled: %s", error)

    def _full(self) -> bool:
        """The disk refused. Return whether there is any use in trying again at once."""
        if self._full_since is None:
            self._full_since = self._clock.monotonic()
        return self._reserve.give_back_sound()

    def _keep_synced(self) -> None:
        verified = self._clock.monotonic()
        while True:
            self._clock.wait(self._sync_due, _IDLE_SECONDS)
            self._sync_due.clear()
            if self._ending:
                return
            try:
                self._sync()
            except OSError as error:
                log.warning("syncing failed: %s", error)
                self._on_trouble(from_os_error(error, "recording"))
            if self._clock.monotonic() - verified > _VERIFY_SECONDS and self._verify_trouble is None:
                verified = self._clock.monotonic()
                self._verify()

    def _sync(self) -> None:
        marks: dict[str, tuple[int, int]] = {}
        spilled = self._overflow.active
        everything_is_here = not self.waiting
        for lane in self._lanes:
            # Asked for before syncing: a block that arrives meanwhile is not promised yet.
            mark = lane.mark(spilled=spilled)
            lane.file.sync()
            marks[lane.start.name] = mark
            lane.draw()
        self._clipped = sum(lane.clipped for lane in self._lanes)
        self._journal.append(Synced(marks), durable=False)
        if spilled and everything_is_here:
            self._journal.come_home()

    def _verify(self) -> None:
        for lane in self._lanes:
            try:
                lane.verify()
            except (VerifyError, OSError) as error:
                log.exception("the growing take could not be read back")
                if isinstance(error, VerifyError):
                    self._verify_trouble = error
                    self._on_trouble(error)
