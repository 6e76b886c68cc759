"""The pages of a PDF, drawn to be read on a screen: one at a time, when it is asked for, and kept in the cache."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from roomtone.assembly.messages import DrawnPage
from roomtone.assembly.pages import UnreadablePagesError, draw_page
from roomtone.foundation.decoding import decode
from roomtone.foundation.errors import WorldError
from roomtone.foundation.files import atomic_write, make_directory
from roomtone.foundation.paths import Home

# Pixels along the longer side: a page of A4 is sharp at that, and no page is more than 4 million of them.
_LONGEST: Final = 2000
# Somebody waits for it, so it is given up sooner than a file that is brought in.
_SECONDS: Final = 20.0
# So many pages of a take are kept; those that were drawn first go first.
_KEPT: Final = 40


class UndrawnPageError(WorldError):
    """A page that cannot be shown."""

    def __init__(self, path: Path, number: int, why: str, remedy: str = "") -> None:
        super().__init__(
            "undrawn-page",
            f"Page {number} of “{path.name}” cannot be shown here",
            why,
            remedy or "Try “Open”: another program may be able to read it",
        )


def draw_leaf(home: Home, take: str, file: Path, number: int, seconds: float = _SECONDS) -> DrawnPage:
    """Draw one page of a PDF, whole or not at all, where the cache misses it. Pages count from 1.

    Raises ``UndrawnPageError``, or ``OSError`` from the disk.
    """
    folder = home.cache / "pages" / take
    picture = folder / f"{file.name}.{number}.png"
    index = picture.with_suffix(".json")
    there = _read(index)
    if there is not None:
        return there
    make_directory(folder)
    growing = picture.with_suffix(".drawing")
    try:
        found = draw_page(file, growing, _LONGEST, number, seconds)
        growing.replace(picture)
    except UnreadablePagesError as error:
        raise UndrawnPageError(file, number, str(error), error.remedy) from error
    finally:
        growing.unlink(missing_ok=True)
    drawn = DrawnPage(str(picture), number, found.count, found.width, found.height)
    # Written last: whoever finds it finds the picture too.
    atomic_write(index, msgspec.json.encode(drawn))
    _forget(folder)
    return drawn


def _read(index: Path) -> DrawnPage | None:
    try:
        drawn = decode(index.read_bytes(), DrawnPage)
    except (OSError, msgspec.DecodeError):
        return None
    return drawn if Path(drawn.file).exists() else None


def _forget(folder: Path) -> None:
    pictures = sorted(folder.glob("*.png"), key=lambda path: path.stat().st_mtime_ns)
    for picture in pictures[:-_KEPT]:
        picture.unlink(missing_ok=True)
        picture.with_suffix(".json").unlink(missing_ok=True)
