"""Previews: a take made small, so that others can look before they fetch all of it."""

from __future__ import annotations

import contextlib
import os
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.error

from roomtone.assembly.films import FilmForm, FilmTrack, write_film, write_sound
from roomtone.assembly.media import UnreadableFileError
from roomtone.assembly.messages import Drawn
from roomtone.assembly.pages import UnreadablePagesError, draw_page, is_pdf
from roomtone.assembly.stills import picture_of
from roomtone.assembly.strips import fitted
from roomtone.foundation.files import make_directory
from roomtone.foundation.paths import Home
from roomtone.takes.documents import Manifest
from roomtone.takes.folder import read_manifest
from roomtone.wire import previews

_FILM: Final = FilmForm(fps=15, encoder={"preset": "veryfast", "crf": "30"}, sound_bits=64_000, height=270)
_SOUND_BITS: Final = 64_000
_PICTURE: Final = (1280, 1280)
# Quantizer scale of JPEG as FFmpeg has it, from 1 to 31; 4 looks like the original on a screen.
_JPEG_SCALE: Final = 4


def make_preview(home: Home, folder: Path) -> Drawn:
    """Make the preview of a sealed take, whole or not at all; "" where it is small itself or shows nothing.

    It waits in ``home.previews`` until it is sent. Raises ``UnreadableFileError``, or ``OSError`` from the disk.
    """
    manifest = read_manifest(folder)
    if manifest is None or sum(track.bytes for track in manifest.tracks) <= previews.SMALL_BYTES:
        return Drawn("")
    waiting = home.previews / manifest.id
    there = next((waiting / name for name in previews.MEDIA if (waiting / name).exists()), None)
    if there is not None:
        return Drawn(str(there))
    make_directory(waiting)
    growing = waiting / "growing"
    try:
        name = _make(folder, manifest, growing)
        if name and growing.stat().st_size <= previews.MAX_PREVIEW_BYTES:
            with growing.open("rb") as file:
                os.fsync(file.fileno())
            growing.replace(waiting / name)
            return Drawn(str(waiting / name))
    except (av.error.FFmpegError, UnreadablePagesError, ValueError) as error:
        raise UnreadableFileError(folder, f"No preview can be made of it ({error})") from error
    finally:
        growing.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            # Where nothing came of it.
            waiting.rmdir()
    return Drawn("")


def _make(folder: Path, manifest: Manifest, to: Path) -> str:
    """Write the preview; return what it is called, "" where there is nothing to see or hear."""
    for track in manifest.tracks:
        if track.media.startswith("video/"):
            write_film(folder, manifest, FilmTrack(folder, track), to, _FILM)
            return previews.FILM
    if write_sound(folder, manifest, to, _SOUND_BITS):
        return previews.SOUND
    for track in manifest.tracks:
        if track.media.startswith("image/") or track.media == "application/pdf":
            _write_picture(folder / track.name, to)
            return previews.PICTURE
    return ""


def _write_picture(file: Path, to: Path) -> None:
    if is_pdf(file):
        page = to.with_name("page.png")
        try:
            draw_page(file, page, _PICTURE[0])
            _write_jpeg(page, to)
        finally:
            page.unlink(missing_ok=True)
    else:
        _write_jpeg(file, to)


def _write_jpeg(file: Path, to: Path) -> None:
    pixels = fitted(picture_of(file), _PICTURE)
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.height, encoder.width = pixels.shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 1)
    encoder.qmin = encoder.qmax = _JPEG_SCALE
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuvj420p")
    to.write_bytes(b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)]))
