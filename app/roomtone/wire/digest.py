"""The digest of a track: a hash over the hashes of its chunks.

A track grows by appending and is sealed by changing a few of its first bytes. With a plain hash that would
mean to hash an hour of sound again; here it means to hash one chunk again.

``digest = "rt1:" + hex(SHA-256("roomtone-digest-1\\0" + length as 8 bytes, big endian + SHA-256 of each chunk))``
with chunks of 1 MiB, the last one shorter, none for an empty track.
"""

from __future__ import annotations

import hashlib
from typing import Final

CHUNK: Final = 1 << 20
PREFIX: Final = "rt1:"
_DOMAIN: Final = b"roomtone-digest-1\0"


def combine(length: int, leaves: list[bytes]) -> str:
    """Return the digest of a track of ``length`` bytes with these chunk hashes."""
    return PREFIX + hashlib.sha256(_DOMAIN + length.to_bytes(8, "big") + b"".join(leaves)).hexdigest()


class Digest:
    """Hashes a growing track. Feed it with every byte in order, then patch the first bytes, then ask."""

    def __init__(self) -> None:
        self._leaves: list[bytes] = []
        self._partial = hashlib.sha256()
        self._filled = 0
        self._length = 0

    @property
    def length(self) -> int:
        """How many bytes were fed."""
        return self._length

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Append ``data``."""
        view = memoryview(data)
        self._length += len(view)
        while view:
            part = view[: CHUNK - self._filled]
            self._partial.update(part)
            self._filled += len(part)
            view = view[len(part) :]
            if self._filled == CHUNK:
                self._leaves.append(self._partial.digest())
                self._partial = hashlib.sha256()
                self._filled = 0

    def replace_first_chunk(self, chunk: bytes) -> None:
        """Take ``chunk`` for the first chunk, after its first bytes were changed.

        ``chunk`` is the whole first chunk as it is now: 1 MiB, or the whole track where that is shorter.
        """
        if len(chunk) != min(self._length, CHUNK):
            raise ValueError("the first chunk must be given whole")
        if self._leaves:
            self._leaves[0] = hashlib.sha256(chunk).digest()
        else:
            self._partial = hashlib.sha256(chunk)

    def copy(self) -> Digest:
        """Return an independent digest of the same bytes, to come back to or to try patches on."""
        twin = Digest()
        twin._leaves = self._leaves.copy()
        twin._partial = self._partial.copy()
        twin._filled = self._filled
        twin._length = self._length
        return twin

    def text(self) -> str:
        """Return the digest of what was fed so far."""
        leaves = list(self._leaves)
        if self._filled:
            leaves.append(self._partial.digest())
        return combine(self._length, leaves)


def digest_of(data: bytes) -> str:
    """Return the digest of a whole track in memory."""
    digest = Digest()
    digest.update(data)
    return digest.text()
