"""Saved and playable, for films: read back from the disk, compared and decoded, while they grow and when sealed.

Every byte is read again and hashed; every packet in it is compared with what the encoders gave; of the pictures, those
are decoded that need no others, and the last ones. So the time from Stop to *saved* does not depend on the length.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

import av
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext

from roomtone.engine.verify import VerifyError
from roomtone.takes.movie import Fragment, MovieScan, NotMovieError
from roomtone.wire.digest import CHUNK, Digest

# As many pictures may follow a key frame, if the encoder does as it was told.
_MOST_IN_GROUP: Final = 1000
# How far the end of the sealed film may lie from the end of its last fragment, in seconds.
_END_SECONDS: Final = 0.5


def _lengths_to_units(data: memoryview) -> list[memoryview]:
    """Return the NAL units of an H.264 packet in the form that MP4 has. Source: ISO/IEC 14496-15."""
    units, at = [], 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        units.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    if at != len(data):
        raise NotMovieError("a packet does not end where its last part ends")
    return units


class MovieProof:
    """Follows one film. ``advance`` may be called on any one thread; ``finish`` once, at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = Digest()
        self._scan = MovieScan()
        self._picture_crc = 0
        self._sound_crc = 0
        self._decoder: VideoCodecContext | None = None
        self._keys = 0
        self._decoded = 0
        # The pictures from the last key frame on, as they lie in the file.
        self._group: list[bytes] = []

    @property
    def length(self) -> int:
        """How many bytes were read back so far."""
        return self._digest.length

    def advance(self, length: int, frames: int) -> None:
        """Read back up to ``length`` bytes, which hold whole fragments with ``frames`` pictures.

        Raises ``VerifyError`` or ``OSError``.
        """
        if length <= self.length:
            return
        self._read(length)
        if self._scan.frames != frames:
            raise VerifyError(self._path, f"{self._scan.frames} of {frames} pictures can be read back")

    def finish(self, frames: int, crc: int, digest: str) -> None:
        """Read the rest of the sealed file and compare everything. Raises ``VerifyError`` or ``OSError``."""
        self._read(self._path.stat().st_size)
        with self._path.open("rb") as file:
            self._digest.replace_first_chunk(file.read(CHUNK))
        if self._digest.text() != digest:
            raise VerifyError(self._path, "The bytes read back are not those that were written")
        if self._scan.frames != frames or (self._picture_crc << 32 | self._sound_crc) != crc:
            raise VerifyError(self._path, "The film read back is not the film that was recorded")
        self._decode_group()
        self._open_sealed(frames)

    def _read(self, length: int) -> None:
        with self._path.open("rb") as file:
            file.seek(self.length)
            while self.length < length:
                data = file.read(min(CHUNK, length - self.length))
                if not data:
                    raise VerifyError(self._path, f"Only {self.length} of {length} bytes can be read back")
                self._digest.update(data)
                try:
                    for fragment in self._scan.feed(data):
                        self._look_at(fragment)
                except (NotMovieError, FFmpegError) as error:
                    raise VerifyError(self._path, f"It cannot be decoded: {error}") from error

    def _look_at(self, fragment: Fragment) -> None:
        for sample in fragment.samples:
            if not sample.picture:
                self._sound_crc = zlib.crc32(sample.data, self._sound_crc)
                continue
            units = _lengths_to_units(sample.data)
            for unit in units:
                self._picture_crc = zlib.crc32(unit, self._picture_crc)
            if sample.key:
                self._group.clear()
                self._keys += 1
                self._decode(sample.data)
            if len(self._group) < _MOST_IN_GROUP:
                self._group.append(bytes(sample.data))

    def _decode(self, data: memoryview | bytes | None) -> None:
        if self._decoder is None:
            decoder = av.CodecContext.create("h264", "r")
            assert isinstance(decoder, VideoCodecContext)
            decoder.options = {"err_detect": "explode"}
            decoder.thread_count = 1
            self._decoder = decoder
        packet: Packet[Stream] | None = None
        if data is not None:
            units = _lengths_to_units(memoryview(data))
            packet = Packet(b"".join(b"\0\0\0\1" + bytes(unit) for unit in units))
        for frame in self._decoder.decode(packet):
            if frame.is_corrupt:
                raise NotMovieError("a picture is damaged")
            self._decoded += 1

    def _decode_group(self) -> None:
        """Decode the pictures after the last key frame, which is in the decoder already."""
        try:
            for data in self._group[1:]:
                self._decode(data)
            self._decode(None)
        except (NotMovieError, FFmpegError) as error:
            raise VerifyError(self._path, f"Its end cannot be decoded: {error}") from error
        wanted = self._keys + len(self._group) - 1
        if self._decoded != wanted:
            raise VerifyError(self._path, f"Only {self._decoded} of {wanted} pictures can be decoded")

    def _open_sealed(self, frames: int) -> None:
        """Open the film as players do, by its final header, and find its last pictures with it."""
        try:
            with av.open(self._path) as film:
                stream = film.streams.video[0]
                duration = (film.duration or 0) / 1e6
                found = stream.frames
                film.seek(round(self._scan.seconds * 1e6))
                last = [bytes(packet) for packet in film.demux(stream) if packet.size]
        except (FFmpegError, IndexError, ValueError) as error:
            raise VerifyError(self._path, f"It cannot be opened again: {error}") from error
        if found != frames or duration < self._scan.seconds - _END_SECONDS:
            raise VerifyError(self._path, f"Its header says {found} pictures and {duration:.3f} s")
        if last[: len(self._group)] != self._group or not last:
            raise VerifyError(self._path, "Its header leads to other pictures than the last ones")
