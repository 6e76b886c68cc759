"""One staged upload in an object store: what is appended waits in a local file, what is committed is in the store.

The pieces of a multipart upload would have to be 5 MiB at least, and only whole ones are safe; besides, many buckets
throw unfinished multipart uploads away after some days. So each commit stores what is new as an object of its own,
however small, before it returns; and once small ones add up to a whole piece, one object takes their place.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from roomtone.foundation.errors import RoomtoneError
from roomtone.server.storage import pieces as named
from roomtone.server.storage.bucket import Bucket
from roomtone.server.storage.contract import Pieces
from roomtone.server.storage.pieces import Piece
from roomtone.server.storage.staged import BINARY, converted, read_at, write_at

log = logging.getLogger(__name__)

PIECE: Final = 8 << 20
# Windows removes such a file when it is closed; elsewhere its name can be removed at once.
_TEMPORARY: Final = getattr(os, "O_TEMPORARY", 0)


class StagedObject:
    """``Staged`` over a bucket. The local file is a copy of what is not in whole pieces yet; nothing depends on it."""

    def __init__(self, bucket: Bucket, upload: str, spool: Path, begin: Callable[[], None], size: int = PIECE) -> None:
        """Look how far the upload is. ``begin`` is called before its first piece is stored.

        ``size`` is how many bytes a whole piece has.
        """
        self._bucket = bucket
        self._upload = upload
        self._folder = spool
        self._begin = begin
        self._size = size
        self._pieces = named.chain(bucket.list(named.folder(upload)))
        self._touched = named.touched(self._pieces)
        self._committed = self._appended = self._pieces[-1].end if self._pieces else 0
        # Where in the upload the local file begins; before it, the store is read.
        self._base = self._committed
        self._fd = -1
        # What may have been stored by a commit that failed. It has to go before other bytes take its place.
        self._doubtful: list[str] = []

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
        if self._doubtful:
            self._bucket.delete(self._doubtful)
            self._doubtful = []
        try:
            fd = self._spooled()
            for piece in pieces:
                write_at(fd, piece, self._appended - self._base)
                self._appended += len(piece)
        except OSError as error:
            raise converted(error) from error

    def push(self) -> None:
        """Nothing is stored before it counts."""

    def commit(self, at: datetime) -> int:
        if self._appended == self._committed:
            return self._committed
        tail = self._tail()
        # Small pieces stay until they and what is new make a whole one.
        start = tail if self._appended - tail >= self._size else self._committed
        if not self._pieces:
            self._begin()
        stored: list[Piece] = []
        while (offset := stored[-1].end if stored else start) < self._appended:
            piece = named.new_piece(self._upload, offset, min(self._size, self._appended - offset), at)
            self._doubtful.append(piece.path)
            self._bucket.put(piece.path, self.read(piece.offset, piece.length))
            stored.append(piece)
        self._doubtful = []
        replaced = [piece.path for piece in self._pieces if piece.offset >= start]
        self._pieces = [piece for piece in self._pieces if piece.offset < start] + stored
        self._committed, self._touched = self._appended, at
        self._forget(replaced)
        self._shorten()
        return self._committed

    def roll_back(self) -> None:
        self._appended = self._committed
        try:
            if self._fd >= 0:
                os.ftruncate(self._fd, self._committed - self._base)
        except OSError as error:
            raise converted(error) from error

    def read(self, offset: int, size: int) -> bytes:
        size = max(0, min(size, self._appended - offset))
        there = min(size, max(0, self._base - offset))
        found = [self._bucket.read(*part) for part in self._where(offset, there)]
        if size > there:
            try:
                found.append(read_at(self._spooled(), offset + there - self._base, size - there))
            except OSError as error:
                raise converted(error) from error
        return found[0] if len(found) == 1 else b"".join(found)

    def close(self) -> None:
        self._appended = self._committed
        self._base = self._committed
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _where(self, offset: int, size: int) -> list[tuple[str, int, int]]:
        return [(piece.path, skip, count) for piece, skip, count in named.slices(self._pieces, offset, size)]

    def _tail(self) -> int:
        """Return where the small pieces at the end begin."""
        tail = self._committed
        for piece in reversed(self._pieces):
            if piece.length >= self._size:
                break
            tail = piece.offset
        return tail

    def _forget(self, paths: list[str]) -> None:
        """Remove pieces that a larger one replaced. Left behind, they harm nobody until the upload is sealed."""
        try:
            self._bucket.delete(paths)
        except RoomtoneError as error:
            log.info("small pieces stay for a while: %s", error)

    def _shorten(self) -> None:
        """Let go of what is in whole pieces now; the local file never has more than one commit and one piece."""
        tail = self._tail()
        if self._fd < 0 or tail <= self._base:
            return
        kept = self.read(tail, self._appended - tail)
        try:
            write_at(self._fd, kept, 0)
            os.ftruncate(self._fd, len(kept))
        except OSError as error:
            raise converted(error) from error
        self._base = tail

    def _spooled(self) -> int:
        """Return the handle of the local file, which has no name that could be left behind."""
        if self._fd < 0:
            path = self._folder / f"{self._upload}-{secrets.token_hex(8)}"
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY | _TEMPORARY, 0o600)
            if not _TEMPORARY:
                path.unlink()
        return self._fd
