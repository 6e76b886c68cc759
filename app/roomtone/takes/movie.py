"""The boxes of a growing MP4: where its last whole fragment ends, and what the fragments hold.

A film grows as ``ftyp``, room for a header, ``moov`` without samples, then pairs of ``moof`` and ``mdat``. Whatever
else follows, or does not follow whole, is no part of it yet. When it is sealed, a header with all samples is put at its
end, and the room at its start becomes that of one ``mdat`` around all the rest. Source: ISO/IEC 14496-12.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

log = logging.getLogger(__name__)

MEDIA: Final = "video/mp4"
# Larger boxes than the writer makes are damage, and must not be waited for.
_MAX_BOX: Final = 256 << 20
_READ: Final = 1 << 20
_NOT_SYNC: Final = 0x10000
_NESTED: Final = frozenset({b"moov", b"trak", b"mdia", b"edts", b"mvex", b"minf", b"traf"})


class NotMovieError(ValueError):
    """These bytes are no growing film, from here on."""


class Sample(NamedTuple):
    """A packet: of pictures or of sound, its bytes, and whether decoding can begin with it.

    ``track`` is the number of its track, ``at`` where in the file it begins; ``time`` is when it is decoded, ``ticks``
    how long it lasts and ``later`` by how much later it is shown, all in the ticks of its track.
    """

    picture: bool
    data: memoryview
    key: bool
    track: int
    at: int
    time: int
    ticks: int
    later: int


@dataclass(frozen=True)
class Fragment:
    """A whole fragment. ``end`` is where in the file it ends, ``seconds`` how long the film is up to there."""

    end: int
    frames: int
    seconds: float
    samples: list[Sample]


@dataclass
class _Track:
    number: int = 0
    picture: bool = False
    timescale: int = 1
    duration: int = 0
    size: int = 0
    flags: int = 0
    shift: float = 0.0


@dataclass
class _Run:
    """What a ``traf`` says of the samples that follow."""

    track: _Track
    base: int
    duration: int
    size: int
    flags: int
    time: int = 0


class Box(NamedTuple):
    """A box: its kind, and what is in it."""

    kind: bytes
    body: memoryview


def boxes(data: memoryview) -> Iterator[Box]:
    """Return the boxes that lie side by side in ``data``. Raises ``NotMovieError`` for one that does not fit."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, begin)
            begin += 8
        if size < begin - at or at + size > len(data):
            raise NotMovieError(f"a box of {size} bytes does not fit")
        yield Box(kind, data[begin : at + size])
        at += size


def _walk(data: memoryview) -> Iterator[Box]:
    """Return all boxes with those inside them, from the outside in."""
    for box in boxes(data):
        yield box
        if box.kind in _NESTED:
            yield from _walk(box.body)


