"""Bytes in a folder: ``staging`` for uploads on their way, ``store`` for sealed objects.

A staged upload is ``<upload>.part`` with a ``<upload>.mark`` that says how much of it is synced and checked;
whatever lies beyond the mark is garbage of an interrupted request and cut off before anything is appended.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from roomtone.foundation.errors import WorldError
from roomtone.foundation.files import make_directory, sync_data, sync_directory
from roomtone.server.problems import RefusedError
from roomtone.server.storage import marks
from roomtone.server.storage.contract import Object, Progress, Replacement, Staged
from roomtone.server.storage.journal import Entry, Journal
from roomtone.server.storage.staged import (
    BINARY,
    StagedFile,
    begin_sync,
    converted,
    read_at,
    read_mark,
    size_of,
    write_at,
    write_mark,
)


class _ObjectFile:
    """A sealed object's file."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY | BINARY)
        self._size = os.fstat(self._fd).st_size

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, size: int) -> bytes:
        try:
            return read_at(self._fd, offset, max(0, min(size, self._size - offset)))
        except OSError as error:
            raise converted(error) from error

    def close(self) -> None:
        os.close(self._fd)


class FolderStorage:
    """``Storage`` in a local folder on any file system that syncs when it is told to."""

    def __init__(self, folder: Path, journal_size: int = 0) -> None:
        """Create the folders. Raises ``WorldError``.

        With a ``journal_size``, in bytes for each of its two segments, small appends go through a journal, and what
        the process before left there is put into its place first. Only one process at a time may do that.
        """
        self._staging = folder / "staging"
        self._store = folder / "store"
        self._journal: Journal | None = None
        try:
            make_directory(self._staging, 0o700)
            make_directory(self._store, 0o700)
            if journal_size:
                self._journal = Journal(folder, self._settle, journal_size)
                self._recover(self._journal)
        except OSError as error:
            raise converted(error) from error

    def stage(self, upload: str) -> Staged:
        try:
            return StagedFile(self._part(upload), self._mark(upload), self._journal)
        except OSError as error:
            raise converted(error) from error

    def progress(self, upload: str) -> Progress:
        try:
            found = read_mark(self._mark(upload))
            return Progress(min(found.length, size_of(self._part(upload))), found.at) if found else Progress(0, None)
        except OSError as error:
            raise converted(error) from error

    def staged(self) -> list[str]:
        names = {path.stem for path in self._staging.iterdir() if path.suffix in (".part", ".mark")}
        return sorted(names)

    def discard(self, upload: str) -> None:
        try:
            # The mark goes first: bytes without a mark count for nothing, a mark without bytes would lie.
            self._mark(upload).unlink(missing_ok=True)
            self._part(upload).unlink(missing_ok=True)
        except OSError as error:
            raise converted(error) from error

    def seal(self, upload: str, key: str, length: int, replacements: Sequence[Replacement]) -> None:
        part, target = self._part(upload), self._object(key)
        try:
            if target.exists():
                # It was done before. The journal may have brought back some of the bytes, which are all in there.
                part.unlink(missing_ok=True)
            elif part.exists():
                _finish_part(part, length, replacements)
                make_directory(target.parent, 0o700)
                part.replace(target)
            elif length:
                raise RefusedError("unknown-upload", "The staged bytes are gone")
            else:
                make_directory(target.parent, 0o700)
                _create_empty(target)
            sync_directory(target.parent)
            self._mark(upload).unlink(missing_ok=True)
        except OSError as error:
            raise converted(error) from error

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
            raise converted(error) from error

    def keys(self) -> Iterator[tuple[str, int]]:
        for path in sorted(self._store.rglob("*")):
            if path.is_file():
                yield path.relative_to(self._store).as_posix(), path.stat().st_size

    def close(self) -> None:
        if self._journal is not None:
            try:
                self._journal.close()
            except OSError as error:
                raise converted(error) from error

    def _settle(self, uploads: Sequence[str]) -> None:
        """Make durable what is in the part files and marks of these uploads; those that are gone need nothing."""
        paths = [path for upload in uploads for path in (self._part(upload), self._mark(upload))]
        # All of them are begun before one is waited for: then the file system needs one transaction instead of many.
        for act in (begin_sync, sync_data):
            for path in paths:
                with contextlib.suppress(FileNotFoundError):
                    _with_file(path, act)
        sync_directory(self._staging)

    def _recover(self, journal: Journal) -> None:
        """Write what is in the journal into part files and marks."""
        last: dict[str, Entry] = {}
        for entry in journal.entries():
            fd = os.open(self._part(entry.upload), os.O_RDWR | os.O_CREAT | BINARY, 0o600)
            try:
                write_at(fd, entry.data, entry.offset)
            finally:
                os.close(fd)
            last[entry.upload] = entry
        for upload, entry in last.items():
            length = entry.offset + len(entry.data)
            found = read_mark(self._mark(upload))
            if found is None or found.length < length:
                write_mark(self._mark(upload), marks.Mark(found.counter + 1 if found else 1, length, entry.at))
        self._settle(list(last))
        journal.forget()

    def _part(self, upload: str) -> Path:
        return self._staging / f"{upload}.part"

    def _mark(self, upload: str) -> Path:
        return self._staging / f"{upload}.mark"

    def _object(self, key: str) -> Path:
        return self._store.joinpath(*key.split("/"))


def _finish_part(part: Path, length: int, replacements: Sequence[Replacement]) -> None:
    """Give a part file its final bytes and length. Repeating it changes nothing."""
    fd = os.open(part, os.O_RDWR | BINARY)
    try:
        if os.fstat(fd).st_size != length:
            os.ftruncate(fd, length)
        for replacement in replacements:
            write_at(fd, replacement.data, replacement.offset)
        # Even unchanged, its bytes may so far be durable in the journal only.
        os.fsync(fd)
    finally:
        os.close(fd)


def _with_file(path: Path, act: Callable[[int], None]) -> None:
    fd = os.open(path, os.O_RDWR | BINARY)
    try:
        act(fd)
    finally:
        os.close(fd)


def _create_empty(path: Path) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | BINARY, 0o600)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
