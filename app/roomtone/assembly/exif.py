"""The GPS directory of Exif (2.32, section 4.6.6): unlinked from its file and blanked, with nothing moved."""

from __future__ import annotations

import mmap
from typing import Final, Literal

_GPS: Final = 0x8825
_LONG: Final = 4
# How many bytes a value of each type takes up.
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MOST: Final = 32


class _Block:
    """A TIFF block inside a file; positions in it are counted from its beginning."""

    def __init__(self, data: bytearray | mmap.mmap, start: int, end: int) -> None:
        self._data = data
        self._start = start
        self.size = end - start
        self.order: Literal["little", "big"] = "little" if data[start : start + 2] == b"II" else "big"

    def read(self, at: int, count: int) -> int:
        return int.from_bytes(self.take(at, count), self.order)

    def take(self, at: int, count: int) -> bytes:
        """Return some bytes. Raises ``ValueError`` where they are not in the block."""
        if not 0 <= at <= at + count <= self.size:
            raise ValueError("a position outside of the block")
        return bytes(self._data[self._start + at : self._start + at + count])

    def write(self, at: int, content: bytes) -> None:
        if not 0 <= at <= at + len(content) <= self.size:
            raise ValueError("a position outside of the block")
        self._data[self._start + at : self._start + at + len(content)] = content


def blank_gps(data: bytearray | mmap.mmap, start: int, end: int) -> bool:
    """Take the GPS directories out of the TIFF block between two positions; return whether there was one."""
    if end - start < 8 or data[start : start + 4] not in (b"II*\x00", b"MM\x00*"):
        return False
    block = _Block(data, start, end)
    found, seen = False, set[int]()
    directory = block.read(4, 4)
    try:
        while directory and directory not in seen and len(seen) < _MOST:
            seen.add(directory)
            found |= _unlink(block, directory)
            directory = block.read(directory + 2 + 12 * block.read(directory, 2), 4)
    except ValueError:
        # The rest of the directories is not there, and nobody else finds it either.
        pass
    return found


def _unlink(block: _Block, directory: int) -> bool:
    """Take the entry that leads to the GPS directory out of this one; the entries behind it move up."""
    found = False
    count = block.read(directory, 2)
    place = 0
    while place < count:
        at = directory + 2 + 12 * place
        if block.read(at, 2) != _GPS:
            place += 1
            continue
        found = True
        _blank(block, block.read(at + 8, 4))
        # With the position of the next directory, which stands behind the last entry.
        behind = block.take(at + 12, 12 * (count - place - 1) + 4)
        block.write(at, behind + bytes(12))
        count -= 1
        block.write(directory, count.to_bytes(2, block.order))
    return found


def _blank(block: _Block, directory: int) -> None:
    """Write zeros over a directory and over what its entries point to."""
    try:
        count = block.read(directory, 2)
        for place in range(count):
            at = directory + 2 + 12 * place
            size = _SIZES.get(block.read(at + 2, 2), 0) * block.read(at + 4, 4)
            if size > _LONG:
                block.write(block.read(at + 8, 4), bytes(size))
        block.write(directory, bytes(2 + 12 * count + 4))
    except ValueError:
        # It points outside of the block; it is unlinked all the same.
        return
