"""A journal of small appends, so that making one durable is one short write into blocks that the disk has already.

A growing file costs the file system a transaction of its own with every sync; overwriting costs none. So the bytes of
a small append go into a segment of this journal, which is synced, and into the part file, which is not. A segment
that is full is *settled* in the background (its uploads' part files are synced) while the other one is filled, and
then used again from its beginning. After a crash the records are read back and written into the part files.

A record begins at a multiple of 4096 bytes. Big endian: 4 bytes ``RTJ1``, 8 bytes number of the segment's use,
8 random bytes of that use, 16 bytes upload, 8 bytes offset, 8 bytes length, 8 bytes time in microseconds since 1970
(UTC), 4 bytes CRC-32 of the appended bytes, 4 bytes CRC-32 of this header; then the appended bytes.
"""

from __future__ import annotations

import os
import secrets
import shutil
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from roomtone.foundation.files import sync_data
from roomtone.server.storage.marks import EPOCH

SEGMENT: Final = 16 << 20
# A larger append gains nothing by being written twice.
LARGEST: Final = 512 << 10
_PAGE: Final = 4096
# It grows only while so many times its size are free.
_ROOM: Final = 8
_MOST_PIECES: Final = 500
_HEADER: Final = struct.Struct(">4sQ8s16sQQqI")
_CRC: Final = struct.Struct(">I")
_HEAD: Final = _HEADER.size + _CRC.size
_MAGIC: Final = b"RTJ1"
Piece = bytes | bytearray | memoryview
_BINARY: Final = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Entry:
    """One committed append."""

    upload: str
    offset: int
    data: bytes
    at: datetime


@dataclass(frozen=True)
class _Use:
    """One filling of a segment: later ones have larger numbers; the random bytes tell old records from new ones."""

    number: int
    nonce: bytes


