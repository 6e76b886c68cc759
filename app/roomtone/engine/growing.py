"""A file that grows by appending, keeps what a full disk refuses, and is changed only near its start."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

from roomtone.engine.spill import FULL, Overflow, Spill
from roomtone.foundation.files import sync_data
from roomtone.wire.digest import CHUNK, Digest


class GrowingFile:
    """The file of one track while it is recorded.

    It looks like a file to libsndfile: ``write``, ``seek``, ``tell``. Bytes written at the end are appended at
    once, with one system call, so that a killed process leaves whole blocks; between ``gather`` and
    ``let_go`` they are gathered, because one system call for several blocks is cheaper. Bytes written over the
    start are collected as patches and not written: they become the final header when the take is sealed.

    When the disk is full, appended bytes wait in memory, in order, and are written as soon as there is room; with an
    ``overflow`` they wait in a file there, which others can read. ``on_full`` is called each time the disk refuses,
    and returns whether trying again makes sense. Any other error is kept in ``trouble`` and not raised by ``write``:
    libsndfile would swallow it and end its stream.
    """

    def __init__(self, path: Path, on_full: Callable[[], bool], overflow: Overflow | None = None) -> None:
        self.path = path
        self._on_full = on_full
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._fd = os.open(path, flags, 0o644)
        self._waiting = Spill(path.name, overflow)
        self._gathering = False
        self._gathered: list[bytes] = []
        self._at = 0
        self.length = 0
        self.written = 0
        # How many bytes outlive this process: those in the file, and those in its overflow.
        self.kept = 0
        self.trouble: OSError | None = None
        self._head = bytearray()
        self._patches: dict[int, bytes] = {}
        self._digest = Digest()
        # What was appended since the last sync: hashing it can wait until then, and is cheaper all at once.
        self._unhashed: deque[bytes] = deque()

    @property
    def waiting(self) -> int:
        """How many bytes are in memory because the disk is full."""
        return self.length - self.written

    # What libsndfile calls.

    def write(self, data: bytes | memoryview) -> int:
        view = bytes(data)
        if self._at == self.length:
            self._gathered.append(view)
            self._at = self.length = self.length + len(view)
            if not self._gathering:
                self._append_gathered()
            return len(view)
        self._append_gathered()
        if self._at + len(view) <= len(self._head):
            if self._head[self._at : self._at + len(view)] != view:
                self._patches[self._at] = view
                self._head[self._at : self._at + len(view)] = view
        else:
            raise OSError(errno.EINVAL, "a track is changed only near its start", str(self.path))
        self._at += len(view)
        return len(view)

    def seek(self, offset: int, whence: int = 0) -> int:
        base = {0: 0, 1: self._at, 2: self.length}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:
        # libsndfile reads nothing of what it writes; it only asks whether we can.
        del buffer
        return 0

    # What the recorder calls.

    def gather(self) -> None:
        """Keep what is appended from now on, until ``let_go``."""
        self._gathering = True

    def let_go(self) -> None:
        """Append what was gathered."""
        self._gathering = False
        self._append_gathered()

    def flush_waiting(self) -> bool:
        """Try to write what waits in memory; return whether everything is written."""
        while self._waiting:
            count = self._write(self._waiting.first())
            if not count:
                return False
            self._waiting.went_home(count)
            self.kept = max(self.kept, self.written)
        return True

    def sync(self) -> int:
        """Make what was written durable; return how many bytes that is."""
        written = self.written
        sync_data(self._fd)
        self._hash()
        return written

    def start(self, count: int) -> bytes:
        """Return the first bytes of the file, at most 1 MiB of them."""
        return bytes(self._head[:count])

    def patches(self) -> list[tuple[int, bytes]]:
        """Return what turns the start of the file into its final header."""
        return sorted(self._patches.items())

    def add_patch(self, offset: int, data: bytes) -> None:
        """Change bytes near the start when the file is sealed."""
        self._at = offset
        self.write(data)

    def digest(self) -> str:
        """Return ``wire.digest`` of the file as it will be with its patches."""
        self._hash()
        self._digest.replace_first_chunk(bytes(self._head))
        return self._digest.text()

    def apply_patches(self) -> None:
        """Write the final header and make it durable. Raises ``OSError``."""
        for offset, data in self.patches():
            os.lseek(self._fd, offset, os.SEEK_SET)
            os.write(self._fd, data)
        sync_data(self._fd)

    def close(self) -> None:
        """Close the file. What still waits in the overflow stays there."""
        self._waiting.close()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _hash(self) -> None:
        self._digest.update(b"".join(self._unhashed.popleft() for _ in range(len(self._unhashed))))

    def _append_gathered(self) -> None:
        if not self._gathered:
            return
        data = b"".join(self._gathered)
        self._gathered.clear()
        if len(self._head) < CHUNK:
            self._head += data[: CHUNK - len(self._head)]
        self._unhashed.append(data)
        rest = memoryview(data)
        # What waits comes first; it is tried again by whoever looks after the take.
        while rest and not self._waiting and (count := self._write(rest)):
            rest = rest[count:]
        if rest:
            self._waiting.add(rest, self.length - len(rest))
        self.kept = self.length - self._waiting.in_process

    def _write(self, data: memoryview) -> int:
        """Append to the file itself; return how many bytes it took: 0 where it takes none now."""
        while True:
            try:
                count = os.write(self._fd, data)
            except OSError as error:
                if error.errno in FULL:
                    if self._on_full():
                        continue
                else:
                    self.trouble = error
                return 0
            self.written += count
            return count
