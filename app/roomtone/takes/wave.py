"""WAV files that may outgrow 4 GiB: RIFF with a reserved ``ds64``, as EBU Tech 3306 (RF64) describes.

The header is 116 bytes from the first moment to the last. While the file grows it names the largest possible
sizes, which readers take for *until the end*; sealing writes the true ones, and turns RIFF into RF64 only
where 32 bits are too few.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

HEADER: Final = 116
_LARGEST: Final = 0xFFFFFFFF


class NotWaveError(ValueError):
    """The bytes do not begin as a WAV file that Roomtone writes."""


@dataclass(frozen=True)
class WaveFormat:
    """Samples of a WAV file: 24-bit integers or 32-bit floats, interleaved."""

    rate: int
    channels: int
    floating: bool

    @property
    def bits(self) -> int:
        return 32 if self.floating else 24

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def header(form: WaveFormat, data_bytes: int | None) -> bytes:
    """Return the header for ``data_bytes`` of samples, or for a file that still grows."""
    growing = data_bytes is None
    size = data_bytes or 0
    padded = size + size % 2
    large = not growing and HEADER - 8 + padded > _LARGEST
    riff = _LARGEST if growing or large else HEADER - 8 + padded
    data = _LARGEST if growing or large else size
    frames = _LARGEST if growing or large else size // form.frame_bytes
    sizes = struct.pack("<QQQI", HEADER - 8 + padded, size, size // form.frame_bytes, 0) if large else bytes(28)
    return b"".join(
        (
            struct.pack("<4sI4s", b"RF64" if large else b"RIFF", riff, b"WAVE"),
            struct.pack("<4sI", b"ds64" if large else b"JUNK", 28),
            sizes,
            struct.pack("<4sI", b"fmt ", 18),
            struct.pack("<HHIIHH", 3 if form.floating else 1, form.channels, form.rate, *_rates(form)),
            struct.pack("<H", 0),
            struct.pack("<4sII", b"fact", 4, min(frames, _LARGEST)),
            # The filler makes the samples begin at a multiple of four.
            struct.pack("<4sI", b"JUNK", 14) + bytes(14),
            struct.pack("<4sI", b"data", data),
        )
    )


def _rates(form: WaveFormat) -> tuple[int, int, int]:
    return form.rate * form.frame_bytes, form.frame_bytes, form.bits


def read_header(data: bytes) -> WaveFormat:
    """Read back the header of a file that ``header`` began. Raises ``NotWaveError``."""
    if len(data) < HEADER or data[:4] not in (b"RIFF", b"RF64") or data[48:52] != b"fmt ":
        raise NotWaveError("no WAV header of Roomtone at the start")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", data[56:72])
    form = WaveFormat(rate, channels, kind == 3)
    if kind not in (1, 3) or bits != form.bits or not channels or not rate:
        raise NotWaveError("not the samples that Roomtone writes")
    return form
