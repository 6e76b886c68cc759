"""Saved and playable: a track is read back from the disk, decoded and hashed, while it grows and when it is sealed.

Doing most of the work while the take is recorded keeps the time from Stop to *saved* the same for an hour as
for ten seconds. Every byte is read from the file again, not from the recorder's memory, and the decoded samples
are compared with those that the recorder meant.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from roomtone.foundation.errors import BugError
from roomtone.takes import flac, wave
from roomtone.takes.decode import Samples, checksum, decode_flac_frames
from roomtone.wire.digest import CHUNK, Digest


class VerifyError(BugError):
    """What lies on the disk is not what was recorded."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            "not-verified",
            f"“{path.name}” was not verified",
            why,
            "The file was kept. Check the disk; roomtone takes verify looks at the take again",
        )


class TrackVerifier:
    """Follows one track. ``advance`` may be called on any one thread; ``finish`` once, at the end."""

    def __init__(self, path: Path, rate: int, channels: int) -> None:
        self._path = path
        self._rate = rate
        self._channels = channels
        self._digest = Digest()
        self._header = b""
        self._frames = 0
        self._crc = 0

    @property
    def length(self) -> int:
        """How many bytes were read back so far."""
        return self._digest.length

    def advance(self, length: int, frames: int) -> None:
        """Read back up to ``length`` bytes, which hold whole blocks with ``frames`` frames. Raises ``VerifyError``."""
        if frames <= self._frames:
            return
        with self._path.open("rb") as file:
            file.seek(self.length)
            data = file.read(length - self.length)
        if len(data) != length - self.length:
            raise VerifyError(self._path, f"Only {self.length + len(data)} of {length} bytes can be read back")
        self._digest.update(data)
        if not self._header:
            start = flac.header_length(data)
            self._header, data = data[:start], data[start:]
        try:
            self._decode(data, frames)
        except ValueError as error:
            raise VerifyError(self._path, f"It cannot be decoded: {error}") from error

    def finish(self, frames: int, crc: int, digest: str) -> None:
        """Read the rest of the sealed file and compare everything. Raises ``VerifyError`` or ``OSError``."""
        with self._path.open("rb") as file:
            first = file.read(CHUNK)
            file.seek(self.length)
            rest = file.read()
        self._digest.update(rest)
        self._digest.replace_first_chunk(first)
        if self._digest.text() != digest:
            raise VerifyError(self._path, "The bytes read back are not those that were written")
        try:
            self._decode_rest(rest)
            with soundfile.SoundFile(self._path) as sealed:
                header = (sealed.frames, sealed.samplerate, sealed.channels)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise VerifyError(self._path, f"It cannot be opened again: {error}") from error
        if header != (frames, self._rate, self._channels):
            raise VerifyError(self._path, f"Its header says {header}")
        if self._frames != frames or self._crc != crc:
            raise VerifyError(self._path, "The sound read back is not the sound that was recorded")

    def _decode_rest(self, rest: bytes) -> None:
        with soundfile.SoundFile(self._path) as sealed:
            total = sealed.frames
            if self._frames == 0:
                while len(samples := sealed.read(CHUNK, dtype="int32", always_2d=True)):
                    self._add(samples)
                return
        if total > self._frames:
            try:
                self._decode(rest, total)
            except ValueError as error:
                raise VerifyError(self._path, f"Its end cannot be decoded: {error}") from error

    def _decode(self, data: bytes, frames: int) -> None:
        for samples in decode_flac_frames(self._header, data, frames - self._frames):
            self._add(samples)

    def _add(self, samples: Samples) -> None:
        self._crc = checksum(samples, self._crc)
        self._frames += len(samples)


class WaveVerifier:
    """The same for WAV, whose bytes are its samples: what was written is compared with what is read back."""

    def __init__(self, path: Path, form: wave.WaveFormat) -> None:
        self._path = path
        self._form = form
        self._digest = Digest()

    @property
    def length(self) -> int:
        """How many bytes were read back so far."""
        return self._digest.length

    def advance(self, length: int, frames: int) -> None:
        """Read back up to ``length`` bytes. Raises ``VerifyError``."""
        del frames
        with self._path.open("rb") as file:
            file.seek(self.length)
            while self.length < length:
                data = file.read(min(CHUNK, length - self.length))
                if not data:
                    raise VerifyError(self._path, f"Only {self.length} of {length} bytes can be read back")
                self._digest.update(data)

    def finish(self, frames: int, crc: int, digest: str) -> None:
        """Read the rest, compare, and open the sealed file. Raises ``VerifyError`` or ``OSError``."""
        del crc
        self.advance(self._path.stat().st_size, frames)
        with self._path.open("rb") as file:
            self._digest.replace_first_chunk(file.read(CHUNK))
        if self._digest.text() != digest:
            raise VerifyError(self._path, "The bytes read back are not those that were written")
        try:
            with soundfile.SoundFile(self._path) as sealed:
                header = (sealed.frames, sealed.samplerate, sealed.channels)
                sealed.seek(max(0, sealed.frames - 1))
                last: Samples = sealed.read(1, dtype="int32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise VerifyError(self._path, f"It cannot be opened again: {error}") from error
        if header != (frames, self._form.rate, self._form.channels) or (frames and not np.size(last)):
            raise VerifyError(self._path, f"Its header says {header}")
