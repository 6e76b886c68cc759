"""What waits while the disk is full: in the take's overflow where there is one, otherwise in this process.

A file in memory outlives a killed engine, and the sync worker sends it on from there.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
from collections import deque
from pathlib import Path
from typing import Final

import msgspec

from roomtone.foundation.files import atomic_write
from roomtone.takes.documents import Entry, Manifest, Synced
from roomtone.takes.folder import MANIFEST
from roomtone.takes.journal import Journal
from roomtone.takes.overflow import make_overflow, remove_overflow

log = logging.getLogger(__name__)

FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_BLOCK: Final = 1 << 20


class Overflow:
    """The overflow of one take, made when it is first needed. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._take = folder
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._journal: Journal | None = None
        self._left = 0
        self._spills = 0
        self._possible = True

    @property
    def active(self) -> bool:
        """Whether anything of the take lies in its overflow."""
        return self._folder is not None

    def open_spill(self, track: str, at: int) -> int | None:
        """Open the file that goes on with ``track`` from byte ``at``; ``None`` where there is no overflow."""
        with self._lock:
            folder = self._made()
            if folder is None:
                return None
            try:
                fd = os.open(folder / f"{track}@{at}", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            except OSError as error:
                log.info("no overflow: %s", error)
                return None
            self._spills += 1
            return fd

    def close_spill(self, track: str, at: int, *, everything_is_home: bool) -> None:
        """A spill's owner has closed it; with ``everything_is_home`` it is removed."""
        with self._lock:
            self._spills -= 1
            if everything_is_home and self._folder is not None:
                with contextlib.suppress(OSError):
                    (self._folder / f"{track}@{at}").unlink()

    def grant(self, count: int) -> int:
        """Return how many of ``count`` more bytes may be written into spills, and count them."""
        with self._lock:
            granted = min(count, self._left)
            self._left -= granted
            return granted

    def append(self, entry: Entry) -> bool:
        """Add an entry to the journal there; return whether it is kept."""
        with self._lock:
            folder = self._made()
            if folder is None:
                return False
            try:
                if self._journal is None:
                    self._journal = Journal(folder)
                self._journal.append(entry, durable=False)
            except OSError as error:
                log.info("the overflow has no room either: %s", error)
                return False
            return True

    def write_manifest(self, manifest: Manifest) -> bool:
        """Seal the take there; return whether that went well."""
        with self._lock:
            folder = self._made()
            if folder is None:
                return False
            try:
                atomic_write(folder / MANIFEST, msgspec.json.encode(manifest), 0o600)
            except OSError as error:
                log.info("the overflow has no room either: %s", error)
                return False
            return True

    def remove(self) -> None:
        """Everything is at home: remove it, unless a track has spilled again meanwhile."""
        with self._lock:
            if self._folder is None or self._spills:
                return
            self._close_journal()
            remove_overflow(self._folder)
            self._folder = None

    def close(self) -> None:
        """Leave it as it is."""
        with self._lock:
            self._close_journal()

    def _close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _made(self) -> Path | None:
        if self._folder is None and self._possible:
            made = None
            with contextlib.suppress(OSError):
                made = make_overflow(self._take)
            if made is None:
                self._possible = False
                log.info("the disk is full, and this system keeps no files in memory")
            else:
                self._folder, self._left = made
                log.info("the disk is full: the take goes on in %s", self._folder)
        return self._folder


class Spill:
    """The bytes of one track that its disk refused, in order. Used by one thread at a time."""

    def __init__(self, track: str, overflow: Overflow | None) -> None:
        self._track = track
        self._overflow = overflow
        self._fd = -1
        self._at = 0
        self._size = 0
        self._home = 0
        self._memory: deque[memoryview] = deque()
        self.in_process = 0

    def __bool__(self) -> bool:
        return self._home < self._size or bool(self._memory)

    def add(self, data: memoryview, at: int) -> None:
        """Keep ``data``, which begins at byte ``at`` of the track."""
        if not self._memory:
            data = data[self._spill(data, at) :]
        if data:
            self._memory.append(data)
            self.in_process += len(data)

    def first(self) -> memoryview:
        """Return the next bytes that are to go home; some, where any wait."""
        if self._home < self._size:
            return memoryview(os.pread(self._fd, min(_BLOCK, self._size - self._home), self._home))
        return self._memory[0]

    def went_home(self, count: int) -> None:
        """The first ``count`` bytes are in the track itself."""
        if self._home < self._size:
            self._home += count
            if self._home == self._size:
                self._close(everything_is_home=True)
            return
        rest = self._memory[0][count:]
        self.in_process -= count
        if rest:
            self._memory[0] = rest
        else:
            self._memory.popleft()

    def close(self) -> None:
        """Leave what is still there to whoever brings it home."""
        if self._fd >= 0:
            self._close(everything_is_home=False)

    def _spill(self, data: memoryview, at: int) -> int:
        """Write what the overflow takes of ``data``; return how much that is."""
        if self._overflow is None:
            return 0
        if self._fd < 0:
            fd = self._overflow.open_spill(self._track, at)
            if fd is None:
                return 0
            self._fd, self._at = fd, at
        try:
            count = os.write(self._fd, data[: self._overflow.grant(len(data))])
        except OSError as error:
            log.info("the overflow took no more: %s", error)
            return 0
        self._size += count
        return count

    def _close(self, *, everything_is_home: bool) -> None:
        os.close(self._fd)
        if self._overflow is not None:
            self._overflow.close_spill(self._track, self._at, everything_is_home=everything_is_home)
        self._fd, self._size, self._home = -1, 0, 0


class Ledger:
    """The journal of a take that is being recorded, wherever there is room for it."""

    def __init__(self, folder: Path, overflow: Overflow) -> None:
        self._folder = folder
        self._overflow = overflow
        self._journal = Journal(folder)
        self._lock = threading.Lock()
        self._told_there: list[Entry] = []

    def append(self, entry: Entry, *, durable: bool = True) -> None:
        """Add an entry. Raises ``OSError`` where there is room for it nowhere."""
        with self._lock:
            if not self._overflow.active:
                try:
                    self._journal.append(entry, durable=durable)
                    return
                except OSError as error:
                    if error.errno not in FULL or not self._overflow.append(entry):
                        raise
            elif not self._overflow.append(entry):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder))
            if not isinstance(entry, Synced):
                self._told_there.append(entry)

    def come_home(self) -> None:
        """All bytes of the tracks are synced in the take's own folder: bring the journal there if there is room."""
        with self._lock:
            try:
                while self._told_there:
                    self._journal.append(self._told_there[0])
                    del self._told_there[0]
            except OSError as error:
                if error.errno not in FULL:
                    raise
                return
            self._overflow.remove()

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()
        self._overflow.close()
