"""Bytes in memory: for simulators, demonstrations and tests of what stands on ``Storage``.

A *power cut* can be asked for: it forgets all that was not committed, as a disk would.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from roomtone.foundation.errors import WorldError
from roomtone.server.problems import RefusedError
from roomtone.server.storage.contract import Object, Pieces, Progress, Replacement, Staged


@dataclass
class _Bytes:
    data: bytearray = field(default_factory=bytearray)
    committed: int = 0
    touched: datetime | None = None


class _StagedMemory:
    """One upload's bytes."""

    def __init__(self, storage: MemoryStorage, upload: str) -> None:
        self._storage = storage
        self._bytes = storage.staging.get(upload) or _Bytes()
        self._upload = upload
        self.roll_back()

    @property
    def committed(self) -> int:
        return self._bytes.committed

    @property
    def appended(self) -> int:
        return len(self._bytes.data)

    @property
    def touched(self) -> datetime | None:
        return self._bytes.touched

    def append(self, pieces: Pieces) -> None:
        self._storage.staging[self._upload] = self._bytes
        for piece in pieces:
            self._storage.take_room(len(piece))
            self._bytes.data += piece

    def push(self) -> None:
        """Nothing is faster beforehand."""

    def commit(self, at: datetime) -> int:
        if self.appended != self.committed:
            self._bytes.committed, self._bytes.touched = self.appended, at
        return self.committed

    def roll_back(self) -> None:
        self._storage.give_room(self.appended - self.committed)
        del self._bytes.data[self.committed :]

    def read(self, offset: int, size: int) -> bytes:
        return bytes(self._bytes.data[offset : offset + size])

    def close(self) -> None:
        self.roll_back()


class _ObjectMemory:
    """One sealed object."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read(self, offset: int, size: int) -> bytes:
        return self._data[offset : offset + size]

    def close(self) -> None:
        """There is no handle."""


class MemoryStorage:
    """``Storage`` that ends with its process; ``room`` is how many bytes it holds before it is full."""

    def __init__(self, room: int = 1 << 40) -> None:
        self.staging: dict[str, _Bytes] = {}
        self._objects: dict[str, bytes] = {}
        self._room = room
        self._lock = threading.Lock()

    def take_room(self, size: int) -> None:
        """Use room up. Raises ``disk-full``."""
        with self._lock:
            if size > self._room:
                raise RefusedError("disk-full")
            self._room -= size

    def give_room(self, size: int) -> None:
        """Give room back, or add some."""
        with self._lock:
            self._room += size

    def stage(self, upload: str) -> Staged:
        return _StagedMemory(self, upload)

    def progress(self, upload: str) -> Progress:
        found = self.staging.get(upload)
        return Progress(found.committed, found.touched) if found else Progress(0, None)

    def staged(self) -> list[str]:
        return sorted(self.staging)

    def discard(self, upload: str) -> None:
        found = self.staging.pop(upload, None)
        if found is not None:
            self.give_room(len(found.data))

    def seal(self, upload: str, key: str, length: int, replacements: Sequence[Replacement]) -> None:
        found = self.staging.get(upload)
        if found is not None:
            for replacement in replacements:
                found.data[replacement.offset : replacement.offset + len(replacement.data)] = replacement.data
            self._objects[key] = bytes(found.data[:length])
            del self.staging[upload]
        elif key not in self._objects:
            if length:
                raise RefusedError("unknown-upload", "The staged bytes are gone")
            self._objects[key] = b""

    def open(self, key: str) -> Object:
        if key not in self._objects:
            raise WorldError("object-missing", "A sealed track is missing from the store", f"There is no {key}")
        return _ObjectMemory(self._objects[key])

    def keys(self) -> Iterator[tuple[str, int]]:
        for key in sorted(self._objects):
            yield key, len(self._objects[key])

    def close(self) -> None:
        """There is no handle."""

    def cut_power(self) -> None:
        """Forget what is not committed."""
        for found in self.staging.values():
            del found.data[found.committed :]
