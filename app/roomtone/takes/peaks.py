"""The waveform cache: how a track looks, as pairs of lowest and highest values.

A file is the head ``RTP1`` + rate (uint32) + frames a pair (uint32), then pairs of int16, little-endian. It
grows while its track does. It is derived: whoever misses it makes it again. It is read
without numpy, because the window reads it.
"""

from __future__ import annotations

import struct
import sys
import threading
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from roomtone.foundation.files import make_directory
from roomtone.foundation.paths import Home

_HEAD: Final = struct.Struct("<4sII")
_MAGIC: Final = b"RTP1"


def peaks_file(home: Home, take_id: str, track: str) -> Path:
    """Return where the waveform of a track is cached."""
    return home.cache / "peaks" / take_id / f"{track}.peaks"


def begin_peaks(path: Path, rate: int, bucket: int) -> None:
    """Start a waveform. Raises ``OSError``."""
    make_directory(path.parent)
    path.write_bytes(_HEAD.pack(_MAGIC, rate, bucket))


@dataclass
class PeaksReader:
    """Reads a waveform as it grows: ``lows`` and ``highs`` are int16, one for each ``bucket`` frames.

    ``update`` may be called from several threads.
    """

    path: Path
    rate: int = 0
    bucket: int = 0

    def __post_init__(self) -> None:
        self.lows = array("h")
        self.highs = array("h")
        self._at = 0
        self._lock = threading.Lock()

    def update(self) -> bool:
        """Read what was added; return whether anything was. A missing or foreign file has nothing."""
        with self._lock:
            return self._read_on()

    def _read_on(self) -> bool:
        try:
            with self.path.open("rb") as file:
                if self._at == 0 and not self._read_head(file.read(_HEAD.size)):
                    return False
                file.seek(self._at)
                raw = file.read()
        except OSError:
            return False
        pairs = array("h")
        pairs.frombytes(raw[: len(raw) // 4 * 4])
        if sys.byteorder == "big":
            pairs.byteswap()
        self._at += len(pairs) * 2
        self.lows.extend(pairs[0::2])
        self.highs.extend(pairs[1::2])
        return bool(pairs)

    def _read_head(self, head: bytes) -> bool:
        if len(head) < _HEAD.size:
            return False
        magic, self.rate, self.bucket = _HEAD.unpack(head)
        if magic != _MAGIC or not self.bucket:
            return False
        self._at = _HEAD.size
        return True

    def envelope(self, first: float, last: float, columns: int) -> list[tuple[float, float]]:
        """Return (low, high) in -1…1 for ``columns`` equal parts of the pairs from ``first`` to ``last``."""
        count = len(self.lows)
        step = (last - first) / columns if columns else 0.0
        found = []
        for column in range(columns):
            start = max(0, int(first + column * step))
            end = max(start + 1, int(first + (column + 1) * step))
            if start >= count:
                break
            low = min(self.lows[start:end])
            high = max(self.highs[start:end])
            found.append((low / 32767, high / 32767))
        return found
