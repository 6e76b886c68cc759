"""The mark beside a staged file: how many of its bytes are synced and checked.

A mark file holds two slots of 32 bytes that are written in turn, each with a counter and a CRC. Whatever a power
cut does to the slot being written, the other one still tells the state before. Layout of a slot, big endian:
8 bytes counter, 8 bytes length, 8 bytes time in microseconds since 1970 (UTC), 4 bytes ``RTM1``, 4 bytes CRC-32.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

SLOT: Final = 32
FILE_SIZE: Final = 2 * SLOT
_BODY = struct.Struct(">QQq4s")
_CRC = struct.Struct(">I")
_MAGIC: Final = b"RTM1"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Mark:
    """One slot as read: the newest of the two is what counts."""

    counter: int
    length: int
    at: datetime


def encode(mark: Mark) -> tuple[int, bytes]:
    """Return where in the file the mark goes, and its bytes."""
    body = _BODY.pack(mark.counter, mark.length, (mark.at - EPOCH) // timedelta(microseconds=1), _MAGIC)
    return (mark.counter % 2) * SLOT, body + _CRC.pack(zlib.crc32(body))


def newest(raw: bytes) -> Mark | None:
    """Return the newest intact mark in a mark file's bytes, or ``None`` where there is none."""
    found = [mark for at in (0, SLOT) if (mark := _decode(raw[at : at + SLOT])) is not None]
    return max(found, key=lambda mark: mark.counter, default=None)


def _decode(slot: bytes) -> Mark | None:
    if len(slot) != SLOT or _CRC.unpack(slot[-4:])[0] != zlib.crc32(slot[:-4]):
        return None
    counter, length, microseconds, magic = _BODY.unpack(slot[:-4])
    if magic != _MAGIC:
        return None
    return Mark(counter, length, EPOCH + timedelta(microseconds=microseconds))
