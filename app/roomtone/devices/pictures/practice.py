"""The practice picture: a source for machines that have none, and for trying things out.

It says in large letters what it is; a shape moves, and a clock runs, so that one sees that something goes by.
"""

from __future__ import annotations

import threading
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt

from roomtone.devices.pictures.model import PictureMode
from roomtone.devices.pictures.sources import Picture, Promise, Uncontrolled
from roomtone.foundation.clock import Clock

_SIZE: Final = (1280, 720)
_FPS: Final = 30.0
_TURN_SECONDS: Final = 4.0
# Television's black is 16 and its white 235.
_DARK: Final = 40
_BRIGHT: Final = 225
_DIGITS: Final = "0123456789:."
_FONT: Final = cv2.FONT_HERSHEY_DUPLEX
Plane = npt.NDArray[np.uint8]


class PracticePicture(Uncontrolled):
    """A source paced by a clock."""

    def __init__(self, mode: PictureMode, clock: Clock) -> None:
        self._clock = clock
        self._width, self._height = (mode.width or _SIZE[0]) & ~1, (mode.height or _SIZE[1]) & ~1
        self._fps = mode.fps or _FPS
        self._start = clock.monotonic()
        self._index = 0
        self._never = threading.Event()
        self._still = self._background()
        self._digits = _digits(max(0.4, self._height / 400))

    @property
    def promise(self) -> Promise:
        return Promise(self._fps)

    def read(self) -> Picture:
        """Wait until the next frame is due and draw it. What nobody read in time is left out."""
        latest = int((self._clock.monotonic() - self._start) * self._fps)
        self._index = max(self._index + 1, latest)
        due = self._index / self._fps
        while (pause := self._start + due - self._clock.monotonic()) > 0:
            self._clock.wait(self._never, pause)
        return Picture(self._drawn(due), due, self._clock.monotonic())

    def close(self) -> None:
        """There is nothing to let go of."""

    def _background(self) -> Plane:
        """Return the planes of what does not move, shape (height · 3 / 2, width)."""
        width, height = self._width, self._height
        planes = np.full((height * 3 // 2, width), 128, np.uint8)
        luma = planes[:height]
        luma[:] = np.linspace(_DARK, _DARK + 50, width)[None, :]
        text = "PRACTICE PICTURE"
        (wide, _), _ = cv2.getTextSize(text, _FONT, 1.0, 2)
        scale = width * 0.8 / wide
        thick = max(1, round(scale * 2))
        place = (int(width * 0.1), int(height * 0.4))
        cv2.putText(luma, text, place, _FONT, scale, _BRIGHT, thick, cv2.LINE_AA)
        return planes

    def _drawn(self, seconds: float) -> av.VideoFrame:
        planes = self._still.copy()
        width, height = self._width, self._height
        side = max(8, height // 6) & ~1
        swing = 0.5 - 0.5 * np.cos(2 * np.pi * seconds / _TURN_SECONDS)
        x, y = int((width - side) * swing) & ~1, int(height * 0.75) & ~1
        planes[y : y + side, x : x + side] = _BRIGHT
        self._write_time(planes, seconds)
        return av.VideoFrame.from_ndarray(planes, format="yuv420p")

    def _write_time(self, planes: Plane, seconds: float) -> None:
        text = f"{int(seconds) // 60:02d}:{seconds % 60:05.2f}"
        x, y = int(self._width * 0.1), int(self._height * 0.5)
        for letter in text:
            stamp = self._digits[letter]
            target = planes[y : y + stamp.shape[0], x : x + stamp.shape[1]]
            np.maximum(target, stamp[: target.shape[0], : target.shape[1]], out=target)
            x += stamp.shape[1]


def _digits(scale: float) -> dict[str, Plane]:
    """Return the drawn digits, all as high as each other."""
    thick = max(1, round(scale * 2))
    stamps = {}
    for letter in _DIGITS:
        (wide, high), below = cv2.getTextSize(letter, _FONT, scale, thick)
        stamp = np.zeros((high + below + thick * 2, wide + thick), np.uint8)
        cv2.putText(stamp, letter, (0, high + thick), _FONT, scale, _BRIGHT, thick, cv2.LINE_AA)
        stamps[letter] = stamp
    return stamps
