"""A film's pictures into shared memory: upright, with square pixels, and no larger than is looked at."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from roomtone.devices.pictures.frames import rows_of
from roomtone.devices.pictures.ring import RingWriter, Shape


class Showing:
    """Writes the pictures of one film. It belongs to one thread."""

    def __init__(self, path: Path, first: av.VideoFrame, aspect: float, longest: int) -> None:
        """Make the memory for pictures like ``first``, whose pixels are ``aspect`` times as wide as high.

        Raises ``OSError``.
        """
        self._turns = round(first.rotation / 90) % 4
        width, height = first.width * aspect, float(first.height)
        scale = min(1.0, longest / max(width, height))
        # As it is before it is turned.
        self._size = (max(2, round(width * scale)), max(2, round(height * scale)))
        seen = self._size if self._turns % 2 == 0 else self._size[::-1]
        self.ring = RingWriter(path, Shape(2, 2, *seen))
        self._reformatter = VideoReformatter()

    def show(self, picture: av.VideoFrame) -> None:
        """Write a picture, to be seen from now on."""
        width, height = self._size
        small = self._reformatter.reformat(picture, width, height, "bgra", interpolation="BILINEAR", threads=1)
        pixels = rows_of(small.planes[0])[:height, : width * 4].reshape(height, width, 4)
        upright = np.rot90(pixels, self._turns)
        with self.ring.preview() as target:
            np.frombuffer(target, np.uint8).reshape(upright.shape)[:] = upright
        self.ring.commit_preview()
