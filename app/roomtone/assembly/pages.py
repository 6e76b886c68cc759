"""PDF files: how many pages there are, how large they are, and their pictures.

PDFium reads them in a process of its own, with a bound on its memory and time: what a PDF can ask of its reader has
none, and whatever goes wrong in there must not end the render worker.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import msgspec

from roomtone.foundation.decoding import decode
from roomtone.foundation.workers.spawn import executable

MAX_BYTES: Final = 512 << 20
MAX_PAGES: Final = 5000
# How large the first page is drawn to see whether it can be.
_TRIAL: Final = 512
_SECONDS: Final = 60.0


class Pages(msgspec.Struct, frozen=True, tag_field="said", tag="pages"):
    """A PDF: how many pages, and the size in points (1/72 inch) of the one that was drawn."""

    count: int
    width: int
    height: int


class NotRead(msgspec.Struct, frozen=True, tag_field="said", tag="not-read"):
    """Why a PDF could not be read."""

    why: str
    remedy: str = ""


class UnreadablePagesError(ValueError):
    """A PDF that cannot be taken, with the reason for people, and what to do where it is not the usual."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.remedy = remedy


def is_pdf(path: Path) -> bool:
    """Return whether a file is a PDF."""
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-")


def look_at_pages(path: Path) -> Pages:
    """Open a PDF, walk over its pages and draw the first one. Raises ``UnreadablePagesError`` or ``OSError``."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 2048))
        whole = b"%%EOF" in file.read()
    if size <= MAX_BYTES and not whole:
        raise UnreadablePagesError("It is damaged or ends early: its last part is missing")
    return _read(path, _SECONDS, str(_TRIAL))


def draw_page(path: Path, picture: Path, longest: int, number: int = 1, seconds: float = _SECONDS) -> Pages:
    """Draw one page of a PDF to ``picture`` (PNG), ``longest`` pixels along its longer side. Pages count from 1.

    It is given up after ``seconds``. Raises ``UnreadablePagesError`` or ``OSError``.
    """
    return _read(path, seconds, str(longest), str(picture), str(number))


def _read(path: Path, seconds: float, *arguments: str) -> Pages:
    if path.stat().st_size > MAX_BYTES:
        raise UnreadablePagesError(f"It is larger than {MAX_BYTES >> 20} MiB")
    command = [*executable(), "worker", "pages", str(path), *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadablePagesError(f"Reading it takes longer than {seconds:.0f} seconds") from error
    try:
        answer = decode(done.stdout, Pages | NotRead)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadablePagesError("Reading it takes more memory than it may have, or ends its reader") from error
    if isinstance(answer, NotRead):
        raise UnreadablePagesError(answer.why, answer.remedy)
    return answer
