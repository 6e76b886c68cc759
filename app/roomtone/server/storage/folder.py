"""Bytes in a folder: ``staging`` for uploads on their way, ``store`` for sealed objects.

A staged upload is ``<upload>.part`` with a ``<upload>.mark`` that says how much of it is synced and checked;
whatever lies beyond the mark is garbage of an interrupted request and cut off before anything is appended.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import WorldError, from_os_error
from roomtone.foundation.files import make_directory, sync_data, sync_directory
from roomtone.server.problems import RefusedError
from roomtone.server.storage import marks
from roomtone.server.storage.contract import Object, Pieces, Progress, Replacement, Staged

_BINARY: Final = getattr(os, "O_BINARY", 0)
# The most buffers that one writev takes on any system.
_MAX_PIECES: Final = 512


def _converted(error: OSError) -> WorldError:
    """Convert at the boundary; a full disk is a refusal of its own with its own advice."""
    found = from_os_error(error, "keeping uploads")
    return RefusedError("disk-full") if found.code == "disk-full" else found


class _StagedFile:
    """One upload's part file and its mark; both come into being with the first append."""

    def __init__(self, part: Path, mark: Path) -> None:
        self._part = part
        self._mark = mark
        self._fd = -1
        self._mark_fd = -1
        self._named = False
        self._doubtful = False
        found = _read_mark(mark)
        self._counter = found.counter if found else 0
        self._committed = min(found.length, _size_of(part)) if found else 0
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
            raise _converted(error) from error

    def push(self) -> None:
        if self._fd >= 0:
            try:
                sync_data(self._fd)
            except OSError as error:
                raise _converted(error) from error

    def commit(self, at: datetime) -> int:
        if self._appended == self._committed:
            return self._committed
        try:
            # The order is the promise: first the bytes, then the mark that counts them.
            sync_data(self._fd)
            self._doubtful = True
            self._set_mark(marks.Mark(self._counter + 1, self._appended, at))
            self._doubtful = False
            if not self._named:
                sync_directory(self._part.parent)
                self._named = True
        except OSError as error:
            raise _converted(error) from error
        self._counter += 1
        self._committed, self._touched = self._appended, at
        return self._committed

    def roll_back(self) -> None:
        try:
            if self._doubtful:
                # A mark that could not be synced may still count bytes that are now forgotten, so a newer one
                # takes its place before they are.
                self._counter += 2
                self._set_mark(marks.Mark(self._counter, self._committed, self._touched or marks.EPOCH))
                self._doubtful = False
            if self._fd >= 0:
                os.ftruncate(self._fd, self._committed)
        except OSError as error:
            raise _converted(error) from error
        self._appended = self._committed

    def read(self, offset: int, size: int) -> bytes:
        size = max(0, min(size, self._appended - offset))
        if not size:
            return b""
        try:
            self._open()
            return _read_at(self._fd, offset, size)
        except OSError as error:
            raise _converted(error) from error

    def close(self) -> None:
        for fd in (self._fd, self._mark_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._mark_fd = -1
        self._appended = self._committed

    def _open(self) -> None:
        if self._fd < 0:
            self._fd = os.open(self._part, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
            if os.fstat(self._fd).st_size != self._committed:
                os.ftruncate(self._fd, self._committed)
        if self._mark_fd < 0:
            self._mark_fd = os.open(self._mark, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
            if os.fstat(self._mark_fd).st_size < marks.FILE_SIZE:
                # Both slots get their place on the disk now, so that a full disk never refuses a mark.
                _write_at(self._mark_fd, bytes(marks.FILE_SIZE), 0)

    def _set_mark(self, mark: marks.Mark) -> None:
        where, slot = marks.encode(mark)
        _write_at(self._mark_fd, slot, where)
        sync_data(self._mark_fd)

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


class _ObjectFile:
    """A sealed object's file."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY | _BINARY)
        self._size = os.fstat(self._fd).st_size

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, size: int) -> bytes:
        try:
            return _read_at(self._fd, offset, max(0, min(size, self._size - offset)))
        except OSError as error:
            raise _converted(error) from error

    def close(self) -> None:
        os.close(self._fd)


class FolderStorage:
    """``Storage`` in a local folder on any file system that syncs when it is told to."""

    def __init__(self, folder: Path) -> None:
        """Create the folders. Raises ``WorldError``."""
        self._staging = folder / "staging"
        self._store = folder / "store"
        try:
            make_directory(self._staging, 0o700)
            make_directory(self._store, 0o700)
        except OSError as error:
            raise _converted(error) from error

    def stage(self, upload: str) -> Staged:
        try:
            return _StagedFile(self._part(upload), self._mark(upload))
        except OSError as error:
            raise _converted(error) from error

    def progress(self, upload: str) -> Progress:
        try:
            found = _read_mark(self._mark(upload))
            return Progress(min(found.length, _size_of(self._part(upload))), found.at) if found else Progress(0, None)
        except OSError as error:
            raise _converted(error) from error

    def staged(self) -> list[str]:
        names = {path.stem for path in self._staging.iterdir() if path.suffix in (".part", ".mark")}
        return sorted(names)

    def discard(self, upload: str) -> None:
        try:
            # The mark goes first: bytes without a mark count for nothing, a mark without bytes would lie.
            self._mark(upload).unlink(missing_ok=True)
            self._part(upload).unlink(missing_ok=True)
        except OSError as error:
            raise _converted(error) from error

    def seal(self, upload: str, key: str, length: int, replacements: Sequence[Replacement]) -> None:
        part, target = self._part(upload), self._object(key)
        try:
            if part.exists():
                _finish_part(part, length, replacements)
                make_directory(target.parent, 0o700)
                part.replace(target)
                sync_directory(target.parent)
            elif not target.exists():
                if length:
                    raise RefusedError("unknown-upload", "The staged bytes are gone")
                make_directory(target.parent, 0o700)
                _create_empty(target)
            self._mark(upload).unlink(missing_ok=True)
        except OSError as error:
            raise _converted(error) from error

    def open(self, key: str) -> Object:
        try:
            return _ObjectFile(self._object(key))
        except FileNotFoundError as error:
            raise WorldError(
                "object-missing",
                "A sealed track is missing from the store",
                f"There is no {key}",
                "Restore the store from a backup, then run roomtone server check",
            ) from error
        except OSError as error:
            raise _converted(error) from error

    def keys(self) -> Iterator[tuple[str, int]]:
        for path in sorted(self._store.rglob("*")):
            if path.is_file():
                yield path.relative_to(self._store).as_posix(), path.stat().st_size

    def _part(self, upload: str) -> Path:
        return self._staging / f"{upload}.part"

    def _mark(self, upload: str) -> Path:
        return self._staging / f"{upload}.mark"

    def _object(self, key: str) -> Path:
        return self._store.joinpath(*key.split("/"))


def _finish_part(part: Path, length: int, replacements: Sequence[Replacement]) -> None:
    """Give a part file its final bytes and length. Repeating it changes nothing."""
    fd = os.open(part, os.O_RDWR | _BINARY)
    try:
        changed = os.fstat(fd).st_size != length
        if changed:
            os.ftruncate(fd, length)
        for replacement in replacements:
            _write_at(fd, replacement.data, replacement.offset)
        if changed or replacements:
            os.fsync(fd)
    finally:
        os.close(fd)


def _create_empty(path: Path) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | _BINARY, 0o600)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    sync_directory(path.parent)


def _read_mark(path: Path) -> marks.Mark | None:
    with contextlib.suppress(FileNotFoundError):
        return marks.newest(path.read_bytes())
    return None


def _write_some(fd: int, pieces: list[memoryview]) -> int:
    """Write as many pieces at once as the system takes; return how many bytes it took."""
    if hasattr(os, "writev"):
        return os.writev(fd, pieces[:_MAX_PIECES])
    return os.write(fd, pieces[0])


def _write_at(fd: int, data: bytes, offset: int) -> None:
    os.lseek(fd, offset, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _size_of(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _read_at(fd: int, offset: int, size: int) -> bytes:
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
