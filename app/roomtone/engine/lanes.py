"""The lanes of a take: each records one track, with everything that goes along it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from roomtone.devices.streams import Floats
from roomtone.engine.growing import GrowingFile
from roomtone.engine.messages import Input
from roomtone.engine.spill import Overflow
from roomtone.engine.tracks import FlacTrack, open_track
from roomtone.engine.verify import TrackVerifier, WaveVerifier
from roomtone.foundation.paths import Home
from roomtone.takes import wave
from roomtone.takes.documents import TrackSeal, TrackStart
from roomtone.takes.measure import BUCKET, Level, Summary, Waveform
from roomtone.takes.peaks import begin_peaks, peaks_file

log = logging.getLogger(__name__)

# A patch of a sealed file's start: where, and its bytes in hexadecimal.
Patches = list[tuple[int, str]]


@dataclass(frozen=True)
class Room:
    """Where the files of a take lie, and what is done when the disk is full."""

    folder: Path
    on_full: Callable[[], bool]
    overflow: Overflow


class Lane(Protocol):
    """One track while it is recorded. ``feed`` and ``measured`` come on the capture thread, the rest on the one that
    syncs; after ``stop`` everything comes on one thread."""

    start: TrackStart

    @property
    def file(self) -> GrowingFile:
        """The file that grows."""

    @property
    def frames(self) -> int:
        """How many frames, of sound or of pictures, were recorded."""

    @property
    def clipped(self) -> int:
        """How many samples were clipped, as far as they were looked at."""

    def feed(self, samples: Floats) -> None:
        """Add a block of all channels of the input, shape (frames, channels)."""

    def measured(self, moments: list[list[Level]], frames: int) -> None:
        """Take in the levels of all channels over the ``frames`` that were fed since the last call."""

    def mark(self, *, spilled: bool) -> tuple[int, int]:
        """Return how many bytes hold how many whole frames; with ``spilled`` also those in the overflow."""

    def draw(self) -> None:
        """Do what can wait: draw the waveform, sum up the levels."""

    def verify(self) -> None:
        """Read back what was written since the last time. Raises ``VerifyError`` or ``OSError``."""

    def end(self) -> None:
        """The take is over: what comes from now on is not part of it. Returns at once."""

    def stop(self) -> None:
        """Write what is left, and collect the final header."""

    def seal(self, patches: Patches) -> TrackSeal:
        """Return the track as the manifest tells of it."""

    def check(self, digest: str) -> None:
        """Read the sealed file back and compare. Raises ``VerifyError`` or ``OSError``."""

    def close(self) -> None:
        """Let go of the files."""


class SoundLane:
    """Records some channels of the input into one FLAC or WAV track."""

    def __init__(self, room: Room, home: Home, take: str, start: TrackStart, source: Input, columns: slice) -> None:
        """Create the files. ``columns`` are the channels among those of the input. Raises ``OSError``."""
        self.start = start
        self._columns = columns
        channels = columns.stop - columns.start
        stem = Path(start.name).stem
        self._writer = open_track(room.folder, stem, source.format, source.rate, channels, room.on_full, room.overflow)
        path = self._writer.file.path
        self._verifier: TrackVerifier | WaveVerifier
        if isinstance(self._writer, FlacTrack):
            self._verifier = TrackVerifier(path, source.rate, channels)
        else:
            floating = source.format == "wav-float"
            self._verifier = WaveVerifier(path, wave.WaveFormat(source.rate, channels, floating))
        self._summary = Summary(source.rate)
        self._waveform = Waveform(channels)
        peaks = peaks_file(home, take, start.name)
        begin_peaks(peaks, source.rate, BUCKET)
        self._peaks = peaks.open("ab", buffering=0)
        # What was appended and is not in the summary and the waveform yet, which the thread that syncs looks after.
        self._undrawn: deque[Floats] = deque()
        self._unsummed: deque[tuple[list[Level], int]] = deque()

    @property
    def file(self) -> GrowingFile:
        return self._writer.file

    @property
    def frames(self) -> int:
        return self._writer.frames

    @property
    def clipped(self) -> int:
        return self._summary.clipped

    def feed(self, samples: Floats) -> None:
        own = samples[:, self._columns]
        self._writer.append(own)
        self._undrawn.append(own)

    def measured(self, moments: list[list[Level]], frames: int) -> None:
        self._unsummed.extend((levels[self._columns], frames // len(moments)) for levels in moments)

    def mark(self, *, spilled: bool) -> tuple[int, int]:
        frames, length = self._writer.kept() if spilled else self._writer.whole()
        return length, frames

    def draw(self) -> None:
        for _ in range(len(self._unsummed)):
            self._summary.update(*self._unsummed.popleft())
        blocks = [self._undrawn.popleft() for _ in range(len(self._undrawn))]
        if blocks:
            self._write_peaks(self._waveform.update(np.concatenate(blocks)))

    def verify(self) -> None:
        frames, length = self._writer.whole()
        self._verifier.advance(length, frames)

    def end(self) -> None:
        """Sound is handed over, and ends by itself."""

    def stop(self) -> None:
        self._writer.finish()

    def seal(self, patches: Patches) -> TrackSeal:
        start = self.start
        return TrackSeal(
            name=start.name,
            media=start.media,
            bytes=self.file.length,
            digest=self.file.digest(),
            patches=patches,
            rate=start.rate,
            channels=start.channels,
            bits=start.bits,
            frames=self.frames,
            device=start.device,
            source=start.source,
            peak=self._summary.peak,
            noise_floor=self._summary.noise_floor,
            clipped=self._summary.clipped,
        )

    def check(self, digest: str) -> None:
        self.draw()
        self._write_peaks(self._waveform.finish())
        self._verifier.finish(self.frames, self._writer.crc, digest)

    def close(self) -> None:
        self.file.close()
        self._peaks.close()

    def _write_peaks(self, pairs: bytes) -> None:
        """Add to the waveform. It is only a cache: a full disk costs its end, nothing else."""
        try:
            self._peaks.write(pairs)
        except OSError as error:
            log.info("the waveform is incomplete: %s", error)


def open_sound(room: Room, home: Home, take: str, tracks: list[TrackStart], source: Input) -> list[Lane]:
    """Open the lanes of the input's tracks, which come first in a take. Raises ``OSError``."""
    lanes: list[Lane] = []
    column = 0
    for start, channels in zip(tracks, source.tracks, strict=False):
        columns = slice(column, column + len(channels))
        column = columns.stop
        lanes.append(SoundLane(room, home, take, start, source, columns))
    return lanes
