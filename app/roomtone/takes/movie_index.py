"""The final header of a film: where each of its samples lies and when it is shown.

A growing film tells this fragment by fragment. FFmpeg's muxer would keep some seventy bytes for each sample until the
end, which is 20 MiB for an hour; here it is about eight for a picture and four for a packet of sound. Everything else
that the header says was written before the first fragment, and is taken from there. Source: ISO/IEC 14496-12.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from typing import Final

from roomtone.takes.movie import Fragment, NotMovieError, Sample, boxes

_NOT_SHOWN: Final = -1
_MOST: Final = (1 << 32) - 1
_NORMAL_RATE: Final = 0x10000
_TABLES: Final = frozenset({b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stco", b"co64"})
_CONTAINERS: Final = frozenset({b"trak", b"edts", b"mdia", b"minf"})

# The start of every film, and the room in it that becomes the header of one ``mdat`` around all the rest. The brands
# are those that FFmpeg gives to a film with H.264 that has both fragments and a final header.
_BRANDS: Final = (b"isom", b"iso6", b"iso2", b"avc1", b"mp41")
_ROOM: Final = 16


def _box(kind: bytes, *parts: bytes | memoryview) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _table(values: array[int]) -> bytes:
    """Return 32-bit or 64-bit numbers in the order of bytes that MP4 has."""
    turned = array(values.typecode, values)
    if struct.pack("=H", 1) != struct.pack(">H", 1):
        turned.byteswap()
    return turned.tobytes()


START: Final = _box(b"ftyp", b"isom", struct.pack(">I", 0x200), *_BRANDS) + _box(b"free", bytes(_ROOM - 8))


def close_start(start: bytes, length: int) -> tuple[int, bytes] | None:
    """Return what is written where when the final header begins at ``length``.

    ``start`` is how the film begins; ``None`` where that has no room. It lies behind the ``ftyp``: one box, or two as
    FFmpeg makes them; or it was made use of before.
    """
    if len(start) < 8 or start[4:8] != b"ftyp":
        return None
    (at,) = struct.unpack_from(">I", start)
    room = start[at : at + _ROOM]
    size, kind, second = int.from_bytes(room[:4], "big"), room[4:8], room[12:16]
    one = kind == b"free" and size >= _ROOM
    two = kind == b"free" and size == 8 and second in (b"free", b"mdat")
    used = kind == b"mdat" and size == 1
    return (at, struct.pack(">I4sQ", 1, b"mdat", length - at)) if one or two or used else None


class _Runs:
    """Numbers that often repeat, as pairs of how many and what."""

    def __init__(self) -> None:
        self.counts = array("I")
        self.values = array("q")

    def add(self, value: int) -> None:
        if self.values and self.values[-1] == value:
            self.counts[-1] += 1
        else:
            self.counts.append(1)
            self.values.append(value)

    def box(self, kind: bytes, *, signed: bool) -> bytes:
        form = struct.Struct(">Ii" if signed else ">II")
        entries = b"".join(map(form.pack, self.counts, self.values))
        return _box(kind, struct.pack(">BxxxI", signed, len(self.counts)), entries)


@dataclass
class _Track:
    """What is known of the samples of one track."""

    picture: bool
    first: int
    sizes: array[int] = field(default_factory=lambda: array("I"))
    keys: array[int] = field(default_factory=lambda: array("I"))
    # Where each stretch of samples without anything between them begins, and how many they are.
    chunks: array[int] = field(default_factory=lambda: array("Q"))
    chunk_samples: array[int] = field(default_factory=lambda: array("I"))
    steps: _Runs = field(default_factory=_Runs)
    later: _Runs = field(default_factory=_Runs)
    last: int = 0
    last_ticks: int = 0
    end: int = -1

    def add(self, sample: Sample) -> None:
        if self.sizes:
            self.steps.add(min(max(0, sample.time - self.last), _MOST))
        self.sizes.append(len(sample.data))
        self.later.add(sample.later)
        if sample.key and self.picture:
            self.keys.append(len(self.sizes))
        if sample.at == self.end:
            self.chunk_samples[-1] += 1
        else:
            self.chunks.append(sample.at)
            self.chunk_samples.append(1)
        self.end = sample.at + len(sample.data)
        self.last, self.last_ticks = sample.time, sample.ticks

    @property
    def ticks(self) -> int:
        """How long all samples last."""
        return self.last + self.last_ticks - self.first

    def tables(self) -> bytes:
        steps = _Runs()
        steps.counts, steps.values = self.steps.counts[:], self.steps.values[:]
        steps.add(self.last_ticks)
        made = [steps.box(b"stts", signed=False)]
        if any(self.later.values):
            made.append(self.later.box(b"ctts", signed=True))
        if self.picture:
            made.append(_box(b"stss", struct.pack(">II", 0, len(self.keys)), _table(self.keys)))
        made.append(self._chunk_table())
        made.append(_box(b"stsz", struct.pack(">III", 0, 0, len(self.sizes)), _table(self.sizes)))
        made.append(_box(b"co64", struct.pack(">II", 0, len(self.chunks)), _table(self.chunks)))
        return b"".join(made)

    def _chunk_table(self) -> bytes:
        entries, before = [], 0
        for number, count in enumerate(self.chunk_samples, 1):
            if count != before:
                entries.append(struct.pack(">III", number, count, 1))
                before = count
        return _box(b"stsc", struct.pack(">II", 0, len(entries)), *entries)


def _field(body: memoryview, short: int, long: int) -> int:
    """Return a 32-bit field that lies at ``short`` in version 0 of a box and at ``long`` in version 1."""
    return int(struct.unpack_from(">I", body, long if body[0] == 1 else short)[0])


def _lasting(body: memoryview, at: int, duration: int) -> bytes:
    """Return a header of version 0 with its duration, which lies at ``at``; in version 1 where it must be.

    In version 0 the two dates before it and the duration itself have 32 bits, in version 1 they have 64.
    """
    if body[0] == 1:
        raise NotMovieError("the header before the first fragment has a duration of 64 bits")
    if duration < 1 << 32:
        return b"".join((body[:at], struct.pack(">I", duration), body[at + 4 :]))
    dates = struct.pack(">QQ", *struct.unpack_from(">II", body, 4))
    return b"".join((b"\1", body[1:4], dates, body[12:at], struct.pack(">Q", duration), body[at + 4 :]))


class MovieIndex:
    """Follows the fragments of one film, in their order, and makes its final header."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}

    def add(self, fragment: Fragment) -> None:
        """Take the next fragment."""
        for sample in fragment.samples:
            track = self._tracks.get(sample.track)
            if track is None:
                track = self._tracks[sample.track] = _Track(sample.picture, sample.time)
            track.add(sample)

    def header(self, begun: bytes) -> bytes:
        """Return the final ``moov`` after ``begun``, the one without samples. Raises ``NotMovieError``."""
        try:
            return self._header(memoryview(begun)[8:])
        except (struct.error, KeyError, IndexError, OverflowError, ZeroDivisionError) as error:
            raise NotMovieError("its header is damaged") from error

    def _header(self, body: memoryview) -> bytes:
        film = next((inside for kind, inside in boxes(body) if kind == b"mvhd"), None)
        if film is None:
            raise NotMovieError("the header says nothing of the whole film")
        parts: list[bytes] = []
        longest = 0
        for kind, inside in boxes(body):
            if kind == b"trak":
                made, duration = self._trak(inside, _field(film, 12, 20))
                parts.append(made)
                longest = max(longest, duration)
            elif kind not in (b"mvhd", b"mvex"):
                # The latter says that fragments follow, and now none do.
                parts.append(_box(kind, inside))
        return _box(b"moov", _box(b"mvhd", _lasting(film, 16, longest)), *parts)

    def _trak(self, body: memoryview, movie_scale: int) -> tuple[bytes, int]:
        """Return a track's box, and how long it lasts in the ticks of the film; nothing for one without samples."""
        inside = dict(boxes(body))
        track = self._tracks.get(_field(inside[b"tkhd"], 12, 20))
        if track is None:
            return b"", 0
        scale = _field(dict(boxes(inside[b"mdia"]))[b"mdhd"], 12, 20)
        edits, duration = self._edits(inside.get(b"edts", memoryview(b"")), track, scale, movie_scale)
        parts = [_box(b"tkhd", _lasting(inside[b"tkhd"], 20, duration)), edits]
        parts += [self._filled(kind, data, track) for kind, data in boxes(body) if kind not in (b"tkhd", b"edts")]
        return _box(b"trak", *parts), duration

    def _filled(self, kind: bytes, body: memoryview, track: _Track) -> bytes:
        """Return a box with the tables, and the duration, wherever they are in it."""
        if kind == b"mdhd":
            return _box(kind, _lasting(body, 16, track.ticks))
        if kind == b"stbl":
            kept = [_box(inner, data) for inner, data in boxes(body) if inner not in _TABLES]
            return _box(kind, *kept, track.tables())
        if kind in _CONTAINERS:
            return _box(kind, *(self._filled(inner, data, track) for inner, data in boxes(body)))
        return _box(kind, body)

    def _edits(self, edts: memoryview, track: _Track, scale: int, movie_scale: int) -> tuple[bytes, int]:
        """Return the box with a track's edits, and how long they last together.

        Before the first fragment it is known how long the track waits and where in it its beginning is, but not how
        long it lasts. A table of samples begins at 0, whatever the time of its first one in the fragments.
        """
        wait, begin = 0, 0
        for kind, body in boxes(edts):
            if kind != b"elst" or body[0] != 0:
                continue
            (count,) = struct.unpack_from(">I", body, 4)
            for index in range(count):
                length, media, _ = struct.unpack_from(">IiI", body, 8 + 12 * index)
                if media == _NOT_SHOWN:
                    wait += length
                else:
                    begin = media
        begin -= track.first
        if begin < 0:
            wait += round(-begin * movie_scale / scale)
            begin = 0
        shown = round(max(0, track.ticks - begin) * movie_scale / scale)
        entries = [(wait, _NOT_SHOWN, _NORMAL_RATE)] if wait else []
        entries.append((shown, begin, _NORMAL_RATE))
        packed = b"".join(struct.pack(">QqI", *entry) for entry in entries)
        return _box(b"edts", _box(b"elst", struct.pack(">BxxxI", 1, len(entries)), packed)), wait + shown
