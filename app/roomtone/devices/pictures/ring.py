"""Frames in shared memory: one writer (a camera's process), one keeper (the engine), any number of lookers.

::

    0     header: magic, version, size of everything, see ``_HEADER``
    128   ``taken``: how many frames the keeper is done with; ``keeping``: whether anybody keeps frames at all
    256   slots of whole frames: Y, U, V planes without padding, 4:2:0, 8 bits
    …     previews: small pictures for the window, 32 bits a pixel in the order B, G, R, unused

Each slot and each preview begins with a sequence number, odd while it is being written; a looker copies and looks at
the number again. Whole slots are written over only when the keeper is done with them, or when nobody keeps.
Plain memory maps and ``struct``: the window looks too, and it loads no array library.
"""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# So much memory may hold frames that wait for a machine that is busy with something else: a second of 720p, if there is
# nothing larger.
MEMORY: Final = 48 << 20
FEWEST_SLOTS: Final = 8
MOST_SLOTS: Final = 32
PREVIEWS: Final = 3

_MAGIC: Final = b"rtring1\0"
_HEADER: Final = struct.Struct("<8sIIIIIII")
_COUNTERS: Final = struct.Struct("<QQ")
_SEQUENCE: Final = struct.Struct("<QQ")
_COUNTERS_AT: Final = 128
_DATA_AT: Final = 256
_PREFIX: Final = 64


