"""Pictures in files: how large they say they are, and the picture itself, with a bound on the memory that it takes."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Final

import av
from av.codec.context import CodecContext

from roomtone.takes.opening import BOUND, MAX_PIXELS, PICTURES, opened

# A file of this kind is read whole, because it points to and fro.
_MAX_TIFF_BYTES: Final = 512 << 20
_TIFF: Final = (b"II*\0", b"MM\0*")
_TIFF_VALUE: Final = {1: "B", 3: "H", 4: "L"}
# Markers of JPEG that hold a size: the beginnings of frames, among which these three are something else.
_NO_FRAMES: Final = frozenset({0xC4, 0xC8, 0xCC})


class UntakenPictureError(ValueError):
    """A picture that cannot be taken, with the reason for people, and what to do where it is not the usual."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.remedy = remedy


def is_tiff(path: Path) -> bool:
    """Return whether a file is a TIFF picture."""
    with path.open("rb") as file:
        return file.read(4) in _TIFF


def check_picture(path: Path) -> None:
    """Look at what a picture says of itself before anything is decoded; other files are passed by.

    Raises ``UntakenPictureError``.
    """
    with path.open("rb") as file:
        head = file.read(64)
        size = _declared_size(file, head)
        if size is not None and size[0] * size[1] > MAX_PIXELS:
            limit = MAX_PIXELS // 1_000_000
            raise UntakenPictureError(
                f"It is {size[0]} × {size[1]} pixels large, and {limit} million pixels are the most"
            )
        if head[8:16] == b"WEBPVP8X" and head[20] & 2:
            raise UntakenPictureError("It is an animation, and WebP is taken for single pictures only")
        if head.startswith(b"GIF8"):
            _check_gif(file)


def picture_of(path: Path) -> av.VideoFrame:
    """Decode the first picture of an image file. Raises ``FFmpegError``, ``ValueError`` or ``OSError``."""
    check_picture(path)
    if is_tiff(path):
        return tiff_picture(path)
    with opened(path, PICTURES) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = BOUND
        for frame in container.decode(stream):
            return frame
    raise ValueError("It holds no picture")


def tiff_picture(path: Path) -> av.VideoFrame:
    """Decode the first picture of a TIFF file, past FFmpeg's demuxer, which needs to be told the size of the file.

    Raises ``FFmpegError``, ``ValueError`` or ``OSError``.
    """
    if path.stat().st_size > _MAX_TIFF_BYTES:
        raise UntakenPictureError(f"It is larger than {_MAX_TIFF_BYTES >> 20} MiB")
    codec = CodecContext.create("tiff", "r")
    codec.options = BOUND
    for packet in (av.Packet(path.read_bytes()), None):
        for frame in codec.decode(packet):
            if isinstance(frame, av.VideoFrame):
                return frame
    raise ValueError("It holds no picture")


def _declared_size(file: BinaryIO, head: bytes) -> tuple[int, int] | None:
    """Return width and height as the head of a picture says; ``None`` where it says nothing that is understood."""
    size: tuple[int, ...] | None = None
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            size = struct.unpack(">II", head[16:24])
        elif head.startswith(b"GIF8"):
            size = struct.unpack("<HH", head[6:10])
        elif head[8:16] == b"WEBPVP8X":
            size = (int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1)
        elif head.startswith(b"\xff\xd8\xff"):
            size = _jpeg_size(file)
        elif head[:4] in _TIFF:
            size = _tiff_size(file, "<" if head.startswith(b"II") else ">")
    except struct.error:
        # It ends in its head; decoding tells.
        return None
    return (size[0], size[1]) if size is not None else None


def _jpeg_size(file: BinaryIO) -> tuple[int, int] | None:
    """Return the largest size in the segments before the picture's own data."""
    file.seek(2)
    while len(start := file.read(4)) == 4 and start[0] == 0xFF and start[1] not in (0xD9, 0xDA):
        if start[1] == 0xFF:
            # Filling bytes may stand before a marker.
            file.seek(-3, 1)
            continue
        length = int.from_bytes(start[2:], "big")
        if 0xC0 <= start[1] <= 0xCF and start[1] not in _NO_FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
    return None


def _tiff_size(file: BinaryIO, order: str) -> tuple[int, int] | None:
    """Return the size in the first directory of a TIFF file."""
    file.seek(4)
    file.seek(struct.unpack(f"{order}L", file.read(4))[0])
    size: dict[int, int] = {}
    for _ in range(struct.unpack(f"{order}H", file.read(2))[0]):
        tag, kind, _, value = struct.unpack(f"{order}HHL4s", file.read(12))
        if tag in (256, 257) and kind in _TIFF_VALUE:
            size[tag] = struct.unpack_from(f"{order}{_TIFF_VALUE[kind]}", value)[0]
    return (size[256], size[257]) if len(size) == 2 else None


def _check_gif(file: BinaryIO) -> None:
    """Walk over the blocks of a GIF to its end, which decoders do not miss. Raises ``UntakenPictureError``."""
    file.seek(10)
    packed = file.read(3)
    if len(packed) == 3 and packed[0] & 0x80:
        file.seek(3 << (packed[0] & 7) + 1, 1)
    while kind := file.read(1):
        if kind == b";":
            return
        if kind == b",":
            placed = file.read(9)
            if len(placed) == 9 and placed[8] & 0x80:
                file.seek(3 << (placed[8] & 7) + 1, 1)
            file.seek(1, 1)
        elif kind == b"!":
            file.seek(1, 1)
        else:
            break
        while (length := file.read(1)) and length[0]:
            file.seek(length[0], 1)
    raise UntakenPictureError("It is damaged or ends early: its last part is missing")
