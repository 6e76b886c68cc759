"""Files from elsewhere, opened with FFmpeg: only as what they may be, with bounds on what they may take."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import av
from av.container import InputContainer

# A drawing of A3 at 600 dots an inch has 70 million. Decoded, this many take up to 800 MB.
MAX_PIXELS: Final = 100_000_000
# FFmpeg's own bound, for whatever says one thing in its head and is another; its rows are a little longer.
BOUND: Final = {"max_pixels": str(MAX_PIXELS + MAX_PIXELS // 50)}
MP4: Final = "mov,mp4,m4a,3gp,3g2,mj2"
# No other kind is even opened: a playlist would make FFmpeg read other files, or the network.
PICTURES: Final = ("png_pipe", "jpeg_pipe", "webp_pipe", "gif")
KINDS: Final = ("wav", "w64", "flac", "aiff", "mp3", "ogg", "matroska,webm", MP4, *PICTURES)


class Content:
    """A file without its name, from which FFmpeg would otherwise guess what it is, or look for others like it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


@contextlib.contextmanager
def opened(path: Path, kinds: tuple[str, ...] = KINDS) -> Iterator[InputContainer]:
    """Open a file as one of these kinds, by FFmpeg's names of them. Raises ``FFmpegError`` or ``OSError``."""
    options = {"format_whitelist": ",".join(kinds), **BOUND}
    with path.open("rb") as file, av.open(Content(file), "r", options=options) as container:
        yield container
