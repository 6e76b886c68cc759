"""One upload in the folder ``staging``: ``<upload>.part`` and the ``<upload>.mark`` that counts its good bytes."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import WorldError, from_os_error
from roomtone.foundation.files import sync_data, sync_directory
from roomtone.server.problems import RefusedError
from roomtone.server.storage import marks
from roomtone.server.storage.contract import Pieces
from roomtone.server.storage.journal import LARGEST, Journal

BINARY: Final = getattr(os, "O_BINARY", 0)
# The most buffers that one writev takes on any system.
_MAX_PIECES: Final = 512


def converted(error: OSError) -> WorldError:
    """Convert at the boundary; a full disk is a refusal of its own with its own advice."""
    found = from_os_error(error, "keeping uploads")
    return RefusedError("disk-full") if found.code == "disk-full" else found


class StagedFile:
    """One upload's part file and its mark; both come into being with the first append.

    With a journal, a small append is made durable there; part and mark follow when the journal settles them.
    """

    def __init__(self, part: Path, mark: Path, journal: Journal | None) -> None:
        self._part = part
        self._mark = mark
        self._journal = journal
        # What is appended and not committed, as long as that is little.
        self._pending: list[bytes | bytearray | memoryview] | None = []
        self._fd = -1
        self._mark_fd = -1
        self._named = False
        self._doubtful = False
        found = read_mark(mark)
        self._counter = found.counter if found else 0
        self._committed = min(found.length, size_of(part)) if found else 0
        self._touched = found.at if found else None
        self._appended = self._committed

    @property
    def committed(self) -> int:
        return self._committed

    @property
    def appended(self) -> int:
        return self._appended

    @property
    def touched(self) -> datetime | None:
        return self._touched

    def append(self, pieces: Pieces) -> None:
        try:
            self._open()
            self._write(pieces)
        except OSError as error:
            raise converted(error) from error
        if self._pending is not None:
            self._pending += pieces
            if self._appended - self._committed > LARGEST:
                self._pending = None

    def push(self) -> None:
        if self._fd >= 0:
            try:
                begin_sync(self._fd)
            except OSError as error:
                raise converted(error) from error

    def commit(self, at: datetime) -> int:
        if self._appended == self._committed:
            return self._committed
        try:
            if not self._commit_in_journal(at):
                self._commit_here(at)
        except OSError as error:
            raise converted(error) from error
        self._pending = []
        return self._committed

    def _commit_in_journal(self, at: datetime) -> bool:
        def count() -> None:
            # From here on the bytes are durable, so they count even if the mark cannot be written.
            self._counted(at)
            self._set_mark(marks.Mark(self._counter, self._committed, at))

        if self._journal is None:
            return False
        if self._pending is None:
            self._journal.check()
            return False
        return self._journal.put(self._part.stem, self._committed, self._pending, at, count)

    def _commit_here(self, at: datetime) -> None:
        # The order is the promise: first the bytes, then the mark that counts them.
        sync_data(self._fd)
        self._doubtful = True
        self._set_mark(marks.Mark(self._counter + 1, self._appended, at))
        sync_data(self._mark_fd)
        self._doubtful = False
        if not self._named:
            sync_directory(self._part.parent)
            self._named = True
        self._counted(at)

    def _counted(self, at: datetime) -> None:
        self._counter += 1
        self._committed, self._touched = self._appended, at

    def roll_back(self) -> None:
        try:
            if self._doubtful:
                # A mark that could not be synced may still count bytes that are now forgotten, so a newer one
                # takes its place before they are.
                self._counter += 2
                self._set_mark(marks.Mark(self._counter, self._committed, self._touched or marks.EPOCH))
                sync_data(self._mark_fd)
                self._doubtful = False
            if self._fd >= 0:
                os.ftruncate(self._fd, self._committed)
        except OSError as error:
            raise converted(error) from error
        self._appended, self._pending = self._committed, []

    def read(self, offset: int, size: int) -> bytes:
        size = max(0, min(size, self._appended - offset))
        if not size:
            return b""
        try:
            self._open()
            return read_at(self._fd, offset, size)
        except OSError as error:
            raise converted(error) from error

    def close(self) -> None:
        for fd in (self._fd, self._mark_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._mark_fd = -1
        self._appended, self._pending = self._committed, []

    def _open(self) -> None:
        if self._fd < 0:
            self._fd = os.open(self._part, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
            if os.fstat(self._fd).st_size != self._committed:
                os.ftruncate(self._fd, self._committed)
        if self._mark_fd < 0:
            self._mark_fd = open_mark(self._mark)

    def _set_mark(self, mark: marks.Mark) -> None:
        where, slot = marks.encode(mark)
        write_at(self._mark_fd, slot, where)

    def _write(self, pieces: Pieces) -> None:
        left = [memoryview(piece).cast("B") for piece in pieces if len(piece)]
        os.lseek(self._fd, self._appended, os.SEEK_SET)
        while left:
            done = _write_some(self._fd, left)
            self._appended += done
            while left and done >= len(left[0]):
                done -= len(left.pop(0))
            if done:
                left[0] = left[0][done:]


def begin_sync(fd: int) -> None:
    """Have the system begin to write a file to the disk, without waiting, where it can be told to."""
    if hasattr(os, "posix_fadvise"):
        # Linux begins to write what is dirty before it drops what is not, and the page cache is not needed again.
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def open_mark(path: Path) -> int:
    """Open a mark file for writing, with room for both slots; return its handle."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
    if os.fstat(fd).st_size < marks.FILE_SIZE:
        # Both slots get their place on the disk now, so that a full disk never refuses a mark.
        write_at(fd, bytes(marks.FILE_SIZE), 0)
    return fd


def write_mark(path: Path, mark: marks.Mark) -> None:
    """Write a mark without making it durable."""
    where, slot = marks.encode(mark)
    fd = open_mark(path)
    try:
        write_at(fd, slot, where)
    finally:
        os.close(fd)


def read_mark(path: Path) -> marks.Mark | None:
    """Return the newest mark in a file, or ``None``."""
    with contextlib.suppress(FileNotFoundError):
        return marks.newest(path.read_bytes())
    return None


def _write_some(fd: int, pieces: list[memoryview]) -> int:
    """Write as many pieces at once as the system takes; return how many bytes it took."""
    if hasattr(os, "writev"):
        return os.writev(fd, pieces[:_MAX_PIECES])
    return os.write(fd, pieces[0])


def write_at(fd: int, data: bytes | bytearray | memoryview, offset: int) -> None:
    """Write all of ``data`` at an offset."""
    os.lseek(fd, offset, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def size_of(path: Path) -> int:
    """Return the length of a file, 0 where there is none."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def read_at(fd: int, offset: int, size: int) -> bytes:
    """Read ``size`` bytes, fewer at the end, without moving the file position where the system can do that."""
    pieces: list[bytes] = []
    while size > 0:
        if hasattr(os, "pread"):
            piece = os.pread(fd, size, offset)
        else:
            os.lseek(fd, offset, os.SEEK_SET)
            piece = os.read(fd, size)
        if not piece:
            break
        pieces.append(piece)
        offset += len(piece)
        size -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
