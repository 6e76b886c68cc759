"""Whether a file is writing: text without anything else in it."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

_LIMIT: Final = 4 << 20
_BLANKS: Final = "\t\n\r\f"
_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Of writing in one byte a letter, so much are letters of English; of other files it is a third or less.
_PLAIN: Final = 0.7


def is_writing(path: Path) -> bool:
    """Return whether a file is UTF-8 without control characters."""
    data = _read(path)
    try:
        return data is not None and _is_plain(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def is_writing_of_another_encoding(path: Path) -> bool:
    """Return whether a file seems to be writing that some program kept in UTF-16, or in one byte a letter."""
    data = _read(path)
    if not data:
        return False
    if data.startswith(_MARKS):
        try:
            return _is_plain(data.decode("utf-16"))
        except UnicodeDecodeError:
            return False
    english = sum(byte < 128 for byte in data)
    return english >= _PLAIN * len(data) and _is_plain(data.decode("cp1252", "replace"))


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LIMIT else None
    except OSError:
        return None


def _is_plain(text: str) -> bool:
    return bool(text.strip()) and not any(ord(c) < 32 and c not in _BLANKS for c in text)
