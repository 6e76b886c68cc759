"""Thumbnails and filmstrips: small pictures of films, images and PDFs, made once and kept in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.error
import msgspec
import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from roomtone.assembly.drawn import pictures_index, read_drawn
from roomtone.assembly.media import UnreadableFileError
from roomtone.assembly.messages import Pictures
from roomtone.assembly.pages import UnreadablePagesError, draw_page, is_pdf
from roomtone.assembly.stills import picture_of
from roomtone.foundation.files import atomic_write, make_directory
from roomtone.foundation.paths import Home
from roomtone.takes.opening import opened

# Twice what is shown, for screens with small pixels.
_THUMBNAIL: Final = (480, 270)
_TILE: Final = (160, 90)
_TILES: Final = 24
# Where in a film its thumbnail is taken: past the hand that reaches for the button.
_TYPICAL: Final = 0.2

Pixels = npt.NDArray[np.uint8]


def draw_pictures(home: Home, take: str, file: Path) -> Pictures:
    """Make the small pictures of a track, whole or not at all, where the cache misses them.

    Raises ``UnreadableFileError``, or ``OSError`` from the disk. Something without a picture has empty names.
    """
    there = read_drawn(home, take, file.name)
    if there is not None:
        return there
    index = pictures_index(home, take, file.name)
    folder = index.parent
    make_directory(folder)
    try:
        made = _draw(folder, file)
    except (av.error.FFmpegError, UnreadablePagesError, ValueError) as error:
        raise UnreadableFileError(file, f"Its picture cannot be drawn ({error})") from error
    # Written last: whoever finds it finds the pictures too.
    atomic_write(index, msgspec.json.encode(made))
    return made


def _draw(folder: Path, file: Path) -> Pictures:
    thumbnail, strip = folder / f"{file.name}.png", folder / f"{file.name}.strip.png"
    if is_pdf(file):
        draw_page(file, thumbnail, _THUMBNAIL[0])
        return Pictures(str(thumbnail))
    if file.suffix in (".mp4", ".mov", ".mkv"):
        return _draw_film(thumbnail, strip, file)
    if file.suffix in (".png", ".jpg", ".webp", ".tif", ".tiff", ".gif"):
        _save(thumbnail, _small(picture_of(file), _THUMBNAIL, crop=False))
        return Pictures(str(thumbnail))
    return Pictures()


def _draw_film(thumbnail: Path, strip: Path, file: Path) -> Pictures:
    with opened(file) as film:
        if not film.streams.video:
            return Pictures()
        seconds = _length(film)
        typical = next(_frames_at(film, [seconds * _TYPICAL]), None)
        if typical is None:
            return Pictures()
        _save(thumbnail, _small(typical, _THUMBNAIL, crop=False))
        times = [(number + 0.5) * seconds / _TILES for number in range(_TILES)]
        tiles = [_small(frame, _TILE, crop=True) for frame in _frames_at(film, times)]
    if len(tiles) < _TILES:
        return Pictures(str(thumbnail))
    _save(strip, np.concatenate(tiles, axis=1))
    return Pictures(str(thumbnail), str(strip), _TILES, *_TILE, round(seconds, 3))


def _length(film: InputContainer) -> float:
    stream = film.streams.video[0]
    if film.duration:
        return film.duration / av.time_base
    return float((stream.duration or 0) * (stream.time_base or 0))


def _frames_at(film: InputContainer, times: list[float]) -> Iterator[av.VideoFrame]:
    """Yield the key frame at or before each time; the last one stands in where a film has no more."""
    stream = film.streams.video[0]
    stream.codec_context.skip_frame = "NONKEY"
    unit = stream.time_base or Fraction(1, 90_000)
    last: av.VideoFrame | None = None
    for time in times:
        film.seek(max(0, int(time / unit)), stream=stream)
        last = next(film.decode(stream), last)
        if last is not None:
            yield last


def fitted(frame: av.VideoFrame, size: tuple[int, int]) -> Pixels:
    """Return a picture as (height, width, 3), made smaller where it does not fit into ``size``."""
    return _small(frame, size, crop=False)


def _small(frame: av.VideoFrame, size: tuple[int, int], *, crop: bool) -> Pixels:
    """Return a picture as (height, width, 3): fitted into ``size``, or with ``crop`` filling it."""
    choose = max if crop else min
    scale = choose(size[0] / frame.width, size[1] / frame.height)
    width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    # Small pictures are left small.
    if not crop and scale > 1:
        width, height = frame.width, frame.height
    pixels = frame.reformat(width=width, height=height, format="rgb24").to_ndarray().astype(np.uint8, copy=False)
    if not crop:
        return pixels
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    return np.ascontiguousarray(pixels[max(0, top) : max(0, top) + size[1], max(0, left) : max(0, left) + size[0]])


def _save(path: Path, pixels: Pixels) -> None:
    encoder = av.CodecContext.create("png", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.height, encoder.width = pixels.shape[:2]
    encoder.pix_fmt, encoder.time_base = "rgb24", Fraction(1, 1)
    packets = [*encoder.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")), *encoder.encode(None)]
    atomic_write(path, b"".join(bytes(packet) for packet in packets))
