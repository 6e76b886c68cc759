"""What people may write: nothing that cannot be shown."""

from __future__ import annotations

import unicodedata
from typing import Final

import msgspec

from roomtone.server.problems import RefusedError

# What text of several lines may hold besides letters.
_LAYOUT: Final = frozenset("\n\r\t")


def check_line(text: str) -> None:
    """Raise ``bad-text`` for a name or title with control characters or with what ends a line."""
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text):
        raise RefusedError("bad-text")


def check_name(name: str) -> str:
    """Return a person's name as it is kept. Raises ``bad-name`` for one that cannot be seen or is too long."""
    kept = unicodedata.normalize("NFC", name).strip()
    if not kept or len(kept) > 100 or not kept.isprintable():
        raise RefusedError("bad-name")
    return kept


def check_texts(value: object) -> None:
    """Raise ``bad-text`` where any text in a document holds control characters, but for those that lay it out."""
    match value:
        case str():
            if any(char not in _LAYOUT and unicodedata.category(char) in ("Cc", "Cs") for char in value):
                raise RefusedError("bad-text")
        case dict():
            for key, inner in value.items():
                check_texts(key)
                check_texts(inner)
        case list():
            for inner in value:
                check_texts(inner)
        case msgspec.Struct():
            check_texts(msgspec.structs.asdict(value))
        case _:
            return
