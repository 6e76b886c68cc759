"""Where a picture or film was made: found in its file, and taken out of it.

Everything is done in place and nothing moves: a GPS directory is unlinked and blanked, an atom becomes free space, so
that every other byte of the file, and every offset in it, stays as it was. Formats: Exif 2.32 (in JPEG, TIFF, PNG and
WebP), XMP's ``exif:GPS…``, QuickTime's ``©xyz`` and ``com.apple.quicktime.location.…``, 3GPP's ``loci``.
"""

from __future__ import annotations

import mmap
import os
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from roomtone.assembly.exif import blank_gps

Bytes = bytearray | mmap.mmap

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_XMP: Final = re.compile(
    rb"""exif:GPS\w+\s*=\s*(?:"[^"]*"|'[^']*')|<exif:GPS(\w+)(?:\s[^>]*)?(?:/>|>.*?</exif:GPS\1\s*>)""", re.DOTALL
)
_XMP_HEADS: Final = (b"http://ns.adobe.com/xap/1.0/\x00", b"http://ns.adobe.com/xmp/extension/\x00")
_XMP_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MARKED: Final = (b"Raw profile type exif", b"Raw profile type APP1", b"Raw profile type xmp")
_HOLDERS: Final = {b"moov", b"trak", b"udta", b"moof", b"traf", b"mdia"}


def take_location_out(path: Path, media: str) -> bool:
    """Take out of a file where it was made; return whether it said so. Raises ``OSError``.

    What is too broken to be understood is left as it is: whoever reads it finds no place in it either.
    """
    strip = _STRIPPERS.get(media)
    if strip is None or path.stat().st_size == 0:
        return False
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        found = strip(data)
        if found:
            data.flush()
            os.fsync(file.fileno())
    return found


def _jpeg(data: Bytes) -> bool:
    found, at = False, 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in (0xDA, 0xD9):
            break
        if marker == 0xFF or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        start, end = at + 4, at + 2 + size
        if size < 2 or end > len(data):
            break
        if marker == 0xE1 and data[start : start + 6] == b"Exif\x00\x00":
            found |= blank_gps(data, start + 6, end)
        elif marker == 0xE1 and any(data[start : start + len(head)] == head for head in _XMP_HEADS):
            found |= _blank_xmp(data, start, end)
        at = end
    return found


def _tiff(data: Bytes) -> bool:
    return blank_gps(data, 0, len(data)) | _blank_xmp(data, 0, len(data))


def _png(data: Bytes) -> bool:
    if data[:8] != _PNG:
        return False
    found, at = False, 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, start, end = bytes(data[at + 4 : at + 8]), at + 8, at + 8 + size
        if end + 4 > len(data):
            break
        changed = False
        if kind == b"eXIf":
            changed = blank_gps(data, start, end)
        elif kind in (b"iTXt", b"tEXt", b"zTXt"):
            changed = _png_text(data, kind, start, end)
        if changed:
            data[end : end + 4] = zlib.crc32(data[at + 4 : end]).to_bytes(4, "big")
            found = True
        at = end + 4
    return found


def _png_text(data: Bytes, kind: bytes, start: int, end: int) -> bool:
    """Blank a text that says where; one that is packed, or holds a whole Exif block as text, goes as a whole."""
    text = bytes(data[start:end])
    keyword, _, rest = text.partition(b"\x00")
    packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\x01")
    if not packed and keyword == b"XML:com.adobe.xmp":
        return _blank_xmp(data, start, end)
    if keyword in _MARKED or (packed and keyword == b"XML:com.adobe.xmp"):
        # An unknown name for a chunk that any reader may skip: private, ancillary, safe to copy.
        data[start - 4 : start] = b"rtNo"
        data[start:end] = bytes(end - start)
        return True
    return False


def _webp(data: Bytes) -> bool:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return False
    found, at = False, 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        kind, start, end = bytes(data[at : at + 4]), at + 8, at + 8 + size
        if end > len(data):
            break
        if kind == b"EXIF":
            skipped = 6 if data[start : start + 6] == b"Exif\x00\x00" else 0
            found |= blank_gps(data, start + skipped, end)
        elif kind == b"XMP ":
            found |= _blank_xmp(data, start, end)
        at = end + size % 2
    return found


def _blank_xmp(data: Bytes, start: int, end: int) -> bool:
    """Write spaces over what XMP says of the place: its length is told elsewhere and stays."""
    found = [match.span() for match in _XMP.finditer(bytes(data[start:end]))]
    for first, last in found:
        data[start + first : start + last] = b" " * (last - first)
    return bool(found)


def _movie(data: Bytes) -> bool:
    return _atoms(data, 0, len(data))


def _atoms(data: Bytes, start: int, end: int) -> bool:
    found = False
    waiting = [(start, end)]
    while waiting:
        for kind, head, body, last in _boxes(data, *waiting.pop()):
            if kind in (b"\xa9xyz", b"loci"):
                _free(data, head, body, last)
                found = True
            elif kind in _HOLDERS:
                waiting.append((body, last))
            elif kind == b"meta":
                found |= _metadata(data, body, last)
            elif kind == b"XMP_" or (kind == b"uuid" and data[body : body + 16] == _XMP_UUID):
                found |= _blank_xmp(data, body, last)
    return found


def _metadata(data: Bytes, start: int, end: int) -> bool:
    """Free the values of QuickTime's keys that name a place; MP4 has a version before the boxes, QuickTime has none."""
    boxes = list(_boxes(data, start if data[start + 4 : start + 8] == b"hdlr" else start + 4, end))
    places: set[int] = set()
    found = False
    for kind, _, body, last in boxes:
        if kind == b"keys":
            places |= _place_keys(data, body, last)
    for kind, _, body, last in boxes:
        for item, head, value, stop in _boxes(data, body, last) if kind == b"ilst" else ():
            if int.from_bytes(item, "big") in places or item == b"\xa9xyz":
                _free(data, head, value, stop)
                found = True
    return found


def _place_keys(data: Bytes, body: int, last: int) -> set[int]:
    """Return the numbers of the keys that name a place, from 1."""
    places, number, at = set(), 0, body + 8
    while at + 8 <= last:
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8 or at + size > last:
            break
        number += 1
        name = bytes(data[at + 8 : at + size])
        if b".location." in name or name in (b"location", b"location-eng"):
            places.add(number)
        at += size
    return places


def _boxes(data: Bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield (kind, start, start of the body, end) of each box."""
    at = start
    while at + 8 <= end:
        size, body = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1 and at + 16 <= end:
            size, body = struct.unpack(">Q", data[at + 8 : at + 16])[0], at + 16
        last = end if size == 0 else at + size
        if last < body or last > end:
            return
        yield bytes(data[at + 4 : at + 8]), at, body, last
        at = last


def _free(data: Bytes, head: int, body: int, last: int) -> None:
    data[head + 4 : head + 8] = b"free"
    data[body:last] = bytes(last - body)


_STRIPPERS: Final = {
    "image/jpeg": _jpeg,
    "image/tiff": _tiff,
    "image/png": _png,
    "image/webp": _webp,
    "video/mp4": _movie,
    "video/quicktime": _movie,
    "audio/mp4": _movie,
}
