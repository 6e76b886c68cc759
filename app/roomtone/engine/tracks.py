"""Writers of the track formats: 24-bit FLAC, 24-bit WAV, 32-bit-float WAV. All are bit-exact."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import soundfile

from roomtone.devices.streams import Floats
from roomtone.engine.growing import GrowingFile
from roomtone.engine.messages import Format
from roomtone.engine.spill import Overflow
from roomtone.takes import flac, wave
from roomtone.takes.decode import Samples, checksum, pack24

# libFLAC's level 2: blocks of 1152 samples (24 ms at 48 kHz). Higher levels save about a tenth of the bytes
# with blocks of 4096, and a killed process would lose up to 85 ms of sound instead of 24.
_FLAC_LEVEL: Final = 0.25
_FULL: Final = np.float32(2**23)
_ONE: Final = np.float32(1)


def to_int24(samples: Floats) -> Samples:
    """Return 24-bit samples in the upper bits of int32.

    Exact for everything that came from a 24-bit converter: libsndfile's own conversion scales by 2**23 - 1.
    """
    # As few calls of numpy as there can be, and none of its slower ones: see ``engine.capture``.
    scaled = samples * _FULL
    np.rint(scaled, out=scaled)
    np.minimum(scaled, _FULL - _ONE, out=scaled)
    np.maximum(scaled, -_FULL, out=scaled)
    exact: Samples = scaled.astype(np.int32)
    exact <<= 8
    return exact


class TrackWriter(Protocol):
    """Writes one track. The caller appends blocks in order, then finishes, then seals."""

    file: GrowingFile
    frames: int
    crc: int

    def append(self, samples: Floats) -> None:
        """Encode and write a block, shape (frames, channels). Raises ``OSError``, except for a full disk."""

    def whole(self) -> tuple[int, int]:
        """Return how many frames lie in whole blocks that were written, and where the last of these ends."""

    def kept(self) -> tuple[int, int]:
        """Return the same with the blocks that wait in the overflow."""

    def finish(self) -> None:
        """Write what is left and collect the final header as patches."""


class FlacTrack:
    """24-bit FLAC."""

    media = "audio/flac"
    bits = 24

    def __init__(
        self, path: Path, rate: int, channels: int, on_full: Callable[[], bool], overflow: Overflow | None = None
    ) -> None:
        self.file = GrowingFile(path, on_full, overflow)
        self.frames = 0
        self._encoder = soundfile.SoundFile(
            self.file, "w", rate, channels, "PCM_24", format="FLAC", compression_level=_FLAC_LEVEL
        )
        # It is only ever appended to; else ``soundfile`` asks libsndfile seven times with every block where it is.
        self._encoder.seekable = lambda: False
        self.crc = 0
        self._block = 0
        # How many frames are in whole blocks, and where in the file the last of these ends.
        self._marks: deque[tuple[int, int]] = deque()
        self._kept = (0, 0)
        self._unwritten: deque[tuple[int, int]] = deque()
        self._whole = (0, 0)

    def append(self, samples: Floats) -> None:
        before = self.file.length
        exact = to_int24(samples)
        self.crc = checksum(exact, self.crc)
        self.file.gather()
        self._encoder.buffer_write(exact, "int32")
        self.file.let_go()
        self.frames += len(samples)
        if self.file.trouble is not None:
            raise self.file.trouble
        if not self._block and self.file.length > flac.STREAMINFO_END:
            self._block = flac.read_streaminfo(self.file.start(flac.STREAMINFO_END)).block
        if self.file.length > before:
            # libFLAC writes a block once it has seen one sample of the next.
            self._marks.append(((self.frames - 1) // self._block * self._block, self.file.length))

    def whole(self) -> tuple[int, int]:
        self.kept()
        while self._unwritten and self._unwritten[0][1] <= self.file.written:
            self._whole = self._unwritten.popleft()
        return self._whole

    def kept(self) -> tuple[int, int]:
        while self._marks and self._marks[0][1] <= self.file.kept:
            self._kept = self._marks.popleft()
            self._unwritten.append(self._kept)
        return self._kept

    def finish(self) -> None:
        self._encoder.close()


class WaveTrack:
    """24-bit or 32-bit-float WAV; RF64 once it outgrows 4 GiB."""

    media = "audio/wav"

    def __init__(
        self,
        path: Path,
        rate: int,
        channels: int,
        on_full: Callable[[], bool],
        overflow: Overflow | None = None,
        *,
        floating: bool,
    ) -> None:
        self._form = wave.WaveFormat(rate, channels, floating)
        self.bits = self._form.bits
        self.file = GrowingFile(path, on_full, overflow)
        self.frames = 0
        # WAV is compared byte by byte; there is nothing to decode.
        self.crc = 0
        self.file.write(wave.header(self._form, None))

    def append(self, samples: Floats) -> None:
        if self._form.floating:
            data = np.ascontiguousarray(samples, dtype="<f4").tobytes()
        else:
            data = pack24(to_int24(samples))
        self.file.write(data)
        self.frames += len(samples)
        if self.file.trouble is not None:
            raise self.file.trouble

    def whole(self) -> tuple[int, int]:
        return self._until(self.file.written)

    def kept(self) -> tuple[int, int]:
        return self._until(self.file.kept)

    def _until(self, size: int) -> tuple[int, int]:
        frames = max(0, size - wave.HEADER) // self._form.frame_bytes
        return frames, wave.HEADER + frames * self._form.frame_bytes

    def finish(self) -> None:
        size = self.file.length - wave.HEADER
        if size % 2:
            self.file.write(b"\0")
        self.file.add_patch(0, wave.header(self._form, size))


def open_track(
    folder: Path,
    stem: str,
    form: Format,
    rate: int,
    channels: int,
    on_full: Callable[[], bool],
    overflow: Overflow | None = None,
) -> FlacTrack | WaveTrack:
    """Start a track file called after ``stem``. Raises ``OSError``."""
    if form == "flac":
        return FlacTrack(folder / f"{stem}.flac", rate, channels, on_full, overflow)
    return WaveTrack(folder / f"{stem}.wav", rate, channels, on_full, overflow, floating=form == "wav-float")


def bytes_a_second(form: Format, rate: int, channels: int) -> int:
    """Return how fast a recording can grow at most, for all its channels together."""
    sample = 4 if form == "wav-float" else 3
    return math.ceil(rate * channels * sample * 1.01)
