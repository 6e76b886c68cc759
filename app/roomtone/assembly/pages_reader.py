"""The process that reads one PDF with PDFium, and ends.

``roomtone worker pages FILE LONGEST [PICTURE NUMBER]`` prints a ``Pages`` or a ``NotRead`` (``assembly.pages``) as
JSON. Without a picture every page is read, and the first one drawn to see whether it can be; with one, only that page.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

import msgspec

from roomtone.assembly.pages import MAX_PAGES, NotRead, Pages

_MEMORY: Final = 2 << 30
_CPU_SECONDS: Final = 50
_LONGEST: Final = 4096


def run(home: str | None, arguments: list[str]) -> int:
    """Read one PDF and say what it is."""
    del home
    _bound()
    answer: Pages | NotRead
    try:
        picture, number = "".join(arguments[2:3]), int((arguments[3:4] or ["1"])[0])
        answer = _read(Path(arguments[0]), min(int(arguments[1]), _LONGEST), picture, number)
    except MemoryError:
        answer = NotRead("Reading it takes more memory than it may have")
    sys.stdout.write(msgspec.json.encode(answer).decode())
    sys.stdout.flush()
    # PDFium's own clearing up may still fail on a strange file, and nothing is left to be cleared up.
    os._exit(0)


def _bound() -> None:
    """Bound memory and time where the system can."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    # Whatever ends this process, its memory is of no use to anybody.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(path: Path, longest: int, picture: str, drawn: int) -> Pages | NotRead:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            return NotRead("It is protected with a password", "Save it without one, and bring it in again")
        return NotRead("It is damaged: its pages cannot be found")
    count = len(document)
    if not 1 <= count <= MAX_PAGES:
        return NotRead(f"It has {count} pages, and {MAX_PAGES} are the most" if count else "It has no pages")
    if not 1 <= drawn <= count:
        return NotRead(f"It has no page {drawn}: the last one is {count}", f"Look at a page from 1 to {count}")
    for number in [drawn - 1] if picture else range(count):
        try:
            page = document[number]
            width, height = page.get_size()
            if number == drawn - 1:
                size = (max(1, round(width)), max(1, round(height)))
                _draw(page.render(scale=longest / max(width, height, 1.0), rev_byteorder=True), picture)
            page.close()
        except pypdfium2.PdfiumError:
            return NotRead(f"It is damaged: page {number + 1} of {count} cannot be read")
    return Pages(count, *size)


class _Bitmap(Protocol):
    """What PDFium draws into; its own type has no annotations."""

    width: int
    height: int
    stride: int
    n_channels: int
    buffer: Iterable[int]


def _draw(bitmap: _Bitmap, picture: str) -> None:
    """Write a bitmap of red, green and blue as a PNG file."""
    if not picture:
        return
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    data = bytes(bitmap.buffer)
    packed = zlib.compressobj(6)
    rows = [packed.compress(b"\0" + data[y * stride : y * stride + width * bitmap.n_channels]) for y in range(height)]
    colour = {1: 0, 3: 2, 4: 6}[bitmap.n_channels]
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)),
        (b"IDAT", b"".join(rows) + packed.flush()),
        (b"IEND", b""),
    )
    with Path(picture).open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for name, content in chunks:
            file.write(struct.pack(">I", len(content)) + name + content)
            file.write(struct.pack(">I", zlib.crc32(name + content)))
