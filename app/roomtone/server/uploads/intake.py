"""One upload as it takes bytes in: staged storage and the digest of what is there, kept in step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from roomtone.server.storage.contract import Pieces, Replacement, Staged
from roomtone.wire.digest import CHUNK, Digest

_READ: Final = 4 << 20


class Intake:
    """Used by whoever holds the upload, from one thread at a time, apart from the two halves of an append.

    The digest is fed as bytes come in. After a restart the bytes that are there already have not been seen; then
    it is computed by reading, when it is asked for.
    """

    def __init__(self, staged: Staged) -> None:
        self._staged = staged
        self._digest = None if staged.committed else Digest()
        self._safe = self._digest.copy() if self._digest else None

    @property
    def committed(self) -> int:
        """How many bytes are synced and checked."""
        return self._staged.committed

    @property
    def appended(self) -> int:
        """How many bytes there are, synced and checked or not."""
        return self._staged.appended

    @property
    def touched(self) -> datetime | None:
        """When bytes were committed last."""
        return self._staged.touched

    def append(self, pieces: Pieces) -> None:
        """Put bytes behind what is there."""
        self.write(pieces)
        self.hash(pieces)

    def write(self, pieces: Pieces) -> None:
        """Do the half of ``append`` that waits for the disk. ``hash`` may do the other half at the same time."""
        self._staged.append(pieces)

    def hash(self, pieces: Pieces) -> None:
        """Do the half of ``append`` that computes. Nothing else may be called before both halves are done."""
        if self._digest is not None:
            for piece in pieces:
                self._digest.update(piece)

    def push(self) -> None:
        """Begin to make appended bytes durable; see ``Staged.push``."""
        self._staged.push()

    def commit(self, at: datetime) -> int:
        """Make everything that is appended durable and counted."""
        committed = self._staged.commit(at)
        self._safe = self._digest.copy() if self._digest else None
        return committed

    def roll_back(self) -> None:
        """Forget what is not committed."""
        self._staged.roll_back()
        self._digest = self._safe.copy() if self._safe else None

    def known_digest(self) -> str | None:
        """Return the digest of the committed bytes where it needs no reading."""
        return self._digest.text() if self._digest is not None and self.appended == self.committed else None

    def digest(self, replacements: Sequence[Replacement]) -> str:
        """Return the digest that the committed bytes have with these replacements made. Changes nothing."""
        if self._digest is None:
            self._digest = self._read_all()
            self._safe = self._digest.copy()
        if not replacements:
            return self._digest.text()
        chunk = bytearray(self._staged.read(0, CHUNK))
        for replacement in replacements:
            chunk[replacement.offset : replacement.offset + len(replacement.data)] = replacement.data
        tried = self._digest.copy()
        tried.replace_first_chunk(bytes(chunk))
        return tried.text()

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes that are there, fewer at the end."""
        return self._staged.read(offset, size)

    def close(self) -> None:
        """Let go of handles."""
        self._staged.close()

    def _read_all(self) -> Digest:
        digest = Digest()
        while digest.length < self._staged.committed:
            digest.update(self._staged.read(digest.length, min(_READ, self._staged.committed - digest.length)))
        return digest
