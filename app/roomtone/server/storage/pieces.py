"""The pieces of a staged upload in an object store: their names say everything, so a listing tells how far it is.

A piece is ``parts/<upload>/<offset>-<length>-<time>``, three numbers of 16 hexadecimal digits: which bytes of the
upload it holds, and when they were committed, in microseconds since 1970 (UTC). Pieces may overlap: a larger one
replaces the small ones of the same bytes, and an attempt whose answer was lost may turn up late. So what is committed
is whatever can be walked to from 0, from the end of one piece to the beginning of another.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from roomtone.server.storage.contract import Replacement
from roomtone.server.storage.marks import EPOCH

_NAME: Final = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{16})")


@dataclass(frozen=True)
class Piece:
    """One object with bytes of an upload; ``length`` may be less than the object has."""

    path: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        """Where the bytes after it begin."""
        return self.offset + self.length


def folder(upload: str) -> str:
    """Return where the pieces of an upload lie."""
    return f"parts/{upload}"


def new_piece(upload: str, offset: int, length: int, at: datetime) -> Piece:
    """Name a piece that is going to be committed at a time."""
    micros = (at - EPOCH) // timedelta(microseconds=1)
    return Piece(f"{folder(upload)}/{offset:016x}-{length:016x}-{micros:016x}", offset, length)


def sealed_piece(upload: str, offset: int, length: int) -> Piece:
    """Name a piece that sealing makes of others: always the same, so that repeating it changes nothing."""
    return Piece(f"{folder(upload)}/sealed-{offset:016x}-{length:016x}", offset, length)


def touched(pieces: Iterable[Piece]) -> datetime | None:
    """Return when the newest of them was committed."""
    micros = [int(piece.path.rpartition("-")[2], 16) for piece in pieces]
    return EPOCH + timedelta(microseconds=max(micros)) if micros else None


def chain(listed: Iterable[tuple[str, int]]) -> list[Piece]:
    """Return the fewest pieces that lead from 0 as far as any do, of all objects with their sizes."""
    found = sorted(filter(None, map(_parsed, listed)), key=lambda piece: piece.offset)
    # How each place is reached: in how many steps, and by which piece.
    ways: dict[int, tuple[int, Piece | None]] = {0: (0, None)}
    for piece in found:
        if piece.offset in ways:
            steps = ways[piece.offset][0] + 1
            if piece.end not in ways or steps < ways[piece.end][0]:
                ways[piece.end] = steps, piece
    walked: list[Piece] = []
    last = ways[max(ways)][1]
    while last is not None:
        walked.append(last)
        last = ways[last.offset][1]
    return walked[::-1]


def _parsed(listed: tuple[str, int]) -> Piece | None:
    path, size = listed
    named = _NAME.fullmatch(path.rpartition("/")[2])
    if named is None or int(named[2], 16) != size or not size:
        return None
    return Piece(path, int(named[1], 16), size)


def slices(pieces: Sequence[Piece], offset: int, size: int) -> Iterator[tuple[Piece, int, int]]:
    """Say what to read for bytes that lie in pieces one behind the other: a piece, a place in it, how many bytes."""
    at = bisect_right(pieces, offset, key=lambda piece: piece.offset) - 1
    while size > 0 and 0 <= at < len(pieces):
        piece = pieces[at]
        skip = offset - piece.offset
        count = min(size, piece.length - skip)
        if count <= 0:
            return
        yield piece, skip, count
        offset, size, at = offset + count, size - count, at + 1


def cut(pieces: Sequence[Piece], length: int) -> list[Piece]:
    """Return the pieces of the first ``length`` bytes."""
    return [
        Piece(piece.path, piece.offset, min(piece.length, length - piece.offset))
        for piece in pieces
        if piece.offset < length
    ]


def touches(piece: Piece, replacements: Sequence[Replacement]) -> bool:
    """Return whether any of the replacements changes a byte of the piece."""
    return any(one.offset < piece.end and one.offset + len(one.data) > piece.offset for one in replacements)


def patched(data: bytes, offset: int, replacements: Sequence[Replacement]) -> bytes:
    """Return the bytes that lie at an offset with the replacements made, as far as they reach into them."""
    changed = bytearray(data)
    for one in replacements:
        begin, end = max(one.offset, offset), min(one.offset + len(one.data), offset + len(data))
        if begin < end:
            changed[begin - offset : end - offset] = one.data[begin - one.offset : end - one.offset]
    return bytes(changed)
