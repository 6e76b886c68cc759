"""Decoded pictures into the shared memory: whole ones as 4:2:0 planes, small ones for the window."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, VideoReformatter

from roomtone.devices.pictures.ring import RingWriter, Shape

_PLANAR: Final = ("yuv420p", "yuvj420p")
# A camera of 30 frames a second with some jitter is shown with every frame, one of 60 with every second.
_PREVIEW_SECONDS: Final = 1 / 45


def full_range(image: av.VideoFrame) -> bool:
    """Return whether brightness goes from 0 to 255, as in JPEG, and not from 16 to 235, as in television."""
    return image.format.name.startswith("yuvj") or image.color_range == ColorRange.JPEG


def as_planar(image: av.VideoFrame) -> av.VideoFrame:
    """Return the picture as 8-bit 4:2:0 planes, itself where it is that already. Its range of brightness stays."""
    if image.format.name in _PLANAR:
        return image
    if full_range(image) and not image.format.is_rgb:
        return image.reformat(format="yuvj420p", dst_color_range="JPEG")
    return image.reformat(format="yuv420p", dst_color_range="MPEG")


def luma(image: av.VideoFrame) -> npt.NDArray[np.uint8]:
    """Return a planar picture's brightness, shape (height, width), where it lies."""
    return rows_of(image.planes[0])[: image.height, : image.width]


def png(image: av.VideoFrame) -> bytes:
    """Return the whole picture as a PNG. Raises ``av.FFmpegError``."""
    codec = av.CodecContext.create("png", "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt, codec.time_base = image.width, image.height, "rgb24", Fraction(1, 25)
    colours = image.reformat(format="rgb24")
    colours.pts = 0
    return b"".join(bytes(packet) for packet in [*codec.encode(colours), *codec.encode(None)])


class Feeder:
    """Writes the frames of one size into a ring of its own. It belongs to one thread."""

    def __init__(self, path: Path, width: int, height: int, preview_width: int) -> None:
        """Make the ring. Sides become even, as 4:2:0 wants them. Raises ``OSError``."""
        self.size = (width, height)
        small_width = max(2, min(preview_width, width))
        small_height = max(2, round(height * small_width / width))
        self.shape = Shape.roomy(width & ~1, height & ~1, small_width, small_height)
        self._ring = RingWriter(path, self.shape)
        self._reformatter = VideoReformatter()
        self._shown = float("-inf")

    @property
    def path(self) -> Path:
        """Where the ring lies."""
        return self._ring.path

    def frame(self, image: av.VideoFrame) -> int | None:
        """Write a planar picture and return its slot; ``None`` while every slot is still wanted."""
        slot = self._ring.next_slot()
        if slot is None:
            return None
        with self._ring.planes(slot) as planes:
            at = 0
            for number in range(3):
                shift = int(number > 0)
                width, height = self.shape.width >> shift, self.shape.height >> shift
                with planes[at : at + width * height] as target:
                    _copy(image.planes[number], target, width, height)
                at += width * height
        self._ring.commit(slot)
        return slot

    def preview(self, image: av.VideoFrame, arrival: float) -> None:
        """Write the small picture, unless one was written just now."""
        if arrival - self._shown < _PREVIEW_SECONDS:
            return
        self._shown = arrival
        width, height = self.shape.preview_width, self.shape.preview_height
        small = self._reformatter.reformat(image, width, height, "bgra", interpolation="FAST_BILINEAR", threads=1)
        with self._ring.preview() as target:
            _copy(small.planes[0], target, width * 4, height)
        self._ring.commit_preview()

    def close(self) -> None:
        """Let go of the ring and take its file away."""
        self._ring.close()


def rows_of(plane: Any) -> npt.NDArray[np.uint8]:
    """Return a plane's bytes where they lie, shape (rows, bytes a row), with what pads its rows."""
    return np.frombuffer(plane, np.uint8)[: plane.line_size * plane.height].reshape(plane.height, plane.line_size)


def _copy(plane: Any, target: memoryview, width: int, height: int) -> None:
    """Copy the upper left ``width`` bytes × ``height`` rows of a plane, without what pads its rows."""
    into = np.frombuffer(target, np.uint8).reshape(height, width)
    into[:] = rows_of(plane)[:height, :width]
