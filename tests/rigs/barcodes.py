"""Pictures that carry their number: a bar code along the top, which survives H.264, and content that moves below it.

They stay cheap: all are encoded ahead with a restart marker after every cell of the bar code, and what lies
between two of these can be exchanged, so a frame costs its number no encoding.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]

_QUALITY: Final = 70
# The bar code: two cells to find it by, the number, its remainder by a prime as a check.
_NUMBER_BITS: Final = 24
_CHECK_BITS: Final = 6
_PRIME: Final = 61
_CELLS: Final = 2 + _NUMBER_BITS + _CHECK_BITS
_MCU: Final = 16
_BAND_ROWS: Final = 2
_BACKGROUNDS: Final = 30


@dataclass(frozen=True)
class _Layout:
    """Where the bar code lies: ``across`` cells of ``mcus`` blocks side by side in as many bands as it takes."""

    width: int
    height: int

    @property
    def mcus(self) -> int:
        blocks = self.width // _MCU
        return max((n for n in range(1, blocks + 1) if blocks % n == 0 and blocks // n >= _CELLS), default=1)

    @property
    def per_row(self) -> int:
        return self.width // _MCU // self.mcus

    @property
    def across(self) -> int:
        return _CELLS if self.per_row >= _CELLS else _CELLS // 2

    @property
    def rows(self) -> int:
        """How many rows of blocks the code takes."""
        return _BAND_ROWS * (_CELLS // self.across)

    def check(self) -> None:
        """Raises ``ValueError``."""
        if self.width % _MCU or self.per_row < _CELLS // 2 or self.height < (self.rows + 1) * _MCU:
            raise ValueError(
                f"{self.width} × {self.height} has no room for the bar code: 256 × 96 at least, width ÷ 16"
            )


def _bits(number: int) -> list[int]:
    code = (number % (1 << _NUMBER_BITS)) << _CHECK_BITS | number % (1 << _NUMBER_BITS) % _PRIME
    return [1, 0, *((code >> shift) & 1 for shift in range(_NUMBER_BITS + _CHECK_BITS - 1, -1, -1))]


def frame_number(gray: npt.NDArray[Any], size: tuple[int, int] | None = None) -> int | None:
    """Return the number in the bar code of a picture (luma or gray, shape (height, width)); ``None`` without one.

    ``size`` is the width and height that the camera sent, where the picture was scaled since.
    """
    height, width = gray.shape
    layout = _Layout(*(size or (width, height)))
    across, down = width / layout.width, height / layout.height
    cell = layout.mcus * _MCU * across
    band = _BAND_ROWS * _MCU * down
    value = 0
    read = []
    for index in range(_CELLS):
        x, y = index % layout.across * cell, index // layout.across * band
        middle = gray[int(y + band * 0.3) : int(y + band * 0.7) + 1, int(x + cell * 0.3) : int(x + cell * 0.7) + 1]
        read.append(float(middle.mean()) if middle.size else 0.0)
    low, high = min(read), max(read)
    if high - low < 60:
        return None
    bits = [int(level > (low + high) / 2) for level in read]
    for bit in bits[2:]:
        value = value << 1 | bit
    number, check = value >> _CHECK_BITS, value & ((1 << _CHECK_BITS) - 1)
    return number if bits[:2] == [1, 0] and number % _PRIME == check else None


class Pictures:
    """All frames of one size, as JPEG."""

    def __init__(self, width: int, height: int) -> None:
        self._layout = _Layout(width, height)
        self._layout.check()
        black, white = np.zeros((height, width, 3), np.uint8), np.full((height, width, 3), 255, np.uint8)
        self.black = self._encoded(black)
        self._header, dark = self._cut(self.black)
        _, bright = self._cut(self._encoded(white))
        # All cells but the first are followed by the same bytes, as each begins anew after its marker.
        self._cells = (dark[0], bright[0])
        self._white = self._tail(bright)
        self._moving = [self._tail(self._cut(self._encoded(picture))[1]) for picture in self._scenes()]
        ok, tiny = cv2.imencode(".jpg", np.zeros((1, 1, 3), np.uint8))
        assert ok
        self.tiny = tiny.tobytes()

    def frame(self, number: int, white: bool) -> bytes:
        """Return frame ``number``."""
        rest = self._white if white else self._moving[number % len(self._moving)]
        return b"".join((self._header, self._code(number), rest))

    def huge(self, number: int) -> bytes:
        """Return a frame whose header says 20,000 × 20,000."""
        whole = bytearray(self.frame(number, white=False))
        at = whole.index(b"\xff\xc0")
        struct.pack_into(">HH", whole, at + 5, 20_000, 20_000)
        return bytes(whole)

    def _code(self, number: int) -> bytes:
        layout, bits = self._layout, _bits(number)
        pieces = []
        for row in range(layout.rows):
            first = row // _BAND_ROWS * layout.across
            for column in range(layout.per_row):
                bit = bits[first + column] if column < layout.across else 0
                marker = (row * layout.per_row + column) % 8
                pieces.append(self._cells[bit] + bytes((0xFF, 0xD0 + marker)))
        return b"".join(pieces)

    def _tail(self, segments: Sequence[bytes]) -> bytes:
        """Return everything below the bar code."""
        first = self._layout.rows * self._layout.per_row
        pieces = []
        for index, segment in enumerate(segments[first:], first):
            pieces.append(segment)
            if index < len(segments) - 1:
                pieces.append(bytes((0xFF, 0xD0 + index % 8)))
        return b"".join(pieces) + b"\xff\xd9"

    def _encoded(self, picture: npt.NDArray[np.uint8]) -> bytes:
        options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_RST_INTERVAL, self._layout.mcus]
        ok, encoded = cv2.imencode(".jpg", picture, options)
        assert ok
        return encoded.tobytes()

    @staticmethod
    def _cut(jpeg: bytes) -> tuple[bytes, list[bytes]]:
        """Return a JPEG's header and what lies between its restart markers."""
        at = jpeg.index(b"\xff\xda")
        at += 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
        segments, begin, look = [], at, at
        while True:
            look = jpeg.index(b"\xff", look)
            if 0xD0 <= jpeg[look + 1] <= 0xD7 or jpeg[look + 1] == 0xD9:
                segments.append(jpeg[begin:look])
                begin = look + 2
                if jpeg[look + 1] == 0xD9:
                    return jpeg[:at], segments
            look += 2

    def _scenes(self) -> list[npt.NDArray[np.uint8]]:
        """Return pictures in which everything moves, so that an encoder has as much to do as with a real one."""
        width, height = self._layout.width, self._layout.height
        across = np.arange(width)[None, :] * (2 * np.pi / width)
        down = np.arange(height)[:, None] * (2 * np.pi / height)
        grain = np.random.default_rng(1).integers(-6, 7, (height, width, 1))
        scenes = []
        for index in range(_BACKGROUNDS):
            turn = 2 * np.pi * index / _BACKGROUNDS
            waves = [np.sin(3 * across + turn) * np.cos(2 * down + shift) for shift in (0.0, 2.0, 4.0)]
            picture = np.clip(np.stack(waves, axis=-1) * 70 + 110 + grain, 0, 235).astype(np.uint8)
            place = (int(width * (0.5 + 0.35 * math.cos(turn))), int(height * (0.55 + 0.3 * math.sin(turn))))
            cv2.circle(picture, place, height // 8, (40, 200, 240), -1)
            scenes.append(picture)
        return scenes