class RingError(Exception):
    """This is no ring, or one of another version."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a ring, in pixels and slots."""

    width: int
    height: int
    preview_width: int
    preview_height: int
    slots: int = FEWEST_SLOTS

    @staticmethod
    def roomy(width: int, height: int, preview_width: int, preview_height: int) -> Shape:
        """Return a shape with as many slots as its frames leave room for."""
        small = Shape(width, height, preview_width, preview_height)
        slots = max(FEWEST_SLOTS, min(MOST_SLOTS, MEMORY // max(1, small.frame_bytes)))
        return Shape(width, height, preview_width, preview_height, slots)

    @property
    def frame_bytes(self) -> int:
        """How many bytes a whole frame takes."""
        return self.width * self.height + 2 * ((self.width + 1) // 2) * ((self.height + 1) // 2)

    @property
    def preview_bytes(self) -> int:
        return self.preview_width * self.preview_height * 4

    def frame_at(self, slot: int) -> int:
        """Return where a slot begins, with its prefix."""
        return _DATA_AT + slot * _aligned(_PREFIX + self.frame_bytes)

    def preview_at(self, number: int) -> int:
        return self.frame_at(self.slots) + number * _aligned(_PREFIX + self.preview_bytes)

    @property
    def size(self) -> int:
        return self.preview_at(PREVIEWS)


def _aligned(size: int) -> int:
    return (size + 63) & ~63


class RingWriter:
    """Makes the memory and writes frames. It belongs to one thread."""

    def __init__(self, path: Path, shape: Shape) -> None:
        """Make the file, which only its owner may read. Raises ``OSError``."""
        self.path = path
        self.shape = shape
        self._frames = 0
        self._previews = 0
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.ftruncate(fd, shape.size)
            self._map = mmap.mmap(fd, shape.size)
        except BaseException:
            path.unlink()
            raise
        finally:
            os.close(fd)
        _HEADER.pack_into(
            self._map,
            0,
            _MAGIC,
            1,
            shape.width,
            shape.height,
            shape.preview_width,
            shape.preview_height,
            shape.slots,
            PREVIEWS,
        )

    def next_slot(self) -> int | None:
        """Return the slot that the next frame may be written into, or ``None`` while the keeper wants them all."""
        taken, keeping = _COUNTERS.unpack_from(self._map, _COUNTERS_AT)
        if keeping and self._frames - taken >= self.shape.slots:
            return None
        return self._frames % self.shape.slots

    def planes(self, slot: int) -> memoryview:
        """Begin to write a slot; return its bytes to be filled. ``commit`` ends it."""
        at = self.shape.frame_at(slot)
        _SEQUENCE.pack_into(self._map, at, 2 * self._frames + 1, self._frames)
        return memoryview(self._map)[at + _PREFIX : at + _PREFIX + self.shape.frame_bytes]

    def commit(self, slot: int) -> int:
        """Tell that a slot is whole; return how many frames were written to this ring before it."""
        _SEQUENCE.pack_into(self._map, self.shape.frame_at(slot), 2 * self._frames + 2, self._frames)
        self._frames += 1
        return self._frames - 1

    def preview(self) -> memoryview:
        """Begin to write the next preview; return its bytes to be filled. ``commit_preview`` ends it."""
        at = self.shape.preview_at(self._previews % PREVIEWS)
        _SEQUENCE.pack_into(self._map, at, 2 * self._previews + 1, self._previews)
        return memoryview(self._map)[at + _PREFIX : at + _PREFIX + self.shape.preview_bytes]

    def commit_preview(self) -> None:
        """Tell that the preview is whole."""
        at = self.shape.preview_at(self._previews % PREVIEWS)
        _SEQUENCE.pack_into(self._map, at, 2 * self._previews + 2, self._previews)
        self._previews += 1

    def close(self) -> None:
        """Let go of the memory and take the file away. Whoever has it mapped keeps it until they let go."""
        self._map.close()
        self.path.unlink(missing_ok=True)


class RingKeeper:
    """The engine's end: reads whole frames where they lie, and says when it is done with them."""

    def __init__(self, path: Path) -> None:
        """Raises ``OSError`` or ``RingError``."""
        self._map, self.shape = _opened(path, mmap.ACCESS_WRITE)

    def keep(self, on: bool, taken: int) -> None:
        """Ask that no frame be written over from number ``taken`` of this ring on, or leave it to the writer."""
        _COUNTERS.pack_into(self._map, _COUNTERS_AT, taken, int(on))

    def frame(self, slot: int) -> memoryview:
        """Return the bytes of a slot, where they lie. Release the view before ``close``."""
        at = self.shape.frame_at(slot) + _PREFIX
        return memoryview(self._map)[at : at + self.shape.frame_bytes]

    def close(self) -> None:
        """Let go of the memory."""
        self._map.close()


class RingLooker:
    """The window's end: the newest small picture, whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Raises ``OSError`` or ``RingError``."""
        self._map, self.shape = _opened(path, mmap.ACCESS_READ)
        self._seen = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the small pictures."""
        return self.shape.preview_width, self.shape.preview_height

    def newest(self) -> bytes | None:
        """Return the newest preview (4 bytes a pixel: B, G, R, unused) unless it was returned before.

        ``None`` where there is no newer one, or where it was written over while being read: the next look gets it.
        """
        best, where = self._seen, -1
        for number in range(PREVIEWS):
            at = self.shape.preview_at(number)
            sequence, _ = _SEQUENCE.unpack_from(self._map, at)
            if sequence % 2 == 0 and sequence > best:
                best, where = sequence, at
        if where < 0:
            return None
        picture = self._map[where + _PREFIX : where + _PREFIX + self.shape.preview_bytes]
        if _SEQUENCE.unpack_from(self._map, where)[0] != best:
            return None
        self._seen = best
        return picture

    def close(self) -> None:
        """Let go of the memory."""
        self._map.close()


def _opened(path: Path, access: int) -> tuple[mmap.mmap, Shape]:
    writing = access == mmap.ACCESS_WRITE
    with path.open("r+b" if writing else "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=access)
    try:
        magic, version, width, height, small_width, small_height, slots, previews = _HEADER.unpack_from(mapped, 0)
        shape = Shape(width, height, small_width, small_height, slots)
        if magic != _MAGIC or version != 1 or previews != PREVIEWS or shape.size != len(mapped):
            raise RingError(f"{path} is no ring of this version")
    except (struct.error, RingError) as error:
        mapped.close()
        raise RingError(str(error)) from error
    return mapped, shape