@dataclass
class MovieScan:
    """Takes the bytes of a growing film in order; tells of whole fragments. Raises ``NotMovieError`` for damage.

    ``whole`` is where the last whole fragment ended, 0 before the first; ``frames`` how many pictures lie before it;
    ``first`` and ``seconds`` are when the first of them was taken and the last of them ends, in seconds of the film.
    ``header`` is the ``moov`` without samples, once it is there.
    """

    whole: int = 0
    frames: int = 0
    seconds: float = 0.0
    first: float | None = None
    header: bytes = b""
    _at: int = 0
    _buffer: bytearray = field(default_factory=bytearray)
    _tracks: dict[int, _Track] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """How many bytes were fed."""
        return self._at + len(self._buffer)

    def feed(self, data: bytes | memoryview) -> list[Fragment]:
        """Take the next bytes; return the fragments that they completed."""
        self._buffer += data
        found = []
        try:
            while (size := self._next()) > 0:
                # A copy, because what is returned may be looked at later.
                whole = memoryview(bytes(self._buffer[:size]))
                fragment = self._take(whole)
                del self._buffer[:size]
                self._at += size
                if fragment is not None:
                    found.append(fragment)
        except (struct.error, IndexError, ZeroDivisionError, OverflowError, RecursionError) as error:
            raise NotMovieError(f"damaged at byte {self._at}") from error
        return found

    def _next(self) -> int:
        """Return how long the box at the beginning is, a ``moof`` with its ``mdat``; 0 if it is not whole yet."""
        size, kind = self._box_at(0)
        if kind == b"moof" and size:
            more, kind = self._box_at(size)
            if more and kind != b"mdat":
                raise NotMovieError(f"no pictures follow at byte {self._at + size}")
            size = size + more if more else 0
        return size if 0 < size <= len(self._buffer) else 0

    def _box_at(self, at: int) -> tuple[int, bytes]:
        if len(self._buffer) < at + 8:
            return 0, b""
        size, kind = struct.unpack_from(">I4s", self._buffer, at)
        if size == 1:
            if len(self._buffer) < at + 16:
                return 0, kind
            (size,) = struct.unpack_from(">Q", self._buffer, at + 8)
        if kind == b"mdat" and not self._tracks:
            # The start of a sealed film hides everything before its final header. What we look for is inside.
            return (16 if self._buffer[at : at + 4] == b"\0\0\0\1" else 8), kind
        if not 8 <= size <= _MAX_BOX or (self._at == 0 and at == 0 and kind != b"ftyp"):
            raise NotMovieError(f"no box at byte {self._at + at}")
        return size, kind

    def _take(self, data: memoryview) -> Fragment | None:
        kind = bytes(data[4:8])
        if kind == b"moov" and not self._tracks:
            self._read_header(data)
            self.header = bytes(data)
        if kind != b"moof":
            return None
        if not self._tracks:
            raise NotMovieError("pictures come before the header")
        return self._read_fragment(data)

    def _read_header(self, data: memoryview) -> None:
        movie_scale = 1
        number, track = 0, _Track()
        for kind, body in _walk(data):
            long = kind in (b"mvhd", b"mdhd", b"tkhd") and body[0] == 1
            if kind == b"mvhd":
                (movie_scale,) = struct.unpack_from(">I", body, 20 if long else 12)
            elif kind == b"tkhd":
                (number,) = struct.unpack_from(">I", body, 20 if long else 12)
                track = self._tracks[number] = _Track(number)
            elif kind == b"mdhd":
                (track.timescale,) = struct.unpack_from(">I", body, 20 if long else 12)
            elif kind == b"hdlr":
                track.picture = bytes(body[8:12]) == b"vide"
            elif kind == b"trex":
                number, _, duration, size, flags = struct.unpack_from(">IIIII", body, 4)
                trex = self._tracks.setdefault(number, _Track(number))
                trex.duration, trex.size, trex.flags = duration, size, flags
        self._read_edits(data, movie_scale)

    def _read_edits(self, data: memoryview, movie_scale: int) -> None:
        """Find how far each track's own times are from those of the film."""
        track = _Track()
        numbers = iter(self._tracks.values())
        for kind, body in _walk(data):
            if kind == b"tkhd":
                track = next(numbers, track)
            elif kind == b"elst":
                (count,) = struct.unpack_from(">I", body, 4)
                form = struct.Struct(">QqI" if body[0] == 1 else ">IiI")
                for index in range(min(count, 16)):
                    length, media, _ = form.unpack_from(body, 8 + index * form.size)
                    # An empty edit is a pause before the track; the other one leaves out what is before its beginning.
                    track.shift += length / movie_scale if media < 0 else -media / max(1, track.timescale)

    def _read_fragment(self, data: memoryview) -> Fragment:
        (size,) = struct.unpack_from(">I", data, 0)
        samples: list[Sample] = []
        frames = 0
        run: _Run | None = None
        for kind, body in _walk(data[8:size]):
            if kind == b"tfhd":
                run = self._read_run(body)
            elif kind == b"tfdt" and run is not None:
                (run.time,) = struct.unpack_from(">Q" if body[0] else ">I", body, 4)
            elif kind == b"trun" and run is not None:
                begins = run.time / run.track.timescale + run.track.shift
                found = self._read_samples(run, body, data)
                samples += found
                frames += len(found) if run.track.picture else 0
                if run.track.picture and found:
                    self.first = begins if self.first is None else self.first
                    self.seconds = max(self.seconds, run.time / run.track.timescale + run.track.shift)
        self.whole = self._at + len(data)
        self.frames += frames
        return Fragment(self.whole, frames, self.seconds, samples)

    def _read_run(self, body: memoryview) -> _Run:
        flags, number = struct.unpack_from(">II", body, 0)
        track = self._tracks.get(number)
        if track is None:
            raise NotMovieError(f"no track {number}")
        run = _Run(track, 0, track.duration, track.size, track.flags)
        at = 8
        if flags & 0x1:
            (base,) = struct.unpack_from(">Q", body, at)
            run.base = base - self._at
            at += 8
        at += 4 if flags & 0x2 else 0
        if flags & 0x8:
            (run.duration,) = struct.unpack_from(">I", body, at)
            at += 4
        if flags & 0x10:
            (run.size,) = struct.unpack_from(">I", body, at)
            at += 4
        if flags & 0x20:
            (run.flags,) = struct.unpack_from(">I", body, at)
        return run

    def _read_samples(self, run: _Run, body: memoryview, data: memoryview) -> list[Sample]:
        flags, count = struct.unpack_from(">II", body, 0)
        at, place = 8, run.base
        first_flags: int | None = None
        if flags & 0x1:
            (offset,) = struct.unpack_from(">i", body, at)
            place += offset
            at += 4
        if flags & 0x4:
            (first_flags,) = struct.unpack_from(">I", body, at)
            at += 4
        given = [bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800)]
        form = struct.Struct(">" + "I" * sum(given[:3]) + ("i" if body[0] else "I") * given[3])
        if count * form.size > len(body) - at or (not form.size and count > len(data)):
            raise NotMovieError(f"{count} samples do not fit")
        samples = []
        for index in range(count):
            values = iter(form.unpack_from(body, at + index * form.size))
            duration = next(values) if given[0] else run.duration
            size = next(values) if given[1] else run.size
            own = next(values) if given[2] else run.flags
            later = next(values) if given[3] else 0
            if index == 0 and first_flags is not None:
                own = first_flags
            if not 0 <= place <= place + size <= len(data):
                raise NotMovieError("a sample lies outside of its fragment")
            key, at_file = not own & _NOT_SYNC, self._at + place
            found = data[place : place + size]
            samples.append(Sample(run.track.picture, found, key, run.track.number, at_file, run.time, duration, later))
            place += size
            run.time += duration
        return samples


def scan_file(path: Path, each: Callable[[Fragment], None] | None = None) -> MovieScan:
    """Go through a film up to its end, or to where it is damaged; ``each`` gets its fragments. Raises ``OSError``."""
    scan = MovieScan()
    try:
        with path.open("rb") as file:
            while data := file.read(_READ):
                for fragment in scan.feed(data):
                    if each is not None:
                        each(fragment)
    except NotMovieError as error:
        log.info("%s: %s", path.name, error)
    return scan
