"""The parts of FLAC that sealing and recovery touch: STREAMINFO and the walk over frames.

Source: RFC 9639. Encoding and decoding belong to libFLAC, behind ``soundfile``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# "fLaC", the header of the first metadata block, and STREAMINFO itself.
STREAMINFO_END: Final = 4 + 4 + 34
_TOTAL_AT: Final = 21
_MD5_AT: Final = 26
_SYNC: Final = b"\xff\xf8"


class NotFlacError(ValueError):
    """The bytes do not begin as a FLAC file that Roomtone writes."""


def _crc_table(polynomial: int, bits: int) -> list[int]:
    table = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1) ^ (polynomial if value >> (bits - 1) & 1 else 0)
        table.append(value & ((1 << bits) - 1))
    return table


_CRC8: Final = _crc_table(0x07, 8)
_CRC16: Final = _crc_table(0x8005, 16)


def _crc8(data: bytes | memoryview) -> int:
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value


def _crc16(data: bytes | memoryview) -> int:
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFF) ^ _CRC16[(value >> 8) ^ byte]
    return value


@dataclass(frozen=True)
class StreamInfo:
    """What STREAMINFO says. ``frames`` is 0 while it is unknown."""

    block: int
    rate: int
    channels: int
    bits: int
    frames: int
    md5: bytes


def read_streaminfo(header: bytes) -> StreamInfo:
    """Read the first 42 bytes of a FLAC file. Raises ``NotFlacError``."""
    if len(header) < STREAMINFO_END or header[:4] != b"fLaC" or header[4] & 0x7F != 0:
        raise NotFlacError("no STREAMINFO at the start")
    packed = int.from_bytes(header[18:26], "big")
    return StreamInfo(
        block=int.from_bytes(header[8:10], "big"),
        rate=packed >> 44,
        channels=(packed >> 41 & 7) + 1,
        bits=(packed >> 36 & 31) + 1,
        frames=packed & ((1 << 36) - 1),
        md5=header[_MD5_AT : _MD5_AT + 16],
    )


def streaminfo_patch(header: bytes, frames: int, md5: bytes) -> tuple[int, bytes]:
    """Return the offset and bytes that put the true length and MD5 into STREAMINFO."""
    high_nibble = header[_TOTAL_AT] & 0xF0
    total = bytes([high_nibble | frames >> 32 & 0x0F]) + (frames & 0xFFFFFFFF).to_bytes(4, "big")
    return _TOTAL_AT, total + md5


def header_length(data: bytes) -> int:
    """Return where the metadata ends and the first frame begins. Raises ``NotFlacError``."""
    if data[:4] != b"fLaC":
        raise NotFlacError("no FLAC marker")
    at = 4
    while at + 4 <= len(data):
        last = data[at] & 0x80
        at += 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if last:
            if at > len(data):
                break
            return at
    raise NotFlacError("the metadata is cut off")


def _frame_header(data: bytes, at: int, block: int) -> tuple[int, int] | None:
    """Return the number and length in samples of the frame that begins at ``at``, or ``None``."""
    if data[at : at + 2] != _SYNC or at + 6 > len(data):
        return None
    size_code, rate_code = data[at + 2] >> 4, data[at + 2] & 0x0F
    if data[at + 3] & 1 or size_code == 0 or rate_code == 0x0F:
        return None
    number, after = _coded_number(data, at + 4)
    if number is None:
        return None
    length = block
    if size_code == 6:
        length, after = data[after] + 1 if after < len(data) else 0, after + 1
    elif size_code == 7:
        length, after = int.from_bytes(data[after : after + 2], "big") + 1, after + 2
    elif size_code == 1:
        length = 192
    elif size_code <= 5:
        length = 576 << (size_code - 2)
    else:
        length = 256 << (size_code - 8)
    after += {0x0C: 1, 0x0D: 2, 0x0E: 2}.get(rate_code, 0)
    if after >= len(data) or _crc8(memoryview(data)[at:after]) != data[after]:
        return None
    return number, length


def _coded_number(data: bytes, at: int) -> tuple[int | None, int]:
    """Read the UTF-8-like frame number at ``at``; return it and where it ends."""
    first = data[at]
    extra = 0
    while extra < 7 and first & (0x80 >> extra):
        extra += 1
    if extra == 0:
        return first, at + 1
    if extra == 1 or at + extra > len(data):
        return None, at
    value = first & (0x7F >> extra)
    for byte in data[at + 1 : at + extra]:
        if byte & 0xC0 != 0x80:
            return None, at
        value = value << 6 | byte & 0x3F
    return value, at + extra


def whole_frames(data: bytes, block: int, first_number: int) -> tuple[int, int]:
    """Walk over the frames in ``data``, which begins at the frame ``first_number``.

    Returns how many bytes are whole, checked frames, and how many samples these hold. What follows was cut
    off or damaged.
    """
    at = samples = 0
    number = first_number
    while True:
        found = _frame_header(data, at, block)
        if found is None or found[0] != number:
            return at, samples
        end = _frame_end(data, at, block, number)
        if end is None:
            return at, samples
        at, samples, number = end, samples + found[1], number + 1


def _frame_end(data: bytes, start: int, block: int, number: int) -> int | None:
    """Return where the frame at ``start`` ends: before its successor, or at the end of ``data``."""
    view = memoryview(data)
    at = start + 2
    while (at := data.find(_SYNC, at)) >= 0:
        following = _frame_header(data, at, block)
        if following is not None and following[0] == number + 1 and _crc16(view[start:at]) == 0:
            return at
        at += 1
    return len(data) if _crc16(view[start:]) == 0 else None
