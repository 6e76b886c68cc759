"""Appending to the journal of a take or a draft."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

from roomtone.foundation.files import sync_data, sync_directory
from roomtone.takes.documents import Entry
from roomtone.takes.folder import JOURNAL, encode_entry


class Journal:
    """The journal of one take (or, by its ``name``, of something else), open for appending by several threads.

    Each entry is one ``write`` of a whole line, so that a crash cuts off at most the last one.
    """

    def __init__(self, folder: Path, name: str = JOURNAL) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._path = folder / name
        self._fd = os.open(self._path, flags, 0o644)
        self._lock = threading.Lock()
        self._torn = False
        self._heal()

    def append(self, entry: Entry, *, durable: bool = True) -> None:
        """Add an entry and, unless told otherwise, make it durable. Raises ``OSError``."""
        self.append_line(encode_entry(entry), durable=durable)

    def append_line(self, whole: bytes, *, durable: bool = True) -> None:
        """Add one line, with its line end. Raises ``OSError``."""
        with self._lock:
            # A part of a line that a full disk took is ended first, so that it spoils no other.
            line = (b"\n" if self._torn else b"") + whole
            written = os.write(self._fd, line)
            self._torn = (self._torn and written == 0) or 0 < written < len(line)
            if written != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
            if durable:
                sync_data(self._fd)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    def _heal(self) -> None:
        """End a line that a crash cut off, so that the next entry begins a line of its own."""
        size = os.fstat(self._fd).st_size
        if size == 0:
            sync_directory(self._path.parent)
            return
        with self._path.open("rb") as file:
            file.seek(size - 1)
            whole = file.read(1) == b"\n"
        if not whole:
            os.write(self._fd, b"\n")


def append_entry(folder: Path, entry: Entry) -> None:
    """Add one durable entry to the journal of a take that nobody is recording. Raises ``OSError``."""
    journal = Journal(folder)
    try:
        journal.append(entry)
    finally:
        journal.close()
