"""From single pictures to a film that every player shows, beside an archive of the pictures themselves."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from roomtone.assembly.stills import picture_of
from roomtone.takes.drafts import Picture

ENCODER: Final = "libx264"
# What players decode in hardware; larger pictures are made smaller in the film, and stay whole in the archive.
_LONGER, _SHORTER, _SMALLEST = 3840, 2160, 16
# So good that no difference is seen; one thread, because somebody may be recording.
_OPTIONS: Final = {"crf": "16", "preset": "medium", "profile": "high", "bf": "0", "threads": "1"}
_PAPER: Final = 255
_BT709: Final = 1
_LIMITED: Final = 1

Pixels = npt.NDArray[np.uint8]


class UnreadablePictureError(ValueError):
    """A picture that cannot be decoded: ``name`` and the reason."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


def make_film(pictures: Sequence[Path], target: Path, fps: int) -> None:
    """Write ``pictures`` as H.264 High (4:2:0, BT.709) in MP4, ``fps`` of them a second.

    The film is as large as the first one; others are fitted into it, on black. What is transparent lies on white paper.
    Raises ``UnreadablePictureError``, ``FFmpegError`` or ``OSError``.
    """
    shaper, converter = VideoReformatter(), VideoReformatter()
    width = height = 0
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as film:
        stream = film.add_stream(ENCODER, rate=fps, options=_OPTIONS)
        for number, path in enumerate(pictures):
            pixels = _pixels(path)
            if not number:
                width, height = _film_size(pixels.shape[1], pixels.shape[0])
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.gop_size = fps * 2
                context = stream.codec_context
                context.color_primaries = context.color_trc = context.colorspace = _BT709
                context.color_range = _LIMITED
            frame = converter.reformat(
                av.VideoFrame.from_ndarray(_fitted(shaper, pixels, width, height), format="rgb24"),
                format="yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
            )
            frame.pts, frame.time_base = number, Fraction(1, fps)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def make_archive(pictures: Sequence[Picture], target: Path) -> None:
    """Write the files of ``pictures``, unchanged and in their order, into a ZIP archive. Raises ``OSError``."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive:
        for number, picture in enumerate(pictures, 1):
            at = datetime.fromisoformat(picture.at)
            # The format counts from 1980.
            day = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
            entry = zipfile.ZipInfo(f"{number:05}{picture.file.suffix}", day)
            entry.file_size = picture.file.stat().st_size
            with picture.file.open("rb") as old, archive.open(entry, "w") as new:
                shutil.copyfileobj(old, new, 1 << 20)


def check_archive(path: Path) -> str:
    """Read an archive to its end; return why it is damaged, or "". Raises ``OSError``."""
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        return str(error)
    return f"“{broken}” in it is damaged" if broken else ""


def _pixels(path: Path) -> Pixels:
    """Return a picture the way up that it is seen, as an array of (height, width, 3) red, green and blue."""
    try:
        frame = picture_of(path)
        transparent = any(component.is_alpha for component in frame.format.components)
        pixels: Pixels = np.asarray(frame.to_ndarray(format="rgba" if transparent else "rgb24"), np.uint8)
        turns = round(frame.rotation / 90) % 4
    except (av.error.FFmpegError, ValueError) as error:
        why = error.strerror if isinstance(error, av.error.FFmpegError) else str(error)
        raise UnreadablePictureError(path.name, str(why)) from error
    if transparent:
        alpha = pixels[:, :, 3:].astype(np.uint16)
        mixed = pixels[:, :, :3] * alpha + _PAPER * (255 - alpha)
        pixels = ((mixed + 127) // 255).astype(np.uint8)
    return np.rot90(pixels, turns) if turns else pixels


def _film_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of a film: even, and no larger than players decode."""
    share = min(1.0, _LONGER / max(width, height), _SHORTER / min(width, height))
    return max(_SMALLEST, round(width * share) & ~1), max(_SMALLEST, round(height * share) & ~1)


def _fitted(shaper: VideoReformatter, pixels: Pixels, width: int, height: int) -> Pixels:
    """Return a picture fitted into the size of the film, in the middle, on black."""
    if pixels.shape[:2] == (height, width):
        return np.ascontiguousarray(pixels)
    share = min(width / pixels.shape[1], height / pixels.shape[0])
    # An odd row or column is no reason for a border.
    wide = min(width, max(1, round(pixels.shape[1] * share)))
    high = min(height, max(1, round(pixels.shape[0] * share)))
    wide, high = (width if width - wide < 2 else wide), (height if height - high < 2 else high)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    small = np.asarray(shaper.reformat(frame, width=wide, height=high, format="rgb24").to_ndarray(), np.uint8)
    canvas: Pixels = np.zeros((height, width, 3), np.uint8)
    top, left = (height - high) // 2, (width - wide) // 2
    canvas[top : top + high, left : left + wide] = small
    return canvas