class _Segment:
    """One file, used under the journal's locks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
        self.size = os.fstat(self.fd).st_size
        self.use = _Use(0, b"")
        self.end = 0
        self.uploads: set[str] = set()
        # How many appends are in it whose marks are not written yet.
        self.busy = 0
        self.settling: Future[None] | None = None


class Journal:
    """Used by the one process that serves the folder, from any thread. Errors are ``OSError``."""

    def __init__(self, folder: Path, settle: Callable[[Sequence[str]], None], size: int = SEGMENT) -> None:
        """Open the segments. ``settle`` makes part files and marks of uploads durable; it may be called again."""
        self._settle = settle
        self._size = size
        self._segments = [_Segment(folder / f"journal.{number}") for number in range(2)]
        self._current = self._segments[0]
        self._number = 0
        # Writing and syncing are locked apart: whoever waits for a sync finds it done by the one before.
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self._written = 0
        self._synced = 0
        self._cuts = 0
        self._faulty = False
        self._settler = ThreadPoolExecutor(1, thread_name_prefix="journal")

    def entries(self) -> Iterator[Entry]:
        """Read what was committed and may not be in the part files, oldest first. Before the first ``put``."""
        found = sorted(self._segments, key=_number_of)
        self._number = _number_of(found[-1])
        for segment in found:
            yield from _read(segment)

    def put(self, upload: str, offset: int, pieces: Sequence[Piece], at: datetime, then: Callable[[], None]) -> bool:
        """Make an append durable and call ``then``; return ``False`` where that has to be done in its own file.

        ``then`` writes what ``settle`` is going to make durable. Raises ``OSError``: whatever ``then`` raises, or as
        long as a record that could not be made durable cannot be taken back either.
        """
        length = sum(len(piece) for piece in pieces)
        if length > LARGEST or self._faulty:
            self.check()
            return False
        crc = 0
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
        with self._writing:
            segment = self._with_room(_HEAD + length)
            if segment is None:
                return False
            mine = self._write(segment, [_header(segment.use, upload, offset, length, at, crc), *pieces])
            cuts = self._cuts
            segment.uploads.add(upload)
            segment.busy += 1
        try:
            if not self._sync(segment, mine, cuts):
                return False
            then()
        finally:
            with self._writing:
                segment.busy -= 1
        return True

    def check(self) -> None:
        """Take back what could not be made durable, if there is any. Raises ``OSError`` while that fails."""
        if not self._faulty:
            return
        with self._syncing, self._writing:
            segment = self._current
            keep = segment.end - (self._written - self._synced)
            os.ftruncate(segment.fd, keep)
            os.fsync(segment.fd)
            segment.end = segment.size = keep
            # The counts never go back, so whoever still waits for what was cut off has to look at this one, too.
            self._synced = self._written
            self._cuts += 1
            self._faulty = False

    def close(self) -> None:
        """Settle everything, so that nothing has to be read back, and let go of the files."""
        self._settler.shutdown()
        try:
            self._settle(sorted(self._segments[0].uploads | self._segments[1].uploads))
            self.forget()
        finally:
            for segment in self._segments:
                os.close(segment.fd)

    def forget(self) -> None:
        """Say durably that there is nothing to be read back. Everything is settled."""
        for segment in self._segments:
            if segment.size:
                _write_record(segment.fd, 0, [bytes(_PAGE)])
                sync_data(segment.fd)
                segment.end = 0

    def _write(self, segment: _Segment, pieces: list[Piece]) -> int:
        """Write a record; return the count of written bytes that a sync must reach for it."""
        try:
            end = _write_record(segment.fd, segment.end, pieces)
        except OSError:
            # It counts as written, so that it is taken back by the sync that would have to make it durable.
            self._faulty = True
            end = segment.end
        self._written += end - segment.end
        segment.end, segment.size = end, max(segment.size, end)
        return self._written

    def _sync(self, segment: _Segment, mine: int, cuts: int) -> bool:
        """Wait until the record that ends at ``mine`` is durable; one sync serves all who wait."""
        with self._syncing:
            if not self._faulty and self._synced < mine:
                # What is written while this sync runs may or may not be part of it.
                written = self._written
                try:
                    sync_data(segment.fd)
                    self._synced = written
                except OSError:
                    self._faulty = True
            done = not self._faulty and self._synced >= mine and self._cuts == cuts
        if not done:
            self.check()
        return done

    def _with_room(self, length: int) -> _Segment | None:
        """Return the segment that takes so many more bytes, or ``None`` while there is none."""
        if not self._current.use.number:
            self._begin(self._current)
        if self._current.end + _padded(length) > self._size and not self._change():
            return None
        segment = self._current
        grows = segment.end + _padded(length) > segment.size
        if grows and shutil.disk_usage(segment.path).free < _ROOM * self._size:
            # Where little is free, it belongs to the uploads.
            return None
        return segment

    def _change(self) -> bool:
        """Go on with the other segment if that is settled and nobody is at work in this one."""
        full = self._current
        other = self._segments[full is self._segments[0]]
        if full.busy or self._faulty or not self._settled(other):
            return False
        full.settling = self._settler.submit(self._settle, sorted(full.uploads))
        self._begin(other)
        self._current = other
        return True

    def _settled(self, segment: _Segment) -> bool:
        if segment.settling is None:
            return True
        if not segment.settling.done():
            return False
        if segment.settling.exception() is None:
            return True
        # The disk had a bad moment. Nothing is lost while the segment is kept, so it is tried again.
        segment.settling = self._settler.submit(self._settle, sorted(segment.uploads))
        return False

    def _begin(self, segment: _Segment) -> None:
        self._number += 1
        segment.use, segment.end, segment.uploads = _Use(self._number, secrets.token_bytes(8)), 0, set()


def _padded(length: int) -> int:
    return -(-length // _PAGE) * _PAGE


def _header(use: _Use, upload: str, offset: int, length: int, at: datetime, crc: int) -> bytes:
    microseconds = (at - EPOCH) // timedelta(microseconds=1)
    body = _HEADER.pack(_MAGIC, use.number, use.nonce, bytes.fromhex(upload), offset, length, microseconds, crc)
    return body + _CRC.pack(zlib.crc32(body))


def _write_record(fd: int, at: int, pieces: list[Piece]) -> int:
    """Write a record and fill its last page, which would have to be read otherwise; return where it ends."""
    size = sum(len(piece) for piece in pieces)
    pieces = [*pieces, bytes(_padded(size) - size)]
    end = at + _padded(size)
    if hasattr(os, "pwritev") and len(pieces) < _MOST_PIECES:
        done = os.pwritev(fd, pieces, at)
        if at + done == end:
            return end
    whole = memoryview(b"".join(pieces))
    os.lseek(fd, at, os.SEEK_SET)
    while whole:
        whole = whole[os.write(fd, whole) :]
    return end


def _number_of(segment: _Segment) -> int:
    """Return the number of the use that a segment's first record is of, or 0."""
    head = _read_head(segment, 0)
    return head[0].number if head else 0


def _read(segment: _Segment) -> Iterator[Entry]:
    """Read the records of a segment's last use. The first one that is not whole was never acknowledged."""
    at = 0
    use: _Use | None = None
    while (head := _read_head(segment, at)) is not None:
        found, upload, offset, length, moment, crc = head
        use = use or found
        os.lseek(segment.fd, at + _HEAD, os.SEEK_SET)
        data = os.read(segment.fd, length)
        if found != use or len(data) != length or zlib.crc32(data) != crc:
            return
        yield Entry(upload, offset, data, moment)
        at += _padded(_HEAD + length)


def _read_head(segment: _Segment, at: int) -> tuple[_Use, str, int, int, datetime, int] | None:
    os.lseek(segment.fd, at, os.SEEK_SET)
    raw = os.read(segment.fd, _HEAD)
    if len(raw) != _HEAD or _CRC.unpack(raw[-4:])[0] != zlib.crc32(raw[:-4]):
        return None
    magic, number, nonce, upload, offset, length, microseconds, crc = _HEADER.unpack(raw[:-4])
    if magic != _MAGIC or length > LARGEST:
        return None
    return _Use(number, nonce), upload.hex(), offset, length, EPOCH + timedelta(microseconds=microseconds), crc
